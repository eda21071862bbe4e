//===- ONNX.h - The onnx dialect --------------------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_ONNX_IR_ONNX_H
#define QUANTC_DIALECT_ONNX_IR_ONNX_H

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "quantc/Dialect/ONNX/IR/Shapes.h"
#include "quantc/Dialect/ONNX/IR/WeightFiles.h"
#include <memory>

#include "quantc/Dialect/ONNX/IR/ONNXDialect.h.inc"

namespace quantc {
/// Checks the element types of `op` and runs its shape function on what the
/// operands' types (and constants among them) say; fails where it does, or where
/// a result's type contradicts.
mlir::LogicalResult verifyShapes(mlir::Operation *op);

template <typename ConcreteType>
struct VerifiedShapes
    : mlir::OpTrait::TraitBase<ConcreteType, VerifiedShapes> {
  static mlir::LogicalResult verifyTrait(mlir::Operation *op) {
    return verifyShapes(op);
  }
};
} // namespace quantc

#define GET_ATTRDEF_CLASSES
#include "quantc/Dialect/ONNX/IR/ONNXAttrs.h.inc"

#define GET_OP_CLASSES
#include "quantc/Dialect/ONNX/IR/ONNXOps.h.inc"

namespace quantc {
/// The branch of `op` that runs whatever the data are, or null.
mlir::Region *getTakenBranch(ShapeEnv &env, onnx::IfOp op);
} // namespace quantc

#endif // QUANTC_DIALECT_ONNX_IR_ONNX_H
