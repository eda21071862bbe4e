//===- IntegerConv.cpp - Convolutions of codes to qnn.conv ----------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The padding of x is its zero point: `pad_code` where that is constant, else an
// onnx.Pad. A zero point of w needs the sum of every window, a convolution with a
// filter of ones.
//
//===----------------------------------------------------------------------===//

#include "ConvBuilders.h"
#include "ZeroPoints.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

/// x padded by its zero point; the window then has no padding.
static Value padInput(OpBuilder &builder, Location loc, Value x, Value zero,
                      Window &window) {
  auto type = cast<RankedTensorType>(x.getType());
  size_t spatial = window.kernel.size();
  SmallVector<int64_t> pads(2 * type.getRank(), 0), shape(type.getShape());
  for (size_t d = 0; d < spatial; ++d) {
    int64_t begin = window.pads[d], end = window.pads[spatial + d];
    pads[2 + d] = begin;
    pads[type.getRank() + 2 + d] = end;
    if (!ShapedType::isDynamic(shape[2 + d]))
      shape[2 + d] += begin + end;
  }
  window.pads.assign(2 * spatial, 0);
  return onnx::PadOp::create(builder, loc, type.clone(shape), x,
                             createInts(builder, loc, pads), zero,
                             /*axes=*/Value(), /*mode=*/"constant");
}

/// The sum of every window over all channels, [N, out..., 1] in i32.
static Value sumWindows(OpBuilder &builder, Location loc, Value input,
                        RankedTensorType result, const Window &window,
                        int64_t padCode) {
  int64_t channels = cast<RankedTensorType>(input.getType()).getShape().back();
  SmallVector<int64_t> shape(window.kernel);
  shape.append({channels, 1});
  auto type = RankedTensorType::get(shape, builder.getI8Type());
  std::vector<int8_t> ones(type.getNumElements(), 1);
  Value filter =
      createConstant(builder, loc, makeConstant<int8_t>(type, ones));
  SmallVector<int64_t> sums(result.getShape());
  sums.back() = 1;
  auto conv = qnn::ConvOp::create(
      builder, loc, RankedTensorType::get(sums, builder.getI32Type()), input,
      filter, ValueRange(), window.kernel, window.strides, window.dilations,
      window.pads, /*group=*/1, padCode);
  buildEpilogue(builder, loc, conv.getEpilogue(), builder.getI32Type(), {},
                [](OpBuilder &, ValueRange args) { return args[0]; });
  return conv;
}

namespace {

struct ConvIntegerToQNN : OpRewritePattern<onnx::ConvIntegerOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::ConvIntegerOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<Window> window = getConvWindow(op, op.getX(), op.getW());
    auto x = dyn_cast<RankedTensorType>(op.getX().getType());
    auto w = dyn_cast<RankedTensorType>(op.getW().getType());
    auto y = dyn_cast<RankedTensorType>(op.getY().getType());
    if (!window || !y || x.isDynamicDim(1))
      return rewriter.notifyMatchFailure(op, "extents are not known");
    ZeroPoint zx(op.getXZeroPoint()), zw(op.getWZeroPoint());
    if (zw.value && op.getGroup() != 1)
      return rewriter.notifyMatchFailure(op, "groups with a filter's zero point");
    auto zxData = zx.value ? ConstantData::get(zx.value) : std::nullopt;
    if (zx.value && (!zxData || zxData->getNumElements() != 1) &&
        !isOneElement(zx.value))
      return rewriter.notifyMatchFailure(op, "more than one zero point of x");

    Location loc = op.getLoc();
    int64_t rank = y.getRank(), padCode = zxData ? zxData->getInt(0) : 0;
    Value source = op.getX();
    if (zx.value && !zxData && llvm::any_of(window->pads, isNonzero))
      source = padInput(rewriter, loc, source, scalar(rewriter, zx.value),
                        *window);
    Value input = transpose(rewriter, loc, source, toChannelsLast(rank));
    Value filter = transpose(rewriter, loc, op.getW(), toFilterOrder(rank));
    RankedTensorType result = permute(y, toChannelsLast(rank));
    SmallVector<Value> extras;
    if (zx.value)
      extras.append({zx.value, sumFilter(rewriter, loc, filter, w)});
    if (zw.value)
      extras.append({zw.value, sumWindows(rewriter, loc, input, result, *window,
                                          padCode)});
    auto conv = qnn::ConvOp::create(
        rewriter, loc, result, input, filter, extras, window->kernel,
        window->strides, window->dilations, window->pads, op.getGroup(),
        padCode);
    int64_t k = w.getDimSize(1);
    for (int64_t extent : window->kernel)
      k *= extent;
    buildEpilogue(rewriter, loc, conv.getEpilogue(), rewriter.getI32Type(),
                  extras, [&](OpBuilder &b, ValueRange args) {
                    return subtractZeroPoints(b, loc, args, zx, zw, k);
                  });
    rewriter.replaceOp(op,
                       transpose(rewriter, loc, conv, toChannelsFirst(rank)));
    return success();
  }

private:
  static bool isNonzero(int64_t value) { return value != 0; }

  static bool isOneElement(Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return type && type.hasStaticShape() && type.getNumElements() == 1;
  }

  /// A tensor of one element as one of rank 0.
  static Value scalar(OpBuilder &builder, Value value) {
    auto type = cast<RankedTensorType>(value.getType());
    if (type.getRank() == 0)
      return value;
    return onnx::ReshapeOp::create(
        builder, value.getLoc(), RankedTensorType::get({}, type.getElementType()),
        value, createInts(builder, value.getLoc(), {}));
  }

  /// Sums over [kernel..., C / g] of a filter, i32 [M].
  static Value sumFilter(OpBuilder &builder, Location loc, Value filter,
                         RankedTensorType type) {
    SmallVector<int64_t> axes =
        llvm::to_vector(llvm::seq<int64_t>(0, type.getRank() - 1));
    Value sums = sumCodes(builder, loc, filter, axes);
    auto flat = RankedTensorType::get({type.getDimSize(0)},
                                      builder.getI32Type());
    return onnx::ReshapeOp::create(builder, loc, flat, sums,
                                   createInts(builder, loc, {-1}));
  }
};

/// QLinearConv is ConvInteger, an addition and a requantization.
struct QLinearConvToInteger : OpRewritePattern<onnx::QLinearConvOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::QLinearConvOp op,
                                PatternRewriter &rewriter) const override {
    auto y = dyn_cast<RankedTensorType>(op.getY().getType());
    if (!y || !getElementTypeOrSelf(op.getXScale().getType()).isF32() ||
        !isa<RankedTensorType>(op.getWScale().getType()))
      return rewriter.notifyMatchFailure(op, "not ranked with f32 scales");
    Location loc = op.getLoc();
    RankedTensorType sums = y.clone(rewriter.getI32Type());
    Value sum = onnx::ConvIntegerOp::create(
        rewriter, loc, sums, op.getX(), op.getW(), op.getXZeroPoint(),
        op.getWZeroPoint(), op.getKernelShapeAttr(), op.getStridesAttr(),
        op.getPadsAttr(), op.getDilationsAttr(), op.getGroupAttr(),
        op.getAutoPadAttr());
    int64_t spatial = y.getRank() - 2;
    if (op.getB())
      sum = onnx::AddOp::create(
          rewriter, loc, sums, sum,
          perChannel(rewriter, loc, op.getB(), spatial));
    Value wScale = perChannel(rewriter, loc, op.getWScale(), spatial);
    rewriter.replaceOp(op, requantize(rewriter, loc, y,
                                      {sum, op.getXScale(), wScale,
                                       op.getYScale(), op.getYZeroPoint()}));
    return success();
  }

private:
  /// [M] as [M, 1, ...] to broadcast over spatial dimensions; a scalar as it is.
  static Value perChannel(OpBuilder &builder, Location loc, Value value,
                          int64_t spatial) {
    auto type = cast<RankedTensorType>(value.getType());
    if (type.getRank() == 0)
      return value;
    for (int64_t d = 0; d < spatial; ++d)
      value = unsqueeze(builder, loc, value, 1 + d);
    return value;
  }
};

} // namespace

void quantc::populateIntegerConvToQNNPatterns(RewritePatternSet &patterns) {
  patterns.add<ConvIntegerToQNN, QLinearConvToInteger>(patterns.getContext());
}
