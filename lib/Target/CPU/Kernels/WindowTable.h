//===- WindowTable.h - Where the taps of a window are ------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A convolution or pool over [N, spatial..., C] sees, for every output pixel, one
// pointer per tap of its window to C elements; taps outside the input point to a
// row of padding in the worker's scratch. The table of these pointers is all that
// distinguishes a convolution from a matrix product.
//
// One to three spatial dimensions are treated as three (leading ones of extent 1).
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_KERNELS_WINDOWTABLE_H
#define QUANTC_LIB_TARGET_CPU_KERNELS_WINDOWTABLE_H

#include "TileLoop.h"
#include <array>

namespace quantc {

/// The attributes of a window, and its part of the scratch.
struct WindowShape {
  std::array<int64_t, 3> kernel, strides, dilations, begins;
  int64_t taps = 1, channels, padBytes;
  int64_t tableAt, rowsAt, tapsAt, padAt;

  /// `rows`: most output pixels of one table.
  WindowShape(mlir::RankedTensorType input, llvm::ArrayRef<int64_t> kernel,
              llvm::ArrayRef<int64_t> strides,
              llvm::ArrayRef<int64_t> dilations, llvm::ArrayRef<int64_t> pads,
              int64_t rows, ScratchLayout &layout);
};

class WindowTable {
public:
  using Value = mlir::Value;

  /// `pad` is the scalar value of padding, of the input's (signless) element type.
  /// Emits what does not depend on the pixel.
  WindowTable(KernelContext &ctx, const WindowShape &shape, Value input,
              Value result, Value pad);

  /// Fills the table, [taps][count] pointers, for `count` pixels from `pixel` on
  /// (the last pixel again beyond it). Returns whether no tap is padding and
  /// `slack` bytes after the last one are still in the input.
  Value fill(unsigned count, Value pixel, int64_t slack = 0);
  /// The pointer table.
  Value getTable() const { return table; }
  /// Number of taps of the first pixel inside the input, i32 (after fill).
  Value countInside();
  /// Number of output pixels.
  Value pixels;

private:
  KernelContext &ctx;
  CodeBuilder code;
  const WindowShape &shape;
  mlir::Type element;
  Value input, table, rows, taps, pad, inputSize;
  std::array<Value, 3> in, out;

  mlir::Type i64() { return code.builder.getI64Type(); }
  Value scratchAt(int64_t offset);
  /// Column `field` of entry `index` in `rows` or `taps`: an offset in elements,
  /// then the three coordinates.
  Value read(Value array, Value index, int64_t field);
  void write(Value array, Value index, int64_t field, Value value);
  void fillPadding(Value value);
  void fillTaps();
  Value fillRows(unsigned count, Value pixel);
  Value isInside(Value row, Value tap);
  void fillInterior(unsigned count);
  void fillBorder(unsigned count);
};

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_KERNELS_WINDOWTABLE_H
