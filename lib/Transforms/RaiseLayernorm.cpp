//===- RaiseLayernorm.cpp - LayerNormalization from its parts -------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Three small steps, each right by itself: (x - mean) / sqrt(variance + eps)
// becomes a LayerNormalization without bias and with scales of one; a product
// with constants becomes its scale; a sum becomes its bias.
//
//===----------------------------------------------------------------------===//

#include "CountingPattern.h"
#include "Match.h"
#include "Normalization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_RAISELAYERNORM
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

static onnx::LayerNormalizationOp createLayerNorm(PatternRewriter &rewriter,
                                                  Location loc, Value x,
                                                  Value scale, Value bias,
                                                  int64_t axis,
                                                  FloatAttr epsilon) {
  return onnx::LayerNormalizationOp::create(
      rewriter, loc, x.getType(), Type(), Type(), x, scale, bias,
      rewriter.getI64IntegerAttr(axis), epsilon, rewriter.getI64IntegerAttr(1));
}

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
    auto centered = match->x.template getDefiningOp<onnx::SubOp>();
    if (!centered || centered.getA().getType() != centered.getType() ||
        matchTrailingMean(centered.getB(), match->axis) != centered.getA())
      return rewriter.notifyMatchFailure(op, "no mean is subtracted");
    auto type = cast<RankedTensorType>(op.getType());
    Value ones = match::createSplat(rewriter, op.getLoc(),
                                    type.clone(match->shape), 1.0);
    // Counted from the end, as exporters do.
    int64_t axis = match->axis - type.getRank();
    auto epsilon = rewriter.getF32FloatAttr(float(match->epsilon));
    rewriter.replaceOp(op, createLayerNorm(rewriter, op.getLoc(),
                                           centered.getA(), ones, Value(), axis,
                                           epsilon)
                               .getY());
    ++this->count;
    return success();
  }
};

/// Mul by, or Add of, one number per normalized element.
template <typename OpTy>
struct AbsorbAffine : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    auto operands = matchNormalizedOperand<onnx::LayerNormalizationOp>(op);
    if (!operands)
      return rewriter.notifyMatchFailure(
          op, "not the only user of a LayerNormalization");
    auto [norm, number] = *operands;
    constexpr bool isScale = std::is_same_v<OpTy, onnx::MulOp>;
    if (norm.getB() || (isScale && match::getSplat(norm.getScale()) != 1.0))
      return rewriter.notifyMatchFailure(op, "it has a bias, or a scale");
    auto scaleType = dyn_cast<RankedTensorType>(norm.getScale().getType());
    auto xType = dyn_cast<RankedTensorType>(norm.getX().getType());
    Value operand =
        scaleType && xType
            ? getPerElement(rewriter, number, scaleType.getShape(),
                            xType.getRank())
            : Value();
    if (!operand)
      return rewriter.notifyMatchFailure(op,
                                         "not one number per normalized element");
    Value scale = isScale ? operand : norm.getScale();
    Value bias = isScale ? Value() : operand;
    rewriter.replaceOp(op, createLayerNorm(rewriter, norm.getLoc(), norm.getX(),
                                           scale, bias, norm.getAxis(),
                                           norm.getEpsilonAttr())
                               .getY());
    return success();
  }
};

struct RaiseLayernorm : quantc::impl::RaiseLayernormBase<RaiseLayernorm> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    patterns.add<RaiseNormalized<onnx::DivOp>, RaiseNormalized<onnx::MulOp>>(
        context, numRaised);
    patterns.add<AbsorbAffine<onnx::MulOp>, AbsorbAffine<onnx::AddOp>>(context);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
