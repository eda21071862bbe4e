//===- ConstantEvaluation.h - Run an operation on constants ------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TRANSFORMS_CONSTANTEVALUATION_H
#define QUANTC_LIB_TRANSFORMS_CONSTANTEVALUATION_H

#include "mlir/IR/Operation.h"

namespace quantc {

/// Whether all operands of `op` are constants.
bool hasConstantOperands(mlir::Operation *op);

/// Runs `op`, whose operands are constants, in the reference evaluator and replaces
/// it by its results. Fails, silently and without a change, where the evaluator
/// rejects it: an index out of range is an error when (and if) the model runs.
mlir::LogicalResult replaceByConstants(mlir::Operation *op);

} // namespace quantc

#endif // QUANTC_LIB_TRANSFORMS_CONSTANTEVALUATION_H
