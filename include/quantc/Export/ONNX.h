//===- ONNX.h - Writing ONNX models ------------------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The way back to ONNX: a float model, a quantized one as Q/DQ pairs, or its
// folded form in integer operators. What was exported imports to the same
// computation, and the same module gives the same bytes. docs/Export.md.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_EXPORT_ONNX_H
#define QUANTC_EXPORT_ONNX_H

#include "mlir/IR/BuiltinOps.h"
#include "quantc/Support/Errors.h"
#include <cstdint>

namespace quantc {

/// Operator set versions that can be written. The default is one that every
/// current runtime reads and that has blocked and 4-bit quantization.
constexpr int64_t minExportOpset = 13, defaultExportOpset = 21;

enum class ExportFormat {
  /// Codes and scales as QuantizeLinear and DequantizeLinear around operators
  /// on floats, for runtimes that fuse them in their own way.
  QDQ,
  /// The folded form: MatMulInteger, ConvInteger and their epilogues spelled
  /// out, which gives quantc's integers in any runtime.
  Integer,
};

struct ExportOptions {
  ExportFormat format = ExportFormat::QDQ;
  /// 0: defaultExportOpset, or a newer one where an operator has no older form.
  int64_t opset = 0;
  /// Weights go to PATH.data beside the model, as they do without being asked
  /// for where the model would exceed protobuf's 2 GiB.
  bool externalData = false;
};

/// Writes `module`, at the graph stage or quantized, to `path` ("-": standard
/// output). The module itself is left as it is. On failure one diagnostic is
/// emitted and no file is changed.
ErrorCode exportONNX(mlir::ModuleOp module, llvm::StringRef path,
                     const ExportOptions &options = {});

} // namespace quantc

#endif // QUANTC_EXPORT_ONNX_H
