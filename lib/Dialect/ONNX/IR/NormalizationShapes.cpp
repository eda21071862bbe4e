//===- NormalizationShapes.cpp - Shapes of normalizations -----------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// All have the shape of their operand; the checks are about scale and bias,
// which later passes read without looking.
//
//===----------------------------------------------------------------------===//

#include "ShapeHelpers.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

/// `values` are vectors with one element for each channel of `x`, [N, C, ...].
static LogicalResult requireChannels(Operation *op, ShapeEnv &env, Value x,
                                     ValueRange values) {
  // C1
  if (failed(requireMinRank(op, env, x, 2, "C1: X")))
    return failure();
  const Dims *input = env.getShape(x);
  for (Value value : values) {
    // C2
    if (failed(requireRank(op, env, value, 1, "C2: a per-channel operand")))
      return failure();
    const Dims *shape = env.getShape(value);
    if (input && shape &&
        failed(requireEqual(op, env, shape->front(), (*input)[1],
                            "C2: elements of a per-channel operand and "
                            "channels")))
      return failure();
  }
  return success();
}

/// An axis attribute of an operator that keeps its operand's shape.
static LogicalResult inferAlongAxis(Operation *op, ShapeEnv &env,
                                    int64_t axis) {
  const Dims *shape = env.getShape(op->getOperand(0));
  // C1
  if (shape && failed(normalizeAxis(op, axis, shape->size())))
    return failure();
  return copyShape(env, op->getOperand(0), op->getResults());
}

LogicalResult HardmaxOp::inferShapes(ShapeEnv &env) {
  return inferAlongAxis(*this, env, getAxis());
}

LogicalResult LogSoftmaxOp::inferShapes(ShapeEnv &env) {
  return inferAlongAxis(*this, env, getAxis());
}

LogicalResult SoftmaxOp::inferShapes(ShapeEnv &env) {
  return inferAlongAxis(*this, env, getAxis());
}

LogicalResult LpNormalizationOp::inferShapes(ShapeEnv &env) {
  // C2
  if (getP() != 1 && getP() != 2)
    return emitOpError("C2: p must be 1 or 2, found ") << getP();
  return inferAlongAxis(*this, env, getAxis());
}

LogicalResult BatchNormalizationOp::inferShapes(ShapeEnv &env) {
  if (failed(requireChannels(
          *this, env, getX(),
          {getScale(), getB(), getInputMean(), getInputVar()})))
    return failure();
  for (Value running : {getRunningMean(), getRunningVar()})
    if (running && failed(copyShape(env, getInputMean(), running)))
      return failure();
  return copyShape(env, getX(), getY());
}

LogicalResult GroupNormalizationOp::inferShapes(ShapeEnv &env) {
  if (failed(requireChannels(*this, env, getX(), {getScale(), getBias()})))
    return failure();
  // C3
  const Dims *shape = env.getShape(getX());
  std::optional<int64_t> channels =
      shape ? ShapeEnv::getConstant((*shape)[1]) : std::nullopt;
  int64_t groups = getNumGroups();
  if (groups < 1 || (channels && *channels % groups))
    return emitOpError("C3: num_groups must be positive and divide the "
                       "channels, found ")
           << groups;
  return copyShape(env, getX(), getY());
}

LogicalResult InstanceNormalizationOp::inferShapes(ShapeEnv &env) {
  if (failed(requireChannels(*this, env, getInput(), {getScale(), getB()})))
    return failure();
  return copyShape(env, getInput(), getOutput());
}

LogicalResult LRNOp::inferShapes(ShapeEnv &env) {
  // C1
  if (failed(requireMinRank(*this, env, getX(), 2, "C1: X")))
    return failure();
  // C2
  if (getSize() < 1)
    return emitOpError("C2: size must be at least 1, found ") << getSize();
  return copyShape(env, getX(), getY());
}

LogicalResult MeanVarianceNormalizationOp::inferShapes(ShapeEnv &env) {
  const Dims *shape = env.getShape(getX());
  SmallVector<int64_t> axes(getAxes());
  // C1
  if (shape && failed(normalizeAxes(*this, axes, shape->size())))
    return failure();
  return copyShape(env, getX(), getY());
}

/// Scale and bias broadcast to the dimensions of `x` from `axis` on.
static LogicalResult inferLayer(Operation *op, ShapeEnv &env, Value x,
                                int64_t axis, ArrayRef<Value> parameters,
                                ArrayRef<Value> statistics) {
  const Dims *shape = env.getShape(x);
  if (!shape)
    return success();
  // C1
  if (failed(normalizeAxis(op, axis, shape->size())))
    return failure();
  // C2: scale and bias may also vary along dimensions before the axis.
  for (Value parameter : parameters)
    if (failed(requireBroadcastTo(op, env, parameter, *shape,
                                  "C2: a scale or bias")))
      return failure();
  Dims reduced(*shape);
  std::fill(reduced.begin() + axis, reduced.end(), env.constant(1));
  for (Value statistic : statistics)
    if (statistic)
      env.setShape(statistic, reduced);
  env.setShape(op->getResult(0), *shape);
  return success();
}

LogicalResult LayerNormalizationOp::inferShapes(ShapeEnv &env) {
  return inferLayer(*this, env, getX(), getAxis(), {getScale(), getB()},
                    {getMean(), getInvStdDev()});
}

LogicalResult RMSNormalizationOp::inferShapes(ShapeEnv &env) {
  return inferLayer(*this, env, getX(), getAxis(), {getScale()}, {});
}

LogicalResult DropoutOp::inferShapes(ShapeEnv &env) {
  return copyShape(env, getData(), (*this)->getResults());
}
