//===- ExpandAttentionCache.cpp - Keys and values of the past -------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Attention appends its keys and values to those of the past and gives both back;
// as a concatenation of its own that is one kernel less to know about caches. What
// is left attends to all keys. Where queries stand among these ("is causal") is
// said by nonpad_kv_seqlen, which counts to the last query.
//
//===----------------------------------------------------------------------===//

#include "Match.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_EXPANDATTENTIONCACHE
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

static RankedTensorType getRanked(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// Keys or values as [batch, heads, sequence, size].
static Value splitHeads(OpBuilder &builder, Location loc, Value x,
                        uint64_t heads) {
  RankedTensorType type = getRanked(x);
  if (type.getRank() == 4)
    return x;
  int64_t width = type.getDimSize(2), count = heads;
  int64_t size = ShapedType::isDynamic(width) ? width : width / count;
  Value shape = createInts(builder, loc, {0, 0, count, -1});
  Value split = onnx::ReshapeOp::create(
      builder, loc,
      type.clone({type.getDimSize(0), type.getDimSize(1), count, size}), x,
      shape, builder.getI64IntegerAttr(0));
  return onnx::TransposeOp::create(
      builder, loc,
      type.clone({type.getDimSize(0), count, type.getDimSize(1), size}), split,
      builder.getDenseI64ArrayAttr({0, 2, 1, 3}));
}

static Value append(OpBuilder &builder, Location loc, Value past, Value now) {
  if (!past)
    return now;
  SmallVector<int64_t> shape(getRanked(now).getShape());
  int64_t before = getRanked(past).getDimSize(2);
  bool isKnown = !ShapedType::isDynamic(before) && !ShapedType::isDynamic(shape[2]);
  shape[2] = isKnown ? before + shape[2] : ShapedType::kDynamic;
  return onnx::ConcatOp::create(builder, loc, getRanked(now).clone(shape),
                                ValueRange{past, now}, 2);
}

/// Dimension `d` of `x` as a tensor<1xi64>.
static Value getSize(OpBuilder &builder, Location loc, Value x, int64_t d) {
  auto type = RankedTensorType::get({1}, builder.getI64Type());
  return onnx::ShapeOp::create(builder, loc, type, x, d,
                               builder.getI64IntegerAttr(d + 1));
}

/// For every batch, how many keys there are up to the last query's.
static Value countKeys(OpBuilder &builder, onnx::AttentionOp op) {
  Location loc = op.getLoc();
  int64_t queries = getRanked(op.getQ()).getRank() == 4 ? 2 : 1;
  Value past = getSize(builder, loc, op.getPastKey(), 2);
  Value now = getSize(builder, loc, op.getQ(), queries);
  Value sum = onnx::AddOp::create(builder, loc, past.getType(), past, now);
  auto type = RankedTensorType::get({getRanked(op.getQ()).getDimSize(0)},
                                    builder.getI64Type());
  return onnx::ExpandOp::create(builder, loc, type, sum,
                                getSize(builder, loc, op.getQ(), 0));
}

namespace {
struct ExpandCache : OpRewritePattern<onnx::AttentionOp> {
  ExpandCache(MLIRContext *context, Pass::Statistic &count)
      : OpRewritePattern(context), count(count) {}

  LogicalResult matchAndRewrite(onnx::AttentionOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getPastKey() && !op.getPresentKey() && !op.getPresentValue())
      return rewriter.notifyMatchFailure(op, "no cache");
    for (Value operand : {op.getQ(), op.getK(), op.getV()})
      if (!isa<RankedTensorType>(operand.getType()))
        return rewriter.notifyMatchFailure(op, "unranked");
    bool hasWindow = int64_t(op.getLeftWindowSize()) >= 0 ||
                     int64_t(op.getRightWindowSize()) >= 0;
    if (op.getPastKey() && op.getNonpadKvSeqlen())
      return rewriter.notifyMatchFailure(op, "a past and lengths of its own");
    if (op.getPastKey() && hasWindow && !op.getIsCausal())
      return rewriter.notifyMatchFailure(
          op, "keys behind the last query may be in its window");
    bool needsPlace = op.getPastKey() && op.getIsCausal();

    Location loc = op.getLoc();
    uint64_t heads = op.getKvNumHeads().value_or(1);
    Value key = append(rewriter, loc, op.getPastKey(),
                       splitHeads(rewriter, loc, op.getK(), heads));
    Value value = append(rewriter, loc, op.getPastValue(),
                         splitHeads(rewriter, loc, op.getV(), heads));
    Value lengths =
        needsPlace ? countKeys(rewriter, op) : op.getNonpadKvSeqlen();
    Type scores =
        op.getQkMatmulOutput() ? op.getQkMatmulOutput().getType() : Type();
    auto attention = onnx::AttentionOp::create(
        rewriter, loc, op.getY().getType(), Type(), Type(), scores, op.getQ(),
        key, value, op.getAttnMask(), Value(), Value(), lengths,
        op.getScaleAttr(), op.getIsCausalAttr(), op.getQNumHeadsAttr(),
        op.getKvNumHeadsAttr(), op.getSoftcapAttr(), op.getLeftWindowSizeAttr(),
        op.getRightWindowSizeAttr(), op.getQkMatmulOutputModeAttr(),
        op.getSoftmaxPrecisionAttr());
    rewriter.replaceAllUsesWith(op.getY(), attention.getY());
    if (op.getPresentKey())
      rewriter.replaceAllUsesWith(op.getPresentKey(), key);
    if (op.getPresentValue())
      rewriter.replaceAllUsesWith(op.getPresentValue(), value);
    if (scores)
      rewriter.replaceAllUsesWith(op.getQkMatmulOutput(),
                                  attention.getQkMatmulOutput());
    rewriter.eraseOp(op);
    ++count;
    return success();
  }
  Pass::Statistic &count;
};

struct ExpandAttentionCache
    : quantc::impl::ExpandAttentionCacheBase<ExpandAttentionCache> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandCache>(&getContext(), numExpanded);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
