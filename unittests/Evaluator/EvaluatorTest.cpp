//===- EvaluatorTest.cpp - Golden cases of the reference ------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// ONNX's node tests judge the operators; here is what they leave open: saturation
// and ties for every element type, canonical sums, NaN, both precisions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Evaluator/Evaluator.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace mlir;
using namespace quantc;

namespace {
struct EvaluatorTest : testing::Test {
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  std::string diagnostics;

  EvaluatorTest() {
    context.loadDialect<onnx::ONNXDialect, qnn::QNNDialect, func::FuncDialect,
                        arith::ArithDialect, math::MathDialect>();
    context.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
      diagnostics += diagnostic.str() + "\n";
      return success();
    });
  }

  template <typename T>
  Tensor make(Type element, SmallVector<int64_t, 4> shape,
              std::vector<T> values) {
    Tensor tensor;
    tensor.element = element;
    tensor.shape = std::move(shape);
    tensor.bytes.resize(values.size() * sizeof(T));
    std::copy(values.begin(), values.end(), tensor.data<T>());
    return tensor;
  }
  Tensor floats(std::vector<float> values) {
    int64_t size = values.size();
    return make<float>(Float32Type::get(&context), {size}, std::move(values));
  }

  /// The first result of @main.
  FailureOr<Tensor> run(StringRef text, ArrayRef<Tensor> inputs,
                        Precision precision = Precision::F32) {
    module = parseSourceString<ModuleOp>(text, &context);
    if (!module)
      return failure();
    EvaluatorOptions options;
    options.precision = precision;
    FailureOr<std::vector<Tensor>> results = evaluate(
        module->lookupSymbol<func::FuncOp>("main"), inputs, options);
    if (failed(results))
      return failure();
    return results->front();
  }

  template <typename T> std::vector<T> values(const FailureOr<Tensor> &tensor) {
    if (failed(tensor)) {
      ADD_FAILURE() << diagnostics;
      return {};
    }
    return {tensor->data<T>(), tensor->data<T>() + tensor->size()};
  }

  /// `x` quantized with scale 1 to codes of `type`, the zero point `zero`.
  template <typename T>
  std::vector<T> quantize(StringRef type, StringRef codec, std::vector<float> x,
                          T zero) {
    std::string n = std::to_string(x.size());
    std::string codes = "tensor<" + n + "x" + type.str() + ">";
    std::string point = "tensor<" + type.str() + ">";
    std::string text =
        "func.func @main(%x: tensor<" + n + "xf32>, %s: tensor<f32>, %z: " +
        point + ") -> " + codes + " {\n  %q = qnn.quantize %x, %s, %z {codec = " +
        codec.str() + ", block = array<i64: -1>} : (tensor<" + n +
        "xf32>, tensor<f32>, " + point + ") -> " + codes +
        "\n  return %q : " + codes + "\n}";
    bool isUnsigned = type.starts_with("u");
    unsigned width = std::stoi(type.drop_front(isUnsigned ? 2 : 1).str());
    Type element = IntegerType::get(
        &context, width,
        isUnsigned ? IntegerType::Unsigned : IntegerType::Signless);
    return values<T>(run(text, {floats(x),
                                make<float>(Float32Type::get(&context), {}, {1}),
                                make<T>(element, {}, {zero})}));
  }
};
} // namespace

TEST_F(EvaluatorTest, quantizeSaturatesAndTiesGoToEven) {
  std::vector<float> x = {0.5f, 1.5f, 2.5f, -0.5f, -1.5f,
                          1e9f, -1e9f, INFINITY, -INFINITY, NAN};
  EXPECT_EQ((quantize<uint8_t>("ui8", "#qnn.int<8, unsigned>", x, 10)),
            (std::vector<uint8_t>{10, 12, 12, 10, 8, 255, 0, 255, 0, 0}));
  EXPECT_EQ((quantize<int8_t>("i8", "#qnn.int<8, signed>", x, 0)),
            (std::vector<int8_t>{0, 2, 2, 0, -2, 127, -128, 127, -128, -128}));
  EXPECT_EQ((quantize<uint16_t>("ui16", "#qnn.int<16, unsigned>", x, 0)),
            (std::vector<uint16_t>{0, 2, 2, 0, 0, 65535, 0, 65535, 0, 0}));
  EXPECT_EQ((quantize<int8_t>("i4", "#qnn.int<4, signed>", x, 1)),
            (std::vector<int8_t>{1, 3, 3, 1, -1, 7, -8, 7, -8, -8}));
}

TEST_F(EvaluatorTest, integersWrapAndDivideByZeroIsZero) {
  StringRef text = R"(
    func.func @main(%a: tensor<4xi8>, %b: tensor<4xi8>) -> tensor<4xi8> {
      %0 = onnx.Div %a, %b : (tensor<4xi8>, tensor<4xi8>) -> tensor<4xi8>
      %1 = onnx.Mul %0, %a : (tensor<4xi8>, tensor<4xi8>) -> tensor<4xi8>
      return %1 : tensor<4xi8>
    })";
  Type i8 = IntegerType::get(&context, 8);
  // -128 / -1 wraps to -128; its square is 0 modulo 256.
  EXPECT_EQ((values<int8_t>(run(text, {make<int8_t>(i8, {4}, {-128, 7, -7, 100}),
                                       make<int8_t>(i8, {4}, {-1, 0, 2, 1})}))),
            (std::vector<int8_t>{0, 0, 21, 16}));
}

TEST_F(EvaluatorTest, castsTruncateAndSaturate) {
  StringRef text = R"(
    func.func @main(%x: tensor<6xf32>) -> tensor<6xi32> {
      %0 = onnx.Cast %x : (tensor<6xf32>) -> tensor<6xi32>
      return %0 : tensor<6xi32>
    })";
  EXPECT_EQ((values<int32_t>(
                run(text, {floats({1.9f, -1.9f, 3e9f, -3e9f, NAN, 0.f})}))),
            (std::vector<int32_t>{1, -1, INT32_MAX, INT32_MIN, 0, 0}));
}

TEST_F(EvaluatorTest, sumsFollowTheLanes) {
  StringRef text = R"(
    func.func @main(%x: tensor<?xf32>) -> tensor<1xf32> {
      %0 = onnx.ReduceSum %x : (tensor<?xf32>) -> tensor<1xf32>
      return %0 : tensor<1xf32>
    })";
  std::vector<float> x(33, 0x1p-24f);
  x[0] = 1;
  // Lane 0 loses two small ones, lanes 1 to 15 hold 2^-23 each.
  EXPECT_EQ(values<float>(run(text, {floats(x)})),
            std::vector<float>{1.f + 15 * 0x1p-23f});
  EXPECT_EQ(values<float>(run(text, {floats(x)}, Precision::F64)),
            std::vector<float>{float(1 + 32 * 0x1p-24)});
}

TEST_F(EvaluatorTest, notANumberStays) {
  StringRef text = R"(
    func.func @main(%x: tensor<3xf32>) -> tensor<3xf32> {
      %0 = onnx.Relu %x : (tensor<3xf32>) -> tensor<3xf32>
      %1 = onnx.Max %0, %x : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
      return %1 : tensor<3xf32>
    })";
  std::vector<float> y = values<float>(run(text, {floats({NAN, -0.f, -1.f})}));
  ASSERT_EQ(y.size(), 3u);
  EXPECT_TRUE(std::isnan(y[0]));
  EXPECT_EQ(y[1], 0.f);
}

TEST_F(EvaluatorTest, epilogueRoundsEveryOperation) {
  StringRef text = R"(
    func.func @main(%a: tensor<1x2xui8>, %b: tensor<2x2xi8>, %c: tensor<2xf32>)
        -> tensor<1x2xi8> {
      %0 = qnn.matmul %a, %b with %c
          : (tensor<1x2xui8>, tensor<2x2xi8>, tensor<2xf32>) -> tensor<1x2xi8> {
      ^bb0(%acc: i32, %scale: f32):
        %f = arith.sitofp %acc : i32 to f32
        %one = arith.constant 1.0 : f32
        %t = arith.mulf %f, %scale : f32
        %q = qnn.quantize %t, %one {codec = #qnn.int<8, signed>} : (f32, f32) -> i8
        qnn.yield %q : i8
      }
      return %0 : tensor<1x2xi8>
    })";
  Type ui8 = IntegerType::get(&context, 8, IntegerType::Unsigned);
  Type i8 = IntegerType::get(&context, 8);
  // 255 * 1 + 200 * -1 = 55 and 255 * 2 + 200 * 3 = 1110.
  EXPECT_EQ((values<int8_t>(run(text, {make<uint8_t>(ui8, {1, 2}, {255, 200}),
                                       make<int8_t>(i8, {2, 2}, {1, 2, -1, 3}),
                                       floats({0.5f, 1.f})}))),
            (std::vector<int8_t>{28, 127}));
}

TEST_F(EvaluatorTest, indicesOutsideAreErrors) {
  StringRef text = R"(
    func.func @main(%x: tensor<3xf32>, %i: tensor<1xi64>) -> tensor<1xf32> {
      %0 = onnx.Gather %x, %i : (tensor<3xf32>, tensor<1xi64>) -> tensor<1xf32>
      return %0 : tensor<1xf32>
    })";
  Tensor index = make<int64_t>(IntegerType::get(&context, 64), {1}, {3});
  EXPECT_TRUE(failed(run(text, {floats({1, 2, 3}), index})));
  EXPECT_NE(diagnostics.find("index 3 is outside a dimension of 3"),
            std::string::npos);
}
