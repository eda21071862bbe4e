//===- CalibratorsTest.cpp - From statistics to a scale ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/Calibrators.h"
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace quantc;

static ActivationScheme percentile(double percent) {
  ActivationScheme scheme;
  scheme.calibrator = Calibrator::Percentile;
  scheme.percentile = percent;
  return scheme;
}

TEST(Calibrators, MinMax) {
  Histogram histogram;
  histogram.add({-0.5f, 2.0f, 1.0f});
  Interval range =
      llvm::cantFail(computeRange(histogram, ActivationScheme(), "t"));
  EXPECT_EQ(range.lo, -0.5f);
  EXPECT_EQ(range.hi, 2.0f);
}

TEST(Calibrators, PercentileCutsBothTails) {
  // 0, 1, ..., 9999: 1 % leaves out 50 values at either end.
  Histogram histogram;
  for (int i = 0; i < 10000; ++i)
    histogram.add(float(i));
  Interval range =
      llvm::cantFail(computeRange(histogram, percentile(99), "t"));
  EXPECT_LE(range.lo, 50.0f);
  EXPECT_GE(range.lo, 50.0f * (1 - 1.0f / 128));
  EXPECT_GE(range.hi, 9949.0f);
  EXPECT_LE(range.hi, 9949.0f * (1 + 1.0f / 128));
}

TEST(Calibrators, PercentileOfNegativeValues) {
  Histogram histogram;
  for (int i = 0; i < 10000; ++i)
    histogram.add(float(-i));
  Interval range =
      llvm::cantFail(computeRange(histogram, percentile(99), "t"));
  EXPECT_LE(range.lo, -9949.0f);
  EXPECT_GE(range.hi, -50.0f);
}

TEST(Calibrators, PercentileNeverExceedsTheExactRange) {
  Histogram histogram;
  histogram.add({1.001f, 1.002f, 1.003f});
  Interval range =
      llvm::cantFail(computeRange(histogram, percentile(100), "t"));
  EXPECT_EQ(range.lo, 1.001f);
  EXPECT_EQ(range.hi, 1.003f);
}

TEST(Calibrators, OutlierIsCut) {
  Histogram histogram;
  std::vector<float> values(100000, 1.0f);
  values[7] = 1000.0f;
  histogram.add(values);
  Interval range =
      llvm::cantFail(computeRange(histogram, percentile(99.99), "t"));
  EXPECT_LT(range.hi, 1.01f);
}

TEST(Calibrators, MSETradesClippingForResolution) {
  ActivationScheme scheme;
  scheme.calibrator = Calibrator::MSE;
  // One outlier among many values is clipped, but not to nothing.
  Histogram histogram;
  std::vector<float> values;
  for (int i = 0; i < 1000000; ++i)
    values.push_back(float(i % 1000) / 1000);
  values[7] = 3.0f;
  histogram.add(values);
  Interval range = llvm::cantFail(computeRange(histogram, scheme, "t"));
  EXPECT_EQ(range.lo, 0.0f);
  EXPECT_GE(range.hi, 0.99f);
  EXPECT_LT(range.hi, 3.0f);
  // Without outliers the range is nearly everything.
  Histogram uniform;
  values[7] = 0.5f;
  uniform.add(values);
  range = llvm::cantFail(computeRange(uniform, scheme, "t"));
  EXPECT_GE(range.hi, 0.97f);
  // Zeros cost nothing and change nothing.
  uniform.add(std::vector<float>(1000000, 0.0f));
  EXPECT_EQ(llvm::cantFail(computeRange(uniform, scheme, "t")).hi, range.hi);
}

TEST(Calibrators, MSESigned) {
  ActivationScheme scheme;
  scheme.calibrator = Calibrator::MSE;
  scheme.codec.isSigned = true;
  Histogram histogram;
  histogram.add(std::vector<float>(1000, -1.0f));
  histogram.add(0.25f);
  Interval range = llvm::cantFail(computeRange(histogram, scheme, "t"));
  EXPECT_LE(range.lo, -0.97f);
  EXPECT_EQ(range.hi, 0.25f);
}

/// Statistics of runs of values, gathered the plain way.
static TensorStatistics gather(const std::vector<std::vector<float>> &runs) {
  TensorStatistics statistics;
  statistics.setChannels(0, 1, /*histograms=*/true);
  for (const std::vector<float> &run : runs) {
    Histogram histogram;
    histogram.add(run);
    statistics.values.merge(histogram);
    statistics.runMinima.addCount(Histogram::getBucket(histogram.getMin()), 1);
    statistics.runMaxima.addCount(Histogram::getBucket(histogram.getMax()), 1);
    for (float value : run)
      ++statistics.channelCounts[ChannelBuckets::of(value)];
  }
  statistics.channelMin = {statistics.values.getMin()};
  statistics.channelMax = {statistics.values.getMax()};
  return statistics;
}

static ActivationScheme byCalibrator(Calibrator calibrator) {
  ActivationScheme scheme;
  scheme.calibrator = calibrator;
  return scheme;
}

static std::vector<std::vector<float>> makeRuns(unsigned seed, size_t numRuns) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<std::vector<float>> runs(numRuns, std::vector<float>(5000));
  for (std::vector<float> &run : runs)
    for (float &value : run)
      value = normal(random) * (1 + float(seed)) + 0.5f;
  return runs;
}

TEST(Calibrators, MovingAverageIsTheMeanOfTheRunsExtremes) {
  for (unsigned seed : {1u, 2u, 3u}) {
    auto runs = makeRuns(seed, 20);
    double lo = 0, hi = 0;
    for (const std::vector<float> &run : runs) {
      lo += *std::min_element(run.begin(), run.end());
      hi += *std::max_element(run.begin(), run.end());
    }
    Interval range = llvm::cantFail(computeRange(
        gather(runs), byCalibrator(Calibrator::MovingAverage), "t"));
    EXPECT_NEAR(range.lo, lo / 20, std::fabs(lo / 20) / 256);
    EXPECT_NEAR(range.hi, hi / 20, std::fabs(hi / 20) / 256);
  }
  // One run: its own extremes.
  Interval range = llvm::cantFail(
      computeRange(gather({{-1.0f, 3.0f}}),
                   byCalibrator(Calibrator::MovingAverage), "t"));
  EXPECT_GE(range.lo, -1.0f);
  EXPECT_LE(range.hi, 3.0f);
  EXPECT_NEAR(range.hi, 3.0f, 3.0f / 256);
}

TEST(Calibrators, PercentileAgreesWithSortedValues) {
  auto runs = makeRuns(1, 20);
  std::vector<float> sorted;
  for (const std::vector<float> &run : runs)
    sorted.insert(sorted.end(), run.begin(), run.end());
  std::sort(sorted.begin(), sorted.end());
  for (double percent : {99.0, 99.9, 99.99}) {
    size_t tail = size_t(double(sorted.size()) * (100 - percent) / 200);
    Interval range =
        llvm::cantFail(computeRange(gather(runs), percentile(percent), "t"));
    float lo = sorted[tail], hi = sorted[sorted.size() - 1 - tail];
    EXPECT_LE(range.lo, lo);
    EXPECT_GE(range.hi, hi);
    EXPECT_NEAR(range.lo, lo, std::fabs(lo) / 100);
    EXPECT_NEAR(range.hi, hi, std::fabs(hi) / 100);
  }
}

/// Mean squared error of quantizing `values` with codes over `range`.
static double getSquaredError(const std::vector<float> &values, Interval range) {
  QuantParams params = computeParams(range, {8, false});
  double sum = 0;
  for (float value : values) {
    double code = std::nearbyint(double(value) / params.scale);
    code = std::min(std::max(code + params.zeroPoint, 0.0), 255.0);
    double error = (code - params.zeroPoint) * params.scale - value;
    sum += error * error;
  }
  return sum / double(values.size());
}

TEST(Calibrators, MSEIsAsGoodAsTryingOnTheValues) {
  std::mt19937 random(4);
  std::normal_distribution<double> normal;
  for (double tail : {0.0, 0.5, 1.0}) {
    std::vector<float> values(50000);
    for (float &value : values)
      value = float(normal(random) * std::exp(tail * normal(random)));
    TensorStatistics statistics = gather({values});
    float lo = statistics.values.getMin(), hi = statistics.values.getMax();
    double least = INFINITY;
    for (int low = 5; low <= 100; low += 5)
      for (int high = 5; high <= 100; high += 5)
        least = std::min(least, getSquaredError(values, {lo * float(low) / 100,
                                                         hi * float(high) / 100}));
    Interval range = llvm::cantFail(
        computeRange(statistics, byCalibrator(Calibrator::MSE), "t"));
    EXPECT_LE(getSquaredError(values, range), 1.1 * least) << tail;
  }
}

TEST(Calibrators, CrossEntropyTakesTheSearchedRange) {
  TensorStatistics statistics = gather({{-1.0f, 1.0f}});
  ActivationScheme scheme = byCalibrator(Calibrator::CrossEntropy);
  EXPECT_EQ(llvm::toString(computeRange(statistics, scheme, "t").takeError()),
            "tensor 't' has no range searched by the model's loss, which "
            "calibrator cross_entropy takes; calibrate with --cross-entropy "
            "RUNS");
  statistics.searched = Interval{-0.5f, 0.75f};
  EXPECT_TRUE(llvm::cantFail(computeRange(statistics, scheme, "t")) ==
              *statistics.searched);
}

TEST(Calibrators, PerChannel) {
  TensorStatistics statistics = gather(makeRuns(2, 4));
  Interval whole = llvm::cantFail(
      computeRange(statistics, byCalibrator(Calibrator::MSE), "t"));
  std::vector<Interval> ranges = llvm::cantFail(
      computeChannelRanges(statistics, byCalibrator(Calibrator::MSE), "t"));
  ASSERT_EQ(ranges.size(), 1u);
  EXPECT_NEAR(ranges[0].hi, whole.hi, 0.05 * whole.hi);
  EXPECT_NEAR(ranges[0].lo, whole.lo, -0.05 * whole.lo);
  ranges = llvm::cantFail(
      computeChannelRanges(statistics, ActivationScheme(), "t"));
  EXPECT_EQ(ranges[0].lo, statistics.values.getMin());
  EXPECT_EQ(ranges[0].hi, statistics.values.getMax());
  EXPECT_EQ(
      llvm::toString(
          computeChannelRanges(statistics,
                               byCalibrator(Calibrator::MovingAverage), "t")
              .takeError()),
      "tensor 't': calibrators moving_average and cross_entropy choose one "
      "range per tensor");
  statistics.channelCounts.clear();
  EXPECT_EQ(llvm::toString(computeChannelRanges(statistics, ActivationScheme(),
                                                "t")
                               .takeError()),
            "tensor 't' has no channel histograms");
}

TEST(Calibrators, ConstantTensorsHaveAScale) {
  for (float constant : {0.0f, -2.5f, 1e-45f, 1e30f})
    for (Calibrator calibrator :
         {Calibrator::MinMax, Calibrator::Percentile, Calibrator::MSE,
          Calibrator::Entropy, Calibrator::MovingAverage}) {
      TensorStatistics statistics =
          gather({std::vector<float>(64, constant), {constant}});
      Interval range = llvm::cantFail(
          computeRange(statistics, byCalibrator(calibrator), "t"));
      EXPECT_TRUE(std::isnormal(computeParams(range, {8, false}).scale));
      EXPECT_TRUE(std::isnormal(computeParams(range, {8, true}).scale));
    }
}

TEST(Calibrators, SharedRanges) {
  TensorStatistics a = gather({{-1.0f, 1.0f}}), b = gather({{0.5f, 4.0f}});
  a.searched = Interval{-0.5f, 1.0f};
  b.searched = Interval{0.0f, 3.0f};
  a.mergeRanges(b);
  EXPECT_EQ(a.values.getMin(), -1.0f);
  EXPECT_EQ(a.values.getMax(), 4.0f);
  EXPECT_EQ(a.runMinima.getTotal(), 2u);
  EXPECT_TRUE(a.searched == (Interval{-0.5f, 3.0f}));
  TensorStatistics twice = b.rescaledRanges({2.0f});
  EXPECT_EQ(twice.values.getMax(), 8.0f);
  EXPECT_TRUE(twice.searched == (Interval{0.0f, 6.0f}));
  EXPECT_EQ(twice.runMaxima.getTotal(), 1u);
  EXPECT_GT(twice.runMaxima.getCount(Histogram::getBucket(8.0f)), 0u);
}

TEST(Calibrators, ErrorsNameTheTensor) {
  Histogram empty, bad;
  bad.add(std::numeric_limits<float>::quiet_NaN());
  EXPECT_EQ(llvm::toString(
                computeRange(empty, ActivationScheme(), "t").takeError()),
            "tensor 't' was never observed with a value");
  EXPECT_EQ(
      llvm::toString(computeRange(bad, ActivationScheme(), "t").takeError()),
      "tensor 't' had 1 NaN or infinite values during calibration");
}

TEST(Params, UnsignedCoversZero) {
  QuantParams params = computeParams({-1.5f, 3.0f}, {8, false});
  EXPECT_EQ(params.scale, 4.5f / 255);
  EXPECT_EQ(params.zeroPoint, 85);
  params = computeParams({2.0f, 5.1f}, {8, false});
  EXPECT_EQ(params.scale, 5.1f / 255);
  EXPECT_EQ(params.zeroPoint, 0);
  params = computeParams({-5.1f, -2.0f}, {8, false});
  EXPECT_EQ(params.zeroPoint, 255);
}

TEST(Params, SignedIsSymmetric) {
  QuantParams params = computeParams({-1.0f, 0.5f}, {8, true});
  EXPECT_EQ(params.scale, 1.0f / 127);
  EXPECT_EQ(params.zeroPoint, 0);
}

TEST(Params, ScaleIsAlwaysANormalNumber) {
  for (Interval range : {Interval{0, 0}, Interval{0, 1e-44f},
                         Interval{-1e-38f, 1e-38f}}) {
    QuantParams params = computeParams(range, {8, false});
    EXPECT_TRUE(std::isnormal(params.scale));
    EXPECT_EQ(computeParams({0, 0}, {8, true}).scale, 1.0f);
  }
}
