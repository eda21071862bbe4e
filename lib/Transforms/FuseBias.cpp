//===- FuseBias.cpp - Added constants become biases -----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Numerics.md defines Conv with a bias as the sum, then + bias: the same two
// operations as Conv and Add.
//
//===----------------------------------------------------------------------===//

#include "CountingPattern.h"
#include "Match.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_FUSEBIAS
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

namespace {
struct FuseIntoConv : CountingPattern<onnx::AddOp> {
  using CountingPattern::CountingPattern;

  LogicalResult matchAndRewrite(onnx::AddOp op,
                                PatternRewriter &rewriter) const override {
    Value product = op.getA(), added = op.getB();
    if (!product.getDefiningOp<onnx::ConvOp>())
      std::swap(product, added);
    auto conv = product.getDefiningOp<onnx::ConvOp>();
    if (!conv || !conv->hasOneUse() || conv.getB())
      return rewriter.notifyMatchFailure(
          op, "not the only user of a Conv without bias");
    auto type = dyn_cast<RankedTensorType>(op.getType());
    auto addedType = dyn_cast<RankedTensorType>(added.getType());
    if (!type || op.getType() != conv.getType() || !addedType ||
        !ConstantData::get(added))
      return rewriter.notifyMatchFailure(op, "what is added is not constant");
    int64_t channels = type.getDimSize(1);
    // [C, 1, 1] or [1, C, 1, 1] for two spatial dimensions.
    SmallVector<int64_t> expected(type.getRank(), 1);
    expected[1] = channels;
    ArrayRef<int64_t> shape = addedType.getShape();
    if (ShapedType::isDynamic(channels) ||
        shape.size() + 1 < expected.size() ||
        shape != ArrayRef(expected).take_back(shape.size()))
      return rewriter.notifyMatchFailure(op, "not one value per channel");
    rewriter.modifyOpInPlace(conv, [&] {
      conv.getBMutable().assign(match::reshapeTo(rewriter, added, {channels}));
    });
    // The constant may have been made after the convolution.
    rewriter.moveOpBefore(conv, op);
    rewriter.replaceOp(op, conv.getY());
    ++count;
    return success();
  }
};

struct FuseBias : quantc::impl::FuseBiasBase<FuseBias> {
  void runOnOperation() override {
    if (failed(applyCounting<FuseIntoConv>(getOperation(), numFused)))
      signalPassFailure();
  }
};
} // namespace
