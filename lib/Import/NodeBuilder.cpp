//===- NodeBuilder.cpp - From node to operation ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Node.h"

#include "Types.h"

#include "mlir/IR/Verifier.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

std::string import::describe(const Node &node) {
  std::string name;
  if (auto named = dyn_cast<NameLoc>(node.loc))
    name = quote(named.getName()) + " ";
  return "node " + name + "(" + node.type + ")";
}

LogicalResult NodeBuilder::error(const Node &node, ErrorCode code, StringRef id,
                                 const Twine &what) {
  return report.error(code, id, describe(node) + ": " + what);
}

/// Sizes of `segments` of at most one value each, given by position.
static Attribute getSegments(NodeBuilder &b, ArrayRef<bool> present,
                             unsigned segments) {
  SmallVector<int32_t> sizes(present.begin(), present.end());
  sizes.resize(segments);
  return b.builder.getDenseI32ArrayAttr(sizes);
}

static LogicalResult addOperands(NodeBuilder &b, Node &node,
                                 const OpLayout &layout,
                                 OperationState &state) {
  while (!node.operands.empty() && !node.operands.back())
    node.operands.pop_back();
  SmallVector<bool> present;
  for (Value operand : node.operands)
    present.push_back(bool(operand));
  for (Value operand : node.operands)
    if (operand)
      state.operands.push_back(operand);
  if (!layout.operandSegments) {
    if (!llvm::is_contained(present, false))
      return success();
    return b.error(node, ErrorCode::InvalidInput, "P16",
                   "a required input is omitted");
  }
  if (present.size() > layout.operandSegments)
    return b.error(node, ErrorCode::InvalidInput, "P16",
                   Twine(present.size()) + " inputs, at most " +
                       Twine(layout.operandSegments) + " are allowed");
  state.addAttribute("operandSegmentSizes",
                     getSegments(b, present, layout.operandSegments));
  return success();
}

static LogicalResult addResults(NodeBuilder &b, Node &node,
                                const OpLayout &layout, OperationState &state) {
  SmallVector<bool> wanted = node.outputs;
  while (!wanted.empty() && !wanted.back())
    wanted.pop_back();
  wanted.resize(std::max<size_t>(wanted.size(), layout.minResults));
  // Without segments only the last results can be missing.
  std::fill_n(wanted.begin(),
              layout.resultSegments ? layout.minResults : wanted.size(), true);
  if (layout.resultSegments) {
    if (wanted.size() > layout.resultSegments)
      return b.error(node, ErrorCode::InvalidInput, "P16",
                     Twine(wanted.size()) + " outputs, at most " +
                         Twine(layout.resultSegments) + " are allowed");
    state.addAttribute("resultSegmentSizes",
                       getSegments(b, wanted, layout.resultSegments));
  }
  for (auto [index, isWanted] : llvm::enumerate(wanted)) {
    if (!isWanted)
      continue;
    Type element = getResultElement(node, index);
    if (!element)
      return b.error(node, ErrorCode::InvalidInput, "P16",
                     "a required input is omitted");
    state.addTypes(UnrankedTensorType::get(element));
  }
  node.outputs = wanted;
  return success();
}

static LogicalResult checkAttributes(NodeBuilder &b, const Node &node,
                                     RegisteredOperationName name,
                                     const NamedAttrList &attributes) {
  for (NamedAttribute attr : node.attributes) {
    if (!llvm::is_contained(name.getAttributeNames(), attr.getName()))
      return b.error(node, ErrorCode::Unsupported, "P21",
                     "attribute " + quote(attr.getName()) + " is not known");
    auto number = dyn_cast<FloatAttr>(attr.getValue());
    if (number && number.getValue().isNaN())
      return b.error(node, ErrorCode::InvalidInput, "T13",
                     "attribute " + quote(attr.getName()) + " is NaN");
  }
  std::string message = capture(b.builder.getContext(), [&] {
    NamedAttrList copy = attributes;
    return name.verifyInherentAttrs(copy, [&] { return emitError(node.loc); });
  });
  if (message.empty())
    return success();
  return b.error(node, ErrorCode::InvalidInput, "P21", message);
}

/// The kind of an error of the verifier or shape function: about the form of
/// the node, or about a constraint on sizes (of windows, or others).
static StringRef classify(const Node &node, StringRef message) {
  for (StringRef start : {"requires ", "expected ", "operand #", "attribute "})
    if (message.starts_with(start))
      return "P21";
  StringRef type = node.type;
  if (type == "Resize" || type == "Einsum")
    return "T13";
  return type.contains("Conv") || type.contains("Pool") ? "T10" : "T11";
}

Operation *NodeBuilder::create(Node &node) {
  const OpLayout *layout = getLayout(node.type);
  assert(layout && "unsupported operators are reported before");
  OperationState state(node.loc, "onnx." + node.type);
  state.addAttributes(node.attributes);
  if (failed(addOperands(*this, node, *layout, state)) ||
      failed(addResults(*this, node, *layout, state)) ||
      failed(checkAttributes(*this, node, *state.name.getRegisteredInfo(),
                             state.attributes)))
    return nullptr;
  Operation *op = builder.create(state);
  std::string message = capture(builder.getContext(), [&] {
    return verify(op, /*verifyRecursively=*/false);
  });
  if (!message.empty())
    (void)error(node, ErrorCode::InvalidInput, classify(node, message),
                message);
  else if (succeeded(inferShapes(node, op)))
    return op;
  return nullptr;
}

LogicalResult NodeBuilder::inferShapes(const Node &node, Operation *op) {
  auto shaped = dyn_cast<ShapeInferenceOpInterface>(op);
  if (!shaped)
    return success();
  std::string message =
      capture(builder.getContext(), [&] { return shaped.inferShapes(shapes); });
  if (!message.empty())
    return error(node, ErrorCode::InvalidInput, classify(node, message),
                 message);
  for (Value result : op->getResults()) {
    const Dims *dims = shapes.getShape(result);
    if (!dims)
      continue;
    TensorType type = refineType(cast<TensorType>(result.getType()), *dims);
    if (failed(checkDims(type.getShape(), "T12", describe(node), report)))
      return failure();
    result.setType(type);
  }
  return success();
}

Value NodeBuilder::create(const Node &origin, StringRef type,
                          ValueRange operands,
                          ArrayRef<NamedAttribute> attributes, Type element) {
  Node node(origin.loc);
  node.type = type.str();
  node.operands.assign(operands.begin(), operands.end());
  node.attributes = attributes;
  node.element = element;
  node.outputs = {true};
  Operation *op = create(node);
  return op ? op->getResult(0) : Value();
}

Value NodeBuilder::ints(const Node &origin, ArrayRef<int64_t> values) {
  return createInts(builder, origin.loc, values);
}

NamedAttribute NodeBuilder::attribute(StringRef name, int64_t value) {
  return builder.getNamedAttr(name, builder.getI64IntegerAttr(value));
}

NamedAttribute NodeBuilder::attribute(StringRef name, StringRef value) {
  return builder.getNamedAttr(name, builder.getStringAttr(value));
}
