//===- AttentionMatch.cpp - Recognize scaled dot-product attention --------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "AttentionMatch.h"
#include "Match.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"

using namespace mlir;
using namespace quantc;

/// x and c, if `value` is x * c of the same shape, in any spelling.
static std::optional<std::pair<Value, double>> matchScaled(Value value) {
  std::optional<std::pair<Value, double>> result;
  if (auto mul = match::getWithScalar<onnx::MulOp>(value)) {
    result = mul;
  } else if (auto div = value.getDefiningOp<onnx::DivOp>()) {
    std::optional<double> divisor = match::getScalar(div.getB());
    if (divisor && *divisor != 0)
      result = std::pair(div.getA(), 1.0 / *divisor);
  }
  if (!result || result->first.getType() != value.getType())
    return std::nullopt;
  return result;
}

/// Whether a reshape keeps the pairs (dimension of the operand, dimension of the
/// result), what remains having a static and equal number of elements. One pair
/// need not be proven: the number of all elements is the same.
static bool keepsDims(onnx::ReshapeOp op,
                      ArrayRef<std::pair<int64_t, int64_t>> pairs) {
  auto from = dyn_cast<RankedTensorType>(op.getData().getType());
  auto to = dyn_cast<RankedTensorType>(op.getType());
  std::optional<ConstantData> shape = ConstantData::get(op.getShape());
  if (!from || !to || !shape || shape->getNumElements() != to.getRank())
    return false;
  SmallVector<int64_t> restFrom(from.getShape()), restTo(to.getShape());
  int64_t unproven = 0;
  for (auto [i, j] : pairs) {
    bool copied = i == j && shape->getInt(j) == 0 && !op.getAllowzero();
    bool isEqual = !from.isDynamicDim(i) && restFrom[i] == restTo[j];
    unproven += !copied && !isEqual;
    restFrom[i] = restTo[j] = 1;
  }
  if (ShapedType::isDynamicShape(restFrom) || ShapedType::isDynamicShape(restTo))
    return false;
  return unproven <= 1 &&
         ShapedType::getNumElements(restFrom) ==
             ShapedType::getNumElements(restTo);
}

Value quantc::matchSplitHeads(Value value) {
  auto op = value.getDefiningOp<onnx::ReshapeOp>();
  auto from = op ? dyn_cast<RankedTensorType>(op.getData().getType())
                 : RankedTensorType();
  auto to = op ? dyn_cast<RankedTensorType>(op.getType()) : RankedTensorType();
  if (!from || !to || from.getRank() != 3 || to.getRank() != 4)
    return {};
  return keepsDims(op, {{0, 0}, {1, 1}}) ? op.getData() : Value();
}

bool quantc::isMergeHeads(onnx::ReshapeOp op) {
  auto from = dyn_cast<RankedTensorType>(op.getData().getType());
  auto to = dyn_cast<RankedTensorType>(op.getType());
  return from && to && from.getRank() == 4 && to.getRank() == 3 &&
         keepsDims(op, {{0, 0}, {1, 1}});
}

/// x and n, if `value` is x with every slice along `axis` n times in a row:
/// Reshape(Expand(Unsqueeze(x, axis + 1))).
static std::optional<std::pair<Value, int64_t>> matchRepeat(Value value,
                                                            int64_t axis) {
  auto reshape = value.getDefiningOp<onnx::ReshapeOp>();
  auto expand = reshape ? reshape.getData().getDefiningOp<onnx::ExpandOp>()
                        : onnx::ExpandOp();
  auto unsqueeze = expand ? expand.getInput().getDefiningOp<onnx::UnsqueezeOp>()
                          : onnx::UnsqueezeOp();
  std::optional<ConstantData> axes, sizes;
  if (!unsqueeze || !(axes = ConstantData::get(unsqueeze.getAxes())) ||
      !(sizes = ConstantData::get(expand.getShape())))
    return std::nullopt;
  auto type = dyn_cast<RankedTensorType>(unsqueeze.getData().getType());
  if (!type || type.getRank() != 4 || axes->getNumElements() != 1 ||
      axes->getInt(0) != axis + 1 || sizes->getNumElements() != 5)
    return std::nullopt;
  // Repeats that dimension and no other.
  for (int64_t i = 0; i < 5; ++i)
    if (i != axis + 1 && sizes->getInt(i) != 1)
      return std::nullopt;
  SmallVector<std::pair<int64_t, int64_t>> kept;
  for (int64_t i = 0; i < 4; ++i)
    if (i != axis)
      kept.push_back({i < axis ? i : i + 1, i});
  if (!keepsDims(reshape, kept))
    return std::nullopt;
  return std::pair(unsqueeze.getData(), sizes->getInt(axis + 1));
}

HeadsOperand quantc::matchHeads(Value value, bool allowScale) {
  HeadsOperand result{value, {0, 1, 2, 3}};
  while (true) {
    Value &base = result.base;
    if (auto transpose = base.getDefiningOp<onnx::TransposeOp>()) {
      std::optional<ArrayRef<int64_t>> perm = transpose.getPerm();
      if (!perm)
        return result;
      for (int64_t &axis : result.perm)
        axis = (*perm)[axis];
      base = transpose.getData();
    } else if (auto repeat = matchRepeat(base, result.perm[1])) {
      base = repeat->first;
      result.repeat *= repeat->second;
    } else if (auto scaled = allowScale ? matchScaled(base) : std::nullopt) {
      base = scaled->first;
      result.scale *= scaled->second;
    } else {
      return result;
    }
  }
}

/// A product under constant factors.
static bool matchScaledProduct(Value value, Scores &scores) {
  double scale = 1.0;
  while (auto scaled = matchScaled(value)) {
    if (!value.hasOneUse())
      return false;
    scale *= scaled->second;
    value = scaled->first;
  }
  auto product = value.getDefiningOp<onnx::MatMulOp>();
  if (!product || !value.hasOneUse())
    return false;
  scores.product = product;
  scores.scale = scale;
  return true;
}

/// A scaled product with up to `maxMasks` masks added.
static bool matchMaskedProduct(Value value, Scores &scores, int maxMasks = 2) {
  if (matchScaledProduct(value, scores))
    return true;
  auto add = value.getDefiningOp<onnx::AddOp>();
  if (!add || !value.hasOneUse() || maxMasks == 0)
    return false;
  for (int i : {0, 1}) {
    // A mask that broadcasts the scores is none.
    if (add->getOperand(i).getType() != add.getType() ||
        !matchMaskedProduct(add->getOperand(i), scores, maxMasks - 1))
      continue;
    scores.masks.push_back(add->getOperand(1 - i));
    return true;
  }
  return false;
}

std::optional<Scores> quantc::matchScores(Value value) {
  Scores scores;
  auto where = value.getDefiningOp<onnx::WhereOp>();
  if (!where)
    return matchMaskedProduct(value, scores) ? std::optional(scores)
                                             : std::nullopt;
  scores.filled = where;
  scores.isInverted = match::getScalar(where.getX()).has_value();
  Value inner = scores.isInverted ? where.getY() : where.getX();
  if (!value.hasOneUse() || inner.getType() != where.getType() ||
      !match::getScalar(scores.isInverted ? where.getX() : where.getY()) ||
      !matchMaskedProduct(inner, scores))
    return std::nullopt;
  return scores;
}
