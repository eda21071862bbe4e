//===- Causes.cpp - Error of operations by cause --------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Html.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"

#include <numeric>

using namespace quantc;
using namespace quantc::report;
using llvm::raw_ostream;

static constexpr size_t maxRows = 20;

static void printLegend(raw_ostream &os) {
  os << "<ul class=\"legend\" aria-label=\"Causes\">";
  for (unsigned i = 0; i < numCauses; ++i)
    os << "<li><span class=\"swatch " << getCauseName(Cause(i))
       << "\"></span>" << getCauseName(Cause(i)) << "</li>";
  os << "</ul>\n";
}

/// One bar: its length is the operation's own noise, cut by the causes' shares.
static void drawBar(raw_ostream &os, const OpError &op, double longest) {
  double sum = std::accumulate(op.causes.begin(), op.causes.end(), 0.0);
  double scale = sum > 0 ? 100 * op.local / longest / sum : 0;
  double x = 0;
  for (unsigned i = 0; i < numCauses; ++i) {
    double width = op.causes[i] * scale;
    if (width <= 0)
      continue;
    os << "<rect class=\"" << getCauseName(Cause(i))
       << llvm::format("\" x=\"%.3f%%\" width=\"%.3f%%\" y=\"1\" "
                       "height=\"16\">",
                       x, width)
       << "<title>" << getCauseName(Cause(i)) << ": "
       << shortNumber(op.causes[i]) << " of the signal</title></rect>";
    x += width;
  }
}

static std::string describe(const OpError &op) {
  std::string text = op.node + ": noise of its own " +
                     decimal(toDecibels(op.local), 1) + " dB below the signal";
  for (unsigned i = 0; i < numCauses; ++i)
    if (op.causes[i] > 0)
      text += ", " + getCauseName(Cause(i)).str() + " " +
              decimal(toDecibels(op.causes[i]), 1) + " dB";
  return text + ".";
}

static void printTable(raw_ostream &os,
                       llvm::ArrayRef<const OpError *> ranking) {
  std::vector<std::string> header{"Operation", "Operator", "Total, dB",
                                  "Inherited, dB", "Own, dB"};
  for (unsigned i = 0; i < numCauses; ++i)
    header.push_back(getCauseName(Cause(i)).str() + ", dB");
  Table table(os, "SQNR of every quantized operation, by part and cause",
              header);
  for (const OpError *op : ranking) {
    std::vector<std::string> cells{code(op->node), escape(op->op)};
    for (double noise : {op->total, op->inherited, op->local})
      cells.push_back(decimal(toDecibels(noise), 1));
    for (double noise : op->causes)
      cells.push_back(decimal(toDecibels(noise), 1));
    table.row(cells);
  }
}

void report::printCauses(raw_ostream &os, const Report &report) {
  if (!report.attribution)
    return;
  std::vector<const OpError *> ranking = report.attribution->getRanking();
  if (ranking.empty())
    return;
  size_t shown = std::min(ranking.size(), maxRows);
  double longest = std::max(ranking.front()->local, 1e-300);
  os << "<section><h2>Error by cause</h2>\n"
     << "<p>What each operation adds by itself, on the float model's inputs; "
        "the longest bars first"
     << (shown < ranking.size()
             ? ", " + std::to_string(shown) + " of " +
                   std::to_string(ranking.size())
             : "")
     << ". A bar's length is noise energy relative to the signal.</p>\n";
  printLegend(os);
  os << "<div class=\"bars\">\n";
  for (size_t i = 0; i < shown; ++i) {
    const OpError &op = *ranking[i];
    std::string id = "cause" + std::to_string(i);
    os << "<div class=\"name\">" << code(op.node) << " <span class=\"soft\">"
       << escape(op.op) << "</span></div><figure>";
    printChart(os, {id, "Causes of error in " + op.node, describe(op), 18},
               [&](raw_ostream &os) { drawBar(os, op, longest); });
    os << "</figure><div class=\"figure\">"
       << decimal(toDecibels(op.local), 1) << " dB</div>\n";
  }
  os << "</div>\n<details><summary>The numbers (" << ranking.size()
     << " operations)</summary>\n";
  printTable(os, ranking);
  os << "</details></section>\n";
}
