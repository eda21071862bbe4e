//===- SmoothingTest.cpp - Range moved from activations into weights ------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Quantization/Smoothing.h"
#include "quantc/Calibration/Calibrators.h"
#include "quantc/Quantization/Weights.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace quantc;

/// Statistics of x [tokens, channels], as calibration makes them.
static TensorStatistics observe(ArrayRef<float> x, size_t channels) {
  TensorStatistics statistics;
  statistics.values.add(x);
  statistics.setChannels(1, channels, /*histograms=*/true);
  for (auto [i, value] : llvm::enumerate(x)) {
    size_t c = i % channels;
    statistics.channelMin[c] = std::min(statistics.channelMin[c], value);
    statistics.channelMax[c] = std::max(statistics.channelMax[c], value);
    statistics.channelSums[c].add(value);
    statistics.channelSquares[c].add(double(value) * value);
    ++statistics.channelCounts[c * ChannelBuckets::count +
                               ChannelBuckets::of(value)];
  }
  return statistics;
}

TEST(Smoothing, Formula) {
  TensorStatistics input = observe({8, 0.5f, -4, -2, 1, 0}, 2);
  float weight[] = {2, -1, 0.5f, 0.25f};
  SmoothingProblem problem{input, weight, {}, {}, {}};
  // max |x| = 8, 2; max |w| = 2, 1/2.
  EXPECT_EQ(computeSmoothingFactors(problem, 0.5, false),
            (std::vector<float>{2, 2}));
  EXPECT_EQ(computeSmoothingFactors(problem, 1, false),
            (std::vector<float>{8, 2}));
  EXPECT_EQ(computeSmoothingFactors(problem, 0, false),
            (std::vector<float>{0.5f, 2}));
  // 8^0.75 / 2^0.25 = 4, 2^0.75 / 0.5^0.25 = 2; log2 of 8^0.7 / 2^0.3 is 1.8.
  EXPECT_EQ(computeSmoothingFactors(problem, 0.75, false),
            (std::vector<float>{4, 2}));
  EXPECT_EQ(computeSmoothingFactors(problem, 0.7, true),
            (std::vector<float>{4, 2}));
}

TEST(Smoothing, TiedChannelsShareTheLarger) {
  TensorStatistics input = observe({8, 2, 1, 1}, 4);
  float weight[] = {1, 1, 4, 1};
  SmoothingProblem problem{input, weight, {}, {}, {}};
  int64_t ties[] = {0, 1, 0, 1};
  problem.ties = ties;
  float root = std::sqrt(2.0f); // of 8 / 4
  EXPECT_EQ(computeSmoothingFactors(problem, 0.5, false),
            (std::vector<float>{root, std::sqrt(2.0f), root, std::sqrt(2.0f)}));
}

TEST(Smoothing, ZerosGetNoFactor) {
  TensorStatistics input = observe({0, 0, 0, 0}, 2);
  float weight[] = {1, 1};
  SmoothingProblem problem{input, weight, {}, {}, {}};
  EXPECT_EQ(computeSmoothingFactors(problem, 0.5, false),
            (std::vector<float>{1, 1}));
  TensorStatistics dead = observe({1, 0, -1, 0}, 2);
  SmoothingProblem one{dead, weight, {}, {}, {}};
  std::vector<float> factors = computeSmoothingFactors(one, 0.5, false);
  EXPECT_EQ(factors[0], 1);
  EXPECT_NEAR(factors[1], std::sqrt(1e-5), 1e-6);
}

namespace {
/// A layer [256] -> [128] on correlated inputs with three channels 40 times as
/// large as the others.
struct PlantedOutliers : testing::Test {
  // Few enough calibration tokens, and what they did not see is all that counts.
  static constexpr size_t calibrated = 4096, tokens = calibrated + 128,
                          inputs = 256, outputs = 128;

  PlantedOutliers() : x(tokens * inputs), w(inputs * outputs) {
    context.loadDialect<qnn::QNNDialect>();
    std::mt19937 random(7);
    std::normal_distribution<float> normal;
    for (size_t t = 0; t < tokens; ++t)
      for (size_t c = 0; c < inputs; ++c)
        x[t * inputs + c] =
            c ? 0.6f * x[t * inputs + c - 1] + 0.8f * normal(random)
              : normal(random);
    for (size_t t = 0; t < tokens; ++t)
      for (size_t c : {17, 99, 200})
        x[t * inputs + c] *= 40;
    for (float &element : w)
      element = normal(random) / 16;
  }

  TensorStatistics calibrate() const {
    return observe(ArrayRef(x).take_front(calibrated * inputs), inputs);
  }

  /// Signal to noise, in dB, of the other tokens of x through 8-bit codes.
  double measure(ArrayRef<float> factors, const ActivationScheme &scheme,
                 const TensorStatistics &statistics) {
    std::vector<float> inverse, scaled(w);
    for (float factor : factors)
      inverse.push_back(1 / factor);
    for (auto [i, element] : llvm::enumerate(scaled))
      element *= factors[i / outputs];
    QuantizedWeight weight = llvm::cantFail(quantizeWeight(
        "rtn", {scaled, {inputs, outputs},
                qnn::IntCodecAttr::get(&context, 8, true), {-1, 1}}));
    QuantParams params =
        computeParams(llvm::cantFail(computeRange(statistics.rescaled(inverse),
                                                  scheme, "x")),
                      scheme.codec);
    double signal = 0, noise = 0;
    for (size_t t = calibrated; t < tokens; ++t) {
      ArrayRef<float> token = ArrayRef(x).slice(t * inputs, inputs);
      std::vector<double> rounded = quantize(token, inverse, params, scheme);
      for (size_t n = 0; n < outputs; ++n) {
        double exact = 0, approximate = 0;
        for (size_t c = 0; c < inputs; ++c) {
          exact += double(token[c]) * w[c * outputs + n];
          approximate += rounded[c] * weight.codes[c * outputs + n] *
                         weight.scales[n];
        }
        signal += exact * exact;
        noise += (exact - approximate) * (exact - approximate);
      }
    }
    return 10 * std::log10(signal / noise);
  }

  static std::vector<double> quantize(ArrayRef<float> token,
                                      ArrayRef<float> inverse,
                                      QuantParams params,
                                      const ActivationScheme &scheme) {
    std::vector<float> scaled;
    float lo = 0, hi = 0;
    for (auto [value, factor] : llvm::zip_equal(token, inverse)) {
      scaled.push_back(value * factor);
      lo = std::min(lo, scaled.back());
      hi = std::max(hi, scaled.back());
    }
    if (scheme.granularity == Granularity::Token)
      params = computeParams({lo, hi}, scheme.codec);
    std::vector<double> rounded;
    for (float value : scaled) {
      double code = std::nearbyint(value / params.scale) + params.zeroPoint;
      rounded.push_back((std::clamp(code, 0.0, 255.0) - params.zeroPoint) *
                        params.scale);
    }
    return rounded;
  }

  MLIRContext context;
  std::vector<float> x, w;
};
} // namespace

TEST_F(PlantedOutliers, StaticGainsTenDecibels) {
  TensorStatistics statistics = calibrate();
  SmoothingProblem problem{statistics, w, {}, {}, {}};
  std::vector<float> ones(inputs, 1);
  double plain = measure(ones, problem.activations, statistics);
  for (std::optional<double> alpha : {std::optional(0.5), std::optional<double>()}) {
    Smoothing smoothing = smooth(problem, {alpha, false});
    double smoothed =
        measure(smoothing.factors, problem.activations, statistics);
    EXPECT_GE(smoothed, plain + 10);
    EXPECT_LT(smoothing.errorRatio, 0.1);
  }
}

TEST_F(PlantedOutliers, TokensGainNineDecibels) {
  TensorStatistics statistics = calibrate();
  SmoothingProblem problem{statistics, w, {}, {}, {}};
  problem.activations.granularity = Granularity::Token;
  std::vector<float> ones(inputs, 1);
  double plain = measure(ones, problem.activations, statistics);
  Smoothing smoothing = smooth(problem, {std::nullopt, false});
  EXPECT_GE(measure(smoothing.factors, problem.activations, statistics),
            plain + 9);
}

TEST_F(PlantedOutliers, ExpectedErrorIsTheMeasuredOne) {
  TensorStatistics statistics = calibrate();
  for (Granularity granularity : {Granularity::Tensor, Granularity::Token}) {
    SmoothingProblem problem{statistics, w, {}, {}, {}};
    problem.activations.granularity = granularity;
    std::vector<float> ones(inputs, 1);
    std::vector<float> half = computeSmoothingFactors(problem, 0.5, false);
    double measured = measure(half, problem.activations, statistics) -
                      measure(ones, problem.activations, statistics);
    double expected = 10 * std::log10(expectedSmoothingError(problem, ones) /
                                      expectedSmoothingError(problem, half));
    EXPECT_NEAR(expected, measured, 1.0);
  }
}

TEST(Smoothing, SearchLeavesEvenActivationsAlone) {
  std::vector<float> x, w;
  for (int i = 0; i < 64 * 16; ++i)
    x.push_back(i % 2 ? 1.0f : -1.0f);
  for (int i = 0; i < 16 * 4; ++i)
    w.push_back(i % 3 ? 1.0f : -1.0f);
  TensorStatistics statistics = observe(x, 16);
  SmoothingProblem problem{statistics, w, {}, {}, {}};
  Smoothing smoothing = smooth(problem, {std::nullopt, false});
  EXPECT_FALSE(smoothing.alpha);
  EXPECT_EQ(smoothing.factors, std::vector<float>(16, 1.0f));
  EXPECT_EQ(smoothing.errorRatio, 1);
}
