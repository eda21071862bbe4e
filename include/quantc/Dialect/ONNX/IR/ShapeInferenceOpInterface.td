//===- ShapeInferenceOpInterface.td - Shape functions ----*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_ONNX_IR_SHAPEINFERENCEOPINTERFACE
#define QUANTC_DIALECT_ONNX_IR_SHAPEINFERENCEOPINTERFACE

include "mlir/IR/OpBase.td"

def ShapeInferenceOpInterface : OpInterface<"ShapeInferenceOpInterface"> {
  let description = [{
    One shape function per operation, written over symbolic dimensions
    (`ShapeEnv`, Shapes.h). Static inference, the resolution of shape arithmetic,
    the memory plan and the compiled model's own shape code all read it.
    `InferTypeOpInterface` is not used: it sees only operand types, and an ONNX
    shape often depends on an operand's contents.
  }];
  let cppNamespace = "::quantc";
  let methods = [
    InterfaceMethod<[{
        Records the dimensions (and, for small integer tensors, the contents) of
        this operation's results in `env`, given those of its operands. Emits an
        error and fails when the operands' shapes contradict the operation.
      }],
      "::mlir::LogicalResult", "inferShapes", (ins "::quantc::ShapeEnv &":$env)>,
  ];
}

#endif // QUANTC_DIALECT_ONNX_IR_SHAPEINFERENCEOPINTERFACE
