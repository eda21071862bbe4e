//===- NNOps.td - ONNX NN operators ------------------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Operand, result and attribute names are ONNX's own, of the newest version of
// each operator; the importer lifts older versions to it.
//
//===----------------------------------------------------------------------===//

def ONNX_AttentionOp : ONNX_SegmentedOp<"Attention",
    ["Q", "K", "V", "attn_mask", "past_key", "past_value", "nonpad_kv_seqlen"],
    ["Y", "present_key", "present_value", "qk_matmul_output"],
    [AttrSizedOperandSegments, AttrSizedResultSegments]> {
  let summary = [{
    Scaled dot-product attention with optional mask, grouped heads, and
    key/value cache.
  }];
  let description = [{
    Q, K and V are [batch, heads, sequence, head size], or [batch, sequence,
    heads * head size] with `q_num_heads` and `kv_num_heads`. Each group of
    q_num_heads / kv_num_heads query heads shares one head of K and V. With P
    keys of the past in front of K and V,

        Y = softmax(softcap(Q * K^T * scale + mask)) * V

    where `scale` is 1 / sqrt(head size) unless given. `is_causal` masks keys
    after the query's position.

    * C1: Q, K and V have rank 3 or 4.
    * C2: at rank 3 the numbers of heads are given, positive, and divide the
      last dimension.
    * C3: batches agree, K and V have the same heads and sequence, Q and K the
      same head size.
    * C4: the heads of K divide those of Q.
    * C5: `past_key` and `past_value` come together, with rank 4.
    * C6: `attn_mask` has rank 1 to 4.

    Example:
    ```mlir
    %y = onnx.Attention %q, %k, %v {is_causal = 1 : i64}
        : (tensor<1x8x16x32xf32>, tensor<1x2x16x32xf32>, tensor<1x2x16x32xf32>)
        -> tensor<1x8x16x32xf32>
    ```
  }];
  let arguments = (ins
    ONNX_Tensor:$Q,
    ONNX_Tensor:$K,
    ONNX_Tensor:$V,
    Optional<ONNX_Tensor>:$attn_mask,
    Optional<ONNX_Tensor>:$past_key,
    Optional<ONNX_Tensor>:$past_value,
    Optional<ONNX_Tensor>:$nonpad_kv_seqlen,
    OptionalAttr<F32Attr>:$scale,
    DefaultValuedAttr<I64Attr, "0">:$is_causal,
    OptionalAttr<I64Attr>:$q_num_heads,
    OptionalAttr<I64Attr>:$kv_num_heads,
    DefaultValuedAttr<F32Attr, "0.0f">:$softcap,
    DefaultValuedAttr<I64Attr, "-1">:$left_window_size,
    DefaultValuedAttr<I64Attr, "-1">:$right_window_size,
    DefaultValuedAttr<I64Attr, "0">:$qk_matmul_output_mode,
    OptionalAttr<I64Attr>:$softmax_precision);
  let results = (outs
    ONNX_Tensor:$Y,
    Optional<ONNX_Tensor>:$present_key,
    Optional<ONNX_Tensor>:$present_value,
    Optional<ONNX_Tensor>:$qk_matmul_output);
}

def ONNX_AveragePoolOp : ONNX_Op<"AveragePool"> {
  let summary = "Mean over a sliding window.";
  let description = [{
    X is [N, C, spatial...].

    * C1: X has two dimensions more than `kernel_shape` has entries.
    * C2: padding is smaller than the window, so no window is padding only.
    * W1: `kernel_shape`, `strides` and `dilations` have an entry for each
      spatial dimension, in [1, 2^31).
    * W2: `pads` (all begins, then all ends) has two, in [0, 2^31).
    * W3: `auto_pad` is `NOTSET`, `VALID`, `SAME_UPPER` or `SAME_LOWER`; unless
      it is `NOTSET`, `pads` are ignored.
    * W4: the window is not larger than the padded input.

    Example:
    ```mlir
    %y = onnx.AveragePool %x {kernel_shape = array<i64: 2, 2>}
        : (tensor<1x3x8x8xf32>) -> tensor<1x3x7x7xf32>
    ```
  }];
  let arguments = (ins
    ONNX_Tensor:$X,
    DenseI64ArrayAttr:$kernel_shape,
    OptionalAttr<DenseI64ArrayAttr>:$strides,
    OptionalAttr<DenseI64ArrayAttr>:$pads,
    OptionalAttr<DenseI64ArrayAttr>:$dilations,
    DefaultValuedStrAttr<StrAttr, "NOTSET">:$auto_pad,
    DefaultValuedAttr<I64Attr, "0">:$ceil_mode,
    DefaultValuedAttr<I64Attr, "0">:$count_include_pad);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_ConvOp : ONNX_Op<"Conv"> {
  let summary = [{
    Sliding correlation of X [N, C, spatial...] with W [M, C / group,
    kernel...].
  }];
  let description = [{
    Y[n, m, o] = B[m] + sum over c, k of X[n, g * C / group + c, o * stride + k
    * dilation - pad] * W[m, c, k], where g = m / (M / group); positions
    outside X count as zero.

    * C1: X and W have the same rank, at least 3.
    * C2: `group` is positive and divides the output channels M.
    * C3: X has `group` times the channels of W.
    * C4: `kernel_shape`, if given, is W's.
    * C5: B has M elements.
    * W1: `kernel_shape`, `strides` and `dilations` have an entry for each
      spatial dimension, in [1, 2^31).
    * W2: `pads` (all begins, then all ends) has two, in [0, 2^31).
    * W3: `auto_pad` is `NOTSET`, `VALID`, `SAME_UPPER` or `SAME_LOWER`; unless
      it is `NOTSET`, `pads` are ignored.
    * W4: the window is not larger than the padded input.

    Example:
    ```mlir
    %y = onnx.Conv %x, %w, %b {pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32>, tensor<16xf32>)
        -> tensor<1x16x8x8xf32>
    ```
  }];
  let arguments = (ins
    ONNX_Tensor:$X,
    ONNX_Tensor:$W,
    Optional<ONNX_Tensor>:$B,
    OptionalAttr<DenseI64ArrayAttr>:$kernel_shape,
    OptionalAttr<DenseI64ArrayAttr>:$strides,
    OptionalAttr<DenseI64ArrayAttr>:$pads,
    OptionalAttr<DenseI64ArrayAttr>:$dilations,
    DefaultValuedAttr<I64Attr, "1">:$group,
    DefaultValuedStrAttr<StrAttr, "NOTSET">:$auto_pad);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_ConvTransposeOp : ONNX_Op<"ConvTranspose"> {
  let summary =
      "Transposed convolution (gradient of Conv with respect to its input).";
  let description = [{
    W is [C, M / group, kernel...]; the size of a spatial dimension is (size -
    1) * stride + (kernel - 1) * dilation + 1 + output_padding - pads, unless
    `output_shape` gives it.

    * C1: X and W have the same rank, at least 3.
    * C2: `group` is positive and divides the channels of X.
    * C3: X and W have the same channels.
    * C4: `kernel_shape`, if given, is W's.
    * C5: B has M elements.
    * C6: `output_shape` and `output_padding` have an entry for each spatial
      dimension, at least 1 and 0.
    * W1: `kernel_shape`, `strides` and `dilations` have an entry for each
      spatial dimension, in [1, 2^31).
    * W2: `pads` (all begins, then all ends) has two, in [0, 2^31).
    * W3: `auto_pad` is `NOTSET`, `VALID`, `SAME_UPPER` or `SAME_LOWER`; unless
      it is `NOTSET`, `pads` are ignored.
    * W4: the window is not larger than the padded input.
  }];
  let arguments = (ins
    ONNX_Tensor:$X,
    ONNX_Tensor:$W,
    Optional<ONNX_Tensor>:$B,
    OptionalAttr<DenseI64ArrayAttr>:$kernel_shape,
    OptionalAttr<DenseI64ArrayAttr>:$strides,
    OptionalAttr<DenseI64ArrayAttr>:$pads,
    OptionalAttr<DenseI64ArrayAttr>:$dilations,
    DefaultValuedAttr<I64Attr, "1">:$group,
    DefaultValuedStrAttr<StrAttr, "NOTSET">:$auto_pad,
    OptionalAttr<DenseI64ArrayAttr>:$output_padding,
    OptionalAttr<DenseI64ArrayAttr>:$output_shape);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_DropoutOp : ONNX_SegmentedOp<"Dropout",
    ["data", "ratio", "training_mode"],
    ["output", "mask"],
    [AttrSizedOperandSegments]> {
  let summary = "Identity at inference; the mask is all true.";
  let description = [{
    In training mode, where random numbers choose what is dropped, it is taken as
    the identity too if the mask is not used and the flag is a constant (exporters
    leave it on); otherwise it is not supported. `ratio` 0 drops nothing.
  }];
  let extraClassDeclaration = [{
    /// Whether it drops, by random numbers; none where an input decides that.
    std::optional<bool> drops();
  }];
  let arguments = (ins
    ONNX_Tensor:$data,
    Optional<ONNX_Tensor>:$ratio,
    Optional<ONNX_Tensor>:$training_mode,
    OptionalAttr<I64Attr>:$seed);
  let results = (outs ONNX_Tensor:$output, Optional<ONNX_Tensor>:$mask);
  let hasCanonicalizer = 1;
}

def ONNX_FlattenOp : ONNX_Op<"Flatten"> {
  let summary = "Reshape to a matrix, split at an axis.";
  let description = [{
    [product of the dimensions before `axis`, product of the others].

    * C1: `axis` is in [-rank, rank].
  }];
  let arguments = (ins
    ONNX_Tensor:$input,
    DefaultValuedAttr<I64Attr, "1">:$axis);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_GlobalAveragePoolOp : ONNX_Op<"GlobalAveragePool"> {
  let summary = "Mean over all spatial dimensions.";
  let description = [{
    * C1: X has at least two dimensions, [N, C, spatial...].
  }];
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_GlobalLpPoolOp : ONNX_Op<"GlobalLpPool"> {
  let summary = "Lp norm over all spatial dimensions.";
  let description = [{
    * C1: X has at least two dimensions, [N, C, spatial...].
    * C2: `p` is at least 1.
  }];
  let arguments = (ins ONNX_Tensor:$X, DefaultValuedAttr<I64Attr, "2">:$p);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_GlobalMaxPoolOp : ONNX_Op<"GlobalMaxPool"> {
  let summary = "Largest element over all spatial dimensions.";
  let description = [{
    * C1: X has at least two dimensions, [N, C, spatial...].
  }];
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_LpPoolOp : ONNX_Op<"LpPool"> {
  let summary = "Lp norm over a sliding window.";
  let description = [{
    X is [N, C, spatial...].

    * C1: X has two dimensions more than `kernel_shape` has entries.
    * C2: padding is smaller than the window, so no window is padding only.
    * C3: `p` is at least 1.
    * W1: `kernel_shape`, `strides` and `dilations` have an entry for each
      spatial dimension, in [1, 2^31).
    * W2: `pads` (all begins, then all ends) has two, in [0, 2^31).
    * W3: `auto_pad` is `NOTSET`, `VALID`, `SAME_UPPER` or `SAME_LOWER`; unless
      it is `NOTSET`, `pads` are ignored.
    * W4: the window is not larger than the padded input.
  }];
  let arguments = (ins
    ONNX_Tensor:$X,
    DenseI64ArrayAttr:$kernel_shape,
    OptionalAttr<DenseI64ArrayAttr>:$strides,
    OptionalAttr<DenseI64ArrayAttr>:$pads,
    OptionalAttr<DenseI64ArrayAttr>:$dilations,
    DefaultValuedStrAttr<StrAttr, "NOTSET">:$auto_pad,
    DefaultValuedAttr<I64Attr, "0">:$ceil_mode,
    DefaultValuedAttr<I64Attr, "2">:$p);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_MaxPoolOp : ONNX_Op<"MaxPool"> {
  let summary = "Largest element of a sliding window.";
  let description = [{
    X is [N, C, spatial...].

    * C1: X has two dimensions more than `kernel_shape` has entries.
    * C2: padding is smaller than the window, so no window is padding only.
    * C3: `storage_order` is 0 or 1.
    * W1: `kernel_shape`, `strides` and `dilations` have an entry for each
      spatial dimension, in [1, 2^31).
    * W2: `pads` (all begins, then all ends) has two, in [0, 2^31).
    * W3: `auto_pad` is `NOTSET`, `VALID`, `SAME_UPPER` or `SAME_LOWER`; unless
      it is `NOTSET`, `pads` are ignored.
    * W4: the window is not larger than the padded input.

    Example:
    ```mlir
    %y = onnx.MaxPool %x
        {kernel_shape = array<i64: 3, 3>, strides = array<i64: 2, 2>,
         pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x64x112x112xf32>) -> tensor<1x64x56x56xf32>
    ```
  }];
  let arguments = (ins
    ONNX_Tensor:$X,
    DenseI64ArrayAttr:$kernel_shape,
    OptionalAttr<DenseI64ArrayAttr>:$strides,
    OptionalAttr<DenseI64ArrayAttr>:$pads,
    OptionalAttr<DenseI64ArrayAttr>:$dilations,
    DefaultValuedStrAttr<StrAttr, "NOTSET">:$auto_pad,
    DefaultValuedAttr<I64Attr, "0">:$ceil_mode,
    DefaultValuedAttr<I64Attr, "0">:$storage_order);
  let results = (outs ONNX_Tensor:$Y, Optional<ONNX_Tensor>:$Indices);
}

def ONNX_RotaryEmbeddingOp : ONNX_Op<"RotaryEmbedding"> {
  let summary = "Rotary position embedding of query or key heads.";
  let description = [{
    X is [batch, heads, sequence, head size], or [batch, sequence, hidden] with
    `num_heads`. The first `rotary_embedding_dim` elements of a head (0: all)
    are rotated in pairs, neighbours if `interleaved`, else one from each half:
    (a, b) becomes (a * cos - b * sin, a * sin + b * cos).

    * C1: X has rank 3 or 4.
    * C2: at rank 3 `num_heads` is given, positive, and divides the last
      dimension.
    * C3: `rotary_embedding_dim` is even and at most the head size.
    * C4: the caches have rank 2 with `position_ids`, 3 without.
  }];
  let arguments = (ins
    ONNX_Tensor:$X,
    ONNX_Tensor:$cos_cache,
    ONNX_Tensor:$sin_cache,
    Optional<ONNX_Tensor>:$position_ids,
    OptionalAttr<I64Attr>:$num_heads,
    DefaultValuedAttr<I64Attr, "0">:$rotary_embedding_dim,
    DefaultValuedAttr<I64Attr, "0">:$interleaved);
  let results = (outs ONNX_Tensor:$Y);
}
