//===- EqualizeLayers.cpp - Even out channels between convolutions --------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Factors of one pair change the ranges its neighbours see, so pairs take turns
// until nothing moves. Ranges are recomputed from the original weights under the
// factors so far; constants are written once, at the end.
//
//===----------------------------------------------------------------------===//

#include "ChannelSource.h"
#include "ProductWeight.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Quantization/Equalization.h"
#include "quantc/Quantization/Plan.h"
#include "quantc/Quantization/TensorNames.h"
#include "quantc/Transforms/Passes.h"
#include "llvm/ADT/MapVector.h"
#include <cmath>

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_EQUALIZELAYERS
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

/// Rounds of visiting every pair, and the change of a factor that ends them.
static constexpr int maxRounds = 20;
static constexpr double settled = 1.001;

namespace {
/// An activation between convolutions, and what its channels are divided by.
struct Pair {
  SmallVector<Operation *> readers;
  ChannelSource source;
  std::vector<double> factors;
};

struct EqualizeLayers : quantc::impl::EqualizeLayersBase<EqualizeLayers> {
  using EqualizeLayersBase::EqualizeLayersBase;

  void runOnOperation() override;

private:
  void findPairs(const Recipe &loaded);
  bool addPair(Value value, ArrayRef<Operation *> readers);
  double visitPair(Pair &pair);
  std::vector<double> getRanges(Operation *conv, ArrayRef<int64_t> channels,
                                bool ofOutputs, size_t numChannels);
  void apply(Pair &pair);

  std::vector<Pair> pairs;
  /// What each convolution's input and output channels have been multiplied by.
  DenseMap<Operation *, std::vector<double>> inputFactors, outputFactors;
};
} // namespace

/// Adds the convolutions that make and read `value`; otherwise says why not.
bool EqualizeLayers::addPair(Value value, ArrayRef<Operation *> readers) {
  auto decline = [&](const Twine &reason) {
    emitRemark(readers.front()->getLoc())
        << "its input's channels are not equalized: " << reason;
    ++numDeclined;
    return false;
  };
  size_t uses = std::distance(value.use_begin(), value.use_end());
  if (uses != readers.size())
    return decline("others than convolutions read them");
  if (!llvm::all_of(readers, hasRows))
    return decline("a convolution reads them in groups");
  if (!llvm::all_of(readers, isWeight))
    return decline("a weight cannot be read");
  std::string reason;
  std::optional<ChannelSource> source =
      ChannelSource::find(value, /*axis=*/1, reason);
  if (!source)
    return decline(reason);
  for (const ChannelConstant &constant : source->getConstants())
    if (!isa<onnx::ConvOp>(constant.operand->getOwner()))
      return decline("they do not come from convolutions");
  size_t channels = cast<RankedTensorType>(value.getType()).getDimSize(1);
  pairs.push_back({SmallVector<Operation *>(readers), std::move(*source),
                   std::vector<double>(channels, 1)});
  return true;
}

void EqualizeLayers::findPairs(const Recipe &loaded) {
  QuantizationPlan plan = planQuantization(getOperation(), loaded);
  llvm::MapVector<Value, SmallVector<Operation *>> readers;
  for (const WeightUse &use : plan.weights) {
    Operation *op = use.operand->getOwner();
    if (isa<onnx::ConvOp>(op) &&
        loaded.getScheme(op->getName().stripDialect(), getNodeName(op->getLoc()))
            .equalize)
      readers[op->getOperand(0)].push_back(op);
  }
  for (auto &[value, convs] : readers)
    addPair(value, convs);
}

/// The largest magnitude among the weights of `conv` that make or read each of
/// `numChannels` channels; `channels` gives them for the conv's own.
std::vector<double> EqualizeLayers::getRanges(Operation *conv,
                                              ArrayRef<int64_t> channels,
                                              bool ofOutputs,
                                              size_t numChannels) {
  std::optional<ConstantData> data = ConstantData::get(conv->getOperand(1));
  const std::vector<double> &in = inputFactors[conv], &out = outputFactors[conv];
  std::vector<double> ranges(numChannels);
  forEachWeight(conv, data->as<float>(),
                [&](int64_t input, int64_t output, float element) {
                  double value = std::fabs(double(element)) *
                                 (in.empty() ? 1 : in[input]) *
                                 (out.empty() ? 1 : out[output]);
                  double &range = ranges[channels[ofOutputs ? output : input]];
                  range = std::max(range, value);
                });
  return ranges;
}

/// Evens out one pair; the largest ratio by which a factor changed.
double EqualizeLayers::visitPair(Pair &pair) {
  size_t count = pair.factors.size();
  std::vector<double> first(count), second(count);
  auto raise = [](std::vector<double> &ranges, ArrayRef<double> others) {
    for (auto [range, other] : llvm::zip_equal(ranges, others))
      range = std::max(range, other);
  };
  std::vector<int64_t> own(count);
  std::iota(own.begin(), own.end(), 0);
  for (const ChannelConstant &constant : pair.source.getConstants())
    if (constant.operand->getOperandNumber() == 1)
      raise(first, getRanges(constant.operand->getOwner(), constant.channels,
                             /*ofOutputs=*/true, count));
  for (Operation *reader : pair.readers)
    raise(second, getRanges(reader, own, /*ofOutputs=*/false, count));

  double change = 1;
  std::vector<double> step = computeEqualization(first, second);
  for (auto [factor, more] : llvm::zip_equal(pair.factors, step)) {
    factor *= more;
    change = std::max({change, more, 1 / more});
  }
  for (Operation *reader : pair.readers)
    inputFactors[reader] = pair.factors;
  for (const ChannelConstant &constant : pair.source.getConstants()) {
    std::vector<double> &factors = outputFactors[constant.operand->getOwner()];
    factors.clear();
    for (int64_t channel : constant.channels)
      factors.push_back(1 / pair.factors[channel]);
  }
  return change;
}

void EqualizeLayers::apply(Pair &pair) {
  OpBuilder builder(&getContext());
  std::vector<float> factors, inverse;
  for (double factor : pair.factors) {
    factors.push_back(float(factor));
    inverse.push_back(1 / factors.back());
  }
  pair.source.scale(builder, inverse);
  for (Operation *reader : pair.readers)
    scaleConstant(builder, getRows(reader), factors);
  ++numEqualized;
}

void EqualizeLayers::runOnOperation() {
  func::FuncOp function = getOperation();
  llvm::Expected<Recipe> loaded = Recipe::load(recipe);
  if (!loaded) {
    emitError(function.getLoc()) << llvm::toString(loaded.takeError());
    return signalPassFailure();
  }
  if (!loaded->anyScheme([](const Scheme &scheme) { return scheme.equalize; }))
    return;
  pairs.clear();
  inputFactors.clear();
  outputFactors.clear();
  findPairs(*loaded);
  for (int round = 0; round < maxRounds; ++round) {
    double change = 1;
    for (Pair &pair : pairs)
      change = std::max(change, visitPair(pair));
    if (change < settled)
      break;
  }
  for (Pair &pair : pairs)
    apply(pair);
}
