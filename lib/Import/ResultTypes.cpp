//===- ResultTypes.cpp - Element types of results ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Most operators keep their first operand's element type; the tables hold those
// that do not. Shapes are left to shape inference.
//
//===----------------------------------------------------------------------===//

#include "Node.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

namespace {
/// An operand's type (0, 1, ...) or a fixed one.
enum Rule { Bool = -5, UInt8, Int32, Int64, Float32 };
} // namespace

static int getFirstRule(StringRef type) {
  return llvm::StringSwitch<int>(type)
      .Cases({"And", "Or", "Xor", "Not", "Equal", "Greater", "GreaterOrEqual",
              "Less", "LessOrEqual", "IsInf", "IsNaN"},
             Bool)
      .Cases({"Shape", "Size", "NonZero", "ArgMax", "ArgMin"}, Int64)
      .Cases({"ConvInteger", "MatMulInteger"}, Int32)
      .Case("ConstantOfShape", Float32)
      .Case("DynamicQuantizeLinear", UInt8)
      .Cases({"CastLike", "Where", "DequantizeLinear"}, 1)
      .Cases({"OneHot", "QuantizeLinear"}, 2)
      .Cases({"QLinearConv", "QLinearMatMul"}, 7)
      .Default(0);
}

/// Results after the first.
static int getRule(StringRef type, unsigned result) {
  if (result == 0)
    return getFirstRule(type);
  return llvm::StringSwitch<int>(type)
      .Case("Dropout", Bool)
      .Cases({"MaxPool", "TopK"}, Int64)
      .Case("LayerNormalization", Float32)
      .Case("DynamicQuantizeLinear", result == 1 ? Float32 : UInt8)
      .Case("BatchNormalization", 2 + int(result))
      .Case("Attention", result == 3 ? 0 : int(result))
      .Default(0);
}

Type import::getResultElement(const Node &node, unsigned result) {
  if (node.element && result == 0)
    return node.element;
  Builder b(node.loc.getContext());
  int rule = getRule(node.type, result);
  switch (rule) {
  case Bool:
    return b.getI1Type();
  case UInt8:
    return b.getIntegerType(8, /*isSigned=*/false);
  case Int32:
    return b.getI32Type();
  case Int64:
    return b.getI64Type();
  case Float32:
    return b.getF32Type();
  }
  if (Value operand = node.operand(rule))
    return getElement(operand);
  // QuantizeLinear without a zero point.
  if (node.type == "QuantizeLinear")
    return b.getIntegerType(8, /*isSigned=*/false);
  return {};
}
