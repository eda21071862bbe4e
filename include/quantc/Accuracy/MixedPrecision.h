//===- MixedPrecision.h - Least precision that reaches a target --*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Operations are ranked by the damage their codes do to the outputs (Sensitivity.h),
// measured one at a time. Matrix products on fixed ranges first get a range per token,
// which keeps them on integers; only then, most damaging first, operations stay in
// float. Where damages add up, taking them in this order is best for any number of
// them. They need not add up, so the number is not predicted but searched: every
// candidate is quantized by the recipe it would be written as, compiled and measured.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_ACCURACY_MIXEDPRECISION_H
#define QUANTC_ACCURACY_MIXEDPRECISION_H

#include "quantc/Accuracy/Attribution.h"
#include "quantc/Accuracy/Runs.h"

namespace quantc {

struct MixedPrecisionOptions {
  std::string recipe, calibration;
  /// Points that may be lost: of 100 * mean cosine of the outputs' rows (last axis)
  /// to the float model's, or of `metric`.
  std::optional<double> maxDrop;
  /// Bytes that the model's constants may have; what fits stays in float.
  std::optional<uint64_t> targetSize;
  /// Data for everything that is measured.
  RunSet runs;
  int threads = 0;
  /// The score of an artifact compiled for this machine, higher is better; may be
  /// empty. A failure ends the search with InvalidInput.
  std::function<mlir::FailureOr<double>(llvm::StringRef artifact)> metric;
  /// Called before every step that takes time, with what it is; may be empty.
  std::function<void(const llvm::Twine &step)> progress;
};

/// What was found. Without a target: the attribution alone, no changes.
struct MixedPrecision {
  /// Of the model quantized throughout, with damages.
  Attribution attribution;
  /// Positions in it of the operations that stay in float, and of those whose ranges
  /// are measured per token; most damage first.
  std::vector<unsigned> floats, tokens;
  /// YAML: the recipe and a rule for each of these.
  std::string recipe;
  /// Points lost and bytes of constants, of the model quantized throughout and of
  /// the one found.
  double fullDrop = 0, drop = 0;
  uint64_t fullSize = 0, size = 0;
  /// Share of the multiplications by constant weights that is done on integers.
  double integerShare = 0;
};

/// {"floats": [{"op", "node"}], "tokens", "recipe", "drop", "full_drop", "size",
/// "full_size", "integer_share", "sensitivity": the attribution}.
llvm::json::Value toJSON(const MixedPrecision &result);

/// Quantizes `module` (as loaded) in place. A target out of reach is an error that
/// says what can be reached.
ErrorCode quantizeToTarget(mlir::ModuleOp module,
                           const MixedPrecisionOptions &options,
                           MixedPrecision &result);

} // namespace quantc

#endif // QUANTC_ACCURACY_MIXEDPRECISION_H
