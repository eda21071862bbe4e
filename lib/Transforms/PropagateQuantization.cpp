//===- PropagateQuantization.cpp - Move codes through the graph ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Quantizes move up, dequantizes move down, and where they meet with equal
// parameters they vanish, so that data moves as bytes. Every pattern is exact:
// encoding and decoding work on single elements, with a positive scale they are
// monotone, and the zero point stands for zero.
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/ONNX/IR/Transposes.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Quantization/Movement.h"
#include "quantc/Transforms/Passes.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_PROPAGATEQUANTIZATION
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;
using namespace quantc::qnn;

/// Whether two scales or zero points are the same: one value, or two constants
/// with the same elements.
static bool areEqual(Value a, Value b) {
  if (a == b)
    return true;
  auto first = a ? a.getDefiningOp<onnx::ConstantOp>() : nullptr;
  auto second = b ? b.getDefiningOp<onnx::ConstantOp>() : nullptr;
  return first && second && first.getValue() == second.getValue();
}

/// Whether codes of `a` mean the same as codes of `b` (quantize or dequantize).
template <typename A, typename B> static bool haveEqualParams(A a, B b) {
  return areEqual(a.getScale(), b.getScale()) &&
         areEqual(a.getZeroPoint(), b.getZeroPoint()) &&
         a.getCodec() == b.getCodec() && a.getBlock() == b.getBlock();
}

/// One scale for the whole tensor.
template <typename OpTy> static bool isPerTensor(OpTy op) {
  auto scale = dyn_cast<RankedTensorType>(op.getScale().getType());
  return scale && scale.hasStaticShape() && scale.getNumElements() == 1;
}

/// Whether larger numbers have larger codes. Scales the model computes are
/// positive; a constant may be anything.
template <typename OpTy> static bool isIncreasing(OpTy op) {
  auto data = ConstantData::get(op.getScale());
  return !data || llvm::all_of(llvm::seq(data->getNumElements()),
                               [&](int64_t i) { return data->getDouble(i) > 0; });
}

static bool takesMaximum(Operation *op) {
  return isa<onnx::MaxPoolOp, onnx::GlobalMaxPoolOp, MaxPoolOp>(op);
}

static SmallVector<int64_t> wholeBlock(Value value) {
  return SmallVector<int64_t>(cast<RankedTensorType>(value.getType()).getRank(),
                              -1);
}

/// `op` on operands replaced as `mapping` says, with `element` for its result's
/// element type. A Pad's fill value becomes the zero point.
static Value moveOp(PatternRewriter &rewriter, Operation *op,
                    IRMapping &mapping, Type element, Value zeroPoint) {
  Operation *moved = rewriter.clone(*op, mapping);
  Value result = moved->getResult(0);
  result.setType(cast<RankedTensorType>(result.getType()).clone(element));
  if (auto pad = dyn_cast<onnx::PadOp>(moved))
    pad.getConstantValueMutable().assign(zeroPoint);
  return result;
}

namespace {
/// quantize(f(x)) = f(quantize(x)) where f only moves elements.
struct HoistQuantize : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp quantize,
                                PatternRewriter &rewriter) const override {
    Operation *op = quantize.getX().getDefiningOp();
    if (!op || !op->hasOneUse() || !isPerTensor(quantize))
      return rewriter.notifyMatchFailure(
          quantize, "no single-use producer, or several scales");
    auto data = getMovedOperands(op);
    if (data.empty() || (takesMaximum(op) && !isIncreasing(quantize)))
      return rewriter.notifyMatchFailure(quantize, "producer computes");
    Type element = getElementTypeOrSelf(quantize.getCodes().getType());
    Value zeroPoint = quantize.getZeroPoint();
    if (isa<onnx::PadOp>(op) && !zeroPoint)
      return rewriter.notifyMatchFailure(quantize, "no zero point to pad with");

    IRMapping mapping;
    for (OpOperand *operand : data) {
      Value x = operand->get();
      auto type = dyn_cast<RankedTensorType>(x.getType());
      if (!type)
        return rewriter.notifyMatchFailure(op, "operand of unknown rank");
      mapping.map(x, QuantizeOp::create(rewriter, quantize.getLoc(),
                                        type.clone(element), x,
                                        quantize.getScale(), zeroPoint,
                                        quantize.getCodec(), wholeBlock(x)));
    }
    rewriter.replaceOp(quantize,
                       moveOp(rewriter, op, mapping, element, zeroPoint));
    return success();
  }
};

/// f(dequantize(c)) = dequantize(f(c)) where f only moves elements.
struct SinkDequantize : RewritePattern {
  SinkDequantize(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    auto data = getMovedOperands(op);
    if (data.empty())
      return rewriter.notifyMatchFailure(op, "computes");
    DequantizeOp first;
    IRMapping mapping;
    for (OpOperand *operand : data) {
      auto dequantize = operand->get().getDefiningOp<DequantizeOp>();
      if (!dequantize || !isPerTensor(dequantize) ||
          (takesMaximum(op) && !isIncreasing(dequantize)) ||
          (first && !(areEqual(first.getScale(), dequantize.getScale()) &&
                      areEqual(first.getZeroPoint(),
                               dequantize.getZeroPoint()) &&
                      first.getCodec() == dequantize.getCodec())))
        return rewriter.notifyMatchFailure(op, "operands are not codes alike");
      if (!first)
        first = dequantize;
      mapping.map(operand->get(), dequantize.getCodes());
    }
    if (isa<onnx::PadOp>(op) && !first.getZeroPoint())
      return rewriter.notifyMatchFailure(op, "no zero point to pad with");
    if (!isa<RankedTensorType>(op->getResult(0).getType()))
      return rewriter.notifyMatchFailure(op, "result of unknown rank");

    Type element = getElementTypeOrSelf(first.getCodes().getType());
    Value codes =
        moveOp(rewriter, op, mapping, element, first.getZeroPoint());
    rewriter.replaceOpWithNewOp<DequantizeOp>(
        op, op->getResult(0).getType(), codes, first.getScale(),
        first.getZeroPoint(), first.getCodec(), wholeBlock(codes));
    return success();
  }
};

/// Transpose(dequantize(c)) with a scale per channel: block and scales move too.
struct SinkThroughTranspose : OpRewritePattern<onnx::TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto dequantize = op.getData().getDefiningOp<DequantizeOp>();
    auto scaleType =
        dequantize ? dyn_cast<RankedTensorType>(dequantize.getScale().getType())
                   : RankedTensorType();
    if (!scaleType || scaleType.getRank() == 0 || isPerTensor(dequantize))
      return rewriter.notifyMatchFailure(op, "no dequantize per channel");
    SmallVector<int64_t> perm = llvm::to_vector(
        llvm::reverse(llvm::seq<int64_t>(0, scaleType.getRank())));
    if (auto given = op.getPerm())
      perm.assign(given->begin(), given->end());

    auto move = [&](Value value) {
      return transpose(rewriter, op.getLoc(), value, perm);
    };
    SmallVector<int64_t> block;
    for (int64_t d : perm)
      block.push_back(dequantize.getBlock()[d]);
    Value zeroPoint = dequantize.getZeroPoint();
    rewriter.replaceOpWithNewOp<DequantizeOp>(
        op, op.getType(), move(dequantize.getCodes()),
        move(dequantize.getScale()), zeroPoint ? move(zeroPoint) : Value(), dequantize.getCodec(),
        block);
    return success();
  }
};

/// Gather(dequantize(table)) by rows: codes and scales are gathered.
struct SinkThroughGather : OpRewritePattern<onnx::GatherOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::GatherOp op,
                                PatternRewriter &rewriter) const override {
    auto dequantize = op.getData().getDefiningOp<DequantizeOp>();
    auto type = dyn_cast<RankedTensorType>(op.getType());
    if (!dequantize || dequantize.getZeroPoint() || !type ||
        op.getAxis() != 0 || dequantize.getBlock() != ArrayRef<int64_t>{1, -1})
      return rewriter.notifyMatchFailure(op, "no table with a scale per row");
    auto gather = [&](Value table, RankedTensorType resultType) -> Value {
      return onnx::GatherOp::create(rewriter, op.getLoc(), resultType, table,
                                    op.getIndices(), op.getAxis());
    };
    SmallVector<int64_t> scaleShape(type.getShape());
    scaleShape.back() = 1;
    SmallVector<int64_t> block(type.getRank(), 1);
    block.back() = -1;
    Type element = getElementTypeOrSelf(dequantize.getCodes().getType());
    rewriter.replaceOpWithNewOp<DequantizeOp>(
        op, type, gather(dequantize.getCodes(), type.clone(element)),
        gather(dequantize.getScale(), type.clone(scaleShape)), Value(),
        dequantize.getCodec(), block);
    return success();
  }
};

/// quantize(dequantize(c)) = c with equal parameters.
struct RemoveRequantize : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp quantize,
                                PatternRewriter &rewriter) const override {
    auto dequantize = quantize.getX().getDefiningOp<DequantizeOp>();
    if (!dequantize || !haveEqualParams(quantize, dequantize))
      return rewriter.notifyMatchFailure(quantize, "no equal dequantize");
    rewriter.replaceOp(quantize, dequantize.getCodes());
    return success();
  }
};

/// Merges equal quantizes of one value, and equal dequantizes of one tensor.
template <typename OpTy> struct MergeEqual : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    for (Operation *user : op->getOperand(0).getUsers()) {
      auto other = dyn_cast<OpTy>(user);
      if (!other || other == op || other->getBlock() != op->getBlock() ||
          other->getOperand(0) != op->getOperand(0) ||
          !haveEqualParams(op, other) || !other->isBeforeInBlock(op))
        continue;
      rewriter.replaceOp(op, other->getResults());
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no earlier equal one");
  }
};

/// quantize(Relu(x)) = quantize(x), and Clip likewise, where the codes saturate
/// at the same ends. NaN becomes the lowest code either way.
struct AbsorbClamp : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp quantize,
                                PatternRewriter &rewriter) const override {
    Operation *clamp = quantize.getX().getDefiningOp();
    if (!isa_and_nonnull<onnx::ReluOp, onnx::ClipOp>(clamp) ||
        !clamp->hasOneUse() || !isPerTensor(quantize) ||
        !isIncreasing(quantize))
      return rewriter.notifyMatchFailure(quantize, "no single-use clamp");
    auto [lowest, highest] = quantize.getCodec().getCodeRange();
    bool isFree;
    if (auto clip = dyn_cast<onnx::ClipOp>(clamp))
      isFree = saturatesAt(quantize, clip.getMin(), lowest) &&
               saturatesAt(quantize, clip.getMax(), highest);
    else
      isFree = encode(quantize, 0) == lowest;
    if (!isFree)
      return rewriter.notifyMatchFailure(quantize, "codes reach further");
    rewriter.modifyOpInPlace(
        quantize, [&] { quantize.getXMutable().assign(clamp->getOperand(0)); });
    rewriter.eraseOp(clamp);
    return success();
  }

private:
  /// The code of `value`, or nothing where scale or zero point are unknown.
  static std::optional<int64_t> encode(QuantizeOp quantize, float value) {
    auto scale = ConstantData::get(quantize.getScale());
    std::optional<int64_t> zeroPoint = 0;
    if (Value given = quantize.getZeroPoint()) {
      auto data = ConstantData::get(given);
      zeroPoint = data ? std::optional(data->getInt(0)) : std::nullopt;
    }
    if (!scale || !zeroPoint)
      return std::nullopt;
    float quotient = value / float(scale->getDouble(0));
    return quantize.getCodec().encode(quotient, *zeroPoint);
  }

  /// Whether the clip's bound, if there is one, is the end of the codes.
  static bool saturatesAt(QuantizeOp quantize, Value bound, int64_t end) {
    if (!bound)
      return true;
    auto data = ConstantData::get(bound);
    return data && data->getNumElements() == 1 &&
           encode(quantize, float(data->getDouble(0))) == end;
  }
};

struct PropagateQuantization
    : quantc::impl::PropagateQuantizationBase<PropagateQuantization> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<HoistQuantize, SinkDequantize, SinkThroughTranspose,
                 SinkThroughGather, RemoveRequantize, MergeEqual<QuantizeOp>,
                 MergeEqual<DequantizeOp>, AbsorbClamp>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
  }
};
} // namespace
