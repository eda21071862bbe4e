//===- ModelGraph.cpp - A model's operations, described -------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Quantize and dequantize are no nodes: an edge runs from the operation that
// computed the numbers to the one that reads them, so that a float model and its
// quantized form give the same graph.
//
//===----------------------------------------------------------------------===//

#include "quantc/Accuracy/ModelGraph.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Driver/Diagnostics.h"
#include "quantc/Quantization/TensorNames.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace quantc;

/// Whether `op` only changes between numbers and codes.
static bool isConversion(Operation *op) {
  return isa<qnn::QuantizeOp, qnn::DynamicQuantizeOp, qnn::DequantizeOp>(op);
}

static bool isNode(Operation &op) {
  return !isa<onnx::ConstantOp, func::ReturnOp>(op) && !isConversion(&op) &&
         op.getNumResults() > 0;
}

/// The value that `value` holds the codes of, or the numbers of.
static Value skipConversions(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isConversion(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

static bool isFloat(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && isa<FloatType>(type.getElementType());
}

/// The dequantize that reads `value`, if it holds codes.
static qnn::DequantizeOp getDequantize(Value value) {
  for (OpOperand &use : value.getUses())
    if (auto op = dyn_cast<qnn::DequantizeOp>(use.getOwner());
        op && use.getOperandNumber() == 0)
      return op;
  return nullptr;
}

/// Whether `value` holds the codes of a tensor: quantized somewhere above, with
/// nothing but operations on codes between.
static bool isCodes(Value value) {
  while (!isFloat(value)) {
    Operation *op = value.getDefiningOp();
    if (!op || op->getNumOperands() == 0)
      return false;
    if (isa<qnn::QuantizeOp, qnn::DynamicQuantizeOp>(op))
      return true;
    value = op->getOperand(0);
  }
  return false;
}

static GraphNode::Placement getPlacement(Operation &op) {
  for (Value operand : op.getOperands())
    if (operand.getDefiningOp<qnn::DequantizeOp>() || isCodes(operand))
      return GraphNode::Placement::Codes;
  if (getDequantize(op.getResult(0)))
    return GraphNode::Placement::Codes;
  return isFloat(op.getResult(0)) ? GraphNode::Placement::Float
                                  : GraphNode::Placement::Other;
}

/// The range that a quantize with constant scale and zero point covers.
static std::optional<Interval> getRange(qnn::QuantizeOp op) {
  auto codec = dyn_cast<qnn::IntCodecAttr>(op.getCodec());
  std::optional<ConstantData> scale = ConstantData::get(op.getScale());
  if (!codec || !scale || scale->getNumElements() != 1)
    return std::nullopt;
  double zeroPoint = 0;
  if (op.getZeroPoint()) {
    std::optional<ConstantData> data = ConstantData::get(op.getZeroPoint());
    if (!data)
      return std::nullopt;
    zeroPoint = data->getDouble(0);
  }
  double codes = double(uint64_t(1) << codec.getWidth());
  double lowest = codec.getIsSigned() ? -codes / 2 : 0;
  double step = scale->getDouble(0);
  return Interval{float((lowest - zeroPoint) * step),
                  float((lowest + codes - 1 - zeroPoint) * step)};
}

static void addConstant(ModelGraph &graph, onnx::ConstantOp op) {
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  std::optional<uint64_t> bytes =
      type ? getConstantBytes(type) : std::nullopt;
  if (!bytes)
    return;
  std::string element;
  llvm::raw_string_ostream(element) << type.getElementType();
  for (auto &[name, sum] : graph.constantBytes)
    if (name == element) {
      sum += *bytes;
      return;
    }
  graph.constantBytes.push_back({element, *bytes});
}

static std::string nameOf(ArrayAttr names, unsigned i, StringRef fallback) {
  auto name = names ? cast<DictionaryAttr>(names[i]).getAs<StringAttr>("onnx.name")
                    : StringAttr();
  return name ? name.str() : fallback.str() + std::to_string(i);
}

ModelGraph quantc::describeGraph(ModuleOp module) {
  ModelGraph graph;
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return graph;
  auto names = getTensorNames(main);
  DenseMap<Value, unsigned> nodeOf;
  for (BlockArgument argument : main.getArguments()) {
    nodeOf[argument] = unsigned(graph.nodes.size());
    auto dims = main.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(),
                                                 "onnx.dims");
    graph.nodes.push_back({names[argument], "input",
                           describeType(argument.getType(), dims),
                           GraphNode::Placement::Other,
                           {}});
  }
  for (Operation &op : main.getOps()) {
    if (auto constant = dyn_cast<onnx::ConstantOp>(op))
      addConstant(graph, constant);
    if (auto quantize = dyn_cast<qnn::QuantizeOp>(op))
      if (std::optional<Interval> range = getRange(quantize))
        graph.ranges[names[skipConversions(quantize.getX())]] = *range;
    if (!isNode(op))
      continue;
    GraphNode node{names[op.getResult(0)],
                   op.getName().stripDialect().str(),
                   describeType(op.getResult(0).getType(), nullptr),
                   getPlacement(op),
                   {}};
    for (Value operand : op.getOperands())
      if (auto found = nodeOf.find(skipConversions(operand));
          found != nodeOf.end() &&
          !llvm::is_contained(node.inputs, found->second))
        node.inputs.push_back(found->second);
    for (Value result : op.getResults())
      nodeOf[result] = unsigned(graph.nodes.size());
    graph.nodes.push_back(std::move(node));
  }
  Operation *ret = main.getBody().front().getTerminator();
  ArrayAttr attributes = main.getAllResultAttrs();
  for (auto [i, value] : llvm::enumerate(ret->getOperands()))
    if (auto found = nodeOf.find(skipConversions(value)); found != nodeOf.end())
      graph.outputs.push_back(
          {nameOf(attributes, unsigned(i), "output_"), found->second});
  return graph;
}

uint64_t ModelGraph::getConstantBytes() const {
  uint64_t sum = 0;
  for (const auto &[element, bytes] : constantBytes)
    sum += bytes;
  return sum;
}

llvm::MapVector<StringRef, Value>
quantc::getLayers(func::FuncOp function,
                  const DenseMap<Value, std::string> &names) {
  llvm::MapVector<StringRef, Value> layers;
  for (Operation &op : function.getOps()) {
    if (!isNode(op))
      continue;
    for (Value result : op.getResults()) {
      Value value = result;
      if (qnn::DequantizeOp dequantize = getDequantize(result))
        value = dequantize.getX();
      if (isFloat(value))
        layers[names.find(result)->second] = value;
    }
  }
  return layers;
}
