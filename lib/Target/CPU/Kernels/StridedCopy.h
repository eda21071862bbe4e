//===- StridedCopy.h - Rearranging elements -----------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Most movement operators are one thing: the result's elements in order, each
// read at a sum of position * stride. An operator describes its dimensions; this
// turns them into work items and loops, the innermost a block copy, a fill or a
// strided loop.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_KERNELS_STRIDEDCOPY_H
#define QUANTC_LIB_TARGET_CPU_KERNELS_STRIDEDCOPY_H

#include "Indexing.h"

namespace quantc {

class StridedCopy {
public:
  explicit StridedCopy(KernelContext &ctx)
      : ctx(ctx), code(ctx), first(code.i64(0)) {}

  /// The next inner dimension of the result and the source's stride along it.
  /// `joins`: the previous dimension's stride is this one's times its extent.
  void add(mlir::Value extent, mlir::Value stride, bool joins = false);
  /// Adds to the source's first element.
  void advance(mlir::Value offset) { first = code.add(first, offset); }

  std::pair<mlir::Value, mlir::Value> getGrid();
  /// Writes items [ctx.begin, ctx.end) of `to` from elements of `from`.
  void emit(mlir::Value from, mlir::Value to);

private:
  KernelContext &ctx;
  CodeBuilder code;
  mlir::Value first;
  ValueList extents, strides;
  bool apart = false; // a dimension of 1 that did not join was left out

  void addMissing();
  void emitRow(mlir::Value from, mlir::Value fromIndex, mlir::Value to,
               mlir::Value toIndex);
};

/// Stores `value` to `count` elements.
void emitFill(CodeBuilder &code, mlir::Value base, mlir::Type element,
              mlir::Value index, mlir::Value value, mlir::Value count);

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_KERNELS_STRIDEDCOPY_H
