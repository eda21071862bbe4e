//===- RaisePasses.td - Passes that raise operators --------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Operators put together again from what exporters took apart, and taken apart
// for export.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TRANSFORMS_RAISEPASSES
#define QUANTC_TRANSFORMS_RAISEPASSES

include "mlir/Pass/PassBase.td"

def DecomposeOperators
    : Pass<"quantc-decompose-operators", "::mlir::func::FuncOp"> {
  let summary = "Say operators in those of an older operator set";
  let description = [{
    **What**: an operator that came after `opset` becomes the older operators that
    ONNX defines it by: HardSwish (14), CastLike (15), LayerNormalization (17),
    Mish (18), Gelu (20), RMSNormalization and Attention (23), Swish (24).

    **Needs**: inferred shapes. An Attention that masks by position, gives its
    scores, or has unknown heads stays, and so do normalizations of other types
    than f32; export then needs a newer operator set.

    **Leaves**: what the raising passes of `quantc-graph` put together again.

    **Error**: bounded. Each operator rounds where the fused one keeps a sum or a
    product (normalizations and attention, a few 2^-24 relative); exact for the
    activations.

    **Example**:
    ```mlir
    %0 = onnx.Swish %x : (tensor<4xf32>) -> tensor<4xf32>
    // becomes
    %1 = onnx.Sigmoid %x : (tensor<4xf32>) -> tensor<4xf32>
    %0 = onnx.Mul %x, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
  let options = [Option<"opset", "opset", "int64_t", "21",
                        "Operator set version to be said in">];
}

def ExpandAttentionCache
    : Pass<"quantc-expand-attention-cache", "::mlir::func::FuncOp"> {
  let summary = "Append keys and values to those of the past explicitly";
  let description = [{
    **What**: an `onnx.Attention` with a past, or that gives its keys and values
    back, becomes a Concat for each and an attention to the results. Causal
    attention counts keys up to the last query in `nonpad_kv_seqlen`.

    **Needs**: ranked onnx. Windows with a past need causal attention, which hides
    what lies behind the last query; others stay as they are.

    **Leaves**: attention without a cache, which is what kernels support.

    **Error**: exact.

    **Example**:
    ```mlir
    %y:3 = onnx.Attention %q, %k, %v, none, %pk, %pv ...
    // becomes
    %key = onnx.Concat %pk, %k {axis = 2 : i64} ...
    %value = onnx.Concat %pv, %v {axis = 2 : i64} ...
    %y = onnx.Attention %q, %key, %value ...
    ```
  }];
  let statistics = [
    Statistic<"numExpanded", "caches expanded", "Caches expanded">];
}

def RaiseAttention : Pass<"quantc-raise-attention", "::mlir::func::FuncOp"> {
  let summary = "Recognize scaled dot-product attention";
  let description = [{
    **What**: MatMul(Softmax(MatMul(Q, K^T) * scale + mask), V) becomes
    `onnx.Attention`. Factors of Q, of K and of the scores are multiplied up to
    `scale`; heads repeated by Unsqueeze, Expand and Reshape become grouped heads;
    scores replaced by a very low number (Where) become a mask that adds it. Where
    all operands are [batch, sequence, heads * size], reshaped and transposed, the
    operation takes them as they are and the heads need no splitting.

    **Needs**: inferred and resolved shapes, canonical transposes; scores that
    nobody else reads, scaled before they are masked.

    **Leaves**: one operation that quantization and kernels see as a whole.

    **Error**: bounded. The scale is one rounded number (3 * 2^-24 relative on a
    score s), softmax runs in blocks of 64 keys with rescaling, and the sum over S
    keys has its own order: each output differs by at most
    (2^-21 max |s| + (S + S / 64 + 16) 2^-24) max |v|, to first order. Rows whose
    keys are all masked by -inf are as `onnx.Attention` defines them.

    **Example**:
    ```mlir
    %0 = onnx.MatMul %q, %k : (tensor<1x2x5x8xf32>, tensor<1x2x8x5xf32>) -> tensor<1x2x5x5xf32>
    %1 = onnx.Mul %0, %scale : (tensor<1x2x5x5xf32>, tensor<f32>) -> tensor<1x2x5x5xf32>
    %2 = onnx.Softmax %1 : (tensor<1x2x5x5xf32>) -> tensor<1x2x5x5xf32>
    %3 = onnx.MatMul %2, %v : (tensor<1x2x5x5xf32>, tensor<1x2x5x8xf32>) -> tensor<1x2x5x8xf32>
    // becomes
    %3 = onnx.Attention %q, %kt, %v {scale = 0.25 : f32}
        : (tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>) -> tensor<1x2x5x8xf32>
    ```
  }];
  let statistics = [
    Statistic<"numRaised", "attentions raised", "Attentions raised">];
}

def RaiseDynamicQuantize
    : Pass<"quantc-raise-dynamic-quantize", "::mlir::func::FuncOp"> {
  let summary = "Recognize dynamic quantization written out";
  let description = [{
    **What**: minimum, maximum, scale, zero point and codes in the operators that
    `convert-qnn-to-onnx` writes become one `qnn.dynamic_quantize`, and codes,
    converted, shifted and multiplied by a scale per row, a `qnn.dequantize`.

    **Needs**: inferred shapes, folded constants.

    **Leaves**: an exported model as it was before its export: products read
    dequantized codes again.

    **Error**: exact, the operators are the definition.

    **Example**:
    ```mlir
    %0 = onnx.Cast %codes : (tensor<?x8xi8>) -> tensor<?x8xf32>
    %1 = onnx.Mul %0, %scale : (tensor<?x8xf32>, tensor<?x1xf32>) -> tensor<?x8xf32>
    // becomes
    %1 = qnn.dequantize %codes, %scale {codec = #qnn.int<8, signed>, block = array<i64: 1, -1>}
        : (tensor<?x8xi8>, tensor<?x1xf32>) -> tensor<?x8xf32>
    ```
  }];
  let statistics = [Statistic<"numRaised", "quantizations raised",
                              "Dynamic quantizations raised">];
  let dependentDialects = ["::quantc::qnn::QNNDialect"];
}

def RaiseEinsum : Pass<"quantc-raise-einsum", "::mlir::func::FuncOp"> {
  let summary = "Write Einsum as a matrix product";
  let description = [{
    **What**: `onnx.Einsum` of floats becomes Transpose, Reshape and MatMul (Mul
    where nothing is summed, ReduceSum over what only one term has). Several
    terms are contracted from left to right.

    **Needs**: ranked onnx. An equation with a diagonal ("ii"), or a "..." that
    broadcasts, stays.

    **Leaves**: a product that quantization sees, and that kernels have.

    **Error**: bounded. The same products in another order of summation: K
    products of magnitude |a b| differ by at most K 2^-24 sum |a b|.

    **Example**:
    ```mlir
    %0 = onnx.Einsum %a, %b {equation = "bij,bkj->bik"}
        : (tensor<2x3x4xf32>, tensor<2x5x4xf32>) -> tensor<2x3x5xf32>
    // becomes
    %1 = onnx.Transpose %b {perm = array<i64: 0, 2, 1>} : (tensor<2x5x4xf32>) -> tensor<2x4x5xf32>
    %0 = onnx.MatMul %a, %1 : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
    ```
  }];
  let statistics = [
    Statistic<"numRaised", "equations raised", "Equations raised">];
}

def RaiseGelu : Pass<"quantc-raise-gelu", "::mlir::func::FuncOp"> {
  let summary = "Recognize Gelu";
  let description = [{
    **What**: products of x, 1/2 and 1 + erf(x / sqrt(2)), in any order, become
    `onnx.Gelu`; with 1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)) in its place, Gelu
    with `approximate = "tanh"`.

    **Needs**: constants folded; inner products that nobody else reads.

    **Leaves**: one operation where activations are quantized.

    **Error**: bounded. At most two roundings more or fewer and a constant
    rounded differently: 2^-22 relative on erf's argument, 2^-22 on the product.

    **Example**:
    ```mlir
    %0 = onnx.Div %x, %sqrt2 : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    %1 = onnx.Erf %0 : (tensor<8xf32>) -> tensor<8xf32>
    %2 = onnx.Add %1, %one : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    %3 = onnx.Mul %x, %2 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %4 = onnx.Mul %3, %half : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    // becomes
    %4 = onnx.Gelu %x : (tensor<8xf32>) -> tensor<8xf32>
    ```
  }];
  let statistics = [
    Statistic<"numRaised", "Gelus raised", "Gelus raised">];
}

def RaiseLayernorm : Pass<"quantc-raise-layernorm", "::mlir::func::FuncOp"> {
  let summary = "Recognize LayerNormalization";
  let description = [{
    **What**: (x - mean) / sqrt(mean((x - mean)^2) + epsilon) over trailing
    dimensions becomes `onnx.LayerNormalization`, with Pow or Mul for the square
    and Div, Reciprocal or Pow for the inverse root; a Mul by one number per
    normalized element becomes its scale, an Add its bias.

    **Needs**: inferred shapes, normalized dimensions static, constants folded,
    equal operations merged (CSE).

    **Leaves**: one operation that quantization and kernels see as a whole.

    **Error**: bounded. For n normalized elements the two differ by at most
    (n + 8) 2^-24 relative in the deviation and 3 * 2^-24 in each result, beside
    what cancels in x - mean.

    **Example**:
    ```mlir
    %0 = onnx.ReduceMean %x, %axes : (tensor<4x8xf32>, tensor<1xi64>) -> tensor<4x1xf32>
    %1 = onnx.Sub %x, %0 : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
    %2 = onnx.Mul %1, %1 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
    %3 = onnx.ReduceMean %2, %axes : (tensor<4x8xf32>, tensor<1xi64>) -> tensor<4x1xf32>
    %4 = onnx.Add %3, %epsilon : (tensor<4x1xf32>, tensor<f32>) -> tensor<4x1xf32>
    %5 = onnx.Sqrt %4 : (tensor<4x1xf32>) -> tensor<4x1xf32>
    %6 = onnx.Div %1, %5 : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
    %7 = onnx.Mul %6, %scale : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
    // becomes
    %7 = onnx.LayerNormalization %x, %scale : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
    ```
  }];
  let statistics = [
    Statistic<"numRaised", "normalizations raised", "Normalizations raised">];
}

def RaiseRmsnorm : Pass<"quantc-raise-rmsnorm", "::mlir::func::FuncOp"> {
  let summary = "Recognize RMSNormalization";
  let description = [{
    **What**: x / sqrt(mean(x^2) + epsilon) over trailing dimensions becomes
    `onnx.RMSNormalization`, a Mul by one number per normalized element its scale.

    **Needs**: what `quantc-raise-layernorm` needs, and to run after it.

    **Leaves**: one operation that quantization and kernels see as a whole.

    **Error**: bounded. For n normalized elements the two differ by at most
    (n + 8) 2^-24 relative in the mean square and 3 * 2^-24 in each result.

    **Example**:
    ```mlir
    %0 = onnx.Mul %x, %x : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
    %1 = onnx.ReduceMean %0, %axes : (tensor<4x8xf32>, tensor<1xi64>) -> tensor<4x1xf32>
    %2 = onnx.Add %1, %epsilon : (tensor<4x1xf32>, tensor<f32>) -> tensor<4x1xf32>
    %3 = onnx.Sqrt %2 : (tensor<4x1xf32>) -> tensor<4x1xf32>
    %4 = onnx.Div %x, %3 : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
    %5 = onnx.Mul %4, %scale : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
    // becomes
    %5 = onnx.RMSNormalization %x, %scale : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
    ```
  }];
  let statistics = [
    Statistic<"numRaised", "normalizations raised", "Normalizations raised">];
}

def RaiseSwish : Pass<"quantc-raise-swish", "::mlir::func::FuncOp"> {
  let summary = "Recognize Swish";
  let description = [{
    **What**: x * Sigmoid(x), and x * Sigmoid(alpha * x) with a constant alpha,
    become `onnx.Swish`.

    **Needs**: constants folded.

    **Leaves**: one operation where activations are quantized.

    **Error**: exact, Swish is defined as these operations.

    **Example**:
    ```mlir
    %0 = onnx.Sigmoid %x : (tensor<8xf32>) -> tensor<8xf32>
    %1 = onnx.Mul %x, %0 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    // becomes
    %1 = onnx.Swish %x : (tensor<8xf32>) -> tensor<8xf32>
    ```
  }];
  let statistics = [
    Statistic<"numRaised", "Swishes raised", "Swishes raised">];
}

#endif // QUANTC_TRANSFORMS_RAISEPASSES
