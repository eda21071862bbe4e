//===- OpVariants.h - An operation on other operands -------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The quantized form of a matched operation is built again on inputs of the
// caller's, whole or with one part of it quantized. The values of the two models
// are given by mappings into the module under construction.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_ACCURACY_OPVARIANTS_H
#define QUANTC_ACCURACY_OPVARIANTS_H

#include "MatchedOps.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"

namespace quantc {

/// A copy of `value` and of what it is made of, as far as `mapping` lacks it.
mlir::Value copyDefinition(mlir::OpBuilder &builder, mlir::IRMapping &mapping,
                           mlir::Value value);

/// The quantized weights of a model as floats, each constant made once.
class DecodedWeights {
public:
  /// The constant that equals `dequantize`, whose codes and scales are constants;
  /// null if the evaluator fails on it.
  mlir::Value get(mlir::OpBuilder &builder, qnn::DequantizeOp dequantize);

private:
  llvm::MapVector<mlir::Operation *, mlir::Attribute> values;
};

/// Builds variants of one matched operation. `inputs` are its operands as the float
/// model has them; `constants` maps the quantized model's constants (codes, scales,
/// zero points and what is made of them alone).
class OpVariants {
public:
  OpVariants(mlir::OpBuilder &builder, const MatchedOp &match,
             llvm::ArrayRef<mlir::Value> inputs, mlir::IRMapping &constants,
             DecodedWeights &weights);

  /// The operation with all of it quantized, as the quantized model has it.
  mlir::Value makeQuantized();
  /// The same computed on dequantized floats; null if a weight cannot be decoded.
  mlir::Value makeDequantized();
  /// Inputs quantized; inputs cut to the codes' ranges; weights; bias.
  mlir::Value makeRounded();
  mlir::Value makeClipped();
  mlir::Value makeWeightOnly();
  mlir::Value makeBiasOnly();

  /// Whether weights or bias are other than the float model's.
  bool changesWeight() const;
  bool changesBias() const;

private:
  /// Operand `i` quantized from its float value, or that value.
  mlir::Value quantizeInput(unsigned i);
  mlir::Value clipInput(unsigned i);
  /// Operand `i`, a constant, as the quantized model has it: codes behind their
  /// dequantize, or decoded.
  mlir::Value getConstant(unsigned i, bool decoded);
  bool isWeight(unsigned i) const;
  /// The operation on `operands`, and its bias where that is an Add.
  mlir::Value apply(llvm::ArrayRef<mlir::Value> operands, bool quantizedBias);

  mlir::OpBuilder &builder;
  const MatchedOp &match;
  llvm::SmallVector<mlir::Value> inputs;
  mlir::IRMapping &constants;
  DecodedWeights &weights;
};

} // namespace quantc

#endif // QUANTC_ACCURACY_OPVARIANTS_H
