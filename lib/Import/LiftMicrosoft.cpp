//===- LiftMicrosoft.cpp - Operators of com.microsoft ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// ONNX Runtime's own operators, where ONNX's can say the same.
//
//===----------------------------------------------------------------------===//

#include "Lift.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

/// The same operator under ONNX's name.
static LogicalResult liftNothing(NodeBuilder &, Node &) { return success(); }

/// x + bias, then Gelu.
static LogicalResult addBias(NodeBuilder &b, Node &node) {
  if (node.operands.size() < 2 || !node.operands[0] || !node.operands[1])
    return success();
  Value sum = b.create(node, "Add", {node.operands[0], node.operands[1]});
  node.operands = {sum};
  return success(bool(sum));
}

static LogicalResult liftBiasGelu(NodeBuilder &b, Node &node) {
  node.type = "Gelu";
  return addBias(b, node);
}

static LogicalResult liftFastGelu(NodeBuilder &b, Node &node) {
  node.type = "Gelu";
  node.attributes.set("approximate", b.builder.getStringAttr("tanh"));
  return addBias(b, node);
}

/// x * sigmoid(alpha * x).
static LogicalResult liftQuickGelu(NodeBuilder &b, Node &node) {
  node.type = "Swish";
  if (!node.attributes.get("alpha"))
    node.attributes.set("alpha", b.builder.getF32FloatAttr(1.702f));
  return success();
}

static Value dequantize(NodeBuilder &b, const Node &node, unsigned first) {
  SmallVector<Value> operands;
  for (unsigned i = first; i < first + 3; ++i)
    operands.push_back(node.operand(i));
  if (!operands[0] || !operands[1]) {
    (void)b.error(node, ErrorCode::InvalidInput, "P16",
                  "a required input is omitted");
    return {};
  }
  return b.create(node, "DequantizeLinear", operands);
}

/// Operands (A, scale, zero point, B, scale, zero point, C's scale, zero point).
static LogicalResult liftBinary(NodeBuilder &b, Node &node, StringRef type) {
  Value lhs = dequantize(b, node, 0);
  Value rhs = lhs ? dequantize(b, node, 3) : Value();
  Value result = rhs ? b.create(node, type, {lhs, rhs}) : Value();
  if (!result)
    return failure();
  node.type = "QuantizeLinear";
  node.operands = {result, node.operand(6), node.operand(7)};
  return success();
}

static LogicalResult liftQLinearAdd(NodeBuilder &b, Node &node) {
  return liftBinary(b, node, "Add");
}

static LogicalResult liftQLinearMul(NodeBuilder &b, Node &node) {
  return liftBinary(b, node, "Mul");
}

ArrayRef<NamedLift> import::getMicrosoftLifts() {
  static constexpr NamedLift lifts[] = {
      {"BiasGelu", liftBiasGelu},
      {"DequantizeLinear", liftNothing},
      {"FastGelu", liftFastGelu},
      {"Gelu", liftNothing},
      {"QLinearAdd", liftQLinearAdd},
      {"QLinearMul", liftQLinearMul},
      {"QuantizeLinear", liftNothing},
      {"QuickGelu", liftQuickGelu},
  };
  return lifts;
}
