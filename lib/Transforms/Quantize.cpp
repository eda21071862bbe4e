//===- Quantize.cpp - Place quantization by recipe ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The plan says which operands; this pass makes scales and codes and rewires the
// operands through quantize and dequantize. A value is quantized once, right
// after it is computed, whoever reads it.
//
//===----------------------------------------------------------------------===//

#include "CalibratedValues.h"
#include "ChannelSource.h"
#include "quantc/Calibration/Calibrators.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Quantization/Plan.h"
#include "quantc/Quantization/TensorNames.h"
#include "quantc/Quantization/Weights.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_QUANTIZE
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;
using namespace quantc::qnn;

namespace {
struct Quantize : quantc::impl::QuantizeBase<Quantize> {
  using QuantizeBase::QuantizeBase;

  void runOnOperation() override;

private:
  LogicalResult loadTable(func::FuncOp function);
  LogicalResult computeRanges();
  LogicalResult quantizeWeightUse(WeightUse &use);
  Value quantizeStatic(Value value, const ActivationScheme &scheme);
  Value quantizePerToken(Value value, const ActivationScheme &scheme);
  void quantizeActivations();
  void reportFloats();
  void warnUnmatchedRules(func::FuncOp function, const Recipe &loaded);

  CalibratedValues calibrated;
  QuantizationPlan plan;
  DenseMap<Value, Interval> ranges;
};
} // namespace

static IntegerType getCodeType(MLIRContext *context, const CodecSpec &codec) {
  return IntegerType::get(context, codec.width,
                          codec.isSigned ? IntegerType::Signless
                                         : IntegerType::Unsigned);
}

static QuantCodecInterface getCodec(MLIRContext *context,
                                    const CodecSpec &codec) {
  return IntCodecAttr::get(context, codec.width, codec.isSigned);
}

LogicalResult Quantize::loadTable(func::FuncOp function) {
  if (calibration.empty()) {
    if (plan.ranges.empty())
      return success();
    return emitError(function.getLoc())
           << "recipe '" << recipe << "' fixes activation ranges beforehand ("
           << plan.ranges.size()
           << " tensors here); pass --calib TABLE, made by quantc calibrate, or choose a "
              "recipe that measures them while the model runs, such as "
              "w8a8-dynamic";
  }
  return calibrated.load(function, calibration);
}

/// The range of every statically quantized value: that of its group's merged
/// statistics.
LogicalResult Quantize::computeRanges() {
  llvm::MapVector<void *, std::pair<Value, TensorStatistics>> merged;
  auto getLeader = [&](Value value) {
    void *key = value.getAsOpaquePointer();
    auto leader = plan.groups.findLeader(key);
    return leader == plan.groups.member_end() ? key : *leader;
  };
  for (auto &[value, scheme] : plan.ranges) {
    FailureOr<ObservedValue> observed = calibrated.lookup(value, recipe);
    if (failed(observed))
      return failure();
    TensorStatistics statistics = observed->getRangeStatistics();
    auto [entry, isNew] =
        merged.insert({getLeader(value), {value, statistics}});
    if (!isNew)
      entry->second.second.mergeRanges(statistics);
  }
  DenseMap<void *, Interval> groupRanges;
  for (auto &[leader, entry] : merged) {
    auto &[value, statistics] = entry;
    std::string name = calibrated.getName(value);
    llvm::Expected<Interval> range =
        computeRange(statistics, plan.ranges.lookup(value), name);
    if (!range)
      return emitError(value.getLoc()) << llvm::toString(range.takeError());
    if (range->lo == 0 && range->hi == 0)
      emitRemark(value.getLoc()) << "tensor '" << name
                                 << "' was zero throughout calibration; its "
                                    "scale is set to 1";
    groupRanges[leader] = *range;
  }
  for (auto &[value, scheme] : plan.ranges)
    ranges[value] = groupRanges[getLeader(value)];
  return success();
}

Value Quantize::quantizeStatic(Value value, const ActivationScheme &scheme) {
  auto type = cast<RankedTensorType>(value.getType());
  MLIRContext *context = &getContext();
  OpBuilder builder(context);
  builder.setInsertionPointAfterValue(value);
  QuantParams params = computeParams(ranges.lookup(value), scheme.codec);
  IntegerType codeType = getCodeType(context, scheme.codec);
  Location loc = value.getLoc();

  Value scale = createFloat(builder, loc, params.scale);
  uint8_t zeroCode = uint8_t(params.zeroPoint);
  Value zeroPoint =
      createConstant(builder, loc,
                     makeConstant<uint8_t>(RankedTensorType::get({}, codeType),
                                           zeroCode));
  SmallVector<int64_t> block(type.getRank(), -1);
  QuantCodecInterface codec = getCodec(context, scheme.codec);
  Value codes = QuantizeOp::create(builder, loc, type.clone(codeType), value,
                                   scale, zeroPoint, codec, block);
  return DequantizeOp::create(builder, loc, type, codes, scale, zeroPoint,
                              codec, block);
}

Value Quantize::quantizePerToken(Value value, const ActivationScheme &scheme) {
  auto type = cast<RankedTensorType>(value.getType());
  MLIRContext *context = &getContext();
  OpBuilder builder(context);
  builder.setInsertionPointAfterValue(value);
  Location loc = value.getLoc();

  SmallVector<int64_t> block(type.getRank(), 1);
  block.back() = -1;
  SmallVector<int64_t> scaleShape(type.getShape());
  scaleShape.back() = 1;
  IntegerType codeType = getCodeType(context, scheme.codec);
  QuantCodecInterface codec = getCodec(context, scheme.codec);
  auto quantized = DynamicQuantizeOp::create(
      builder, loc, type.clone(codeType), type.clone(scaleShape),
      RankedTensorType::get(scaleShape, codeType), value, codec, block);
  return DequantizeOp::create(builder, loc, type, quantized.getCodes(),
                              quantized.getScale(), quantized.getZeroPoint(),
                              codec, block);
}

void Quantize::quantizeActivations() {
  // Two quantizations of one value differ in when and in the sign of the codes.
  DenseMap<std::pair<Value, unsigned>, Value> done;
  for (ActivationUse &use : plan.activations) {
    bool isStatic = use.scheme.granularity == Granularity::Tensor;
    Value value = use.operand->get();
    Value &replacement = done[{value, isStatic * 2u + use.scheme.codec.isSigned}];
    if (!replacement)
      replacement = isStatic ? quantizeStatic(value, use.scheme)
                             : quantizePerToken(value, use.scheme);
    use.operand->set(replacement);
    ++numActivations;
  }
}

LogicalResult Quantize::quantizeWeightUse(WeightUse &use) {
  Operation *op = use.operand->getOwner();
  Value weight = use.operand->get();
  std::optional<ConstantData> data = ConstantData::get(weight);
  if (!data)
    return emitError(op->getLoc()) << "its weight's data cannot be read";
  auto type = data->getType();
  QuantCodecInterface codec = getCodec(&getContext(), use.scheme.codec);
  WeightProblem problem{data->as<float>(), type.getShape(), codec, use.block,
                        /*inputs=*/nullptr};
  llvm::Expected<QuantizedWeight> result =
      quantizeWeight(use.scheme.method, problem);
  if (!result)
    return emitError(op->getLoc()) << "weight '" << getNodeName(weight.getLoc())
                           << "': " << llvm::toString(result.takeError());

  OpBuilder builder(op);
  Location loc = weight.getLoc();
  auto codeType = type.clone(getCodeType(&getContext(), use.scheme.codec));
  Value codes = createConstant(
      builder, loc, makeConstant<int8_t>(codeType, result->codes));
  Value scale = createConstant(
      builder, loc,
      makeConstant<float>(type.clone(result->scaleShape), result->scales));
  use.operand->set(DequantizeOp::create(builder, loc, type, codes, scale,
                                        /*zero_point=*/Value(), codec,
                                        use.block));
  ++numWeights;
  if (weight.use_empty())
    weight.getDefiningOp()->erase();
  return success();
}

void Quantize::reportFloats() {
  for (const FloatOp &entry : plan.floats) {
    emitRemark(entry.op->getLoc()) << entry.op->getName().stripDialect()
                                   << " stays in float: " << entry.reason;
    ++numFloat;
  }
}

/// A rule that matches nothing is most likely a misspelt name.
void Quantize::warnUnmatchedRules(func::FuncOp function,
                                  const Recipe &loaded) {
  unsigned number = 0;
  for (const RecipeRule &rule : loaded.getRules()) {
    ++number;
    SmallVector<StringRef> nodes;
    bool matched = false;
    function.walk([&](Operation *op) {
      StringRef node = getNodeName(op->getLoc());
      matched |= rule.matches(op->getName().stripDialect(), node);
      nodes.push_back(node);
    });
    if (matched)
      continue;
    auto warning = emitWarning(function.getLoc())
                   << "rule " << number << " of recipe '" << recipe
                   << "' (op '" << rule.op << "', name '" << rule.name
                   << "') matches no operation";
    std::string nearest = findNearest(rule.name, nodes);
    if (!nearest.empty())
      warning << "; the nearest name is '" << nearest << "'";
  }
}

void Quantize::runOnOperation() {
  func::FuncOp function = getOperation();
  llvm::Expected<Recipe> loaded = Recipe::load(recipe);
  if (!loaded) {
    emitError(function.getLoc()) << llvm::toString(loaded.takeError());
    return signalPassFailure();
  }
  plan = planQuantization(function, *loaded);
  calibrated = CalibratedValues();
  ranges.clear();
  if (failed(loadTable(function)) ||
      (calibrated.isLoaded() && failed(computeRanges())))
    return signalPassFailure();
  warnUnmatchedRules(function, *loaded);
  reportFloats();
  quantizeActivations();
  for (WeightUse &use : plan.weights)
    if (failed(quantizeWeightUse(use)))
      return signalPassFailure();
  // Scales are fixed. The factors stay, so that layers can be compared with the
  // float model's; folding drops them.
  function.walk([](Operation *op) { op->removeAttr(statisticsAttrName); });
}
