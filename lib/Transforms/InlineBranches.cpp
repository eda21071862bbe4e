//===- InlineBranches.cpp - If with a known condition ---------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// PyTorch exports `x.squeeze(2)` as an If on the size; once that is known one
// branch is left, and with it the rank of all that follows.
//
//===----------------------------------------------------------------------===//

#include "Match.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quantc/Transforms/Passes.h"

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_INLINEBRANCHES
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

namespace {
struct InlineIf : OpRewritePattern<onnx::IfOp> {
  InlineIf(MLIRContext *context, Pass::Statistic &count)
      : OpRewritePattern(context), count(count) {}

  LogicalResult matchAndRewrite(onnx::IfOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<double> condition = match::getScalar(op.getCond());
    if (!condition)
      return rewriter.notifyMatchFailure(op, "the condition is not constant");
    Region &region = *condition ? op.getThenBranch() : op.getElseBranch();
    Block *body = &region.front();
    Operation *yield = body->getTerminator();
    SmallVector<Value> values(yield->getOperands());
    rewriter.eraseOp(yield);
    rewriter.inlineBlockBefore(body, op);
    // The type of the If may say less; shape inference tells its users.
    for (auto [value, result] : llvm::zip_equal(values, op.getResults()))
      if (value.getType() != result.getType())
        value = onnx::IdentityOp::create(rewriter, op.getLoc(),
                                         result.getType(), value);
    rewriter.replaceOp(op, values);
    ++count;
    return success();
  }
  Pass::Statistic &count;
};

struct InlineBranches : quantc::impl::InlineBranchesBase<InlineBranches> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<InlineIf>(&getContext(), numInlined);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
