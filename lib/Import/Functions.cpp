//===- Functions.cpp - Operator sets and model-local functions ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Functions.h"

#include "quantc/Import/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

/// As ONNX's own checker.
static constexpr unsigned maxCallDepth = 100, maxFunctions = 10000;

StringRef import::normalizeDomain(StringRef domain) {
  return domain == "ai.onnx" ? "" : domain;
}

LogicalResult import::readOpsets(
    const google::protobuf::RepeatedPtrField<pb::OperatorSetIdProto> &ids,
    OpsetMap &opsets, Report &report) {
  for (const pb::OperatorSetIdProto &id : ids) {
    StringRef domain = normalizeDomain(id.domain());
    auto [it, inserted] = opsets.try_emplace(domain, id.version());
    if (!inserted && it->second != id.version())
      return report.invalid("P12",
                            "operator set of domain " + quote(id.domain()) +
                                " is imported twice, as " + Twine(it->second) +
                                " and " + Twine(id.version()));
    if (!domain.empty())
      continue;
    auto bad = [&](StringRef why) {
      return report.error(ErrorCode::Unsupported, "P12",
                          "opset " + Twine(id.version()) + " of ai.onnx is " +
                              why + "; supported are " + Twine(minOpset) +
                              " to " + Twine(maxOpset));
    };
    if (id.version() > maxOpset)
      return bad("newer than this build");
    if (id.version() < minOpset)
      return bad(id.version() < 1 ? "no operator set" : "too old");
  }
  return success();
}

static std::string getKey(StringRef domain, StringRef name,
                          StringRef overload) {
  return (normalizeDomain(domain) + ":" + name + ":" + overload).str();
}

const pb::FunctionProto *Functions::lookup(const pb::NodeProto &node) const {
  if (entries.empty())
    return nullptr;
  auto it =
      entries.find(getKey(node.domain(), node.op_type(), node.overload()));
  return it == entries.end() ? nullptr : it->second.proto;
}

const OpsetMap &Functions::getOpsets(const pb::FunctionProto &function) const {
  return entries
      .find(getKey(function.domain(), function.name(), function.overload()))
      ->second.opsets;
}

FailureOr<int64_t> Functions::countNodes(const NodeRange &nodes,
                                         unsigned depth) {
  int64_t total = 0;
  bool failedInside = false;
  for (const pb::NodeProto &node : nodes) {
    total += 1;
    auto add = [&](FailureOr<int64_t> count) {
      if (failed(count))
        failedInside = true;
      else
        total = std::min(total + *count, maxNodes + 1);
    };
    if (const pb::FunctionProto *callee = lookup(node))
      add(countNodes(
          entries[getKey(callee->domain(), callee->name(), callee->overload())],
          depth + 1));
    forEachSubgraph(node, [&](const pb::GraphProto &graph) {
      add(countNodes(graph.node(), depth));
    });
    if (failedInside)
      return failure();
  }
  return total;
}

FailureOr<int64_t> Functions::countNodes(Entry &entry, unsigned depth) {
  if (entry.state == Entry::Done)
    return entry.nodes;
  callStack.push_back(entry.proto);
  if (entry.state == Entry::Active) {
    std::string path;
    for (auto *it = llvm::find(callStack, entry.proto); it != callStack.end();
         ++it)
      path += (path.empty() ? "" : " -> ") + (*it)->name();
    return report->invalid("P19", "function " + quote(entry.proto->name()) +
                                      " calls itself (" + quote(path) + ")");
  }
  if (depth > maxCallDepth)
    return report->error(ErrorCode::Limit, "P19",
                         "functions call each other more than " +
                             Twine(maxCallDepth) + " levels deep");
  entry.state = Entry::Active;
  FailureOr<int64_t> count = countNodes(entry.proto->node(), depth);
  if (failed(count))
    return failure();
  callStack.pop_back();
  entry.state = Entry::Done;
  return entry.nodes = *count;
}

LogicalResult Functions::load(const pb::ModelProto &model, int64_t limit,
                              Report &report) {
  this->report = &report;
  maxNodes = limit;
  if (model.functions_size() > int(maxFunctions))
    return report.error(ErrorCode::Limit, "P20",
                        Twine(model.functions_size()) + " functions, at most " +
                            Twine(maxFunctions));
  for (const pb::FunctionProto &function : model.functions()) {
    Entry entry{&function, {}};
    if (failed(readOpsets(function.opset_import(), entry.opsets, report)))
      return failure();
    std::string key =
        getKey(function.domain(), function.name(), function.overload());
    if (!entries.try_emplace(key, std::move(entry)).second)
      return report.invalid("P19", "function " + quote(function.name()) +
                                       " is defined twice");
  }
  FailureOr<int64_t> count = countNodes(model.graph().node(), 0);
  if (failed(count))
    return failure();
  if (*count > maxNodes)
    return report.error(ErrorCode::Limit, "P20",
                        "inlining of functions would create more than " +
                            Twine(maxNodes) + " nodes (--max-nodes)");
  return success();
}
