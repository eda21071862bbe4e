//===- Shape.cpp - Constants, shapes and what is made from them -----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Convert.h"
#include "Movement.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include <cstring>

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::onnx;

static FailureOr<Tensor> readConstant(Operation *op, Evaluation &env,
                                      Attribute value) {
  std::optional<ConstantData> data = ConstantData::get(value);
  if (!data)
    return op->emitError("the value of a constant cannot be read");
  Tensor tensor;
  tensor.element = data->getType().getElementType();
  tensor.shape.assign(data->getType().getShape());
  tensor.bytes.assign(data->getBytes().begin(), data->getBytes().end());
  return env.hold(std::move(tensor));
}

static LogicalResult evaluateConstant(ConstantOp op, Evaluation &env) {
  FailureOr<Tensor> tensor = readConstant(op, env, op.getValue());
  if (failed(tensor))
    return failure();
  env.set(op.getOutput(), std::move(*tensor));
  return success();
}

static LogicalResult evaluateConstantOfShape(ConstantOfShapeOp op,
                                             Evaluation &env) {
  Tensor *y = env.create(op.getOutput(), env.getInts(op.getInput()));
  if (!y)
    return failure();
  if (!op.getValue())
    return success(); // zeros
  FailureOr<Tensor> value = readConstant(op, env, *op.getValue());
  if (failed(value))
    return failure();
  copyStrided(*value, 0, Sizes(y->shape.size(), 0), y->shape, *y);
  return success();
}

static LogicalResult evaluateShape(ShapeOp op, Evaluation &env) {
  const Sizes &shape = env.get(op.getData()).shape;
  int64_t rank = shape.size();
  auto clamp = [&](int64_t bound) {
    return std::clamp<int64_t>(bound < 0 ? bound + rank : bound, 0, rank);
  };
  int64_t start = clamp(op.getStart()), end = clamp(op.getEnd().value_or(rank));
  int64_t count = std::max<int64_t>(0, end - start);
  Tensor *y = env.create(op.getShape(), {count});
  if (!y)
    return failure();
  std::copy_n(shape.begin() + start, count, y->data<int64_t>());
  return success();
}

static LogicalResult evaluateSize(SizeOp op, Evaluation &env) {
  Tensor *y = env.create(op.getSize(), {});
  if (!y)
    return failure();
  *y->data<int64_t>() = env.get(op.getData()).size();
  return success();
}

static LogicalResult evaluateRange(RangeOp op, Evaluation &env) {
  const Tensor &start = env.get(op.getStart()), &limit = env.get(op.getLimit());
  const Tensor &delta = env.get(op.getDelta());
  return forNumber(op, start.element, [&](auto tag) -> LogicalResult {
    using T = typename decltype(tag)::type;
    T first = *start.data<T>(), step = *delta.data<T>();
    double distance = double(*limit.data<T>()) - double(first);
    if (step == T(0))
      return op.emitError("has a delta of 0");
    double steps = std::ceil(distance / double(step));
    int64_t count = std::max<int64_t>(0, convertNumber<int64_t>(steps));
    Tensor *y = env.create(op.getOutput(), {count});
    if (!y)
      return failure();
    for (int64_t i = 0; i < count; ++i)
      y->data<T>()[i] = add(first, multiply(T(i), step));
    return success();
  });
}

static LogicalResult evaluateEyeLike(EyeLikeOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getInput());
  if (x.shape.size() != 2)
    return op.emitError("expects a matrix");
  Tensor *y = env.create(op.getOutput(), x.shape);
  if (!y)
    return failure();
  return forAny(op, y->element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (int64_t row = 0; row < x.shape[0]; ++row) {
      int64_t column = row + op.getK();
      if (column >= 0 && column < x.shape[1])
        y->data<T>()[row * x.shape[1] + column] = T(1);
    }
  });
}

/// The value `on` where the new axis is at the index, `off` elsewhere.
static LogicalResult evaluateOneHot(OneHotOp op, Evaluation &env) {
  const Tensor &indices = env.get(op.getIndices());
  const Tensor &values = env.get(op.getValues());
  int64_t depth = env.getInt(op.getDepth());
  FailureOr<int64_t> axis =
      normalizeAxis(op, op.getAxis(), indices.shape.size() + 1);
  if (failed(axis))
    return failure();
  Sizes shape = indices.shape;
  shape.insert(shape.begin() + *axis, depth);
  Tensor *y = env.create(op.getOutput(), shape);
  if (!y)
    return failure();
  SmallVector<int64_t> positions = env.getInts(op.getIndices());
  AxisView view(shape, *axis);
  withStorage(y->element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T *pair = values.data<T>();
    std::fill_n(y->data<T>(), y->size(), pair[0]);
    for (auto [row, position] : llvm::enumerate(positions)) {
      int64_t i = position < 0 ? position + depth : position;
      if (i >= 0 && i < depth)
        y->data<T>()[view.start(row) + i * view.inner] = pair[1];
    }
  });
  return success();
}

void evaluator::addShape(Registry &registry) {
  registry.add<ConstantOp>(evaluateConstant);
  registry.add<ConstantOfShapeOp>(evaluateConstantOfShape);
  registry.add<EyeLikeOp>(evaluateEyeLike);
  registry.add<OneHotOp>(evaluateOneHot);
  registry.add<RangeOp>(evaluateRange);
  registry.add<ShapeOp>(evaluateShape);
  registry.add<SizeOp>(evaluateSize);
}
