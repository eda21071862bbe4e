//===- RaiseRmsnorm.cpp - RMSNormalization from its parts -----------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// x / sqrt(mean(x * x) + eps) becomes an RMSNormalization with scales of one; a
// product with one number per element becomes its scale. Runs after
// quantc-raise-layernorm, whose parts hold the same ones.
//
//===----------------------------------------------------------------------===//

#include "CountingPattern.h"
#include "Match.h"
#include "Normalization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_RAISERMSNORM
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

namespace {
template <typename OpTy>
struct RaiseNormalized : CountingPattern<OpTy> {
  using CountingPattern<OpTy>::CountingPattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    std::optional<Normalized> match = matchNormalized(op);
    if (!match)
      return rewriter.notifyMatchFailure(
          op, "not x / sqrt(mean(x * x) + epsilon) over trailing dimensions");
    auto type = cast<RankedTensorType>(op.getType());
    Value ones = match::createSplat(rewriter, op.getLoc(),
                                    type.clone(match->shape), 1.0);
    rewriter.replaceOpWithNewOp<onnx::RMSNormalizationOp>(
        op, type, match->x, ones,
        rewriter.getI64IntegerAttr(match->axis - type.getRank()),
        rewriter.getF32FloatAttr(float(match->epsilon)),
        rewriter.getI64IntegerAttr(1));
    ++this->count;
    return success();
  }
};

struct AbsorbScale : OpRewritePattern<onnx::MulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::MulOp op,
                                PatternRewriter &rewriter) const override {
    auto operands = matchNormalizedOperand<onnx::RMSNormalizationOp>(op);
    if (!operands)
      return rewriter.notifyMatchFailure(
          op, "not the only user of an RMSNormalization");
    auto [norm, factor] = *operands;
    if (match::getSplat(norm.getScale()) != 1.0)
      return rewriter.notifyMatchFailure(op, "it has a scale");
    auto scaleType = cast<RankedTensorType>(norm.getScale().getType());
    auto type = cast<RankedTensorType>(norm.getType());
    Value scale =
        getPerElement(rewriter, factor, scaleType.getShape(), type.getRank());
    if (!scale)
      return rewriter.notifyMatchFailure(op,
                                         "not one number per normalized element");
    rewriter.replaceOpWithNewOp<onnx::RMSNormalizationOp>(
        op, type, norm.getX(), scale, norm.getAxisAttr(), norm.getEpsilonAttr(),
        norm.getStashTypeAttr());
    return success();
  }
};

struct RaiseRmsnorm : quantc::impl::RaiseRmsnormBase<RaiseRmsnorm> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    patterns.add<RaiseNormalized<onnx::DivOp>, RaiseNormalized<onnx::MulOp>>(
        context, numRaised);
    patterns.add<AbsorbScale>(context);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
