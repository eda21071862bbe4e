//===- ElementTypes.h - Element types of operators --------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_ONNX_IR_ELEMENTTYPES_H
#define QUANTC_LIB_DIALECT_ONNX_IR_ELEMENTTYPES_H

#include "mlir/IR/Operation.h"

namespace quantc::onnx {

/// Fails where the element types of operands and results are not what the
/// operator takes and gives.
mlir::LogicalResult verifyElementTypes(mlir::Operation *op);

} // namespace quantc::onnx

#endif // QUANTC_LIB_DIALECT_ONNX_IR_ELEMENTTYPES_H
