//===- Histogram.cpp - Counts of float values by their bits ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/Histogram.h"
#include "llvm/ADT/STLExtras.h"
#include <numeric>

using namespace llvm;
using namespace quantc;

/// Buckets from here to the next sign hold infinities and NaN.
static constexpr unsigned firstNonFinite = 0x7F80;
static constexpr unsigned signBit = 0x8000;

/// Memory grows by whole pages, so that it seldom does.
static constexpr unsigned bucketsPerPage = 256;

void Histogram::addCount(unsigned bucket, uint64_t count) {
  unsigned page = bucket / bucketsPerPage * bucketsPerPage;
  if (counts.empty())
    first = page;
  if (page < first) {
    counts.insert(counts.begin(), first - page, 0);
    first = page;
  }
  if (size_t end = page + bucketsPerPage - first; end > counts.size())
    counts.resize(end);
  counts[bucket - first] += count;
}

void Histogram::add(ArrayRef<float> values) {
  for (float value : values) {
    addCount(getBucket(value), 1);
    extendRange(value);
  }
}

void Histogram::merge(const Histogram &other) {
  for (auto [i, count] : enumerate(other.counts))
    if (count)
      addCount(other.first + unsigned(i), count);
  min = std::min(min, other.min);
  max = std::max(max, other.max);
}

bool Histogram::operator==(const Histogram &other) const {
  if (min != other.min || max != other.max)
    return false;
  for (unsigned bucket = 0; bucket < numBuckets; ++bucket)
    if (getCount(bucket) != other.getCount(bucket))
      return false;
  return true;
}

uint64_t Histogram::getTotal() const {
  return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
}

uint64_t Histogram::getNumNonFinite() const {
  uint64_t total = 0;
  for (unsigned sign : {0u, signBit})
    for (unsigned bucket = firstNonFinite; bucket < signBit; ++bucket)
      total += getCount(sign + bucket);
  return total;
}

void Histogram::visitAscending(
    function_ref<bool(unsigned, uint64_t)> visit) const {
  for (unsigned i = 0; i < numBuckets; ++i) {
    // Negative values: a larger bucket is a smaller value.
    unsigned bucket = i < signBit ? numBuckets - 1 - i : i - signBit;
    uint64_t count = getCount(bucket);
    if (count && !visit(bucket, count))
      return;
  }
}

/// The finite value of `bucket` nearest to zero, or farthest from it.
static float getBucketEdge(unsigned bucket, bool farthest) {
  if ((bucket & ~signBit) >= firstNonFinite)
    bucket = (bucket & signBit) | (firstNonFinite - 1);
  return bit_cast<float>((bucket << 16) | (farthest ? 0xFFFFu : 0u));
}

float Histogram::getBucketMin(unsigned bucket) {
  return getBucketEdge(bucket, bucket & signBit);
}
float Histogram::getBucketMax(unsigned bucket) {
  return getBucketEdge(bucket, !(bucket & signBit));
}
