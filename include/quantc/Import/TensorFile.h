//===- TensorFile.h - Serialized tensors (.pb) -------------------*- C++
//-*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_IMPORT_TENSORFILE_H
#define QUANTC_IMPORT_TENSORFILE_H

#include "mlir/IR/BuiltinAttributes.h"
#include "quantc/Support/Errors.h"
#include <string>

namespace quantc {

/// Reads a TensorProto, as ONNX's test_data_set folders hold one per input, as
/// a constant attribute (ConstantData reads it). Null after an error; `name` is
/// the tensor's own name, often empty.
mlir::Attribute readTensorProto(mlir::MLIRContext &context,
                                llvm::StringRef path, std::string &name,
                                ErrorCode &code);

} // namespace quantc

#endif // QUANTC_IMPORT_TENSORFILE_H
