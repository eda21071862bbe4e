//===- DimMath.h - Exact arithmetic on dimensions ---------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// AffineExpr simplifies sums and products only a little: s0 * s1 and s1 * s0 are
// different, and s0 * s1 * 384 floordiv s1 stays. Here every expression is
// brought to one normal form, a polynomial over symbols and floor divisions with
// its terms in a fixed order, so that equal dimensions are equal pointers and
// divisions cancel.
//
// A null Dim is a dimension nobody knows; arithmetic with one, an overflow and a
// division that is not exact give it too. Symbols are dimensions: at least 0.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_ONNX_IR_DIMMATH_H
#define QUANTC_DIALECT_ONNX_IR_DIMMATH_H

#include "mlir/IR/AffineExpr.h"
#include <optional>

namespace quantc::dims {

/// Constants in shapes stay below this, so that sums of a few cannot overflow.
constexpr int64_t maxConstant = int64_t(1) << 40;

mlir::AffineExpr add(mlir::AffineExpr a, mlir::AffineExpr b);
mlir::AffineExpr add(mlir::AffineExpr a, int64_t b);
mlir::AffineExpr sub(mlir::AffineExpr a, mlir::AffineExpr b);
mlir::AffineExpr mul(mlir::AffineExpr a, mlir::AffineExpr b);
mlir::AffineExpr mul(mlir::AffineExpr a, int64_t b);
/// a / b where b divides a for all values of the symbols (other than those that
/// make b zero), else null.
mlir::AffineExpr divideExactly(mlir::AffineExpr a, mlir::AffineExpr b);
/// Rounding towards minus and plus infinity; `b` must be positive.
mlir::AffineExpr floorDiv(mlir::AffineExpr a, int64_t b);
mlir::AffineExpr ceilDiv(mlir::AffineExpr a, int64_t b);

/// A value `a` never goes below, if one is known.
std::optional<int64_t> getLowerBound(mlir::AffineExpr a);
/// Whether a >= b for all values of the symbols.
bool isAtLeast(mlir::AffineExpr a, mlir::AffineExpr b);
bool isAtLeast(mlir::AffineExpr a, int64_t b);
/// Whether a == b is always true, or never; nothing when it depends.
std::optional<bool> isEqual(mlir::AffineExpr a, mlir::AffineExpr b);

} // namespace quantc::dims

#endif // QUANTC_DIALECT_ONNX_IR_DIMMATH_H
