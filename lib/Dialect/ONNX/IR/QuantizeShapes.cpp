//===- QuantizeShapes.cpp - Shapes of quantization ------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Values keep their shape. The granularity of the scale is what is checked:
// one for the tensor, one for each index of an axis, or one for each block
// along it.
//
//===----------------------------------------------------------------------===//

#include "ShapeHelpers.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

/// The shape the scale must have, if anything is known of it.
static LogicalResult checkScale(Operation *op, ShapeEnv &env, Value x,
                                Value scale, int64_t axis, int64_t blockSize) {
  // C1
  if (blockSize < 0 || blockSize > dims::maxConstant)
    return op->emitOpError("C1: block_size must not be negative, found ")
           << blockSize;
  const Dims *shape = env.getShape(x), *scales = env.getShape(scale);
  if (!shape || !scales)
    return success();
  // One scale, written as a vector or not: the axis does not matter.
  bool isSingle = ShapeEnv::getConstant(env.product(*scales)) == 1;
  if (blockSize == 0 && scales->size() <= 1 && isSingle)
    return success();
  // C2
  if (failed(normalizeAxis(op, axis, shape->size())))
    return failure();
  if (blockSize == 0) {
    // C3
    if (failed(requireRank(op, env, scale, 1, "C3: a scale per axis")))
      return failure();
    return requireEqual(op, env, scales->front(), (*shape)[axis],
                        "C3: scales and the dimension quantized along");
  }
  // C4
  if (failed(requireRank(op, env, scale, shape->size(), "C4: a block scale")))
    return failure();
  for (auto [i, dim] : llvm::enumerate(*shape)) {
    Dim expected = int64_t(i) == axis ? dims::ceilDiv(dim, blockSize) : dim;
    if (expected &&
        failed(requireEqual(op, env, (*scales)[i], expected,
                            "C4: blocks along axis " + Twine(i))))
      return failure();
  }
  return success();
}

/// A zero point has the shape of its scale.
static LogicalResult checkZeroPoint(Operation *op, ShapeEnv &env, Value scale,
                                    Value zeroPoint) {
  const Dims *a = env.getShape(scale),
             *b = zeroPoint ? env.getShape(zeroPoint) : nullptr;
  if (!a || !b)
    return success();
  // A single one may be a scalar or a vector.
  if (ShapeEnv::getConstant(env.product(*a)) == 1 &&
      ShapeEnv::getConstant(env.product(*b)) == 1)
    return success();
  // C5
  if (failed(requireRank(op, env, zeroPoint, a->size(), "C5: zero point")))
    return failure();
  for (auto [left, right] : llvm::zip_equal(*a, *b))
    if (failed(requireEqual(op, env, left, right,
                            "C5: dimensions of scale and zero point")))
      return failure();
  return success();
}

LogicalResult DequantizeLinearOp::inferShapes(ShapeEnv &env) {
  if (failed(checkScale(*this, env, getX(), getXScale(), getAxis(),
                        getBlockSize())) ||
      failed(checkZeroPoint(*this, env, getXScale(), getXZeroPoint())))
    return failure();
  return copyShape(env, getX(), getY());
}

LogicalResult QuantizeLinearOp::inferShapes(ShapeEnv &env) {
  if (failed(checkScale(*this, env, getX(), getYScale(), getAxis(),
                        getBlockSize())) ||
      failed(checkZeroPoint(*this, env, getYScale(), getYZeroPoint())))
    return failure();
  return copyShape(env, getX(), getY());
}

LogicalResult DynamicQuantizeLinearOp::inferShapes(ShapeEnv &env) {
  env.setShape(getYScale(), {});
  env.setShape(getYZeroPoint(), {});
  return copyShape(env, getX(), getY());
}
