//===- Plan.cpp - Where a recipe puts quantization ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Products first, in program order. "Images" are the values between quantized
// convolutions; only there do pools and additions become quantized too. Last,
// values connected by operations that leave codes alone share their range.
//
//===----------------------------------------------------------------------===//

#include "quantc/Quantization/Plan.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Quantization/Movement.h"
#include "quantc/Quantization/TensorNames.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

/// Smallest embedding table worth a second tensor of scales.
static constexpr int64_t minTableElements = 1024;

namespace {
class Planner {
public:
  Planner(const Recipe &recipe, QuantizationPlan &plan)
      : recipe(recipe), plan(plan) {}

  void visit(Operation *op);
  void shareRanges(func::FuncOp function);

private:
  Scheme getScheme(Operation *op) const {
    return recipe.getScheme(op->getName().stripDialect(),
                            getNodeName(op->getLoc()));
  }
  void keepFloat(Operation *op, const Twine &reason) {
    plan.floats.push_back({op, reason.str()});
  }

  void visitProduct(Operation *op, int64_t channelAxis);
  void visitGather(GatherOp op);
  void visitPool(Operation *op);
  void visitAdd(AddOp op);
  bool isReasonableProduct(Operation *op, const Scheme &scheme,
                           int64_t channelAxis);
  void addActivation(OpOperand &operand, const ActivationScheme &scheme);
  void addWeight(OpOperand &operand, const WeightScheme &scheme,
                 int64_t channelAxis);
  bool isInConvEpilogue(Value value) const;

  const Recipe &recipe;
  QuantizationPlan &plan;
  llvm::DenseSet<Value> images;
};
} // namespace

static RankedTensorType getF32Tensor(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getElementType().isF32() ? type : nullptr;
}

static bool isConstant(Value value) {
  return value.getDefiningOp<ConstantOp>() != nullptr;
}

void Planner::addActivation(OpOperand &operand,
                            const ActivationScheme &scheme) {
  plan.activations.push_back({&operand, scheme});
  if (scheme.granularity == Granularity::Tensor)
    plan.ranges.insert({operand.get(), scheme});
}

void Planner::addWeight(OpOperand &operand, const WeightScheme &scheme,
                        int64_t channelAxis) {
  int64_t rank = cast<RankedTensorType>(operand.get().getType()).getRank();
  SmallVector<int64_t, 4> block(rank, -1);
  if (scheme.granularity == Granularity::Channel)
    block[channelAxis] = 1;
  plan.weights.push_back({&operand, scheme, block});
}

/// Whether the product `op` can become an integer one; if not, notes why.
bool Planner::isReasonableProduct(Operation *op, const Scheme &scheme,
                                  int64_t channelAxis) {
  auto decline = [&](const Twine &reason) {
    keepFloat(op, reason);
    return false;
  };
  if (!scheme.weights)
    return decline("the recipe keeps its weights in float");
  Value input = op->getOperand(0), weight = op->getOperand(1);
  RankedTensorType weightType = getF32Tensor(weight);
  RankedTensorType inputType = getF32Tensor(input);
  if (!isConstant(weight))
    return decline(isConstant(input) ? "its constant is the left operand"
                                     : "its right operand is not constant");
  if (!weightType || !inputType)
    return decline("its operands are not ranked f32 tensors");
  if (inputType.getRank() < 2 || weightType.getRank() < 2 ||
      (isa<MatMulOp>(op) && weightType.getRank() != 2))
    return decline("its weight is not one matrix");
  if (auto gemm = dyn_cast<GemmOp>(op); gemm && gemm.getTransA())
    return decline("its left operand is transposed");
  if (!scheme.activations)
    return true;
  if (isa<ConvOp>(op) && scheme.activations->granularity == Granularity::Token)
    return decline("activations per token are defined for matrix products only");
  // |code - zero point| of u8 is at most 255, of s8 128; of s8 weights 128.
  int64_t columns = weightType.getDimSize(channelAxis);
  int64_t depth = columns ? weightType.getNumElements() / columns : 0;
  int64_t limit = scheme.activations->codec.isSigned ? 131071 : 65793;
  if (depth > limit)
    return decline("it sums " + Twine(depth) + " products, more than the " +
                   Twine(limit) + " that 32 bits hold");
  return true;
}

void Planner::visitProduct(Operation *op, int64_t channelAxis) {
  Scheme scheme = getScheme(op);
  if (!isReasonableProduct(op, scheme, channelAxis))
    return;
  addWeight(op->getOpOperand(1), *scheme.weights, channelAxis);
  if (!scheme.activations)
    return keepFloat(op, "the recipe keeps its activations in float");
  addActivation(op->getOpOperand(0), *scheme.activations);
  if (isa<ConvOp>(op))
    images.insert(op->getResult(0));
}

void Planner::visitGather(GatherOp op) {
  RankedTensorType type = getF32Tensor(op.getData());
  Scheme scheme = getScheme(op);
  if (!scheme.weights || !type || !isConstant(op.getData()) ||
      type.getRank() != 2 || op.getAxis() != 0 ||
      type.getNumElements() < minTableElements)
    return;
  addWeight(op->getOpOperand(0), *scheme.weights, /*channelAxis=*/0);
}

/// Static per-tensor activations of an operation between convolutions.
static std::optional<ActivationScheme> getImageScheme(const Scheme &scheme) {
  if (!scheme.activations ||
      scheme.activations->granularity != Granularity::Tensor)
    return std::nullopt;
  return scheme.activations;
}

void Planner::visitPool(Operation *op) {
  if (!images.contains(op->getOperand(0)))
    return;
  images.insert(op->getResult(0));
  if (auto scheme = getImageScheme(getScheme(op)))
    addActivation(op->getOpOperand(0), *scheme);
}

/// Whether `value` exists only in the epilogue of the convolution computing it.
bool Planner::isInConvEpilogue(Value value) const {
  while (value.hasOneUse() && images.contains(value)) {
    Operation *op = value.getDefiningOp();
    if (isa<ConvOp>(op))
      return true;
    if (!isa<ReluOp, ClipOp, LeakyReluOp, AddOp>(op))
      return false;
    // Of an addition, only that of a constant is certain to be fused.
    bool swapped = isa<AddOp>(op) && isConstant(op->getOperand(0));
    if (isa<AddOp>(op) && !swapped && !isConstant(op->getOperand(1)))
      return false;
    value = op->getOperand(swapped ? 1 : 0);
  }
  return false;
}

void Planner::visitAdd(AddOp op) {
  bool anyImage = false;
  for (Value operand : op->getOperands()) {
    if (!isConstant(operand) && !images.contains(operand))
      return;
    anyImage |= images.contains(operand);
  }
  if (!anyImage)
    return;
  images.insert(op.getResult());
  auto scheme = getImageScheme(getScheme(op));
  if (!scheme || isConstant(op.getA()) || isConstant(op.getB()))
    return;
  // The later convolution adds the other operand in its epilogue, so its own
  // result is never stored: quantizing that would only cost accuracy.
  bool fusesA = isInConvEpilogue(op.getA()), fusesB = isInConvEpilogue(op.getB());
  if (fusesA && fusesB) {
    fusesB = op.getA().getDefiningOp()->isBeforeInBlock(
        op.getB().getDefiningOp());
    fusesA = !fusesB;
  }
  if (!fusesA)
    addActivation(op->getOpOperand(0), *scheme);
  if (!fusesB)
    addActivation(op->getOpOperand(1), *scheme);
}

void Planner::visit(Operation *op) {
  TypeSwitch<Operation *>(op)
      .Case<MatMulOp>([&](auto op) { visitProduct(op, 1); })
      .Case<GemmOp>([&](auto op) { visitProduct(op, op.getTransB() ? 0 : 1); })
      .Case<ConvOp>([&](auto op) { visitProduct(op, 0); })
      .Case<GatherOp>([&](auto op) { visitGather(op); })
      .Case<AddOp>([&](auto op) { visitAdd(op); })
      .Case<AveragePoolOp, GlobalAveragePoolOp>(
          [&](auto op) { visitPool(op); })
      .Case<ReluOp, ClipOp, LeakyReluOp, HardSwishOp, HardSigmoidOp>(
          [&](auto op) {
            if (images.contains(op->getOperand(0)))
              images.insert(op->getResult(0));
          })
      .Default([&](Operation *op) {
        auto data = getMovedOperands(op);
        if (!data.empty() && llvm::all_of(data, [&](OpOperand *operand) {
              return images.contains(operand->get());
            }))
          images.insert(op->getResult(0));
      });
}

/// Walks backwards from the values that need a range: an operation that only
/// moves codes gives its operands the range of its result.
void Planner::shareRanges(func::FuncOp function) {
  llvm::DenseSet<Value> needed;
  for (auto &[value, scheme] : plan.ranges)
    needed.insert(value);
  for (Operation &op : llvm::reverse(function.getBody().front())) {
    auto data = getMovedOperands(&op);
    if (data.empty() || !needed.contains(op.getResult(0)))
      continue;
    for (OpOperand *operand : data) {
      if (isConstant(operand->get()))
        continue;
      needed.insert(operand->get());
      plan.groups.unionSets(op.getResult(0).getAsOpaquePointer(),
                            operand->get().getAsOpaquePointer());
    }
  }
}

QuantizationPlan quantc::planQuantization(func::FuncOp function,
                                          const Recipe &recipe) {
  QuantizationPlan plan;
  if (function.isExternal())
    return plan;
  Planner planner(recipe, plan);
  for (Operation &op : function.getBody().front())
    planner.visit(&op);
  planner.shareRanges(function);
  return plan;
}
