//===- NormalizationOps.td - ONNX normalizations -----------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Operand, result and attribute names are ONNX's own, of the newest version of
// each operator; the importer lifts older versions to it.
//
//===----------------------------------------------------------------------===//

def ONNX_BatchNormalizationOp : ONNX_SegmentedOp<"BatchNormalization",
    ["X", "scale", "B", "input_mean", "input_var"],
    ["Y", "running_mean", "running_var"],
    [AttrSizedResultSegments]> {
  let summary = "scale * (x - mean) / sqrt(var + epsilon) + bias per channel.";
  let description = [{
    * C1: X has at least two dimensions, [N, C, ...].
    * C2: scale, bias (and mean and variance) are vectors of C elements.
  }];
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

def ONNX_GroupNormalizationOp : ONNX_Op<"GroupNormalization"> {
  let summary =
      "Normalization over groups of channels, then scale and bias per channel.";
  let description = [{
    * C1: X has at least two dimensions, [N, C, ...].
    * C2: scale, bias (and mean and variance) are vectors of C elements.
    * C3: `num_groups` is positive and divides C.
  }];
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
  let description = [{
    * C1: X has at least two dimensions, [N, C, ...].
    * C2: scale, bias (and mean and variance) are vectors of C elements.
  }];
  let arguments = (ins
    ONNX_Tensor:$input,
    ONNX_Tensor:$scale,
    ONNX_Tensor:$B,
    DefaultValuedAttr<F32Attr, "9.999999747378752e-06f">:$epsilon);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_LRNOp : ONNX_Op<"LRN"> {
  let summary = "Local response normalization across channels.";
  let description = [{
    y = x / (bias + alpha / size * s)^beta, s the sum of squares over `size`
    channels around x's.

    * C1: X has at least two dimensions, [N, C, ...].
    * C2: `size` is at least 1.
  }];
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
  let description = [{
    Y = (X - mean) / sqrt(variance + epsilon) * Scale + B, mean and variance
    over the dimensions from `axis` on.

    * C1: `axis` is in [-rank, rank - 1].
    * C2: Scale and B broadcast to X.

    Example:
    ```mlir
    %y = onnx.LayerNormalization %x, %scale, %bias
        : (tensor<2x8x384xf32>, tensor<384xf32>, tensor<384xf32>)
        -> tensor<2x8x384xf32>
    ```
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
  let description = [{
    * C1: `axis` is in [-rank, rank - 1].
    * C2: `p` is 1 or 2.
  }];
  let arguments = (ins
    ONNX_Tensor:$input,
    DefaultValuedAttr<I64Attr, "-1">:$axis,
    DefaultValuedAttr<I64Attr, "2">:$p);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_MeanVarianceNormalizationOp : ONNX_Op<"MeanVarianceNormalization"> {
  let summary = "(x - mean) / standard deviation over the given axes.";
  let description = [{
    * C1: `axes` are in [-rank, rank - 1], each once.
  }];
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
  let description = [{
    * C1: `axis` is in [-rank, rank - 1].
    * C2: `scale` broadcasts to X.
  }];
  let arguments = (ins
    ONNX_Tensor:$X,
    ONNX_Tensor:$scale,
    DefaultValuedAttr<I64Attr, "-1">:$axis,
    DefaultValuedAttr<F32Attr, "9.999999747378752e-06f">:$epsilon,
    DefaultValuedAttr<I64Attr, "1">:$stash_type);
  let results = (outs ONNX_Tensor:$Y);
}
