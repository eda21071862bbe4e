//===- RemoveNeutralOps.cpp - Operations that change nothing --------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Products with 1, differences with 0, choices made at compile time and casts
// there and back. A sum with +0 stays: it turns -0 into +0.
//
//===----------------------------------------------------------------------===//

#include "Match.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quantc/Transforms/Passes.h"
#include "llvm/ADT/APFloat.h"
#include <cmath>

using namespace mlir;
namespace quantc {
#define GEN_PASS_DEF_REMOVENEUTRALOPS
#include "quantc/Transforms/Passes.h.inc"
} // namespace quantc
using namespace quantc;

namespace {
/// Op(x, neutral) = x and, for commutative ones, Op(neutral, x) = x.
template <typename OpTy>
struct RemoveNeutral : OpRewritePattern<OpTy> {
  RemoveNeutral(MLIRContext *context, double neutral, bool isCommutative,
                bool onIntegersOnly = false)
      : OpRewritePattern<OpTy>(context), neutral(neutral),
        isCommutative(isCommutative), onIntegersOnly(onIntegersOnly) {}

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    Type type = op->getResult(0).getType();
    if (onIntegersOnly && !isa<IntegerType>(getElementTypeOrSelf(type)))
      return rewriter.notifyMatchFailure(op, "not exact on floats");
    for (int i : {0, 1}) {
      if (i == 1 && !isCommutative)
        break;
      Value x = op->getOperand(i);
      std::optional<double> number = match::getSplat(op->getOperand(1 - i));
      // x - (-0) is not x where x is -0.
      if (x.getType() != type || number != neutral ||
          std::signbit(*number) != std::signbit(neutral))
        continue;
      rewriter.replaceOp(op, x);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no operand is neutral");
  }
  double neutral;
  bool isCommutative, onIntegersOnly;
};

struct RemoveChoice : OpRewritePattern<onnx::WhereOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::WhereOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<double> condition = match::getSplat(op.getCondition());
    if (!condition)
      return rewriter.notifyMatchFailure(op, "the condition varies");
    Value chosen = *condition ? op.getX() : op.getY();
    if (chosen.getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "the choice is broadcast");
    rewriter.replaceOp(op, chosen);
    return success();
  }
};

/// Cast(Cast(x)) is one cast where the inner one loses nothing.
struct ComposeCasts : OpRewritePattern<onnx::CastOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::CastOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<onnx::CastOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "no cast before it");
    Type from = getElementTypeOrSelf(inner.getInput().getType()),
         over = getElementTypeOrSelf(inner.getType()),
         to = getElementTypeOrSelf(op.getType());
    if (!isLossless(from, over))
      return rewriter.notifyMatchFailure(op, "the cast before it rounds");
    // Floats saturate where integers wrap.
    if (isa<IntegerType>(from) && isa<FloatType>(over) &&
        isa<IntegerType>(to) && !to.isInteger(1) && !isLossless(from, to))
      return rewriter.notifyMatchFailure(op, "integers out of range differ");
    if (inner.getInput().getType() == op.getType()) {
      rewriter.replaceOp(op, inner.getInput());
      return success();
    }
    rewriter.modifyOpInPlace(
        op, [&] { op.getInputMutable().assign(inner.getInput()); });
    return success();
  }

  /// Whether every value of `from` is one of `to`.
  static bool isLossless(Type from, Type to) {
    unsigned fromBits = from.getIntOrFloatBitWidth(),
             toBits = to.getIntOrFloatBitWidth();
    if (auto toFloat = dyn_cast<FloatType>(to)) {
      const llvm::fltSemantics &target = toFloat.getFloatSemantics();
      if (auto fromFloat = dyn_cast<FloatType>(from))
        return llvm::APFloat::isRepresentableBy(fromFloat.getFloatSemantics(),
                                                target);
      return fromBits < llvm::APFloat::semanticsPrecision(target) &&
             fromBits <= 16;
    }
    if (!isa<IntegerType>(from))
      return false;
    bool fromSigned = fromBits > 1 && !from.isUnsignedInteger();
    bool toSigned = toBits > 1 && !to.isUnsignedInteger();
    if (fromSigned == toSigned)
      return toBits >= fromBits;
    return toSigned && toBits > fromBits;
  }
};

struct RemoveNeutralOps
    : quantc::impl::RemoveNeutralOpsBase<RemoveNeutralOps> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    patterns.add<RemoveNeutral<onnx::MulOp>>(context, 1.0, true);
    patterns.add<RemoveNeutral<onnx::DivOp>, RemoveNeutral<onnx::PowOp>>(
        context, 1.0, false);
    patterns.add<RemoveNeutral<onnx::SubOp>>(context, 0.0, false);
    patterns.add<RemoveNeutral<onnx::AddOp>>(context, 0.0, true, true);
    patterns.add<RemoveNeutral<onnx::AndOp>>(context, 1.0, true);
    patterns.add<RemoveNeutral<onnx::OrOp>>(context, 0.0, true);
    patterns.add<RemoveChoice, ComposeCasts>(context);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
