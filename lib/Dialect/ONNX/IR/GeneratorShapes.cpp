//===- GeneratorShapes.cpp - Shapes of operators that make tensors from sizes ===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "ShapeHelpers.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

/// Longer vectors are data, not shapes.
static constexpr int64_t maxContents = 1024;

LogicalResult ConstantOp::inferShapes(ShapeEnv &) {
  return success(); // its type says all, and getContents reads its value
}

LogicalResult ConstantOfShapeOp::inferShapes(ShapeEnv &env) {
  // C1
  auto value = dyn_cast_if_present<DenseElementsAttr>(getValueAttr());
  if (getValueAttr() && (!value || value.getNumElements() != 1))
    return emitOpError("C1: value must have one element");
  // C2
  if (failed(requireRank(*this, env, getInput(), 1, "C2: the operand")))
    return failure();
  const Dims *sizes = env.getContents(getInput());
  const Dims *length = env.getShape(getInput());
  std::optional<int64_t> rank =
      length ? ShapeEnv::getConstant(length->front()) : std::nullopt;
  if (!sizes) {
    if (rank && *rank <= 64)
      env.setShape(getOutput(), Dims(*rank));
    return success();
  }
  // C3
  for (Dim size : *sizes)
    if (ShapeEnv::getConstant(size).value_or(0) < 0)
      return emitOpError("C3: a size must not be negative");
  env.setShape(getOutput(), *sizes);
  std::optional<int64_t> count = ShapeEnv::getConstant(env.product(*sizes));
  auto element = value ? dyn_cast<IntegerType>(value.getElementType())
                       : IntegerType();
  if (element && element.getWidth() <= 64 && sizes->size() <= 1 && count &&
      *count <= maxContents) {
    auto data = ConstantData::get(Attribute(value));
    if (data)
      env.setContents(getOutput(), Dims(*count, env.constant(data->getInt(0))));
  }
  return success();
}

LogicalResult EyeLikeOp::inferShapes(ShapeEnv &env) {
  // C1
  if (failed(requireRank(*this, env, getInput(), 2, "C1: the operand")))
    return failure();
  return copyShape(env, getInput(), getOutput());
}

LogicalResult ShapeOp::inferShapes(ShapeEnv &env) {
  const Dims *input = env.getShape(getData());
  if (!input) {
    env.setShape(getResult(), Dims(1));
    return success();
  }
  auto clamp = [&](int64_t index) {
    int64_t rank = input->size();
    return std::clamp<int64_t>(index < 0 ? index + rank : index, 0, rank);
  };
  int64_t start = clamp(getStart());
  int64_t end = getEnd() ? clamp(*getEnd()) : input->size();
  Dims elements(ArrayRef<Dim>(*input).slice(
      start, std::max<int64_t>(end - start, 0)));
  env.setShape(getResult(), {env.constant(elements.size())});
  env.setContents(getResult(), elements);
  return success();
}

LogicalResult SizeOp::inferShapes(ShapeEnv &env) {
  env.setShape(getSize(), {});
  if (const Dims *input = env.getShape(getData()))
    env.setContents(getSize(), {env.product(*input)});
  return success();
}

//===----------------------------------------------------------------------===//
// Range
//===----------------------------------------------------------------------===//

/// The length of a range of floats that are all constant; negative if it has
/// none (infinite, or not a number).
static std::optional<double> getFloatLength(RangeOp op) {
  std::optional<ConstantData> start = ConstantData::get(op.getStart()),
                              limit = ConstantData::get(op.getLimit()),
                              delta = ConstantData::get(op.getDelta());
  for (const std::optional<ConstantData> &data : {start, limit, delta})
    if (!data || data->getNumElements() != 1)
      return std::nullopt;
  double length = std::ceil((limit->getDouble(0) - start->getDouble(0)) /
                            delta->getDouble(0));
  return std::isfinite(length) ? std::max(length, 0.0) : -1;
}

/// The number of elements from `start` by `delta` up to `limit`.
static Dim getIntegerLength(ShapeEnv &env, Dim start, Dim limit,
                            int64_t delta) {
  Dim distance = delta > 0 ? dims::sub(limit, start) : dims::sub(start, limit);
  if (dims::isAtLeast(dims::mul(distance, -1), 0))
    return env.constant(0);
  if (distance)
    env.assume(distance);
  return dims::ceilDiv(distance, std::abs(delta));
}

LogicalResult RangeOp::inferShapes(ShapeEnv &env) {
  // C1
  for (Value operand : getOperands()) {
    const Dims *shape = env.getShape(operand);
    if (shape && ShapeEnv::getConstant(env.product(*shape)).value_or(1) != 1)
      return emitOpError("C1: operands must be scalars, found ")
             << operand.getType();
  }
  if (std::optional<double> length = getFloatLength(*this)) {
    // C2
    if (*length < 0 || *length > double(dims::maxConstant))
      return emitOpError("C2: the range is endless or too long");
    env.setShape(getOutput(), {env.constant(int64_t(*length))});
  }
  Dim start = getScalar(env, getStart()), limit = getScalar(env, getLimit());
  std::optional<int64_t> delta =
      ShapeEnv::getConstant(getScalar(env, getDelta()));
  if (!start || !limit || !delta || *delta == 0 ||
      *delta < -dims::maxConstant || *delta > dims::maxConstant) {
    if (!env.getShape(getOutput()))
      env.setShape(getOutput(), Dims(1));
    return success();
  }
  Dim length = getIntegerLength(env, start, limit, *delta);
  env.setShape(getOutput(), {length});
  std::optional<int64_t> count = ShapeEnv::getConstant(length);
  if (!count || *count > maxContents)
    return success();
  Dims elements;
  for (int64_t i = 0; i < *count; ++i)
    elements.push_back(dims::add(start, i * *delta));
  env.setContents(getOutput(), std::move(elements));
  return success();
}
