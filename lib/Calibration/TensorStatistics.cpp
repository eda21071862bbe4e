//===- TensorStatistics.cpp - What calibration keeps of a tensor ----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The coarse buckets of channels, and the histogram of a tensor whose channels
// are rescaled, which is computed from them instead of from the data.
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/TensorStatistics.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace quantc;

/// The coarse bucket of 2^-16: its biased exponent and three bits of mantissa.
static constexpr unsigned firstMagnitude = (127 - 16) << 3;

unsigned ChannelBuckets::of(float value) {
  uint32_t bits = bit_cast<uint32_t>(value);
  unsigned magnitude = (bits & 0x7FFFFFFF) >> 20;
  unsigned index = magnitude < firstMagnitude
                       ? 0
                       : std::min(magnitude - firstMagnitude, signBit - 1);
  return (bits >> 31) * signBit + index;
}

Interval ChannelBuckets::edges(unsigned bucket) {
  unsigned index = bucket % signBit;
  auto edge = [](unsigned index) {
    return bit_cast<float>((firstMagnitude + index) << 20);
  };
  float near = index == 0 ? 0 : edge(index);
  float far = index == signBit - 1 ? std::numeric_limits<float>::infinity()
                                   : edge(index + 1);
  return bucket < signBit ? Interval{near, far} : Interval{-far, -near};
}

void TensorStatistics::setChannels(int64_t axis, size_t channels,
                                   bool histograms) {
  channelAxis = axis;
  channelMin.assign(channels, std::numeric_limits<float>::infinity());
  channelMax.assign(channels, -std::numeric_limits<float>::infinity());
  channelSums.assign(channels, ExactSum());
  channelSquares.assign(channels, ExactSum());
  channelCounts.assign(histograms ? channels * ChannelBuckets::count : 0, 0);
}

static std::vector<double> getMeans(ArrayRef<ExactSum> sums, uint64_t total) {
  std::vector<double> means(sums.size());
  for (auto [mean, sum] : zip_equal(means, sums))
    if (total >= sums.size())
      mean = sum.get() / (double(total) / double(sums.size()));
  return means;
}

std::vector<double> TensorStatistics::channelMean() const {
  return getMeans(channelSums, values.getTotal());
}
std::vector<double> TensorStatistics::channelMeanSquare() const {
  return getMeans(channelSquares, values.getTotal());
}

/// Adds `count` values, evenly spaced over `range`, times `factor`.
static void spread(Interval range, uint64_t count, float factor,
                   Histogram &histogram) {
  // A coarse bucket spans 16 fine ones.
  uint64_t parts = std::min<uint64_t>(count, 16), left = count;
  for (uint64_t part = 0; part < parts; ++part) {
    double place = (double(part) + 0.5) / double(parts);
    double value = range.lo + (double(range.hi) - range.lo) * place;
    uint64_t share = left / (parts - part);
    histogram.addCount(Histogram::getBucket(float(value * factor)), share);
    left -= share;
  }
}

/// Adds a channel by its coarse histogram.
static void addCounts(ArrayRef<uint64_t> counts, Interval range, float factor,
                      Histogram &histogram) {
  // Channels entirely below the smallest bucket are spread over their range.
  bool tiny = std::max(-range.lo, range.hi) < ChannelBuckets::edges(0).hi;
  for (auto [bucket, count] : enumerate(counts)) {
    if (!count)
      continue;
    Interval edges = ChannelBuckets::edges(unsigned(bucket));
    edges.lo = std::clamp(edges.lo, range.lo, range.hi);
    edges.hi = std::clamp(edges.hi, range.lo, range.hi);
    bool atZero = bucket % ChannelBuckets::signBit == 0;
    if (atZero && !tiny)
      histogram.addCount(0, count);
    else
      spread(edges, count, factor, histogram);
  }
}

/// Adds a channel of which only moments and range are known: at 64 quantiles of
/// the logistic distribution with its mean and variance, which is close to the
/// normal one, a little heavier in the tails, and has quantiles in closed form.
static void addLogistic(double mean, double variance, uint64_t count,
                      Interval range, float factor, Histogram &histogram) {
  constexpr unsigned numPoints = 64;
  double deviation = std::sqrt(std::max(variance, 0.0));
  uint64_t left = count;
  for (unsigned i = 0; i < numPoints; ++i) {
    double p = (i + 0.5) / numPoints;
    double quantile = std::log(p / (1 - p)) * numbers::sqrt3 /
                      numbers::pi;
    double value = std::clamp(mean + deviation * quantile, double(range.lo),
                              double(range.hi));
    uint64_t share = left / (numPoints - i);
    histogram.addCount(Histogram::getBucket(float(value * factor)), share);
    left -= share;
  }
}

namespace {
/// Places channels, each times a factor, in one histogram.
class Rescaler {
public:
  explicit Rescaler(const TensorStatistics &statistics)
      : statistics(statistics), means(statistics.channelMean()),
        squares(statistics.channelMeanSquare()),
        perChannel(statistics.numChannels()
                       ? statistics.values.getTotal() / statistics.numChannels()
                       : 0) {}

  void add(size_t channel, float factor, Histogram &histogram) const {
    if (!perChannel)
      return;
    Interval range{statistics.channelMin[channel],
                   statistics.channelMax[channel]};
    if (statistics.hasChannelHistograms())
      addCounts(statistics.getChannelCounts(channel), range, factor, histogram);
    else
      addLogistic(means[channel],
                squares[channel] - means[channel] * means[channel], perChannel,
                range, factor, histogram);
    for (float end : {range.lo * factor, range.hi * factor})
      histogram.extendRange(end);
  }

private:
  const TensorStatistics &statistics;
  std::vector<double> means, squares;
  uint64_t perChannel;
};
} // namespace

Histogram TensorStatistics::rescaled(ArrayRef<float> factors) const {
  assert(factors.size() == numChannels() && "one factor per channel");
  Histogram histogram;
  Rescaler rescaler(*this);
  for (auto [channel, factor] : enumerate(factors))
    rescaler.add(channel, factor, histogram);
  return histogram;
}

/// The histogram with every value times `factor`, by the middles of the buckets.
static Histogram stretch(const Histogram &histogram, double factor) {
  Histogram result;
  histogram.visitAscending([&](unsigned bucket, uint64_t count) {
    double middle = (double(Histogram::getBucketMin(bucket)) +
                     Histogram::getBucketMax(bucket)) / 2;
    result.addCount(Histogram::getBucket(float(middle * factor)), count);
    return true;
  });
  return result;
}

TensorStatistics
TensorStatistics::rescaledRanges(ArrayRef<float> factors) const {
  TensorStatistics result;
  result.values = rescaled(factors);
  auto getRatio = [](float after, float before) {
    return before == 0 || !std::isfinite(before) ? 1.0 : double(after) / before;
  };
  double low = getRatio(result.values.getMin(), values.getMin());
  double high = getRatio(result.values.getMax(), values.getMax());
  result.runMinima = stretch(runMinima, low);
  result.runMaxima = stretch(runMaxima, high);
  if (searched)
    result.searched =
        Interval{float(searched->lo * low), float(searched->hi * high)};
  return result;
}

void TensorStatistics::mergeRanges(const TensorStatistics &other) {
  values.merge(other.values);
  runMinima.merge(other.runMinima);
  runMaxima.merge(other.runMaxima);
  if (searched && other.searched)
    searched = Interval{std::min(searched->lo, other.searched->lo),
                        std::max(searched->hi, other.searched->hi)};
  else
    searched.reset();
}

Histogram TensorStatistics::channelHistogram(size_t channel) const {
  Histogram histogram;
  Rescaler(*this).add(channel, 1, histogram);
  return histogram;
}

Error TensorStatistics::merge(const TensorStatistics &other) {
  if (channelAxis != other.channelAxis ||
      numChannels() != other.numChannels() ||
      channelCounts.size() != other.channelCounts.size())
    return createStringError("the tables disagree about its channels");
  values.merge(other.values);
  runMinima.merge(other.runMinima);
  runMaxima.merge(other.runMaxima);
  for (size_t c = 0; c < numChannels(); ++c) {
    channelMin[c] = std::min(channelMin[c], other.channelMin[c]);
    channelMax[c] = std::max(channelMax[c], other.channelMax[c]);
    channelSums[c].add(other.channelSums[c]);
    channelSquares[c].add(other.channelSquares[c]);
  }
  for (auto [count, added] : zip_equal(channelCounts, other.channelCounts))
    count += added;
  if (!(searched == other.searched))
    searched.reset();
  return Error::success();
}

bool TensorStatistics::operator==(const TensorStatistics &other) const {
  return values == other.values && runMinima == other.runMinima &&
         runMaxima == other.runMaxima && channelAxis == other.channelAxis &&
         channelMin == other.channelMin && channelMax == other.channelMax &&
         channelSums == other.channelSums &&
         channelSquares == other.channelSquares &&
         channelCounts == other.channelCounts && searched == other.searched;
}
