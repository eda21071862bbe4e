//===- Report.cpp - Errors of no place in the IR --------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Support/Report.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Location.h"

using namespace mlir;
using namespace quantc;

ErrorCode quantc::report(MLIRContext &context, const Twine &message,
                         ErrorCode kind) {
  emitError(UnknownLoc::get(&context)) << message;
  return kind;
}

LogicalResult quantc::report(MLIRContext &context, const Twine &message,
                             ErrorCode &code, ErrorCode kind) {
  code = report(context, message, kind);
  return failure();
}
