//===- ZeroPoints.h - Zero points of integer products ------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
//   sum (a - za)(b - zb) = acc - za sum(b) - zb sum(a) + K za zb
//
// over whatever is summed: a row times a column, or a window times a filter.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_CONVERSION_ONNXTOQNN_ZEROPOINTS_H
#define QUANTC_LIB_CONVERSION_ONNXTOQNN_ZEROPOINTS_H

#include "Builders.h"

namespace quantc {

/// A zero point that is not known to be 0.
struct ZeroPoint {
  mlir::Value value; // null where it is absent or a constant 0
  bool isSigned = false;

  ZeroPoint() = default;
  explicit ZeroPoint(mlir::Value operand);
};

/// The sum of an 8-bit tensor over `axes` (kept, as 1) in i32.
mlir::Value sumCodes(mlir::OpBuilder &builder, mlir::Location loc,
                     mlir::Value codes, llvm::ArrayRef<int64_t> axes);

/// Emits the formula in an epilogue whose arguments are acc, then za and sum(b)
/// where a has a zero point, then zb and sum(a) where b has one.
mlir::Value subtractZeroPoints(mlir::OpBuilder &builder, mlir::Location loc,
                               mlir::ValueRange arguments, const ZeroPoint &a,
                               const ZeroPoint &b, int64_t k);

/// The code of i32 `sum`: quantize(f32(sum) * (aScale * bScale), yScale, yZero), as
/// a qnn.map; scales broadcast to the sum.
mlir::Value requantize(mlir::OpBuilder &builder, mlir::Location loc,
                       mlir::Type result, mlir::ValueRange sumAndScales);

} // namespace quantc

#endif // QUANTC_LIB_CONVERSION_ONNXTOQNN_ZEROPOINTS_H
