//===- SmoothQuant.cpp - Move range from activations into weights ---------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Products that read one activation share one set of factors. Groups are visited
// last first: a projection that takes on the factors of what follows it shall have
// done so before its own rows are looked at.
//
//===----------------------------------------------------------------------===//

#include "CalibratedValues.h"
#include "ChannelSource.h"
#include "ProductWeight.h"
#include "mlir/IR/BuiltinOps.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Quantization/Plan.h"
#include "quantc/Quantization/Smoothing.h"
#include "quantc/Quantization/TensorNames.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_SMOOTHQUANT
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

/// What a searched alpha must save, in expected squared error, to be worth a
/// multiplication while the model runs.
static constexpr double worthMultiplying = 0.8;

namespace {
/// The products that read `input` and are smoothed; the first one's schemes hold
/// for all.
struct Group {
  SmallVector<Operation *> products;
  SmoothScheme scheme;
  ActivationScheme activations;
  WeightScheme weights;
};

struct SmoothQuant : quantc::impl::SmoothQuantBase<SmoothQuant> {
  using SmoothQuantBase::SmoothQuantBase;

  void runOnOperation() override;

private:
  llvm::MapVector<Value, Group> findGroups(const Recipe &loaded);
  LogicalResult smoothGroup(Value input, const Group &group);
  void scaleInput(Value input, const Group &group,
                  const std::optional<ChannelSource> &source,
                  ArrayRef<float> factors);
  Value createMul(Value input, ArrayRef<float> factors, StringRef suffix);

  CalibratedValues calibrated;
};
} // namespace

llvm::MapVector<Value, Group> SmoothQuant::findGroups(const Recipe &loaded) {
  QuantizationPlan plan = planQuantization(getOperation(), loaded);
  llvm::DenseMap<Operation *, WeightScheme> weights;
  for (const WeightUse &use : plan.weights)
    weights[use.operand->getOwner()] = use.scheme;
  llvm::MapVector<Value, Group> groups;
  for (const ActivationUse &use : plan.activations) {
    Operation *op = use.operand->getOwner();
    if (!isa<onnx::MatMulOp, onnx::GemmOp>(op) || !weights.contains(op) ||
        !isWeight(op))
      continue;
    Scheme scheme = loaded.getScheme(op->getName().stripDialect(),
                                     getNodeName(op->getLoc()));
    if (!scheme.smooth)
      continue;
    auto [entry, isNew] = groups.insert(
        {use.operand->get(), Group{{}, *scheme.smooth, use.scheme, weights[op]}});
    entry->second.products.push_back(op);
  }
  return groups;
}

/// input * factors, one factor per element of the last dimension.
Value SmoothQuant::createMul(Value input, ArrayRef<float> factors,
                             StringRef suffix) {
  OpBuilder builder(&getContext());
  builder.setInsertionPointAfterValue(input);
  auto type = RankedTensorType::get({int64_t(factors.size())},
                                    builder.getF32Type());
  Location loc = NameLoc::get(
      builder.getStringAttr(calibrated.getName(input) + suffix.str()),
      input.getLoc());
  Value constant =
      createConstant(builder, loc, makeConstant<float>(type, factors));
  return onnx::MulOp::create(builder, loc, input.getType(), input, constant);
}

/// Divides `input` by `factors` where it is made, or in front of the group.
void SmoothQuant::scaleInput(Value input, const Group &group,
                             const std::optional<ChannelSource> &source,
                             ArrayRef<float> factors) {
  std::vector<float> inverse;
  for (float factor : factors)
    inverse.push_back(1 / factor);
  auto isInGroup = [&](OpOperand &use) {
    return llvm::is_contained(group.products, use.getOwner()) &&
           use.getOperandNumber() == 0;
  };
  if (!source) {
    Value divided = createMul(input, inverse, "/smoothed");
    Operation *op = divided.getDefiningOp();
    op->setAttr(statisticsAttrName,
                StringAttr::get(&getContext(), calibrated.getName(input)));
    addChannelFactors(op, inverse);
    input.replaceUsesWithIf(divided, isInGroup);
    ++numMultiplied;
    return;
  }
  OpBuilder builder(&getContext());
  source->scale(builder, inverse);
  ++numMigrated;
  if (llvm::all_of(input.getUses(), isInGroup))
    return;
  Value restored = createMul(input, factors, "/unsmoothed");
  input.replaceUsesWithIf(restored, [&](OpOperand &use) {
    return !isInGroup(use) && use.getOwner() != restored.getDefiningOp();
  });
}

LogicalResult SmoothQuant::smoothGroup(Value input, const Group &group) {
  FailureOr<ObservedValue> observed = calibrated.lookup(input, recipe);
  if (failed(observed))
    return failure();
  std::string name = calibrated.getName(input);
  auto skip = [&](const Twine &reason) {
    emitRemark(input.getLoc())
        << "tensor '" << name << "' is not smoothed: " << reason;
    ++numSkipped;
    return success();
  };
  const TensorStatistics &statistics = *observed->statistics;
  if (!observed->factors.empty())
    return skip("its channels have been rescaled already");
  std::vector<float> weight = gatherColumns(group.products);
  if (statistics.numChannels() == 0 ||
      weight.size() % statistics.numChannels() != 0)
    return skip("calibration kept no statistics of its channels");

  std::string reason;
  int64_t rank = cast<RankedTensorType>(input.getType()).getRank();
  std::optional<ChannelSource> source =
      ChannelSource::find(input, rank - 1, reason);
  SmoothingProblem problem{statistics, weight, group.weights, group.activations,
                           source ? source->getTies() : ArrayRef<int64_t>()};
  Smoothing smoothing = smooth(problem, group.scheme);
  bool isWorthIt = source || group.scheme.alpha ||
                   smoothing.errorRatio < worthMultiplying;
  if (!smoothing.alpha || !isWorthIt)
    return skip("the expected error would not fall enough");
  if (!source)
    emitRemark(input.getLoc())
        << "tensor '" << name << "' is divided by its factors in a Mul: "
        << reason;

  for (Operation *op : group.products) {
    OpBuilder builder(op);
    scaleConstant(builder, getRows(op), smoothing.factors);
  }
  scaleInput(input, group, source, smoothing.factors);
  return success();
}

void SmoothQuant::runOnOperation() {
  func::FuncOp function = getOperation();
  llvm::Expected<Recipe> loaded = Recipe::load(recipe);
  if (!loaded) {
    emitError(function.getLoc()) << llvm::toString(loaded.takeError());
    return signalPassFailure();
  }
  if (!loaded->anyScheme(
          [](const Scheme &scheme) { return scheme.smooth.has_value(); }))
    return;
  llvm::MapVector<Value, Group> groups = findGroups(*loaded);
  if (groups.empty())
    return;
  if (calibration.empty()) {
    emitError(function.getLoc())
        << "recipe '" << recipe << "' smooths " << groups.size()
        << " activations by what calibration saw of them; pass --calib TABLE, "
           "made by quantc calibrate, or choose a recipe without smoothquant, "
           "such as w8a8-dynamic";
    return signalPassFailure();
  }
  calibrated = CalibratedValues();
  if (failed(calibrated.load(function, calibration)))
    return signalPassFailure();
  for (auto &[input, group] : llvm::reverse(groups))
    if (failed(smoothGroup(input, group)))
      return signalPassFailure();
}
