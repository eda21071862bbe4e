//===- Match.cpp - Looking at graphs --------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Match.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "llvm/ADT/APFloat.h"
#include <cmath>

using namespace mlir;
using namespace quantc;

std::optional<double> match::getSplat(Value value) {
  auto constant = value ? value.getDefiningOp<onnx::ConstantOp>()
                        : onnx::ConstantOp();
  if (!constant)
    return std::nullopt;
  // Splats are always dense: nothing is expanded here.
  auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
  if (!dense || dense.getNumElements() == 0 || !dense.isSplat())
    return std::nullopt;
  Attribute element = dense.getSplatValue<Attribute>();
  if (auto number = dyn_cast<FloatAttr>(element))
    return number.getValueAsDouble();
  auto integer = cast<IntegerAttr>(element);
  // Booleans are 0 and 1.
  if (integer.getType().isInteger(1) || integer.getType().isUnsignedInteger())
    return double(integer.getValue().getZExtValue());
  return double(integer.getValue().getSExtValue());
}

std::optional<double> match::getScalar(Value value) {
  auto type = dyn_cast_if_present<RankedTensorType>(
      value ? value.getType() : Type());
  if (!type || !type.hasStaticShape() || type.getNumElements() != 1)
    return std::nullopt;
  return getSplat(value);
}

bool match::isScalar(Value value, double number) {
  std::optional<double> found = getScalar(value);
  if (!found)
    return false;
  auto type = dyn_cast<FloatType>(getElementTypeOrSelf(value.getType()));
  if (!type)
    return *found == number;
  // Two units in the last place: one for each way of writing a number.
  unsigned precision = llvm::APFloat::semanticsPrecision(
      type.getFloatSemantics());
  double tolerance = std::ldexp(2.0, -int(std::min(precision, 24u)));
  return std::abs(*found - number) <= tolerance * std::abs(number);
}

Value match::reshapeTo(OpBuilder &builder, Value value,
                       ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() == shape)
    return value;
  RankedTensorType result = type.clone(shape);
  Location loc = value.getLoc();
  if (std::optional<ConstantData> data = ConstantData::get(value))
    return createConstant(builder, loc, makeConstant(result, data->getBytes()));
  return onnx::ReshapeOp::create(builder, loc, result, value,
                                 createInts(builder, loc, shape),
                                 builder.getI64IntegerAttr(0));
}

Value match::createSplat(OpBuilder &builder, Location loc,
                         RankedTensorType type, double number) {
  auto element = cast<FloatType>(type.getElementType());
  return createConstant(
      builder, loc,
      DenseElementsAttr::get(type, Attribute(builder.getFloatAttr(element,
                                                                  number))));
}

Operation *match::getOnlyUser(Value value) {
  return value.hasOneUse() ? *value.user_begin() : nullptr;
}
