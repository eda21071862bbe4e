//===- PoolShapes.cpp - Shapes of pools -----------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "WindowShapes.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

template <typename OpTy>
static LogicalResult inferPool(OpTy op, ShapeEnv &env, Value result) {
  FailureOr<Window> window =
      getWindow(op, {op.getKernelShape(), op.getStrides(), op.getPads(),
                     op.getDilations(), op.getAutoPad(),
                     op.getCeilMode() != 0});
  if (failed(window))
    return failure();
  // C1
  size_t rank = window->getRank();
  if (failed(requireRank(op, env, op.getX(), rank + 2, "C1: X")))
    return failure();
  // C2: a window of nothing but padding would have no mean.
  for (size_t axis = 0; axis < rank; ++axis)
    if (std::max(window->pads[axis], window->pads[rank + axis]) >=
        window->getExtent(axis))
      return op.emitOpError("C2: pads must be smaller than the window along "
                            "spatial dimension ")
             << axis;
  const Dims *input = env.getShape(op.getX());
  if (!input)
    return success();
  Dims shape(ArrayRef<Dim>(*input).take_front(2));
  for (size_t axis = 0; axis < rank; ++axis) {
    FailureOr<Dim> count =
        getWindowCount(op, env, *window, axis, (*input)[axis + 2]);
    if (failed(count))
      return failure();
    shape.push_back(*count);
  }
  env.setShape(result, shape);
  return success();
}

LogicalResult AveragePoolOp::inferShapes(ShapeEnv &env) {
  return inferPool(*this, env, getY());
}

LogicalResult LpPoolOp::inferShapes(ShapeEnv &env) {
  // C3
  if (getP() < 1)
    return emitOpError("C3: p must be at least 1, found ") << getP();
  return inferPool(*this, env, getY());
}

LogicalResult MaxPoolOp::inferShapes(ShapeEnv &env) {
  // C3
  if (getStorageOrder() != 0 && getStorageOrder() != 1)
    return emitOpError("C3: storage_order must be 0 or 1, found ")
           << getStorageOrder();
  if (failed(inferPool(*this, env, getY())))
    return failure();
  return getIndices() ? copyShape(env, getY(), getIndices()) : success();
}

/// [N, C, spatial...] to [N, C, 1...].
static LogicalResult inferGlobalPool(Operation *op, ShapeEnv &env) {
  Value x = op->getOperand(0);
  // C1
  if (failed(requireMinRank(op, env, x, 2, "C1: X")))
    return failure();
  const Dims *input = env.getShape(x);
  if (!input)
    return success();
  Dims shape(input->size(), env.constant(1));
  std::copy_n(input->begin(), 2, shape.begin());
  env.setShape(op->getResult(0), shape);
  return success();
}

LogicalResult GlobalAveragePoolOp::inferShapes(ShapeEnv &env) {
  return inferGlobalPool(*this, env);
}

LogicalResult GlobalLpPoolOp::inferShapes(ShapeEnv &env) {
  // C2
  if (getP() < 1)
    return emitOpError("C2: p must be at least 1, found ") << getP();
  return inferGlobalPool(*this, env);
}

LogicalResult GlobalMaxPoolOp::inferShapes(ShapeEnv &env) {
  return inferGlobalPool(*this, env);
}
