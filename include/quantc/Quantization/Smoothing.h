//===- Smoothing.h - Range moved from activations into weights ---*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// SmoothQuant (Xiao et al., "SmoothQuant: Accurate and Efficient Post-Training
// Quantization for Large Language Models", ICML 2023): x W = (x / s) (s W) for one
// positive s per input channel, chosen so that neither side has channels far
// larger than the others.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_QUANTIZATION_SMOOTHING_H
#define QUANTC_QUANTIZATION_SMOOTHING_H

#include "quantc/Calibration/TensorStatistics.h"
#include "quantc/Recipes/Recipe.h"

namespace quantc {

/// On an operation whose result calibration saw without them: what its channels
/// have been multiplied by since, dense f32. Gone after folding.
inline constexpr llvm::StringLiteral channelFactorsAttrName =
    "quantc.channel_factors";

/// One activation and the weights that meet it.
struct SmoothingProblem {
  /// Statistics of the activation [tokens, K].
  const TensorStatistics &input;
  /// All weights side by side, [K, N] row-major.
  llvm::ArrayRef<float> weight;
  WeightScheme weights;
  ActivationScheme activations;
  /// For every channel, the first of those that must have its factor (heads that
  /// share their values); empty where all are independent.
  llvm::ArrayRef<int64_t> ties;
};

/// s[c] = a[c]^alpha / b[c]^(1 - alpha), a and b the largest magnitudes of channel
/// c in the activation and in the weights, each at least 1e-5 times its largest
/// (a channel that calibration never saw gets no factor out of hand). All 1 where
/// the activation or the weight is zero. `powerOfTwo` rounds log2 s to the nearest
/// integer.
std::vector<float> computeSmoothingFactors(const SmoothingProblem &problem,
                                           double alpha, bool powerOfTwo);

/// The expected squared error of a token's N outputs with factors s, rounding
/// errors taken as independent of each other:
///
///   sum_c E[x_c^2] / s_c^2 * sum_n d_n^2 / 12  +  A * sum_cn (s_c w_cn)^2
///
/// d_n: the scale of column n of s W (round to nearest, full range). A: the mean
/// squared error of one element of x / s. Static: over the rescaled histogram, with
/// the range that the recipe's calibrator chooses, (distance to the range)^2
/// outside and scale^2 / 12 inside. Per token: E[(hi - lo)^2] / 255^2 / 12, hi and lo
/// the ends of a token's K elements taken as independent draws from the rescaled
/// histogram: P(hi <= t) = exp(-K P(x > t)).
double expectedSmoothingError(const SmoothingProblem &problem,
                              llvm::ArrayRef<float> factors);

struct Smoothing {
  std::vector<float> factors;
  /// The alpha used; none where the search found that leaving the activation as
  /// it is costs least.
  std::optional<double> alpha;
  /// The expected error with these factors relative to that without any.
  double errorRatio = 1;
};

/// Factors by `scheme`. Its alpha may be left open: then the one of 0.3, 0.35, ...,
/// 0.9 with the least expected error.
Smoothing smooth(const SmoothingProblem &problem, const SmoothScheme &scheme);

} // namespace quantc

#endif // QUANTC_QUANTIZATION_SMOOTHING_H
