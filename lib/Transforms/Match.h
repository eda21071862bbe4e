//===- Match.h - Looking at graphs ------------------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// What the raising passes share: exporters write the same formula with operands
// in any order, constants of rank 0 or [1], and numbers rounded to the element
// type, and the patterns should not have to know.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TRANSFORMS_MATCH_H
#define QUANTC_LIB_TRANSFORMS_MATCH_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include <optional>

namespace quantc::match {

/// The one number of a constant whose elements are all equal, float or integer.
std::optional<double> getSplat(mlir::Value value);
/// Whether `value` is a constant of one element (so that it never broadcasts
/// anything), and which.
std::optional<double> getScalar(mlir::Value value);
/// Whether `value` is a constant scalar equal to `number` as its element type
/// rounds it, give or take one more rounding.
bool isScalar(mlir::Value value, double number);

/// If `value` is a commutative Op with a constant scalar operand: the other
/// operand and the number.
template <typename OpTy>
std::optional<std::pair<mlir::Value, double>>
getWithScalar(mlir::Value value) {
  auto op = value ? value.getDefiningOp<OpTy>() : OpTy();
  if (!op)
    return std::nullopt;
  if (std::optional<double> number = getScalar(op->getOperand(1)))
    return std::pair(op->getOperand(0), *number);
  if (std::optional<double> number = getScalar(op->getOperand(0)))
    return std::pair(op->getOperand(1), *number);
  return std::nullopt;
}

/// `value` under another static shape of as many elements: the same data where
/// it is constant, a Reshape otherwise.
mlir::Value reshapeTo(mlir::OpBuilder &builder, mlir::Value value,
                      llvm::ArrayRef<int64_t> shape);
/// A constant of `type` (static, floats) with all elements equal to `number`.
mlir::Value createSplat(mlir::OpBuilder &builder, mlir::Location loc,
                        mlir::RankedTensorType type, double number);

/// The only operation reading `value`, if it does so once.
mlir::Operation *getOnlyUser(mlir::Value value);

} // namespace quantc::match

#endif // QUANTC_LIB_TRANSFORMS_MATCH_H
