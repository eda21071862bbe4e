//===- EntropyCalibrator.cpp - The range that loses least information -----===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Calibrators.h has the formula and its sources. Linear bins are made from the
// logarithmic buckets, each spread evenly over the bins that it touches: at most
// 16, near the greatest value.
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/Calibrators.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace llvm;
using namespace quantc;

static constexpr int numHalfBins = 2048; // on either side of zero
static constexpr int firstHalf = 128;    // bins of the smallest threshold
static constexpr int halfStep = 16;      // bins between thresholds
static constexpr int numLevels = 256;

/// The values other than zero in 2 * numHalfBins equal bins over [-end, end].
static std::vector<double> makeLinearBins(const Histogram &histogram,
                                          double end) {
  std::vector<double> bins(2 * numHalfBins);
  double width = end / numHalfBins;
  histogram.visitAscending([&](unsigned bucket, uint64_t count) {
    if ((bucket & 0x7FFF) == 0) // zero has a code of its own
      return true;
    auto toBin = [&](float value) {
      double place = std::clamp<double>(value, -end, end) / width;
      return place + numHalfBins;
    };
    double lo = toBin(Histogram::getBucketMin(bucket));
    double hi = toBin(Histogram::getBucketMax(bucket));
    int first = std::min(int(lo), 2 * numHalfBins - 1);
    int last = std::min(int(hi), 2 * numHalfBins - 1);
    for (int bin = first; bin <= last; ++bin) {
      double covered = std::min(hi, bin + 1.0) - std::max(lo, double(bin));
      bins[bin] += double(count) *
                   (first == last ? 1 : std::max(covered, 0.0) / (hi - lo));
    }
    return true;
  });
  return bins;
}

/// Gives zeros a little of what the rest has; false if the rest has too little.
static bool smooth(std::vector<double> &counts) {
  constexpr double epsilon = 0.0001;
  double zeros = double(llvm::count(counts, 0));
  double others = double(counts.size()) - zeros;
  if (others == 0 || epsilon * zeros / others >= 1)
    return false;
  for (double &count : counts)
    count = count == 0 ? epsilon : count - epsilon * zeros / others;
  return true;
}

/// KL(p || q) of two lists of counts.
static double getDivergence(const std::vector<double> &p,
                            const std::vector<double> &q) {
  double sumP = 0, sumQ = 0, divergence = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    sumP += p[i];
    sumQ += q[i];
  }
  for (size_t i = 0; i < p.size(); ++i)
    if (p[i] > 0)
      divergence += p[i] / sumP * std::log(p[i] / sumP * sumQ / q[i]);
  return divergence;
}

/// What quantization makes of `inside`: each of numLevels runs of bins is spread
/// evenly over those bins of it where `p` is not zero.
static std::vector<double> quantizeBins(ArrayRef<double> inside,
                                        const std::vector<double> &p) {
  std::vector<double> q(p.size());
  for (size_t level = 0; level < numLevels; ++level) {
    size_t begin = level * p.size() / numLevels;
    size_t end = (level + 1) * p.size() / numLevels;
    double sum = 0, used = 0;
    for (size_t i = begin; i < end; ++i) {
      sum += inside[i];
      used += p[i] != 0;
    }
    for (size_t i = begin; i < end; ++i)
      q[i] = p[i] != 0 ? sum / used : 0;
  }
  return q;
}

Interval quantc::minimizeDivergence(const Histogram &histogram) {
  double end = std::max(-double(histogram.getMin()), double(histogram.getMax()));
  Interval whole{histogram.getMin(), histogram.getMax()};
  if (!(end / numHalfBins > 0))
    return whole;
  std::vector<double> bins = makeLinearBins(histogram, end);
  double least = std::numeric_limits<double>::infinity(), best = end;
  for (int half = firstHalf; half <= numHalfBins; half += halfStep) {
    ArrayRef<double> inside =
        ArrayRef(bins).slice(numHalfBins - half, 2 * half);
    std::vector<double> p(inside.begin(), inside.end());
    for (int i = 0; i < numHalfBins - half; ++i) {
      p.front() += bins[i];
      p.back() += bins[2 * numHalfBins - 1 - i];
    }
    std::vector<double> q = quantizeBins(inside, p);
    if (!smooth(p) || !smooth(q))
      continue;
    double divergence = getDivergence(p, q);
    if (divergence < least) {
      least = divergence;
      best = end * half / numHalfBins;
    }
  }
  return {std::max(whole.lo, float(-best)), std::min(whole.hi, float(best))};
}
