//===- GraphPasses.td - Passes of quantc-graph -------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Imported onnx to canonical onnx: shapes, constants, neutral operations.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TRANSFORMS_GRAPHPASSES
#define QUANTC_TRANSFORMS_GRAPHPASSES

include "mlir/Pass/PassBase.td"

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

def InferShapes : Pass<"quantc-infer-shapes", "::mlir::func::FuncOp"> {
  let summary = "Compute result types from operand shapes and contents";
  let description = [{
    **What**: runs every operation's shape function and writes what is known of
    each result into its type; function results follow. An onnx.If decided by
    a constant or by sizes is replaced by the branch taken.

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
    Statistic<"numRefined", "results refined", "Results given a better type">,
    Statistic<"numInlined", "branches inlined", "Branches inlined">];
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

#endif // QUANTC_TRANSFORMS_GRAPHPASSES
