//===- Quantize.cpp - ONNX's quantization operators to qnn ----------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// QuantizeLinear, DequantizeLinear and DynamicQuantizeLinear: the same meaning
// with scales that say by their shape what they apply to. Codes without a codec
// (float8, i32) are maps or stay as they are.
//
//===----------------------------------------------------------------------===//

#include "Builders.h"
#include "ScalarCode.h"
#include "quantc/Conversion/ONNXToQNN.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

namespace {
/// `block` and, where scales lie along an axis, scale and zero point as qnn
/// operations want them.
struct Granularity {
  SmallVector<int64_t> block;
  Value scale, zeroPoint;
};

LogicalResult getGranularity(PatternRewriter &rewriter, Value x, Value scale,
                             Value zeroPoint, int64_t axis, int64_t blockSize,
                             Granularity &result) {
  auto type = dyn_cast<RankedTensorType>(x.getType());
  auto scaleType = dyn_cast<RankedTensorType>(scale.getType());
  if (!type || !scaleType || !scaleType.getElementType().isF32())
    return failure();
  int64_t rank = type.getRank();
  result = {SmallVector<int64_t>(rank, -1), scale, zeroPoint};
  if (scaleType.getRank() == 0)
    return success();
  axis += axis < 0 ? rank : 0;
  if (axis < 0 || axis >= rank)
    return failure();
  if (blockSize > 0) {
    result.block.assign(rank, 1);
    result.block[axis] = blockSize;
    return success();
  }
  if (scaleType.getRank() != 1)
    return failure();
  // One scale for everything, written as a vector.
  bool perTensor = scaleType.getDimSize(0) == 1 && type.getDimSize(axis) != 1;
  result.block[axis] = perTensor ? -1 : 1;
  result.scale = alignToAxis(rewriter, scale, axis, rank, true);
  if (zeroPoint)
    result.zeroPoint = alignToAxis(rewriter, zeroPoint, axis, rank, true);
  return success();
}

/// The codec of codes of this element type; null where there is none.
qnn::QuantCodecInterface getCodec(Type codes) {
  auto integer = dyn_cast<IntegerType>(codes);
  if (!integer || integer.getWidth() < 2 || integer.getWidth() > 16)
    return {};
  return cast<qnn::QuantCodecInterface>(qnn::IntCodecAttr::get(
      codes.getContext(), integer.getWidth(), !integer.isUnsigned()));
}

struct QuantizeLinearToQNN : OpRewritePattern<onnx::QuantizeLinearOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::QuantizeLinearOp op,
                                PatternRewriter &rewriter) const override {
    qnn::QuantCodecInterface codec = getCodec(elementOf(op.getY()));
    Granularity granularity;
    if (!codec || !elementOf(op.getX()).isF32() ||
        failed(getGranularity(rewriter, op.getX(), op.getYScale(),
                              op.getYZeroPoint(), op.getAxis(),
                              op.getBlockSize(), granularity)))
      return rewriter.notifyMatchFailure(op, "no codec, or not f32");
    rewriter.replaceOpWithNewOp<qnn::QuantizeOp>(
        op, op.getY().getType(), op.getX(), granularity.scale,
        granularity.zeroPoint, codec, granularity.block);
    return success();
  }
};

struct DequantizeLinearToQNN : OpRewritePattern<onnx::DequantizeLinearOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::DequantizeLinearOp op,
                                PatternRewriter &rewriter) const override {
    Granularity granularity;
    if (!elementOf(op.getY()).isF32() ||
        failed(getGranularity(rewriter, op.getX(), op.getXScale(),
                              op.getXZeroPoint(), op.getAxis(),
                              op.getBlockSize(), granularity)))
      return rewriter.notifyMatchFailure(op, "not f32");
    if (qnn::QuantCodecInterface codec = getCodec(elementOf(op.getX()))) {
      rewriter.replaceOpWithNewOp<qnn::DequantizeOp>(
          op, op.getY().getType(), op.getX(), granularity.scale,
          granularity.zeroPoint, codec, granularity.block);
      return success();
    }
    if (!elementOf(op.getX()).isSignlessInteger(32) || op.getBlockSize() > 0)
      return rewriter.notifyMatchFailure(op, "codes of an unsupported type");
    dequantizeInt32(op, granularity, rewriter);
    return success();
  }

private:
  /// Biases are i32 codes, too wide for a codec: f32(q - z) * scale.
  static void dequantizeInt32(onnx::DequantizeLinearOp op,
                              Granularity &granularity,
                              PatternRewriter &rewriter) {
    Location loc = op.getLoc();
    SmallVector<Value> inputs = {op.getX(), granularity.scale};
    if (granularity.zeroPoint)
      inputs.push_back(granularity.zeroPoint);
    auto map =
        qnn::MapOp::create(rewriter, loc, op.getY().getType(), inputs);
    OpBuilder::InsertionGuard guard(rewriter);
    Block *body = rewriter.createBlock(&map.getBody());
    for (Value input : inputs)
      body->addArgument(getSignless(elementOf(input)), loc);
    Value q = body->getArgument(0);
    if (granularity.zeroPoint)
      q = arith::SubIOp::create(rewriter, loc, q, body->getArgument(2));
    Value x = arith::SIToFPOp::create(rewriter, loc, rewriter.getF32Type(), q);
    Value y = arith::MulFOp::create(rewriter, loc, x, body->getArgument(1));
    qnn::YieldOp::create(rewriter, loc, y);
    rewriter.replaceOp(op, map.getResults());
  }
};

/// Quantization by the tensor's own range, as one block.
struct DynamicQuantizeLinearToQNN
    : OpRewritePattern<onnx::DynamicQuantizeLinearOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::DynamicQuantizeLinearOp op,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<RankedTensorType>(op.getX().getType());
    if (!type || !type.getElementType().isF32())
      return rewriter.notifyMatchFailure(op, "unranked or not f32");
    Location loc = op.getLoc();
    SmallVector<int64_t> ones(type.getRank(), 1), block(type.getRank(), -1);
    Type codes = elementOf(op.getY());
    auto quantize = qnn::DynamicQuantizeOp::create(
        rewriter, loc, op.getY().getType(),
        RankedTensorType::get(ones, rewriter.getF32Type()),
        RankedTensorType::get(ones, codes), op.getX(), getCodec(codes), block);
    Value scalar = createInts(rewriter, loc, {});
    auto toScalar = [&](Value value) -> Value {
      auto result = RankedTensorType::get({}, elementOf(value));
      return onnx::ReshapeOp::create(rewriter, loc, result, value, scalar,
                                     /*allowzero=*/0);
    };
    rewriter.replaceOp(op, {quantize.getCodes(), toScalar(quantize.getScale()),
                            toScalar(quantize.getZeroPoint())});
    return success();
  }
};
} // namespace

void quantc::populateQuantizeToQNNPatterns(RewritePatternSet &patterns) {
  patterns.add<QuantizeLinearToQNN, DequantizeLinearToQNN,
               DynamicQuantizeLinearToQNN>(patterns.getContext());
}
