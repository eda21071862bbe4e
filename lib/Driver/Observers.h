//===- Observers.h - From a running model to its table -----------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DRIVER_OBSERVERS_H
#define QUANTC_LIB_DRIVER_OBSERVERS_H

#include "quantc/Calibration/CalibrationTable.h"
#include "quantc/Driver/CompiledModel.h"
#include "mlir/IR/BuiltinOps.h"

namespace quantc {

/// What the observers of a model have seen, as entries of a table. Counts stay in
/// the model over many runs; extremes and sums are taken after every run.
class Observers {
public:
  /// Reads the observers of a graph-stage module.
  explicit Observers(mlir::ModuleOp module);

  /// The mask input that leaves out positions, or "".
  llvm::StringRef getMask() const { return mask; }
  /// Makes an entry for every observer.
  void prepare(CalibrationTable &table) const;
  /// Whether `table` has exactly these entries: it may be continued.
  bool matches(const CalibrationTable &table) const;

  /// The first tensor that had a NaN or an infinity in the last run, and how many.
  static std::optional<std::pair<std::string, uint64_t>>
  findNonFinite(const CompiledModel &model);
  /// Adds extremes and sums of the last run; the most values per channel of it.
  static uint64_t addRun(const CompiledModel &model, CalibrationTable &table);
  /// Moves the counts of all runs since the last call to `table`.
  static void drain(CompiledModel &model, CalibrationTable &table);

private:
  struct Observer {
    std::string tensor;
    int64_t axis = -1, channels = 0;
    bool histograms = false;
  };
  std::vector<Observer> observers;
  std::string mask;
};

} // namespace quantc

#endif // QUANTC_LIB_DRIVER_OBSERVERS_H
