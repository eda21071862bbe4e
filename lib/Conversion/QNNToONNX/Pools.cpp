//===- Pools.cpp - qnn pools to ONNX's operators --------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// AveragePool knows no codes, and divides: sums are what a pool is made of here.
// Over the whole image they are a ReduceSum, else a convolution of every channel
// with ones, exact in i32; the division is in the epilogue.
//
//===----------------------------------------------------------------------===//

#include "../ONNXToQNN/Builders.h"
#include "quantc/Conversion/QNNToONNX.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::qnn;

namespace {
struct MaxPoolToONNX : OpRewritePattern<MaxPoolOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MaxPoolOp op,
                                PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    int64_t rank = op.getType().getRank();
    Value x = transpose(rewriter, loc, op.getInput(), toChannelsFirst(rank));
    auto pool = onnx::MaxPoolOp::create(
        rewriter, loc, permute(op.getType(), toChannelsFirst(rank)), Type(), x,
        op.getKernelShape(), attr(rewriter, op.getStrides()),
        attr(rewriter, op.getPads()), attr(rewriter, op.getDilations()),
        "NOTSET", /*ceil_mode=*/0, /*storage_order=*/0);
    rewriter.replaceOp(
        op, transpose(rewriter, loc, pool.getY(), toChannelsLast(rank)));
    return success();
  }

private:
  static DenseI64ArrayAttr attr(OpBuilder &builder, ArrayRef<int64_t> values) {
    return builder.getDenseI64ArrayAttr(values);
  }
};

struct AveragePoolToONNX : OpRewritePattern<AveragePoolOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AveragePoolOp op,
                                PatternRewriter &rewriter) const override;

private:
  static Value sumAll(AveragePoolOp op, PatternRewriter &rewriter);
  static Value sumWindows(AveragePoolOp op, PatternRewriter &rewriter);
  static Value countAll(AveragePoolOp op, PatternRewriter &rewriter);
  static Value countWindows(AveragePoolOp op, PatternRewriter &rewriter);
};
} // namespace

/// Whether windows are the whole image.
static bool isGlobal(AveragePoolOp op) {
  return llvm::all_of(op.getKernelShape(),
                      [](int64_t size) { return size == -1; });
}

static bool isPadded(AveragePoolOp op) {
  return llvm::any_of(op.getPads(), [](int64_t pad) { return pad != 0; });
}

static Type getSumElement(AveragePoolOp op) {
  return op.getEpilogue().front().getArgument(0).getType();
}

static Value createCount(OpBuilder &builder, Location loc,
                         ArrayRef<int64_t> shape, ArrayRef<int32_t> counts) {
  auto type = RankedTensorType::get(shape, builder.getI32Type());
  return createConstant(builder, loc, makeConstant<int32_t>(type, counts));
}

/// x [N, spatial..., C] to [N, 1..., C].
Value AveragePoolToONNX::sumAll(AveragePoolOp op, PatternRewriter &rewriter) {
  Location loc = op.getLoc();
  SmallVector<int64_t> axes = llvm::to_vector(
      llvm::seq<int64_t>(1, op.getType().getRank() - 1));
  Value x = castTo(rewriter, loc, op.getInput(), getSumElement(op));
  return onnx::ReduceSumOp::create(
      rewriter, loc, op.getType().clone(getSumElement(op)), x,
      createInts(rewriter, loc, axes));
}

/// The same over windows: a convolution, a group for each channel.
Value AveragePoolToONNX::sumWindows(AveragePoolOp op,
                                    PatternRewriter &rewriter) {
  Location loc = op.getLoc();
  int64_t rank = op.getType().getRank();
  int64_t channels = op.getInput().getType().getShape().back();
  Value x = transpose(rewriter, loc, op.getInput(), toChannelsFirst(rank));
  SmallVector<int64_t> shape = {channels, 1};
  llvm::append_range(shape, op.getKernelShape());
  bool isFloat = isa<FloatType>(getSumElement(op));
  auto type = RankedTensorType::get(
      shape, isFloat ? Type(rewriter.getF32Type()) : rewriter.getI8Type());
  int64_t count = type.getNumElements();
  Attribute ones =
      isFloat ? makeConstant<float>(type, std::vector<float>(count, 1))
              : makeConstant<int8_t>(type, std::vector<int8_t>(count, 1));
  Value w = createConstant(rewriter, loc, ones);
  auto attr = [&](ArrayRef<int64_t> values) {
    return rewriter.getDenseI64ArrayAttr(values);
  };
  RankedTensorType result =
      permute(op.getType(), toChannelsFirst(rank)).clone(getSumElement(op));
  auto group = rewriter.getI64IntegerAttr(channels);
  auto notSet = rewriter.getStringAttr("NOTSET");
  auto kernel = attr(op.getKernelShape()), strides = attr(op.getStrides()),
       pads = attr(op.getPads()), dilations = attr(op.getDilations());
  Value sum;
  if (isFloat)
    sum = onnx::ConvOp::create(rewriter, loc, result, x, w, Value(), kernel,
                               strides, pads, dilations, group, notSet);
  else
    sum = onnx::ConvIntegerOp::create(rewriter, loc, result, x, w, Value(),
                                      Value(), kernel, strides, pads,
                                      dilations, group, notSet);
  return transpose(rewriter, loc, sum, toChannelsLast(rank));
}

/// The image's size, i32: a constant, or computed.
Value AveragePoolToONNX::countAll(AveragePoolOp op,
                                  PatternRewriter &rewriter) {
  Location loc = op.getLoc();
  auto x = op.getInput().getType();
  auto spatial = x.getShape().drop_front().drop_back();
  if (!ShapedType::isDynamicShape(spatial))
    return createCount(rewriter, loc, {},
                       int32_t(ShapedType::getNumElements(spatial)));
  Type i64 = rewriter.getI64Type();
  int64_t rank = x.getRank();
  Value sizes = onnx::ShapeOp::create(
      rewriter, loc, RankedTensorType::get({rank}, i64), op.getInput(),
      /*start=*/0, /*end=*/IntegerAttr());
  auto vector = RankedTensorType::get({rank - 2}, i64);
  sizes = onnx::SliceOp::create(
      rewriter, loc, vector, sizes, createInts(rewriter, loc, {1}),
      createInts(rewriter, loc, {rank - 1}), Value(), Value());
  auto scalar = RankedTensorType::get({}, i64);
  Value count = onnx::ReduceProdOp::create(
      rewriter, loc, scalar, sizes, createInts(rewriter, loc, {0}),
      /*keepdims=*/0, /*noop_with_empty_axes=*/0);
  return castTo(rewriter, loc, count, rewriter.getI32Type());
}

/// How many elements of the image a window at each position of one dimension
/// holds.
static SmallVector<int32_t> countAlong(int64_t extent, int64_t positions,
                                       int64_t kernel, int64_t stride,
                                       int64_t dilation, int64_t pad) {
  SmallVector<int32_t> counts;
  for (int64_t p = 0; p < positions; ++p) {
    int32_t count = 0;
    for (int64_t k = 0; k < kernel; ++k) {
      int64_t at = p * stride + k * dilation - pad;
      count += at >= 0 && at < extent;
    }
    counts.push_back(count);
  }
  return counts;
}

/// Padding does not count, so that windows at the border hold less: a constant
/// [1, out..., 1] as a product of one factor for each dimension. Null where the
/// extents are not known.
Value AveragePoolToONNX::countWindows(AveragePoolOp op,
                                      PatternRewriter &rewriter) {
  Location loc = op.getLoc();
  if (!isPadded(op) || op.getCountIncludePad()) {
    int32_t count = 1;
    for (int64_t size : op.getKernelShape())
      count *= int32_t(size);
    return createCount(rewriter, loc, {}, count);
  }
  auto x = op.getInput().getType().getShape(), y = op.getType().getShape();
  if (ShapedType::isDynamicShape(x.drop_front()) ||
      ShapedType::isDynamicShape(y.drop_front()))
    return {};
  SmallVector<int64_t> shape = {1};
  SmallVector<int32_t> counts = {1};
  for (size_t d = 0; d < op.getKernelShape().size(); ++d) {
    SmallVector<int32_t> along =
        countAlong(x[1 + d], y[1 + d], op.getKernelShape()[d],
                   op.getStrides()[d], op.getDilations()[d], op.getPads()[d]);
    SmallVector<int32_t> product;
    for (int32_t outer : counts)
      for (int32_t inner : along)
        product.push_back(outer * inner);
    counts = product;
    shape.push_back(along.size());
  }
  shape.push_back(1);
  return createCount(rewriter, loc, shape, counts);
}

LogicalResult
AveragePoolToONNX::matchAndRewrite(AveragePoolOp op,
                                   PatternRewriter &rewriter) const {
  bool global = isGlobal(op);
  if (!global && op.getInput().getType().isDynamicDim(
                     op.getType().getRank() - 1))
    return rewriter.notifyMatchFailure(op, "channels are not known");
  if (isPadded(op) && op.getCountIncludePad() && op.getPadCode())
    return rewriter.notifyMatchFailure(op, "padding by codes is counted");
  Value count = global ? countAll(op, rewriter) : countWindows(op, rewriter);
  if (!count)
    return rewriter.notifyMatchFailure(op, "extents are not known");
  SmallVector<Value> inputs = {
      global ? sumAll(op, rewriter) : sumWindows(op, rewriter), count};
  llvm::append_range(inputs, op.getExtras());
  auto map = MapOp::create(rewriter, op.getLoc(), TypeRange(op.getType()),
                           inputs);
  rewriter.inlineRegionBefore(op.getEpilogue(), map.getBody(),
                              map.getBody().end());
  rewriter.replaceOp(op, map.getResults());
  return success();
}

void quantc::populatePoolsToONNXPatterns(RewritePatternSet &patterns) {
  patterns.add<AveragePoolToONNX, MaxPoolToONNX>(patterns.getContext());
}
