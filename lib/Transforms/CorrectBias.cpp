//===- CorrectBias.cpp - Take the expected rounding error out of biases ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// E[x] (Wq - W) is the part of the weights' rounding error that is the same for
// every input. The codes are made here as quantc-quantize will make them from the
// same numbers, only to be looked at.
//
//===----------------------------------------------------------------------===//

#include "CalibratedValues.h"
#include "ChannelSource.h"
#include "ProductWeight.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Quantization/Plan.h"
#include "quantc/Quantization/TensorNames.h"
#include "quantc/Quantization/Weights.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_CORRECTBIAS
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

namespace {
struct CorrectBias : quantc::impl::CorrectBiasBase<CorrectBias> {
  using CorrectBiasBase::CorrectBiasBase;

  void runOnOperation() override;

private:
  LogicalResult correct(const WeightUse &use);
  FailureOr<std::vector<float>> getRounding(const WeightUse &use);
  void subtract(Operation *product, ArrayRef<double> shift);

  CalibratedValues calibrated;
};
} // namespace

/// Wq - W.
FailureOr<std::vector<float>> CorrectBias::getRounding(const WeightUse &use) {
  std::optional<ConstantData> data = ConstantData::get(use.operand->get());
  if (!data)
    return use.operand->getOwner()->emitError(
        "its weight's data cannot be read");
  RankedTensorType type = data->getType();
  auto codec = qnn::IntCodecAttr::get(&getContext(), use.scheme.codec.width,
                                      use.scheme.codec.isSigned);
  llvm::Expected<QuantizedWeight> quantized =
      quantizeWeight(use.scheme.method, {data->as<float>(), type.getShape(),
                                         codec, use.block, nullptr});
  if (!quantized)
    return use.operand->getOwner()->emitError("weight '")
           << getNodeName(use.operand->get().getLoc())
           << "': " << llvm::toString(quantized.takeError());
  std::vector<float> rounding(data->as<float>());
  std::vector<uint32_t> scales = getScaleIndices(type.getShape(), use.block);
  for (auto [i, element] : llvm::enumerate(rounding))
    element = float(quantized->codes[i]) * quantized->scales[scales[i]] - element;
  return rounding;
}

/// Subtracts `shift` from the outputs of `product`, in an Add of its own where
/// there is no bias.
void CorrectBias::subtract(Operation *product, ArrayRef<double> shift) {
  std::vector<double> negative;
  for (double value : shift)
    negative.push_back(-value);
  if (addToBias(product, negative))
    return;
  OpBuilder builder(&getContext());
  builder.setInsertionPointAfter(product);
  Value result = product->getResult(0);
  std::string name = calibrated.getName(result);
  Location loc = NameLoc::get(builder.getStringAttr(name + correctedSuffix),
                              product->getLoc());
  std::vector<float> rounded(negative.begin(), negative.end());
  auto type =
      RankedTensorType::get({int64_t(rounded.size())}, builder.getF32Type());
  Value bias =
      createConstant(builder, loc, makeConstant<float>(type, rounded));
  auto add = onnx::AddOp::create(builder, loc, result.getType(), result, bias);
  add->setAttr(statisticsAttrName, builder.getStringAttr(name));
  if (std::vector<float> factors = getChannelFactors(product); !factors.empty())
    addChannelFactors(add, factors);
  result.replaceAllUsesExcept(add, add);
}

LogicalResult CorrectBias::correct(const WeightUse &use) {
  Operation *product = use.operand->getOwner();
  Value input = product->getOperand(0);
  FailureOr<ObservedValue> observed = calibrated.lookup(input, recipe);
  if (failed(observed))
    return failure();
  std::vector<double> mean = observed->getChannelMean();
  int64_t axis = isa<onnx::ConvOp>(product)
                     ? 1
                     : cast<RankedTensorType>(input.getType()).getRank() - 1;
  if (int64_t(mean.size()) !=
      cast<RankedTensorType>(input.getType()).getDimSize(axis)) {
    product->emitRemark("its bias is not corrected: calibration kept no "
                        "statistics of its input's channels");
    ++numSkipped;
    return success();
  }
  FailureOr<std::vector<float>> rounding = getRounding(use);
  if (failed(rounding))
    return failure();
  auto resultType = cast<RankedTensorType>(product->getResult(0).getType());
  int64_t columns = isa<onnx::ConvOp>(product) ? resultType.getDimSize(1)
                                               : resultType.getShape().back();
  std::vector<double> shift(columns);
  forEachWeight(product, *rounding,
                [&](int64_t channel, int64_t column, float element) {
                  shift[column] += mean[channel] * element;
                });
  if (auto gemm = dyn_cast<onnx::GemmOp>(product))
    for (double &value : shift)
      value *= gemm.getAlpha().convertToDouble();
  subtract(product, shift);
  ++numCorrected;
  return success();
}

void CorrectBias::runOnOperation() {
  func::FuncOp function = getOperation();
  llvm::Expected<Recipe> loaded = Recipe::load(recipe);
  if (!loaded) {
    emitError(function.getLoc()) << llvm::toString(loaded.takeError());
    return signalPassFailure();
  }
  QuantizationPlan plan = planQuantization(function, *loaded);
  llvm::erase_if(plan.weights, [&](const WeightUse &use) {
    Operation *op = use.operand->getOwner();
    return !isa<onnx::MatMulOp, onnx::GemmOp, onnx::ConvOp>(op) ||
           !loaded->getScheme(op->getName().stripDialect(),
                              getNodeName(op->getLoc()))
                .correctBias;
  });
  if (plan.weights.empty())
    return;
  if (calibration.empty()) {
    emitError(function.getLoc())
        << "recipe '" << recipe
        << "' corrects biases by what calibration saw of the inputs; pass "
           "--calib TABLE, made by quantc calibrate, or choose a recipe "
           "without bias_correction";
    return signalPassFailure();
  }
  calibrated = CalibratedValues();
  if (failed(calibrated.load(function, calibration)))
    return signalPassFailure();
  for (const WeightUse &use : plan.weights)
    if (failed(correct(use)))
      return signalPassFailure();
}
