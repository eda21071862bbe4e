//===- Conv.cpp - Convolutions to qnn.conv --------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Input and result change between ONNX's [N, C, spatial...] and qnn's
// [N, spatial..., C] by a transpose each, which quantc-assign-layout removes
// again between neighbours; filters [M, C / g, kernel...] become
// [kernel..., C / g, M].
//
//===----------------------------------------------------------------------===//

#include "ConvBuilders.h"
#include "quantc/Conversion/ONNXToQNN.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

namespace {

struct ConvToQNN : OpRewritePattern<onnx::ConvOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::ConvOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<Window> window = getConvWindow(op, op.getX(), op.getW());
    auto y = dyn_cast<RankedTensorType>(op.getY().getType());
    if (!window || !y || !y.getElementType().isF32())
      return rewriter.notifyMatchFailure(op, "not f32 of known extents");

    Location loc = op.getLoc();
    int64_t rank = y.getRank();
    Value input = transpose(rewriter, loc, op.getX(), toChannelsLast(rank));
    Value filter = transpose(rewriter, loc, op.getW(), toFilterOrder(rank));
    SmallVector<Value> extras;
    if (op.getB())
      extras.push_back(op.getB());
    auto conv = qnn::ConvOp::create(
        rewriter, loc, permute(y, toChannelsLast(rank)), input, filter, extras,
        window->kernel, window->strides, window->dilations, window->pads,
        op.getGroup());
    buildEpilogue(rewriter, loc, conv.getEpilogue(), rewriter.getF32Type(),
                  extras, [&](OpBuilder &b, ValueRange args) -> Value {
                    if (!op.getB())
                      return args[0];
                    return arith::AddFOp::create(b, loc, args[0], args[1]);
                  });
    rewriter.replaceOp(op,
                       transpose(rewriter, loc, conv, toChannelsFirst(rank)));
    return success();
  }
};

} // namespace

void quantc::populateConvToQNNPatterns(RewritePatternSet &patterns) {
  patterns.add<ConvToQNN>(patterns.getContext());
  populateIntegerConvToQNNPatterns(patterns);
}
