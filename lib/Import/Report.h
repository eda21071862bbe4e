//===- Report.h - The importer's one error -----------------------*- C++
//-*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_REPORT_H
#define QUANTC_LIB_IMPORT_REPORT_H

#include "mlir/IR/MLIRContext.h"
#include "mlir/Support/LLVM.h"
#include "quantc/Support/Errors.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/Twine.h"
#include <string>

namespace quantc::import {

/// `name` in quotes as diagnostics show it: control and non-ASCII bytes
/// escaped, long names cut.
std::string quote(llvm::StringRef name);

/// The first diagnostic `check` emits, which is not shown, without the
/// operation's name in front; empty if it emits none and succeeds.
std::string capture(mlir::MLIRContext *context,
                    llvm::function_ref<mlir::LogicalResult()> check);

/// Emits diagnostics as "FILE: WHAT [ID]" (the ID is stable, for tests and
/// searches) and remembers the kind of the first error. Later errors are
/// consequences of the first and are not shown.
class Report {
public:
  Report(mlir::MLIRContext *context, llvm::StringRef file)
      : context(context), file(file.str()) {}

  mlir::LogicalResult error(ErrorCode code, llvm::StringRef id,
                            const llvm::Twine &what);
  /// The commonest kind.
  mlir::LogicalResult invalid(llvm::StringRef id, const llvm::Twine &what) {
    return error(ErrorCode::InvalidInput, id, what);
  }
  void warning(llvm::StringRef id, const llvm::Twine &what);

  ErrorCode getCode() const { return code; }
  mlir::MLIRContext *getContext() const { return context; }

private:
  mlir::MLIRContext *context;
  std::string file;
  ErrorCode code = ErrorCode::None;
};

} // namespace quantc::import

#endif // QUANTC_LIB_IMPORT_REPORT_H
