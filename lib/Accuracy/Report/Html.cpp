//===- Html.cpp - What the sections of a report share ---------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Html.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

#include <cmath>

using namespace quantc;
using llvm::raw_ostream;
using llvm::StringRef;

std::string report::escape(StringRef text) {
  std::string escaped;
  for (char c : llvm::json::fixUTF8(text)) {
    switch (c) {
    case '&':
      escaped += "&amp;";
      break;
    case '<':
      escaped += "&lt;";
      break;
    case '>':
      escaped += "&gt;";
      break;
    case '"':
      escaped += "&quot;";
      break;
    case '\'':
      escaped += "&#39;";
      break;
    default:
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
        escaped += "\xEF\xBF\xBD"; // U+FFFD
      else
        escaped += c;
    }
  }
  return escaped;
}

std::string report::code(StringRef text) {
  return "<code>" + escape(text) + "</code>";
}

std::string report::decimal(double value, int digits) {
  if (std::isnan(value))
    return "–";
  if (std::isinf(value))
    return value > 0 ? "∞" : "−∞";
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.*f", digits, value);
  return text[0] == '-' ? "−" + text.substr(1) : text;
}

std::string report::shortNumber(double value) {
  if (!std::isfinite(value))
    return decimal(value, 0);
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.4g", value);
  return text[0] == '-' ? "−" + text.substr(1) : text;
}

std::string report::formatBytes(uint64_t bytes) {
  const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
  double value = double(bytes);
  unsigned unit = 0;
  for (; value >= 1000 && unit < 4; ++unit)
    value /= 1000;
  return decimal(value, unit && value < 100 ? 1 : 0) + " " + units[unit];
}

std::string report::plural(int64_t count, StringRef noun) {
  return std::to_string(count) + " " + noun.str() + (count == 1 ? "" : "s");
}

unsigned report::getErrorClass(double sqnr) {
  return sqnr >= 40 ? 0 : sqnr >= 30 ? 1 : sqnr >= 20 ? 2 : sqnr >= 10 ? 3 : 4;
}

StringRef report::getErrorClassName(unsigned errorClass) {
  const StringRef names[numErrorClasses] = {"40 dB or more", "30 to 40 dB",
                                            "20 to 30 dB", "10 to 20 dB",
                                            "below 10 dB"};
  return names[errorClass];
}

void report::printErrorLegend(raw_ostream &os) {
  os << "<ul class=\"legend\" aria-label=\"Colours by SQNR\">";
  for (unsigned i = 0; i < numErrorClasses; ++i)
    os << "<li><span class=\"swatch b" << i << "\"></span>"
       << getErrorClassName(i) << "</li>";
  os << "</ul>\n";
}

void report::printChart(raw_ostream &os, const Chart &chart,
                        llvm::function_ref<void(raw_ostream &)> draw) {
  os << "<svg role=\"img\" aria-labelledby=\"" << chart.id << "-t " << chart.id
     << "-d\" width=\"" << chart.width << "\" height=\"" << chart.height
     << "\"><title id=\"" << chart.id << "-t\">" << escape(chart.title)
     << "</title><desc id=\"" << chart.id << "-d\">"
     << escape(chart.description) << "</desc>\n";
  draw(os);
  os << "</svg>\n";
}

report::Table::Table(raw_ostream &os, StringRef caption,
                     llvm::ArrayRef<std::string> header, Cells cells)
    : os(os) {
  os << "<div class=\"scroll" << (cells == Cells::Text ? " text" : "")
     << "\" tabindex=\"0\" role=\"region\" aria-label=\""
     << escape(caption) << "\"><table><caption>" << escape(caption)
     << "</caption><thead><tr>";
  for (const std::string &cell : header)
    os << "<th scope=\"col\">" << cell << "</th>";
  os << "</tr></thead><tbody>\n";
}

report::Table::~Table() { os << "</tbody></table></div>\n"; }

void report::Table::row(llvm::ArrayRef<std::string> cells) {
  os << "<tr><th scope=\"row\">" << cells.front() << "</th>";
  for (const std::string &cell : cells.drop_front())
    os << "<td>" << cell << "</td>";
  os << "</tr>\n";
}
