//===- GraphExporter.cpp - Blocks of onnx operations to graphs ------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Constants become initializers of the graph they stand in, in the order of their
// first use. No value_info is written: whoever reads the model infers shapes
// anyway, and declarations get stale when somebody edits it.
//
//===----------------------------------------------------------------------===//

#include "GraphExporter.h"

#include "../Import/Types.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::exporting;
using namespace quantc::onnx;

GraphExporter::GraphExporter(func::FuncOp function, int64_t opset,
                             TensorWriter &tensors)
    : function(function), opset(opset), tensors(tensors), names(function),
      shapes(function.getContext()) {
  // Names of dimensions are a courtesy: without them the sizes stay unknown.
  ScopedDiagnosticHandler silence(function.getContext(),
                                  [](Diagnostic &) { return success(); });
  (void)shapes.analyze(function);
}

void GraphExporter::describe(Value value, StringRef name,
                             pb::ValueInfoProto &info) {
  info.set_name(name.str());
  auto type = cast<TensorType>(value.getType());
  auto *tensor = info.mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(import::getDataType(type.getElementType()));
  const Dims *dims = type.hasRank() ? shapes.getShape(value) : nullptr;
  if (!dims)
    return;
  tensor->mutable_shape();
  for (Dim dim : *dims) {
    auto *size = tensor->mutable_shape()->add_dim();
    if (std::optional<int64_t> number = ShapeEnv::getConstant(dim))
      size->set_dim_value(*number);
    else if (auto symbol = dyn_cast<AffineSymbolExpr>(dim))
      if (StringRef name = shapes.getSymbols()[symbol.getPosition()].name;
          !name.empty())
        size->set_dim_param(name.str());
  }
}

void GraphExporter::addIdentity(StringRef from, StringRef node, StringRef to,
                                pb::GraphProto &graph) {
  pb::NodeProto &identity = *graph.add_node();
  identity.set_op_type("Identity");
  identity.set_name(node.str());
  identity.add_input(from.str());
  identity.add_output(to.str());
  read.insert(from);
}

void GraphExporter::exportConstants(Block &block, pb::GraphProto &graph) {
  // The operations in the order that names were given in.
  llvm::SetVector<Operation *> constants;
  block.walk<WalkOrder::PreOrder>([&](Operation *op) {
    for (Value operand : op->getOperands()) {
      auto constant = operand.getDefiningOp<ConstantOp>();
      if (constant && constant->getBlock() == &block &&
          read.contains(names.get(operand)))
        constants.insert(constant);
    }
  });
  for (Operation *constant : constants) {
    pb::TensorProto &tensor = *graph.add_initializer();
    tensor.set_name(names.get(constant->getResult(0)).str());
    tensors.write(*ConstantData::get(constant->getResult(0)), tensor);
  }
}

void GraphExporter::exportBlock(Block &block, pb::GraphProto &graph) {
  for (Operation &op : block.without_terminator())
    if (!isa<ConstantOp>(op))
      exportNode(&op, *graph.add_node());
}

/// A graph's outputs are values of its own, each once.
void GraphExporter::exportBody(Operation *op, Region &region,
                               StringRef attribute, pb::NodeProto &node) {
  pb::AttributeProto &attr = *node.add_attribute();
  attr.set_name(attribute.str());
  attr.set_type(pb::AttributeProto::GRAPH);
  pb::GraphProto &graph = *attr.mutable_g();
  graph.set_name(attribute.str());
  Block &block = region.front();
  for (BlockArgument argument : block.getArguments())
    describe(argument, names.get(argument), *graph.add_input());
  exportBlock(block, graph);
  llvm::SmallPtrSet<Value, 4> seen;
  for (auto [index, value] :
       llvm::enumerate(block.getTerminator()->getOperands())) {
    Operation *producer = value.getDefiningOp();
    bool isOwn = producer && producer->getBlock() == &block &&
                 !isa<ConstantOp>(producer) && seen.insert(value).second;
    std::string name = names.get(value).str();
    if (!isOwn) {
      std::string wish = (names.get(op) + "." + attribute + "." +
                          Twine(index)).str();
      name = names.makeNode(wish);
      addIdentity(names.get(value), name, name, graph);
    }
    describe(value, name, *graph.add_output());
  }
  exportConstants(block, graph);
}

void GraphExporter::exportMain(pb::GraphProto &graph) {
  graph.set_name(function.getName().str());
  Block &block = function.getBody().front();
  for (BlockArgument argument : block.getArguments())
    describe(argument, names.getInput(argument.getArgNumber()),
             *graph.add_input());
  exportBlock(block, graph);
  for (auto [index, value] :
       llvm::enumerate(block.getTerminator()->getOperands())) {
    std::string name = names.getOutput(index).str();
    if (!names.isNamedInPlace(index))
      addIdentity(names.get(value), names.makeNode(name), name, graph);
    describe(value, name, *graph.add_output());
  }
  exportConstants(block, graph);
}
