//===- ShapeHelpers.cpp - What shape functions are written with -----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "ShapeHelpers.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallSet.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

LogicalResult onnx::copyShape(ShapeEnv &env, Value operand,
                              ValueRange results) {
  if (const Dims *shape = env.getShape(operand))
    for (Value result : results)
      env.setShape(result, *shape);
  return success();
}

LogicalResult onnx::normalizeAxis(Operation *op, int64_t &axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return op->emitOpError("axis ") << axis << " is not in [" << -rank << ", "
                                    << rank - 1 << "]";
  axis += axis < 0 ? rank : 0;
  return success();
}

LogicalResult onnx::normalizeAxes(Operation *op, SmallVectorImpl<int64_t> &axes,
                                  int64_t rank) {
  llvm::SmallSet<int64_t, 8> seen;
  for (int64_t &axis : axes) {
    if (failed(normalizeAxis(op, axis, rank)))
      return failure();
    if (!seen.insert(axis).second)
      return op->emitOpError("axis ") << axis << " occurs twice";
  }
  return success();
}

std::optional<SmallVector<int64_t>> onnx::getConstants(ShapeEnv &env,
                                                       Value value) {
  const Dims *contents = value ? env.getContents(value) : nullptr;
  if (!contents)
    return std::nullopt;
  SmallVector<int64_t> result;
  for (Dim element : *contents) {
    std::optional<int64_t> constant = ShapeEnv::getConstant(element);
    if (!constant)
      return std::nullopt;
    result.push_back(*constant);
  }
  return result;
}

Dim onnx::getScalar(ShapeEnv &env, Value value) {
  const Dims *contents = env.getContents(value);
  return contents && contents->size() == 1 ? contents->front() : Dim();
}

LogicalResult onnx::requireEqual(Operation *op, ShapeEnv &env, Dim dim,
                                 Dim other, const Twine &what) {
  std::optional<int64_t> left = ShapeEnv::getConstant(dim),
                         right = ShapeEnv::getConstant(other);
  if (left && right && *left != *right)
    return op->emitOpError() << what << " must agree, found " << *left
                             << " and " << *right;
  env.assumeEqual(dim, other);
  return success();
}

LogicalResult onnx::requireRank(Operation *op, ShapeEnv &env, Value value,
                                int64_t rank, const Twine &what) {
  const Dims *shape = value ? env.getShape(value) : nullptr;
  if (shape && int64_t(shape->size()) != rank)
    return op->emitOpError() << what << " must have rank " << rank
                             << ", found " << value.getType();
  return success();
}

LogicalResult onnx::requireMinRank(Operation *op, ShapeEnv &env, Value value,
                                   int64_t rank, const Twine &what) {
  const Dims *shape = env.getShape(value);
  if (shape && int64_t(shape->size()) < rank)
    return op->emitOpError() << what << " must have a rank of at least " << rank
                             << ", found " << value.getType();
  return success();
}

FailureOr<std::optional<Dims>>
onnx::broadcastShapes(Operation *op, ShapeEnv &env, ValueRange values) {
  Dims result;
  for (Value value : values) {
    const Dims *shape = env.getShape(value);
    if (!shape)
      return std::optional<Dims>();
    std::optional<Dims> both = env.broadcast(result, *shape);
    if (!both) {
      InFlightDiagnostic error =
          op->emitOpError("operand shapes do not broadcast:");
      for (Type type : values.getTypes())
        error << ' ' << type;
      return error;
    }
    result = std::move(*both);
  }
  return std::optional<Dims>(std::move(result));
}

LogicalResult onnx::requireBroadcastTo(Operation *op, ShapeEnv &env,
                                       Value value, ArrayRef<Dim> shape,
                                       const Twine &what) {
  const Dims *own = value ? env.getShape(value) : nullptr;
  if (!own)
    return success();
  if (own->size() <= shape.size()) {
    ArrayRef<Dim> target = shape.take_back(own->size());
    bool fits = true;
    for (auto [dim, goal] : llvm::zip_equal(*own, target)) {
      std::optional<int64_t> left = ShapeEnv::getConstant(dim),
                             right = ShapeEnv::getConstant(goal);
      fits &= left == 1 || !left || !right || *left == *right;
      if (left != 1 && !(left && right))
        env.assumeEqual(dim, goal);
    }
    if (fits)
      return success();
  }
  return op->emitOpError() << what << " of type " << value.getType()
                           << " does not broadcast to the shape it is for";
}
