//===- TensorNamesTest.cpp - Names of a model's values ----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Quantization/TensorNames.h"
#include "mlir/Parser/Parser.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "gtest/gtest.h"
#include <set>

using namespace mlir;
using namespace quantc;

/// Statistics are looked up by name: no two values may have the same one.
TEST(TensorNames, NumberedNamesDoNotMeetOthers) {
  MLIRContext context;
  context.loadDialect<func::FuncDialect, onnx::ONNXDialect>();
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(R"mlir(
    func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
      %0 = onnx.Neg %x : (tensor<4xf32>) -> tensor<4xf32> loc("a")
      %1 = onnx.Neg %0 : (tensor<4xf32>) -> tensor<4xf32> loc("a")
      %2 = onnx.Neg %1 : (tensor<4xf32>) -> tensor<4xf32> loc("a#1")
      %3 = onnx.Neg %2 : (tensor<4xf32>) -> tensor<4xf32> loc("a")
      return %3 : tensor<4xf32>
    })mlir",
                                                              &context);
  ASSERT_TRUE(module);
  auto names = getTensorNames(*module->getOps<func::FuncOp>().begin());
  std::set<std::string> different;
  for (auto &[value, name] : names)
    different.insert(name);
  EXPECT_EQ(different, (std::set<std::string>{"arg0", "a", "a#1", "a#1#1",
                                              "a#2"}));
}
