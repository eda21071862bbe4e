//===- EntropyCalibratorTest.cpp - The range that loses least information -===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Compared with the formula written plainly over the values themselves.
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/Calibrators.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace quantc;

/// KL(P || Q) for the threshold `half` of 2048, from the values.
static double getPlainDivergence(const std::vector<float> &values, double end,
                                 int half) {
  std::vector<double> p(2 * half), inside(2 * half), q(2 * half);
  for (float value : values) {
    if (value == 0)
      continue;
    int bin = int(std::floor(value / end * 2048)) + half;
    if (bin >= 0 && bin < 2 * half)
      ++inside[bin];
    ++p[std::min(std::max(bin, 0), 2 * half - 1)];
  }
  for (int level = 0; level < 256; ++level) {
    int begin = level * 2 * half / 256, stop = (level + 1) * 2 * half / 256;
    double sum = 0, used = 0;
    for (int i = begin; i < stop; ++i) {
      sum += inside[i];
      used += p[i] != 0;
    }
    for (int i = begin; i < stop; ++i)
      q[i] = p[i] != 0 ? sum / used : 0;
  }
  double totalP = 0, totalQ = 0, divergence = 0;
  for (auto *counts : {&p, &q}) {
    double zeros = 0;
    for (double count : *counts)
      zeros += count == 0;
    double share = 0.0001 * zeros / (double(counts->size()) - zeros);
    if (!(share < 1))
      return INFINITY;
    for (double &count : *counts)
      count = count == 0 ? 0.0001 : count - share;
  }
  for (size_t i = 0; i < p.size(); ++i) {
    totalP += p[i];
    totalQ += q[i];
  }
  for (size_t i = 0; i < p.size(); ++i)
    divergence += p[i] / totalP * std::log(p[i] / totalP / (q[i] / totalQ));
  return divergence;
}

/// The least divergence over all thresholds, and its threshold.
static std::pair<double, double> minimizePlainly(
    const std::vector<float> &values) {
  double end = 0, least = INFINITY, best = 0;
  for (float value : values)
    end = std::max(end, double(std::fabs(value)));
  for (int half = 128; half <= 2048; half += 16) {
    double divergence = getPlainDivergence(values, end, half);
    if (divergence < least) {
      least = divergence;
      best = end * half / 2048;
    }
  }
  return {least, best};
}

static Interval chooseFor(const std::vector<float> &values) {
  Histogram histogram;
  histogram.add(values);
  return minimizeDivergence(histogram);
}

TEST(EntropyCalibrator, AgreesWithThePlainFormula) {
  // Many values, so that the noise of single bins does not decide.
  std::mt19937 random(1);
  for (double tail : {0.0, 0.3, 0.6}) {
    std::normal_distribution<double> normal;
    std::vector<float> values(200000);
    for (float &value : values)
      value = float(normal(random) * std::exp(tail * normal(random)));
    auto [least, best] = minimizePlainly(values);
    double end = 0;
    for (float value : values)
      end = std::max(end, double(std::fabs(value)));
    Interval range = chooseFor(values);
    double chosen = std::max(-range.lo, range.hi);
    // Near the minimum the divergence is flat: what is chosen need not be the
    // same, but as good, measured on the values themselves.
    int half = int(std::round(chosen / end * 2048));
    EXPECT_LE(getPlainDivergence(values, end, half), 1.5 * least + 1e-3)
        << tail << ": " << chosen << " instead of " << best;
  }
}

TEST(EntropyCalibrator, UniformValuesAreKept) {
  std::vector<float> values;
  for (int i = -100000; i < 100000; ++i)
    values.push_back((float(i) + 0.5f) / 100000);
  Interval range = chooseFor(values);
  EXPECT_GE(range.hi, 0.97f);
  EXPECT_LE(range.lo, -0.97f);
}

TEST(EntropyCalibrator, OutlierIsCut) {
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  std::vector<float> values(200000);
  for (float &value : values)
    value = normal(random);
  values[7] = 40;
  Interval range = chooseFor(values);
  EXPECT_LT(range.hi, 15.0f);
  EXPECT_GT(range.hi, 2.5f);
}

TEST(EntropyCalibrator, RangeStaysWithinTheValues) {
  std::mt19937 random(3);
  std::exponential_distribution<float> exponential;
  std::vector<float> values(100000);
  for (float &value : values)
    value = exponential(random) + 0.25f;
  Interval range = chooseFor(values);
  EXPECT_GE(range.lo, 0.25f);
  EXPECT_GT(range.hi, 2.0f);
}

TEST(EntropyCalibrator, ConstantAndZeroTensors) {
  Interval range = chooseFor(std::vector<float>(100, 0.0f));
  EXPECT_EQ(range.lo, 0.0f);
  EXPECT_EQ(range.hi, 0.0f);
  range = chooseFor(std::vector<float>(100, 2.5f));
  EXPECT_EQ(range.lo, 2.5f);
  EXPECT_EQ(range.hi, 2.5f);
  range = chooseFor(std::vector<float>(100, 1e-44f));
  EXPECT_EQ(range.hi, 1e-44f);
}
