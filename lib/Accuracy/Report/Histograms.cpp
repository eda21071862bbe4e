//===- Histograms.cpp - Values of the worst tensors -----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Html.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Format.h"

#include <cmath>
#include <numeric>
#include <optional>

using namespace quantc;
using namespace quantc::report;
using llvm::raw_ostream;

static constexpr size_t maxTensors = 12, maxBars = 96;
static constexpr unsigned plotHeight = 110, chartHeight = 134;

namespace {
struct Entry {
  std::string name, note;
  ValueHistogram values;
  std::optional<Interval> range;
};
} // namespace

/// Joins neighbouring bins until there are few enough to see.
static ValueHistogram coarsen(const ValueHistogram &fine) {
  size_t factor = (fine.counts.size() + maxBars - 1) / maxBars;
  ValueHistogram coarse;
  coarse.lo = fine.lo;
  double width =
      (double(fine.hi) - double(fine.lo)) / double(fine.counts.size());
  for (size_t i = 0; i < fine.counts.size(); i += factor) {
    size_t end = std::min(i + factor, fine.counts.size());
    coarse.counts.push_back(std::accumulate(fine.counts.begin() + i,
                                            fine.counts.begin() + end,
                                            uint64_t(0)));
  }
  coarse.hi = float(double(fine.lo) +
                    width * double(factor) * double(coarse.counts.size()));
  return coarse;
}

/// Whether bin `i` lies outside `range` with both edges: what a bin at the edge
/// holds is not known to be outside.
static bool isOutside(const ValueHistogram &values, size_t i, Interval range) {
  double width =
      (double(values.hi) - double(values.lo)) / double(values.counts.size());
  double low = double(values.lo) + double(i) * width;
  return low + width <= range.lo || low >= range.hi;
}

static double getOutside(const ValueHistogram &values, Interval range) {
  uint64_t all = 0, outside = 0;
  for (auto [i, count] : llvm::enumerate(values.counts)) {
    all += count;
    outside += isOutside(values, i, range) ? count : 0;
  }
  return all ? double(outside) / double(all) : 0;
}

static void drawBins(raw_ostream &os, const ValueHistogram &values,
                     const std::optional<Interval> &range) {
  uint64_t most = *llvm::max_element(values.counts);
  double width = 100.0 / double(values.counts.size());
  for (auto [i, count] : llvm::enumerate(values.counts)) {
    if (!count)
      continue;
    bool outside = range && isOutside(values, i, *range);
    double height = std::max(
        2.0, plotHeight * std::log1p(double(count)) / std::log1p(double(most)));
    os << "<rect class=\"" << (outside ? "outside" : "inside")
       << llvm::format("\" x=\"%.3f%%\" width=\"%.3f%%\" y=\"%.1f\" "
                       "height=\"%.1f\"/>",
                       double(i) * width, 0.9 * width, plotHeight - height,
                       height);
  }
  os << "<line class=\"axis\" x1=\"0\" x2=\"100%\" y1=\"" << plotHeight
     << "\" y2=\"" << plotHeight << "\"/>";
}

/// The ends of the chosen range, where they are inside the picture.
static void drawRange(raw_ostream &os, const ValueHistogram &values,
                      Interval range) {
  for (double end : {double(range.lo), double(range.hi)}) {
    double x = 100 * (end - values.lo) / (double(values.hi) - values.lo);
    if (x < 0 || x > 100)
      continue;
    os << llvm::format("<line class=\"range\" x1=\"%.3f%%\" x2=\"%.3f%%\" "
                       "y1=\"0\" y2=\"%u\"/>",
                       x, x, plotHeight);
  }
}

static void drawLabels(raw_ostream &os, const ValueHistogram &values) {
  os << "<text x=\"0\" y=\"" << plotHeight + 18 << "\">"
     << shortNumber(values.lo) << "</text><text x=\"100%\" y=\""
     << plotHeight + 18 << "\" text-anchor=\"end\">" << shortNumber(values.hi)
     << "</text>";
  double zero = 100 * -double(values.lo) / (double(values.hi) - values.lo);
  if (zero > 15 && zero < 85)
    os << llvm::format("<text x=\"%.3f%%\" y=\"%u\" text-anchor=\"middle\">0"
                       "</text>",
                       zero, plotHeight + 18);
}

static void printCard(raw_ostream &os, const Entry &entry, size_t index) {
  ValueHistogram values = coarsen(entry.values);
  std::string caption;
  if (entry.range) {
    double outside = 100 * getOutside(entry.values, *entry.range);
    caption = "Range [" + shortNumber(entry.range->lo) + ", " +
              shortNumber(entry.range->hi) + "], " +
              (outside > 0 ? shortNumber(outside) : "0") + " % outside";
  } else {
    caption = "Not quantized at a fixed range";
  }
  if (!entry.note.empty())
    caption += "; " + entry.note;
  std::string description =
      "Values from " + shortNumber(values.lo) + " to " +
      shortNumber(values.hi) + ", counts on a logarithmic scale. " + caption +
      ".";
  os << "<figure class=\"card\"><h3>" << code(entry.name) << "</h3>";
  printChart(os,
             {"histogram" + std::to_string(index), "Values of " + entry.name,
              description, chartHeight},
             [&](raw_ostream &os) {
               drawBins(os, values, entry.range);
               if (entry.range)
                 drawRange(os, values, *entry.range);
               drawLabels(os, values);
             });
  os << "<figcaption>" << escape(caption) << "</figcaption></figure>\n";
}

/// The quantized inputs of the operations with most noise of their own, or the
/// layers with most noise in the comparison.
static std::vector<Entry> collect(const Report &report) {
  std::vector<Entry> entries;
  llvm::StringSet<> seen;
  auto add = [&](Entry entry) {
    if (entries.size() < maxTensors && !entry.values.counts.empty() &&
        seen.insert(entry.name).second)
      entries.push_back(std::move(entry));
  };
  if (report.attribution)
    for (const OpError *op : report.attribution->getRanking())
      add({op->tensor,
           "read by " + op->node + ", own noise " +
               decimal(toDecibels(op->local), 1) + " dB",
           op->values, op->range});
  if (!entries.empty() || !report.comparison)
    return entries;
  // Where anything is quantized at fixed ranges, those tensors are of interest.
  const llvm::StringMap<Interval> &ranges = report.candidate->graph.ranges;
  std::vector<const TensorComparison *> worst =
      getWorst(report.comparison->getLayers(), size_t(-1));
  auto hasRange = [&](const TensorComparison *layer) {
    return ranges.contains(layer->name);
  };
  bool onlyRanges = llvm::any_of(worst, hasRange);
  for (const TensorComparison *layer : worst)
    if (!onlyRanges || hasRange(layer))
      add({layer->name,
           "SQNR " + decimal(layer->metrics.getSQNR(), 1) + " dB",
           layer->values.get(),
           onlyRanges ? std::optional<Interval>(ranges.lookup(layer->name))
                      : std::nullopt});
  return entries;
}

void report::printHistograms(raw_ostream &os, const Report &report) {
  std::vector<Entry> entries = collect(report);
  if (entries.empty())
    return;
  os << "<section><h2>Values of the worst tensors</h2>\n"
     << "<p>The reference's values; heights are logarithmic. Dashed lines mark "
        "the range the codes cover, values outside it are clipped.</p>\n"
     << "<ul class=\"legend\"><li><span class=\"swatch rounding\"></span>inside "
        "the range</li><li><span class=\"swatch clipping\"></span>outside: "
        "clipped</li></ul>\n<div class=\"cards\">\n";
  for (auto [i, entry] : llvm::enumerate(entries))
    printCard(os, entry, i);
  os << "</div></section>\n";
}
