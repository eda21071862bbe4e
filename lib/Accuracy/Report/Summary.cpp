//===- Summary.cpp - The key figures, the models, the remarks -------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Html.h"

#include "llvm/ADT/MapVector.h"

#include <cmath>

using namespace quantc;
using namespace quantc::report;
using llvm::raw_ostream;
using llvm::StringRef;

//===----------------------------------------------------------------------===//
// Key figures
//===----------------------------------------------------------------------===//

static void printTile(raw_ostream &os, StringRef label, StringRef figure,
                      const std::string &note) {
  os << "<div class=\"tile\"><dt>" << escape(label) << "</dt><dd>"
     << escape(figure) << "<small>" << escape(note) << "</small></dd></div>\n";
}

static void printAccuracyTiles(raw_ostream &os,
                               const ModelComparison &comparison) {
  const TensorComparison *worst = nullptr;
  for (const TensorComparison &output : comparison.getOutputs())
    if (!worst || output.metrics.getSQNR() < worst->metrics.getSQNR())
      worst = &output;
  if (!worst)
    return;
  const ErrorMetrics &m = worst->metrics;
  bool several = comparison.getOutputs().size() > 1;
  std::string of = several ? "output " + worst->name + ", the worst"
                           : "output " + worst->name;
  printTile(os, "SQNR", decimal(m.getSQNR(), 1) + " dB",
            m.isEqual() ? of + ": equal in every element" : of);
  printTile(os, "Mean cosine", decimal(m.getCosine(), 5),
            "least " + decimal(m.getMinCosine(), 5) + " of " +
                plural(m.getNumRows(), "row"));
  if (!std::isnan(m.getTop1()))
    printTile(os, "Same greatest element", decimal(100 * m.getTop1(), 1) + " %",
              "of rows along the last axis");
}

static void printSizeTiles(raw_ostream &os, const Report &report) {
  const ModelSummary &model = *report.candidate;
  bool known = !model.isArtifact;
  uint64_t bytes = known ? model.graph.getConstantBytes() : model.fileBytes;
  uint64_t before = 0;
  if (report.reference && report.reference->isArtifact == model.isArtifact)
    before = known ? report.reference->graph.getConstantBytes()
                   : report.reference->fileBytes;
  std::string note = known ? "weights and other constants" : "the artifact";
  if (before && bytes)
    note = formatBytes(before) + " before: " +
           decimal(double(before) / double(bytes), 1) + " times smaller";
  printTile(os, known ? "Constants" : "Size", formatBytes(bytes), note);
  int64_t codes = 0, all = 0;
  for (const GraphNode &node : model.graph.nodes) {
    codes += node.placement == GraphNode::Placement::Codes;
    all += node.placement != GraphNode::Placement::Other;
  }
  if (all)
    printTile(os, "Operations on codes",
              std::to_string(codes) + " of " + std::to_string(all),
              report.attribution
                  ? decimal(100 * report.attribution->getIntegerShare(), 1) +
                        " % of multiplications on integers"
                  : "the others compute in float");
}

void report::printSummary(raw_ostream &os, const Report &report) {
  os << "<dl class=\"tiles\">\n";
  if (report.comparison)
    printAccuracyTiles(os, *report.comparison);
  printSizeTiles(os, report);
  os << "</dl>\n";
}

//===----------------------------------------------------------------------===//
// Tables of accuracy, size and operators
//===----------------------------------------------------------------------===//

static void printOutputs(raw_ostream &os, const ModelComparison &comparison) {
  os << "<section><h2>Accuracy</h2>\n";
  {
    Table table(os,
                "Outputs over " + plural(comparison.getNumRuns(), "run"),
                {"Output", "SQNR, dB", "Cosine", "Least cosine", "Max |error|",
                 "Mean |error|", "Same top"});
    for (const TensorComparison &output : comparison.getOutputs()) {
      const ErrorMetrics &m = output.metrics;
      std::string name = code(output.name) + " <span class=\"soft\">" +
                         escape(output.type) + "</span>";
      if (m.getNumMismatches())
        name += " <strong>" + plural(m.getNumMismatches(), "element") +
                " NaN or infinite in one model only</strong>";
      std::string top = std::isnan(m.getTop1())
                            ? decimal(m.getTop1(), 0)
                            : decimal(100 * m.getTop1(), 2) + " %";
      table.row({name, decimal(m.getSQNR(), 2), decimal(m.getCosine(), 6),
                 decimal(m.getMinCosine(), 6), shortNumber(m.getMaxAbs()),
                 shortNumber(m.getMeanAbs()), top});
    }
  }
  os << "<p class=\"soft\">SQNR is 10 log<sub>10</sub>(Σ r² / Σ (r − c)²) of "
        "reference r and candidate c. Cosine is the mean over rows, the last "
        "axis.</p></section>\n";
}

static std::string describeConstants(const ModelSummary &model) {
  if (model.isArtifact)
    return "in the file";
  std::string text;
  for (const auto &[element, bytes] : model.graph.constantBytes)
    if (bytes * 1000 >= model.graph.getConstantBytes())
      text += (text.empty() ? "" : "<br>") + escape(element) + " " +
              formatBytes(bytes);
  return text.empty() ? "none" : text;
}

static void printModelTable(raw_ostream &os, const Report &report) {
  std::vector<const ModelSummary *> models;
  std::vector<std::string> header{""};
  if (report.reference) {
    models.push_back(report.reference);
    header.push_back("Reference");
  }
  models.push_back(report.candidate);
  header.push_back(report.reference ? "Candidate" : "Model");
  Table table(os, "The models", header, Table::Cells::Text);
  auto row = [&](StringRef label, auto get) {
    std::vector<std::string> cells{label.str()};
    for (const ModelSummary *model : models)
      cells.push_back(get(*model));
    table.row(cells);
  };
  using Model = const ModelSummary &;
  auto orDash = [](StringRef text) {
    return text.empty() ? std::string("–") : escape(text);
  };
  row("File", [](Model m) { return code(m.path); });
  row("Size of the file", [](Model m) {
    return m.fileBytes ? formatBytes(m.fileBytes) : std::string("–");
  });
  row("Constants", describeConstants);
  row("Recipe", [&](Model m) { return orDash(m.recipe); });
  row("Run by", [&](Model m) {
    return m.isEvaluated ? std::string("the reference evaluator")
                         : "compiled code" +
                               (m.isa.empty() ? "" : ", " + escape(m.isa));
  });
  row("SHA-256 of the ONNX file", [&](Model m) {
    return m.hash.empty() ? std::string("–")
                          : "<code title=\"" + escape(m.hash) + "\">" +
                                escape(StringRef(m.hash).take_front(16)) +
                                "…</code>";
  });
}

static void printOperators(raw_ostream &os, const ModelGraph &graph) {
  struct Count {
    int64_t codes = 0, floats = 0;
  };
  llvm::MapVector<StringRef, Count> counts;
  for (const GraphNode &node : graph.nodes) {
    if (node.placement == GraphNode::Placement::Other)
      continue;
    Count &count = counts[node.op];
    (node.placement == GraphNode::Placement::Codes ? count.codes
                                                   : count.floats)++;
  }
  if (counts.empty())
    return;
  Table table(os, "Where operations compute",
              {"Operator", "On codes", "In float"}, Table::Cells::Text);
  for (auto &[op, count] : counts)
    table.row({escape(op), std::to_string(count.codes),
               std::to_string(count.floats)});
}

void report::printModels(raw_ostream &os, const Report &report) {
  if (report.comparison)
    printOutputs(os, *report.comparison);
  os << "<section><h2>Size and placement</h2>\n";
  printModelTable(os, report);
  printOperators(os, report.candidate->graph);
  os << "</section>\n";
}

//===----------------------------------------------------------------------===//
// Remarks
//===----------------------------------------------------------------------===//

void report::printRemarks(raw_ostream &os, const Report &report) {
  os << "<section><h2>Remarks of the compiler</h2>\n";
  // The same words about many nodes are one remark.
  llvm::MapVector<StringRef, std::vector<StringRef>> groups;
  for (const Remark &remark : report.candidate->remarks)
    groups[remark.text].push_back(remark.where);
  if (groups.empty()) {
    os << "<p>"
       << (report.candidate->isArtifact
               ? "None: the candidate was compiled before. Pass the model it was "
                 "compiled from to see what stays in float, and why."
               : "None: nothing that could be quantized stays in float, and no "
                 "quantize or dequantize is a step of its own.")
       << "</p></section>\n";
    return;
  }
  os << "<p class=\"soft\">What stays in float, and which conversions between "
        "numbers and codes cost a pass over memory.</p>\n";
  for (auto &[text, places] : groups) {
    std::vector<std::string> names;
    for (StringRef place : places)
      if (!place.empty())
        names.push_back(code(place));
    if (names.empty()) {
      os << "<p>" << escape(text) << "</p>\n";
      continue;
    }
    os << "<details><summary>" << escape(text) << " <span class=\"soft\">("
       << plural(int64_t(names.size()), "operation") << ")</span></summary><p>"
       << llvm::join(names, ", ") << "</p></details>\n";
  }
  os << "</section>\n";
}
