//===- ControlShapes.cpp - Shapes of control flow -------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A result of If is what both branches agree on, or what the branch gives that
// sizes decide for. A value carried by a Loop
// starts with its initial shape; dimensions that change from one round to the
// next become unknown, until nothing changes any more.
//
//===----------------------------------------------------------------------===//

#include "ShapeHelpers.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

Region *quantc::getTakenBranch(ShapeEnv &env, IfOp op) {
  Dim condition = getScalar(env, op.getCond());
  std::optional<int64_t> constant = ShapeEnv::getConstant(condition);
  if (!constant)
    return nullptr;
  return *constant ? &op.getThenBranch() : &op.getElseBranch();
}

static YieldOp getYield(Region &body) {
  return cast<YieldOp>(body.front().getTerminator());
}

/// What `a` and `b` have in common; null where even the ranks differ.
static std::optional<Dims> merge(const Dims *a, const Dims *b) {
  if (!a || !b || a->size() != b->size())
    return std::nullopt;
  Dims result(*a);
  for (auto [dim, other] : llvm::zip_equal(result, *b))
    if (dim != other)
      dim = Dim();
  return result;
}

LogicalResult IfOp::inferShapes(ShapeEnv &env) {
  // Only one branch can run: the other one need not make sense.
  if (Region *taken = getTakenBranch(env, *this)) {
    if (failed(env.analyze(taken->front())))
      return failure();
    for (auto [result, value] :
         llvm::zip_equal(getResults(), getYield(*taken).getValues())) {
      if (const Dims *shape = env.getShape(value))
        env.setShape(result, *shape);
      if (const Dims *elements = env.getContents(value))
        env.setContents(result, *elements);
    }
    return success();
  }
  if (failed(env.analyze(getThenBranch().front())) ||
      failed(env.analyze(getElseBranch().front())))
    return failure();
  for (auto [result, then, otherwise] :
       llvm::zip_equal(getResults(), getYield(getThenBranch()).getValues(),
                       getYield(getElseBranch()).getValues())) {
    std::optional<Dims> shape =
        merge(env.getShape(then), env.getShape(otherwise));
    if (shape)
      env.setShape(result, *shape);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Loop
//===----------------------------------------------------------------------===//

/// Makes the dimensions of a carried value unknown that `next`, its value after
/// a round, does not keep. Sets `changed` where there are any.
static LogicalResult weaken(LoopOp op, ShapeEnv &env, BlockArgument argument,
                            Value next, bool &changed) {
  const Dims *before = env.getShape(argument), *after = env.getShape(next);
  if (!before)
    return success();
  // C4
  if (!after || after->size() != before->size())
    return op.emitOpError("C4: the rank of carried value ")
           << argument.getArgNumber() - 2 << " is not kept by the body";
  auto type = dyn_cast<RankedTensorType>(argument.getType());
  Dims result(*before);
  bool isStable = true;
  for (auto [i, dim] : llvm::enumerate(result)) {
    bool isStatic = type && !type.isDynamicDim(i);
    auto symbol = dyn_cast<AffineSymbolExpr>(dim);
    bool isOwn = symbol && env.getSymbols()[symbol.getPosition()].value ==
                               Value(argument);
    if (dim == (*after)[i] || isStatic || isOwn)
      continue;
    dim = Dim();
    isStable = false;
  }
  if (!isStable)
    env.setShape(argument, result);
  changed |= !isStable;
  return success();
}

LogicalResult LoopOp::inferShapes(ShapeEnv &env) {
  Block &body = getBody().front();
  env.setShape(body.getArgument(0), {});
  env.setShape(body.getArgument(1), {});
  auto carried = body.getArguments().drop_front(2);
  for (auto [argument, initial] : llvm::zip_equal(carried, getVInitial()))
    if (const Dims *shape = env.getShape(initial))
      env.setShape(argument, *shape);
  auto yielded = getYield(getBody()).getValues().drop_front();
  // Every round makes at least one dimension unknown, so it ends.
  for (bool changed = true; changed;) {
    changed = false;
    if (failed(env.analyze(body)))
      return failure();
    for (auto [argument, next] : llvm::zip(carried, yielded))
      if (failed(weaken(*this, env, argument, next, changed)))
        return failure();
  }
  size_t count = carried.size();
  for (auto [result, argument] : llvm::zip(getResults(), carried))
    if (const Dims *shape = env.getShape(argument))
      env.setShape(result, *shape);
  for (auto [result, value] : llvm::zip_equal(getResults().drop_front(count),
                                              yielded.drop_front(count))) {
    const Dims *shape = env.getShape(value);
    if (!shape)
      continue;
    Dims stacked = {Dim()}; // the number of rounds
    stacked.append(*shape);
    env.setShape(result, stacked);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

LogicalResult IfOp::verify() {
  for (Region *branch : {&getThenBranch(), &getElseBranch()}) {
    auto values = getYield(*branch).getValues();
    // C1
    if (values.size() != getNumResults())
      return emitOpError("C1: both branches must yield ")
             << getNumResults() << " values, found " << values.size();
    // C2
    for (auto [value, result] : llvm::zip_equal(values, getResults()))
      if (getElementTypeOrSelf(value) != getElementTypeOrSelf(result))
        return emitOpError("C2: yields ")
               << value.getType() << " for a result of " << result.getType();
  }
  return success();
}

LogicalResult LoopOp::verify() {
  Block &body = getBody().front();
  size_t carried = getVInitial().size();
  // C1
  if (body.getNumArguments() != carried + 2)
    return emitOpError("C1: the body must take the round, the condition and ")
           << carried << " carried values, found " << body.getNumArguments()
           << " arguments";
  for (auto [argument, initial] :
       llvm::zip_equal(body.getArguments().drop_front(2), getVInitial()))
    if (!isa<TensorType>(argument.getType()) ||
        getElementTypeOrSelf(argument) != getElementTypeOrSelf(initial))
      return emitOpError("C1: a carried value of type ")
             << initial.getType() << " is taken as " << argument.getType();
  auto values = getYield(getBody()).getValues();
  // C2
  if (values.size() != getNumResults() + 1 || getNumResults() < carried)
    return emitOpError("C2: the body must yield the condition and the ")
           << getNumResults() << " results, found " << values.size()
           << " values";
  // C3
  for (auto [value, result] : llvm::zip_equal(values.drop_front(), getResults()))
    if (getElementTypeOrSelf(value) != getElementTypeOrSelf(result))
      return emitOpError("C3: yields ")
             << value.getType() << " for a result of " << result.getType();
  return success();
}
