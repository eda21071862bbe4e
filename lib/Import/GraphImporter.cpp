//===- GraphImporter.cpp - Graphs to blocks of onnx operations ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Names become values here. An initializer becomes a constant at the top of its
// graph's block when it is first used, so unused ones cost nothing.
//
//===----------------------------------------------------------------------===//

#include "GraphImporter.h"

#include "NodeOrder.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

static constexpr size_t maxNameBytes = 64 << 10;

static std::string getProducer(Value value) {
  if (auto loc = dyn_cast<NameLoc>(value.getLoc()))
    if (value.getDefiningOp())
      return quote(loc.getName());
  return "an input";
}

/// Every name has one producer, in a graph and those around it.
LogicalResult GraphImporter::checkNew(StringRef name, const Scope &scope,
                                      StringRef producer) {
  if (name.size() > maxNameBytes)
    return report.error(ErrorCode::Limit, "P22",
                        "value name " + quote(name) + " is longer than " +
                            Twine(maxNameBytes) + " bytes");
  for (const Scope *s = &scope; s; s = s->parent) {
    auto it = s->values.find(name);
    bool isInitializer =
        s->initializers.contains(name) || s->sparseInitializers.contains(name);
    if (it != s->values.end() || isInitializer)
      return report.invalid(
          "P14",
          "value " + quote(name) + " is produced by both " +
              (isInitializer ? "an initializer" : getProducer(it->second)) +
              " and " + producer);
  }
  return success();
}

LogicalResult GraphImporter::bind(StringRef name, Value value, Scope &scope,
                                  StringRef producer) {
  if (failed(checkNew(name, scope, producer)))
    return failure();
  scope.values[name] = value;
  return success();
}

Value GraphImporter::lookup(StringRef name, Scope &scope) {
  Scope *owner = &scope;
  for (; owner; owner = owner->parent) {
    if (Value value = owner->values.lookup(name))
      return value;
    if (owner->initializers.contains(name) ||
        owner->sparseInitializers.contains(name))
      break;
  }
  if (!owner)
    return {};
  std::string what = "initializer " + quote(name);
  Attribute data;
  if (const pb::TensorProto *tensor = owner->initializers.lookup(name))
    data = tensors.convert(*tensor, what);
  else
    data = tensors.convert(*owner->sparseInitializers.lookup(name), what);
  if (!data)
    return {};
  OpBuilder::InsertionGuard guard(builder);
  if (owner->lastConstant)
    builder.setInsertionPointAfter(owner->lastConstant);
  else
    builder.setInsertionPointToStart(owner->block);
  Value constant =
      createConstant(builder, NameLoc::get(builder.getStringAttr(name)), data);
  owner->lastConstant = constant.getDefiningOp();
  owner->initializers.erase(name);
  owner->sparseInitializers.erase(name);
  return owner->values[name] = constant;
}

LogicalResult GraphImporter::addInitializers(const pb::GraphProto &graph,
                                             Scope &scope) {
  auto add = [&](auto &map, StringRef name, const auto *tensor) {
    if (name.empty())
      return report.invalid("P18", "an initializer has no name");
    if (scope.initializers.contains(name) ||
        scope.sparseInitializers.contains(name))
      return report.invalid("P18",
                            "initializer " + quote(name) + " is defined twice");
    map[name] = tensor;
    return success();
  };
  for (const pb::TensorProto &tensor : graph.initializer())
    if (failed(add(scope.initializers, tensor.name(), &tensor)))
      return failure();
  for (const pb::SparseTensorProto &tensor : graph.sparse_initializer())
    if (failed(add(scope.sparseInitializers, tensor.values().name(), &tensor)))
      return failure();
  return success();
}

/// An initializer that is also an input must have the input's shape.
static LogicalResult checkInitializer(StringRef name, ArrayRef<int64_t> dims,
                                      TensorType declared, Report &report) {
  if (!declared.hasRank())
    return success();
  bool agrees = dims.size() == size_t(declared.getRank());
  for (size_t i = 0; agrees && i < dims.size(); ++i)
    agrees = declared.isDynamicDim(i) || declared.getDimSize(i) == dims[i];
  if (agrees)
    return success();
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleave(dims, os, "x");
  os << ", but the input of that name is " << declared;
  return report.invalid("P18",
                        "initializer " + quote(name) + " has shape " + text);
}

LogicalResult GraphImporter::addInputs(const pb::GraphProto &graph,
                                       Scope &scope,
                                       SmallVectorImpl<ArrayAttr> &allDims) {
  llvm::StringMap<Dim> symbols;
  for (const pb::ValueInfoProto &input : graph.input()) {
    SmallVector<std::string> names;
    std::string what = "input " + quote(input.name());
    TensorType type = convertType(input.type(), what, report, &names);
    if (!type)
      return failure();
    const auto *dense = scope.initializers.lookup(input.name());
    const auto *sparse = scope.sparseInitializers.lookup(input.name());
    if (dense || sparse) {
      const auto &dims = dense ? dense->dims() : sparse->dims();
      if (failed(checkInitializer(
              input.name(), {dims.data(), size_t(dims.size())}, type, report)))
        return failure();
      continue;
    }
    Location loc = NameLoc::get(builder.getStringAttr(input.name()));
    Value argument = scope.block->addArgument(type, loc);
    if (failed(bind(input.name(), argument, scope, "an input")))
      return failure();
    SmallVector<StringRef> refs(names.begin(), names.end());
    allDims.push_back(builder.getStrArrayAttr(refs));
    if (!type.hasRank())
      continue;
    Dims shape = *nodes.shapes.getShape(argument);
    for (auto [dim, name] : llvm::zip(shape, names))
      if (!name.empty())
        dim = symbols.try_emplace(name, dim).first->second;
    nodes.shapes.setShape(argument, shape);
  }
  return success();
}

LogicalResult GraphImporter::addDeclarations(const pb::GraphProto &graph,
                                             Scope &scope) {
  auto add = [&](const pb::ValueInfoProto &info, StringRef kind) {
    if (info.type().value_case() == pb::TypeProto::VALUE_NOT_SET)
      return success();
    TensorType type =
        convertType(info.type(), kind + quote(info.name()), report, nullptr);
    if (!type)
      return failure();
    auto [it, inserted] = scope.declared.try_emplace(info.name(), type);
    if (inserted || succeeded(verifyCompatibleShape(it->second, type)))
      return success();
    std::string text;
    llvm::raw_string_ostream(text) << it->second << " and " << type;
    return report.invalid("P24", kind + quote(info.name()) +
                                     " is declared twice, as " + text);
  };
  for (const pb::ValueInfoProto &output : graph.output())
    if (failed(add(output, "output ")))
      return failure();
  for (const pb::ValueInfoProto &info : graph.value_info())
    if (failed(add(info, "value ")))
      return failure();
  return success();
}

LogicalResult GraphImporter::importNodes(const NodeRange &protos,
                                         Scope &scope) {
  // Before the sort, to which such a name may look like a cycle.
  for (const pb::NodeProto &proto : protos)
    for (const std::string &name : proto.output())
      if (!name.empty() &&
          failed(checkNew(name, scope, "node " + quote(proto.name()))))
        return failure();
  auto order = orderNodes(protos, report);
  if (failed(order))
    return failure();
  for (const pb::NodeProto *proto : *order)
    if (failed(importNode(*proto, scope)))
      return failure();
  return success();
}

func::FuncOp GraphImporter::importMain() {
  const pb::GraphProto &graph = model.graph();
  OpsetMap opsets;
  Scope scope;
  scope.opsets = &opsets;
  auto function = func::FuncOp::create(UnknownLoc::get(report.getContext()),
                                       "main", builder.getFunctionType({}, {}));
  OwningOpRef<func::FuncOp> owner(function);
  scope.block = function.addEntryBlock();
  builder.setInsertionPointToEnd(scope.block);

  SmallVector<ArrayAttr> dims;
  if (failed(readOpsets(model.opset_import(), opsets, report)) ||
      failed(addInitializers(graph, scope)) ||
      failed(addInputs(graph, scope, dims)) ||
      failed(addDeclarations(graph, scope)))
    return {};
  if (graph.node_size() == 0 || graph.output_size() == 0) {
    (void)report.invalid("P17", StringRef("graph has no ") +
                                    (graph.node_size() ? "outputs" : "nodes"));
    return {};
  }
  if (failed(importNodes(graph.node(), scope)))
    return {};

  SmallVector<Value> results;
  for (const pb::ValueInfoProto &output : graph.output()) {
    Value value = lookup(output.name(), scope);
    if (!value) {
      (void)report.invalid("P17", "output " + quote(output.name()) +
                                      " is not produced by any node");
      return {};
    }
    results.push_back(value);
  }
  func::ReturnOp::create(builder, function.getLoc(), results);

  function.setType(builder.getFunctionType(scope.block->getArgumentTypes(),
                                           ValueRange(results).getTypes()));
  for (auto [index, argument] : llvm::enumerate(scope.block->getArguments())) {
    function.setArgAttr(index, "onnx.name",
                        cast<NameLoc>(argument.getLoc()).getName());
    if (cast<TensorType>(argument.getType()).hasRank())
      function.setArgAttr(index, "onnx.dims", dims[index]);
  }
  for (auto [index, output] : llvm::enumerate(graph.output()))
    function.setResultAttr(index, "onnx.name",
                           builder.getStringAttr(output.name()));
  return owner.release();
}
