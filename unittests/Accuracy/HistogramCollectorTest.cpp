//===- HistogramCollectorTest.cpp - Counts over a growing range ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Accuracy/Compare.h"
#include <gtest/gtest.h>
#include <limits>
#include <numeric>

using namespace quantc;

static uint64_t countAll(const ValueHistogram &histogram) {
  return std::accumulate(histogram.counts.begin(), histogram.counts.end(),
                         uint64_t(0));
}

TEST(HistogramCollector, CoversTheValuesAndCountsEachOnce) {
  HistogramCollector collector;
  collector.add({-1.0, 0.0, 0.25, 3.0, 3.0});
  ValueHistogram histogram = collector.get();
  EXPECT_LE(histogram.lo, -1);
  EXPECT_GT(histogram.lo, -1.1f);
  EXPECT_GT(histogram.hi, 3);
  EXPECT_LT(histogram.hi, 3.1f);
  EXPECT_EQ(countAll(histogram), 5u);
  EXPECT_EQ(histogram.counts.front(), 1u);
  EXPECT_EQ(histogram.counts.back(), 2u);
}

TEST(HistogramCollector, DoesNotDependOnTheOrder) {
  std::vector<double> small{-1e-9, 1e-9, 0.1, -0.2}, large{500, -3};
  HistogramCollector first, second;
  first.add(small), first.add(large);
  second.add(large), second.add(small);
  EXPECT_EQ(first.get().counts, second.get().counts);
  EXPECT_EQ(first.get().lo, second.get().lo);
  EXPECT_EQ(first.get().hi, second.get().hi);
}

TEST(HistogramCollector, LeavesOutWhatIsNotFinite) {
  double infinity = std::numeric_limits<double>::infinity();
  HistogramCollector collector;
  EXPECT_TRUE(collector.get().counts.empty());
  collector.add({0.0, 0.0});
  EXPECT_TRUE(collector.get().counts.empty());
  collector.add({infinity, -infinity,
                 std::numeric_limits<double>::quiet_NaN(), 1.0});
  EXPECT_EQ(countAll(collector.get()), 3u);
}
