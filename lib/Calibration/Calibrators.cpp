//===- Calibrators.cpp - From statistics to a scale ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/Calibrators.h"
#include <algorithm>
#include <cmath>

using namespace llvm;
using namespace quantc;

/// Leaves out `tail` values at either end of a histogram of `total` values.
static Interval cutTails(const Histogram &histogram, uint64_t total,
                      uint64_t tail) {
  Interval range{histogram.getMin(), histogram.getMax()};
  uint64_t below = 0; // values in the buckets visited so far
  bool foundLow = false;
  histogram.visitAscending([&](unsigned bucket, uint64_t count) {
    below += count;
    if (!foundLow && below > tail) {
      range.lo = std::max(range.lo, Histogram::getBucketMin(bucket));
      foundLow = true;
    }
    if (below < total - tail)
      return true;
    range.hi = std::min(range.hi, Histogram::getBucketMax(bucket));
    return false;
  });
  return range;
}

Expected<Interval> quantc::computeRange(const Histogram &histogram,
                                     const ActivationScheme &scheme,
                                     StringRef tensor) {
  uint64_t total = histogram.getTotal();
  if (total == 0)
    return createStringError("tensor '" + tensor.str() +
                             "' was never observed with a value");
  if (uint64_t bad = histogram.getNumNonFinite())
    return createStringError("tensor '" + tensor.str() + "' had " +
                             std::to_string(bad) +
                             " NaN or infinite values during calibration");
  if (scheme.calibrator == Calibrator::MinMax)
    return Interval{histogram.getMin(), histogram.getMax()};
  double tail = std::floor(double(total) * (100 - scheme.percentile) / 200);
  return cutTails(histogram, total, uint64_t(tail));
}

QuantParams quantc::computeParams(Interval range, const CodecSpec &codec) {
  float lo = std::min(range.lo, 0.0f);
  float hi = std::max(range.hi, 0.0f);
  float levels = float((1u << (codec.width - (codec.isSigned ? 1 : 0))) - 1);
  float extent = codec.isSigned ? std::max(-lo, hi) : hi - lo;
  QuantParams params;
  params.scale = extent / levels;
  if (!std::isnormal(params.scale))
    return QuantParams{1, 0};
  if (!codec.isSigned)
    params.zeroPoint =
        int32_t(std::clamp(std::nearbyint(-lo / params.scale), 0.0f, levels));
  return params;
}
