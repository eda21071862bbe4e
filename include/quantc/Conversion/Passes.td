//===- Passes.td - Conversions between dialects ----------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CONVERSION_PASSES
#define QUANTC_CONVERSION_PASSES

include "mlir/Pass/PassBase.td"

def ConvertMapToONNX : Pass<"convert-map-to-onnx", "::mlir::func::FuncOp"> {
  let summary = "Spell out qnn.map in elementwise onnx operators";
  let description = [{
    **What**: every scalar operation of a `qnn.map` becomes the onnx operator that
    computes it on tensors, in the same order: arithmetic, comparisons, functions,
    casts, and scalar quantize and dequantize as QuantizeLinear and
    DequantizeLinear, or as Div, Round, Add, Clip and Cast where scales broadcast.

    **Needs**: nothing. A map with an operation ONNX does not have (shifts, bit
    operations) stays, with a remark.

    **Leaves**: onnx operators, for export. Exact: each operator is one IEEE
    operation, as docs/Numerics.md has it; functions are the runtime's own.

    **Example**:
    ```mlir
    %0 = qnn.map %x, %y : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32> {
    ^bb0(%a: f32, %b: f32):
      %1 = arith.addf %a, %b : f32
      qnn.yield %1 : f32
    }
    // becomes
    %0 = onnx.Add %x, %y : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
    ```
  }];
  let dependentDialects = ["::quantc::onnx::ONNXDialect"];
}

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

def ConvertQNNToONNX : Pass<"convert-qnn-to-onnx", "::mlir::func::FuncOp"> {
  let summary = "Turn qnn operations into onnx operators and maps";
  let description = [{
    **What**: the opposite of `convert-onnx-to-qnn`. `qnn.quantize` and
    `qnn.dequantize` become QuantizeLinear and DequantizeLinear with one scale,
    scales along an axis or, from opset 21 on, blocks; with a scale per row they
    become a `qnn.map`. `qnn.dynamic_quantize` becomes reductions and elementwise
    operators. Products of codes become MatMulInteger and ConvInteger, those of
    floats MatMul and Conv, pools MaxPool or sums, and their epilogues a
    `qnn.map`. Convolutions get their transposes back.

    **Needs**: inferred shapes; weights that are not packed.

    **Leaves**: onnx and `qnn.map`, for `convert-map-to-onnx`. Exact on integers.

    **Example**:
    ```mlir
    %0 = qnn.matmul %x, %w : (tensor<?x8xui8>, tensor<8x4xi8>) -> tensor<?x4xi32> {
    ^bb0(%acc: i32):
      qnn.yield %acc : i32
    }
    // becomes
    %1 = onnx.MatMulInteger %x, %w : (tensor<?x8xui8>, tensor<8x4xi8>) -> tensor<?x4xi32>
    %0 = qnn.map %1 : (tensor<?x4xi32>) -> tensor<?x4xi32> {
    ^bb0(%acc: i32):
      qnn.yield %acc : i32
    }
    ```
  }];
  let options = [
    Option<"opset", "opset", "int64_t", "21",
           "Operator set version that decides which granularities are known">];
  let dependentDialects = [
    "::quantc::onnx::ONNXDialect", "::quantc::qnn::QNNDialect"];
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
