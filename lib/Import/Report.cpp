//===- Report.cpp - The importer's one error ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Report.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Location.h"
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

LogicalResult import::Report::error(ErrorCode kind, StringRef id,
                                    const Twine &what) {
  if (code != ErrorCode::None)
    return failure();
  code = kind;
  emitError(UnknownLoc::get(context))
      << escape(file, 1000) << ": " << what << " [" << id << "]";
  return failure();
}

void import::Report::warning(StringRef id, const Twine &what) {
  emitWarning(UnknownLoc::get(context))
      << escape(file, 1000) << ": " << what << " [" << id << "]";
}
