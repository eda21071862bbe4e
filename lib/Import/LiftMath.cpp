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
    node.operands[index] = createConstant(
        b.builder, node.loc, DenseElementsAttr::get(type, value));
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
  Value reshaped =
      shape ? b.create(node, "Reshape", {result, shape}) : Value();
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
      {"Clip", liftClip},
      {"Hardmax", liftSoftmax},
      {"LogSoftmax", liftSoftmax},
      {"ReduceL1", liftReduce},
      {"ReduceL2", liftReduce},
      {"ReduceLogSum", liftReduce},
      {"ReduceLogSumExp", liftReduce},
      {"ReduceMax", liftReduce},
      {"ReduceMean", liftReduce},
      {"ReduceMin", liftReduce},
      {"ReduceProd", liftReduce},
      {"ReduceSum", liftReduceSum},
      {"ReduceSumSquare", liftReduce},
      {"Softmax", liftSoftmax},
  };
  return lifts;
}
