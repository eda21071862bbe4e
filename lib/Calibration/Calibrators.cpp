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

namespace {
/// Expected squared error of codes over a histogram, for any range.
class SquaredError {
public:
  SquaredError(const Histogram &histogram, const CodecSpec &codec)
      : isSigned(codec.isSigned),
        levels((1u << (codec.width - (codec.isSigned ? 1 : 0))) - 1) {
    histogram.visitAscending([&](unsigned bucket, uint64_t count) {
      double lo = Histogram::getBucketMin(bucket);
      double hi = Histogram::getBucketMax(bucket);
      // Zero (with the subnormals next to it) has a code of its own.
      if ((bucket & 0x7FFF) != 0)
        buckets.push_back({(lo + hi) / 2, double(count)});
      return true;
    });
  }

  double operator()(double lo, double hi) const {
    double scale = (isSigned ? std::max(-lo, hi) : hi - lo) / levels;
    double rounding = scale * scale / 12;
    double sum = 0;
    for (auto [value, count] : buckets) {
      double beyond = value > hi ? value - hi : value < lo ? lo - value : 0;
      sum += count * (beyond > 0 ? beyond * beyond : rounding);
    }
    return sum;
  }

private:
  bool isSigned;
  double levels;
  std::vector<std::pair<double, double>> buckets;
};
} // namespace

/// Calls `error` for `end` scaled by 1, 0.99, ..., 0.1; the best of them.
static double findBestEnd(double end, function_ref<double(double)> error) {
  double best = end, least = error(end);
  for (int percent = 99; percent >= 10 && end != 0; --percent) {
    double candidate = end * percent / 100;
    double candidateError = error(candidate);
    if (candidateError < least) {
      best = candidate;
      least = candidateError;
    }
  }
  return best;
}

/// Moves the ends inwards in turn; three rounds are enough to settle.
static Interval minimizeError(const Histogram &histogram,
                              const CodecSpec &codec) {
  SquaredError error(histogram, codec);
  const double least = std::min(histogram.getMin(), 0.0f);
  const double greatest = std::max(histogram.getMax(), 0.0f);
  if (codec.isSigned) {
    double end = findBestEnd(std::max(-least, greatest), [&](double candidate) {
      return error(-candidate, candidate);
    });
    return Interval{float(std::max(least, -end)),
                    float(std::min(greatest, end))};
  }
  double lo = least, hi = greatest;
  for (int round = 0; round < 3; ++round) {
    hi = findBestEnd(greatest, [&](double end) { return error(lo, end); });
    lo = findBestEnd(least, [&](double end) { return error(end, hi); });
  }
  return Interval{float(lo), float(hi)};
}

/// The mean of a bucket histogram's values, by the middles of the buckets.
static double getMean(const Histogram &histogram) {
  double sum = 0;
  histogram.visitAscending([&](unsigned bucket, uint64_t count) {
    double middle = (double(Histogram::getBucketMin(bucket)) +
                     Histogram::getBucketMax(bucket)) / 2;
    sum += middle * double(count);
    return true;
  });
  return sum / double(histogram.getTotal());
}

static Interval averageRuns(const TensorStatistics &statistics) {
  const Histogram &values = statistics.values;
  Interval range{values.getMin(), values.getMax()};
  if (statistics.runMinima.getTotal() == 0) // a table written by hand
    return range;
  float lo = float(getMean(statistics.runMinima));
  float hi = float(getMean(statistics.runMaxima));
  return {std::clamp(lo, range.lo, range.hi),
          std::clamp(hi, range.lo, range.hi)};
}

/// Refuses a histogram no range can be made of.
static Error checkHistogram(const Histogram &histogram, StringRef tensor) {
  if (histogram.getTotal() == 0)
    return createStringError("tensor '" + tensor.str() +
                             "' was never observed with a value");
  if (uint64_t bad = histogram.getNumNonFinite())
    return createStringError("tensor '" + tensor.str() + "' had " +
                             std::to_string(bad) +
                             " NaN or infinite values during calibration");
  return Error::success();
}

/// The calibrators that read the values only.
static Interval chooseRange(const Histogram &histogram,
                            const ActivationScheme &scheme) {
  switch (scheme.calibrator) {
  case Calibrator::Percentile: {
    double total = double(histogram.getTotal());
    double tail = std::floor(total * (100 - scheme.percentile) / 200);
    return cutTails(histogram, histogram.getTotal(), uint64_t(tail));
  }
  case Calibrator::MSE:
  case Calibrator::CrossEntropy: // what its search starts from
    return minimizeError(histogram, scheme.codec);
  case Calibrator::Entropy:
    return minimizeDivergence(histogram);
  case Calibrator::MinMax:
  case Calibrator::MovingAverage:
    break;
  }
  return {histogram.getMin(), histogram.getMax()};
}

Expected<Interval> quantc::computeRange(const Histogram &histogram,
                                        const ActivationScheme &scheme,
                                        StringRef tensor) {
  if (Error error = checkHistogram(histogram, tensor))
    return std::move(error);
  return chooseRange(histogram, scheme);
}

Expected<Interval> quantc::computeRange(const TensorStatistics &statistics,
                                        const ActivationScheme &scheme,
                                        StringRef tensor) {
  if (Error error = checkHistogram(statistics.values, tensor))
    return std::move(error);
  if (scheme.calibrator == Calibrator::MovingAverage)
    return averageRuns(statistics);
  if (scheme.calibrator != Calibrator::CrossEntropy)
    return chooseRange(statistics.values, scheme);
  if (!statistics.searched)
    return createStringError(
        "tensor '" + tensor.str() +
        "' has no range searched by the model's loss, which calibrator "
        "cross_entropy takes; calibrate with --cross-entropy RUNS");
  return *statistics.searched;
}

Expected<std::vector<Interval>>
quantc::computeChannelRanges(const TensorStatistics &statistics,
                             const ActivationScheme &scheme, StringRef tensor) {
  if (Error error = checkHistogram(statistics.values, tensor))
    return std::move(error);
  if (scheme.calibrator == Calibrator::MovingAverage ||
      scheme.calibrator == Calibrator::CrossEntropy)
    return createStringError("tensor '" + tensor.str() +
                             "': calibrators moving_average and cross_entropy "
                             "choose one range per tensor");
  if (!statistics.hasChannelHistograms())
    return createStringError("tensor '" + tensor.str() +
                             "' has no channel histograms");
  std::vector<Interval> ranges;
  for (size_t channel = 0; channel < statistics.numChannels(); ++channel)
    ranges.push_back(
        chooseRange(statistics.channelHistogram(channel), scheme));
  return ranges;
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
