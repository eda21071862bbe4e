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

/// The range of a tensor that `scheme` keeps, from one pass over the data.
///
/// minmax: [min, max].
///
/// moving_average: [mean of the runs' minima, mean of the runs' maxima], the means
/// over the middles of their buckets (0.4 % off at most), so that the order of
/// runs does not matter; cut to [min, max]. (onnxruntime.quantization.calibrate,
/// MinMaxCalibrater with moving_average=True, which takes numpy's mean of the same
/// extremes.)
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
/// entropy: [-t, t], cut to [min, max], with the t that minimizes KL(P || Q)
/// (Migacz, "8-bit Inference with TensorRT", GTC 2017; as onnxruntime's
/// HistogramCollector.get_entropy_threshold). The values other than zero are counted
/// in 4096 equal bins over [-a, a], a = max(-min, max). For t of every 16th edge
/// from 128 bins on: P is the bins within [-t, t], what lies beyond added to the
/// outermost two; Q is the same without that, merged into 256 bins of equal width
/// and spread evenly over those of its bins where P is not zero. Zeros of either
/// become 0.0001 at the cost of the rest. The first, smallest t wins a tie.
///
/// cross_entropy: the range that a search by the model's own output loss chose
/// while calibrating (Driver/SearchRanges.h); an error where none was searched.
///
/// NaN or infinite values, or none at all, are an error that names `tensor`.
llvm::Expected<Interval> computeRange(const TensorStatistics &statistics,
                                      const ActivationScheme &scheme,
                                      llvm::StringRef tensor);

/// The same of a histogram alone, which knows neither runs nor losses:
/// moving_average is minmax, cross_entropy is mse.
llvm::Expected<Interval> computeRange(const Histogram &histogram,
                                      const ActivationScheme &scheme,
                                      llvm::StringRef tensor);

/// The same for every channel from its own histogram. moving_average and
/// cross_entropy are kept per tensor only: an error, like statistics without
/// channel histograms.
llvm::Expected<std::vector<Interval>>
computeChannelRanges(const TensorStatistics &statistics,
                     const ActivationScheme &scheme, llvm::StringRef tensor);

/// The range of calibrator entropy, for a histogram with finite values.
Interval minimizeDivergence(const Histogram &histogram);

/// Scale and zero point that cover `range` with 8-bit codes; zero is always
/// representable: lo = min(lo, 0), hi = max(hi, 0), all in f32.
/// unsigned: scale = (hi - lo) / 255, zero point = round_half_even(-lo / scale);
/// signed: scale = max(-lo, hi) / 127, zero point 0.
/// A scale that is not a normal number becomes 1: every code is then the zero
/// point. These are docs/Numerics.md's formulas for dynamic_quantize.
QuantParams computeParams(Interval range, const CodecSpec &codec);

} // namespace quantc

#endif // QUANTC_CALIBRATION_CALIBRATORS_H
