//===- Pool.cpp - Pools to qnn --------------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Between transposes to channels last and back, as convolutions. The mean is an
// epilogue on the sum: acc / f32(count).
//
//===----------------------------------------------------------------------===//

#include "Builders.h"
#include "Window.h"
#include "quantc/Conversion/ONNXToQNN.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

/// The ranked type of a pool's operand with 1 to 3 spatial dimensions, or null.
static RankedTensorType getPoolType(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() >= 3 && type.getRank() <= 5 ? type : nullptr;
}

/// An average pool of f32 over `window`, as [N, C, spatial...] again.
static Value createMean(OpBuilder &builder, Location loc, Value x,
                        RankedTensorType y, const Window &window,
                        bool includePad) {
  int64_t rank = y.getRank();
  Value input = transpose(builder, loc, x, toChannelsLast(rank));
  auto pool = qnn::AveragePoolOp::create(
      builder, loc, permute(y, toChannelsLast(rank)), input, ValueRange(),
      window.kernel, window.strides, window.dilations, window.pads, includePad);
  Type f32 = builder.getF32Type();
  buildEpilogue(builder, loc, pool.getEpilogue(),
                TypeRange{f32, builder.getI32Type()}, {},
                [&](OpBuilder &b, ValueRange args) -> Value {
                  Value count = arith::SIToFPOp::create(b, loc, f32, args[1]);
                  return arith::DivFOp::create(b, loc, args[0], count);
                });
  return transpose(builder, loc, pool, toChannelsFirst(rank));
}

static Value createMax(OpBuilder &builder, Location loc, Value x,
                       RankedTensorType y, const Window &window) {
  int64_t rank = y.getRank();
  Value input = transpose(builder, loc, x, toChannelsLast(rank));
  Value pool = qnn::MaxPoolOp::create(
      builder, loc, permute(y, toChannelsLast(rank)), input, window.kernel,
      window.strides, window.dilations, window.pads);
  return transpose(builder, loc, pool, toChannelsFirst(rank));
}

namespace {

struct MaxPoolToQNN : OpRewritePattern<onnx::MaxPoolOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::MaxPoolOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType x = getPoolType(op.getX()), y = getPoolType(op.getY());
    if (!x || !y || op.getIndices())
      return rewriter.notifyMatchFailure(op, "unranked, or wants indices");
    if (!x.getElementType().isF32() && !x.getElementType().isInteger(8))
      return rewriter.notifyMatchFailure(op, "neither f32 nor 8-bit codes");
    ArrayRef<int64_t> spatial = x.getShape().drop_front(2);
    Window window(op.getKernelShape(), op.getStrides(), op.getDilations(),
                  op.getPads());
    if (!window.resolveAutoPad(op.getAutoPad(), spatial) ||
        (op.getCeilMode() && !window.resolveCeil(spatial)))
      return rewriter.notifyMatchFailure(op, "padding depends on the input");
    rewriter.replaceOp(op,
                       createMax(rewriter, op.getLoc(), op.getX(), y, window));
    return success();
  }
};

struct AveragePoolToQNN : OpRewritePattern<onnx::AveragePoolOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::AveragePoolOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType x = getPoolType(op.getX()), y = getPoolType(op.getY());
    if (!x || !y || !x.getElementType().isF32())
      return rewriter.notifyMatchFailure(op, "not ranked f32");
    ArrayRef<int64_t> spatial = x.getShape().drop_front(2);
    Window window(op.getKernelShape(), op.getStrides(), op.getDilations(),
                  op.getPads());
    if (!window.resolveAutoPad(op.getAutoPad(), spatial))
      return rewriter.notifyMatchFailure(op, "padding depends on the input");
    SmallVector<int64_t> pads = window.pads;
    if (op.getCeilMode() && !window.resolveCeil(spatial))
      return rewriter.notifyMatchFailure(op, "padding depends on the input");
    // What ceil_mode adds is no padding to be counted.
    if (op.getCountIncludePad() && window.pads != pads)
      return rewriter.notifyMatchFailure(op, "ceil_mode with counted padding");
    rewriter.replaceOp(op, createMean(rewriter, op.getLoc(), op.getX(), y,
                                      window, op.getCountIncludePad()));
    return success();
  }
};

struct GlobalAveragePoolToQNN : OpRewritePattern<onnx::GlobalAveragePoolOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::GlobalAveragePoolOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType x = getPoolType(op.getX()), y = getPoolType(op.getY());
    if (!x || !y || !x.getElementType().isF32())
      return rewriter.notifyMatchFailure(op, "not ranked f32");
    SmallVector<int64_t> all(x.getRank() - 2, -1);
    Window window(all, std::nullopt, std::nullopt, std::nullopt);
    rewriter.replaceOp(op, createMean(rewriter, op.getLoc(), op.getX(), y,
                                      window, /*includePad=*/false));
    return success();
  }
};

/// One window over known extents, else a maximum over the spatial dimensions.
struct GlobalMaxPoolToQNN : OpRewritePattern<onnx::GlobalMaxPoolOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::GlobalMaxPoolOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType x = getPoolType(op.getX()), y = getPoolType(op.getY());
    if (!x || !y || !x.getElementType().isF32())
      return rewriter.notifyMatchFailure(op, "not ranked f32");
    ArrayRef<int64_t> spatial = x.getShape().drop_front(2);
    if (llvm::any_of(spatial, ShapedType::isDynamic)) {
      SmallVector<int64_t> axes;
      for (int64_t d = 2; d < x.getRank(); ++d)
        axes.push_back(d);
      rewriter.replaceOpWithNewOp<onnx::ReduceMaxOp>(
          op, y, op.getX(), createInts(rewriter, op.getLoc(), axes));
      return success();
    }
    Window window(spatial, std::nullopt, std::nullopt, std::nullopt);
    rewriter.replaceOp(op,
                       createMax(rewriter, op.getLoc(), op.getX(), y, window));
    return success();
  }
};

} // namespace

void quantc::populatePoolToQNNPatterns(RewritePatternSet &patterns) {
  patterns.add<MaxPoolToQNN, AveragePoolToQNN, GlobalAveragePoolToQNN,
               GlobalMaxPoolToQNN>(patterns.getContext());
}
