//===- ONNX.h - Reading ONNX models ------------------------------*- C++
//-*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A model of any opset from 6 on becomes a module with one function, `@main`,
// in the onnx dialect's one version of each operator. The file is not trusted:
// whatever it holds, the importer ends with a module or with one error.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_IMPORT_ONNX_H
#define QUANTC_IMPORT_ONNX_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "quantc/Support/Errors.h"
#include <cstdint>
#include <string>

namespace quantc {

/// Operator set and file format versions this build reads.
constexpr int64_t minOpset = 6, maxOpset = 28, maxIRVersion = 14;

struct ImportOptions {
  /// The folder external data lie in; the model file's own when empty.
  std::string externalDataDir;
  /// External data files with more than one hard link are refused unless set:
  /// such a link can show any file of the disk inside the model's folder.
  bool allowHardlinks = false;
  /// Nodes after the inlining of model-local functions.
  int64_t maxNodes = 1000000;
};

/// Reads the model at `path`. On failure one diagnostic is emitted, the result
/// is null and `code`, when given, says what kind of failure it was. Weights
/// are not copied: constants view the parsed file or the mapped external data.
mlir::OwningOpRef<mlir::ModuleOp> importONNX(mlir::MLIRContext &context,
                                             llvm::StringRef path,
                                             const ImportOptions &options = {},
                                             ErrorCode *code = nullptr);

/// The same from memory; `name` stands for the file in diagnostics. External
/// data need `options.externalDataDir`.
mlir::OwningOpRef<mlir::ModuleOp>
importONNXFromBytes(mlir::MLIRContext &context, llvm::StringRef bytes,
                    llvm::StringRef name, const ImportOptions &options = {},
                    ErrorCode *code = nullptr);

} // namespace quantc

#endif // QUANTC_IMPORT_ONNX_H
