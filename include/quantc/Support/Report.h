//===- Report.h - Errors of no place in the IR -------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A file that cannot be read or a wrong option has no location: its message says
// which. Either form emits one error diagnostic and hands on its kind.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_SUPPORT_REPORT_H
#define QUANTC_SUPPORT_REPORT_H

#include "mlir/IR/MLIRContext.h"
#include "mlir/Support/LLVM.h"
#include "quantc/Support/Errors.h"
#include "llvm/ADT/Twine.h"

namespace quantc {

ErrorCode report(mlir::MLIRContext &context, const llvm::Twine &message,
                 ErrorCode kind);

/// The same in a function that gives the kind by a parameter, `code`; fails.
llvm::LogicalResult report(mlir::MLIRContext &context,
                           const llvm::Twine &message, ErrorCode &code,
                           ErrorCode kind);

} // namespace quantc

#endif // QUANTC_SUPPORT_REPORT_H
