//===- LiftMath.cpp - Older versions of Math and Reduction operators ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Lift.h"

#include "quantc/Dialect/ONNX/IR/Constants.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

/// Appends dimensions of size one to `operand` so that its first dimension is
/// `axis` of a tensor of `rank`.
static LogicalResult alignAt(NodeBuilder &b, Node &node, unsigned operand,
                             int64_t axis) {
  auto type = cast<TensorType>(node.operands[0].getType());
  auto aligned = cast<TensorType>(node.operands[operand].getType());
  if (!type.hasRank() || !aligned.hasRank())
    return b.error(node, ErrorCode::Unsupported, "P21",
                   "broadcasting at an axis needs inputs of known rank");
  int64_t first = aligned.getRank();
  int64_t missing =
      type.getRank() - (axis < 0 ? axis + type.getRank() : axis) - first;
  if (missing < 0)
    return b.error(node, ErrorCode::InvalidInput, "T11",
                   "axis " + Twine(axis) + " does not fit the inputs");
  if (missing == 0)
    return success();
  auto axes = llvm::to_vector(llvm::seq(first, first + missing));
  node.operands[operand] =
      b.create(node, "Unsqueeze", {node.operands[operand], b.ints(node, axes)});
  return success(bool(node.operands[operand]));
}

/// Before opset 7 broadcasting had to be asked for, and aligned the second
/// operand at an axis (by default at the end, as today).
static LogicalResult liftBroadcast(NodeBuilder &b, Node &node) {
  if (node.opset >= 7)
    return success();
  node.take("broadcast");
  auto axis = dyn_cast_or_null<IntegerAttr>(node.take("axis"));
  if (!axis || !node.operand(0) || !node.operand(1))
    return success();
  return alignAt(b, node, 1, axis.getInt());
}

static LogicalResult liftGemm(NodeBuilder &, Node &node) {
  if (node.opset < 7)
    node.take("broadcast");
  return success();
}

/// Before opset 7 a slope per channel was a vector.
static LogicalResult liftPRelu(NodeBuilder &b, Node &node) {
  if (node.opset >= 7 || !node.operand(0) || !node.operand(1))
    return success();
  auto slope = dyn_cast<RankedTensorType>(node.operands[1].getType());
  if (!slope || slope.getRank() != 1 || slope.getDimSize(0) == 1)
    return success();
  return alignAt(b, node, 1, 1);
}

/// Bounds were float attributes until opset 11; the default does not limit.
static LogicalResult liftClip(NodeBuilder &b, Node &node) {
  if (node.opset >= 11 || !node.operand(0))
    return success();
  auto type = RankedTensorType::get({}, getElement(node.operands[0]));
  auto floatType = dyn_cast<FloatType>(type.getElementType());
  node.operands.resize(3);
  for (unsigned index : {1, 2}) {
    auto bound =
        dyn_cast_or_null<FloatAttr>(node.take(index == 1 ? "min" : "max"));
    if (!bound || !floatType)
      continue;
    APFloat value = bound.getValue();
    bool lossy;
    value.convert(floatType.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                  &lossy);
    node.operands[index] = createConstant(b.builder, node.loc,
                                          DenseElementsAttr::get(type, value));
  }
  return success();
}

/// Until opset 13 the operator worked on the matrix that Flatten makes at the
/// axis (1 by default).
static LogicalResult liftSoftmax(NodeBuilder &b, Node &node) {
  if (node.opset >= 13 || !node.operand(0))
    return success();
  Value input = node.operands[0];
  int64_t axis = takeInt(node, "axis", 1);
  auto type = cast<TensorType>(input.getType());
  if (axis == -1 || (type.hasRank() && axis == type.getRank() - 1))
    return success();
  Value flat = b.create(node, "Flatten", input, b.attribute("axis", axis));
  Value result = flat ? b.create(node, node.type, flat) : Value();
  Value shape = result ? b.create(node, "Shape", input) : Value();
  Value reshaped = shape ? b.create(node, "Reshape", {result, shape}) : Value();
  node.results = {reshaped};
  return success(bool(reshaped));
}

static LogicalResult liftReduce(NodeBuilder &b, Node &node) {
  if (node.opset < 18)
    attributeToInput(b, node, "axes", 1);
  return success();
}

static LogicalResult liftReduceSum(NodeBuilder &b, Node &node) {
  if (node.opset < 13)
    attributeToInput(b, node, "axes", 1);
  return success();
}

ArrayRef<NamedLift> import::getMathLifts() {
  static constexpr NamedLift lifts[] = {
      {"Add", liftBroadcast},       {"And", liftBroadcast},
      {"Clip", liftClip},           {"Div", liftBroadcast},
      {"Equal", liftBroadcast},     {"Gemm", liftGemm},
      {"Greater", liftBroadcast},   {"Hardmax", liftSoftmax},
      {"Less", liftBroadcast},      {"LogSoftmax", liftSoftmax},
      {"Mul", liftBroadcast},       {"Or", liftBroadcast},
      {"PRelu", liftPRelu},         {"Pow", liftBroadcast},
      {"ReduceL1", liftReduce},     {"ReduceL2", liftReduce},
      {"ReduceLogSum", liftReduce}, {"ReduceLogSumExp", liftReduce},
      {"ReduceMax", liftReduce},    {"ReduceMean", liftReduce},
      {"ReduceMin", liftReduce},    {"ReduceProd", liftReduce},
      {"ReduceSum", liftReduceSum}, {"ReduceSumSquare", liftReduce},
      {"Softmax", liftSoftmax},     {"Sub", liftBroadcast},
      {"Xor", liftBroadcast},
  };
  return lifts;
}
