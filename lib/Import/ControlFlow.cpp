//===- ControlFlow.cpp - If and Loop ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "GraphImporter.h"

#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

static const pb::GraphProto *getGraph(const pb::NodeProto &proto,
                                      StringRef name) {
  for (const pb::AttributeProto &attr : proto.attribute())
    if (attr.name() == name && attr.has_g())
      return &attr.g();
  return nullptr;
}

static Type getUnranked(Value value) {
  return UnrankedTensorType::get(getElement(value));
}

static ValueRange getYielded(Region &body) {
  return body.front().getTerminator()->getOperands();
}

/// Imports the nodes of `graph` into `scope`; `results` become its outputs.
LogicalResult GraphImporter::importGraph(const pb::GraphProto &graph,
                                         Scope &scope,
                                         SmallVectorImpl<Value> &results) {
  if (failed(addDeclarations(graph, scope)) ||
      failed(importNodes(graph.node(), scope)))
    return failure();
  for (const pb::ValueInfoProto &output : graph.output()) {
    Value value = lookup(output.name(), scope);
    if (!value)
      return report.invalid("P17", "output " + quote(output.name()) +
                                       " is not produced by any node");
    results.push_back(value);
  }
  return success();
}

/// The scope of a graph inside `parent`.
static Scope enter(Scope &parent, Block *block) {
  Scope scope;
  scope.parent = &parent;
  scope.opsets = parent.opsets;
  scope.prefix = parent.prefix;
  scope.callAttributes = parent.callAttributes;
  scope.block = block;
  return scope;
}

/// Fills `region` with `graph`; its inputs have `inputs`' element types.
LogicalResult GraphImporter::importBody(const pb::GraphProto &graph,
                                        Scope &parent, const Node &node,
                                        Region &region, TypeRange inputs) {
  auto fail = [&](const Twine &why) {
    return nodes.error(node, ErrorCode::InvalidInput, "P25", why);
  };
  if (size_t(graph.input_size()) != inputs.size())
    return fail("body has " + Twine(graph.input_size()) + " inputs, expected " +
                Twine(inputs.size()));
  OpBuilder::InsertionGuard guard(builder);
  Scope scope = enter(parent, builder.createBlock(&region));
  if (failed(addInitializers(graph, scope)))
    return failure();
  for (auto [input, expected] : llvm::zip(graph.input(), inputs)) {
    TensorType type = cast<TensorType>(expected);
    if (input.type().value_case() != pb::TypeProto::VALUE_NOT_SET) {
      type = convertType(input.type(), "input " + quote(input.name()), report,
                         nullptr);
      if (!type)
        return failure();
      if (type.getElementType() != cast<TensorType>(expected).getElementType())
        return fail("input " + quote(input.name()) +
                    " of the body has another element type than its value");
    }
    Location loc = NameLoc::get(builder.getStringAttr(input.name()));
    if (failed(bind(input.name(), scope.block->addArgument(type, loc), scope,
                    "an input")))
      return failure();
  }
  SmallVector<Value> results;
  if (failed(importGraph(graph, scope, results)))
    return failure();
  onnx::YieldOp::create(builder, node.loc, results);
  return success();
}

/// Imports a branch in place of its If.
LogicalResult GraphImporter::importTaken(const pb::GraphProto &graph,
                                         Scope &parent, Node &node) {
  Scope scope = enter(parent, parent.block);
  scope.lastConstant = parent.lastConstant;
  if (failed(addInitializers(graph, scope)) ||
      failed(importGraph(graph, scope, node.results)))
    return failure();
  if (node.outputs.size() > node.results.size())
    return nodes.error(node, ErrorCode::InvalidInput, "P25",
                       "the branch taken gives " + Twine(node.results.size()) +
                           " values, the node has " +
                           Twine(node.outputs.size()) + " outputs");
  return success();
}

LogicalResult GraphImporter::importIf(const pb::NodeProto &proto, Scope &scope,
                                      Node &node) {
  const pb::GraphProto *thenGraph = getGraph(proto, "then_branch");
  const pb::GraphProto *elseGraph = getGraph(proto, "else_branch");
  if (!thenGraph || !elseGraph)
    return nodes.error(node, ErrorCode::InvalidInput, "P21",
                       "needs attributes 'then_branch' and 'else_branch'");
  if (!node.operand(0))
    return nodes.error(node, ErrorCode::InvalidInput, "P16",
                       "a required input is omitted");
  // Models written for several ranks choose by sizes. Nodes of the other branch
  // need not make sense for these.
  if (const Dims *cond = nodes.shapes.getContents(node.operand(0));
      cond && cond->size() == 1)
    if (std::optional<int64_t> isTrue = ShapeEnv::getConstant(cond->front()))
      return importTaken(*isTrue ? *thenGraph : *elseGraph, scope, node);
  OperationState state(node.loc, onnx::IfOp::getOperationName());
  state.addOperands(node.operand(0));
  Region *thenRegion = state.addRegion(), *elseRegion = state.addRegion();
  if (failed(importBody(*thenGraph, scope, node, *thenRegion, {})) ||
      failed(importBody(*elseGraph, scope, node, *elseRegion, {})))
    return failure();
  ValueRange thenValues = getYielded(*thenRegion);
  ValueRange elseValues = getYielded(*elseRegion);
  if (thenValues.size() != elseValues.size() ||
      node.outputs.size() > thenValues.size())
    return nodes.error(node, ErrorCode::InvalidInput, "P25",
                       "branches give " + Twine(thenValues.size()) + " and " +
                           Twine(elseValues.size()) + " values, the node has " +
                           Twine(node.outputs.size()) + " outputs");
  for (auto [a, b] : llvm::zip(thenValues, elseValues)) {
    if (getElement(a) != getElement(b))
      return nodes.error(node, ErrorCode::InvalidInput, "P25",
                         "branches give values of different element types");
    state.addTypes(getUnranked(a));
  }
  Operation *op = builder.create(state);
  node.results.assign(op->result_begin(), op->result_end());
  return nodes.inferShapes(node, op);
}

/// The operands are M, cond and the carried values, the body's inputs the
/// iteration, the condition and the carried values, its outputs the condition,
/// the carried and the scanned values.
LogicalResult GraphImporter::importLoop(const pb::NodeProto &proto,
                                        Scope &scope, Node &node) {
  const pb::GraphProto *body = getGraph(proto, "body");
  if (!body)
    return nodes.error(node, ErrorCode::InvalidInput, "P21",
                       "needs attribute 'body'");
  ArrayRef<Value> carried =
      ArrayRef(node.operands)
          .drop_front(std::min<size_t>(2, node.operands.size()));
  if (llvm::is_contained(carried, Value()))
    return nodes.error(node, ErrorCode::InvalidInput, "P16",
                       "a required input is omitted");
  auto scalar = [](Type element) { return RankedTensorType::get({}, element); };
  SmallVector<Type> inputs = {scalar(builder.getI64Type()),
                              scalar(builder.getI1Type())};
  for (Value value : carried)
    inputs.push_back(getUnranked(value));

  OperationState state(node.loc, onnx::LoopOp::getOperationName());
  SmallVector<int32_t> segments = {node.operand(0) ? 1 : 0,
                                   node.operand(1) ? 1 : 0,
                                   int32_t(carried.size())};
  for (Value operand : node.operands)
    if (operand)
      state.addOperands(operand);
  state.addAttribute("operandSegmentSizes",
                     builder.getDenseI32ArrayAttr(segments));
  Region *region = state.addRegion();
  if (failed(importBody(*body, scope, node, *region, inputs)))
    return failure();
  ValueRange yielded = getYielded(*region);
  if (yielded.size() < 1 + carried.size() ||
      node.outputs.size() > yielded.size() - 1)
    return nodes.error(node, ErrorCode::InvalidInput, "P25",
                       "body gives " + Twine(yielded.size()) +
                           " values for a condition, " + Twine(carried.size()) +
                           " carried values and " + Twine(node.outputs.size()) +
                           " outputs");
  for (auto [index, value] : llvm::enumerate(yielded.drop_front())) {
    if (index < carried.size() &&
        getElement(value) != getElement(carried[index]))
      return nodes.error(node, ErrorCode::InvalidInput, "P25",
                         "carried value " + Twine(index) +
                             " changes its element type");
    state.addTypes(getUnranked(value));
  }
  Operation *op = builder.create(state);
  node.results.assign(op->result_begin(), op->result_end());
  return nodes.inferShapes(node, op);
}
