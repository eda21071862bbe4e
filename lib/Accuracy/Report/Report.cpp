//===- Report.cpp - One HTML file about a quantized model -----------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Html.h"
#include "quantc/Support/Files.h"

#include "llvm/Support/Path.h"

using namespace quantc;
using namespace quantc::report;
using llvm::raw_ostream;
using llvm::StringRef;

llvm::StringMap<double> report::getErrors(const Report &report) {
  llvm::StringMap<double> errors;
  if (report.attribution)
    for (const OpError &op : report.attribution->ops)
      errors[op.node] = toDecibels(op.total);
  if (report.comparison)
    for (const TensorComparison &layer : report.comparison->getLayers())
      errors[layer.name] = layer.metrics.getSQNR();
  return errors;
}

static std::string getTitle(const Report &report) {
  std::string name = llvm::sys::path::filename(report.candidate->path).str();
  if (!report.reference)
    return name;
  return name + " against " +
         llvm::sys::path::filename(report.reference->path).str();
}

static void printCommands(raw_ostream &os, const Report &report) {
  os << "<section><h2>To reproduce</h2>\n<pre>";
  for (const std::string &command : report.commands)
    os << escape(command) << '\n';
  os << "</pre>\n<p class=\"soft\">quantc " << QUANTC_VERSION
     << ". The same files give the same figures on every machine and for "
        "any number of threads.</p></section>\n";
}

static void printPage(raw_ostream &os, const Report &report) {
  std::string title = escape(getTitle(report));
  os << "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width, "
        "initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
        "'none'; style-src 'unsafe-inline'\">\n<title>"
     << title << "</title>\n<style>" << styleSheet << "</style></head>\n"
     << "<body><header><h1>" << title << "</h1>\n<p class=\"soft\">"
     << "Quantization report of quantc"
     << (report.comparison
             ? ", over " + plural(report.comparison->getNumRuns(), "run") +
                   " of data"
             : "")
     << "</p>\n";
  printSummary(os, report);
  os << "</header><main>\n";
  printModels(os, report);
  printLayers(os, report);
  printCauses(os, report);
  printHistograms(os, report);
  printGraph(os, report);
  printRemarks(os, report);
  printCommands(os, report);
  os << "</main></body></html>\n";
}

llvm::Error quantc::writeReport(const Report &report, StringRef path) {
  return writeFile(path, [&](raw_ostream &os) {
    printPage(os, report);
    return llvm::Error::success();
  });
}
