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

def ONNX_BatchNormalizationOp : ONNX_SegmentedOp<"BatchNormalization",
    ["X", "scale", "B", "input_mean", "input_var"],
    ["Y", "running_mean", "running_var"],
    [AttrSizedResultSegments]> {
  let summary = "scale * (x - mean) / sqrt(var + epsilon) + bias per channel.";
  let arguments = (ins
    ONNX_Tensor:$X,
    ONNX_Tensor:$scale,
    ONNX_Tensor:$B,
    ONNX_Tensor:$input_mean,
    ONNX_Tensor:$input_var,
    DefaultValuedAttr<F32Attr, "9.999999747378752e-06f">:$epsilon,
    DefaultValuedAttr<F32Attr, "0.8999999761581421f">:$momentum,
    DefaultValuedAttr<I64Attr, "0">:$training_mode);
  let results = (outs
    ONNX_Tensor:$Y,
    Optional<ONNX_Tensor>:$running_mean,
    Optional<ONNX_Tensor>:$running_var);
}

def ONNX_ConvOp : ONNX_Op<"Conv"> {
  let summary = [{
    Sliding correlation of X [N, C, spatial...] with W [M, C / group,
    kernel...].
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
  let arguments = (ins
    ONNX_Tensor:$input,
    DefaultValuedAttr<I64Attr, "1">:$axis);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_GlobalAveragePoolOp : ONNX_Op<"GlobalAveragePool"> {
  let summary = "Mean over all spatial dimensions.";
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_GlobalLpPoolOp : ONNX_Op<"GlobalLpPool"> {
  let summary = "Lp norm over all spatial dimensions.";
  let arguments = (ins ONNX_Tensor:$X, DefaultValuedAttr<I64Attr, "2">:$p);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_GlobalMaxPoolOp : ONNX_Op<"GlobalMaxPool"> {
  let summary = "Largest element over all spatial dimensions.";
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_GroupNormalizationOp : ONNX_Op<"GroupNormalization"> {
  let summary =
      "Normalization over groups of channels, then scale and bias per channel.";
  let arguments = (ins
    ONNX_Tensor:$X,
    ONNX_Tensor:$scale,
    ONNX_Tensor:$bias,
    I64Attr:$num_groups,
    DefaultValuedAttr<F32Attr, "9.999999747378752e-06f">:$epsilon,
    DefaultValuedAttr<I64Attr, "1">:$stash_type);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_InstanceNormalizationOp : ONNX_Op<"InstanceNormalization"> {
  let summary =
      "Normalization over the spatial dimensions of each sample and channel.";
  let arguments = (ins
    ONNX_Tensor:$input,
    ONNX_Tensor:$scale,
    ONNX_Tensor:$B,
    DefaultValuedAttr<F32Attr, "9.999999747378752e-06f">:$epsilon);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_LRNOp : ONNX_Op<"LRN"> {
  let summary = "Local response normalization across channels.";
  let arguments = (ins
    ONNX_Tensor:$X,
    I64Attr:$size,
    DefaultValuedAttr<F32Attr, "9.999999747378752e-05f">:$alpha,
    DefaultValuedAttr<F32Attr, "0.75f">:$beta,
    DefaultValuedAttr<F32Attr, "1.0f">:$bias);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_LayerNormalizationOp : ONNX_SegmentedOp<"LayerNormalization",
    ["X", "Scale", "B"],
    ["Y", "Mean", "InvStdDev"],
    [AttrSizedResultSegments]> {
  let summary = [{
    Normalization over the trailing dimensions from an axis on, then scale and
    bias.
  }];
  let arguments = (ins
    ONNX_Tensor:$X,
    ONNX_Tensor:$Scale,
    Optional<ONNX_Tensor>:$B,
    DefaultValuedAttr<I64Attr, "-1">:$axis,
    DefaultValuedAttr<F32Attr, "9.999999747378752e-06f">:$epsilon,
    DefaultValuedAttr<I64Attr, "1">:$stash_type);
  let results = (outs
    ONNX_Tensor:$Y,
    Optional<ONNX_Tensor>:$Mean,
    Optional<ONNX_Tensor>:$InvStdDev);
}

def ONNX_LpNormalizationOp : ONNX_Op<"LpNormalization"> {
  let summary = "Division by the Lp norm along one axis.";
  let arguments = (ins
    ONNX_Tensor:$input,
    DefaultValuedAttr<I64Attr, "-1">:$axis,
    DefaultValuedAttr<I64Attr, "2">:$p);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_LpPoolOp : ONNX_Op<"LpPool"> {
  let summary = "Lp norm over a sliding window.";
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

def ONNX_MeanVarianceNormalizationOp : ONNX_Op<"MeanVarianceNormalization"> {
  let summary = "(x - mean) / standard deviation over the given axes.";
  let arguments = (ins
    ONNX_Tensor:$X,
    DefaultValuedAttr<DenseI64ArrayAttr, "{0, 2, 3}">:$axes);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_RMSNormalizationOp : ONNX_Op<"RMSNormalization"> {
  let summary = [{
    x / sqrt(mean(x^2) + epsilon) * scale over the trailing dimensions from an
    axis on.
  }];
  let arguments = (ins
    ONNX_Tensor:$X,
    ONNX_Tensor:$scale,
    DefaultValuedAttr<I64Attr, "-1">:$axis,
    DefaultValuedAttr<F32Attr, "9.999999747378752e-06f">:$epsilon,
    DefaultValuedAttr<I64Attr, "1">:$stash_type);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_RotaryEmbeddingOp : ONNX_Op<"RotaryEmbedding"> {
  let summary = "Rotary position embedding of query or key heads.";
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
