//===- RaiseDynamicQuantize.cpp - Dynamic quantization from its parts -----===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// ONNX has no dynamic quantization by rows, so an exported model holds
// docs/Numerics.md's definition in a dozen operators (QNNToONNX/Quantize.cpp and
// MapToONNX.cpp write them). The codes are matched backwards.
//
//===----------------------------------------------------------------------===//

#include "Match.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_RAISEDYNAMICQUANTIZE
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

/// The codec of 8-bit codes of this type; null for another type.
static qnn::QuantCodecInterface getCodec(Value codes) {
  auto integer = dyn_cast<IntegerType>(getElementTypeOrSelf(codes.getType()));
  if (!integer || integer.getWidth() != 8)
    return {};
  return cast<qnn::QuantCodecInterface>(qnn::IntCodecAttr::get(
      integer.getContext(), 8, !integer.isUnsigned()));
}

/// x, if `value` is a min or max (OpTy) of x and 0.
template <typename OpTy> static Value matchWithZero(Value value) {
  auto op = value.getDefiningOp<OpTy>();
  return op && op->getNumOperands() == 2 &&
                 match::isScalar(op->getOperand(1), 0)
             ? op->getOperand(0)
             : Value();
}

/// The reduction (OpTy) that keeps dimensions that `value` is.
template <typename OpTy> static OpTy matchReduction(Value value) {
  auto op = value ? value.getDefiningOp<OpTy>() : OpTy();
  return op && op.getKeepdims() && op.getAxes() ? op : OpTy();
}

/// Whether two operands are the same integers.
static bool areEqual(Value a, Value b) {
  if (a == b)
    return true;
  auto first = ConstantData::get(a), second = ConstantData::get(b);
  return first && second && first->getInts() == second->getInts();
}

/// r, if `codes` are r rounded, clamped to the codes and converted.
static Value matchEncoded(Value codes, qnn::QuantCodecInterface codec) {
  auto cast = codes.getDefiningOp<onnx::CastOp>();
  auto clip = cast ? cast.getInput().getDefiningOp<onnx::ClipOp>()
                   : onnx::ClipOp();
  auto [lowest, highest] = codec.getCodeRange();
  if (!clip || !clip.getMin() || !clip.getMax() ||
      !match::isScalar(clip.getMin(), lowest) ||
      !match::isScalar(clip.getMax(), highest))
    return {};
  return clip.getInput();
}

namespace {
/// The values of one dynamic quantization.
struct Parts {
  Value x, scale, zeroPoint;
  onnx::ReduceMinOp min;
  onnx::ReduceMaxOp max;

  bool match(Value codes, qnn::QuantCodecInterface codec);

private:
  bool matchScale(bool isSigned, int64_t highest);
  Value lo;
};
} // namespace

/// scale = where(d > 0, d, 1), d = range / highest.
bool Parts::matchScale(bool isSigned, int64_t highest) {
  auto where = scale.getDefiningOp<onnx::WhereOp>();
  auto greater = where ? where.getCondition().getDefiningOp<onnx::GreaterOp>()
                       : onnx::GreaterOp();
  auto div = where ? where.getX().getDefiningOp<onnx::DivOp>() : onnx::DivOp();
  if (!greater || !div || !match::isScalar(where.getY(), 1) ||
      greater.getA() != div.getC() || !match::isScalar(greater.getB(), 0) ||
      !match::isScalar(div.getB(), highest))
    return false;
  Value hi;
  if (isSigned) {
    auto range = div.getA().getDefiningOp<onnx::MaxOp>();
    auto minus = range && range->getNumOperands() == 2
                     ? range->getOperand(0).getDefiningOp<onnx::NegOp>()
                     : onnx::NegOp();
    if (!minus)
      return false;
    lo = minus.getX();
    hi = range->getOperand(1);
  } else if (auto range = div.getA().getDefiningOp<onnx::SubOp>()) {
    lo = range.getB();
    hi = range.getA();
  } else {
    return false;
  }
  min = matchReduction<onnx::ReduceMinOp>(matchWithZero<onnx::MinOp>(lo));
  max = matchReduction<onnx::ReduceMaxOp>(matchWithZero<onnx::MaxOp>(hi));
  return min && max && min.getData() == x && max.getData() == x &&
         areEqual(min.getAxes(), max.getAxes());
}

bool Parts::match(Value codes, qnn::QuantCodecInterface codec) {
  auto [lowest, highest] = codec.getCodeRange();
  bool isSigned = lowest < 0;
  Value t = matchEncoded(codes, codec);
  auto add = t && !isSigned ? t.getDefiningOp<onnx::AddOp>() : onnx::AddOp();
  if (!t || (!isSigned && !add))
    return false;
  auto round = (add ? add.getA() : t).getDefiningOp<onnx::RoundOp>();
  auto div = round ? round.getX().getDefiningOp<onnx::DivOp>() : onnx::DivOp();
  if (!div)
    return false;
  x = div.getA();
  scale = div.getB();
  if (!matchScale(isSigned, highest))
    return false;
  if (isSigned)
    return true;
  // wide = f32(zero point), zero point = encoded(-lo / scale).
  auto wide = add.getB().getDefiningOp<onnx::CastOp>();
  zeroPoint = wide ? wide.getInput() : Value();
  if (!zeroPoint || getCodec(zeroPoint) != codec)
    return false;
  Value z = matchEncoded(zeroPoint, codec);
  auto zRound = z ? z.getDefiningOp<onnx::RoundOp>() : onnx::RoundOp();
  auto ratio = zRound ? zRound.getX().getDefiningOp<onnx::DivOp>()
                      : onnx::DivOp();
  auto minus = ratio ? ratio.getA().getDefiningOp<onnx::NegOp>()
                     : onnx::NegOp();
  return minus && minus.getX() == lo && ratio.getB() == scale;
}

namespace {
struct RaiseCodes : OpRewritePattern<onnx::CastOp> {
  RaiseCodes(MLIRContext *context, Pass::Statistic &count)
      : OpRewritePattern(context), count(count) {}

  LogicalResult matchAndRewrite(onnx::CastOp op,
                                PatternRewriter &rewriter) const override {
    qnn::QuantCodecInterface codec = getCodec(op.getOutput());
    auto type = dyn_cast<RankedTensorType>(op.getType());
    Parts parts;
    if (!codec || !type || !parts.match(op.getOutput(), codec))
      return rewriter.notifyMatchFailure(op, "no dynamic quantization");
    auto axes = ConstantData::get(parts.min.getAxes());
    auto rows = dyn_cast<RankedTensorType>(parts.scale.getType());
    if (!axes || axes->getNumElements() == 0 || !rows ||
        rows.getRank() != type.getRank() || parts.x.getType() !=
            type.clone(rewriter.getF32Type()))
      return rewriter.notifyMatchFailure(op, "axes or shapes are not known");
    SmallVector<int64_t> block(type.getRank(), 1);
    for (int64_t axis : axes->getInts())
      block[axis < 0 ? axis + type.getRank() : axis] = -1;
    // Everything of it comes after the minimum.
    rewriter.setInsertionPoint(parts.min->isBeforeInBlock(parts.max)
                                   ? parts.min.getOperation()
                                   : parts.max.getOperation());
    auto quantize = qnn::DynamicQuantizeOp::create(
        rewriter, op.getLoc(), type, rows, rows.clone(type.getElementType()),
        parts.x, codec, block);
    rewriter.replaceOp(op, quantize.getCodes());
    rewriter.replaceOp(parts.scale.getDefiningOp(), quantize.getScale());
    if (parts.zeroPoint)
      rewriter.replaceOp(parts.zeroPoint.getDefiningOp(),
                         quantize.getZeroPoint());
    ++count;
    return success();
  }
  Pass::Statistic &count;
};

/// f32(codes) * scale, or (f32(codes) - f32(zero point)) * scale.
struct RaiseDequantize : OpRewritePattern<onnx::MulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::MulOp op,
                                PatternRewriter &rewriter) const override {
    Value codes = op.getA(), zeroPoint;
    if (auto sub = codes.getDefiningOp<onnx::SubOp>()) {
      codes = sub.getA();
      auto wide = sub.getB().getDefiningOp<onnx::CastOp>();
      if (!wide)
        return rewriter.notifyMatchFailure(op, "no zero point is subtracted");
      zeroPoint = wide.getInput();
    }
    auto cast = codes.getDefiningOp<onnx::CastOp>();
    qnn::QuantCodecInterface codec =
        cast ? getCodec(cast.getInput()) : qnn::QuantCodecInterface();
    std::optional<SmallVector<int64_t>> block =
        codec ? getRows(op, cast.getInput(), op.getB()) : std::nullopt;
    if (!block)
      return rewriter.notifyMatchFailure(op, "no codes with a scale per row");
    if (zeroPoint &&
        (getCodec(zeroPoint) != codec || !haveSameShape(zeroPoint, op.getB())))
      return rewriter.notifyMatchFailure(op, "no zero point for every scale");
    rewriter.replaceOpWithNewOp<qnn::DequantizeOp>(
        op, op.getType(), cast.getInput(), op.getB(), zeroPoint, codec, *block);
    return success();
  }

private:
  static bool haveSameShape(Value a, Value b) {
    return cast<ShapedType>(a.getType()).getShape() ==
           cast<ShapedType>(b.getType()).getShape();
  }

  /// The block of one scale for each row, if `scale` is that, found at run time:
  /// scales known beforehand are written as DequantizeLinear.
  static std::optional<SmallVector<int64_t>> getRows(onnx::MulOp op,
                                                     Value codes, Value scale) {
    auto type = dyn_cast<RankedTensorType>(codes.getType());
    auto rows = dyn_cast<RankedTensorType>(scale.getType());
    if (!type || !rows || !rows.getElementType().isF32() ||
        rows.getRank() != type.getRank() || type.getRank() < 2 ||
        scale.getDefiningOp<onnx::ConstantOp>() ||
        op.getType() != type.clone(rows.getElementType()) ||
        rows.getShape().back() != 1 ||
        rows.getShape().drop_back() != type.getShape().drop_back())
      return std::nullopt;
    SmallVector<int64_t> block(type.getRank(), 1);
    block.back() = -1;
    return block;
  }
};

struct RaiseDynamicQuantize
    : quantc::impl::RaiseDynamicQuantizeBase<RaiseDynamicQuantize> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<RaiseCodes>(&getContext(), numRaised);
    patterns.add<RaiseDequantize>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
