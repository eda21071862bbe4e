//===- TensorStatisticsTest.cpp - What calibration keeps of a tensor ------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/TensorStatistics.h"
#include <gtest/gtest.h>
#include <random>

using namespace quantc;

/// Statistics of rows [row][channel], gathered the plain way.
static TensorStatistics gather(const std::vector<std::vector<float>> &rows,
                               bool histograms) {
  TensorStatistics statistics;
  statistics.setChannels(1, rows[0].size(), histograms);
  for (const std::vector<float> &row : rows) {
    statistics.values.add(row);
    for (size_t c = 0; c < row.size(); ++c) {
      statistics.channelMin[c] = std::min(statistics.channelMin[c], row[c]);
      statistics.channelMax[c] = std::max(statistics.channelMax[c], row[c]);
      statistics.channelSums[c].add(row[c]);
      statistics.channelSquares[c].add(double(row[c]) * row[c]);
      if (histograms)
        ++statistics.channelCounts[c * ChannelBuckets::count +
                                   ChannelBuckets::of(row[c])];
    }
  }
  return statistics;
}

static std::vector<std::vector<float>> makeRows(unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<std::vector<float>> rows(500, std::vector<float>(3));
  for (std::vector<float> &row : rows)
    row = {normal(random), 10 * normal(random) + 3, 0.01f * normal(random)};
  return rows;
}

TEST(ChannelBuckets, EdgesEncloseTheirValues) {
  for (float value : {1.0f, -1.0f, 0.3f, 1.1e-5f, -1e-9f, 0.0f, 3e38f, -7e4f}) {
    Interval edges = ChannelBuckets::edges(ChannelBuckets::of(value));
    EXPECT_LE(edges.lo, value);
    EXPECT_GE(edges.hi, value);
  }
  // Buckets follow each other without gaps.
  for (unsigned bucket = 1; bucket < ChannelBuckets::signBit; ++bucket)
    EXPECT_EQ(ChannelBuckets::edges(bucket).lo,
              ChannelBuckets::edges(bucket - 1).hi);
}

TEST(ExactSum, DecimalFormGivesTheSumBack) {
  for (double value : {0.0, 1.5, -1e-9, 12345678.25, -0x1p40}) {
    ExactSum sum, read;
    sum.add(value);
    ASSERT_TRUE(read.parse(sum.toString())) << sum.toString();
    EXPECT_TRUE(read == sum);
    EXPECT_NEAR(read.get(), value, 1e-18);
  }
  ExactSum sum;
  for (const char *text : {"", "-", "1.5", "x", "1e3",
                           "999999999999999999999999999999999999999"})
    EXPECT_FALSE(sum.parse(text)) << text;
}

TEST(ExactSum, OrderDoesNotMatter) {
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  std::vector<double> values(1000);
  for (double &value : values)
    value = normal(random) * std::exp(5 * normal(random));
  ExactSum forward, backward;
  for (double value : values)
    forward.add(value);
  for (size_t i = values.size(); i-- > 0;)
    backward.add(values[i]);
  EXPECT_TRUE(forward == backward);
}

TEST(TensorStatistics, MomentsAreThoseOfTheChannels) {
  auto rows = makeRows(1);
  TensorStatistics statistics = gather(rows, true);
  for (size_t c = 0; c < 3; ++c) {
    double sum = 0, squares = 0;
    for (auto &row : rows) {
      sum += row[c];
      squares += double(row[c]) * row[c];
    }
    EXPECT_NEAR(statistics.channelMean()[c], sum / 500, 1e-12);
    EXPECT_NEAR(statistics.channelMeanSquare()[c], squares / 500, 1e-9);
  }
}

/// Mean and mean square of a histogram's values, by the middles of its buckets.
static std::pair<double, double> momentsOf(const Histogram &histogram) {
  double sum = 0, squares = 0, total = double(histogram.getTotal());
  histogram.visitAscending([&](unsigned bucket, uint64_t count) {
    double middle = (double(Histogram::getBucketMin(bucket)) +
                     Histogram::getBucketMax(bucket)) / 2;
    sum += middle * double(count);
    squares += middle * middle * double(count);
    return true;
  });
  return {sum / total, squares / total};
}

TEST(TensorStatistics, RescaledIsTheHistogramOfRescaledChannels) {
  auto rows = makeRows(2);
  const float factors[] = {2.0f, -0.25f, 100.0f};
  Histogram exact;
  for (auto &row : rows)
    exact.add({row[0] * 2.0f, row[1] * -0.25f, row[2] * 100.0f});
  for (bool histograms : {true, false}) {
    Histogram rescaled = gather(rows, histograms).rescaled(factors);
    EXPECT_EQ(rescaled.getTotal(), exact.getTotal());
    EXPECT_EQ(rescaled.getMin(), exact.getMin());
    EXPECT_EQ(rescaled.getMax(), exact.getMax());
    auto [mean, square] = momentsOf(rescaled);
    auto [exactMean, exactSquare] = momentsOf(exact);
    EXPECT_NEAR(mean, exactMean, 0.02 * std::sqrt(exactSquare));
    // 64 quantiles leave out the far tails of the logistic distribution.
    EXPECT_NEAR(square, exactSquare,
                (histograms ? 0.03 : 0.08) * exactSquare);
  }
}

TEST(TensorStatistics, ZerosStayZeros) {
  std::vector<std::vector<float>> rows(100, {0.0f, 1.0f});
  rows[3] = {2.0f, 1.0f};
  Histogram rescaled = gather(rows, true).rescaled({3.0f, 1.0f});
  EXPECT_EQ(rescaled.getCount(0), 99u);
  EXPECT_EQ(rescaled.getMax(), 6.0f);
}

TEST(TensorStatistics, MergingIsOrderFree) {
  TensorStatistics a = gather(makeRows(3), true), b = gather(makeRows(4), true);
  TensorStatistics c = gather(makeRows(5), true);
  a.searched = b.searched = c.searched = Interval{-1, 2};
  TensorStatistics first = a, second = c;
  EXPECT_FALSE(bool(first.merge(b)));
  EXPECT_FALSE(bool(first.merge(c)));
  EXPECT_FALSE(bool(second.merge(b)));
  EXPECT_FALSE(bool(second.merge(a)));
  EXPECT_TRUE(first == second);
  EXPECT_TRUE(first.searched == a.searched);
  a.searched = Interval{-1, 3};
  EXPECT_FALSE(bool(a.merge(b)));
  EXPECT_FALSE(a.searched.has_value());
  EXPECT_EQ(llvm::toString(a.merge(gather(makeRows(6), false))),
            "the tables disagree about its channels");
}
