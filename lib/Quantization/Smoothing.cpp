//===- Smoothing.cpp - Range moved from activations into weights ----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Everything follows from statistics, so trying an exponent costs one pass over
// histogram and weight, none over data.
//
//===----------------------------------------------------------------------===//

#include "quantc/Quantization/Smoothing.h"
#include "quantc/Calibration/Calibrators.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace llvm;
using namespace quantc;

/// Of the largest channel: what a smaller one counts as.
static constexpr double leastShare = 1e-5;

/// The largest magnitude of every channel: of the activation, or of the rows of
/// the weight.
static std::vector<double> getInputMaxima(const SmoothingProblem &problem) {
  std::vector<double> maxima;
  for (auto [lo, hi] :
       zip_equal(problem.input.channelMin, problem.input.channelMax))
    maxima.push_back(std::max({-double(lo), double(hi), 0.0}));
  return maxima;
}
static std::vector<double> getRowMaxima(const SmoothingProblem &problem) {
  size_t channels = problem.input.numChannels();
  size_t columns = problem.weight.size() / channels;
  std::vector<double> maxima(channels);
  for (size_t c = 0; c < channels; ++c)
    for (float w : problem.weight.slice(c * columns, columns))
      maxima[c] = std::max(maxima[c], std::fabs(double(w)));
  return maxima;
}

/// Gives tied channels their common maximum and lifts tiny ones; false where all
/// are zero.
static bool prepare(std::vector<double> &maxima, ArrayRef<int64_t> ties) {
  for (auto [c, first] : enumerate(ties))
    maxima[first] = std::max(maxima[first], maxima[c]);
  for (auto [c, first] : enumerate(ties))
    maxima[c] = maxima[first];
  double largest = maxima.empty() ? 0 : *max_element(maxima);
  for (double &maximum : maxima)
    maximum = std::max(maximum, largest * leastShare);
  return largest > 0;
}

std::vector<float>
quantc::computeSmoothingFactors(const SmoothingProblem &problem, double alpha,
                                bool powerOfTwo) {
  std::vector<double> inputs = getInputMaxima(problem);
  std::vector<double> rows = getRowMaxima(problem);
  std::vector<float> factors(inputs.size(), 1.0f);
  if (!prepare(inputs, problem.ties) || !prepare(rows, problem.ties))
    return factors;
  for (auto [factor, input, row] : zip_equal(factors, inputs, rows)) {
    double exponent = alpha * std::log2(input) - (1 - alpha) * std::log2(row);
    factor = float(std::exp2(powerOfTwo ? std::nearbyint(exponent) : exponent));
  }
  return factors;
}

/// The mean squared error of an element of `histogram` under static scales.
static double getStaticError(const Histogram &histogram,
                             const ActivationScheme &scheme) {
  Expected<Interval> range = computeRange(histogram, scheme, "");
  if (!range) {
    consumeError(range.takeError());
    return 0;
  }
  double scale = computeParams(*range, scheme.codec).scale;
  double sum = 0, total = 0;
  histogram.visitAscending([&](unsigned bucket, uint64_t count) {
    double value = (double(Histogram::getBucketMin(bucket)) +
                    double(Histogram::getBucketMax(bucket))) /
                   2;
    double beyond = std::max({value - range->hi, range->lo - value, 0.0});
    if (beyond > 0)
      sum += double(count) * beyond * beyond;
    else if ((bucket & 0x7FFF) != 0) // zero has a code of its own
      sum += double(count) * scale * scale / 12;
    total += double(count);
    return true;
  });
  return total ? sum / total : 0;
}

/// The same with scales of a token's own, `channels` elements each.
static double getTokenError(const Histogram &histogram, size_t channels,
                            const CodecSpec &codec) {
  double total = double(histogram.getTotal());
  if (total == 0)
    return 0;
  // First and second moments of the ends; with mass p of the distribution below a
  // bucket, exp(-K p) is the probability that no element lies there.
  double hi = 0, hi2 = 0, lo = 0, lo2 = 0, below = 0, ends2 = 0;
  histogram.visitAscending([&](unsigned bucket, uint64_t count) {
    double value = (double(Histogram::getBucketMin(bucket)) +
                    double(Histogram::getBucketMax(bucket))) /
                   2;
    double k = double(channels), next = below + double(count) / total;
    double isHi = std::exp(-k * (1 - next)) - std::exp(-k * (1 - below));
    double isLo = std::exp(-k * below) - std::exp(-k * next);
    double positive = std::max(value, 0.0), negative = std::min(value, 0.0);
    hi += isHi * positive;
    hi2 += isHi * positive * positive;
    lo += isLo * negative;
    lo2 += isLo * negative * negative;
    below = next;
    return true;
  });
  if (codec.isSigned) {
    ends2 = std::max(hi2, lo2);
    return ends2 / (127.0 * 127.0) / 12;
  }
  return (hi2 + lo2 - 2 * hi * lo) / (255.0 * 255.0) / 12;
}

/// sum_n d_n^2 and sum_cn (s_c w_cn)^2.
static std::pair<double, double> getWeightSums(const SmoothingProblem &problem,
                                               ArrayRef<float> factors) {
  size_t columns = problem.weight.size() / factors.size();
  std::vector<double> maxima(columns);
  double squares = 0;
  for (auto [c, factor] : enumerate(factors))
    for (auto [maximum, w] :
         zip_equal(maxima, problem.weight.slice(c * columns, columns))) {
      double scaled = std::fabs(double(factor) * w);
      maximum = std::max(maximum, scaled);
      squares += scaled * scaled;
    }
  if (problem.weights.granularity == Granularity::Tensor && columns)
    maxima.assign(columns, *max_element(maxima));
  double scales = 0;
  for (double maximum : maxima)
    scales += (maximum / 127) * (maximum / 127);
  return {scales, squares};
}

double quantc::expectedSmoothingError(const SmoothingProblem &problem,
                                      ArrayRef<float> factors) {
  std::vector<float> inverse;
  double energy = 0; // of a token
  for (auto [factor, square] :
       zip_equal(factors, problem.input.channelMeanSquare())) {
    inverse.push_back(1 / factor);
    energy += square / (double(factor) * factor);
  }
  Histogram histogram = problem.input.rescaled(inverse);
  double element =
      problem.activations.granularity == Granularity::Token
          ? getTokenError(histogram, factors.size(), problem.activations.codec)
          : getStaticError(histogram, problem.activations);
  auto [scales, squares] = getWeightSums(problem, factors);
  return energy * scales / 12 + element * squares;
}

Smoothing quantc::smooth(const SmoothingProblem &problem,
                         const SmoothScheme &scheme) {
  Smoothing best;
  best.factors.assign(problem.input.numChannels(), 1.0f);
  const double before = expectedSmoothingError(problem, best.factors);
  auto tryAlpha = [&](double alpha) {
    std::vector<float> factors =
        computeSmoothingFactors(problem, alpha, scheme.powerOfTwo);
    double ratio =
        before > 0 ? expectedSmoothingError(problem, factors) / before : 1;
    if (scheme.alpha || ratio < best.errorRatio)
      best = {std::move(factors), alpha, ratio};
  };
  if (scheme.alpha)
    tryAlpha(*scheme.alpha);
  else
    for (int percent = 30; percent <= 90; percent += 5)
      tryAlpha(percent / 100.0);
  return best;
}
