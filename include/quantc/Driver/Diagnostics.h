//===- Diagnostics.h - Diagnostics as the tools print them -------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DRIVER_DIAGNOSTICS_H
#define QUANTC_DRIVER_DIAGNOSTICS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace quantc {

/// While alive, prints diagnostics as `error: node 'conv1': what`, one line each,
/// notes indented below, control characters escaped.
class DiagnosticPrinter : public mlir::ScopedDiagnosticHandler {
public:
  enum class Level { Errors, Warnings, Remarks };
  DiagnosticPrinter(mlir::MLIRContext *context, llvm::raw_ostream &stream,
                    Level level = Level::Warnings);

  unsigned getNumErrors() const { return numErrors; }

private:
  void print(mlir::Diagnostic &diagnostic);

  llvm::raw_ostream &stream;
  Level level;
  unsigned numErrors = 0;
};

/// A remark or warning as text.
struct Remark {
  std::string where; ///< "node 'conv1'", or empty
  std::string text;
};

/// While alive, records remarks and warnings; every diagnostic goes on to the
/// handler before.
class RemarkRecorder : public mlir::ScopedDiagnosticHandler {
public:
  explicit RemarkRecorder(mlir::MLIRContext *context);

  std::vector<Remark> remarks;
};

/// What quantizing said of a model stays with it, in `quantc.remarks`: whoever
/// compiles or reports on the quantized model can still tell why.
void storeRemarks(mlir::ModuleOp module, llvm::ArrayRef<Remark> remarks);
std::vector<Remark> getStoredRemarks(mlir::ModuleOp module);

/// "node 'conv1'", "m.mlir:3:5", or "" for a location that says nothing.
std::string describeLocation(mlir::Location location);

/// "f32[batch, 384]": a tensor's type with the names of its dynamic dimensions
/// ("?" without; `names` may be null). Other types as MLIR prints them.
std::string describeType(mlir::Type type, mlir::ArrayAttr names);

} // namespace quantc

#endif // QUANTC_DRIVER_DIAGNOSTICS_H
