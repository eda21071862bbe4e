//===- Report.h - One HTML file about a quantized model ----------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A file that needs nothing else: no network, no script, charts as SVG. Every
// chart has a title and a description, and a table holds its numbers. Names come
// from models nobody vouches for, so everything is escaped, and the page forbids
// scripts altogether.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_ACCURACY_REPORT_H
#define QUANTC_ACCURACY_REPORT_H

#include "quantc/Accuracy/Compare.h"

namespace quantc {

struct Report {
  std::vector<std::string> commands; ///< that made it, as typed in a shell
  /// The model reported on, and what it is compared with; `reference` and
  /// `comparison` are null where only one model is looked at.
  const ModelSummary *candidate = nullptr, *reference = nullptr;
  const ModelComparison *comparison = nullptr;
  const Attribution *attribution = nullptr; ///< of the candidate, or null
};

/// Writes the report as HTML, complete or not at all; an error names the file.
/// Equal reports give equal bytes.
llvm::Error writeReport(const Report &report, llvm::StringRef path);

} // namespace quantc

#endif // QUANTC_ACCURACY_REPORT_H
