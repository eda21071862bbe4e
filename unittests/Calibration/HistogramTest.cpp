//===- HistogramTest.cpp - Counts of float values by their bits ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/Histogram.h"
#include "llvm/ADT/bit.h"
#include <cstring>
#include <gtest/gtest.h>

using namespace quantc;

TEST(Histogram, CountsByUpperBits) {
  Histogram histogram;
  histogram.add({1.0f, 1.001f, -2.0f, 0.0f, -0.0f});
  EXPECT_EQ(histogram.getCount(0x3F80), 2u);
  EXPECT_EQ(histogram.getCount(0xC000), 1u);
  EXPECT_EQ(histogram.getCount(0x0000), 1u);
  EXPECT_EQ(histogram.getCount(0x8000), 1u);
  EXPECT_EQ(histogram.getTotal(), 5u);
  EXPECT_EQ(histogram.getMin(), -2.0f);
  EXPECT_EQ(histogram.getMax(), 1.001f);
  EXPECT_EQ(histogram.getNumNonFinite(), 0u);
}

TEST(Histogram, MergingIsExactAndOrderFree) {
  Histogram first, second, all;
  first.add({1.0f, -3.0f});
  second.add({0.5f, 7.0f, 1.0f});
  all.add({1.0f, 7.0f, 1.0f, -3.0f, 0.5f});
  Histogram ab = first, ba = second;
  ab.merge(second);
  ba.merge(first);
  for (const Histogram *merged : {&ab, &ba}) {
    EXPECT_TRUE(*merged == all);
  }
}

TEST(Histogram, AscendingFromNegativeToPositive) {
  Histogram histogram;
  histogram.add({0.25f, -8.0f, 3.0f, -0.5f, 0.0f});
  std::vector<float> edges;
  histogram.visitAscending([&](unsigned bucket, uint64_t count) {
    edges.push_back(Histogram::getBucketMin(bucket));
    EXPECT_EQ(count, 1u);
    return true;
  });
  ASSERT_EQ(edges.size(), 5u);
  EXPECT_TRUE(std::is_sorted(edges.begin(), edges.end()));
}

TEST(Histogram, BucketEdgesEncloseTheirValues) {
  for (float value : {1.0f, -1.0f, 3.14159f, -1e-30f, 3.4e38f, 1e-42f}) {
    unsigned bucket = llvm::bit_cast<uint32_t>(value) >> 16;
    EXPECT_LE(Histogram::getBucketMin(bucket), value);
    EXPECT_GE(Histogram::getBucketMax(bucket), value);
  }
  EXPECT_EQ(Histogram::getBucketMax(0x7F80),
            std::numeric_limits<float>::max());
}

TEST(Histogram, NonFiniteValuesAreCounted) {
  Histogram histogram;
  float infinity = std::numeric_limits<float>::infinity();
  histogram.add({1.0f, infinity, -infinity,
                 std::numeric_limits<float>::quiet_NaN()});
  EXPECT_EQ(histogram.getNumNonFinite(), 3u);
}
