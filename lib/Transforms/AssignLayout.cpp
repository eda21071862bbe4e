//===- AssignLayout.cpp - Move and cancel transposes ----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Convolutions and pools stand between a transpose to channels last and one back.
// A transpose moves towards the results past whatever does not care about the
// order of dimensions, until it meets its inverse or an operation that does care.
// It only moves where no new transpose of data is needed: other operands must come
// transposed alike, be constants, or be such that the transpose is a reshape.
//
//===----------------------------------------------------------------------===//

#include "LayoutOperands.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/ONNX/IR/Transposes.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_ASSIGNLAYOUT
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;
using namespace quantc::layout;

static int64_t getRank(Value value) {
  return cast<RankedTensorType>(value.getType()).getRank();
}

namespace {

/// Transpose of dimensions that are 1 -> Reshape.
struct TransposeToReshape : OpRewritePattern<onnx::TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<RankedTensorType>(op.getData().getType());
    if (!type || !op.getPerm() || !isReshape(type, *op.getPerm()))
      return rewriter.notifyMatchFailure(op, "elements move");
    rewriter.replaceOp(op, createReshape(rewriter, op.getLoc(), op.getData(),
                                         *op.getPerm()));
    return success();
  }
};

/// Transpose of a constant -> constant.
struct TransposeConstant : OpRewritePattern<onnx::TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::TransposeOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getPerm() || !ConstantData::get(op.getData()))
      return rewriter.notifyMatchFailure(op, "operand is not constant");
    rewriter.replaceOp(
        op, transpose(rewriter, op.getLoc(), op.getData(), *op.getPerm()));
    return success();
  }
};

/// op(Transpose(x), others) -> Transpose(op(x, others permuted back)).
class SinkTranspose : public RewritePattern {
public:
  SinkTranspose(StringRef name, MLIRContext *context)
      : RewritePattern(name, /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const final {
    std::optional<SmallVector<int64_t>> perm = findPermutation(op);
    if (!perm)
      return rewriter.notifyMatchFailure(op, "no operand is transposed");
    SmallVector<int64_t> back = invert(*perm);
    int64_t rank = perm->size();
    for (Value operand : op->getOperands())
      if (!isPermutedFree(operand, rank, back))
        return rewriter.notifyMatchFailure(op, "an operand is not transposed");
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(
          permuteFree(rewriter, op->getLoc(), operand, rank, back));
    Operation *moved = rewriter.cloneWithoutRegions(*op);
    for (auto [from, to] : llvm::zip_equal(op->getRegions(),
                                           moved->getRegions()))
      rewriter.inlineRegionBefore(from, to, to.end());
    rewriter.modifyOpInPlace(moved, [&] {
      moved->setOperands(operands);
      for (Value result : moved->getResults())
        result.setType(permute(cast<RankedTensorType>(result.getType()), back));
      adjust(moved, *perm);
    });
    SmallVector<Value> results;
    for (Value result : moved->getResults())
      results.push_back(transpose(rewriter, op->getLoc(), result, *perm));
    rewriter.replaceOp(op, results);
    return success();
  }

protected:
  /// Changes attributes that name dimensions: old dimension i is perm[i] now.
  virtual void adjust(Operation *op, ArrayRef<int64_t> perm) const {}

private:
  /// The permutation of a transposed operand of the results' rank.
  std::optional<SmallVector<int64_t>> findPermutation(Operation *op) const {
    for (Value result : op->getResults())
      if (!isa<RankedTensorType>(result.getType()))
        return std::nullopt;
    int64_t rank = getRank(op->getResult(0));
    for (Value operand : op->getOperands()) {
      auto perm = getPermutation(operand);
      if (perm && static_cast<int64_t>(perm->size()) == rank &&
          !isReshape(cast<RankedTensorType>(getSource(operand).getType()),
                     *perm))
        return SmallVector<int64_t>(*perm);
    }
    return std::nullopt;
  }
};

template <typename OpTy> struct SinkThrough : SinkTranspose {
  explicit SinkThrough(MLIRContext *context)
      : SinkTranspose(OpTy::getOperationName(), context) {}
};

/// Results of a map all have the broadcast shape.
using SinkThroughMap = SinkThrough<qnn::MapOp>;

/// What is observed of a tensor without a mask does not depend on its layout.
struct ObserveSource : OpRewritePattern<qnn::ObserveOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(qnn::ObserveOp op,
                                PatternRewriter &rewriter) const override {
    auto perm = getPermutation(op.getX());
    if (!perm || op.getMask())
      return rewriter.notifyMatchFailure(op, "not transposed, or masked");
    std::optional<int64_t> axis = op.getChannelAxis();
    rewriter.modifyOpInPlace(op, [&] {
      op.getXMutable().assign(getSource(op.getX()));
      if (axis)
        op.setChannelAxis((*perm)[*axis]);
    });
    return success();
  }
};

/// Scales are as their block says: one number, or of the tensor's rank.
template <typename OpTy> struct SinkThroughCodec : SinkThrough<OpTy> {
  using SinkThrough<OpTy>::SinkThrough;
  void adjust(Operation *op, ArrayRef<int64_t> perm) const override {
    auto codec = cast<OpTy>(op);
    SmallVector<int64_t> block(codec.getBlock().size());
    for (auto [i, size] : llvm::enumerate(codec.getBlock()))
      block[perm[i]] = size;
    codec.setBlock(block);
  }
};

/// Transpose(dequantize(codes)) -> dequantize(Transpose(codes)): codes are smaller,
/// and those of a weight are a constant.
struct HoistOverDequantize : OpRewritePattern<onnx::TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto dequantize = op.getData().getDefiningOp<qnn::DequantizeOp>();
    if (!dequantize || !op.getPerm())
      return rewriter.notifyMatchFailure(op, "operand is not dequantized");
    ArrayRef<int64_t> perm = *op.getPerm();
    int64_t rank = perm.size();
    for (Value operand : dequantize->getOperands().drop_front())
      if (!isPermutedFree(operand, rank, perm))
        return rewriter.notifyMatchFailure(op, "scales are not constant");
    SmallVector<Value> operands = {
        transpose(rewriter, op.getLoc(), dequantize.getCodes(), perm)};
    for (Value operand : dequantize->getOperands().drop_front())
      operands.push_back(
          permuteFree(rewriter, op.getLoc(), operand, rank, perm));
    SmallVector<int64_t> block;
    for (int64_t dim : perm)
      block.push_back(dequantize.getBlock()[dim]);
    auto moved = cast<qnn::DequantizeOp>(rewriter.clone(*dequantize));
    rewriter.modifyOpInPlace(moved, [&] {
      moved->setOperands(operands);
      moved.setBlock(block);
      moved.getX().setType(op.getType());
    });
    rewriter.replaceOp(op, moved);
    return success();
  }
};

template <typename OpTy> struct SinkThroughAxis : SinkThrough<OpTy> {
  using SinkThrough<OpTy>::SinkThrough;
  void adjust(Operation *op, ArrayRef<int64_t> perm) const override {
    auto joined = cast<OpTy>(op);
    int64_t axis = joined.getAxis(), rank = perm.size();
    joined.setAxis(perm[axis < 0 ? axis + rank : axis]);
  }
};

/// Pad of all dimensions by constant amounts.
struct SinkThroughPad : OpRewritePattern<onnx::PadOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::PadOp op,
                                PatternRewriter &rewriter) const override {
    auto perm = getPermutation(op.getData());
    auto pads = ConstantData::get(op.getPads());
    auto result = dyn_cast<RankedTensorType>(op.getType());
    if (!perm || !pads || !result || op.getAxes())
      return rewriter.notifyMatchFailure(op, "not a transpose padded by "
                                             "constants");
    int64_t rank = perm->size();
    SmallVector<int64_t> moved(2 * rank);
    for (auto [i, dim] : llvm::enumerate(*perm)) {
      moved[dim] = pads->getInt(i);
      moved[rank + dim] = pads->getInt(rank + i);
    }
    Value padded = onnx::PadOp::create(
        rewriter, op.getLoc(), permute(result, invert(*perm)),
        getSource(op.getData()), createInts(rewriter, op.getLoc(), moved),
        op.getConstantValue(),
        /*axes=*/Value(), op.getModeAttr());
    rewriter.replaceOp(op, transpose(rewriter, op.getLoc(), padded, *perm));
    return success();
  }
};

/// Slice with constant axes (or the first ones).
struct SinkThroughSlice : OpRewritePattern<onnx::SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto perm = getPermutation(op.getData());
    auto starts = dyn_cast<RankedTensorType>(op.getStarts().getType());
    auto type = dyn_cast<RankedTensorType>(op.getType());
    auto axes = ConstantData::get(op.getAxes());
    if (!perm || !type || !starts || !starts.hasStaticShape() ||
        (op.getAxes() && !axes))
      return rewriter.notifyMatchFailure(op, "axes or layout not known");
    int64_t rank = perm->size();
    SmallVector<int64_t> moved;
    for (int64_t i = 0; i < starts.getNumElements(); ++i) {
      int64_t axis = axes ? axes->getInt(i) : i;
      moved.push_back((*perm)[axis < 0 ? axis + rank : axis]);
    }
    SmallVector<int64_t> outer(*perm);
    Value order = createInts(rewriter, op.getLoc(), moved);
    auto sliced = cast<onnx::SliceOp>(rewriter.clone(*op));
    rewriter.modifyOpInPlace(sliced, [&] {
      sliced.getDataMutable().assign(getSource(op.getData()));
      sliced.getAxesMutable().assign(order);
      sliced.getResult().setType(permute(type, invert(outer)));
    });
    rewriter.replaceOp(op, transpose(rewriter, op.getLoc(), sliced.getResult(),
                                     outer));
    return success();
  }
};

/// A reduction whose axes keep their order: the elements of a result are the same
/// in the same order.
template <typename OpTy>
struct SinkThroughReduction : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;
  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    auto perm = getPermutation(op.getData());
    auto axes = ConstantData::get(op.getAxes());
    auto type = dyn_cast<RankedTensorType>(op.getType());
    if (!perm || !axes || !type || axes->getNumElements() == 0)
      return rewriter.notifyMatchFailure(op, "axes or layout not known");
    int64_t rank = perm->size();
    SmallVector<int64_t> sorted = axes->getInts();
    for (int64_t &axis : sorted)
      axis = axis < 0 ? axis + rank : axis;
    llvm::sort(sorted);
    SmallVector<int64_t> moved;
    for (int64_t axis : sorted)
      moved.push_back((*perm)[axis]);
    if (!llvm::is_sorted(moved))
      return rewriter.notifyMatchFailure(op, "the order of elements changes");

    SmallVector<int64_t> outer(*perm);
    if (!op.getKeepdims())
      outer = dropAxes(*perm, sorted);
    Value order = createInts(rewriter, op.getLoc(), moved);
    auto reduced = cast<OpTy>(rewriter.clone(*op));
    rewriter.modifyOpInPlace(reduced, [&] {
      reduced.getDataMutable().assign(getSource(op.getData()));
      reduced.getAxesMutable().assign(order);
      reduced.getResult().setType(permute(type, invert(outer)));
    });
    rewriter.replaceOp(op, transpose(rewriter, op.getLoc(),
                                     reduced.getResult(), outer));
    return success();
  }

  /// The permutation of the dimensions that are not reduced.
  static SmallVector<int64_t> dropAxes(ArrayRef<int64_t> perm,
                                       ArrayRef<int64_t> axes) {
    SmallVector<int64_t> kept;
    for (auto [i, dim] : llvm::enumerate(perm))
      if (!llvm::is_contained(axes, static_cast<int64_t>(i)))
        kept.push_back(dim);
    SmallVector<int64_t> ranked;
    for (int64_t dim : kept)
      ranked.push_back(
          llvm::count_if(kept, [&](int64_t other) { return other < dim; }));
    return ranked;
  }
};

struct AssignLayout : quantc::impl::AssignLayoutBase<AssignLayout> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet sink = getCommonPatterns(context);
    sink.add<ObserveSource, SinkThroughMap, SinkThroughCodec<qnn::QuantizeOp>,
             SinkThroughCodec<qnn::DequantizeOp>,
             SinkThroughAxis<onnx::ConcatOp>, SinkThroughPad, SinkThroughSlice,
             SinkThroughReduction<onnx::ReduceMeanOp>,
             SinkThroughReduction<onnx::ReduceSumOp>,
             SinkThroughReduction<onnx::ReduceMaxOp>>(context);
    // What is left stands better before a dequantize than behind it.
    RewritePatternSet hoist = getCommonPatterns(context);
    hoist.add<HoistOverDequantize>(context);
    if (failed(applyPatternsGreedily(getOperation(), std::move(sink))) ||
        failed(applyPatternsGreedily(getOperation(), std::move(hoist))))
      signalPassFailure();
  }

private:
  static RewritePatternSet getCommonPatterns(MLIRContext *context) {
    RewritePatternSet patterns(context);
    onnx::TransposeOp::getCanonicalizationPatterns(patterns, context);
    onnx::ReshapeOp::getCanonicalizationPatterns(patterns, context);
    patterns.add<TransposeConstant, TransposeToReshape>(context);
    return patterns;
  }
};

} // namespace
