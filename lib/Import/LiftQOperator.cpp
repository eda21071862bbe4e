//===- LiftQOperator.cpp - Quantized operators of com.microsoft ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// ONNX Runtime's QLinear operators on codes become the float operator between
// DequantizeLinear and QuantizeLinear, which is how they are defined; the fold
// stage makes integer operations of that again.
//
//===----------------------------------------------------------------------===//

#include "Lift.h"

#include "quantc/Dialect/ONNX/IR/Constants.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

/// Operands first, first + 1, first + 2: codes, scale, zero point.
static Value dequantize(NodeBuilder &b, const Node &node, unsigned first,
                        ArrayRef<NamedAttribute> attributes = {}) {
  SmallVector<Value> operands;
  for (unsigned i = first; i < first + 3; ++i)
    operands.push_back(node.operand(i));
  if (operands[0] && operands[1])
    return b.create(node, "DequantizeLinear", operands, attributes);
  (void)b.error(node, ErrorCode::InvalidInput, "P16",
                "a required input is omitted");
  return {};
}

/// Turns the node into the quantization of `value` by the scale and zero point
/// that are operands `first` and `first + 1`.
static LogicalResult quantize(NodeBuilder &b, Node &node, Value value,
                              unsigned first) {
  if (!value)
    return failure();
  if (!node.operand(first))
    return b.error(node, ErrorCode::InvalidInput, "P16",
                   "a required input is omitted");
  node.type = "QuantizeLinear";
  node.operands = {value, node.operand(first), node.operand(first + 1)};
  node.attributes.clear();
  return success();
}

/// (A, scale, zero point, B, scale, zero point, result's scale, zero point).
static LogicalResult liftBinary(NodeBuilder &b, Node &node, StringRef type) {
  Value lhs = dequantize(b, node, 0);
  Value rhs = lhs ? dequantize(b, node, 3) : Value();
  Value result = rhs ? b.create(node, type, {lhs, rhs}) : Value();
  return quantize(b, node, result, 6);
}

static LogicalResult liftAdd(NodeBuilder &b, Node &node) {
  return liftBinary(b, node, "Add");
}

static LogicalResult liftMul(NodeBuilder &b, Node &node) {
  return liftBinary(b, node, "Mul");
}

/// (X, scale, zero point, result's scale, zero point) and the float operator's
/// attributes.
static LogicalResult liftUnary(NodeBuilder &b, Node &node) {
  if (takeInt(node, "channels_last", 0))
    return b.error(node, ErrorCode::Unsupported, "P21",
                   "channels_last is not supported");
  Value input = dequantize(b, node, 0);
  StringRef type = StringRef(node.type).drop_front(strlen("QLinear"));
  Value result =
      input ? b.create(node, type, input, node.attributes.getAttrs()) : Value();
  return quantize(b, node, result, 3);
}

/// Softmax of the newest kind, or of a matrix before opset 13.
static LogicalResult liftSoftmax(NodeBuilder &b, Node &node) {
  auto type = node.operand(0)
                  ? dyn_cast<RankedTensorType>(node.operand(0).getType())
                  : RankedTensorType();
  int64_t opset = takeInt(node, "opset", 13);
  auto axis = dyn_cast_or_null<IntegerAttr>(node.attributes.get("axis"));
  bool isLast = axis && (axis.getInt() == -1 ||
                         (type && axis.getInt() == type.getRank() - 1));
  if (opset < 13 && !isLast)
    return b.error(node, ErrorCode::Unsupported, "P21",
                   "before opset 13 only the last axis is supported");
  return liftUnary(b, node);
}

/// (result's scale, zero point, then X, scale, zero point of each part).
static LogicalResult liftConcat(NodeBuilder &b, Node &node) {
  SmallVector<Value> parts;
  for (unsigned first = 2; first < node.operands.size(); first += 3) {
    parts.push_back(dequantize(b, node, first));
    if (!parts.back())
      return failure();
  }
  Value result = b.create(node, "Concat", parts, node.attributes.getAttrs());
  return quantize(b, node, result, 0);
}

/// (A, scale, zero point, B, scale, zero point, int32 C at the product's scale,
/// result's scale, zero point); without the last two the result is float.
static LogicalResult liftGemm(NodeBuilder &b, Node &node) {
  auto transB = dyn_cast_or_null<IntegerAttr>(node.attributes.get("transB"));
  int64_t channelAxis = transB && transB.getInt() ? 0 : 1;
  Value lhs = dequantize(b, node, 0);
  Value rhs =
      lhs ? dequantize(b, node, 3, b.attribute("axis", channelAxis)) : Value();
  if (!rhs)
    return failure();
  SmallVector<Value> operands = {lhs, rhs};
  if (Value bias = node.operand(6)) {
    Value scale = b.create(node, "Mul", {node.operand(1), node.operand(4)});
    Value cast = b.create(node, "Cast", bias, {}, b.builder.getF32Type());
    Value product =
        scale && cast ? b.create(node, "Mul", {cast, scale}) : Value();
    if (!product)
      return failure();
    operands.push_back(product);
  }
  Value result = b.create(node, "Gemm", operands, node.attributes.getAttrs());
  if (node.operand(7))
    return quantize(b, node, result, 7);
  node.results = {result};
  return success(bool(result));
}

ArrayRef<NamedLift> import::getQOperatorLifts() {
  static constexpr NamedLift lifts[] = {
      {"QGemm", liftGemm},
      {"QLinearAdd", liftAdd},
      {"QLinearAveragePool", liftUnary},
      {"QLinearConcat", liftConcat},
      {"QLinearGlobalAveragePool", liftUnary},
      {"QLinearLeakyRelu", liftUnary},
      {"QLinearMul", liftMul},
      {"QLinearSigmoid", liftUnary},
      {"QLinearSoftmax", liftSoftmax},
  };
  return lifts;
}
