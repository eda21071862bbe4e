//===- Report.cpp - The importer's one error ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Report.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Location.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace quantc;

static std::string escape(StringRef text, size_t limit) {
  std::string result;
  llvm::raw_string_ostream os(result);
  llvm::printEscapedString(text.take_front(limit), os);
  if (text.size() > limit)
    os << "... (" << text.size() << " bytes)";
  return result;
}

std::string import::quote(StringRef name) {
  return "'" + escape(name, 120) + "'";
}

std::string import::capture(MLIRContext *context,
                            llvm::function_ref<LogicalResult()> check) {
  std::string message;
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    if (message.empty())
      message = diagnostic.str();
    return success();
  });
  if (failed(check()) && message.empty())
    message = "is malformed";
  // "'onnx.Conv' op requires ..." -> "requires ...".
  StringRef text = message;
  if (text.starts_with("'onnx."))
    text = text.split(" op ").second;
  return text.str();
}

/// A message of any origin on one line of bounded length. Names in it are
/// escaped already; verifiers may quote strings as they are.
static std::string sanitize(const Twine &what) {
  constexpr size_t limit = 1500;
  std::string result;
  llvm::raw_string_ostream os(result);
  std::string text = what.str();
  for (unsigned char c : StringRef(text).take_front(limit))
    if (llvm::isPrint(c))
      os << c;
    else
      os << llvm::format("\\%02X", unsigned(c));
  if (text.size() > limit)
    os << "...";
  return result;
}

LogicalResult import::Report::error(ErrorCode kind, StringRef id,
                                    const Twine &what) {
  if (code != ErrorCode::None)
    return failure();
  code = kind;
  emitError(UnknownLoc::get(context))
      << escape(file, 1000) << ": " << sanitize(what) << " [" << id << "]";
  return failure();
}

void import::Report::warning(StringRef id, const Twine &what) {
  emitWarning(UnknownLoc::get(context))
      << escape(file, 1000) << ": " << sanitize(what) << " [" << id << "]";
}
