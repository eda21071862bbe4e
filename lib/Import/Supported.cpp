//===- Supported.cpp - Which operators can be imported ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Supported.h"

#include "Lift.h"
#include "Node.h"
#include "llvm/ADT/DenseSet.h"
#include <map>

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

namespace {
struct Missing {
  int64_t count = 0;
  std::string first;
};

class Checker {
public:
  explicit Checker(const Functions &functions) : functions(functions) {}
  void visit(const google::protobuf::RepeatedPtrField<pb::NodeProto> &nodes);

  std::map<std::string, Missing> missing;

private:
  const Functions &functions;
  llvm::DenseSet<const pb::FunctionProto *> seen;
};
} // namespace

void Checker::visit(
    const google::protobuf::RepeatedPtrField<pb::NodeProto> &nodes) {
  for (const pb::NodeProto &node : nodes) {
    forEachSubgraph(node,
                    [&](const pb::GraphProto &graph) { visit(graph.node()); });
    if (const pb::FunctionProto *function = functions.lookup(node)) {
      if (seen.insert(function).second)
        visit(function->node());
      continue;
    }
    StringRef domain = normalizeDomain(node.domain());
    if ((domain.empty() && getLayout(node.op_type())) ||
        getLift(domain, node.op_type()))
      continue;
    StringRef shown = domain.empty() ? "ai.onnx" : domain;
    Missing &entry = missing[(shown + ":" + node.op_type()).str()];
    if (entry.count++ == 0)
      entry.first = !node.name().empty()     ? node.name()
                    : node.output_size() > 0 ? node.output(0)
                                             : "";
  }
}

LogicalResult import::checkSupported(const pb::ModelProto &model,
                                     const Functions &functions,
                                     Report &report) {
  Checker checker(functions);
  checker.visit(model.graph().node());
  if (checker.missing.empty())
    return success();
  std::string text;
  llvm::raw_string_ostream os(text);
  size_t count = checker.missing.size();
  os << count << (count == 1 ? " operator is" : " operators are")
     << " not supported: ";
  llvm::interleaveComma(checker.missing, os, [&](const auto &entry) {
    os << StringRef(quote(entry.first)).trim('\'') << " x" << entry.second.count
       << " (first: node " << quote(entry.second.first) << ")";
  });
  return report.error(ErrorCode::Unsupported, "P13", text);
}
