//===- EqualizationTest.cpp - Channel ranges of neighbouring layers -------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Quantization/Equalization.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace quantc;

TEST(Equalization, BothSidesGetTheGeometricMean) {
  double first[] = {8, 0.5, 3}, second[] = {2, 2, 3};
  std::vector<double> factors = computeEqualization(first, second);
  EXPECT_EQ(factors, (std::vector<double>{2, 0.5, 1}));
  for (int i = 0; i < 3; ++i)
    EXPECT_DOUBLE_EQ(first[i] / factors[i], second[i] * factors[i]);
}

TEST(Equalization, DeadChannelsStay) {
  double first[] = {0, 4, 0, 1e300}, second[] = {4, 0, 0, 1e-300};
  std::vector<double> factors = computeEqualization(first, second);
  EXPECT_EQ(factors[0], 1);
  EXPECT_EQ(factors[1], 1);
  EXPECT_EQ(factors[2], 1);
  EXPECT_TRUE(std::isfinite(factors[3]));
}
