//===- QuantizePasses.td - Passes of quantc-quantize-model -*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Canonical onnx to onnx and qnn.quantize, qnn.dequantize, by recipe.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TRANSFORMS_QUANTIZEPASSES
#define QUANTC_TRANSFORMS_QUANTIZEPASSES

include "mlir/Pass/PassBase.td"

def CorrectBias : Pass<"quantc-correct-bias", "::mlir::func::FuncOp"> {
  let summary = "Take the expected error of rounded weights out of biases";
  let description = [{
    **What**: where the recipe has `bias_correction`, the bias of a MatMul, Gemm or
    Conv whose weights W will become Wq loses E[x] (Wq - W), the mean of x per input
    channel from calibration (Nagel et al., 2019, section 4.2). Of a Conv that pads,
    the border counts as the rest. A product without a bias gets one.

    **Needs**: canonical onnx, right before `quantc-quantize`, whose codes it
    foresees; a calibration table of this model (an error says so).

    **Leaves**: `quantc.statistics` on an Add of its own. A remark where calibration
    kept nothing of the input's channels.

    **Error**: not a rewrite but a part of the approximation: it moves the mean of
    every output to that of the float model, up to the rounding of activations.

    **Example**:
    ```mlir
    %0 = onnx.Conv %x, %w : (tensor<1x2x8x8xf32>, tensor<4x2x1x1xf32>) -> tensor<1x4x8x8xf32>
    // becomes
    %0 = onnx.Conv %x, %w, %b : (tensor<1x2x8x8xf32>, tensor<4x2x1x1xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
    ```
  }];
  let options = [
    Option<"recipe", "recipe", "std::string", "\"w8a8-smoothquant\"",
           "Name of a shipped recipe, or a YAML file">,
    Option<"calibration", "calibration", "std::string", "\"\"",
           "Calibration table">];
  let statistics = [
    Statistic<"numCorrected", "biases corrected", "Biases corrected">,
    Statistic<"numSkipped", "biases left", "Biases without statistics">];
  let dependentDialects = ["::quantc::onnx::ONNXDialect",
                           "::quantc::qnn::QNNDialect"];
}

def EqualizeLayers : Pass<"quantc-equalize-layers", "::mlir::func::FuncOp"> {
  let summary = "Even out the channels between convolutions";
  let description = [{
    **What**: where the recipe has `equalize`, channel i between two convolutions is
    divided by s_i = sqrt(r1_i r2_i) / r2_i in the weights and bias of the first and
    multiplied by it in the weights of the second, r1 and r2 the largest weights of
    the channel on either side (Nagel et al., 2019, section 4.1). Between them may be
    Relu, LeakyRelu, pools and Concat; Clip (Relu6) is in the way, its bound would
    have to differ per channel. All pairs in turn, until factors change by less than
    0.1 % or 20 times.

    **Needs**: canonical onnx with batch normalizations folded. No data.

    **Leaves**: `quantc.channel_factors` on the operations whose results changed,
    so that `quantc-quantize` finds their ranges in the calibration table of the
    model as it was. A remark where two layers were not equalized, and why.

    **Error**: bounded. Weights and biases round once more each: outputs change by at
    most 3 * 2^-24 (|b| + sum |x w|), to first order.

    **Example**:
    ```mlir
    %0 = onnx.Conv %x, %w1, %b1 : (tensor<1x2x8x8xf32>, tensor<4x2x1x1xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
    %1 = onnx.Relu %0 : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
    %2 = onnx.Conv %1, %w2 : (tensor<1x4x8x8xf32>, tensor<2x4x1x1xf32>) -> tensor<1x2x8x8xf32>
    // becomes, with w1' = w1 / s, b1' = b1 / s, w2' = s w2
    %0 = onnx.Conv %x, %w1', %b1' {quantc.channel_factors = array<f32: 0.5, 2.0, 1.0, 1.0>}
        : (tensor<1x2x8x8xf32>, tensor<4x2x1x1xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
    ```
  }];
  let options = [
    Option<"recipe", "recipe", "std::string", "\"w8a8-smoothquant\"",
           "Name of a shipped recipe, or a YAML file">];
  let statistics = [
    Statistic<"numEqualized", "activations equalized",
              "Activations between convolutions evened out">,
    Statistic<"numDeclined", "activations left",
              "Inputs of convolutions left as they are">];
  let dependentDialects = ["::quantc::onnx::ONNXDialect"];
}

def InsertObservers : Pass<"quantc-insert-observers", "::mlir::func::FuncOp"> {
  let summary = "Observe the tensors whose statistics recipes need";
  let description = [{
    **What**: puts a `qnn.observe` behind every value that any recipe may want
    statistics of, under the name `quantc-quantize` will look up: an argument's
    ONNX name or the name of the node that computes the value. These are what
    products with constant weights read (with channels), and the values between
    convolutions. A `recipe` narrows them to what the operations that it quantizes
    read. Where the model has an attention mask [batch, seq], positions that it
    drops are not counted in values whose leading dimensions it has.

    **Needs**: canonical onnx with inferred shapes, the same that is quantized
    later. A recipe that cannot be read, or a mask that is no integer input
    [batch, seq], is an error.

    **Leaves**: the graph otherwise unchanged.

    **Example**:
    ```mlir
    %0 = onnx.MatMul %x, %w : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32>
    // becomes
    qnn.observe %x {channel_axis = 1 : i64, channel_histograms, tensor = "x"} : tensor<?x8xf32>
    %0 = onnx.MatMul %x, %w : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32>
    ```
  }];
  let options = [
    Option<"recipe", "recipe", "std::string", "\"\"",
           "Only what this recipe quantizes (a shipped recipe, or a YAML file)">,
    Option<"mask", "mask", "std::string", "\"auto\"",
           "Input whose zeros mark positions to leave out; auto, none or a name">,
    Option<"channelHistograms", "channel-histograms", "int64_t", "32768",
           "Most channels, in program order, that get a histogram of their own">];
  let statistics = [
    Statistic<"numObserved", "tensors observed", "Tensors observed">,
    Statistic<"numMasked", "tensors masked",
              "Tensors of which the mask leaves out positions">];
  let dependentDialects = ["::quantc::qnn::QNNDialect"];
}

def PropagateQuantization
    : Pass<"quantc-propagate-quantization", "::mlir::func::FuncOp"> {
  let summary = "Move quantize and dequantize until codes meet codes";
  let description = [{
    **What**: moves `qnn.quantize` up and `qnn.dequantize` down through what only
    moves elements (Reshape, Flatten, Squeeze, Unsqueeze, Transpose, Slice,
    Concat, Pad with zero, MaxPool, ...), scales per channel through Transpose
    and scales per row through Gather; drops a quantize of a dequantize with
    equal parameters, a Relu or Clip that saturation repeats, and duplicates.

    **Needs**: ranked tensors. A quantize moves up only through an operation
    that nobody else reads. Scales the model computes are taken to be positive;
    maxima and clamps stay where a constant scale is not.

    **Leaves**: codes between quantized operations wherever the operations
    between them allow it; `quantc-fold-quantization` relies on dequantize being
    the direct producer of operands.

    **Error**: exact. Encoding and decoding act on single elements and, scales
    being positive, are monotone; the zero point decodes to zero.

    **Example**:
    ```mlir
    %0 = onnx.Relu %x : (tensor<8xf32>) -> tensor<8xf32>
    %1 = qnn.quantize %0, %s, %z {codec = #qnn.int<8, unsigned>, block = array<i64: -1>}
        : (tensor<8xf32>, tensor<f32>, tensor<ui8>) -> tensor<8xui8>
    // becomes, where %z is 0
    %1 = qnn.quantize %x, %s, %z {codec = #qnn.int<8, unsigned>, block = array<i64: -1>}
        : (tensor<8xf32>, tensor<f32>, tensor<ui8>) -> tensor<8xui8>
    ```
  }];
  let dependentDialects = ["::quantc::qnn::QNNDialect"];
}

def Quantize : Pass<"quantc-quantize", "::mlir::func::FuncOp"> {
  let summary = "Place quantization around float operations by recipe";
  let description = [{
    **What**: makes codes and scales of constant weights (MatMul, Gemm, Conv;
    tables of Gather), and puts `qnn.quantize` and `qnn.dequantize` with scales
    from the calibration table, or `qnn.dynamic_quantize` and `qnn.dequantize`,
    in front of the activations that meet them. Between convolutions, Add and
    average pools read codes too. Biases stay in float.

    **Needs**: canonical onnx with inferred shapes; a calibration table of this
    model where the recipe fixes ranges beforehand (an error says which is
    missing).

    **Leaves**: the onnx operations, now on dequantized operands;
    `quantc-propagate-quantization` and the fold stage make them integer. A
    remark for every MatMul, Gemm and Conv that stays in float.

    **Error**: not a rewrite but an approximation. An activation inside its
    range is off by at most half its scale, a weight by half its channel's.

    **Example**:
    ```mlir
    %0 = onnx.MatMul %x, %w : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32>
    // becomes, with recipe=w8a8-dynamic
    %codes, %s, %z = qnn.dynamic_quantize %x {codec = #qnn.int<8, unsigned>, block = array<i64: 1, -1>}
        : (tensor<?x8xf32>) -> (tensor<?x8xui8>, tensor<?x1xf32>, tensor<?x1xui8>)
    %a = qnn.dequantize %codes, %s, %z {codec = #qnn.int<8, unsigned>, block = array<i64: 1, -1>}
        : (tensor<?x8xui8>, tensor<?x1xf32>, tensor<?x1xui8>) -> tensor<?x8xf32>
    %b = qnn.dequantize %wcodes, %ws {codec = #qnn.int<8, signed>, block = array<i64: -1, 1>}
        : (tensor<8x4xi8>, tensor<1x4xf32>) -> tensor<8x4xf32>
    %0 = onnx.MatMul %a, %b : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32>
    ```
  }];
  let options = [
    Option<"recipe", "recipe", "std::string", "\"w8a8\"",
           "Name of a shipped recipe, or a YAML file">,
    Option<"calibration", "calibration", "std::string", "\"\"",
           "Calibration table; not needed by dynamic recipes">];
  let statistics = [
    Statistic<"numWeights", "weights", "Weights quantized">,
    Statistic<"numActivations", "activations", "Operands read as codes">,
    Statistic<"numFloat", "float products", "Products left in float">];
  let dependentDialects = ["::quantc::qnn::QNNDialect"];
}

def SmoothQuant : Pass<"quantc-smooth-quant", "::mlir::func::FuncOp"> {
  let summary = "Move range from activations into the weights that meet them";
  let description = [{
    **What**: where the recipe has `smoothquant`, the activation x that MatMuls and
    Gemms read is divided by one factor s per channel and their weights' rows are
    multiplied by it, s_c = max|x_c|^alpha / max|w_c|^(1 - alpha) (Xiao et al.,
    2023). Products that read one activation share its factors. The division is
    migrated into the scale and bias of the LayerNormalization or RMSNormalization
    that makes x, or the columns and bias of a product before it, through
    operations that keep channels apart (Relu, Add of constants, gating Mul,
    the values of an Attention); where there is nothing to take it, and for readers
    that need x as it was, a Mul is inserted. alpha `auto` is searched for every
    activation: the least expected squared error of the outputs
    (Quantization/Smoothing.h has the formula).

    **Needs**: canonical onnx, before `quantc-quantize`; a calibration table of this
    model (an error says so).

    **Leaves**: `quantc.channel_factors` on the operations whose results changed,
    so that `quantc-quantize` finds their ranges in the same table. A remark for
    every activation that needs a Mul, or that is not smoothed, with the reason.

    **Error**: bounded. Weights, scales and biases round once, a Mul once more:
    x W changes by at most 3 * 2^-24 sum |x_c w_cn|, to first order. Exact with
    power_of_two, as long as nothing becomes subnormal.

    **Example**:
    ```mlir
    %0 = onnx.LayerNormalization %x, %scale, %bias : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
    %1 = onnx.MatMul %0, %w : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
    // becomes, with scale' = scale / s, bias' = bias / s, w' = s w
    %0 = onnx.LayerNormalization %x, %scale', %bias' {quantc.channel_factors = array<f32: 0.25, 2.0>}
        : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
    %1 = onnx.MatMul %0, %w' : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
    ```
  }];
  let options = [
    Option<"recipe", "recipe", "std::string", "\"w8a8-smoothquant\"",
           "Name of a shipped recipe, or a YAML file">,
    Option<"calibration", "calibration", "std::string", "\"\"",
           "Calibration table">];
  let statistics = [
    Statistic<"numMigrated", "activations migrated",
              "Activations divided by the constants of their producer">,
    Statistic<"numMultiplied", "activations multiplied",
              "Activations divided by a Mul">,
    Statistic<"numSkipped", "activations left", "Activations not smoothed">];
  let dependentDialects = ["::quantc::onnx::ONNXDialect"];
}

#endif // QUANTC_TRANSFORMS_QUANTIZEPASSES
