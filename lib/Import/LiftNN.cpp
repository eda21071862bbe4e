//===- LiftNN.cpp - Older versions of NN operators ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Lift.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

static LogicalResult liftBatchNormalization(NodeBuilder &b, Node &node) {
  if (node.opset < 7)
    node.take("is_test");
  if (node.opset < 9 && takeInt(node, "spatial", 1) == 0)
    return b.error(node, ErrorCode::Unsupported, "P21",
                   "spatial = 0 (statistics per element) is not supported");
  if (node.opset < 14)
    while (node.outputs.size() > 1 && !node.outputs.back())
      node.outputs.pop_back();
  if (node.opset < 14 && node.outputs.size() > 1)
    return b.error(node, ErrorCode::Unsupported, "P21",
                   "outputs of training are not supported");
  return success();
}

static LogicalResult liftDropout(NodeBuilder &, Node &node) {
  if (node.opset < 7)
    node.take("is_test");
  if (node.opset < 12)
    node.take("ratio");
  return success();
}

/// Scale and bias had one element per group until opset 21, now one per
/// channel: [G] -> [G, 1] -> [G, C / G] -> [C].
static LogicalResult liftGroupNormalization(NodeBuilder &b, Node &node) {
  auto groups =
      dyn_cast_or_null<IntegerAttr>(node.attributes.get("num_groups"));
  if (node.opset >= 21 || !groups || node.operands.size() != 3 ||
      llvm::is_contained(node.operands, Value()))
    return success();
  Value channels = b.create(node, "Shape", node.operands[0],
                            {b.attribute("end", 2), b.attribute("start", 1)});
  Value count = b.ints(node, groups.getInt());
  Value size = channels ? b.create(node, "Div", {channels, count}) : Value();
  Value grid =
      size ? b.create(node, "Concat", {count, size}, b.attribute("axis", 0))
           : Value();
  if (!grid)
    return failure();
  Value one = b.ints(node, 1), all = b.ints(node, -1);
  for (unsigned index : {1, 2}) {
    Value &operand = node.operands[index];
    operand = b.create(node, "Unsqueeze", {operand, one});
    operand = operand ? b.create(node, "Expand", {operand, grid}) : Value();
    operand = operand ? b.create(node, "Reshape", {operand, all}) : Value();
    if (!operand)
      return failure();
  }
  return success();
}

/// Whether to give the whole sequence followed from the outputs wanted.
static LogicalResult liftRecurrent(NodeBuilder &, Node &node) {
  if (node.opset < 7)
    node.take("output_sequence");
  return success();
}

/// ONNX Runtime's name for it before opset 23.
static LogicalResult liftSimplifiedLayerNormalization(NodeBuilder &,
                                                      Node &node) {
  node.type = "RMSNormalization";
  return success();
}

ArrayRef<NamedLift> import::getNNLifts() {
  static constexpr NamedLift lifts[] = {
      {"BatchNormalization", liftBatchNormalization},
      {"Dropout", liftDropout},
      {"GRU", liftRecurrent},
      {"GroupNormalization", liftGroupNormalization},
      {"LSTM", liftRecurrent},
      {"RNN", liftRecurrent},
      {"SimplifiedLayerNormalization", liftSimplifiedLayerNormalization},
  };
  return lifts;
}
