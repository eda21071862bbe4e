//===- Histogram.cpp - Counts of float values by their bits ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/Histogram.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include <cstring>
#include <numeric>

using namespace llvm;
using namespace quantc;

/// Buckets from here to the next sign hold infinities and NaN.
static constexpr unsigned firstNonFinite = 0x7F80;
static constexpr unsigned signBit = 0x8000;

Histogram Histogram::fromObservation(const void *state) {
  Histogram histogram;
  const char *bytes = static_cast<const char *>(state);
  size_t countBytes = numBuckets * sizeof(uint64_t);
  std::memcpy(histogram.counts.data(), bytes, countBytes);
  std::memcpy(&histogram.min, bytes + countBytes, sizeof(float));
  std::memcpy(&histogram.max, bytes + countBytes + 4, sizeof(float));
  return histogram;
}

void Histogram::add(ArrayRef<float> values) {
  for (float value : values) {
    ++counts[bit_cast<uint32_t>(value) >> 16];
    min = value < min ? value : min;
    max = value > max ? value : max;
  }
}

void Histogram::merge(const Histogram &other) {
  for (auto [count, added] : zip_equal(counts, other.counts))
    count += added;
  min = std::min(min, other.min);
  max = std::max(max, other.max);
}

uint64_t Histogram::getTotal() const {
  return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
}

uint64_t Histogram::getNumNonFinite() const {
  uint64_t total = 0;
  for (unsigned sign : {0u, signBit})
    for (unsigned bucket = firstNonFinite; bucket < signBit; ++bucket)
      total += counts[sign + bucket];
  return total;
}

void Histogram::visitAscending(
    function_ref<bool(unsigned, uint64_t)> visit) const {
  for (unsigned i = 0; i < numBuckets; ++i) {
    // Negative values: a larger bucket is a smaller value.
    unsigned bucket = i < signBit ? numBuckets - 1 - i : i - signBit;
    if (counts[bucket] && !visit(bucket, counts[bucket]))
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
