//===- Products.cpp - qnn products to ONNX's operators --------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A product of codes is MatMulInteger or ConvInteger, one of floats MatMul or
// Conv; its epilogue is a qnn.map of the accumulator and the extras. ConvInteger
// pads with x's zero point only if it also subtracts it, so the correction in the
// epilogue goes where it is that.
//
//===----------------------------------------------------------------------===//

#include "../ONNXToQNN/ConvBuilders.h"
#include "quantc/Conversion/QNNToONNX.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

/// Replaces `op` by the map of `acc` and the extras that its epilogue is.
template <typename OpTy>
static void replaceByMap(PatternRewriter &rewriter, OpTy op, ValueRange first) {
  SmallVector<Value> inputs(first);
  llvm::append_range(inputs, op.getExtras());
  auto map = qnn::MapOp::create(rewriter, op.getLoc(), TypeRange(op.getType()),
                                inputs);
  rewriter.inlineRegionBefore(op.getEpilogue(), map.getBody(),
                              map.getBody().end());
  rewriter.replaceOp(op, map.getResults());
}

namespace {
struct MatMulToONNX : OpRewritePattern<qnn::MatMulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(qnn::MatMulOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getPanel())
      return rewriter.notifyMatchFailure(op, "weights are packed");
    Location loc = op.getLoc();
    Type element = op.getEpilogue().front().getArgument(0).getType();
    RankedTensorType type = op.getType().clone(element);
    Value acc;
    if (isa<FloatType>(element))
      acc = onnx::MatMulOp::create(rewriter, loc, type, op.getLhs(),
                                   op.getRhs());
    else
      acc = onnx::MatMulIntegerOp::create(rewriter, loc, type, op.getLhs(),
                                          op.getRhs(), Value(), Value());
    replaceByMap(rewriter, op, acc);
    return success();
  }
};

struct ConvToONNX : OpRewritePattern<qnn::ConvOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(qnn::ConvOp op,
                                PatternRewriter &rewriter) const override;

private:
  /// Whether the accumulator is only used to subtract `padCode` times the
  /// filter's sums from it; then the subtraction goes.
  static bool takeCorrection(qnn::ConvOp op, PatternRewriter &rewriter);
};
} // namespace

/// Sums of a filter [kernel..., C, M] for every m.
static std::vector<int64_t> sumFilter(const ConstantData &filter) {
  int64_t m = filter.getType().getShape().back();
  std::vector<int64_t> sums(m, 0);
  for (int64_t i = 0; i < filter.getNumElements(); ++i)
    sums[i % m] += filter.getInt(i);
  return sums;
}

bool ConvToONNX::takeCorrection(qnn::ConvOp op, PatternRewriter &rewriter) {
  Block &block = op.getEpilogue().front();
  Value acc = block.getArgument(0);
  auto sub = acc.hasOneUse()
                 ? dyn_cast<arith::SubIOp>(*acc.getUsers().begin())
                 : arith::SubIOp();
  auto subtrahend =
      sub && sub.getLhs() == acc ? dyn_cast<BlockArgument>(sub.getRhs())
                                 : BlockArgument();
  auto filter = ConstantData::get(op.getFilter());
  if (!subtrahend || !filter)
    return false;
  auto given = ConstantData::get(
      op.getExtras()[subtrahend.getArgNumber() - 1]);
  if (!given)
    return false;
  std::vector<int64_t> sums = sumFilter(*filter);
  if (given->getNumElements() != int64_t(sums.size()))
    return false;
  for (auto [i, sum] : llvm::enumerate(sums))
    if (given->getInt(i) != int64_t(op.getPadCode()) * sum)
      return false;
  rewriter.replaceOp(sub, acc);
  return true;
}

/// `x` [N, C, spatial...] with `code` around it as `pads` say.
static Value padWith(OpBuilder &builder, Location loc, Value x, int64_t code,
                     ArrayRef<int64_t> pads) {
  auto type = cast<RankedTensorType>(x.getType());
  size_t spatial = pads.size() / 2;
  SmallVector<int64_t> all(2 * type.getRank(), 0), shape(type.getShape());
  for (size_t d = 0; d < spatial; ++d) {
    all[2 + d] = pads[d];
    all[type.getRank() + 2 + d] = pads[spatial + d];
    if (!ShapedType::isDynamic(shape[2 + d]))
      shape[2 + d] += pads[d] + pads[spatial + d];
  }
  Value fill = createConstant(
      builder, loc,
      makeConstant<uint8_t>(RankedTensorType::get({}, type.getElementType()),
                            uint8_t(code)));
  return onnx::PadOp::create(builder, loc, type.clone(shape), x,
                             createInts(builder, loc, all), fill,
                             /*axes=*/Value(), /*mode=*/"constant");
}

LogicalResult ConvToONNX::matchAndRewrite(qnn::ConvOp op,
                                          PatternRewriter &rewriter) const {
  if (op.getPanel())
    return rewriter.notifyMatchFailure(op, "the filter is packed");
  Location loc = op.getLoc();
  int64_t rank = op.getType().getRank();
  Value x = transpose(rewriter, loc, op.getInput(), toChannelsFirst(rank));
  Value w = transpose(rewriter, loc, op.getFilter(),
                      invert(toFilterOrder(rank)));
  SmallVector<int64_t> pads(op.getPads());
  Value zeroPoint;
  if (op.getPadCode() && takeCorrection(op, rewriter)) {
    Type codes = getElementTypeOrSelf(x.getType());
    zeroPoint = createConstant(
        rewriter, loc,
        makeConstant<uint8_t>(RankedTensorType::get({}, codes),
                              uint8_t(op.getPadCode())));
  } else if (op.getPadCode() &&
             llvm::any_of(pads, [](int64_t pad) { return pad != 0; })) {
    x = padWith(rewriter, loc, x, op.getPadCode(), pads);
    pads.assign(pads.size(), 0);
  }
  Type element = op.getEpilogue().front().getArgument(0).getType();
  RankedTensorType type =
      permute(op.getType(), toChannelsFirst(rank)).clone(element);
  auto attr = [&](ArrayRef<int64_t> values) {
    return rewriter.getDenseI64ArrayAttr(values);
  };
  auto kernel = attr(op.getKernelShape()), strides = attr(op.getStrides()),
       dilations = attr(op.getDilations());
  auto group = rewriter.getI64IntegerAttr(op.getGroup());
  auto notSet = rewriter.getStringAttr("NOTSET");
  Value acc;
  if (isa<FloatType>(element))
    acc = onnx::ConvOp::create(rewriter, loc, type, x, w, Value(), kernel,
                               strides, attr(pads), dilations, group, notSet);
  else
    acc = onnx::ConvIntegerOp::create(rewriter, loc, type, x, w, zeroPoint,
                                      Value(), kernel, strides, attr(pads),
                                      dilations, group, notSet);
  replaceByMap(rewriter, op,
               transpose(rewriter, loc, acc, toChannelsLast(rank)));
  return success();
}

void quantc::populateProductsToONNXPatterns(RewritePatternSet &patterns) {
  patterns.add<ConvToONNX, MatMulToONNX>(patterns.getContext());
}
