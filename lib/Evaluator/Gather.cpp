//===- Gather.cpp - Reading by index --------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Indices are data and are checked: one outside is an error, not a read.
//
//===----------------------------------------------------------------------===//

#include "Movement.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include <cstring>

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::onnx;

static LogicalResult evaluateGather(GatherOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getData());
  const Tensor &indices = env.get(op.getIndices());
  FailureOr<int64_t> axis = normalizeAxis(op, op.getAxis(), x.shape.size());
  if (failed(axis))
    return failure();
  Sizes shape(ArrayRef<int64_t>(x.shape).take_front(*axis));
  llvm::append_range(shape, indices.shape);
  llvm::append_range(shape, ArrayRef<int64_t>(x.shape).drop_front(*axis + 1));
  Tensor *y = env.create(op.getOutput(), shape);
  if (!y)
    return failure();
  AxisView view(x.shape, *axis);
  int64_t chunk = view.inner * getElementBytes(x.element);
  SmallVector<int64_t> positions = env.getInts(op.getIndices());
  char *out = y->bytes.data();
  for (int64_t outer = 0; outer < view.outer; ++outer)
    for (int64_t position : positions) {
      FailureOr<int64_t> i = normalizeIndex(op, position, view.length);
      if (failed(i))
        return failure();
      if (chunk)
        std::memcpy(out, x.bytes.data() + (outer * view.length + *i) * chunk,
                    chunk);
      out += chunk;
    }
  return success();
}

static LogicalResult evaluateGatherElements(GatherElementsOp op,
                                            Evaluation &env) {
  const Tensor &x = env.get(op.getData());
  const Tensor &indices = env.get(op.getIndices());
  FailureOr<int64_t> axis = normalizeAxis(op, op.getAxis(), x.shape.size());
  if (failed(axis))
    return failure();
  if (indices.shape.size() != x.shape.size())
    return op.emitError("indices and data differ in rank");
  for (auto [d, size] : llvm::enumerate(indices.shape))
    if (int64_t(d) != *axis && size > x.shape[d])
      return op.emitError("indices are larger than the data");
  Tensor *y = env.create(op.getOutput(), indices.shape);
  if (!y)
    return failure();
  SmallVector<int64_t> positions = env.getInts(op.getIndices());
  Sizes strides = stridesOf(x.shape), others = strides;
  others[*axis] = 0;
  LogicalResult result = success();
  withStorage(x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    int64_t next = 0;
    Odometer(indices.shape, {others}).forEach([&](const int64_t *offset) {
      FailureOr<int64_t> i =
          failed(result) ? FailureOr<int64_t>(failure())
                         : normalizeIndex(op, positions[next], x.shape[*axis]);
      if (failed(i))
        result = failure();
      else
        y->data<T>()[next] = x.data<T>()[*offset + *i * strides[*axis]];
      ++next;
    });
  });
  return result;
}

static LogicalResult evaluateGatherND(GatherNDOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getData());
  const Tensor &indices = env.get(op.getIndices());
  int64_t batchDims = op.getBatchDims(), rank = x.shape.size();
  int64_t depth = indices.shape.empty() ? 0 : indices.shape.back();
  if (batchDims < 0 || batchDims + depth > rank ||
      batchDims >= int64_t(indices.shape.size()))
    return op.emitError("index tuples are longer than the data's rank");
  ArrayRef<int64_t> dataShape = x.shape, indexShape = indices.shape;
  if (dataShape.take_front(batchDims) != indexShape.take_front(batchDims))
    return op.emitError("data and indices differ in batch dimensions");
  Sizes shape(indexShape.drop_back());
  llvm::append_range(shape, dataShape.drop_front(batchDims + depth));
  Tensor *y = env.create(op.getOutput(), shape);
  if (!y)
    return failure();
  SmallVector<int64_t> positions = env.getInts(op.getIndices());
  Sizes strides = stridesOf(x.shape);
  int64_t width = getElementBytes(x.element);
  int64_t chunk = countElements(dataShape.drop_front(batchDims + depth)) * width;
  int64_t batchSize = countElements(dataShape.drop_front(batchDims)) * width;
  int64_t tuples = countElements(indexShape.drop_back());
  int64_t batches = countElements(dataShape.take_front(batchDims));
  for (int64_t t = 0; t < tuples; ++t) {
    int64_t offset = 0;
    for (int64_t k = 0; k < depth; ++k) {
      FailureOr<int64_t> i = normalizeIndex(op, positions[t * depth + k],
                                            x.shape[batchDims + k]);
      if (failed(i))
        return failure();
      offset += *i * strides[batchDims + k] * width;
    }
    int64_t batch = t / (tuples / batches);
    if (chunk)
      std::memcpy(y->bytes.data() + t * chunk,
                  x.bytes.data() + batch * batchSize + offset, chunk);
  }
  return success();
}

void evaluator::addGather(Registry &registry) {
  registry.add<GatherOp>(evaluateGather);
  registry.add<GatherElementsOp>(evaluateGatherElements);
  registry.add<GatherNDOp>(evaluateGatherND);
}
