//===- Normalization.cpp - Recognize 1 / sqrt(mean(x^2) + eps) ------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Normalization.h"
#include "Match.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include <cmath>

using namespace mlir;
using namespace quantc;

/// v, if `value` is sqrt(v).
static Value matchSqrt(Value value) {
  if (auto sqrt = value.getDefiningOp<onnx::SqrtOp>())
    return sqrt.getX();
  auto pow = value.getDefiningOp<onnx::PowOp>();
  return pow && match::isScalar(pow.getY(), 0.5) ? pow.getX() : Value();
}

/// v, if `value` is 1 / sqrt(v).
static Value matchInverseSqrt(Value value) {
  if (auto reciprocal = value.getDefiningOp<onnx::ReciprocalOp>())
    return matchSqrt(reciprocal.getX());
  if (auto div = value.getDefiningOp<onnx::DivOp>())
    return match::isScalar(div.getA(), 1.0) ? matchSqrt(div.getB()) : Value();
  auto pow = value.getDefiningOp<onnx::PowOp>();
  return pow && match::isScalar(pow.getY(), -0.5) ? pow.getX() : Value();
}

/// x, if `value` is x * x.
static Value matchSquare(Value value) {
  if (auto mul = value.getDefiningOp<onnx::MulOp>())
    return mul.getA() == mul.getB() ? mul.getA() : Value();
  auto pow = value.getDefiningOp<onnx::PowOp>();
  return pow && match::isScalar(pow.getY(), 2.0) ? pow.getX() : Value();
}

/// The first axis of a mean over trailing dimensions that keeps them.
static std::optional<int64_t> getTrailingAxis(onnx::ReduceMeanOp op) {
  auto type = dyn_cast<RankedTensorType>(op.getData().getType());
  std::optional<ConstantData> data =
      op.getAxes() ? ConstantData::get(op.getAxes()) : std::nullopt;
  if (!type || !data || !op.getKeepdims() || data->getNumElements() == 0)
    return std::nullopt;
  SmallVector<int64_t> axes = data->getInts();
  for (int64_t &axis : axes)
    axis += axis < 0 ? type.getRank() : 0;
  llvm::sort(axes);
  for (auto [i, axis] : llvm::enumerate(axes))
    if (axis != type.getRank() - int64_t(axes.size()) + int64_t(i))
      return std::nullopt;
  return axes.front();
}

Value quantc::matchTrailingMean(Value mean, int64_t axis) {
  auto op = mean.getDefiningOp<onnx::ReduceMeanOp>();
  return op && getTrailingAxis(op) == axis ? op.getData() : Value();
}

std::optional<Normalized> quantc::matchNormalized(Operation *op) {
  Value x, meanSquare;
  if (auto div = dyn_cast<onnx::DivOp>(op)) {
    x = div.getA();
    meanSquare = matchSqrt(div.getB());
  } else if (auto mul = dyn_cast<onnx::MulOp>(op)) {
    x = mul.getA();
    meanSquare = matchInverseSqrt(mul.getB());
    if (!meanSquare) {
      x = mul.getB();
      meanSquare = matchInverseSqrt(mul.getA());
    }
  }
  auto sum = match::getWithScalar<onnx::AddOp>(meanSquare);
  auto mean = sum ? sum->first.getDefiningOp<onnx::ReduceMeanOp>()
                  : onnx::ReduceMeanOp();
  if (!mean || matchSquare(mean.getData()) != x || x.getType() != op->getResult(0).getType())
    return std::nullopt;
  std::optional<int64_t> axis = getTrailingAxis(mean);
  if (!axis)
    return std::nullopt;
  auto shape = cast<RankedTensorType>(x.getType()).getShape().drop_front(*axis);
  if (ShapedType::isDynamicShape(shape))
    return std::nullopt;
  return Normalized{x, *axis, sum->second, SmallVector<int64_t>(shape)};
}

Value quantc::getPerElement(OpBuilder &builder, Value factor,
                            ArrayRef<int64_t> shape, int64_t rank) {
  auto type = dyn_cast<RankedTensorType>(factor.getType());
  if (!type || !type.hasStaticShape() || type.getRank() > rank)
    return {};
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  std::optional<double> number = match::getScalar(factor);
  if (number && count != 1)
    return match::createSplat(builder, factor.getLoc(), type.clone(shape),
                              *number);
  auto padded = SmallVector<int64_t>(shape.size(), 1);
  ArrayRef<int64_t> sizes = type.getShape();
  while (sizes.size() > shape.size() && sizes.front() == 1)
    sizes = sizes.drop_front();
  // The normalized dimensions in full; leading ones of theirs may be missing.
  if (sizes.size() > shape.size() || type.getNumElements() != count)
    return {};
  llvm::copy(sizes, padded.begin() + (shape.size() - sizes.size()));
  if (ArrayRef(padded) != shape)
    return {};
  return match::reshapeTo(builder, factor, shape);
}

std::optional<Affine> quantc::getAffine(onnx::BatchNormalizationOp op) {
  std::optional<ConstantData> scale = ConstantData::get(op.getScale()),
                              bias = ConstantData::get(op.getB()),
                              mean = ConstantData::get(op.getInputMean()),
                              variance = ConstantData::get(op.getInputVar());
  if (!scale || !bias || !mean || !variance)
    return std::nullopt;
  Affine affine;
  double epsilon = op.getEpsilon().convertToDouble();
  for (int64_t i = 0, e = scale->getNumElements(); i < e; ++i) {
    double factor =
        scale->getDouble(i) / std::sqrt(variance->getDouble(i) + epsilon);
    affine.factor.push_back(factor);
    affine.offset.push_back(bias->getDouble(i) - mean->getDouble(i) * factor);
  }
  return affine;
}
