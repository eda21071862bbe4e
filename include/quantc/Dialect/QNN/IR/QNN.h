//===- QNN.h - The qnn dialect -----------------------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_QNN_IR_QNN_H
#define QUANTC_DIALECT_QNN_IR_QNN_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "quantc/Dialect/ONNX/IR/Shapes.h"

#include "quantc/Dialect/QNN/IR/QNNDialect.h.inc"
#include "quantc/Dialect/QNN/IR/QuantCodecInterface.h.inc"

#define GET_ATTRDEF_CLASSES
#include "quantc/Dialect/QNN/IR/QNNAttrs.h.inc"

#define GET_OP_CLASSES
#include "quantc/Dialect/QNN/IR/QNNOps.h.inc"

#endif // QUANTC_DIALECT_QNN_IR_QNN_H
