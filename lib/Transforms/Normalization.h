//===- Normalization.h - Recognize 1 / sqrt(mean(x^2) + eps) ----*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// What LayerNormalization and RMSNormalization have in common when an exporter
// has spelled them out.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TRANSFORMS_NORMALIZATION_H
#define QUANTC_LIB_TRANSFORMS_NORMALIZATION_H

#include "mlir/IR/PatternMatch.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include <optional>
#include <vector>

namespace quantc {

/// value = x / sqrt(mean(x * x) + epsilon), the mean over the dimensions from
/// `axis` (not negative) on, which are static.
struct Normalized {
  mlir::Value x;
  int64_t axis;
  double epsilon;
  /// The sizes of the dimensions from `axis` on.
  llvm::SmallVector<int64_t> shape;
};
std::optional<Normalized> matchNormalized(mlir::Operation *op);

/// The operand of `mean`, if it is the mean over exactly the dimensions from
/// `axis` on, keeping them as ones.
mlir::Value matchTrailingMean(mlir::Value mean, int64_t axis);

/// `factor` as a tensor of exactly the normalized shape, if multiplying or adding
/// it to a normalized value gives each of its elements one number.
mlir::Value getPerElement(mlir::OpBuilder &builder, mlir::Value factor,
                          llvm::ArrayRef<int64_t> shape, int64_t rank);

/// A batch normalization at inference, y = x * factor + offset for each channel:
/// factor = scale / sqrt(var + epsilon), in double.
struct Affine {
  std::vector<double> factor, offset;
};
/// None where a parameter is not constant.
std::optional<Affine> getAffine(onnx::BatchNormalizationOp op);

/// The normalization among the operands of `op` that nobody else reads and whose
/// result is as large as that of `op`, and the other operand.
template <typename NormOp>
std::optional<std::pair<NormOp, mlir::Value>>
matchNormalizedOperand(mlir::Operation *op) {
  for (int i : {0, 1}) {
    mlir::Value operand = op->getOperand(i);
    auto norm = operand.getDefiningOp<NormOp>();
    if (norm && operand.hasOneUse() && norm->getNumResults() == 1 &&
        op->getResult(0).getType() == norm.getX().getType())
      return std::pair(norm, op->getOperand(1 - i));
  }
  return std::nullopt;
}

} // namespace quantc

#endif // QUANTC_LIB_TRANSFORMS_NORMALIZATION_H
