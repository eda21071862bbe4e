//===- Selection.cpp - Results whose size is data -------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Movement.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include <algorithm>
#include <numeric>

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::onnx;

static LogicalResult evaluateNonZero(NonZeroOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getX());
  SmallVector<int64_t> found; // index after index
  Odometer odometer(x.shape, {stridesOf(x.shape)});
  LogicalResult result = forAny(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    odometer.forEach([&](const int64_t *offset) {
      if (x.data<T>()[*offset] != T(0))
        llvm::append_range(found, odometer.getIndex());
    });
  });
  int64_t rank = x.shape.size();
  int64_t count = rank ? int64_t(found.size()) / rank : 0;
  Tensor *y = env.create(op.getY(), {rank, count});
  if (failed(result) || !y)
    return failure();
  for (int64_t i = 0; i < count; ++i)
    for (int64_t d = 0; d < rank; ++d)
      y->data<int64_t>()[d * count + i] = found[i * rank + d];
  return success();
}

static LogicalResult evaluateCompress(CompressOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getInput());
  SmallVector<int64_t> condition = env.getInts(op.getCondition()), chosen;
  Sizes shape = {x.size()};
  int64_t axis = 0;
  if (op.getAxis()) {
    FailureOr<int64_t> given = normalizeAxis(op, *op.getAxis(), x.shape.size());
    if (failed(given))
      return failure();
    axis = *given;
    shape = x.shape;
  }
  AxisView view(shape, axis);
  for (auto [i, isChosen] : llvm::enumerate(condition))
    if (isChosen && int64_t(i) < view.length)
      chosen.push_back(i);
  shape[axis] = chosen.size();
  Tensor *y = env.create(op.getOutput(), shape);
  if (!y)
    return failure();
  withStorage(x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T *out = y->data<T>();
    for (int64_t outer = 0; outer < view.outer; ++outer)
      for (int64_t i : chosen)
        out = std::copy_n(x.data<T>() + (outer * view.length + i) * view.inner,
                          view.inner, out);
  });
  return success();
}

/// Equal elements are taken in the order of their indices; NaN counts as larger
/// than all.
static LogicalResult evaluateTopK(TopKOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getX());
  int64_t k = env.getInt(op.getK());
  FailureOr<int64_t> axis = normalizeAxis(op, op.getAxis(), x.shape.size());
  if (failed(axis))
    return failure();
  if (k < 0 || k > x.shape[*axis])
    return op.emitError("k is ")
           << k << ", outside a dimension of " << x.shape[*axis];
  Sizes shape = x.shape;
  shape[*axis] = k;
  Tensor *values = env.create(op.getValues(), shape);
  Tensor *indices = env.create(op.getIndices(), shape);
  if (!values || !indices)
    return failure();
  AxisView in(x.shape, *axis), out(shape, *axis);
  return forNumber(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::vector<int64_t> order(in.length);
    for (int64_t row = 0; row < in.rows(); ++row) {
      const T *first = x.data<T>() + in.start(row);
      auto before = [&](int64_t i, int64_t j) {
        T a = first[i * in.inner], b = first[j * in.inner];
        if (!op.getLargest())
          std::swap(a, b);
        if (a != a || b != b)
          return a != a && (b == b || i < j);
        return a != b ? a > b : i < j;
      };
      std::iota(order.begin(), order.end(), 0);
      std::sort(order.begin(), order.end(), before);
      for (int64_t i = 0; i < k; ++i) {
        int64_t position = out.start(row) + i * out.inner;
        values->data<T>()[position] = first[order[i] * in.inner];
        indices->data<int64_t>()[position] = order[i];
      }
    }
  });
}

void evaluator::addSelection(Registry &registry) {
  registry.add<CompressOp>(evaluateCompress);
  registry.add<NonZeroOp>(evaluateNonZero);
  registry.add<TopKOp>(evaluateTopK);
}
