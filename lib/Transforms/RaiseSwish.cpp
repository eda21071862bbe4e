//===- RaiseSwish.cpp - Swish from its parts ------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// x * sigmoid(alpha * x): SiLU for alpha = 1. Numerics.md defines Swish as these
// very operations.
//
//===----------------------------------------------------------------------===//

#include "CountingPattern.h"
#include "Match.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_RAISESWISH
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

namespace {
struct RaiseProduct : CountingPattern<onnx::MulOp> {
  using CountingPattern::CountingPattern;

  LogicalResult matchAndRewrite(onnx::MulOp op,
                                PatternRewriter &rewriter) const override {
    for (int i : {0, 1}) {
      Value x = op->getOperand(i);
      auto sigmoid = op->getOperand(1 - i).getDefiningOp<onnx::SigmoidOp>();
      if (!sigmoid || x.getType() != op.getType())
        continue;
      double alpha = 1.0;
      if (sigmoid.getX() != x) {
        auto scaled = match::getWithScalar<onnx::MulOp>(sigmoid.getX());
        if (!scaled || scaled->first != x)
          continue;
        alpha = scaled->second;
      }
      rewriter.replaceOpWithNewOp<onnx::SwishOp>(
          op, op.getType(), x, rewriter.getF32FloatAttr(float(alpha)));
      ++count;
      return success();
    }
    return rewriter.notifyMatchFailure(
        op, "no factor is the sigmoid of a multiple of the other");
  }
};

struct RaiseSwish : quantc::impl::RaiseSwishBase<RaiseSwish> {
  void runOnOperation() override {
    if (failed(applyCounting<RaiseProduct>(getOperation(), numRaised)))
      signalPassFailure();
  }
};
} // namespace
