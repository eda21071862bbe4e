//===- Graph.cpp - The model's graph, coloured by error -------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Drawn as version histories are: one row per operation in program order, and to
// its left lanes that tensors run down until their last reader. A chain is one
// straight line, a residual connection a second lane, and a thousand operations
// are a thousand rows, whatever the window's width.
//
//===----------------------------------------------------------------------===//

#include "Html.h"

#include "llvm/Support/Format.h"

using namespace quantc;
using namespace quantc::report;
using llvm::raw_ostream;

static constexpr unsigned rowHeight = 26, laneWidth = 15, margin = 8;
static constexpr unsigned maxLanes = 10; ///< further tensors share the last

namespace {
/// The lane of every node.
class Lanes {
public:
  explicit Lanes(const ModelGraph &graph) : lastReader(graph.nodes.size(), 0) {
    for (auto [i, node] : llvm::enumerate(graph.nodes))
      for (unsigned input : node.inputs)
        lastReader[input] = unsigned(i);
    for (auto [i, node] : llvm::enumerate(graph.nodes))
      place(unsigned(i), node);
  }

  unsigned operator[](unsigned node) const { return lanes[node]; }
  unsigned size() const { return unsigned(taken.size()); }

private:
  /// A node continues the first lane that ends with it.
  void place(unsigned i, const GraphNode &node) {
    std::optional<unsigned> lane;
    for (unsigned input : node.inputs)
      if (lastReader[input] == i) {
        taken[lanes[input]] = false;
        if (!lane)
          lane = lanes[input];
      }
    if (!lane)
      for (unsigned l = 0; l < taken.size() && !lane; ++l)
        if (!taken[l])
          lane = l;
    if (!lane && taken.size() == maxLanes)
      lane = maxLanes - 1;
    if (!lane) {
      lane = unsigned(taken.size());
      taken.push_back(false);
    }
    taken[*lane] = lastReader[i] > i;
    lanes.push_back(*lane);
  }

  std::vector<unsigned> lastReader, lanes;
  std::vector<bool> taken;
};
} // namespace

static unsigned getX(unsigned lane) { return margin + lane * laneWidth + 6; }
static unsigned getY(size_t row) {
  return margin + unsigned(row) * rowHeight + rowHeight / 2;
}

/// Down the producer's lane, then over to the reader in the last row.
static void drawEdge(raw_ostream &os, const Lanes &lanes, unsigned from,
                     unsigned to) {
  unsigned x1 = getX(lanes[from]), y1 = getY(from);
  unsigned x2 = getX(lanes[to]), y2 = getY(to);
  os << "<path class=\"edge\" d=\"M" << x1 << ' ' << y1;
  if (x1 == x2)
    os << "V" << y2;
  else
    os << "V" << y2 - rowHeight << "C" << x1 << ' ' << y2 - rowHeight / 2 << ' '
       << x2 << ' ' << y2 - rowHeight / 2 << ' ' << x2 << ' ' << y2;
  os << "\"/>";
}

static std::string getNodeClass(const GraphNode &node,
                                const llvm::StringMap<double> &errors) {
  auto found = errors.find(node.name);
  if (found == errors.end())
    return "hollow";
  return "node b" + std::to_string(getErrorClass(found->second));
}

static void drawNode(raw_ostream &os, const GraphNode &node, unsigned x,
                     unsigned y, const std::string &style) {
  os << "<";
  // The shape says where it computes, for whoever cannot tell the colours.
  if (node.placement == GraphNode::Placement::Float)
    os << "rect x=\"" << x - 5 << "\" y=\"" << y - 5
       << "\" width=\"10\" height=\"10\"";
  else
    os << "circle cx=\"" << x << "\" cy=\"" << y << "\" r=\""
       << (node.placement == GraphNode::Placement::Codes ? 6 : 4) << "\"";
  os << " class=\"" << style << "\"/>\n";
}

static llvm::StringRef describe(GraphNode::Placement placement) {
  switch (placement) {
  case GraphNode::Placement::Codes:
    return "codes";
  case GraphNode::Placement::Float:
    return "float";
  case GraphNode::Placement::Other:
    return "";
  }
  llvm_unreachable("unknown placement");
}

static void printRow(raw_ostream &os, const ModelGraph &graph, size_t i,
                     const llvm::StringMap<double> &errors) {
  const GraphNode &node = graph.nodes[i];
  os << "<li title=\"" << escape(node.name) << ", " << escape(node.type)
     << "\"><span class=\"op\">" << escape(node.op)
     << "</span><span class=\"name\"><bdi>" << escape(node.name)
     << "</bdi></span>";
  for (const auto &[name, source] : graph.outputs)
    if (source == i)
      os << "<span class=\"tag\">output " << escape(name) << "</span>";
  if (llvm::StringRef text = describe(node.placement); !text.empty())
    os << "<span class=\"tag\">" << text << "</span>";
  auto found = errors.find(node.name);
  if (found != errors.end())
    os << "<span class=\"db\">" << decimal(found->second, 1) << " dB</span>";
  os << "</li>\n";
}

void report::printGraph(raw_ostream &os, const Report &report) {
  const ModelGraph *graph = &report.candidate->graph;
  if (graph->nodes.empty() && report.reference)
    graph = &report.reference->graph;
  if (graph->nodes.empty())
    return;
  llvm::StringMap<double> errors = getErrors(report);
  Lanes lanes(*graph);
  os << "<section><h2>Graph</h2>\n<p>Every operation in program order, tensors "
        "running down to their last reader. Discs compute on codes, squares in "
        "float, small discs neither; ";
  if (errors.empty())
    os << "no error is known of any.</p>\n";
  else
    os << "colour and figure give the SQNR where it is known.</p>\n";
  if (!errors.empty())
    printErrorLegend(os);
  os << "<div class=\"graph\" tabindex=\"0\" role=\"region\" "
        "aria-label=\"Graph\">";
  unsigned width = margin + lanes.size() * laneWidth + 4;
  unsigned height = 2 * margin + unsigned(graph->nodes.size()) * rowHeight;
  printChart(os,
             {"graph", "The model's graph",
              "Lines from each operation to those that read its result. The "
              "list beside it names the " +
                  plural(int64_t(graph->nodes.size()), "operation") + ".",
              height, std::to_string(width)},
             [&](raw_ostream &os) {
               for (auto [i, node] : llvm::enumerate(graph->nodes))
                 for (unsigned input : node.inputs)
                   drawEdge(os, lanes, input, unsigned(i));
               for (auto [i, node] : llvm::enumerate(graph->nodes))
                 drawNode(os, node, getX(lanes[unsigned(i)]), getY(i),
                          getNodeClass(node, errors));
             });
  os << "<ol>\n";
  for (size_t i = 0; i < graph->nodes.size(); ++i)
    printRow(os, *graph, i, errors);
  os << "</ol></div></section>\n";
}
