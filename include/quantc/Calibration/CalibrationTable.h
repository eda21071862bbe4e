//===- CalibrationTable.h - Statistics of a model's tensors ------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Statistics per tensor, in a JSON file that says which model it belongs to:
//
//   {"format": "quantc-calibration", "version": 2, "quantc": "0.1.0",
//    "model": "e810ef66...", "mask": "attention_mask", "samples": 512, "tensors": [
//     {"name": "x", "min": "-1.5", "max": "3", "count": 5,
//      "buckets": [16256, 3, 49088, 2],
//      "runs": {"minima": [49088, 2], "maxima": [16448, 2]},
//      "searched": ["-1.25", "3"],
//      "channels": {"axis": 1, "min": ["-1.5"], "max": ["3"],
//       "sums": ["0"], "squares": ["7"], "counts": "Af8BBQ=="}}],
//    "checksum": "sha256:..."}
//
// Buckets are pairs of number and count. Floats are decimal strings that give the
// f32 back exactly, in any locale. Sums are in units of 2^-60. A channel's counts
// are LEB128 numbers in base64: how many buckets are not empty, then for each the
// distance from the one before and its count. The checksum is that of everything
// before its key; who edits a table by hand writes "none" instead.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CALIBRATION_CALIBRATIONTABLE_H
#define QUANTC_CALIBRATION_CALIBRATIONTABLE_H

#include "quantc/Calibration/TensorStatistics.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace quantc {

/// How far an unfinished calibration has come, in a checkpoint.
struct CalibrationProgress {
  /// Runs taken from the data, those left out included.
  uint64_t done = 0;
  /// Of the inputs of these runs, in order (Driver/Calibrate.cpp).
  std::string fingerprint;
};

class CalibrationTable {
public:
  /// The model file's SHA-256 in hexadecimal (the module's `onnx.sha256`), empty
  /// when it is unknown.
  std::string modelHash;
  /// The input whose zeros marked positions that were left out, or "".
  std::string mask;
  uint64_t samples = 0;
  /// Runs left out because of NaN or infinite values.
  uint64_t skipped = 0;
  /// Set in checkpoints only; `load` refuses them unless told otherwise.
  std::optional<CalibrationProgress> progress;

  /// The statistics of `tensor`, made if there are none; valid until the next are.
  TensorStatistics &getOrCreate(llvm::StringRef tensor);
  /// The statistics of `tensor`, or null.
  const TensorStatistics *lookup(llvm::StringRef tensor) const;
  llvm::ArrayRef<std::pair<std::string, TensorStatistics>> getTensors() const {
    return tensors;
  }

  /// Adds a table of the same model (another shard of the data). Whatever the
  /// order of merging, the result prints the same text.
  llvm::Error merge(const CalibrationTable &other);
  /// An error unless the table is of the model with `hash`; unknown hashes match.
  llvm::Error checkModel(llvm::StringRef hash) const;

  /// Tensors are printed in the order of their names.
  void print(llvm::raw_ostream &os) const;
  /// Writes a temporary file beside `path`, flushes it to the disk and renames
  /// it: `path` is complete or untouched.
  llvm::Error save(llvm::StringRef path) const;
  /// Reads and validates; messages name the file and the tensor.
  static llvm::Expected<CalibrationTable> load(llvm::StringRef path,
                                               bool allowCheckpoint = false);
  static llvm::Expected<CalibrationTable> parse(llvm::StringRef text,
                                                llvm::StringRef name);

private:
  std::vector<std::pair<std::string, TensorStatistics>> tensors;
  llvm::StringMap<size_t> indices;
};

} // namespace quantc

#endif // QUANTC_CALIBRATION_CALIBRATIONTABLE_H
