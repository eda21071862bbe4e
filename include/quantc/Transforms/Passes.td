//===- Passes.td - Passes over onnx and qnn --------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TRANSFORMS_PASSES
#define QUANTC_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def InferShapes : Pass<"quantc-infer-shapes", "::mlir::func::FuncOp"> {
  let summary = "Compute result types from operand shapes and contents";
  let description = [{
    **What**: runs every operation's shape function and writes what is known of
    each result into its type; function results follow.

    **Needs**: onnx or qnn operations; an operation whose operands contradict it
    is an error at that operation.

    **Leaves**: every tensor ranked whose rank can be known. All later passes
    rely on it.

    **Example**:
    ```mlir
    %0 = onnx.MatMul %x, %w : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<*xf32>
    // becomes
    %0 = onnx.MatMul %x, %w : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32>
    ```
  }];
  let statistics = [
    Statistic<"numRefined", "results refined", "Results given a better type">];
}

#endif // QUANTC_TRANSFORMS_PASSES
