//===- RaiseAttention.cpp - Attention from its parts ----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// softmax(Q K^T * scale + mask) V is one operation, which never holds the scores
// of all pairs. Preferred is the form on [batch, sequence, heads * size]: the
// reshapes and transposes that split off and merged the heads are then gone.
//
//===----------------------------------------------------------------------===//

#include "AttentionMatch.h"
#include "CountingPattern.h"
#include "Match.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Traits.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_RAISEATTENTION
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

namespace {
/// The operands of the operation to be.
struct Operands {
  HeadsOperand q, k, v;
  int64_t heads, keyHeads;
  double scale;
  Value mask;
};

struct RaiseProduct : CountingPattern<onnx::MatMulOp> {
  using CountingPattern::CountingPattern;
  LogicalResult matchAndRewrite(onnx::MatMulOp op,
                                PatternRewriter &rewriter) const override;
};

struct RaiseAttention : quantc::impl::RaiseAttentionBase<RaiseAttention> {
  void runOnOperation() override {
    if (failed(applyCounting<RaiseProduct>(getOperation(), numRaised)))
      signalPassFailure();
  }
};
} // namespace

/// The softmax over the last of four dimensions that `value` is, or guards
/// against rows without any key: where(isnan(p), 0, p).
static onnx::SoftmaxOp matchSoftmax(Value value) {
  if (auto where = value.getDefiningOp<onnx::WhereOp>()) {
    auto isNaN = where.getCondition().getDefiningOp<onnx::IsNaNOp>();
    if (!isNaN || isNaN.getX() != where.getY() ||
        !match::isScalar(where.getX(), 0.0) ||
        where.getY().getType() != where.getType())
      return {};
    value = where.getY();
  } else if (!value.hasOneUse()) {
    return {};
  }
  auto softmax = value.getDefiningOp<onnx::SoftmaxOp>();
  auto type = dyn_cast<RankedTensorType>(value.getType());
  bool isLast = softmax && (int64_t(softmax.getAxis()) == -1 || softmax.getAxis() == 3);
  return isLast && type && type.getRank() == 4 ? softmax : onnx::SoftmaxOp();
}

/// What is added for a filled-in score: 0 where the score counts, else the
/// filling, which is so low that adding the score to it changes nothing.
static Value createFillMask(PatternRewriter &rewriter, Scores &scores) {
  onnx::WhereOp where = scores.filled;
  auto scalar = RankedTensorType::get(
      {}, getElementTypeOrSelf(where.getType()));
  Value zero = match::createSplat(rewriter, where.getLoc(), scalar, 0.0);
  Value condition = where.getCondition();
  Value x = scores.isInverted ? where.getX() : zero;
  Value y = scores.isInverted ? zero : where.getY();
  auto type = cast<RankedTensorType>(condition.getType())
                  .clone(scalar.getElementType());
  return onnx::WhereOp::create(rewriter, where.getLoc(), type, condition, x, y);
}

/// Whether filling in `value` is the same as adding it.
static bool isLowEnough(double value) { return value <= -0x1p100; }

/// Whether `mask` may stand in onnx.Attention: there, a last dimension shorter
/// than the keys is padded with -inf, not broadcast.
static bool isMask(Value mask, RankedTensorType scores) {
  auto type = dyn_cast<RankedTensorType>(mask.getType());
  if (!type || type.getRank() == 0 || type.getRank() > 4)
    return false;
  return type.getShape().back() != 1 || scores.getShape().back() == 1;
}

static bool haveMaskShapes(Scores &scores) {
  auto masks = llvm::to_vector(scores.masks);
  if (scores.filled)
    masks.push_back(scores.filled.getCondition());
  auto type = cast<RankedTensorType>(scores.product.getType());
  return llvm::all_of(masks, [&](Value mask) { return isMask(mask, type); });
}

/// The sum of all masks, or null without any.
static Value createMask(PatternRewriter &rewriter, Location loc,
                        Scores &scores) {
  auto masks = llvm::to_vector(scores.masks);
  if (scores.filled)
    masks.push_back(createFillMask(rewriter, scores));
  Value sum;
  for (Value mask : masks) {
    if (!sum) {
      sum = mask;
      continue;
    }
    auto type = cast<RankedTensorType>(mask.getType());
    SmallVector<int64_t> shape;
    OpTrait::util::getBroadcastedShape(
        cast<RankedTensorType>(sum.getType()).getShape(), type.getShape(),
        shape);
    sum = onnx::AddOp::create(rewriter, loc, type.clone(shape), sum, mask);
  }
  return sum;
}

/// `operand` as [batch, heads, sequence, size].
static Value createHeads(PatternRewriter &rewriter, Location loc,
                         const HeadsOperand &operand, bool isTransposed) {
  auto perm = operand.perm;
  if (isTransposed)
    std::swap(perm[2], perm[3]);
  if (ArrayRef(perm) == ArrayRef<int64_t>{0, 1, 2, 3})
    return operand.base;
  auto type = cast<RankedTensorType>(operand.base.getType());
  SmallVector<int64_t> shape;
  for (int64_t axis : perm)
    shape.push_back(type.getDimSize(axis));
  return onnx::TransposeOp::create(rewriter, loc, type.clone(shape),
                                   operand.base,
                                   rewriter.getDenseI64ArrayAttr(perm));
}

static Value createAttention(PatternRewriter &rewriter, Location loc, Type type,
                             Value q, Value k, Value v, IntegerAttr heads,
                             IntegerAttr keyHeads, const Operands &operands) {
  auto zero = rewriter.getI64IntegerAttr(0);
  auto unlimited = rewriter.getI64IntegerAttr(-1);
  return onnx::AttentionOp::create(
             rewriter, loc, type, Type(), Type(), Type(), q, k, v,
             operands.mask, Value(), Value(), Value(),
             rewriter.getF32FloatAttr(float(operands.scale)), zero, heads,
             keyHeads, rewriter.getF32FloatAttr(0), unlimited, unlimited, zero,
             IntegerAttr())
      .getY();
}

/// `base` [batch, sequence, heads, size] as [batch, sequence, heads * size]: what
/// it was before the heads were split off, or reshaped, which moves nothing.
static Value createFlat(PatternRewriter &rewriter, Location loc, Value base) {
  if (Value x = matchSplitHeads(base))
    return x;
  auto type = cast<RankedTensorType>(base.getType());
  int64_t size = type.getDimSize(2) * type.getDimSize(3);
  auto flat = RankedTensorType::get({type.getDimSize(0), type.getDimSize(1), size},
                                    type.getElementType());
  return onnx::ReshapeOp::create(rewriter, loc, flat, base,
                                 createInts(rewriter, loc, {0, 0, size}),
                                 rewriter.getI64IntegerAttr(0));
}

static bool hasOrder(const HeadsOperand &operand, ArrayRef<int64_t> perm) {
  auto type = cast<RankedTensorType>(operand.base.getType());
  return ArrayRef(operand.perm) == perm && !type.isDynamicDim(2) &&
         !type.isDynamicDim(3);
}

/// Replaces `op` by an attention on [batch, sequence, heads * size], if all three
/// operands hold their elements in that order.
static LogicalResult replaceFlat(onnx::MatMulOp op, const Operands &operands,
                                 PatternRewriter &rewriter) {
  if (!hasOrder(operands.q, {0, 2, 1, 3}) || !hasOrder(operands.k, {0, 2, 3, 1}) ||
      !hasOrder(operands.v, {0, 2, 1, 3}))
    return failure();
  Value q = createFlat(rewriter, op.getLoc(), operands.q.base),
        k = createFlat(rewriter, op.getLoc(), operands.k.base),
        v = createFlat(rewriter, op.getLoc(), operands.v.base);
  auto type = cast<RankedTensorType>(op.getType());
  int64_t size = type.getDimSize(3);
  auto flat = RankedTensorType::get(
      {type.getDimSize(0), type.getDimSize(2), operands.heads * size},
      type.getElementType());
  Value result = createAttention(
      rewriter, op.getLoc(), flat, q, k, v,
      rewriter.getI64IntegerAttr(operands.heads),
      rewriter.getI64IntegerAttr(operands.keyHeads), operands);

  auto transpose = dyn_cast_if_present<onnx::TransposeOp>(
      match::getOnlyUser(op.getY()));
  bool isBack = transpose && transpose.getPerm() &&
                *transpose.getPerm() == ArrayRef<int64_t>{0, 2, 1, 3};
  auto merge = isBack ? dyn_cast_if_present<onnx::ReshapeOp>(
                            match::getOnlyUser(transpose.getTransposed()))
                      : onnx::ReshapeOp();
  if (merge && isMergeHeads(merge)) {
    rewriter.replaceOp(merge, result);
    rewriter.eraseOp(transpose);
    rewriter.eraseOp(op);
    return success();
  }
  auto splitType = RankedTensorType::get(
      {flat.getDimSize(0), flat.getDimSize(1), operands.heads, size},
      type.getElementType());
  Value split = onnx::ReshapeOp::create(
      rewriter, op.getLoc(), splitType, result,
      createInts(rewriter, op.getLoc(), {0, 0, operands.heads, size}),
      rewriter.getI64IntegerAttr(0));
  rewriter.replaceOpWithNewOp<onnx::TransposeOp>(
      op, type, split, rewriter.getDenseI64ArrayAttr({0, 2, 1, 3}));
  return success();
}

LogicalResult RaiseProduct::matchAndRewrite(onnx::MatMulOp op,
                                            PatternRewriter &rewriter) const {
  onnx::SoftmaxOp softmax = matchSoftmax(op.getA());
  if (!softmax)
    return rewriter.notifyMatchFailure(
        op, "no softmax over the last of four dimensions on the left");
  std::optional<Scores> scores = matchScores(softmax.getInput());
  if (!scores)
    return rewriter.notifyMatchFailure(
        op, "the softmax is not of a product, scaled, then masked, that nobody "
            "else reads");
  if (scores->filled &&
      !isLowEnough(*match::getScalar(scores->isInverted
                                         ? scores->filled.getX()
                                         : scores->filled.getY())))
    return rewriter.notifyMatchFailure(op, "masked scores are not low enough");

  Operands operands;
  operands.q = matchHeads(scores->product.getA(), /*allowScale=*/true);
  operands.k = matchHeads(scores->product.getB(), /*allowScale=*/true);
  operands.v = matchHeads(op.getB(), /*allowScale=*/false);
  operands.scale = scores->scale * operands.q.scale * operands.k.scale;
  auto getRank4 = [](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return type && type.getRank() == 4 ? type : RankedTensorType();
  };
  auto q = getRank4(operands.q.base), k = getRank4(operands.k.base),
       v = getRank4(operands.v.base), y = getRank4(op.getY());
  if (!q || !k || !v || !y)
    return rewriter.notifyMatchFailure(op, "operands are not of rank 4");
  operands.heads = q.getDimSize(operands.q.perm[1]);
  operands.keyHeads = k.getDimSize(operands.k.perm[1]);
  if (operands.q.repeat != 1 || operands.k.repeat != operands.v.repeat ||
      ShapedType::isDynamic(operands.heads) ||
      operands.heads != operands.keyHeads * operands.k.repeat ||
      operands.keyHeads != v.getDimSize(operands.v.perm[1]) ||
      y.isDynamicDim(3))
    return rewriter.notifyMatchFailure(op, "heads do not correspond");
  if (!haveMaskShapes(*scores))
    return rewriter.notifyMatchFailure(
        op, "a mask is of unknown shape, or the same for all keys");

  operands.mask = createMask(rewriter, op.getLoc(), *scores);
  ++count;
  if (succeeded(replaceFlat(op, operands, rewriter)))
    return success();
  Location loc = op.getLoc();
  rewriter.replaceOp(
      op, createAttention(rewriter, loc, y,
                          createHeads(rewriter, loc, operands.q, false),
                          createHeads(rewriter, loc, operands.k, true),
                          createHeads(rewriter, loc, operands.v, false),
                          IntegerAttr(), IntegerAttr(), operands));
  return success();
}
