//===- FunctionsTest.cpp - Errors of our own functions --------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Against double libm, over bit patterns spread evenly across all exponents.
//
//===----------------------------------------------------------------------===//

#include "quantc/Support/Functions.h"
#include "quantc/descriptor.h"
#include "gtest/gtest.h"
#include <cmath>
#include <cstring>

using namespace quantc;

static const float inf = std::numeric_limits<float>::infinity();
static const float nan_ = std::numeric_limits<float>::quiet_NaN();

static float fromBits(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof(x));
  return x;
}

/// Distance from the exact value in units of its last place as a float.
static double ulps(float result, double exact) {
  if (std::isnan(exact))
    return std::isnan(result) ? 0 : inf;
  float nearest = float(exact);
  if (std::isinf(nearest) || std::isinf(result))
    return result == nearest ? 0 : inf;
  int exponent = std::max(std::ilogb(nearest == 0 ? 1e-45f : nearest), -126);
  return std::fabs(double(result) - exact) / std::ldexp(1.0, exponent - 23);
}

/// The largest error over finite floats from `low` to `high`.
template <typename Function, typename Reference>
static double worst(Function function, Reference reference, float low,
                    float high) {
  double result = 0;
  // A stride prime to 2^32, so that low bits vary too.
  for (uint64_t bits = 0; bits < (uint64_t(1) << 32); bits += 9973) {
    float x = fromBits(uint32_t(bits));
    if (x >= low && x <= high)
      result = std::max(result, ulps(function(x), reference(double(x))));
  }
  return result;
}

TEST(Functions, exp) {
  EXPECT_LE(worst(functions::exp, [](double x) { return std::exp(x); }, -110.f,
                  110.f),
            1.04);
  EXPECT_EQ(functions::exp(0.f), 1.f);
  EXPECT_EQ(functions::exp(inf), inf);
  EXPECT_EQ(functions::exp(-inf), 0.f);
  EXPECT_TRUE(std::isnan(functions::exp(nan_)));
}

TEST(Functions, expWithoutSubnormals) {
  EXPECT_LE(worst(functions::exp0, [](double x) { return std::exp(x); }, -87.f,
                  0.f),
            1.04);
  EXPECT_EQ(functions::exp0(-88.f), 0.f);
  EXPECT_EQ(functions::exp0(-inf), 0.f);
  EXPECT_TRUE(std::isnan(functions::exp0(nan_)));
}

TEST(Functions, erf) {
  EXPECT_LE(
      worst(functions::erf, [](double x) { return std::erf(x); }, -inf, inf),
      2.41);
  EXPECT_TRUE(std::signbit(functions::erf(-0.f)));
  EXPECT_TRUE(std::isnan(functions::erf(nan_)));
}

TEST(Functions, tanh) {
  EXPECT_LE(
      worst(functions::tanh, [](double x) { return std::tanh(x); }, -inf, inf),
      1.31);
  EXPECT_TRUE(std::isnan(functions::tanh(nan_)));
}

TEST(Functions, sigmoid) {
  EXPECT_LE(worst(functions::sigmoid,
                  [](double x) { return 1 / (1 + std::exp(-x)); }, -87.f, inf),
            2.51);
  EXPECT_EQ(functions::sigmoid(-inf), 0.f);
  EXPECT_EQ(functions::sigmoid(inf), 1.f);
}

TEST(Functions, canonicalLanes) {
  // 1 in lane 0, then values that vanish beside it but not beside each other.
  functions::Lanes<float> lanes(0.f);
  for (int i = 0; i < 32; ++i)
    lanes[i] = lanes[i] + (i == 0 ? 1.f : 0x1p-24f);
  // Lane 0 keeps 1; the 15 others hold 2^-23 each, summed exactly in the tree.
  EXPECT_EQ(lanes.sum(), 1.f + 15 * 0x1p-23f);
  EXPECT_EQ(functions::Lanes<float>(-inf).max(), -inf);
}

//===----------------------------------------------------------------------===//
// The runtime's functions
//===----------------------------------------------------------------------===//

#define EXPECT_ROUNDED(NAME, LOW, HIGH)                                        \
  EXPECT_LE(worst(                                                             \
                quantc_##NAME, [](double x) { return std::NAME(x); }, LOW,     \
                HIGH),                                                         \
            0.50001)                                                           \
      << #NAME

TEST(RuntimeMath, roundedOnce) {
  EXPECT_ROUNDED(sin, -inf, inf);
  EXPECT_ROUNDED(cos, -inf, inf);
  EXPECT_ROUNDED(tan, -inf, inf);
  EXPECT_ROUNDED(asin, -inf, inf);
  EXPECT_ROUNDED(acos, -inf, inf);
  EXPECT_ROUNDED(atan, -inf, inf);
  EXPECT_ROUNDED(sinh, -inf, inf);
  EXPECT_ROUNDED(cosh, -inf, inf);
  EXPECT_ROUNDED(asinh, -inf, inf);
  EXPECT_ROUNDED(acosh, -inf, inf);
  EXPECT_ROUNDED(atanh, -inf, inf);
  EXPECT_ROUNDED(log, -inf, inf);
  EXPECT_ROUNDED(log1p, -inf, inf);
}

TEST(RuntimeMath, pow) {
  double error = 0;
  for (uint64_t bits = 0; bits < (uint64_t(1) << 31); bits += 20011) {
    float x = fromBits(uint32_t(bits));
    float y = float(int64_t(bits * 2654435761u % 4001) - 2000) / 64;
    if (!std::isnan(x))
      error = std::max(error, ulps(quantc_pow(x, y), std::pow(double(x), y)));
  }
  EXPECT_LE(error, 0.50001);
}

TEST(RuntimeMath, powSpecialCases) {
  const float values[] = {0.f,  -0.f, 1.f,   -1.f,  2.f,   -2.f, 0.5f, -0.5f,
                          3.f,  -3.f, 1e30f, -1e30f, inf,  -inf, nan_, 2.5f,
                          -8.f, 1e-40f};
  for (float x : values)
    for (float y : values) {
      float expected = std::pow(x, y), found = quantc_pow(x, y);
      if (std::isnan(expected)) {
        EXPECT_TRUE(std::isnan(found)) << x << "^" << y;
        continue;
      }
      EXPECT_LE(ulps(found, expected), 1.01) << x << "^" << y;
      EXPECT_EQ(std::signbit(found), std::signbit(expected)) << x << "^" << y;
    }
}
