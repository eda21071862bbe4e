//===- Context.h - What the C interface's files share ------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_CAPI_CONTEXT_H
#define QUANTC_LIB_CAPI_CONTEXT_H

#include "quantc-c/quantc.h"
#include "quantc/Driver/CompiledModel.h"
#include "quantc/Driver/Diagnostics.h"
#include "quantc/Driver/Driver.h"
#include "mlir/IR/MLIRContext.h"

struct quantc_context {
  mlir::MLIRContext context;
  std::string message;
  std::string json; // the last result that is text
};

struct quantc_module {
  quantc_context *owner;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

namespace quantc {

/// Collects the diagnostics of one call into the context's message.
struct Call {
  explicit Call(quantc_context *owner)
      : owner(owner), stream(owner->message),
        printer(&owner->context, stream, DiagnosticPrinter::Level::Remarks) {
    owner->message.clear();
  }
  int finish(ErrorCode code) { return int(code); }

  quantc_context *owner;
  llvm::raw_string_ostream stream;
  DiagnosticPrinter printer;
};

/// A copy of a caller's tensor.
inline Tensor copyTensor(mlir::MLIRContext &context, const DLTensor &from) {
  Tensor tensor;
  tensor.element = getElementType(context, from.dtype);
  tensor.shape.assign(from.shape, from.shape + from.ndim);
  const char *data = static_cast<const char *>(from.data) + from.byte_offset;
  tensor.bytes.assign(data,
                      data + tensor.size() * ((from.dtype.bits + 7) / 8));
  return tensor;
}

/// A tensor as a caller sees it, without a copy.
inline DLTensor viewTensor(const Tensor &tensor) {
  return {const_cast<char *>(tensor.bytes.data()),
          {kDLCPU, 0},
          int32_t(tensor.shape.size()),
          getDLPackType(tensor.element),
          const_cast<int64_t *>(tensor.shape.data()),
          nullptr,
          0};
}

} // namespace quantc

#endif // QUANTC_LIB_CAPI_CONTEXT_H
