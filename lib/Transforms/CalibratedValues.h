//===- CalibratedValues.h - What calibration saw of values -------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TRANSFORMS_CALIBRATEDVALUES_H
#define QUANTC_LIB_TRANSFORMS_CALIBRATEDVALUES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "quantc/Calibration/CalibrationTable.h"
#include "llvm/ADT/DenseMap.h"

namespace quantc {

/// Statistics of a value as calibration saw it, and what its channels have been
/// multiplied by since (empty: nothing).
struct ObservedValue {
  const TensorStatistics *statistics = nullptr;
  std::vector<float> factors;

  /// Of the value as it is now, what its range is chosen from.
  TensorStatistics getRangeStatistics() const;
  std::vector<double> getChannelMean() const;
};

/// A calibration table, asked by values instead of names.
class CalibratedValues {
public:
  /// Reads the table `path` for `function`, whose values must have the names that
  /// calibration gave them, and checks that it is of the function's model. Emits
  /// an error where it fails.
  mlir::LogicalResult load(mlir::func::FuncOp function, llvm::StringRef path);
  bool isLoaded() const { return table.has_value(); }

  /// The name the table has for `value`: the tensor's own, or that of the tensor it
  /// was made from after calibration.
  std::string getName(mlir::Value value) const;
  /// What is known of `value`; if nothing is, an error at the value that says how
  /// to calibrate (with `recipe`), and failure.
  mlir::FailureOr<ObservedValue> lookup(mlir::Value value,
                                        llvm::StringRef recipe) const;

private:
  std::string path;
  std::optional<CalibrationTable> table;
  llvm::DenseMap<mlir::Value, std::string> names;
};

} // namespace quantc

#endif // QUANTC_LIB_TRANSFORMS_CALIBRATEDVALUES_H
