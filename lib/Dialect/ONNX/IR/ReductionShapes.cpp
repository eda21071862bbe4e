//===- ReductionShapes.cpp - Shapes of reductions and scans ---------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "ShapeHelpers.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

/// `input` without `axes`, or with ones there.
static Dims reduce(ShapeEnv &env, ArrayRef<Dim> input, ArrayRef<int64_t> axes,
                   bool keepDims) {
  Dims shape;
  for (auto [i, dim] : llvm::enumerate(input)) {
    if (!llvm::is_contained(axes, int64_t(i)))
      shape.push_back(dim);
    else if (keepDims)
      shape.push_back(env.constant(1));
  }
  return shape;
}

/// A reduction over axes nobody knows: only the rank may be known.
static void setUnknownReduction(ShapeEnv &env, Value result, size_t rank,
                                Value axes, bool keepDims) {
  const Dims *length = env.getShape(axes);
  std::optional<int64_t> count =
      length && length->size() == 1 ? ShapeEnv::getConstant(length->front())
                                    : std::nullopt;
  if (keepDims)
    env.setShape(result, Dims(rank));
  else if (count && *count > 0 && *count <= int64_t(rank))
    env.setShape(result, Dims(rank - *count));
}

template <typename OpTy>
static LogicalResult inferReduction(OpTy op, ShapeEnv &env) {
  const Dims *input = env.getShape(op.getData());
  if (!input)
    return success();
  bool keepDims = op.getKeepdims() != 0;
  SmallVector<int64_t> axes;
  if (op.getAxes()) {
    auto constants = getConstants(env, op.getAxes());
    const Dims *length = env.getShape(op.getAxes());
    bool isEmpty = length && length->size() == 1 &&
                   ShapeEnv::getConstant(length->front()) == 0;
    if (!constants && !isEmpty) {
      setUnknownReduction(env, op.getReduced(), input->size(), op.getAxes(),
                          keepDims);
      return success();
    }
    axes = constants.value_or(SmallVector<int64_t>());
  }
  if (axes.empty() && op.getNoopWithEmptyAxes() == 0)
    axes = llvm::to_vector(llvm::seq<int64_t>(0, input->size()));
  // C1
  if (failed(normalizeAxes(op, axes, input->size())))
    return failure();
  env.setShape(op.getReduced(), reduce(env, *input, axes, keepDims));
  return success();
}

#define REDUCTION(Name)                                                        \
  LogicalResult Name##Op::inferShapes(ShapeEnv &env) {                         \
    return inferReduction(*this, env);                                         \
  }
REDUCTION(ReduceL1)
REDUCTION(ReduceL2)
REDUCTION(ReduceLogSum)
REDUCTION(ReduceLogSumExp)
REDUCTION(ReduceMax)
REDUCTION(ReduceMean)
REDUCTION(ReduceMin)
REDUCTION(ReduceSum)
REDUCTION(ReduceSumSquare)
#undef REDUCTION

LogicalResult ReduceProdOp::inferShapes(ShapeEnv &env) {
  if (failed(inferReduction(*this, env)))
    return failure();
  // The number of elements, from a shape.
  const Dims *elements = env.getContents(getData());
  const Dims *input = env.getShape(getData()),
             *shape = env.getShape(getReduced());
  bool reduces = getAxes() || getNoopWithEmptyAxes() == 0;
  if (elements && input && input->size() == 1 && shape && reduces)
    env.setContents(getReduced(), {env.product(*elements)});
  return success();
}

template <typename OpTy>
static LogicalResult inferArg(OpTy op, ShapeEnv &env) {
  const Dims *input = env.getShape(op.getData());
  if (!input)
    return success();
  // C1
  int64_t axis = op.getAxis();
  if (failed(normalizeAxis(op, axis, input->size())))
    return failure();
  // C2
  if (ShapeEnv::getConstant((*input)[axis]) == 0)
    return op.emitOpError("C2: there is no element along axis ") << axis;
  env.assume(dims::add((*input)[axis], -1));
  env.setShape(op.getReduced(),
               reduce(env, *input, axis, op.getKeepdims() != 0));
  return success();
}

LogicalResult ArgMaxOp::inferShapes(ShapeEnv &env) {
  return inferArg(*this, env);
}

LogicalResult ArgMinOp::inferShapes(ShapeEnv &env) {
  return inferArg(*this, env);
}

LogicalResult CumSumOp::inferShapes(ShapeEnv &env) {
  const Dims *input = env.getShape(getX());
  auto axes = getConstants(env, getAxis());
  // C1
  if (input && axes && axes->size() == 1 &&
      failed(normalizeAxis(*this, axes->front(), input->size())))
    return failure();
  return copyShape(env, getX(), getY());
}

LogicalResult TriluOp::inferShapes(ShapeEnv &env) {
  // C1
  if (failed(requireMinRank(*this, env, getInput(), 2, "C1: the operand")))
    return failure();
  return copyShape(env, getInput(), getOutput());
}

LogicalResult ReverseSequenceOp::inferShapes(ShapeEnv &env) {
  // C1
  int64_t batch = getBatchAxis(), time = getTimeAxis();
  if (batch < 0 || batch > 1 || time < 0 || time > 1 || batch == time)
    return emitOpError("C1: batch_axis and time_axis must be 0 and 1 in some "
                       "order, found ")
           << batch << " and " << time;
  if (failed(requireMinRank(*this, env, getInput(), 2, "C1: the operand")) ||
      failed(requireRank(*this, env, getSequenceLens(), 1,
                         "C2: sequence_lens")))
    return failure();
  // C2
  const Dims *input = env.getShape(getInput()),
             *lengths = env.getShape(getSequenceLens());
  if (input && lengths &&
      failed(requireEqual(*this, env, lengths->front(), (*input)[batch],
                          "C2: elements of sequence_lens and batch")))
    return failure();
  return copyShape(env, getInput(), getY());
}
