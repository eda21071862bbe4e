//===- Canonicalize.cpp - Folding of onnx operations ----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Only what removes an operation without looking at tensor data: folding of
// constants is a pass of its own, which can be limited.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/PatternMatch.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

OpFoldResult IdentityOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? getInput() : Value();
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? getInput() : Value();
}

OpFoldResult TransposeOp::fold(FoldAdaptor) {
  std::optional<ArrayRef<int64_t>> perm = getPerm();
  if (!perm || getData().getType() != getType())
    return {};
  for (auto [i, axis] : llvm::enumerate(*perm))
    if (axis != int64_t(i))
      return {};
  return getData();
}

std::optional<bool> DropoutOp::drops() {
  auto isZero = [](Value value) -> std::optional<bool> {
    std::optional<ConstantData> data = ConstantData::get(value);
    if (!data || data->getNumElements() != 1)
      return std::nullopt;
    return data->getDouble(0) == 0;
  };
  std::optional<bool> isInference =
      getTrainingMode() ? isZero(getTrainingMode()) : true;
  std::optional<bool> keepsAll = getRatio() ? isZero(getRatio()) : false;
  if (isInference == true || keepsAll == true)
    return false;
  return isInference && keepsAll ? std::optional<bool>(true) : std::nullopt;
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  auto type = dyn_cast<RankedTensorType>(getType());
  // Equal types leave one dynamic dimension no choice, two could trade places,
  // and nothing binds it in an empty tensor.
  unsigned numDynamic = type ? type.getNumDynamicDims() : 0;
  if (!type || type != getData().getType() || numDynamic > 1 ||
      (numDynamic == 1 && llvm::is_contained(type.getShape(), 0)))
    return {};
  return getData();
}

namespace {
/// Transpose(Transpose(x)) is one transpose with the permutations composed.
struct ComposeTransposes : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getData().getDefiningOp<TransposeOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "operand is not a transpose");
    std::optional<ArrayRef<int64_t>> first = inner.getPerm(),
                                     second = op.getPerm();
    if (!first || !second || first->size() != second->size())
      return rewriter.notifyMatchFailure(op, "permutation not written out");
    SmallVector<int64_t> perm;
    for (int64_t axis : *second)
      perm.push_back((*first)[axis]);
    rewriter.replaceOpWithNewOp<TransposeOp>(
        op, op.getType(), inner.getData(),
        rewriter.getDenseI64ArrayAttr(perm));
    return success();
  }
};

/// Writes out the default permutation (reversal) once the rank is known, so that
/// nobody else has to know of it.
struct SpellOutPermutation : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<RankedTensorType>(op.getData().getType());
    if (op.getPerm() || !type)
      return rewriter.notifyMatchFailure(op, "has perm, or rank is unknown");
    auto reversed = llvm::reverse(llvm::seq<int64_t>(0, type.getRank()));
    SmallVector<int64_t> perm(reversed.begin(), reversed.end());
    rewriter.modifyOpInPlace(op, [&] { op.setPerm(perm); });
    return success();
  }
};

/// Reshape(Reshape(x)) is the outer one, unless it copies a dimension (0) of the
/// inner one's result.
struct ComposeReshapes : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  /// Whether every dimension that `shape` copies is a copy in `inner` too.
  static bool copiesThrough(ReshapeOp inner, ArrayRef<int64_t> shape) {
    std::optional<ConstantData> copied = ConstantData::get(inner.getShape());
    for (auto [i, size] : llvm::enumerate(shape))
      if (size == 0 && (!copied || inner.getAllowzero() ||
                        int64_t(i) >= copied->getNumElements() ||
                        copied->getInt(i) != 0))
        return false;
    return true;
  }

  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getData().getDefiningOp<ReshapeOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "operand is not a reshape");
    std::optional<ConstantData> shape = ConstantData::get(op.getShape());
    if (!shape)
      return rewriter.notifyMatchFailure(op, "shape is not constant");
    if (!op.getAllowzero() && !copiesThrough(inner, shape->getInts()))
      return rewriter.notifyMatchFailure(op, "shape copies a dimension");
    rewriter.modifyOpInPlace(
        op, [&] { op.getDataMutable().assign(inner.getData()); });
    return success();
  }
};

/// Dropout is the identity, its mask all true. In training mode too, unless the
/// mask is wanted: what is compiled is for inference, exporters leave the flag on
/// (PyTorch's dynamo), and ONNX Runtime takes it so. The importer warns.
struct RemoveDropout : OpRewritePattern<DropoutOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DropoutOp op,
                                PatternRewriter &rewriter) const override {
    bool hasMask = op.getMask() && !op.getMask().use_empty();
    std::optional<bool> isRandom = op.drops();
    if (!isRandom)
      return rewriter.notifyMatchFailure(op, "an input decides what it does");
    if (hasMask && *isRandom)
      return rewriter.notifyMatchFailure(op, "mask is used");
    if (hasMask)
      rewriter.replaceAllUsesWith(op.getMask(), createMask(op, rewriter));
    Value result = IdentityOp::create(rewriter, op.getLoc(),
                                      op.getOutput().getType(), op.getData());
    rewriter.replaceAllUsesWith(op.getOutput(), result);
    rewriter.eraseOp(op);
    return success();
  }

private:
  static Value createMask(DropoutOp op, PatternRewriter &rewriter) {
    auto data = dyn_cast<RankedTensorType>(op.getData().getType());
    auto sizes = RankedTensorType::get(
        data ? data.getRank() : ShapedType::kDynamic, rewriter.getI64Type());
    Value shape = ShapeOp::create(rewriter, op.getLoc(), sizes, op.getData());
    auto one = RankedTensorType::get({1}, rewriter.getI1Type());
    return ConstantOfShapeOp::create(rewriter, op.getLoc(),
                                     op.getMask().getType(), shape,
                                     DenseElementsAttr::get(one, true));
  }
};
} // namespace

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {
  patterns.add<ComposeTransposes, SpellOutPermutation>(context);
}

void ReshapeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *context) {
  patterns.add<ComposeReshapes>(context);
}

void DropoutOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *context) {
  patterns.add<RemoveDropout>(context);
}
