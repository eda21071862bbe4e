//===- Passes.td - Conversions between dialects ----------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CONVERSION_PASSES
#define QUANTC_CONVERSION_PASSES

include "mlir/Pass/PassBase.td"

def ConvertONNXToQNN : Pass<"convert-onnx-to-qnn", "::mlir::func::FuncOp"> {
  let summary = "Turn products, pools and elementwise operators into qnn";
  let description = [{
    **What**: MatMul, Gemm and MatMulInteger become `qnn.matmul`; Conv and
    ConvInteger become `qnn.conv`, and the pools `qnn.max_pool` and
    `qnn.average_pool`, each between an onnx.Transpose to channels last and one
    back; elementwise operators become `qnn.map`. Biases, alpha, beta and zero
    points go to the epilogue region. Constant filters are transposed here.

    **Needs**: inferred shapes. An operator of a type or form without a qnn
    counterpart (f64, ceil_mode over unknown extents) stays as it is.

    **Leaves**: what `quantc-assign-layout`, `quantc-fold-quantization` and
    `quantc-fuse-map` work on. Exact.

    **Example**:
    ```mlir
    %0 = onnx.MatMul %x, %w : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32>
    // becomes
    %0 = qnn.matmul %x, %w : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32> {
    ^bb0(%acc: f32):
      qnn.yield %acc : f32
    }
    ```
  }];
  let dependentDialects = ["::quantc::qnn::QNNDialect"];
}

def ConvertQuantizeToMap
    : Pass<"convert-quantize-to-map", "::mlir::func::FuncOp"> {
  let summary = "Turn quantize and dequantize of tensors into qnn.map";
  let description = [{
    **What**: a `qnn.quantize` or `qnn.dequantize` of tensors becomes a `qnn.map`
    around the scalar operation, its scales and zero points operands that
    broadcast. Where a block is longer than one element, the dimension is split
    into blocks by reshapes around the map.

    **Needs**: blocks that divide a static dimension (or are 1 or all of it);
    another one stays as it is.

    **Leaves**: maps, for `quantc-fuse-map`. Exact.

    **Example**:
    ```mlir
    %0 = qnn.dequantize %q, %s {codec = #qnn.int<8, signed>, block = array<i64: -1>}
        : (tensor<?xi8>, tensor<f32>) -> tensor<?xf32>
    // becomes
    %0 = qnn.map %q, %s : (tensor<?xi8>, tensor<f32>) -> tensor<?xf32> {
    ^bb0(%code: i8, %scale: f32):
      %x = qnn.dequantize %code, %scale {codec = #qnn.int<8, signed>} : (i8, f32) -> f32
      qnn.yield %x : f32
    }
    ```
  }];
  let dependentDialects = ["::quantc::onnx::ONNXDialect"];
}

#endif // QUANTC_CONVERSION_PASSES
