//===- WeightsTest.cpp - From a float weight to codes and scales ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Quantization/Weights.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace mlir;
using namespace quantc;

namespace {
struct Weights : testing::Test {
  Weights() { context.loadDialect<qnn::QNNDialect>(); }

  llvm::Expected<QuantizedWeight> run(ArrayRef<float> values,
                                      ArrayRef<int64_t> shape,
                                      ArrayRef<int64_t> block,
                                      StringRef method = "rtn") {
    WeightProblem problem{values, shape,
                          qnn::IntCodecAttr::get(&context, 8, true), block};
    return quantizeWeight(method, problem);
  }
  MLIRContext context;
};
} // namespace

TEST_F(Weights, PerColumn) {
  auto result = llvm::cantFail(
      run({2.0f, -1.0f, 0.0f, 0.5f, 0.5f, 0.0f}, {2, 3}, {-1, 1}));
  EXPECT_EQ(result.codes, (std::vector<int8_t>{127, -127, 0, 32, 64, 0}));
  EXPECT_EQ(result.scales,
            (std::vector<float>{2.0f / 127, 1.0f / 127, 1.0f}));
  EXPECT_EQ(result.scaleShape, (SmallVector<int64_t, 4>{1, 3}));
}

TEST_F(Weights, PerRow) {
  auto result = llvm::cantFail(run({2.0f, -1.0f, 0.0f, 0.0f}, {2, 2}, {1, -1}));
  EXPECT_EQ(result.codes, (std::vector<int8_t>{127, -64, 0, 0}));
  EXPECT_EQ(result.scaleShape, (SmallVector<int64_t, 4>{2, 1}));
  EXPECT_EQ(result.scales[1], 1.0f);
}

TEST_F(Weights, ErrorIsAtMostHalfAScale) {
  std::vector<float> values;
  for (int i = 0; i < 3 * 4 * 5; ++i)
    values.push_back(std::sin(i * 1.7f) * std::exp(float(i % 7)));
  auto result = llvm::cantFail(run(values, {3, 4, 5}, {1, -1, -1}));
  for (size_t i = 0; i < values.size(); ++i) {
    float scale = result.scales[i / 20];
    EXPECT_LE(std::fabs(result.codes[i] * scale - values[i]),
              scale * 0.50001f);
  }
}

TEST_F(Weights, LeastSquaresIsNeverWorse) {
  std::vector<float> values;
  for (int i = 0; i < 2000; ++i)
    values.push_back(std::sin(i * 1.7f) * std::sin(i * 0.3f));
  values[5] = 1.3f;
  auto getError = [&](const QuantizedWeight &result) {
    double sum = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      double error = result.codes[i] * result.scales[i / 1000] - values[i];
      sum += error * error;
    }
    return sum;
  };
  auto rounded = llvm::cantFail(run(values, {2, 1000}, {1, -1}));
  auto best = llvm::cantFail(run(values, {2, 1000}, {1, -1}, "mse"));
  EXPECT_LT(getError(best), getError(rounded));
  for (int row = 0; row < 2; ++row)
    EXPECT_LE(best.scales[row], rounded.scales[row]);
  auto zero = llvm::cantFail(run({0.0f, 0.0f}, {2}, {-1}, "mse"));
  EXPECT_EQ(zero.scales[0], 1.0f);
}

TEST_F(Weights, BadValuesAndMethods) {
  EXPECT_EQ(llvm::toString(run({1.0f, NAN}, {2}, {-1}).takeError()),
            "the weight has a NaN or infinite value, the first at element 1");
  EXPECT_EQ(llvm::toString(run({1.0f}, {1}, {-1}, "gptq").takeError()),
            "unknown weight method 'gptq', supported: mse, rtn");
}
