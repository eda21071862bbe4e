//===- Instrument.h - Two models and their differences in one ----*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_ACCURACY_INSTRUMENT_H
#define QUANTC_ACCURACY_INSTRUMENT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "quantc/Accuracy/Attribution.h"

namespace quantc {

/// What one number of an instrumented model's "noise" output is: a sum of squares
/// over one run.
enum class Energy {
  Signal,
  Total,
  Inherited,
  Local,
  FirstCause, ///< Cause c is FirstCause + c.
};

struct InstrumentedModel {
  /// main's results: the float model's outputs, the quantized model's, "noise" (f32)
  /// and "elements" (i64, one per operation). Every quantized input is observed
  /// under the position of its operation in `ops`.
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// One per matched operation, without what only a run can tell.
  std::vector<OpError> ops;
  /// What stands where in "noise": an operation and an Energy.
  std::vector<std::pair<unsigned, unsigned>> energies;
  /// Observed operation of each: operations that read one value share it.
  std::vector<int> observed;
  unsigned numOutputs = 0;
};

/// Puts both models into one. `floatModel` is in canonical form, `quantized` was
/// made from it by quantc-quantize-model. Null after an error when they have no
/// operation in common or take other inputs.
std::optional<InstrumentedModel> instrument(mlir::ModuleOp floatModel,
                                            mlir::ModuleOp quantized);

} // namespace quantc

#endif // QUANTC_ACCURACY_INSTRUMENT_H
