//===- DecomposeOperators.cpp - Operators in older operators --------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// ONNX defines its newer operators as functions of older ones; these are those
// functions. They are written in the form that the raising passes recognize.
//
//===----------------------------------------------------------------------===//

#include "Decompose.h"
#include "Match.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Transforms/Passes.h"

#include <cmath>

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_DECOMPOSEOPERATORS
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

Value Composer::number(Value like, double value) {
  auto type = RankedTensorType::get({}, getElementTypeOrSelf(like));
  return match::createSplat(rewriter, loc, type, value);
}

static bool isF32(Value value) { return getElementTypeOrSelf(value).isF32(); }

namespace {
struct DecomposeGelu : OpRewritePattern<onnx::GeluOp> {
  using OpRewritePattern::OpRewritePattern;

  /// In the order of docs/Numerics.md.
  LogicalResult matchAndRewrite(onnx::GeluOp op,
                                PatternRewriter &rewriter) const override {
    Composer c{rewriter, op.getLoc()};
    Value x = op.getX();
    Type type = x.getType();
    Value half = c.create<onnx::MulOp>(type, c.number(x, 0.5), x), inner;
    if (op.getApproximate() == "tanh") {
      Value square = c.create<onnx::MulOp>(type, x, x);
      Value cube = c.create<onnx::MulOp>(type, square, x);
      Value term = c.create<onnx::MulOp>(type, c.number(x, 0.044715), cube);
      Value sum = c.create<onnx::AddOp>(type, x, term);
      inner = c.create<onnx::TanhOp>(
          type, c.create<onnx::MulOp>(type, c.number(x, std::sqrt(M_2_PI)),
                                      sum));
    } else {
      inner = c.create<onnx::ErfOp>(
          type, c.create<onnx::MulOp>(type, x, c.number(x, M_SQRT1_2)));
    }
    Value factor = c.create<onnx::AddOp>(type, c.number(x, 1), inner);
    rewriter.replaceOpWithNewOp<onnx::MulOp>(op, op.getType(), half, factor);
    return success();
  }
};

struct DecomposeSwish : OpRewritePattern<onnx::SwishOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::SwishOp op,
                                PatternRewriter &rewriter) const override {
    Composer c{rewriter, op.getLoc()};
    Value x = op.getX(), scaled = x;
    if (double alpha = op.getAlpha().convertToFloat(); alpha != 1)
      scaled = c.create<onnx::MulOp>(x.getType(), c.number(x, alpha), x);
    Value sigmoid = c.create<onnx::SigmoidOp>(x.getType(), scaled);
    rewriter.replaceOpWithNewOp<onnx::MulOp>(op, op.getType(), x, sigmoid);
    return success();
  }
};

struct DecomposeMish : OpRewritePattern<onnx::MishOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::MishOp op,
                                PatternRewriter &rewriter) const override {
    Composer c{rewriter, op.getLoc()};
    Value x = op.getX();
    Value softplus = c.create<onnx::SoftplusOp>(x.getType(), x);
    Value tanh = c.create<onnx::TanhOp>(x.getType(), softplus);
    rewriter.replaceOpWithNewOp<onnx::MulOp>(op, op.getType(), x, tanh);
    return success();
  }
};

struct DecomposeHardSwish : OpRewritePattern<onnx::HardSwishOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::HardSwishOp op,
                                PatternRewriter &rewriter) const override {
    Composer c{rewriter, op.getLoc()};
    Value x = op.getX();
    Value gate = c.create<onnx::HardSigmoidOp>(
        x.getType(), x, rewriter.getF32FloatAttr(1.0f / 6),
        rewriter.getF32FloatAttr(0.5));
    rewriter.replaceOpWithNewOp<onnx::MulOp>(op, op.getType(), x, gate);
    return success();
  }
};

/// The result's type says what CastLike's second operand does.
struct DecomposeCastLike : OpRewritePattern<onnx::CastLikeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::CastLikeOp op,
                                PatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<onnx::CastOp>(op, op.getType(), op.getInput(),
                                              op.getSaturateAttr(),
                                              op.getRoundModeAttr());
    return success();
  }
};

/// x / sqrt(mean(x * x) + epsilon) over the trailing dimensions.
class Normalizer {
public:
  Normalizer(Composer &c, Value x, int64_t axis) : c(c), x(x) {
    auto type = cast<RankedTensorType>(x.getType());
    SmallVector<int64_t> shape(type.getShape()), dims;
    for (int64_t d = axis < 0 ? axis + type.getRank() : axis;
         d < type.getRank(); ++d) {
      dims.push_back(d);
      shape[d] = 1;
    }
    row = type.clone(shape);
    axes = createInts(c.rewriter, c.loc, dims);
  }

  Value mean(Value value) {
    return c.create<onnx::ReduceMeanOp>(row, value, axes);
  }
  Value normalize(Value value, const APFloat &epsilon) {
    Type type = value.getType();
    Value square = c.create<onnx::MulOp>(type, value, value);
    Value sum = c.create<onnx::AddOp>(
        row, mean(square), c.number(value, epsilon.convertToFloat()));
    Value root = c.create<onnx::SqrtOp>(row, sum);
    return c.create<onnx::DivOp>(type, value, root);
  }

private:
  Composer &c;
  Value x, axes;
  RankedTensorType row;
};

struct DecomposeLayerNormalization
    : OpRewritePattern<onnx::LayerNormalizationOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::LayerNormalizationOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getMean() || op.getInvStdDev() || !isF32(op.getX()) ||
        !isa<RankedTensorType>(op.getX().getType()))
      return rewriter.notifyMatchFailure(op, "more results, or not f32");
    Composer c{rewriter, op.getLoc()};
    Type type = op.getX().getType();
    Normalizer normalizer(c, op.getX(), op.getAxis());
    Value centered = c.create<onnx::SubOp>(type, op.getX(),
                                           normalizer.mean(op.getX()));
    Value y = normalizer.normalize(centered, op.getEpsilon());
    y = c.create<onnx::MulOp>(type, y, op.getScale());
    if (op.getB())
      y = c.create<onnx::AddOp>(type, y, op.getB());
    rewriter.replaceOp(op, y);
    return success();
  }
};

struct DecomposeRMSNormalization : OpRewritePattern<onnx::RMSNormalizationOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::RMSNormalizationOp op,
                                PatternRewriter &rewriter) const override {
    if (!isF32(op.getX()) || !isa<RankedTensorType>(op.getX().getType()))
      return rewriter.notifyMatchFailure(op, "unranked, or not f32");
    Composer c{rewriter, op.getLoc()};
    Normalizer normalizer(c, op.getX(), op.getAxis());
    Value y = normalizer.normalize(op.getX(), op.getEpsilon());
    rewriter.replaceOpWithNewOp<onnx::MulOp>(op, op.getType(), y,
                                             op.getScale());
    return success();
  }
};

struct DecomposeOperators
    : quantc::impl::DecomposeOperatorsBase<DecomposeOperators> {
  using DecomposeOperatorsBase::DecomposeOperatorsBase;

  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    if (opset < 14)
      patterns.add<DecomposeHardSwish>(context);
    if (opset < 15)
      patterns.add<DecomposeCastLike>(context);
    if (opset < 17)
      patterns.add<DecomposeLayerNormalization>(context);
    if (opset < 18)
      patterns.add<DecomposeMish>(context);
    if (opset < 20)
      patterns.add<DecomposeGelu>(context);
    if (opset < 23) {
      patterns.add<DecomposeRMSNormalization>(context);
      populateDecomposeAttentionPatterns(patterns);
    }
    if (opset < 24)
      patterns.add<DecomposeSwish>(context);
    GreedyRewriteConfig config;
    config.enableFolding(false).enableConstantCSE(false);
    config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns),
                                     config)))
      signalPassFailure();
  }
};
} // namespace
