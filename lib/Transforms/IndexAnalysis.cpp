//===- IndexAnalysis.cpp - Integer tensors linear in coordinates ----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "IndexAnalysis.h"
#include "Match.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/DimMath.h"

using namespace mlir;
using namespace quantc;

std::optional<LinearIndex> IndexAnalysis::get(Value value) {
  auto found = known.find(value);
  if (found != known.end())
    return found->second;
  if (depth == maxDepth)
    return std::nullopt;
  ++depth;
  std::optional<LinearIndex> index = compute(value);
  --depth;
  known[value] = index;
  return index;
}

/// The only element, if `contents` holds one.
static Dim getSingle(const Dims *contents) {
  return contents && contents->size() == 1 ? contents->front() : Dim();
}

std::optional<LinearIndex>
IndexAnalysis::computeUnsqueeze(onnx::UnsqueezeOp op) {
  std::optional<LinearIndex> inner = get(op.getData());
  std::optional<ConstantData> axes = ConstantData::get(op.getAxes());
  const Dims *shape = env.getShape(op.getExpanded());
  if (!inner || !axes || !shape)
    return std::nullopt;
  int64_t rank = shape->size();
  SmallVector<bool> isNew(rank, false);
  for (int64_t axis : axes->getInts())
    isNew[axis < 0 ? axis + rank : axis] = true;
  LinearIndex result{{}, inner->offset};
  auto *step = inner->steps.begin();
  for (bool added : isNew)
    result.steps.push_back(added ? env.constant(0) : *step++);
  return result;
}

std::optional<LinearIndex>
IndexAnalysis::computeProduct(onnx::MulOp op, ArrayRef<Dim> shape) {
  for (int i : {0, 1}) {
    std::optional<LinearIndex> index = get(op->getOperand(i)),
                               factor = get(op->getOperand(1 - i));
    bool isConstant =
        factor && llvm::all_of(factor->steps, [](Dim step) {
          return ShapeEnv::getConstant(step) == 0;
        });
    if (!index || !isConstant)
      continue;
    LinearIndex zero{{}, env.constant(0)};
    return add(zero, *index, factor->offset, shape);
  }
  return std::nullopt;
}

std::optional<LinearIndex> IndexAnalysis::add(const LinearIndex &a,
                                              const LinearIndex &b, Dim factor,
                                              ArrayRef<Dim> shape) {
  // Aligned at the last dimension; missing ones do not vary.
  auto getStep = [&](const LinearIndex &index, size_t i) {
    size_t missing = shape.size() - index.steps.size();
    return i < missing ? env.constant(0) : index.steps[i - missing];
  };
  LinearIndex result{{}, dims::add(a.offset, dims::mul(b.offset, factor))};
  for (size_t i = 0; i < shape.size(); ++i)
    result.steps.push_back(
        dims::add(getStep(a, i), dims::mul(getStep(b, i), factor)));
  bool isKnown = result.offset && llvm::all_of(result.steps, [](Dim step) {
    return bool(step);
  });
  return isKnown ? std::optional(result) : std::nullopt;
}

std::optional<LinearIndex> IndexAnalysis::compute(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  const Dims *shape = env.getShape(value);
  if (!type || !type.getElementType().isInteger() || !shape)
    return std::nullopt;
  if (Dim single = getSingle(env.getContents(value)))
    return LinearIndex{Dims(shape->size(), env.constant(0)), single};
  Operation *op = value.getDefiningOp();
  if (auto range = dyn_cast_if_present<onnx::RangeOp>(op)) {
    Dim start = getSingle(env.getContents(range.getStart())),
        delta = getSingle(env.getContents(range.getDelta()));
    if (start && delta)
      return LinearIndex{{delta}, start};
    return std::nullopt;
  }
  if (auto unsqueeze = dyn_cast_if_present<onnx::UnsqueezeOp>(op))
    return computeUnsqueeze(unsqueeze);
  if (auto mul = dyn_cast_if_present<onnx::MulOp>(op))
    return computeProduct(mul, *shape);
  if (isa_and_present<onnx::AddOp, onnx::SubOp>(op)) {
    std::optional<LinearIndex> a = get(op->getOperand(0)),
                               b = get(op->getOperand(1));
    if (a && b)
      return add(*a, *b, env.constant(isa<onnx::AddOp>(op) ? 1 : -1), *shape);
  }
  if (isa_and_present<onnx::ExpandOp>(op))
    if (std::optional<LinearIndex> inner = get(op->getOperand(0)))
      return add(*inner, *inner, env.constant(0), *shape);
  return std::nullopt;
}

bool IndexAnalysis::countsTo(const LinearIndex &index, ArrayRef<Dim> shape,
                             Dim count) {
  Dim expected = env.constant(1);
  for (size_t i = shape.size(); i-- > 0;) {
    if (ShapeEnv::getConstant(shape[i]) == 1)
      continue;
    if (index.steps[i] != expected)
      return false;
    expected = dims::mul(expected, shape[i]);
    if (!expected)
      return false;
  }
  return expected == count && ShapeEnv::getConstant(index.offset) == 0;
}

bool IndexAnalysis::isTrue(Value value, unsigned maxDepth) {
  if (match::getSplat(value) == 1.0)
    return true;
  if (auto both = value.getDefiningOp<onnx::AndOp>())
    return maxDepth && isTrue(both.getA(), maxDepth - 1) &&
           isTrue(both.getB(), maxDepth - 1);
  auto compare = value.getDefiningOp<onnx::GreaterOrEqualOp>();
  const Dims *shape = compare ? env.getShape(value) : nullptr;
  if (!shape)
    return false;
  std::optional<LinearIndex> a = get(compare.getA()), b = get(compare.getB());
  auto difference = a && b ? add(*a, *b, env.constant(-1), *shape)
                           : std::optional<LinearIndex>();
  return difference && dims::isAtLeast(difference->offset, 0) &&
         llvm::all_of(difference->steps,
                      [](Dim step) { return dims::isAtLeast(step, 0); });
}
