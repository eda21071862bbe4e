//===- Html.h - What the sections of a report share --------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Charts use percentages across and pixels down, without a viewBox: they fill any
// width while text and line widths keep their size.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_ACCURACY_REPORT_HTML_H
#define QUANTC_LIB_ACCURACY_REPORT_HTML_H

#include "quantc/Accuracy/Report.h"
#include "llvm/Support/raw_ostream.h"

namespace quantc::report {

/// `text` as HTML text or attribute value: markup escaped, bytes that are no
/// UTF-8 and control characters replaced.
std::string escape(llvm::StringRef text);
/// The same inside <code>.
std::string code(llvm::StringRef text);

/// "41.2", "inf", "-" for NaN.
std::string decimal(double value, int digits);
/// Four significant digits.
std::string shortNumber(double value);
/// "23.0 MB" (powers of 1000).
std::string formatBytes(uint64_t bytes);
/// "1 run", "5 runs".
std::string plural(int64_t count, llvm::StringRef noun);

/// The class of an SQNR, 0 (40 dB or more) to 4 (below 10 dB), which the style
/// sheet has a colour for.
constexpr unsigned numErrorClasses = 5;
unsigned getErrorClass(double sqnr);
llvm::StringRef getErrorClassName(unsigned errorClass);

/// A legend of the error classes.
void printErrorLegend(llvm::raw_ostream &os);

/// An <svg> of the full width with a title and a description. The elements are
/// printed by `draw`.
struct Chart {
  llvm::StringRef id; ///< unique in the page
  std::string title, description;
  unsigned height; ///< pixels
  std::string width = "100%";
};
void printChart(llvm::raw_ostream &os, const Chart &chart,
                llvm::function_ref<void(llvm::raw_ostream &)> draw);

/// A table that scrolls inside the page where it is too wide. Cells are HTML; the
/// first column is text, the others are figures, or text that breaks into lines.
class Table {
public:
  enum class Cells { Figures, Text };
  Table(llvm::raw_ostream &os, llvm::StringRef caption,
        llvm::ArrayRef<std::string> header, Cells cells = Cells::Figures);
  ~Table();
  void row(llvm::ArrayRef<std::string> cells);

private:
  llvm::raw_ostream &os;
};

/// SQNR by layer, of either a comparison's layers or an attribution's operations.
llvm::StringMap<double> getErrors(const Report &report);

void printSummary(llvm::raw_ostream &os, const Report &report);
void printModels(llvm::raw_ostream &os, const Report &report);
void printLayers(llvm::raw_ostream &os, const Report &report);
void printCauses(llvm::raw_ostream &os, const Report &report);
void printHistograms(llvm::raw_ostream &os, const Report &report);
void printGraph(llvm::raw_ostream &os, const Report &report);
void printRemarks(llvm::raw_ostream &os, const Report &report);

extern const llvm::StringLiteral styleSheet;

} // namespace quantc::report

#endif // QUANTC_LIB_ACCURACY_REPORT_HTML_H
