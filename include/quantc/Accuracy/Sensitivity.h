//===- Sensitivity.h - What an operation's codes do to the outputs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// How much noise an operation makes says little about how much of it reaches the
// model's outputs, and norms of weight errors say less. So it is measured: one
// compiled model holds the float and the quantized form of every operation, an input
// chooses among them, and the outputs are compared with the float model's while one
// operation at a time is quantized.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_ACCURACY_SENSITIVITY_H
#define QUANTC_ACCURACY_SENSITIVITY_H

#include "quantc/Accuracy/Attribution.h"
#include "quantc/Accuracy/Runs.h"

namespace quantc {

/// Fills in `damage` of every quantized operation of `attribution`, which
/// attributeError gave for the same two models: 100 * (1 - mean cosine) of the
/// outputs' rows (last axis) while only the operations of its operator and node
/// name are quantized. Runs the model once per node and run.
ErrorCode measureDamage(mlir::ModuleOp floatModel, mlir::ModuleOp quantized,
                        const RunSet &runs, int threads,
                        Attribution &attribution);

} // namespace quantc

#endif // QUANTC_ACCURACY_SENSITIVITY_H
