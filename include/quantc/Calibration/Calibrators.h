//===- Calibrators.h - From statistics to a scale ----------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Two steps: a calibrator chooses the range of real numbers that codes shall
// cover, and the codec fixes scale and zero point from the range.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CALIBRATION_CALIBRATORS_H
#define QUANTC_CALIBRATION_CALIBRATORS_H

#include "quantc/Calibration/TensorStatistics.h"
#include "quantc/Recipes/Recipe.h"

namespace quantc {

/// Scale and zero point of a tensor: value = (code - zeroPoint) * scale.
struct QuantParams {
  float scale = 1;
  int32_t zeroPoint = 0;
};

/// The range of `histogram`'s values that `scheme` keeps.
///
/// minmax: [min, max].
///
/// percentile p: of n values, floor(n * (100 - p) / 200) are left out at either
/// end; the range goes from the lower edge of the bucket of the smallest value
/// kept to the upper edge of that of the largest, cut to [min, max]. (Both
/// tails as in onnxruntime.quantization.calibrate, HistogramCollector.
/// compute_percentile; there the buckets are linear.)
///
/// mse: the range with the least expected squared error: (distance to the range)^2
/// for values outside, scale^2 / 12 for values inside (uniform rounding noise,
/// Nagel et al., "A White Paper on Neural Network Quantization", 2021, 2.2), none
/// for zero. Either end is tried at 100, 99, ..., 10 percent of its extreme, the
/// other fixed, in three rounds; for signed codecs both at once.
///
/// NaN or infinite values, or none at all, are an error that names `tensor`.
llvm::Expected<Interval> computeRange(const Histogram &histogram,
                                   const ActivationScheme &scheme,
                                   llvm::StringRef tensor);

/// Scale and zero point that cover `range` with 8-bit codes; zero is always
/// representable: lo = min(lo, 0), hi = max(hi, 0), all in f32.
/// unsigned: scale = (hi - lo) / 255, zero point = round_half_even(-lo / scale);
/// signed: scale = max(-lo, hi) / 127, zero point 0.
/// A scale that is not a normal number becomes 1: every code is then the zero
/// point. These are docs/Numerics.md's formulas for dynamic_quantize.
QuantParams computeParams(Interval range, const CodecSpec &codec);

} // namespace quantc

#endif // QUANTC_CALIBRATION_CALIBRATORS_H
