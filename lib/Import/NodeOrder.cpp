//===- NodeOrder.cpp - Nodes after what they use ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "NodeOrder.h"

#include "Functions.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::import;

namespace {
class Sorter {
public:
  Sorter(const google::protobuf::RepeatedPtrField<pb::NodeProto> &nodes,
         Report &report);
  bool isSorted() const { return sorted; }
  FailureOr<SmallVector<const pb::NodeProto *>> sort();

private:
  void addUses(const pb::NodeProto &node, unsigned index);
  void addUses(const pb::GraphProto &graph, unsigned index);
  void addUse(const std::string &name, unsigned index);
  LogicalResult reportCycle(ArrayRef<std::pair<unsigned, unsigned>> stack,
                            unsigned again);

  const google::protobuf::RepeatedPtrField<pb::NodeProto> &nodes;
  Report &report;
  llvm::StringMap<unsigned> producers;
  std::vector<SmallVector<unsigned, 2>> uses;
  bool sorted = true;
  /// Names the subgraphs around the current node define.
  llvm::StringMap<unsigned> local;
};
} // namespace

Sorter::Sorter(const google::protobuf::RepeatedPtrField<pb::NodeProto> &nodes,
               Report &report)
    : nodes(nodes), report(report), uses(nodes.size()) {
  for (auto [index, node] : llvm::enumerate(nodes))
    for (const std::string &output : node.output())
      if (!output.empty())
        producers.try_emplace(output, index);
  for (auto [index, node] : llvm::enumerate(nodes))
    addUses(node, index);
}

void Sorter::addUse(const std::string &name, unsigned index) {
  auto it = producers.find(name);
  if (it == producers.end() || local.lookup(name))
    return;
  uses[index].push_back(it->second);
  sorted &= it->second < index;
}

void Sorter::addUses(const pb::NodeProto &node, unsigned index) {
  for (const std::string &input : node.input())
    addUse(input, index);
  forEachSubgraph(node,
                  [&](const pb::GraphProto &graph) { addUses(graph, index); });
}

/// What a subgraph uses of the graph around it.
void Sorter::addUses(const pb::GraphProto &graph, unsigned index) {
  auto define = [&](int change) {
    for (const pb::ValueInfoProto &input : graph.input())
      local[input.name()] += change;
    for (const pb::TensorProto &tensor : graph.initializer())
      local[tensor.name()] += change;
    for (const pb::NodeProto &node : graph.node())
      for (const std::string &output : node.output())
        local[output] += change;
  };
  define(1);
  for (const pb::NodeProto &node : graph.node())
    addUses(node, index);
  for (const pb::ValueInfoProto &output : graph.output())
    addUse(output.name(), index);
  define(-1);
}

LogicalResult Sorter::reportCycle(ArrayRef<std::pair<unsigned, unsigned>> stack,
                                  unsigned again) {
  std::string path;
  bool inside = false;
  auto add = [&](unsigned index) {
    const pb::NodeProto &node = nodes[index];
    path += (path.empty() ? "" : " -> ") +
            quote(node.name().empty() ? node.output(0) : node.name());
  };
  for (auto [index, next] : stack) {
    inside |= index == again;
    if (inside && path.size() < 500)
      add(index);
  }
  add(again);
  return report.invalid("P15", "graph has a cycle: " + path);
}

FailureOr<SmallVector<const pb::NodeProto *>> Sorter::sort() {
  enum State : uint8_t { New, Active, Done };
  std::vector<State> states(nodes.size(), New);
  SmallVector<const pb::NodeProto *> order;
  // Depth first with a stack of our own: (node, next use to look at).
  SmallVector<std::pair<unsigned, unsigned>> stack;
  for (unsigned root = 0; root < uses.size(); ++root) {
    if (states[root] == New)
      stack.emplace_back(root, 0);
    while (!stack.empty()) {
      auto &[index, next] = stack.back();
      states[index] = Active;
      if (next == uses[index].size()) {
        states[index] = Done;
        order.push_back(&nodes[index]);
        stack.pop_back();
        continue;
      }
      unsigned used = uses[index][next++];
      if (states[used] == Active)
        return reportCycle(stack, used);
      if (states[used] == New)
        stack.emplace_back(used, 0);
    }
  }
  return order;
}

FailureOr<SmallVector<const pb::NodeProto *>> import::orderNodes(
    const google::protobuf::RepeatedPtrField<pb::NodeProto> &nodes,
    Report &report) {
  Sorter sorter(nodes, report);
  if (sorter.isSorted()) {
    SmallVector<const pb::NodeProto *> order;
    for (const pb::NodeProto &node : nodes)
      order.push_back(&node);
    return order;
  }
  auto order = sorter.sort();
  if (succeeded(order))
    report.warning("P15", "nodes are not in topological order; sorted");
  return order;
}
