//===- Reshape.cpp - The same elements under another shape ----------------===//
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

static LogicalResult evaluateReshape(ReshapeOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getData());
  Sizes shape(env.getInts(op.getShape()));
  int64_t known = 1, inferred = -1;
  for (auto [d, size] : llvm::enumerate(shape)) {
    if (size == 0 && !op.getAllowzero()) {
      if (d >= x.shape.size())
        return op.emitError("copies a dimension that is not there");
      size = x.shape[d];
    }
    if (size == -1 && inferred < 0)
      inferred = d;
    else if (size < 0)
      return op.emitError("has a negative dimension, ") << size;
    else
      known *= size;
  }
  if (inferred >= 0)
    shape[inferred] = known ? x.size() / known : 0;
  return reshape(op, env, x, op.getReshaped(), shape);
}

static LogicalResult evaluateFlatten(FlattenOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getInput());
  int64_t rank = x.shape.size(), axis = op.getAxis();
  axis += axis < 0 ? rank : 0;
  if (axis < 0 || axis > rank)
    return op.emitError("axis ") << op.getAxis() << " is outside rank " << rank;
  ArrayRef<int64_t> shape = x.shape;
  return reshape(op, env, x, op.getOutput(),
                 {countElements(shape.take_front(axis)),
                  countElements(shape.drop_front(axis))});
}

static LogicalResult evaluateSqueeze(SqueezeOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getData());
  int64_t rank = x.shape.size();
  SmallVector<bool> isRemoved(rank, false);
  if (op.getAxes()) {
    for (int64_t axis : env.getInts(op.getAxes())) {
      FailureOr<int64_t> d = normalizeAxis(op, axis, rank);
      if (failed(d))
        return failure();
      isRemoved[*d] = true;
    }
  } else {
    for (int64_t d = 0; d < rank; ++d)
      isRemoved[d] = x.shape[d] == 1;
  }
  Sizes shape;
  for (int64_t d = 0; d < rank; ++d)
    if (!isRemoved[d])
      shape.push_back(x.shape[d]);
  return reshape(op, env, x, op.getSqueezed(), shape);
}

static LogicalResult evaluateUnsqueeze(UnsqueezeOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getData());
  SmallVector<int64_t> axes = env.getInts(op.getAxes());
  int64_t rank = x.shape.size() + axes.size();
  SmallVector<bool> isInserted(rank, false);
  for (int64_t axis : axes) {
    FailureOr<int64_t> d = normalizeAxis(op, axis, rank);
    if (failed(d))
      return failure();
    isInserted[*d] = true;
  }
  Sizes shape;
  size_t next = 0;
  for (int64_t d = 0; d < rank; ++d)
    shape.push_back(isInserted[d] || next == x.shape.size() ? 1
                                                            : x.shape[next++]);
  return reshape(op, env, x, op.getExpanded(), shape);
}

static LogicalResult evaluateDropout(DropoutOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getData());
  bool training = op.getTrainingMode() && env.getInt(op.getTrainingMode());
  double ratio = op.getRatio() ? env.getDouble(op.getRatio()) : 0.5;
  if (training && ratio != 0)
    return emitUnsupported(op) << "Dropout in training, which is random";
  if (op.getMask()) {
    Tensor *mask = env.create(op.getMask(), x.shape);
    if (!mask)
      return failure();
    std::fill(mask->bytes.begin(), mask->bytes.end(), 1);
  }
  return reshape(op, env, x, op.getOutput(), x.shape);
}

void evaluator::addReshape(Registry &registry) {
  registry.add<IdentityOp>([](IdentityOp op, Evaluation &env) {
    const Tensor &x = env.get(op.getInput());
    return reshape(op, env, x, op.getOutput(), x.shape);
  });
  registry.add<DropoutOp>(evaluateDropout);
  registry.add<FlattenOp>(evaluateFlatten);
  registry.add<ReshapeOp>(evaluateReshape);
  registry.add<SqueezeOp>(evaluateSqueeze);
  registry.add<UnsqueezeOp>(evaluateUnsqueeze);
}
