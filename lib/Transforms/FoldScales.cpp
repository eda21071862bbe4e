//===- FoldScales.cpp - Every known scale ends in a constant --------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The float half: factors and offsets beside products. Visits operations in order
// until nothing changes; a rewrite looks at its neighbours only, so few rounds do.
//
//===----------------------------------------------------------------------===//

#include "FoldScales.h"
#include "ChannelSource.h"
#include "Match.h"
#include "Normalization.h"
#include "ProductWeight.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Transforms/Passes.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_FOLDSCALES
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;
using namespace quantc::onnx;

namespace {
/// A constant that broadcasts to a value with one number per element of `axis`.
struct ChannelVector {
  int64_t axis;
  std::vector<double> values;

  std::vector<float> asFactors(bool inverse) const {
    std::vector<float> factors;
    for (double value : values)
      factors.push_back(float(inverse ? 1 / value : value));
    return factors;
  }
};
} // namespace

static bool isConstant(Value value) {
  return value.getDefiningOp<ConstantOp>() != nullptr;
}

/// `constant` beside a value of `type` (f32), along `axis`, or along the only axis
/// on which it varies where `axis` is -1; a single number counts as a vector of the
/// last axis, or of the axis asked for.
static std::optional<ChannelVector>
getChannelVector(Value constant, RankedTensorType type, int64_t axis) {
  auto own = dyn_cast<RankedTensorType>(constant.getType());
  if (!isConstant(constant) || !own || !own.getElementType().isF32() ||
      own.getRank() > type.getRank() || type.getRank() == 0)
    return std::nullopt;
  int64_t varying = -1;
  for (auto [d, size] : llvm::enumerate(own.getShape())) {
    if (size == 1)
      continue;
    if (varying != -1)
      return std::nullopt;
    varying = int64_t(d) + type.getRank() - own.getRank();
  }
  if (varying == -1)
    varying = axis == -1 ? type.getRank() - 1 : axis;
  std::optional<ConstantData> data = ConstantData::get(constant);
  if (!data || (axis != -1 && axis != varying) || type.isDynamicDim(varying))
    return std::nullopt;
  ChannelVector vector{varying, {}};
  int64_t count = data->getNumElements();
  if (count != 1 && count != type.getDimSize(varying))
    return std::nullopt;
  for (int64_t i = 0; i < type.getDimSize(varying); ++i)
    vector.values.push_back(data->getDouble(count == 1 ? 0 : i));
  return vector;
}

/// Whether all can be multiplied into f32 constants without losing numbers; where
/// the way there is not linear, none may be negative.
static bool areSafe(ArrayRef<float> factors, bool isLinear) {
  return llvm::all_of(factors, [&](float factor) {
    return std::isnormal(factor) && (isLinear || factor > 0) &&
           std::fabs(factor) < 0x1p40f && std::fabs(factor) > 0x1p-40f;
  });
}

/// Multiplies what makes `value` by `factors` along `axis`.
static bool multiplySource(Value value, int64_t axis, ArrayRef<float> factors,
                           std::string &reason) {
  if (!value.hasOneUse()) {
    reason = "the value it scales has other readers";
    return false;
  }
  std::optional<ChannelSource> source = ChannelSource::find(value, axis, reason);
  if (!source)
    return false;
  if (!areSafe(factors, source->isLinear())) {
    reason = "a factor is negative, zero or extreme";
    return false;
  }
  for (auto [channel, first] : llvm::enumerate(source->getTies()))
    if (factors[channel] != factors[first]) {
      reason = "heads that share their values have different factors";
      return false;
    }
  OpBuilder builder(value.getContext());
  source->multiply(builder, factors);
  return true;
}

/// Multiplies the rows of the only reader of `op`, a product, by `factors`.
static bool multiplyReader(Operation *op, ArrayRef<float> factors, int64_t axis,
                           std::string &reason) {
  Operation *product = match::getOnlyUser(op->getResult(0));
  auto rank = cast<RankedTensorType>(op->getResult(0).getType()).getRank();
  if (!isa_and_nonnull<MatMulOp, GemmOp, ConvOp>(product) ||
      product->getOperand(0) != op->getResult(0) || !isWeight(product) ||
      axis != (isa<ConvOp>(product) ? 1 : rank - 1) || !areSafe(factors, true))
    return false; // the source's reason stands
  OpBuilder builder(product);
  scaleConstant(builder, getRows(product), factors);
  reason.clear();
  return true;
}

/// x * c and x / c.
static bool foldFactor(Operation *op, FoldedScales &folded,
                       std::string &reason) {
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  unsigned index = isConstant(op->getOperand(1)) ? 1 : 0;
  Value x = op->getOperand(1 - index);
  if ((index == 0 && isa<DivOp>(op)) || isConstant(x) || x.getType() != type)
    return false;
  bool inverse = isa<DivOp>(op);
  // One number lies along whatever axis the product has.
  for (int64_t axis : {int64_t(-1), int64_t(1)}) {
    if (axis == 1 && (!type || type.getRank() < 3))
      continue;
    auto vector = type ? getChannelVector(op->getOperand(index), type, axis)
                       : std::nullopt;
    if (!vector)
      continue;
    std::vector<float> factors = vector->asFactors(inverse);
    if (!multiplySource(x, vector->axis, factors, reason) &&
        !multiplyReader(op, factors, vector->axis, reason))
      continue;
    op->getResult(0).replaceAllUsesWith(x);
    op->erase();
    ++folded.factors;
    return true;
  }
  return false;
}

/// (x W + b) + c and (x W + b) - c.
static bool foldOffset(Operation *op, FoldedScales &folded) {
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  unsigned index = isConstant(op->getOperand(1)) ? 1 : 0;
  Value x = op->getOperand(1 - index);
  if (!type || (index == 0 && isa<SubOp>(op)) || x.getType() != type ||
      !x.hasOneUse())
    return false;
  Operation *biased = x.getDefiningOp();
  if (!isa_and_nonnull<ConvOp, GemmOp, AddOp>(biased))
    return false;
  int64_t axis = isa<ConvOp>(biased) ? 1 : type.getRank() - 1;
  auto vector = getChannelVector(op->getOperand(index), type, axis);
  if (!vector)
    return false;
  if (isa<SubOp>(op))
    for (double &value : vector->values)
      value = -value;
  if (!addToBias(biased, vector->values))
    return false;
  op->getResult(0).replaceAllUsesWith(x);
  op->erase();
  ++folded.offsets;
  return true;
}

/// BatchNormalization of what is linear in constants: a factor into them, the rest
/// an Add, which becomes a bias where there is one.
static bool foldNormalization(BatchNormalizationOp op, FoldedScales &folded,
                              std::string &reason) {
  std::optional<Affine> affine = getAffine(op);
  auto type = dyn_cast<RankedTensorType>(op.getX().getType());
  if (!affine || !type || !type.getElementType().isF32() ||
      op.getTrainingMode() || op->getNumResults() != 1 || type.getRank() < 2)
    return false;
  std::vector<float> factors(affine->factor.begin(), affine->factor.end()),
      offsets(affine->offset.begin(), affine->offset.end());
  if (!multiplySource(op.getX(), 1, factors, reason))
    return false;
  OpBuilder builder(op);
  SmallVector<int64_t> shape(type.getRank() - 1, 1);
  shape[0] = int64_t(offsets.size());
  Value constant = createConstant(
      builder, op.getLoc(),
      makeConstant<float>(type.clone(shape), offsets));
  op.getResult(0).replaceAllUsesWith(
      AddOp::create(builder, op.getLoc(), type, op.getX(), constant));
  op->erase();
  ++folded.factors;
  return true;
}

/// The scale of an attention's scores into the projection of Q, or of K.
static bool foldAttention(AttentionOp op, FoldedScales &folded,
                          std::string &reason) {
  auto q = dyn_cast<RankedTensorType>(op.getQ().getType());
  if (!q || q.getRank() != 3 || q.isDynamicDim(2) || !op.getQNumHeads())
    return false;
  double size = double(q.getDimSize(2)) / double(*op.getQNumHeads());
  double scale = op.getScale() ? op.getScale()->convertToDouble()
                               : double(float(1 / std::sqrt(size)));
  if (scale == 1 || op->getNumResults() != 1)
    return false;
  for (Value operand : {op.getQ(), op.getK()}) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    // Keys of a cache are not scaled.
    if ((operand == op.getK() && op.getPastKey()) || !type ||
        type.getRank() != 3 || type.isDynamicDim(2))
      continue;
    std::vector<float> factors(type.getDimSize(2), float(scale));
    if (!multiplySource(operand, 2, factors, reason))
      continue;
    reason.clear();
    op.setScaleAttr(FloatAttr::get(Float32Type::get(op.getContext()), 1.0));
    ++folded.attentions;
    return true;
  }
  return false;
}

bool quantc::foldFloatScale(Operation *op, FoldedScales &folded,
                            std::string &reason) {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<MulOp, DivOp>([&](auto) { return foldFactor(op, folded, reason); })
      .Case<AddOp, SubOp>([&](auto) { return foldOffset(op, folded); })
      .Case<BatchNormalizationOp>(
          [&](auto norm) { return foldNormalization(norm, folded, reason); })
      .Case<AttentionOp>([&](auto attention) {
        return foldAttention(attention, folded, reason);
      })
      .Default([](Operation *) { return false; });
}

namespace {
struct FoldScales : quantc::impl::FoldScalesBase<FoldScales> {
  void runOnOperation() override {
    FoldedScales folded;
    while (runOnce(folded)) {
    }
    numFactors += folded.factors;
    numOffsets += folded.offsets;
    numAttentions += folded.attentions;
    numConstants += folded.constants;
    numRequantized += folded.requantized;
    numEpilogues += folded.epilogues;
  }

private:
  /// Visits every operation; whether anything was folded. Remarks are those of the
  /// last visit, which folds nothing.
  bool runOnce(FoldedScales &folded) {
    unsigned before = folded.total();
    SmallVector<std::pair<Location, std::string>> remarks;
    for (Block &block : getOperation().getBody())
      for (Operation &op : llvm::make_early_inc_range(block)) {
        Location loc = op.getLoc();
        std::string name = op.getName().stripDialect().str(), reason;
        if (!foldFloatScale(&op, folded, reason) &&
            !foldCodeScale(&op, folded, reason) && !reason.empty())
          remarks.push_back({loc, "a scale known at compile time stays in " +
                                      name + ": " + reason});
      }
    if (folded.total() != before)
      return true;
    numKept += remarks.size();
    for (const auto &[loc, text] : remarks)
      emitRemark(loc) << text;
    return false;
  }
};
} // namespace
