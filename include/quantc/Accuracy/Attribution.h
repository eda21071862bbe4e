//===- Attribution.h - Where quantization error comes from -------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A quantized model is compared with its float model inside one instrumented
// graph. For every operation on quantized operands, over all runs of some data:
//
//   y_f   the float model's result, op(x_f, w_f, b_f)
//   y_q   the quantized model's own result
//   y_l   the quantized operation on the float model's inputs
//
//   total = |y_q - y_f|^2, local = |y_l - y_f|^2, inherited = |y_q - y_l|^2
//
// y_q - y_f is the sum of the other two differences; where they are correlated,
// total is not the sum of the two energies. The local part is taken apart by
// quantizing one thing at a time on float inputs (Cause). All energies are sums of
// squares divided by the signal's, |y_f|^2: -10 log10 of one is an SQNR in dB.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_ACCURACY_ATTRIBUTION_H
#define QUANTC_ACCURACY_ATTRIBUTION_H

#include "quantc/Calibration/Calibrators.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace quantc {

/// What of an operation's quantization makes its local error.
enum class Cause {
  Clipping, ///< inputs outside the chosen range: op(clamp(x_f)) - y_f
  Rounding, ///< inputs to codes inside the range: op(Q(x_f)) - op(clamp(x_f))
  Weight,   ///< codes of the weights: op(x_f, w_q, b_f) - y_f
  Bias,     ///< another bias: op(x_f, w_f, b_q) - y_f
  Rewrite,  ///< y_l as compiled (integers) less the same in dequantized floats
};
constexpr unsigned numCauses = 5;
/// "clipping", "rounding", "weight", "bias", "rewrite".
llvm::StringRef getCauseName(Cause cause);

/// -10 log10(noise), noise relative to its signal; +inf where there is none.
double toDecibels(double noise);

/// Counts of values in bins of equal width over [lo, hi].
struct ValueHistogram {
  float lo = 0, hi = 0;
  std::vector<uint64_t> counts;
};

struct OpError {
  std::string op;   ///< ONNX operator, "MatMul"
  std::string node; ///< its node's name in the ONNX model
  /// Whether an operand, weight or bias of it is another than the float model's.
  /// If not, it has no local error.
  bool isQuantized = false;
  /// A product of codes: quantized in both operands.
  bool isInteger = false;
  /// Mean square of y_f, and the number of its elements over all runs.
  double signal = 0;
  int64_t elements = 0;
  /// Multiplications of codes or floats over all runs; 0 if it is no product.
  int64_t macs = 0;
  /// Energies relative to the signal's.
  double total = 0, inherited = 0, local = 0;
  std::array<double, numCauses> causes = {};

  /// The quantized input: its name, the float model's values of it, and the range
  /// its codes cover (absent where ranges are measured while the model runs).
  std::string tensor;
  ValueHistogram values;
  std::optional<Interval> range;

  /// Points the model's outputs lose when only this operation is quantized
  /// (Sensitivity.h), where that was measured.
  std::optional<double> damage;

  double getCause(Cause cause) const { return causes[unsigned(cause)]; }
  /// The cause with the most noise; meaningless where local is 0.
  Cause getMainCause() const;
};

/// An output of the model: total as for operations, and the mean cosine of its
/// rows (last axis) to the float model's.
struct OutputError {
  std::string name;
  double total = 0;
  double cosine = 1;
};

struct Attribution {
  std::string modelHash; ///< SHA-256 of the ONNX file, empty if unknown
  std::string recipe;
  int64_t runs = 0;
  std::vector<OpError> ops; ///< in the model's order
  std::vector<OutputError> outputs;

  /// The quantized operations, most local error first (the model's order where
  /// equal): what a fault in one operation brings to the top.
  std::vector<const OpError *> getRanking() const;
  /// Share of all products' multiplications that are done on integers, 0 to 1.
  double getIntegerShare() const;
};

/// {"format": "quantc-sensitivity", "version": 1, ...}: what `--sensitivity`
/// writes. Infinities and NaN are not valid JSON and do not occur.
llvm::json::Value toJSON(const Attribution &attribution);
/// An error names the missing or ill-typed key.
llvm::Expected<Attribution> attributionFromJSON(const llvm::json::Value &value);

} // namespace quantc

#endif // QUANTC_ACCURACY_ATTRIBUTION_H
