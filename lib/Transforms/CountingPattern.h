//===- CountingPattern.h - Patterns of one pass, counted ---------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The frame of passes that apply a few patterns and say how often.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TRANSFORMS_COUNTINGPATTERN_H
#define QUANTC_LIB_TRANSFORMS_COUNTINGPATTERN_H

#include "mlir/IR/PatternMatch.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace quantc {

/// A pattern that counts what it rewrites in a statistic of its pass.
template <typename OpTy>
struct CountingPattern : mlir::OpRewritePattern<OpTy> {
  CountingPattern(mlir::MLIRContext *context, mlir::Pass::Statistic &count)
      : mlir::OpRewritePattern<OpTy>(context), count(count) {}

  mlir::Pass::Statistic &count;
};

/// Applies counting patterns to all of `op`.
template <typename... Patterns>
mlir::LogicalResult applyCounting(mlir::Operation *op,
                                  mlir::Pass::Statistic &count) {
  mlir::RewritePatternSet patterns(op->getContext());
  patterns.add<Patterns...>(op->getContext(), count);
  return mlir::applyPatternsGreedily(op, std::move(patterns));
}

} // namespace quantc

#endif // QUANTC_LIB_TRANSFORMS_COUNTINGPATTERN_H
