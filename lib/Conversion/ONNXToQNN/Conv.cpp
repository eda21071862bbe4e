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

#include "Builders.h"
#include "Window.h"
#include "quantc/Conversion/ONNXToQNN.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

/// [M, C, kernel...] to [kernel..., C, M].
static SmallVector<int64_t> toFilterOrder(int64_t rank) {
  SmallVector<int64_t> perm;
  for (int64_t d = 2; d < rank; ++d)
    perm.push_back(d);
  perm.append({1, 0});
  return perm;
}

/// The window of a convolution whose types are known well enough, or none.
template <typename OpTy>
static std::optional<Window> getWindow(OpTy op, Value input, Value filter) {
  auto x = dyn_cast<RankedTensorType>(input.getType());
  auto w = dyn_cast<RankedTensorType>(filter.getType());
  if (!x || !w || x.getRank() < 3 || x.getRank() > 5 ||
      w.getRank() != x.getRank())
    return std::nullopt;
  ArrayRef<int64_t> kernel = w.getShape().drop_front(2);
  if (llvm::any_of(kernel, ShapedType::isDynamic))
    return std::nullopt;
  Window window(kernel, op.getStrides(), op.getDilations(), op.getPads());
  if (!window.resolveAutoPad(op.getAutoPad(), x.getShape().drop_front(2)))
    return std::nullopt;
  return window;
}

namespace {

struct ConvToQNN : OpRewritePattern<onnx::ConvOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::ConvOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<Window> window = getWindow(op, op.getX(), op.getW());
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

/// ConvInteger with a constant zero point of x (it is also the padding) and
/// without one of w: acc - zx * (sum of the filter's taps and channels).
struct ConvIntegerToQNN : OpRewritePattern<onnx::ConvIntegerOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::ConvIntegerOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<Window> window = getWindow(op, op.getX(), op.getW());
    auto y = dyn_cast<RankedTensorType>(op.getY().getType());
    if (!window || !y)
      return rewriter.notifyMatchFailure(op, "extents are not known");
    std::optional<int64_t> zero = getZeroPoint(op.getXZeroPoint());
    if (!zero || getZeroPoint(op.getWZeroPoint()) != 0)
      return rewriter.notifyMatchFailure(op, "zero points are not constant");
    auto weights = ConstantData::get(op.getW());
    if (*zero != 0 && !weights)
      return rewriter.notifyMatchFailure(op, "filter is not constant");

    Location loc = op.getLoc();
    int64_t rank = y.getRank();
    Value input = transpose(rewriter, loc, op.getX(), toChannelsLast(rank));
    Value filter = transpose(rewriter, loc, op.getW(), toFilterOrder(rank));
    SmallVector<Value> extras;
    if (*zero != 0)
      extras.push_back(createConstant(rewriter, loc,
                                      getCorrection(rewriter, *weights, *zero)));
    auto conv = qnn::ConvOp::create(
        rewriter, loc, permute(y, toChannelsLast(rank)), input, filter, extras,
        window->kernel, window->strides, window->dilations, window->pads,
        op.getGroup(), *zero);
    buildEpilogue(rewriter, loc, conv.getEpilogue(), rewriter.getI32Type(),
                  extras, [&](OpBuilder &b, ValueRange args) -> Value {
                    if (*zero == 0)
                      return args[0];
                    return arith::AddIOp::create(b, loc, args[0], args[1]);
                  });
    rewriter.replaceOp(op,
                       transpose(rewriter, loc, conv, toChannelsFirst(rank)));
    return success();
  }

private:
  /// The one value of a constant zero point; 0 where it is absent.
  static std::optional<int64_t> getZeroPoint(Value value) {
    if (!value)
      return 0;
    auto data = ConstantData::get(value);
    if (!data || data->getNumElements() == 0)
      return std::nullopt;
    int64_t first = data->getInt(0);
    for (int64_t i = 1, e = data->getNumElements(); i < e; ++i)
      if (data->getInt(i) != first)
        return std::nullopt;
    return first;
  }

  /// -zero * sum over C and the kernel of w[m, ...], i32 [M].
  static Attribute getCorrection(OpBuilder &builder, const ConstantData &w,
                                 int64_t zero) {
    int64_t count = w.getType().getDimSize(0);
    int64_t each = count ? w.getNumElements() / count : 0;
    SmallVector<int32_t> sums(count, 0);
    for (int64_t m = 0; m < count; ++m)
      for (int64_t i = 0; i < each; ++i)
        sums[m] -= zero * w.getInt(m * each + i);
    auto type = RankedTensorType::get({count}, builder.getI32Type());
    return makeConstant<int32_t>(type, sums);
  }
};

} // namespace

void quantc::populateConvToQNNPatterns(RewritePatternSet &patterns) {
  patterns.add<ConvToQNN, ConvIntegerToQNN>(patterns.getContext());
}
