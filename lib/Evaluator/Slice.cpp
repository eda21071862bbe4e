//===- Slice.cpp - Parts of a tensor --------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Movement.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include <algorithm>

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::onnx;

namespace {
/// A slice of one dimension: `count` elements from `start` on.
struct Slice {
  int64_t start, count, step;
};
} // namespace

/// numpy's rules: bounds count from the end where negative, and are clamped.
static Slice clampSlice(int64_t start, int64_t end, int64_t step,
                        int64_t size) {
  auto clamp = [&](int64_t bound) {
    if (bound < 0)
      bound += size;
    return step > 0 ? std::clamp<int64_t>(bound, 0, size)
                    : std::clamp<int64_t>(bound, -1, size - 1);
  };
  start = clamp(start);
  end = clamp(end);
  int64_t distance = step > 0 ? end - start : start - end;
  uint64_t stride = step > 0 ? uint64_t(step) : -uint64_t(step);
  int64_t count = distance <= 0 ? 0 : int64_t((distance - 1) / stride) + 1;
  return {count ? start : 0, count, step};
}

static LogicalResult evaluateSlice(SliceOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getData());
  SmallVector<int64_t> starts = env.getInts(op.getStarts());
  SmallVector<int64_t> ends = env.getInts(op.getEnds()), axes, steps;
  if (op.getAxes())
    axes = env.getInts(op.getAxes());
  else
    llvm::append_range(axes, llvm::seq<int64_t>(0, starts.size()));
  steps.assign(starts.size(), 1);
  if (op.getSteps())
    steps = env.getInts(op.getSteps());
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size())
    return op.emitError("starts, ends, axes and steps differ in length");

  Sizes shape = x.shape, strides = stridesOf(x.shape), own = strides;
  int64_t first = 0;
  for (auto [i, axis] : llvm::enumerate(axes)) {
    FailureOr<int64_t> d = normalizeAxis(op, axis, x.shape.size());
    if (failed(d))
      return failure();
    if (steps[i] == 0)
      return op.emitError("has a step of 0");
    Slice part = clampSlice(starts[i], ends[i], steps[i], x.shape[*d]);
    shape[*d] = part.count;
    first += part.start * own[*d];
    strides[*d] = part.count > 1 ? part.step * own[*d] : 0;
  }
  Tensor *y = env.create(op.getOutput(), shape);
  if (!y)
    return failure();
  copyStrided(x, first, strides, shape, *y);
  return success();
}

static LogicalResult evaluateSplit(SplitOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getInput());
  FailureOr<int64_t> axis = normalizeAxis(op, op.getAxis(), x.shape.size());
  if (failed(axis))
    return failure();
  int64_t parts = op.getNumResults(), size = x.shape[*axis];
  SmallVector<int64_t> sizes;
  if (op.getSplit()) {
    sizes = env.getInts(op.getSplit());
  } else {
    // Equal parts, the last one perhaps smaller.
    int64_t each = (size + parts - 1) / parts;
    for (int64_t i = 0; i < parts; ++i)
      sizes.push_back(std::max<int64_t>(
          0, std::min(each, size - i * each)));
  }
  if (int64_t(sizes.size()) != parts ||
      std::accumulate(sizes.begin(), sizes.end(), int64_t(0)) != size)
    return op.emitError("parts do not add up to a dimension of ") << size;
  Sizes strides = stridesOf(x.shape);
  int64_t start = 0;
  for (auto [part, result] : llvm::zip_equal(sizes, op.getResults())) {
    Sizes shape = x.shape;
    shape[*axis] = part;
    Tensor *y = env.create(result, shape);
    if (!y)
      return failure();
    copyStrided(x, start * strides[*axis], strides, shape, *y);
    start += part;
  }
  return success();
}

void evaluator::addSlice(Registry &registry) {
  registry.add<SliceOp>(evaluateSlice);
  registry.add<SplitOp>(evaluateSplit);
}
