//===- Plan.h - Where a recipe puts quantization -----------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The one place that decides which operands of which operations become codes.
// Observers are inserted and quantizers are placed from the same plan, so a
// calibration table holds exactly what quantization looks up.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_QUANTIZATION_PLAN_H
#define QUANTC_QUANTIZATION_PLAN_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quantc/Recipes/Recipe.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"

namespace quantc {

/// An operand that is quantized while the model runs.
struct ActivationUse {
  mlir::OpOperand *operand;
  ActivationScheme scheme;
};

/// A constant operand that is quantized now. `block` as in qnn.dequantize.
struct WeightUse {
  mlir::OpOperand *operand;
  WeightScheme scheme;
  llvm::SmallVector<int64_t, 4> block;
};

/// An operation that the recipe could have quantized and that stays in float.
struct FloatOp {
  mlir::Operation *op;
  std::string reason;
};

struct QuantizationPlan {
  std::vector<ActivationUse> activations;
  std::vector<WeightUse> weights;
  std::vector<FloatOp> floats;

  /// The values that need a calibrated range, each with the scheme of its first
  /// use, in program order of the uses.
  llvm::MapVector<mlir::Value, ActivationScheme> ranges;
  /// Values that get one common range, because an operation between them only
  /// moves or selects codes (Reshape, MaxPool, Concat, ...).
  llvm::EquivalenceClasses<void *> groups;
};

/// Applies `recipe` to the operations of `function` (graph-stage onnx):
///
/// * MatMul, Gemm and Conv with a constant f32 weight: the weight, and the
///   activation that meets it (per token: not for Conv).
/// * Gather from a constant table: the table, one scale per row.
/// * Between quantized convolutions, so that images stay 8-bit: the inputs of
///   AveragePool and GlobalAveragePool, and of Add, except for the one operand
///   that will be added in the epilogue of the convolution that computes it.
///
/// Softmax, normalizations and attention stay in float.
QuantizationPlan planQuantization(mlir::func::FuncOp function,
                                  const Recipe &recipe);

} // namespace quantc

#endif // QUANTC_QUANTIZATION_PLAN_H
