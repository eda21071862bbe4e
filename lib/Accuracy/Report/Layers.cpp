//===- Layers.cpp - Error by layer ----------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Html.h"

#include "llvm/Support/Format.h"

#include <cmath>

using namespace quantc;
using namespace quantc::report;
using llvm::raw_ostream;
using llvm::StringRef;

static constexpr unsigned plotTop = 10, plotHeight = 210, chartHeight = 245;

/// The axis: noise relative to the signal in dB, from a multiple of ten.
namespace {
struct Axis {
  double low = -20, high = 0;

  void include(double noise) {
    if (!std::isfinite(noise))
      return;
    low = std::min(low, std::max(-120.0, 10 * std::floor(noise / 10)));
    high = std::max(high, std::min(60.0, 10 * std::ceil(noise / 10)));
  }
  /// Pixels above the bottom; a layer with any error shows.
  double heightOf(double noise) const {
    double share = (std::clamp(noise, low, high) - low) / (high - low);
    return std::max(2.0, share * plotHeight);
  }
};
} // namespace

static void drawGrid(raw_ostream &os, const Axis &axis) {
  double step = axis.high - axis.low > 60 ? 20 : 10;
  for (double level = axis.low; level <= axis.high; level += step) {
    double y = plotTop + plotHeight * (axis.high - level) / (axis.high - axis.low);
    os << "<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"" << y << "\" y2=\""
       << y << "\"/>";
  }
}

/// Beside the chart, as tall: levels of noise. For eyes only, the table has them.
static void printScale(raw_ostream &os, const Axis &axis) {
  double step = axis.high - axis.low > 60 ? 20 : 10;
  os << "<div class=\"scale\" aria-hidden=\"true\">";
  for (double level = axis.low; level <= axis.high; level += step) {
    double y = plotTop + plotHeight * (axis.high - level) / (axis.high - axis.low);
    os << "<span style=\"top:" << llvm::format("%.1f", y) << "px\">"
       << decimal(level, 0) << " dB</span>";
  }
  os << "</div>";
}

/// Numbers of layers below the bars.
static void drawTicks(raw_ostream &os, size_t count) {
  const unsigned ticks = unsigned(std::min<size_t>(count, 5));
  for (unsigned i = 0; i < ticks; ++i) {
    size_t layer = ticks > 1 ? i * (count - 1) / (ticks - 1) : 0;
    const char *anchor = i == 0           ? "start"
                         : i + 1 == ticks ? "end"
                                          : "middle";
    double x = i == 0           ? 0
               : i + 1 == ticks ? 100
                                : 100 * (double(layer) + 0.5) / double(count);
    if (count == 1)
      anchor = "start";
    os << "<text x=\"" << llvm::format("%.2f", x) << "%\" y=\""
       << plotTop + plotHeight + 18 << "\" text-anchor=\"" << anchor << "\">"
       << layer + 1 << "</text>";
  }
}

static void drawBars(raw_ostream &os, const Axis &axis,
                     llvm::ArrayRef<TensorComparison> layers) {
  double width = 100.0 / double(layers.size());
  double gap = layers.size() > 200 ? 0 : 0.15 * width;
  for (auto [i, layer] : llvm::enumerate(layers)) {
    double sqnr = layer.metrics.getSQNR();
    if (layer.metrics.isEqual())
      continue;
    double height = axis.heightOf(-sqnr);
    os << "<rect class=\"b" << getErrorClass(sqnr)
       << llvm::format("\" x=\"%.3f%%\" width=\"%.3f%%\" y=\"%.1f\" "
                       "height=\"%.1f\">",
                       double(i) * width + gap / 2, width - gap,
                       plotTop + plotHeight - height, height)
       << "<title>" << i + 1 << " " << escape(layer.name) << ": SQNR "
       << decimal(sqnr, 1) << " dB</title></rect>\n";
  }
}

static void printChartOf(raw_ostream &os,
                         llvm::ArrayRef<TensorComparison> layers) {
  Axis axis;
  for (const TensorComparison &layer : layers)
    if (!layer.metrics.isEqual())
      axis.include(-layer.metrics.getSQNR());
  std::vector<const TensorComparison *> worst = getWorst(layers, 1);
  std::string description =
      "Bars for " + plural(int64_t(layers.size()), "layer") +
      " in the model's order; higher is more noise relative to the signal. ";
  description += worst.empty()
                     ? "No layer has an error."
                     : "Most: " + worst[0]->name + ", SQNR " +
                           decimal(worst[0]->metrics.getSQNR(), 1) +
                           " dB. The table below has every number.";
  os << "<figure><div class=\"plot\">";
  printScale(os, axis);
  printChart(os, {"layers", "Noise by layer", description, chartHeight},
             [&](raw_ostream &os) {
               drawGrid(os, axis);
               drawBars(os, axis, layers);
               drawTicks(os, layers.size());
             });
  os << "</div><figcaption>Noise relative to the signal (the negative of SQNR) by "
        "layer, in the model's order. No bar: equal.</figcaption>";
  printErrorLegend(os);
  os << "</figure>\n";
}

static void printTable(raw_ostream &os, StringRef caption,
                       const ModelGraph &graph,
                       llvm::ArrayRef<const TensorComparison *> rows) {
  llvm::StringMap<const GraphNode *> nodes;
  for (const GraphNode &node : graph.nodes)
    nodes[node.name] = &node;
  Table table(os, caption,
              {"Layer", "Operator", "SQNR, dB", "Cosine", "Max |error|",
               "Mean |error|", "RMS"});
  for (const TensorComparison *layer : rows) {
    const ErrorMetrics &m = layer->metrics;
    const GraphNode *node = nodes.lookup(layer->name);
    table.row({code(layer->name), node ? escape(node->op) : "–",
               decimal(m.getSQNR(), 2), decimal(m.getCosine(), 6),
               shortNumber(m.getMaxAbs()), shortNumber(m.getMeanAbs()),
               shortNumber(m.getReferenceRMS())});
  }
}

void report::printLayers(raw_ostream &os, const Report &report) {
  if (!report.comparison || report.comparison->getLayers().empty())
    return;
  llvm::ArrayRef<TensorComparison> layers = report.comparison->getLayers();
  const ModelGraph &graph = report.candidate->graph;
  os << "<section><h2>Error by layer</h2>\n";
  printChartOf(os, layers);
  std::vector<const TensorComparison *> worst = getWorst(layers, 10), all;
  if (!worst.empty())
    printTable(os, "The layers with most noise", graph, worst);
  for (const TensorComparison &layer : layers)
    all.push_back(&layer);
  os << "<details><summary>Every layer (" << layers.size()
     << ")</summary>\n";
  printTable(os, "Every layer, in the model's order", graph, all);
  os << "</details>\n";
  llvm::ArrayRef<std::string> unmatched = report.comparison->getUnmatched();
  if (!unmatched.empty()) {
    std::vector<std::string> names;
    for (const std::string &name : unmatched)
      names.push_back(code(name));
    os << "<details><summary>In one model only ("
       << plural(int64_t(unmatched.size()), "layer") << ")</summary><p>"
       << llvm::join(names, ", ") << "</p></details>\n";
  }
  os << "</section>\n";
}
