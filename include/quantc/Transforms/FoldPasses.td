//===- FoldPasses.td - Passes of quantc-fold ---------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Quantized onnx to folded IR.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TRANSFORMS_FOLDPASSES
#define QUANTC_TRANSFORMS_FOLDPASSES

include "mlir/Pass/PassBase.td"

def AssignLayout : Pass<"quantc-assign-layout", "::mlir::func::FuncOp"> {
  let summary = "Move and cancel the transposes around convolutions";
  let description = [{
    **What**: an onnx.Transpose moves towards the results past elementwise
    operations (`qnn.map`, quantize, dequantize), Concat, Pad and reductions, and
    cancels against its inverse. One that only moves dimensions of 1 becomes a
    Reshape. It never moves where another operand would need a transpose that
    takes time.

    **Needs**: `convert-onnx-to-qnn` done, inferred shapes.

    **Leaves**: a network of convolutions with one transpose where an image
    enters, and none inside. Exact.

    **Example**:
    ```mlir
    %1 = onnx.Transpose %0 {perm = array<i64: 0, 3, 1, 2>}
    %2 = qnn.map %1 ...
    %3 = onnx.Transpose %2 {perm = array<i64: 0, 2, 3, 1>}
    // becomes
    %3 = qnn.map %0 ...
    ```
  }];
  let dependentDialects = ["::quantc::onnx::ONNXDialect"];
}

def FoldQuantization
    : Pass<"quantc-fold-quantization", "::mlir::func::FuncOp"> {
  let summary = "Turn products of dequantized values into integer products";
  let description = [{
    **What**: a `qnn.matmul`, `qnn.conv` or `qnn.average_pool` of f32 whose input
    is a `qnn.dequantize` and whose weight is a dequantized int8 constant takes
    the codes instead. Zero-point correction and scales go to the front of its
    epilogue; a convolution pads with the zero point.

    **Needs**: qnn products (`convert-onnx-to-qnn`), dequantize as the direct
    producer of their operands (`quantc-propagate-quantization`), symmetric
    weights with a scale per output channel, a depth that 32 bits hold. What
    does not fit stays in float, with a remark.

    **Leaves**: integer products. `quantc-fuse-map` puts what follows them, and
    the quantize of the next product, into the same epilogue.

    **Error**: bounded. Equal to the product of the dequantized operands in real
    arithmetic; the integer sum is exact and the operations after it round three
    times (acc to f32, and two products, one of them at compile time where
    scales are static): relative error at most 3 * 2^-24 to first order, where
    the float product it replaces had up to K * 2^-24 of the sum of magnitudes.
    Static: t = f32(acc - za * sum[n]) * c[n], c[n] = f32(sa * sb[n]); per token:
    t = (f32(acc - za[m] * sum[n]) * sb[n]) * sa[m]; average pool:
    t = f32(acc - za * count) * sa, then the epilogue's t / f32(count).

    **Example**:
    ```mlir
    %a = qnn.dequantize %qa, %sa, %za {codec = #qnn.int<8, unsigned>, block = array<i64: -1, -1>}
        : (tensor<?x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<?x2xf32>
    %b = qnn.dequantize %qb, %sb {codec = #qnn.int<8, signed>, block = array<i64: -1, 1>}
        : (tensor<2x4xi8>, tensor<1x4xf32>) -> tensor<2x4xf32>
    %0 = qnn.matmul %a, %b : (tensor<?x2xf32>, tensor<2x4xf32>) -> tensor<?x4xf32> {
    ^bb0(%acc: f32):
      qnn.yield %acc : f32
    }
    // becomes
    %0 = qnn.matmul %qa, %qb with %correction, %c
        : (tensor<?x2xui8>, tensor<2x4xi8>, tensor<4xi32>, tensor<4xf32>) -> tensor<?x4xf32> {
    ^bb0(%acc: i32, %k: i32, %f: f32):
      %1 = arith.subi %acc, %k : i32
      %2 = arith.sitofp %1 : i32 to f32
      %3 = arith.mulf %2, %f : f32
      qnn.yield %3 : f32
    }
    ```
  }];
  let statistics = [
    Statistic<"numInteger", "integer products", "Products on codes">,
    Statistic<"numFloat", "float products", "Products left in float">];
  let dependentDialects = ["::quantc::qnn::QNNDialect"];
}

def FoldScales : Pass<"quantc-fold-scales", "::mlir::func::FuncOp"> {
  let summary = "Make every scale known at compile time end in a constant";
  let description = [{
    **What**: seven rewrites, each where nobody else reads the value between:
    1. Mul and Div by a constant per channel, or by one number, go into the weights,
       biases and scales that make the value (through Add of constants, Relu for
       positive factors, Concat, pools, the values of an Attention), or into the rows
       of the product that reads it.
    2. Add and Sub of a constant go into a bias that is there.
    3. BatchNormalization of the same values: the factor as 1, the rest an Add.
    4. The scale of an Attention's scores goes into the projection of Q, or of K.
    5. `qnn.quantize` of a constant becomes codes.
    6. quantize(dequantize(quantize(dequantize(q)))) loses its middle pair where that
       cannot saturate.
    7. In the epilogue of an integer product two constants that follow each other
       become one: zero-point correction and integer bias, factor and factor.
    Dequantize-scales are put into epilogues by `quantc-fold-quantization`.

    **Needs**: inferred shapes, constants folded. 1 to 4 act on onnx before
    calibration, 5 to 7 on qnn in the fold stage.

    **Leaves**: a remark for every factor that stays an operation, and for every
    requantize, with the reason.

    **Error**: by rewrite, relative errors to first order. 1, 3, 4: bounded, every
    constant rounds once more and the product once less, at most 3 * 2^-24 (|b| +
    sum |x w|). 2: bounded, one rounding of the sum moves, 2^-23 (|b| + |c|). 5:
    exact. 6: bounded, half the middle scale before the last rounding. 7: exact for
    integers, bounded by 2^-23 for factors.

    **Example**:
    ```mlir
    %0 = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
    %1 = onnx.Mul %0, %c : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
    // becomes, with w' = w c
    %1 = onnx.MatMul %x, %w' : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
    ```
  }];
  let statistics = [
    Statistic<"numFactors", "factors folded", "Mul, Div, BatchNormalization">,
    Statistic<"numOffsets", "offsets folded", "Add and Sub in biases">,
    Statistic<"numAttentions", "attention scales folded", "Scales of scores">,
    Statistic<"numConstants", "constants quantized", "Constants made codes">,
    Statistic<"numRequantized", "requantizes removed", "Middle pairs removed">,
    Statistic<"numEpilogues", "epilogue constants merged",
              "Pairs of constants in epilogues made one">,
    Statistic<"numKept", "scales left", "Known scales that stay operations">];
  let dependentDialects = ["::quantc::onnx::ONNXDialect"];
}

def FuseMap : Pass<"quantc-fuse-map", "::mlir::func::FuncOp"> {
  let summary = "Fuse elementwise maps into each other and into epilogues";
  let description = [{
    **What**: a `qnn.map` takes in an operand's map of the same shape when nobody
    else uses it, and moves into the epilogue of the `qnn.matmul`, `qnn.conv` or
    `qnn.average_pool` it follows; its other operands become extras. Constants of
    one element become constants of the region, except scales and zero points
    (kernels that differ only there stay one kernel).

    **Needs**: `convert-onnx-to-qnn`. Shapes are compared symbolically.

    **Leaves**: what the evaluator and all targets compute: the folded form.
    Exact: no operation is changed, none is computed twice.

    **Example**:
    ```mlir
    %0 = qnn.matmul %x, %w : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32> {
    ^bb0(%acc: f32):
      qnn.yield %acc : f32
    }
    %1 = qnn.map %0, %b : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32> {
    ^bb0(%a: f32, %c: f32):
      %2 = arith.addf %a, %c : f32
      qnn.yield %2 : f32
    }
    // becomes
    %1 = qnn.matmul %x, %w with %b
        : (tensor<?x8xf32>, tensor<8x4xf32>, tensor<4xf32>) -> tensor<?x4xf32> {
    ^bb0(%acc: f32, %c: f32):
      %2 = arith.addf %acc, %c : f32
      qnn.yield %2 : f32
    }
    ```
  }];
  let statistics = [
    Statistic<"numMaps", "maps fused", "Maps fused into a following map">,
    Statistic<"numEpilogues", "epilogues extended",
              "Maps moved into the epilogue of a product or pool">];
}

def ReportQuantization
    : Pass<"quantc-report-quantization", "::mlir::func::FuncOp"> {
  let summary = "Remark on every quantize and dequantize that was not fused";
  let description = [{
    **What**: emits a remark, with the reason, at every quantize or dequantize
    that is a step of its own (also as the whole body of a `qnn.map`).

    **Needs**: folded IR, after `quantc-fuse-map`.

    **Leaves**: the IR as it is. The compiler prints the remarks under `-v`.

    **Example**:
    ```
    remark: quantize is a step of its own: its input comes from
    LayerNormalization, which has no epilogue
    ```
  }];
  let statistics = [
    Statistic<"numQuantizes", "quantizes", "Quantizes left alone">,
    Statistic<"numDequantizes", "dequantizes", "Dequantizes left alone">];
}

#endif // QUANTC_TRANSFORMS_FOLDPASSES
