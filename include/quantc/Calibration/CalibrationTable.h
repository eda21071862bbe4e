//===- CalibrationTable.h - Statistics of a model's tensors ------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// One histogram per tensor, in a JSON file that says which model it belongs to:
//
//   {"format": "quantc-calibration", "version": 1, "quantc": "0.1.0",
//    "model": "e810ef66...", "samples": 512, "tensors": [
//     {"name": "x", "min": "-1.5", "max": "3", "count": 5,
//      "buckets": [16256, 3, 49088, 2]}], "complete": true}
//
// Buckets are pairs of number and count. Minimum and maximum are decimal strings
// that give the f32 back exactly, in any locale.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CALIBRATION_CALIBRATIONTABLE_H
#define QUANTC_CALIBRATION_CALIBRATIONTABLE_H

#include "quantc/Calibration/Histogram.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace quantc {

class CalibrationTable {
public:
  /// The model file's SHA-256 in hexadecimal (the module's `onnx.sha256`), empty
  /// when it is unknown.
  std::string modelHash;
  uint64_t samples = 0;

  /// The histogram of `tensor`, made if there is none; valid until the next is.
  Histogram &getOrCreate(llvm::StringRef tensor);
  /// The histogram of `tensor`, or null.
  const Histogram *lookup(llvm::StringRef tensor) const;
  llvm::ArrayRef<std::pair<std::string, Histogram>> getTensors() const {
    return tensors;
  }

  /// Adds the counts of a table of the same model (another shard of the data).
  llvm::Error merge(const CalibrationTable &other);
  /// An error unless the table is of the model with `hash`; unknown hashes match.
  llvm::Error checkModel(llvm::StringRef hash) const;

  void print(llvm::raw_ostream &os) const;
  /// Writes a temporary file beside `path`, flushes it to the disk and renames
  /// it: `path` is complete or untouched.
  llvm::Error save(llvm::StringRef path) const;
  /// Reads and validates; messages name the file and the tensor.
  static llvm::Expected<CalibrationTable> load(llvm::StringRef path);
  static llvm::Expected<CalibrationTable> parse(llvm::StringRef text,
                                                llvm::StringRef name);

private:
  std::vector<std::pair<std::string, Histogram>> tensors;
  llvm::StringMap<size_t> indices;
};

} // namespace quantc

#endif // QUANTC_CALIBRATION_CALIBRATIONTABLE_H
