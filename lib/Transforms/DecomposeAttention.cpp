//===- DecomposeAttention.cpp - Attention in older operators --------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Y = softmax(softcap(Q * K^T * scale) + mask) * V on [batch, heads, sequence,
// size], heads split off and merged by reshapes and transposes, heads of K and V
// repeated for their group: what quantc-raise-attention puts together again.
//
//===----------------------------------------------------------------------===//

#include "Decompose.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"

#include <cmath>

using namespace mlir;
using namespace quantc;

namespace {
struct DecomposeAttention : OpRewritePattern<onnx::AttentionOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::AttentionOp op,
                                PatternRewriter &rewriter) const override;
};

/// Builds the parts of one attention.
class Parts {
public:
  Parts(onnx::AttentionOp op, PatternRewriter &rewriter)
      : op(op), c{rewriter, op.getLoc()} {}

  /// [batch, heads, sequence, size] of an operand of either rank.
  Value splitHeads(Value value, std::optional<int64_t> heads);
  Value transpose(Value value, ArrayRef<int64_t> perm);
  /// Every head `count` times in a row.
  Value repeatHeads(Value value, int64_t count);
  Value append(Value past, Value value);
  Value scores(Value q, Value k);
  Value mask(Value scores);
  Value weights(Value scores);
  Value product(Value a, Value b);
  Value mergeHeads(Value value);

private:
  Value reshape(Value value, ArrayRef<int64_t> shape,
                ArrayRef<int64_t> result);

  onnx::AttentionOp op;
  Composer c;
};
} // namespace

static RankedTensorType getType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

Value Parts::reshape(Value value, ArrayRef<int64_t> shape,
                     ArrayRef<int64_t> result) {
  return c.create<onnx::ReshapeOp>(getType(value).clone(result), value,
                                   createInts(c.rewriter, c.loc, shape),
                                   /*allowzero=*/0);
}

Value Parts::transpose(Value value, ArrayRef<int64_t> perm) {
  SmallVector<int64_t> shape;
  for (int64_t dim : perm)
    shape.push_back(getType(value).getDimSize(dim));
  return c.create<onnx::TransposeOp>(getType(value).clone(shape), value,
                                     c.rewriter.getDenseI64ArrayAttr(perm));
}

Value Parts::splitHeads(Value value, std::optional<int64_t> heads) {
  RankedTensorType type = getType(value);
  if (type.getRank() == 4)
    return value;
  int64_t size = type.getDimSize(2) / *heads;
  Value split = reshape(value, {0, 0, *heads, size},
                        {type.getDimSize(0), type.getDimSize(1), *heads, size});
  return transpose(split, {0, 2, 1, 3});
}

Value Parts::repeatHeads(Value value, int64_t count) {
  if (count == 1)
    return value;
  RankedTensorType type = getType(value);
  SmallVector<int64_t> shape(type.getShape());
  shape.insert(shape.begin() + 2, 1);
  value = c.create<onnx::UnsqueezeOp>(type.clone(shape), value,
                                      createInts(c.rewriter, c.loc, {2}));
  shape[2] = count;
  value = c.create<onnx::ExpandOp>(
      type.clone(shape), value,
      createInts(c.rewriter, c.loc, {1, 1, count, 1, 1}));
  int64_t heads = type.getDimSize(1) * count, size = type.getDimSize(3);
  return reshape(value, {0, heads, -1, size},
                 {type.getDimSize(0), heads, type.getDimSize(2), size});
}

Value Parts::append(Value past, Value value) {
  if (!past)
    return value;
  SmallVector<int64_t> shape(getType(value).getShape());
  int64_t before = getType(past).getDimSize(2);
  shape[2] = ShapedType::isDynamic(before) || ShapedType::isDynamic(shape[2])
                 ? ShapedType::kDynamic
                 : before + shape[2];
  return c.create<onnx::ConcatOp>(getType(value).clone(shape),
                                  ValueRange{past, value}, /*axis=*/2);
}

Value Parts::product(Value a, Value b) {
  SmallVector<int64_t> shape(getType(a).getShape());
  shape.back() = getType(b).getShape().back();
  return c.create<onnx::MatMulOp>(getType(a).clone(shape), a, b);
}

Value Parts::scores(Value q, Value k) {
  // Not two transposes in a row, where heads were split off.
  auto split = k.getDefiningOp<onnx::TransposeOp>();
  bool isSplit = split && split.getPerm() == ArrayRef<int64_t>{0, 2, 1, 3};
  Value keys = isSplit ? transpose(split.getData(), {0, 2, 3, 1})
                       : transpose(k, {0, 1, 3, 2});
  Value scores = product(q, keys);
  Type type = scores.getType();
  float scale = op.getScale()
                    ? op.getScale()->convertToFloat()
                    : float(1 / std::sqrt(double(getType(q).getDimSize(3))));
  scores = c.create<onnx::MulOp>(type, scores, c.number(scores, scale));
  if (float cap = op.getSoftcap().convertToFloat(); cap != 0) {
    Value ratio = c.create<onnx::DivOp>(type, scores, c.number(scores, cap));
    scores = c.create<onnx::MulOp>(type, c.create<onnx::TanhOp>(type, ratio),
                                   c.number(scores, cap));
  }
  return mask(scores);
}

Value Parts::mask(Value scores) {
  Value mask = op.getAttnMask();
  if (!mask)
    return scores;
  if (getElementTypeOrSelf(mask).isInteger(1))
    mask = c.create<onnx::WhereOp>(
        getType(mask).clone(getElementTypeOrSelf(scores)), mask,
        c.number(scores, 0), c.number(scores, -INFINITY));
  return c.create<onnx::AddOp>(scores.getType(), scores, mask);
}

/// The softmax of the scores; 0 where a boolean mask leaves a row without keys.
Value Parts::weights(Value scores) {
  Type type = scores.getType();
  Value weights = c.create<onnx::SoftmaxOp>(type, scores, /*axis=*/-1);
  Value mask = op.getAttnMask();
  if (!mask || !getElementTypeOrSelf(mask).isInteger(1))
    return weights;
  Value isNaN = c.create<onnx::IsNaNOp>(
      getType(scores).clone(c.rewriter.getI1Type()), weights);
  return c.create<onnx::WhereOp>(type, isNaN, c.number(scores, 0), weights);
}

Value Parts::mergeHeads(Value value) {
  RankedTensorType type = getType(value);
  if (getType(op.getY()).getRank() == 4)
    return value;
  int64_t size = type.getDimSize(1) * type.getDimSize(3);
  return reshape(transpose(value, {0, 2, 1, 3}), {0, 0, size},
                 {type.getDimSize(0), type.getDimSize(2), size});
}

/// What keeps an attention from being taken apart, or null.
static const char *getReason(onnx::AttentionOp op) {
  for (Value operand : {op.getQ(), op.getK(), op.getV(), op.getY()}) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (!type || !type.getElementType().isF32() ||
        type.isDynamicDim(type.getRank() - 1) ||
        (type.getRank() == 4 && type.isDynamicDim(1)))
      return "heads are not known, or no f32";
  }
  if (op.getIsCausal() || int64_t(op.getLeftWindowSize()) != -1 ||
      int64_t(op.getRightWindowSize()) != -1 || op.getNonpadKvSeqlen())
    return "keys are masked by position";
  if (op.getQkMatmulOutput() || op.getSoftmaxPrecision())
    return "scores are wanted, or in another type";
  if (Value mask = op.getAttnMask()) {
    auto type = dyn_cast<RankedTensorType>(mask.getType());
    if (!type || type.getRank() == 0 || type.getShape().back() == 1)
      return "the mask is shorter than the keys";
  }
  return nullptr;
}

LogicalResult
DecomposeAttention::matchAndRewrite(onnx::AttentionOp op,
                                    PatternRewriter &rewriter) const {
  if (const char *reason = getReason(op))
    return rewriter.notifyMatchFailure(op, reason);
  Parts parts(op, rewriter);
  Value q = parts.splitHeads(op.getQ(), op.getQNumHeads());
  Value k = parts.splitHeads(op.getK(), op.getKvNumHeads());
  Value v = parts.splitHeads(op.getV(), op.getKvNumHeads());
  k = parts.append(op.getPastKey(), k);
  v = parts.append(op.getPastValue(), v);
  int64_t group = getType(q).getDimSize(1) / getType(k).getDimSize(1);
  SmallVector<Value> results = {Value()};
  if (op.getPresentKey())
    results.push_back(k);
  if (op.getPresentValue())
    results.push_back(v);
  Value scores = parts.scores(q, parts.repeatHeads(k, group));
  results[0] = parts.mergeHeads(
      parts.product(parts.weights(scores), parts.repeatHeads(v, group)));
  rewriter.replaceOp(op, results);
  return success();
}

void quantc::populateDecomposeAttentionPatterns(RewritePatternSet &patterns) {
  patterns.add<DecomposeAttention>(patterns.getContext());
}
