//===- Emit.h - From the llvm dialect to files -------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The input is a module after `quantc-cpu`. The same module gives the same bytes
// every time. Failures are diagnostics at the module.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TARGET_CPU_EMIT_H
#define QUANTC_TARGET_CPU_EMIT_H

#include "mlir/IR/BuiltinOps.h"
#include "quantc/Support/Errors.h"
#include <string>

namespace quantc {

struct EmitOptions {
  /// Folder of libquantc_runtime.a and libquantc_app.a; "" looks beside the
  /// running tool or library.
  std::string runtimeFolder;
};

/// LLVM IR as it goes into code generation, without the weights.
ErrorCode emitLLVM(mlir::ModuleOp module, llvm::raw_ostream &stream);

/// Assembly of the code, without the weights.
ErrorCode emitAssembly(mlir::ModuleOp module, llvm::raw_ostream &stream);

/// Whether an artifact can be written to `path`: an error (and its code) for a
/// name that belongs to another kind of file, for folders and devices, and where
/// nothing may be written.
ErrorCode checkArtifactPath(mlir::Location loc, llvm::StringRef path);

/// The prefix of the symbols of an artifact: "quantc_model" where it is alone (a
/// shared object, an executable); "quantc_<stem>" for libraries and objects,
/// several of which are linked into one program.
std::string getArtifactSymbol(llvm::StringRef path);

/// Writes an artifact whose kind is its name's ending: `.so` (a version may
/// follow), `.a`, `.o` (each with a C header of the same name beside it), anything
/// else is an executable. All hold the runtime. The file is complete or absent.
ErrorCode emitArtifact(mlir::ModuleOp module, llvm::StringRef path,
                       const EmitOptions &options = {});

} // namespace quantc

#endif // QUANTC_TARGET_CPU_EMIT_H
