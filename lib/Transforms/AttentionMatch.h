//===- AttentionMatch.h - Recognize scaled dot-product attention -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// What stands around the two products of an attention: how heads were split off
// and repeated, where the scores were scaled and masked.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TRANSFORMS_ATTENTIONMATCH_H
#define QUANTC_LIB_TRANSFORMS_ATTENTIONMATCH_H

#include "mlir/IR/PatternMatch.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include <optional>

namespace quantc {

/// One operand of a product as `scale * repeat(transpose(base, perm))`: every
/// head of it `repeat` times in a row. `base` has rank 4.
struct HeadsOperand {
  mlir::Value base;
  llvm::SmallVector<int64_t, 4> perm;
  double scale = 1.0;
  int64_t repeat = 1;
};
/// Takes transposes, repetitions of heads and, with `allowScale`, constant
/// factors off `value`, of shape [batch, heads, ., .].
HeadsOperand matchHeads(mlir::Value value, bool allowScale);

/// x [batch, sequence, heads * size], if `value` is it reshaped to
/// [batch, sequence, heads, size].
mlir::Value matchSplitHeads(mlir::Value value);
/// Whether `op` is the opposite.
bool isMergeHeads(onnx::ReshapeOp op);

/// softmax(product * scale + masks): what comes before the softmax.
struct Scores {
  onnx::MatMulOp product;
  double scale = 1.0;
  /// Added after scaling, in this order.
  llvm::SmallVector<mlir::Value, 2> masks;
  /// where(condition, scores, filling) or, `inverted`, the other way round,
  /// after everything else.
  onnx::WhereOp filled;
  bool isInverted = false;
};
std::optional<Scores> matchScores(mlir::Value value);

} // namespace quantc

#endif // QUANTC_LIB_TRANSFORMS_ATTENTIONMATCH_H
