//===- Indexing.h - Sizes, strides and rows of kernel tensors -----*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_KERNELS_INDEXING_H
#define QUANTC_LIB_TARGET_CPU_KERNELS_INDEXING_H

#include "quantc/Target/CPU/CodeBuilder.h"

namespace quantc {

using ValueList = llvm::SmallVector<mlir::Value>;

mlir::Type getElement(mlir::Value tensor);
int64_t getRank(mlir::Value tensor);
/// `axis` of `tensor` counted from the front.
int64_t normalizeAxis(mlir::Value tensor, int64_t axis);
/// The elements of a small integer constant of the kernel, if it is one.
std::optional<llvm::SmallVector<int64_t>> getInts(mlir::Value constant);
/// Element `i` of an integer tensor as i64, a constant where it is known.
mlir::Value loadInt(KernelContext &ctx, mlir::Value tensor, int64_t i);

/// Dimensions as i64 values.
ValueList getDims(KernelContext &ctx, mlir::Value tensor);
/// Strides in elements of a row-major tensor of these dimensions.
ValueList getStrides(CodeBuilder &code, llvm::ArrayRef<mlir::Value> dims);
mlir::Value product(CodeBuilder &code, llvm::ArrayRef<mlir::Value> dims);
/// The position along each dimension of the element numbered `flat`.
ValueList delinearize(CodeBuilder &code, mlir::Value flat,
                      llvm::ArrayRef<mlir::Value> dims);
/// Sum of position * stride.
mlir::Value linearize(CodeBuilder &code, llvm::ArrayRef<mlir::Value> position,
                      llvm::ArrayRef<mlir::Value> strides);
/// ONNX indices may be negative, counting from the end; anything else outside
/// [0, extent) becomes the nearest element, so that no input reads other memory.
mlir::Value wrapIndex(CodeBuilder &code, mlir::Value index, mlir::Value extent);

/// The kinds of tensors row kernels take: f32, f16, bf16 (computed in f32).
mlir::LogicalResult checkFloat(mlir::Operation *op,
                               std::initializer_list<mlir::Value> tensors);

/// Elements `first`, `first + stride`, ... of a buffer. f16 and bf16 are read as
/// f32 and rounded where they are written.
struct Row {
  mlir::Value base;
  mlir::Type element;
  mlir::Value first;
  mlir::Value stride; // null: 1

  mlir::Value load(CodeBuilder &code, mlir::Value i, mlir::Value mask,
                   mlir::Value fill = {}) const;
  void store(CodeBuilder &code, mlir::Value value, mlir::Value i,
             mlir::Value mask) const;
  /// The elements at `indices`, a vector of i64.
  mlir::Value loadAt(CodeBuilder &code, mlir::Value indices, mlir::Value mask,
                     mlir::Value fill) const;
  mlir::Value loadOne(CodeBuilder &code, mlir::Value i) const;
  void storeOne(CodeBuilder &code, mlir::Value value, mlir::Value i) const;

private:
  mlir::Value index(CodeBuilder &code, mlir::Value i) const;
};

/// The rows of a tensor along one axis, one per work item: elements are `inner`
/// apart, and rows of one block of `inner` lie side by side.
struct AxisRows {
  mlir::Value count, length, inner;
  bool contiguous; // inner is 1

  AxisRows(KernelContext &ctx, mlir::Value tensor, int64_t axis);
  Row get(KernelContext &ctx, mlir::Value tensor, mlir::Value item) const;
};

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_KERNELS_INDEXING_H
