//===- ONNXOps.td - Operations of the onnx dialect -------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_ONNX_IR_ONNXOPS
#define QUANTC_DIALECT_ONNX_IR_ONNXOPS

include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/CommonAttrConstraints.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "quantc/Dialect/ONNX/IR/ONNXAttrs.td"
include "quantc/Dialect/ONNX/IR/ONNXBase.td"

include "quantc/Dialect/ONNX/IR/MathOps.td"
include "quantc/Dialect/ONNX/IR/ActivationOps.td"
include "quantc/Dialect/ONNX/IR/NNOps.td"
include "quantc/Dialect/ONNX/IR/NormalizationOps.td"
include "quantc/Dialect/ONNX/IR/TensorOps.td"
include "quantc/Dialect/ONNX/IR/IndexOps.td"
include "quantc/Dialect/ONNX/IR/ReductionOps.td"
include "quantc/Dialect/ONNX/IR/LogicalOps.td"
include "quantc/Dialect/ONNX/IR/RNNOps.td"
include "quantc/Dialect/ONNX/IR/ControlOps.td"
include "quantc/Dialect/ONNX/IR/QuantizeOps.td"

#endif // QUANTC_DIALECT_ONNX_IR_ONNXOPS
