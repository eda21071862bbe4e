//===- FoldBatchnorm.cpp - Batch normalization into convolutions ----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// At inference a batch normalization is y = x a + b per channel with
// a = scale / sqrt(var + epsilon), and a convolution before it is linear: its
// weights take a, its bias the rest. Computed in double, rounded once.
//
//===----------------------------------------------------------------------===//

#include "CountingPattern.h"
#include "Normalization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_FOLDBATCHNORM
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

namespace {
struct FoldIntoConv : CountingPattern<onnx::BatchNormalizationOp> {
  using CountingPattern::CountingPattern;
  LogicalResult matchAndRewrite(onnx::BatchNormalizationOp op,
                                PatternRewriter &rewriter) const override;
};

struct FoldBatchnorm : quantc::impl::FoldBatchnormBase<FoldBatchnorm> {
  void runOnOperation() override {
    if (failed(applyCounting<FoldIntoConv>(getOperation(), numFolded)))
      signalPassFailure();
  }
};
} // namespace

LogicalResult
FoldIntoConv::matchAndRewrite(onnx::BatchNormalizationOp op,
                              PatternRewriter &rewriter) const {
  auto conv = op.getX().getDefiningOp<onnx::ConvOp>();
  if (!conv || !conv->hasOneUse())
    return rewriter.notifyMatchFailure(op, "not the only user of a Conv");
  if (op.getTrainingMode() || op->getNumResults() != 1)
    return rewriter.notifyMatchFailure(op, "in training mode");
  if (op.getY().getType() != conv.getType())
    return rewriter.notifyMatchFailure(op, "shapes are not inferred");
  std::optional<ConstantData> weight = ConstantData::get(conv.getW()), bias;
  if (!weight || !weight->getType().getElementType().isF32())
    return rewriter.notifyMatchFailure(op, "weight is not an f32 constant");
  if (conv.getB() && !(bias = ConstantData::get(conv.getB())))
    return rewriter.notifyMatchFailure(op, "bias is not constant");
  std::optional<Affine> affine = getAffine(op);
  int64_t channels = weight->getType().getDimSize(0);
  if (!affine || int64_t(affine->factor.size()) != channels)
    return rewriter.notifyMatchFailure(op, "parameters are not constant");

  std::vector<float> newWeight(weight->getNumElements()), newBias(channels);
  int64_t perChannel = channels ? newWeight.size() / channels : 0;
  for (auto [i, element] : llvm::enumerate(weight->as<float>()))
    newWeight[i] = float(element * affine->factor[i / perChannel]);
  for (int64_t i = 0; i < channels; ++i)
    newBias[i] = float((bias ? bias->getDouble(i) : 0.0) * affine->factor[i] +
                       affine->offset[i]);
  auto biasType = RankedTensorType::get({channels}, rewriter.getF32Type());
  Location loc = conv.getLoc();
  Value w = createConstant(rewriter, conv.getW().getLoc(),
                           makeConstant<float>(weight->getType(), newWeight));
  Value b = createConstant(rewriter, loc, makeConstant<float>(biasType, newBias));
  rewriter.modifyOpInPlace(conv, [&] {
    conv.getWMutable().assign(w);
    conv.getBMutable().assign(b);
  });
  rewriter.moveOpBefore(conv, op); // behind its new constants
  rewriter.replaceOp(op, conv.getY());
  ++count;
  return success();
}
