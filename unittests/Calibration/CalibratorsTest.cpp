//===- CalibratorsTest.cpp - From statistics to a scale ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/Calibrators.h"
#include <cmath>
#include <gtest/gtest.h>

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
