//===- Passes.td - Passes over onnx and qnn --------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TRANSFORMS_PASSES
#define QUANTC_TRANSFORMS_PASSES

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

def ExternalizeWeights
    : Pass<"quantc-externalize-weights", "::mlir::ModuleOp"> {
  let summary = "Write tensor data to a file beside the text";
  let description = [{
    **What**: writes the data of every `onnx.Constant` that is a resource (or is
    in another weights file already) to one file, each tensor aligned to 64
    bytes, and refers to it by `#onnx.file`.

    **Needs**: `file`, in the folder the text will be written to; an existing
    file is replaced when the new one is complete.

    **Leaves**: a module to be printed. It is read back with the weights
    directory set to that folder (quantc does that; quant-opt has the current
    one). Exact.

    **Example**:
    ```mlir
    %w = onnx.Constant dense_resource<w0> : tensor<32x32xf32>
    // becomes, with file=m.weights
    %w = onnx.Constant #onnx.file<"m.weights", 0, 4096> : tensor<32x32xf32>
    ```
  }];
  let options = [Option<"file", "file", "std::string", "",
                        "Path of the file to write">];
  let statistics = [Statistic<"numExternalized", "constants externalized",
                              "Constants whose data were written">];
  let dependentDialects = ["::quantc::onnx::ONNXDialect"];
}

def FoldBatchnorm : Pass<"quantc-fold-batchnorm", "::mlir::func::FuncOp"> {
  let summary = "Fold batch normalization into the convolution before it";
  let description = [{
    **What**: `BatchNormalization` of a `Conv` that nobody else reads, both with
    constant f32 parameters, becomes that `Conv` with other weights and a bias:
    W' = W a, B' = B a + (bias - mean a), a = scale / sqrt(var + epsilon),
    computed in double and rounded once.

    **Needs**: inferred shapes, folded constants. A normalization without such a
    convolution stays.

    **Leaves**: no normalization between a convolution and its activation;
    quantization sees the weights that are multiplied.

    **Error**: bounded. Weights and bias each carry one rounding (2^-24 relative),
    the original rounds a, the bias and the final fma: the two differ by at most
    (K + 4) 2^-24 (|b| + sum |x w a|) for K products per output, to first order.

    **Example**:
    ```mlir
    %0 = onnx.Conv %x, %w : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32>
    %1 = onnx.BatchNormalization %0, %s, %b, %m, %v
        : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
    // becomes
    %1 = onnx.Conv %x, %w1, %b1 : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
    ```
  }];
  let statistics = [
    Statistic<"numFolded", "normalizations folded", "Normalizations folded">];
}

def FoldConstants : Pass<"quantc-fold-constants", "::mlir::func::FuncOp"> {
  let summary = "Evaluate operations on constants";
  let description = [{
    **What**: an operation all of whose operands are constants is run by the
    reference evaluator and replaced by its results. Quantized operations stay
    (their codes must be seen), so do convolutions and recurrent layers.

    **Needs**: results of static shape. A result above `max-bytes`, one above
    64 KiB and four times the operands, or a product of more than 2^32 steps is
    left alone with a remark: a small file may ask for a gigabyte. What the
    evaluator rejects (an index out of range) stays and fails when it is run.

    **Leaves**: weights as constants that later passes can read.

    **Error**: exact, it is the evaluator that says what the model computes.

    **Example**:
    ```mlir
    %0 = onnx.Transpose %w {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
    // becomes
    %0 = onnx.Constant dense<[[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]> : tensor<3x2xf32>
    ```
  }];
  let options = [
    Option<"maxBytes", "max-bytes", "uint64_t", "uint64_t(256) << 20",
           "Largest constant to make">];
  let statistics = [
    Statistic<"numFolded", "operations folded", "Operations folded">,
    Statistic<"numDeclined", "operations left", "Constant, but over a limit">];
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

def FuseBias : Pass<"quantc-fuse-bias", "::mlir::func::FuncOp"> {
  let summary = "Make constants added to a convolution its bias";
  let description = [{
    **What**: `Add` of one constant per channel to a `Conv` without bias that
    nobody else reads becomes the convolution's bias.

    **Needs**: inferred shapes, folded constants.

    **Leaves**: `MatMul` and `Add` as they are: `convert-onnx-to-qnn` and
    `quantc-fuse-map` make them one.

    **Error**: exact. A convolution's bias is defined as an addition after the
    sum.

    **Example**:
    ```mlir
    %0 = onnx.Conv %x, %w : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32>
    %1 = onnx.Add %0, %c : (tensor<1x4x8x8xf32>, tensor<4x1x1xf32>) -> tensor<1x4x8x8xf32>
    // becomes
    %1 = onnx.Conv %x, %w, %b : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
    ```
  }];
  let statistics = [
    Statistic<"numFused", "biases fused", "Biases fused">];
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

def InferShapes : Pass<"quantc-infer-shapes", "::mlir::func::FuncOp"> {
  let summary = "Compute result types from operand shapes and contents";
  let description = [{
    **What**: runs every operation's shape function and writes what is known of
    each result into its type; function results follow. An onnx.If decided by
    sizes alone is replaced by the branch taken.

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
  let options = [
    Option<"remarks", "remarks", "bool", "false",
           "Emit the symbolic shape of every result as a remark">];
  let statistics = [
    Statistic<"numRefined", "results refined", "Results given a better type">];
}

def InlineBranches : Pass<"quantc-inline-branches", "::mlir::func::FuncOp"> {
  let summary = "Replace an If with a known condition by its branch";
  let description = [{
    **What**: `onnx.If` of a constant becomes the operations of the branch it
    takes. Where the If's own type says less than the branch's, an Identity keeps
    it until shapes are inferred.

    **Needs**: constants folded, shapes resolved.

    **Leaves**: control flow only where it depends on data, or on sizes that are
    not fixed.

    **Error**: exact.

    **Example**:
    ```mlir
    %0 = onnx.If %true {
      %1 = onnx.Neg %x : (tensor<4xf32>) -> tensor<4xf32>
      onnx.Yield %1 : tensor<4xf32>
    } else {
      onnx.Yield %x : tensor<4xf32>
    } : (tensor<i1>) -> tensor<4xf32>
    // becomes
    %0 = onnx.Neg %x : (tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
  let statistics = [
    Statistic<"numInlined", "branches inlined", "Branches inlined">];
}

def InsertObservers : Pass<"quantc-insert-observers", "::mlir::func::FuncOp"> {
  let summary = "Observe the tensors whose ranges a recipe needs";
  let description = [{
    **What**: puts a `qnn.observe` behind every value that `quantc-quantize`
    with the same recipe will want a range for, under the name it will look up:
    an argument's ONNX name or the name of the node that computes the value.

    **Needs**: canonical onnx with inferred shapes, the same that is quantized
    later. A recipe that cannot be read is an error.

    **Leaves**: the graph otherwise unchanged; a recipe without static
    activations adds nothing.

    **Example**:
    ```mlir
    %0 = onnx.MatMul %x, %w : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32>
    // becomes
    qnn.observe %x {tensor = "x"} : tensor<?x8xf32>
    %0 = onnx.MatMul %x, %w : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32>
    ```
  }];
  let options = [
    Option<"recipe", "recipe", "std::string", "\"w8a8\"",
           "Name of a shipped recipe, or a YAML file">];
  let statistics = [
    Statistic<"numObserved", "tensors observed", "Tensors observed">];
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

def RemoveNeutralOps
    : Pass<"quantc-remove-neutral-ops", "::mlir::func::FuncOp"> {
  let summary = "Remove operations that change nothing";
  let description = [{
    **What**: x * 1, x / 1, x ^ 1, x - 0, integer x + 0, x and true, x or false
    become x; Where with a constant condition its choice; Cast of a lossless Cast
    one cast.

    **Needs**: inferred shapes: what would broadcast x stays.

    **Leaves**: nothing between operations that later patterns want side by side.

    **Error**: exact. A float x + 0 stays, it changes the sign of -0.

    **Example**:
    ```mlir
    %0 = onnx.Mul %x, %one : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    // becomes %x
    ```
  }];
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

def ResolveShapes : Pass<"quantc-resolve-shapes", "::mlir::func::FuncOp"> {
  let summary = "Turn shape arithmetic into constants";
  let description = [{
    **What**: every integer or boolean vector or scalar whose elements the symbolic
    analysis knows becomes a constant. A Reshape's shape becomes one of sizes, 0
    where a dimension is copied and at most one -1; an Expand's shape becomes one
    of sizes, 1 where a dimension stays. Reshape, Expand, Slice, Tile, Flatten and
    Concat that hand on all of their operand disappear, and so does the arithmetic
    that nobody reads any more.

    **Needs**: `quantc-infer-shapes` before it. Operands that contradict an
    operation are an error there.

    **Leaves**: shape arithmetic only where a size depends on data, or two sizes
    are unknown and neither is copied.

    **Error**: exact.

    **Example**:
    ```mlir
    %0 = onnx.Shape %x {end = 2 : i64} : (tensor<?x?x384xf32>) -> tensor<2xi64>
    %1 = onnx.Concat %0, %sizes {axis = 0 : i64} : (tensor<2xi64>, tensor<2xi64>) -> tensor<4xi64>
    %2 = onnx.Reshape %x, %1 : (tensor<?x?x384xf32>, tensor<4xi64>) -> tensor<?x?x12x32xf32>
    // becomes
    %1 = onnx.Constant dense<[0, 0, 12, 32]> : tensor<4xi64>
    %2 = onnx.Reshape %x, %1 : (tensor<?x?x384xf32>, tensor<4xi64>) -> tensor<?x?x12x32xf32>
    ```
  }];
  let statistics = [
    Statistic<"numContents", "contents resolved", "Tensors made constant">,
    Statistic<"numReshapes", "shapes resolved", "Shape operands made constant">,
    Statistic<"numIdentities", "identities removed", "Identities removed">,
    Statistic<"numErased", "operations erased", "Operations without readers">];
}

def SimplifyIndices : Pass<"quantc-simplify-indices", "::mlir::func::FuncOp"> {
  let summary = "Recognize gathers of everything and masks that do not vary";
  let description = [{
    **What**: a Gather or GatherND whose indices, made of Range, Unsqueeze, Expand,
    Mul and Add, count through all of the data in order becomes a Reshape. The mask
    of an `onnx.Attention` loses the dimensions along which only conditions that
    are always true, and Expand, made it vary.

    **Needs**: inferred and resolved shapes, raised attention.

    **Leaves**: a mask computed from the model's own mask, as large as that.

    **Error**: exact. An index out of range, an error in ONNX, may go unnoticed.

    **Example**:
    ```mlir
    %0 = onnx.GreaterOrEqual %positions, %zero : (tensor<1x1x?x1xi64>, tensor<i64>) -> tensor<1x1x?x1xi1>
    %1 = onnx.And %keys, %0 : (tensor<?x1x1x?xi1>, tensor<1x1x?x1xi1>) -> tensor<?x1x?x?xi1>
    %2 = onnx.Attention %q, %k, %v, %1 {q_num_heads = 2 : i64, kv_num_heads = 2 : i64}
        : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x1x?x?xi1>) -> tensor<?x?x8xf32>
    // becomes
    %2 = onnx.Attention %q, %k, %v, %keys {q_num_heads = 2 : i64, kv_num_heads = 2 : i64}
        : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x1x1x?xi1>) -> tensor<?x?x8xf32>
    ```
  }];
  let statistics = [
    Statistic<"numGathers", "gathers removed", "Gathers in order">,
    Statistic<"numMasks", "masks shrunk", "Attentions with a smaller mask">];
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

#endif // QUANTC_TRANSFORMS_PASSES
