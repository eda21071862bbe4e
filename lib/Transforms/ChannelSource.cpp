//===- ChannelSource.cpp - Constants that fix a value's channels ----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A search backwards that carries, for every channel of the value at hand, the
// channel of the value it began at. It changes nothing; `scale` does, once factors
// are known.
//
//===----------------------------------------------------------------------===//

#include "ChannelSource.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include <numeric>

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

std::vector<float> quantc::getChannelFactors(Operation *op) {
  auto attr = op ? op->getAttrOfType<DenseF32ArrayAttr>(channelFactorsAttrName)
                 : DenseF32ArrayAttr();
  return attr ? std::vector<float>(attr.asArrayRef()) : std::vector<float>();
}

void quantc::addChannelFactors(Operation *op, ArrayRef<float> factors) {
  std::vector<float> product(factors);
  std::vector<float> old = getChannelFactors(op);
  if (!old.empty())
    for (auto [factor, before] : llvm::zip_equal(product, old))
      factor *= before;
  op->setAttr(channelFactorsAttrName,
              DenseF32ArrayAttr::get(op->getContext(), product));
}

void quantc::scaleConstant(OpBuilder &builder, const ChannelConstant &constant,
                           ArrayRef<float> factors) {
  std::optional<ConstantData> data =
      ConstantData::get(constant.operand->get());
  RankedTensorType type = data->getType();
  int64_t inner = 1;
  for (int64_t size : type.getShape().drop_front(constant.axis + 1))
    inner *= size;
  int64_t channels = type.getDimSize(constant.axis);
  std::vector<float> scaled(data->as<float>());
  for (auto [i, element] : llvm::enumerate(scaled)) {
    int64_t channel = constant.channels[int64_t(i) / inner % channels];
    element = float(double(element) * factors[channel]);
  }
  Operation *owner = constant.operand->getOwner();
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(owner);
  Operation *old = constant.operand->get().getDefiningOp();
  constant.operand->set(
      createConstant(builder, constant.operand->get().getLoc(),
                     makeConstant<float>(type, scaled)));
  if (old->use_empty())
    old->erase();
}

void ChannelSource::multiply(OpBuilder &builder,
                             ArrayRef<float> factors) const {
  for (const ChannelConstant &constant : constants)
    scaleConstant(builder, constant, factors);
}

void ChannelSource::scale(OpBuilder &builder, ArrayRef<float> factors) const {
  multiply(builder, factors);
  for (const auto &[op, channels] : changed) {
    std::vector<float> own;
    for (int64_t channel : channels)
      own.push_back(factors[channel]);
    addChannelFactors(op, own);
  }
}

namespace quantc {
class ChannelSearch {
public:
  ChannelSearch(ChannelSource &source, size_t numChannels, std::string &reason)
      : source(source), numChannels(numChannels), reason(reason) {}

  using Channels = std::vector<int64_t>;
  /// Looks at what makes `value`; its reader is part of the search, or all of its
  /// readers are where it `isFirst`.
  bool visit(Value value, int64_t axis, const Channels &channels,
             bool isFirst = false);

private:
  bool fail(const Twine &text) {
    if (reason.empty())
      reason = text.str();
    return false;
  }
  bool addConstant(OpOperand &operand, int64_t axis, const Channels &channels);
  bool addBroadcast(OpOperand &operand, int64_t rank, int64_t axis,
                    const Channels &channels);
  bool visitOp(Operation *op, int64_t axis, const Channels &channels);
  bool visitSum(Operation *op, int64_t axis, const Channels &channels);
  bool visitProduct(Operation *op, int64_t axis, const Channels &channels);
  bool visitNormalization(Operation *op, int64_t normalizedAxis, int64_t axis,
                          const Channels &channels);
  bool visitMatrix(Operation *op, bool transposed, int64_t axis,
                   const Channels &channels);
  bool visitGemmBias(GemmOp op, const Channels &channels);
  bool visitConcat(ConcatOp op, int64_t axis, const Channels &channels);
  bool visitAttention(AttentionOp op, int64_t axis, const Channels &channels);

  ChannelSource &source;
  size_t numChannels; // of the first value
  std::string &reason;
};
} // namespace quantc

static RankedTensorType getF32Type(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getElementType().isF32() ? type : RankedTensorType();
}

static bool isConstant(Value value) {
  return value.getDefiningOp<ConstantOp>() != nullptr;
}

bool ChannelSearch::visit(Value value, int64_t axis, const Channels &channels,
                          bool isFirst) {
  Operation *op = value.getDefiningOp();
  if (!op)
    return fail("it is an argument of the model");
  if (isConstant(value) || value != op->getResult(0))
    return fail("it is a constant, or a result beside the first");
  if (!isFirst && !value.hasOneUse())
    return fail("the result of " + op->getName().stripDialect() +
                " on the way has other readers");
  if (!getF32Type(value))
    return fail("it is not of f32");
  if (!visitOp(op, axis, channels))
    return false;
  source.changed.push_back({op, channels});
  return true;
}

bool ChannelSearch::visitOp(Operation *op, int64_t axis,
                            const Channels &channels) {
  if (isa<ReluOp, LeakyReluOp, MaxPoolOp, GlobalMaxPoolOp>(op))
    source.linear = false;
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<ReluOp, LeakyReluOp, IdentityOp>(
          [&](auto) { return visit(op->getOperand(0), axis, channels); })
      .Case<MaxPoolOp, AveragePoolOp, GlobalMaxPoolOp, GlobalAveragePoolOp>(
          [&](auto) {
            return axis == 1 && op->getNumResults() == 1
                       ? visit(op->getOperand(0), axis, channels)
                       : fail("a pool mixes its channels");
          })
      .Case<AddOp, SubOp>([&](auto) { return visitSum(op, axis, channels); })
      .Case<MulOp, DivOp>(
          [&](auto) { return visitProduct(op, axis, channels); })
      .Case<LayerNormalizationOp>([&](auto norm) {
        return visitNormalization(op, norm.getAxis(), axis, channels);
      })
      .Case<RMSNormalizationOp>([&](auto norm) {
        return visitNormalization(op, norm.getAxis(), axis, channels);
      })
      .Case<MatMulOp>(
          [&](auto) { return visitMatrix(op, false, axis, channels); })
      .Case<GemmOp>([&](auto gemm) {
        return visitMatrix(op, gemm.getTransB(), axis, channels) &&
               visitGemmBias(gemm, channels);
      })
      .Case<ConvOp>([&](auto conv) {
        return axis == 1 ? addConstant(op->getOpOperand(1), 0, channels) &&
                               (!conv.getB() ||
                                addConstant(op->getOpOperand(2), 0, channels))
                         : fail("a convolution has its channels elsewhere");
      })
      .Case<ConcatOp>(
          [&](auto concat) { return visitConcat(concat, axis, channels); })
      .Case<AttentionOp>([&](auto attention) {
        return visitAttention(attention, axis, channels);
      })
      .Default([&](Operation *) {
        return fail("factors do not pass through " +
                    op->getName().stripDialect());
      });
}

/// A constant with one element of `axis` for every channel.
bool ChannelSearch::addConstant(OpOperand &operand, int64_t axis,
                                const Channels &channels) {
  RankedTensorType type = getF32Type(operand.get());
  if (!isConstant(operand.get()) || !type || axis >= type.getRank() ||
      type.getDimSize(axis) != int64_t(channels.size()))
    return fail("an operand of " +
                operand.getOwner()->getName().stripDialect() +
                " is not an f32 constant per channel");
  if (!ConstantData::get(operand.get())) // reported
    return fail("a constant's data cannot be read");
  source.constants.push_back({&operand, axis, channels});
  return true;
}

/// A constant that broadcasts to a value of `rank` dimensions.
bool ChannelSearch::addBroadcast(OpOperand &operand, int64_t rank, int64_t axis,
                                 const Channels &channels) {
  RankedTensorType type = getF32Type(operand.get());
  int64_t own = type ? axis - (rank - type.getRank()) : -1;
  if (own < 0)
    return fail("a constant on the way is not one per channel");
  return addConstant(operand, own, channels);
}

/// x + c, x - c, c - x: both sides are scaled.
bool ChannelSearch::visitSum(Operation *op, int64_t axis,
                             const Channels &channels) {
  bool firstIsConstant = isConstant(op->getOperand(0));
  OpOperand &constant = op->getOpOperand(firstIsConstant ? 0 : 1);
  Value other = op->getOperand(firstIsConstant ? 1 : 0);
  RankedTensorType type = getF32Type(op->getResult(0));
  if (!isConstant(constant.get()) || other.getType() != type)
    return fail("something that is not constant is added");
  return addBroadcast(constant, type.getRank(), axis, channels) &&
         visit(other, axis, channels);
}

/// x * y: either side is scaled, a constant per channel for preference; of a
/// quotient, the dividend.
bool ChannelSearch::visitProduct(Operation *op, int64_t axis,
                                 const Channels &channels) {
  RankedTensorType type = getF32Type(op->getResult(0));
  SmallVector<unsigned> candidates = {0};
  if (isa<MulOp>(op))
    candidates.insert(isConstant(op->getOperand(1)) ? candidates.begin()
                                                    : candidates.end(),
                      1);
  for (unsigned index : candidates) {
    ChannelSource saved = source;
    Value operand = op->getOperand(index);
    bool found =
        isConstant(operand)
            ? addBroadcast(op->getOpOperand(index), type.getRank(), axis,
                           channels)
            : operand.getType() == type && visit(operand, axis, channels);
    if (found) {
      reason.clear();
      return true;
    }
    source = saved;
  }
  return fail("no side of " + op->getName().stripDialect() +
              " can be scaled");
}

bool ChannelSearch::visitNormalization(Operation *op, int64_t normalizedAxis,
                                       int64_t axis, const Channels &channels) {
  RankedTensorType type = getF32Type(op->getResult(0));
  if (axis != type.getRank() - 1 ||
      (normalizedAxis != -1 && normalizedAxis != axis))
    return fail("the normalization is not over channels only");
  for (OpOperand &operand : op->getOpOperands().drop_front())
    if (!addBroadcast(operand, type.getRank(), axis, channels))
      return false;
  return true;
}

bool ChannelSearch::visitMatrix(Operation *op, bool transposed, int64_t axis,
                                const Channels &channels) {
  auto weight = getF32Type(op->getOperand(1));
  if (axis != getF32Type(op->getResult(0)).getRank() - 1 || !weight ||
      weight.getRank() != 2)
    return fail("its weight is not one matrix");
  return addConstant(op->getOpOperand(1), transposed ? 0 : 1, channels);
}

bool ChannelSearch::visitGemmBias(GemmOp op, const Channels &channels) {
  return !op.getC() ||
         addBroadcast(op->getOpOperand(2), 2, /*axis=*/1, channels);
}

bool ChannelSearch::visitConcat(ConcatOp op, int64_t axis,
                                const Channels &channels) {
  RankedTensorType type = getF32Type(op->getResult(0));
  int64_t along = op.getAxis();
  if (along + (along < 0 ? type.getRank() : 0) != axis)
    return fail("Concat is not along the channels");
  auto next = channels.begin();
  for (Value operand : op->getOperands()) {
    RankedTensorType part = getF32Type(operand);
    if (!part || part.isDynamicDim(axis))
      return fail("Concat has parts of unknown size");
    auto end = next + part.getDimSize(axis);
    if (!visit(operand, axis, Channels(next, end)))
      return false;
    next = end;
  }
  return true;
}

/// Channel (h, d) of the result is a mean of channel (h / group, d) of V.
bool ChannelSearch::visitAttention(AttentionOp op, int64_t axis,
                                   const Channels &channels) {
  RankedTensorType v = getF32Type(op.getV());
  if (!op.getQNumHeads() || !op.getKvNumHeads() || !v || v.getRank() != 3 ||
      axis != 2 || op.getPastValue() || op->getNumResults() != 1)
    return fail("the attention has a cache, or heads as a dimension");
  int64_t heads = *op.getQNumHeads(), valueHeads = *op.getKvNumHeads();
  int64_t size = int64_t(channels.size()) / heads, group = heads / valueHeads;
  if (heads * size != int64_t(channels.size()) ||
      v.getDimSize(2) != valueHeads * size)
    return fail("the attention's heads do not correspond");
  Channels own;
  for (int64_t head = 0; head < valueHeads; ++head)
    for (int64_t d = 0; d < size; ++d)
      own.push_back(channels[head * group * size + d]);
  if (group > 1) {
    // A search ends at the first product, so it meets one attention at most.
    if (source.ties.empty()) {
      source.ties.resize(numChannels);
      std::iota(source.ties.begin(), source.ties.end(), 0);
    }
    for (auto [i, channel] : llvm::enumerate(channels)) {
      int64_t head = int64_t(i) / size / group;
      source.ties[channel] = own[head * size + int64_t(i) % size];
    }
  }
  return visit(op.getV(), 2, own);
}

std::optional<ChannelSource> ChannelSource::find(Value value, int64_t axis,
                                                 std::string &reason) {
  auto type = getF32Type(value);
  if (!type || axis >= type.getRank() || type.isDynamicDim(axis)) {
    reason = "its channels are not known";
    return std::nullopt;
  }
  std::vector<int64_t> channels(type.getDimSize(axis));
  std::iota(channels.begin(), channels.end(), 0);
  ChannelSource source;
  reason.clear();
  if (!ChannelSearch(source, channels.size(), reason)
           .visit(value, axis, channels, /*isFirst=*/true))
    return std::nullopt;
  return source;
}
