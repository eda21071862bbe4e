//===- Scatter.cpp - Writing by index -------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Updates are applied in their row-major order, so that sums of floats at one
// place have one value.
//
//===----------------------------------------------------------------------===//

#include "Movement.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::onnx;

/// What an element becomes under the attribute `reduction`.
template <typename T> static T combine(StringRef reduction, T old, T update) {
  if constexpr (!std::is_same_v<T, bool>) {
    if (reduction == "add")
      return add(old, update);
    if (reduction == "mul")
      return multiply(old, update);
  }
  if (reduction == "max")
    return maximum(old, update);
  if (reduction == "min")
    return minimum(old, update);
  return update;
}

static LogicalResult evaluateScatterElements(ScatterElementsOp op,
                                             Evaluation &env) {
  const Tensor &x = env.get(op.getData()), &updates = env.get(op.getUpdates());
  const Tensor &indices = env.get(op.getIndices());
  FailureOr<int64_t> axis = normalizeAxis(op, op.getAxis(), x.shape.size());
  if (failed(axis))
    return failure();
  if (indices.shape != updates.shape || indices.shape.size() != x.shape.size())
    return op.emitError("indices and updates differ in shape, or from data "
                        "in rank");
  for (auto [d, size] : llvm::enumerate(indices.shape))
    if (int64_t(d) != *axis && size > x.shape[d])
      return op.emitError("indices are larger than the data");
  if (failed(reshape(op, env, x, op.getOutput(), x.shape)))
    return failure();
  Tensor &y = const_cast<Tensor &>(env.get(op.getOutput()));
  SmallVector<int64_t> positions = env.getInts(op.getIndices());
  Sizes strides = stridesOf(x.shape), others = strides;
  others[*axis] = 0;
  SmallVector<int64_t> offsets;
  Odometer(indices.shape, {others}).forEach([&](const int64_t *offset) {
    offsets.push_back(*offset);
  });
  for (auto [offset, position] : llvm::zip_equal(offsets, positions)) {
    FailureOr<int64_t> i = normalizeIndex(op, position, x.shape[*axis]);
    if (failed(i))
      return failure();
    offset += *i * strides[*axis];
  }
  return forAny(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (auto [i, offset] : llvm::enumerate(offsets)) {
      T &element = y.data<T>()[offset];
      element = combine(op.getReduction(), element, updates.data<T>()[i]);
    }
  });
}

static LogicalResult evaluateScatterND(ScatterNDOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getData()), &updates = env.get(op.getUpdates());
  const Tensor &indices = env.get(op.getIndices());
  int64_t rank = x.shape.size();
  int64_t depth = indices.shape.empty() ? rank + 1 : indices.shape.back();
  if (depth > rank)
    return op.emitError("index tuples are longer than the data's rank");
  int64_t tuples = countElements(ArrayRef<int64_t>(indices.shape).drop_back());
  int64_t chunk = countElements(ArrayRef<int64_t>(x.shape).drop_front(depth));
  if (updates.size() != tuples * chunk)
    return op.emitError("updates do not fit the indices");
  if (failed(reshape(op, env, x, op.getOutput(), x.shape)))
    return failure();
  Tensor &y = const_cast<Tensor &>(env.get(op.getOutput()));
  SmallVector<int64_t> positions = env.getInts(op.getIndices());
  Sizes strides = stridesOf(x.shape);
  return forAny(op, x.element, [&](auto tag) -> LogicalResult {
    using T = typename decltype(tag)::type;
    for (int64_t t = 0; t < tuples; ++t) {
      int64_t offset = 0;
      for (int64_t k = 0; k < depth; ++k) {
        FailureOr<int64_t> i =
            normalizeIndex(op, positions[t * depth + k], x.shape[k]);
        if (failed(i))
          return failure();
        offset += *i * strides[k];
      }
      for (int64_t i = 0; i < chunk; ++i) {
        T &element = y.data<T>()[offset + i];
        element = combine(op.getReduction(), element,
                          updates.data<T>()[t * chunk + i]);
      }
    }
    return success();
  });
}

void evaluator::addScatter(Registry &registry) {
  registry.add<ScatterElementsOp>(evaluateScatterElements);
  registry.add<ScatterNDOp>(evaluateScatterND);
}
