//===- HistogramCollector.cpp - Counts over a growing range ---------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The range is a power of two, so doubling it joins pairs of bins and no count is
// ever split: the result does not depend on the order of the data.
//
//===----------------------------------------------------------------------===//

#include "quantc/Accuracy/Compare.h"
#include <cmath>

using namespace quantc;

void HistogramCollector::add(llvm::ArrayRef<double> values) {
  double least = 0, most = 0;
  for (double value : values)
    if (std::isfinite(value))
      least = std::min(least, value), most = std::max(most, value);
  double extreme = std::max(most, -least);
  if (counts.empty()) {
    counts.assign(numBins, 0);
    limit = std::ldexp(1.0, extreme > 0 ? std::ilogb(extreme) + 1 : -126);
  }
  lo = std::min(lo, least), hi = std::max(hi, most);
  while (extreme >= limit) {
    std::vector<uint64_t> joined(numBins, 0);
    for (size_t i = 0; i < numBins; ++i)
      joined[(i + numBins / 2) / 2] += counts[i];
    counts = std::move(joined);
    limit *= 2;
  }
  double scale = double(numBins) / (2 * limit);
  for (double value : values)
    if (std::isfinite(value))
      ++counts[size_t(std::floor(value * scale) + double(numBins / 2))];
}

ValueHistogram HistogramCollector::get() const {
  ValueHistogram histogram;
  if (lo == hi)
    return histogram;
  double width = 2 * limit / double(numBins);
  auto binOf = [&](double value) {
    return size_t(std::floor(value / width) + double(numBins / 2));
  };
  size_t first = binOf(lo), last = binOf(hi);
  histogram.lo = float(double(first) * width - limit);
  histogram.hi = float(double(last + 1) * width - limit);
  histogram.counts.assign(counts.begin() + first, counts.begin() + last + 1);
  return histogram;
}
