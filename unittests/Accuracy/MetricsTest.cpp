//===- MetricsTest.cpp - How far one tensor is from another ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Accuracy/Metrics.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/MLIRContext.h"
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>

using namespace quantc;

using Pair = std::pair<double, double>;
static constexpr double infinity = std::numeric_limits<double>::infinity();
static constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

static ErrorMetrics compare(std::vector<double> reference,
                            std::vector<double> candidate, int64_t row) {
  ErrorMetrics metrics;
  metrics.add(reference, candidate, row);
  return metrics;
}

TEST(Metrics, FiguresOfAKnownCase) {
  // Errors 0, 1 and 0, -2: signal 30, noise 5.
  ErrorMetrics metrics = compare({1, 2, 3, 4}, {1, 3, 3, 2}, 2);
  EXPECT_DOUBLE_EQ(metrics.getSQNR(), 10 * std::log10(30.0 / 5.0));
  double first = 7 / (std::sqrt(5.0) * std::sqrt(10.0));
  double second = 17 / (5 * std::sqrt(13.0));
  EXPECT_DOUBLE_EQ(metrics.getCosine(), (first + second) / 2);
  EXPECT_DOUBLE_EQ(metrics.getMinCosine(), second);
  EXPECT_EQ(metrics.getMaxAbs(), 2);
  EXPECT_EQ(metrics.getMeanAbs(), 0.75);
  EXPECT_EQ(metrics.getTop1(), 0.5);
  EXPECT_EQ(metrics.getReferenceRMS(), std::sqrt(7.5));
  EXPECT_FALSE(metrics.isEqual());
}

TEST(Metrics, SumsUpOverRuns) {
  ErrorMetrics metrics, whole = compare({1, 2, 3, 4}, {1, 3, 3, 2}, 2);
  metrics.add({1.0, 2.0}, {1.0, 3.0}, 2);
  metrics.add({3.0, 4.0}, {3.0, 2.0}, 2);
  EXPECT_EQ(metrics.getSQNR(), whole.getSQNR());
  EXPECT_EQ(metrics.getCosine(), whole.getCosine());
  EXPECT_EQ(metrics.getNumRows(), 2);
}

TEST(Metrics, EqualTensorsHaveNoError) {
  // The cosine of this row with itself rounds to less than one.
  ErrorMetrics metrics = compare({0.1, 0.7, -0.3}, {0.1, 0.7, -0.3}, 3);
  EXPECT_EQ(metrics.getSQNR(), infinity);
  EXPECT_EQ(metrics.getCosine(), 1);
  EXPECT_EQ(metrics.getTop1(), 1);
  EXPECT_TRUE(metrics.isEqual());
  EXPECT_TRUE(ErrorMetrics().isEqual());
  EXPECT_EQ(ErrorMetrics().getCosine(), 1);
  EXPECT_TRUE(std::isnan(ErrorMetrics().getTop1()));
}

TEST(Metrics, ZeroReference) {
  EXPECT_EQ(compare({0, 0}, {0, 0}, 2).getSQNR(), infinity);
  EXPECT_EQ(compare({0, 0}, {0, 0}, 2).getCosine(), 1);
  EXPECT_EQ(compare({0, 0}, {0, 1}, 2).getSQNR(), -infinity);
  EXPECT_EQ(compare({0, 0}, {0, 1}, 2).getCosine(), 0);
}

TEST(Metrics, NonFiniteValuesAgreeOrAreMismatches) {
  ErrorMetrics same = compare({notANumber, infinity, -infinity, 1},
                              {notANumber, infinity, -infinity, 1}, 4);
  EXPECT_TRUE(same.isEqual());
  EXPECT_EQ(same.getNumElements(), 4);
  for (auto [r, c] : {Pair(notANumber, 1.0), Pair(1.0, notANumber),
                      Pair(infinity, -infinity),
                      Pair(infinity, notANumber), Pair(2.0, infinity)}) {
    ErrorMetrics metrics = compare({r, 3}, {c, 3}, 2);
    EXPECT_EQ(metrics.getNumMismatches(), 1);
    EXPECT_EQ(metrics.getSQNR(), -infinity);
    EXPECT_EQ(metrics.getMaxAbs(), infinity);
    EXPECT_EQ(metrics.getMeanAbs(), infinity);
    EXPECT_EQ(metrics.getCosine(), 0);
    EXPECT_TRUE(metrics.toJSON().getNull("sqnr_db"));
  }
}

TEST(Metrics, TopIsTheFirstGreatestAndNeverNaN) {
  EXPECT_EQ(compare({2, 2, 1}, {2, 1, 2}, 3).getTop1(), 1);
  EXPECT_EQ(compare({notANumber, 2, 1}, {notANumber, 1, 0}, 3).getTop1(), 1);
  EXPECT_TRUE(std::isnan(compare({1, 2}, {1, 2}, 1).getTop1()));
}

template <typename T>
static Tensor makeTensor(mlir::Type element, std::vector<int64_t> shape,
                         std::vector<T> values) {
  Tensor tensor{element, {shape.begin(), shape.end()}, {}};
  tensor.bytes.resize(values.size() * sizeof(T));
  std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  return tensor;
}

TEST(Metrics, EveryElementTypeBecomesDouble) {
  mlir::MLIRContext context;
  mlir::Builder b(&context);
  using Doubles = std::vector<double>;
  auto unsignedType = [&](unsigned width) {
    return mlir::IntegerType::get(&context, width, mlir::IntegerType::Unsigned);
  };
  EXPECT_EQ(toDoubles(makeTensor<float>(b.getF32Type(), {2}, {0.5f, -3})),
            (Doubles{0.5, -3}));
  EXPECT_EQ(toDoubles(makeTensor<uint16_t>(b.getF16Type(), {1}, {0x3E00})),
            Doubles{1.5});
  EXPECT_EQ(toDoubles(makeTensor<uint16_t>(b.getBF16Type(), {1}, {0x3FC0})),
            Doubles{1.5});
  EXPECT_EQ(toDoubles(makeTensor<int8_t>(b.getI8Type(), {1}, {-7})),
            Doubles{-7});
  EXPECT_EQ(toDoubles(makeTensor<uint8_t>(unsignedType(8), {1}, {200})),
            Doubles{200});
  EXPECT_EQ(toDoubles(makeTensor<int64_t>(b.getI64Type(), {1}, {-9})),
            Doubles{-9});
  EXPECT_EQ(toDoubles(makeTensor<uint8_t>(b.getI1Type(), {2}, {0, 1})),
            (Doubles{0, 1}));
}

TEST(Metrics, ShapesMustAgree) {
  mlir::MLIRContext context;
  mlir::Type f32 = mlir::Float32Type::get(&context);
  ErrorMetrics metrics;
  llvm::Error error = metrics.add(makeTensor<float>(f32, {1, 2}, {1, 2}),
                                  makeTensor<float>(f32, {2}, {1, 2}));
  EXPECT_EQ(llvm::toString(std::move(error)),
            "the shapes differ: [1, 2] in the reference, [2] in the candidate");
  // A tensor without elements, whatever its rows.
  Tensor empty = makeTensor<float>(f32, {3, 0}, {});
  ASSERT_FALSE(bool(metrics.add(empty, empty)));
  EXPECT_TRUE(metrics.isEqual());
}
