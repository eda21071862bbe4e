//===- Histogram.h - Counts of float values by their bits --------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A value's bucket is the upper 16 bits of its f32: sign, exponent and seven
// bits of mantissa, so a bucket is at most 0.8 % wide. No range has to be known
// before the data, counts are integers, and merging is exact and independent of
// order. Minimum and maximum are kept exactly beside the counts. Memory is held
// for the span of buckets in use only.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CALIBRATION_HISTOGRAM_H
#define QUANTC_CALIBRATION_HISTOGRAM_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/bit.h"
#include <cstdint>
#include <limits>
#include <vector>

namespace quantc {

class Histogram {
public:
  static constexpr unsigned numBuckets = 1 << 16;

  static unsigned getBucket(float value) {
    return llvm::bit_cast<uint32_t>(value) >> 16;
  }

  void add(llvm::ArrayRef<float> values);
  /// Adds `count` values to bucket `bucket`; the range is set by `setRange`.
  void addCount(unsigned bucket, uint64_t count);
  void setRange(float lo, float hi) { min = lo, max = hi; }
  /// Extends the range to hold `value`; NaN changes nothing.
  void extendRange(float value) {
    min = value < min ? value : min;
    max = value > max ? value : max;
  }
  void merge(const Histogram &other);

  uint64_t getCount(unsigned bucket) const {
    return bucket - first < counts.size() ? counts[bucket - first] : 0;
  }
  /// Smallest and largest value, +inf and -inf while there is none.
  float getMin() const { return min; }
  float getMax() const { return max; }
  uint64_t getTotal() const;
  /// Number of values that are NaN or infinite; any is an error in calibration.
  uint64_t getNumNonFinite() const;

  /// Calls `visit(bucket, count)` for every bucket that is not empty, from the
  /// most negative value to the most positive, until it returns false.
  void visitAscending(
      llvm::function_ref<bool(unsigned, uint64_t)> visit) const;
  /// The least and the greatest finite value of a bucket.
  static float getBucketMin(unsigned bucket);
  static float getBucketMax(unsigned bucket);

  /// The same number of values in every bucket, and the same range.
  bool operator==(const Histogram &other) const;

private:
  unsigned first = 0; // bucket of counts[0]
  std::vector<uint64_t> counts;
  float min = std::numeric_limits<float>::infinity();
  float max = -std::numeric_limits<float>::infinity();
};

} // namespace quantc

#endif // QUANTC_CALIBRATION_HISTOGRAM_H
