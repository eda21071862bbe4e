//===- SearchRanges.h - Ranges by the model's own output loss ----*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DRIVER_SEARCHRANGES_H
#define QUANTC_LIB_DRIVER_SEARCHRANGES_H

#include "quantc/Calibration/CalibrationTable.h"
#include "quantc/Driver/Driver.h"

namespace quantc {

/// Calibrator cross_entropy: chooses the range of every tensor that the recipe
/// (w8a8 where none is given) quantizes with a fixed range, and stores it in
/// `table` as `searched`.
///
/// All ranges start as calibrator mse's. Then, in program order, each is tried
/// times 0.6, 0.7, 0.8, 0.9, 1.1 and 1.2 (cut to [min, max]) with all others as they
/// are, and the one with the least loss over `samples` is kept: coordinate descent,
/// one round, as LAPQ does after its per-layer start (Nahshan et al., "Loss Aware
/// Post-training Quantization", 2021). Weights stay in float.
///
/// The loss is the mean over the rows of KL(softmax(float) || softmax(quantized)) for
/// outputs of rank 2, taken for logits; for all others, which are none, the squared
/// error relative to the squared output. Positions that the table's mask drops do not
/// count. With several outputs it is the sum.
ErrorCode searchRanges(mlir::ModuleOp module,
                       llvm::ArrayRef<NamedTensors> samples,
                       const CalibrateOptions &options,
                       CalibrationTable &table);

} // namespace quantc

#endif // QUANTC_LIB_DRIVER_SEARCHRANGES_H
