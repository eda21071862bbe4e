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

/// Writes an artifact whose kind is its name's ending: `.so`, `.a`, `.o` (each
/// with a C header of the same name beside it), anything else is an executable.
/// All hold the runtime. The file is complete or absent.
ErrorCode emitArtifact(mlir::ModuleOp module, llvm::StringRef path,
                       const EmitOptions &options = {});

} // namespace quantc

#endif // QUANTC_TARGET_CPU_EMIT_H
