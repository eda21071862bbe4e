//===- Decompose.h - Operators in older operators ----------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// What the patterns of quantc-decompose-operators share. The forms are those the
// raising passes know, so that a model comes back as it went.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TRANSFORMS_DECOMPOSE_H
#define QUANTC_LIB_TRANSFORMS_DECOMPOSE_H

#include "mlir/IR/PatternMatch.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

namespace quantc {

/// Attention on f32 without what only newer versions can say.
void populateDecomposeAttentionPatterns(mlir::RewritePatternSet &patterns);

/// Creates operators at one location.
struct Composer {
  mlir::PatternRewriter &rewriter;
  mlir::Location loc;

  template <typename OpTy, typename... Args>
  mlir::Value create(mlir::Type type, Args &&...args) {
    return OpTy::create(rewriter, loc, type, std::forward<Args>(args)...)
        ->getResult(0);
  }
  /// A constant of rank 0 and the element type of `like`.
  mlir::Value number(mlir::Value like, double value);
};

} // namespace quantc

#endif // QUANTC_LIB_TRANSFORMS_DECOMPOSE_H
