//===- NodeImporter.cpp - One node to operations ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "GraphImporter.h"
#include "Lift.h"

#include "quantc/Dialect/ONNX/IR/Constants.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

/// The node's name, or its first output's.
static Location getLocation(const pb::NodeProto &proto, const Scope &scope,
                            Builder &builder) {
  StringRef name = proto.name();
  for (const std::string &output : proto.output())
    if (name.empty())
      name = output;
  return NameLoc::get(builder.getStringAttr(scope.prefix + name));
}

LogicalResult GraphImporter::readOperands(const pb::NodeProto &proto,
                                          Scope &scope, Node &node) {
  for (auto [index, name] : llvm::enumerate(proto.input())) {
    Value value = name.empty() ? Value() : lookup(name, scope);
    if (!value && !name.empty())
      return nodes.error(node, ErrorCode::InvalidInput, "P16",
                         "input " + Twine(index) + " " + quote(name) +
                             " is not defined");
    node.operands.push_back(value);
  }
  return success();
}

/// The value `proto` has, whichever of its fields are set.
Attribute GraphImporter::convertAttribute(const Node &node,
                                          const pb::AttributeProto &proto) {
  using P = pb::AttributeProto;
  switch (proto.type()) {
  case P::FLOAT:
    return builder.getF32FloatAttr(proto.f());
  case P::INT:
    return builder.getI64IntegerAttr(proto.i());
  case P::STRING:
    return builder.getStringAttr(proto.s());
  case P::TENSOR:
    return tensors.convert(proto.t(), describe(node) + ": attribute " +
                                          quote(proto.name()));
  case P::SPARSE_TENSOR:
    return tensors.convert(proto.sparse_tensor(), describe(node) +
                                                      ": attribute " +
                                                      quote(proto.name()));
  case P::FLOATS:
    return builder.getDenseF32ArrayAttr(
        ArrayRef<float>(proto.floats().data(), proto.floats_size()));
  case P::INTS:
    return builder.getDenseI64ArrayAttr(
        ArrayRef<int64_t>(proto.ints().data(), proto.ints_size()));
  case P::STRINGS: {
    SmallVector<StringRef> strings(proto.strings().begin(),
                                   proto.strings().end());
    return builder.getStrArrayAttr(strings);
  }
  default:
    (void)nodes.error(node, ErrorCode::Unsupported, "P21",
                      "attribute " + quote(proto.name()) + " has type " +
                          Twine(int(proto.type())) +
                          ", which is not supported");
    return {};
  }
}

LogicalResult GraphImporter::readAttributes(const pb::NodeProto &proto,
                                            Scope &scope, Node &node) {
  for (const pb::AttributeProto &attr : proto.attribute()) {
    auto fail = [&](const Twine &why) {
      return nodes.error(node, ErrorCode::InvalidInput, "P21",
                         "attribute " + quote(attr.name()) + " " + why);
    };
    if (attr.name().empty())
      return fail("has no name");
    if (node.attributes.get(attr.name()))
      return fail("is given twice");
    const pb::AttributeProto *source = &attr;
    if (!attr.ref_attr_name().empty()) {
      if (!scope.callAttributes)
        return fail("refers to an attribute outside of a function");
      source = scope.callAttributes->lookup(attr.ref_attr_name());
      if (!source)
        continue; // the call leaves the default
    }
    if (source->type() == pb::AttributeProto::UNDEFINED)
      return fail("has no type");
    if (source->type() == pb::AttributeProto::GRAPH)
      continue; // read by If and Loop
    Attribute value = convertAttribute(node, *source);
    if (!value)
      return failure();
    node.attributes.set(attr.name(), value);
  }
  return success();
}

LogicalResult GraphImporter::importNode(const pb::NodeProto &proto,
                                        Scope &scope) {
  if (const pb::FunctionProto *function = functions.lookup(proto))
    return importCall(proto, *function, scope);
  Node node(getLocation(proto, scope, builder));
  node.type = proto.op_type();
  StringRef domain = normalizeDomain(proto.domain());
  auto opset = scope.opsets->find(domain);
  if (opset == scope.opsets->end() && domain.empty())
    return nodes.error(node, ErrorCode::InvalidInput, "P12",
                       "no operator set of ai.onnx is imported");
  node.opset = opset == scope.opsets->end() ? 1 : opset->second;
  for (const std::string &output : proto.output())
    node.outputs.push_back(!output.empty());
  if (failed(readOperands(proto, scope, node)) ||
      failed(readAttributes(proto, scope, node)))
    return failure();

  if (node.type == "If" || node.type == "Loop") {
    if (failed(node.type == "If" ? importIf(proto, scope, node)
                                 : importLoop(proto, scope, node)))
      return failure();
  } else if (Lift lift = getLift(domain, node.type)) {
    if (failed(lift(nodes, node)))
      return failure();
  }
  if (node.results.empty()) {
    Operation *op = nodes.create(node);
    if (!op)
      return failure();
    auto results = op->result_begin();
    for (bool wanted : node.outputs)
      node.results.push_back(wanted ? *results++ : Value());
  }
  return bindResults(proto, scope, node);
}

LogicalResult GraphImporter::bindResults(const pb::NodeProto &proto,
                                         Scope &scope, const Node &node) {
  for (auto [index, name] : llvm::enumerate(proto.output())) {
    if (name.empty())
      continue;
    Value value =
        size_t(index) < node.results.size() ? node.results[index] : Value();
    if (!value)
      return nodes.error(node, ErrorCode::Unsupported, "P16",
                         "output " + Twine(index) + " " + quote(name) +
                             " is not one this operator gives");
    if (failed(bind(name, value, scope, describe(node))))
      return failure();
    TensorType declared = scope.declared.lookup(name);
    if (!declared)
      continue;
    if (declared.getElementType() != getElement(value)) {
      std::string types;
      llvm::raw_string_ostream(types)
          << declared << ", but has elements of type " << getElement(value);
      return nodes.error(node, ErrorCode::InvalidInput, "P24",
                         "output " + quote(name) + " is declared " + types);
    }
    // Only where inference knows nothing: declarations get stale when somebody
    // edits a model's inputs.
    if (!cast<TensorType>(value.getType()).hasRank())
      value.setType(declared);
  }
  return success();
}

/// Inlines a call: the body's names live in a scope of their own.
LogicalResult GraphImporter::importCall(const pb::NodeProto &proto,
                                        const pb::FunctionProto &function,
                                        Scope &scope) {
  Node node(getLocation(proto, scope, builder));
  node.type = proto.op_type();
  if (failed(readOperands(proto, scope, node)))
    return failure();

  llvm::StringMap<const pb::AttributeProto *> attributes;
  for (const pb::AttributeProto &attr : function.attribute_proto())
    attributes[attr.name()] = &attr;
  for (const pb::AttributeProto &attr : proto.attribute()) {
    const pb::AttributeProto *source = &attr;
    if (!attr.ref_attr_name().empty())
      source = scope.callAttributes
                   ? scope.callAttributes->lookup(attr.ref_attr_name())
                   : nullptr;
    if (source)
      attributes[attr.name()] = source;
  }

  Scope body;
  body.block = scope.block;
  body.lastConstant = scope.lastConstant;
  body.opsets = &functions.getOpsets(function);
  body.prefix = (cast<NameLoc>(node.loc).getName().getValue() + "/").str();
  body.callAttributes = &attributes;
  if (node.operands.size() > size_t(function.input_size()) ||
      proto.output_size() > function.output_size())
    return nodes.error(node, ErrorCode::InvalidInput, "P16",
                       "the function has " + Twine(function.input_size()) +
                           " inputs and " + Twine(function.output_size()) +
                           " outputs");
  for (auto [index, name] : llvm::enumerate(function.input()))
    if (Value operand = node.operand(index))
      if (failed(bind(name, operand, body, "an input")))
        return failure();
  if (failed(importNodes(function.node(), body)))
    return failure();
  for (const std::string &name : function.output()) {
    Value value = lookup(name, body);
    if (!value && !name.empty())
      return nodes.error(node, ErrorCode::InvalidInput, "P17",
                         "output " + quote(name) +
                             " of the function is not produced by any node");
    node.results.push_back(value);
  }
  return bindResults(proto, scope, node);
}
