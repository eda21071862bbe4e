//===- TensorOps.td - ONNX Tensor operators ----------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Operand, result and attribute names are ONNX's own, of the newest version of
// each operator; the importer lifts older versions to it.
//
//===----------------------------------------------------------------------===//

def ONNX_CastOp : ONNX_Op<"Cast"> {
  let summary = "Conversion to the result's element type.";
  let description = [{
    Float to integer truncates and saturates, NaN gives 0; integer to integer
    wraps (docs/Numerics.md). The element type of the result is the target.
  }];
  let arguments = (ins
    ONNX_Tensor:$input,
    DefaultValuedAttr<I64Attr, "1">:$saturate,
    DefaultValuedStrAttr<StrAttr, "up">:$round_mode);
  let results = (outs ONNX_Tensor:$output);
  let hasFolder = 1;
}

def ONNX_CastLikeOp : ONNX_Op<"CastLike"> {
  let summary = "Conversion to the element type of the second operand.";
  let arguments = (ins
    ONNX_Tensor:$input,
    ONNX_Tensor:$target_type,
    DefaultValuedAttr<I64Attr, "1">:$saturate,
    DefaultValuedStrAttr<StrAttr, "up">:$round_mode);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_ConcatOp : ONNX_Op<"Concat"> {
  let summary = "Concatenation along one axis.";
  let description = [{
    * C1: there is at least one operand.
    * C2: `axis` is in [-rank, rank - 1].
    * C3: the operands agree in rank and in all other dimensions.

    Example:
    ```mlir
    %y = onnx.Concat %a, %b {axis = 1 : i64}
        : (tensor<2x3xf32>, tensor<2x5xf32>) -> tensor<2x8xf32>
    ```
  }];
  let arguments = (ins Variadic<ONNX_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs ONNX_Tensor:$concat_result);
}

def ONNX_ConstantOp : ONNX_Op<"Constant", [
    ConstantLike, AllTypesMatch<["value", "output"]>]> {
  let summary = "A tensor known at compile time.";
  let description = [{
    * C1: the value has the type of the result, a ranked tensor of static
      shape.
    * C2: the value is a `dense<>`, a `dense_resource<>` or an `#onnx.file<>`,
      of integers or floats.
    * C3: a resource has a blob, of the size its type takes.
    * C4: a splat takes at most 2 GiB (readers expand it).

    Example:
    ```mlir
    %0 = onnx.Constant dense<[1, -1]> : tensor<2xi64>
    ```
  }];
  let arguments = (ins TypedAttrInterface:$value);
  let results = (outs ONNX_Tensor:$output);
  let hasFolder = 1;
  let hasVerifier = 1;
  let assemblyFormat = "$value attr-dict";
}

def ONNX_ConstantOfShapeOp : ONNX_Op<"ConstantOfShape"> {
  let summary =
      "A tensor of one repeated value whose shape is given at run time.";
  let description = [{
    * C1: `value` has one element; without it, the result is 0.0 of f32.
    * C2: the operand is a vector.
    * C3: its elements are not negative.
  }];
  let arguments = (ins ONNX_Tensor:$input, OptionalAttr<ElementsAttr>:$value);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_DepthToSpaceOp : ONNX_Op<"DepthToSpace"> {
  let summary = "Rearrangement of channel blocks into spatial blocks.";
  let description = [{
    * C1: `blocksize` is in [1, 32768].
    * C2: the operand has rank 4, [N, C, H, W].
    * C3: blocksize^2 divides C.
    * C4: `mode` is `DCR` (depth, column, row) or `CRD`.
  }];
  let arguments = (ins
    ONNX_Tensor:$input,
    I64Attr:$blocksize,
    DefaultValuedStrAttr<StrAttr, "DCR">:$mode);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_ExpandOp : ONNX_Op<"Expand"> {
  let summary = "Broadcast to a shape given at run time.";
  let description = [{
    * C1: `shape` is not negative.
    * C2: the operand broadcasts with it.
  }];
  let arguments = (ins ONNX_Tensor:$input, ONNX_Tensor:$shape);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_EyeLikeOp : ONNX_Op<"EyeLike"> {
  let summary = "Identity-like matrix of the operand's shape.";
  let description = [{
    * C1: the operand is a matrix.
  }];
  let arguments = (ins ONNX_Tensor:$input, DefaultValuedAttr<I64Attr, "0">:$k);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_GridSampleOp : ONNX_Op<"GridSample"> {
  let summary = "Interpolated sampling of an image at given points.";
  let description = [{
    * C1: `mode` is `linear`, `nearest` or `cubic`, `padding_mode` `zeros`,
      `border` or `reflection`.
    * C2: X is [N, C, spatial...] and the grid [N, points..., coordinates].
  }];
  let arguments = (ins
    ONNX_Tensor:$X,
    ONNX_Tensor:$grid,
    DefaultValuedStrAttr<StrAttr, "linear">:$mode,
    DefaultValuedStrAttr<StrAttr, "zeros">:$padding_mode,
    DefaultValuedAttr<I64Attr, "0">:$align_corners);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_IdentityOp : ONNX_Op<"Identity"> {
  let summary = "The operand itself.";
  let arguments = (ins ONNX_Tensor:$input);
  let results = (outs ONNX_Tensor:$output);
  let hasFolder = 1;
}

def ONNX_PadOp : ONNX_SegmentedOp<"Pad",
    ["data", "pads", "constant_value", "axes"],
    ["output"],
    [AttrSizedOperandSegments]> {
  let summary =
      "Padding by a constant, by reflection, by the edge or by wrapping.";
  let description = [{
    `pads` holds all begins, then all ends, of the `axes` (all, if absent);
    negative ones crop.

    * C1: `mode` is `constant`, `reflect`, `edge` or `wrap`.
    * C2: `axes` are in [-rank, rank - 1], each once.
    * C3: `pads` has two entries for each axis.
    * C4: no dimension becomes negative, no padding exceeds 2^40.
    * C5: `reflect` stays inside the dimension.
  }];
  let arguments = (ins
    ONNX_Tensor:$data,
    ONNX_Tensor:$pads,
    Optional<ONNX_Tensor>:$constant_value,
    Optional<ONNX_Tensor>:$axes,
    DefaultValuedStrAttr<StrAttr, "constant">:$mode);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_RangeOp : ONNX_Op<"Range"> {
  let summary = "start, start + delta, ... up to but without limit.";
  let description = [{
    * C1: the operands are scalars.
    * C2: the range is finite and at most 2^40 long.
  }];
  let arguments = (ins
    ONNX_Tensor:$start,
    ONNX_Tensor:$limit,
    ONNX_Tensor:$delta,
    DefaultValuedAttr<I64Attr, "1">:$stash_type);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_ReshapeOp : ONNX_Op<"Reshape"> {
  let summary = [{
    The same elements under another shape (0 copies a dimension, -1 is
    inferred).
  }];
  let description = [{
    0 copies the operand's dimension at the same position, unless `allowzero`.

    * C1: dimensions are sizes or -1, which occurs at most once.
    * C2: a copied dimension exists.
    * C3: with `allowzero`, -1 and 0 exclude each other.
    * C4: `shape` is a vector.
    * C5: the number of elements stays the same.

    Example:
    ```mlir
    %shape = onnx.Constant dense<[0, -1]> : tensor<2xi64>
    %y = onnx.Reshape %x, %shape
        : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<2x12xf32>
    ```
  }];
  let arguments = (ins
    ONNX_Tensor:$data,
    ONNX_Tensor:$shape,
    DefaultValuedAttr<I64Attr, "0">:$allowzero);
  let results = (outs ONNX_Tensor:$reshaped);
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def ONNX_ResizeOp : ONNX_SegmentedOp<"Resize",
    ["X", "roi", "scales", "sizes"],
    ["Y"],
    [AttrSizedOperandSegments]> {
  let summary = "Scaling of an image by interpolation.";
  let description = [{
    * C1: there are `scales` or `sizes`, not both.
    * C2: `mode` is `nearest`, `linear` or `cubic`, `keep_aspect_ratio_policy`
      one of ONNX's.
    * C3: they have an entry for each of `axes` (all dimensions, if absent).
    * C4: scales are positive and finite, sizes positive.
    * C5: `axes` are in [-rank, rank - 1], each once.
  }];
  let arguments = (ins
    ONNX_Tensor:$X,
    Optional<ONNX_Tensor>:$roi,
    Optional<ONNX_Tensor>:$scales,
    Optional<ONNX_Tensor>:$sizes,
    DefaultValuedStrAttr<StrAttr, "nearest">:$mode,
    DefaultValuedStrAttr<StrAttr, "half_pixel">:$coordinate_transformation_mode,
    DefaultValuedStrAttr<StrAttr, "round_prefer_floor">:$nearest_mode,
    OptionalAttr<DenseI64ArrayAttr>:$axes,
    DefaultValuedStrAttr<StrAttr, "stretch">:$keep_aspect_ratio_policy,
    DefaultValuedAttr<F32Attr, "-0.75f">:$cubic_coeff_a,
    DefaultValuedAttr<I64Attr, "0">:$exclude_outside,
    DefaultValuedAttr<F32Attr, "0.0f">:$extrapolation_value,
    DefaultValuedAttr<I64Attr, "0">:$antialias);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_ReverseSequenceOp : ONNX_Op<"ReverseSequence"> {
  let summary = "Reversal of the first elements of each sequence of a batch.";
  let description = [{
    * C1: `batch_axis` and `time_axis` are 0 and 1, or 1 and 0.
    * C2: `sequence_lens` is a vector with an element for each of the batch.
  }];
  let arguments = (ins
    ONNX_Tensor:$input,
    ONNX_Tensor:$sequence_lens,
    DefaultValuedAttr<I64Attr, "1">:$batch_axis,
    DefaultValuedAttr<I64Attr, "0">:$time_axis);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_ShapeOp : ONNX_Op<"Shape"> {
  let summary = "The operand's shape as a vector of int64.";
  let arguments = (ins
    ONNX_Tensor:$data,
    DefaultValuedAttr<I64Attr, "0">:$start,
    OptionalAttr<I64Attr>:$end);
  let results = (outs ONNX_Tensor:$shape);
}

def ONNX_SizeOp : ONNX_Op<"Size"> {
  let summary = "The operand's number of elements as an int64 scalar.";
  let arguments = (ins ONNX_Tensor:$data);
  let results = (outs ONNX_Tensor:$size);
}

def ONNX_SliceOp : ONNX_SegmentedOp<"Slice",
    ["data", "starts", "ends", "axes", "steps"],
    ["output"],
    [AttrSizedOperandSegments]> {
  let summary = "Strided part of a tensor along some axes.";
  let description = [{
    Negative bounds count from the end, and bounds are clamped to the dimension.

    * C1: `axes` are in [-rank, rank - 1], each once.
    * C2: `starts`, `ends`, `axes` and `steps` have the same length.
    * C3: no step is 0.

    Example:
    ```mlir
    %y = onnx.Slice %x, %starts, %ends, none, %steps
        : (tensor<8xf32>, tensor<1xi64>, tensor<1xi64>, none, tensor<1xi64>)
        -> tensor<4xf32>
    ```
  }];
  let arguments = (ins
    ONNX_Tensor:$data,
    ONNX_Tensor:$starts,
    ONNX_Tensor:$ends,
    Optional<ONNX_Tensor>:$axes,
    Optional<ONNX_Tensor>:$steps);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_SpaceToDepthOp : ONNX_Op<"SpaceToDepth"> {
  let summary = "Rearrangement of spatial blocks into channels.";
  let description = [{
    * C1: `blocksize` is in [1, 32768].
    * C2: the operand has rank 4, [N, C, H, W].
    * C3: it divides H and W.
  }];
  let arguments = (ins
    ONNX_Tensor:$input,
    I64Attr:$blocksize,
    DefaultValuedStrAttr<StrAttr, "DCR">:$mode);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_SplitOp : ONNX_Op<"Split"> {
  let summary = "Partition along one axis.";
  let description = [{
    Parts have the sizes `split`, or are equal (the last may be smaller).

    * C1: there is a result, and `num_outputs` is the number of results.
    * C2: `axis` is in [-rank, rank - 1].
    * C3: `split` has a size for each result, and they sum up to the dimension.
    * C4: there are enough elements for that many parts.
  }];
  let arguments = (ins
    ONNX_Tensor:$input,
    Optional<ONNX_Tensor>:$split,
    DefaultValuedAttr<I64Attr, "0">:$axis,
    OptionalAttr<I64Attr>:$num_outputs);
  let results = (outs Variadic<ONNX_Tensor>:$outputs);
}

def ONNX_SqueezeOp : ONNX_Op<"Squeeze"> {
  let summary = "Removal of dimensions of size one.";
  let description = [{
    * C1: `axes` are in [-rank, rank - 1], each once.
    * C2: the dimensions removed are 1.
  }];
  let arguments = (ins ONNX_Tensor:$data, Optional<ONNX_Tensor>:$axes);
  let results = (outs ONNX_Tensor:$squeezed);
}

def ONNX_TileOp : ONNX_Op<"Tile"> {
  let summary = "Repetition along every axis.";
  let description = [{
    * C1: `repeats` has an entry for each dimension, none negative.
  }];
  let arguments = (ins ONNX_Tensor:$input, ONNX_Tensor:$repeats);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_TransposeOp : ONNX_Op<"Transpose"> {
  let summary = "Permutation of the dimensions.";
  let description = [{
    Dimension i of the result is dimension perm[i] of the operand; without
    `perm` the order is reversed.

    * C1: `perm` is a permutation.
    * C2: it has an entry for each dimension.

    Example:
    ```mlir
    %y = onnx.Transpose %x {perm = array<i64: 0, 2, 1>}
        : (tensor<2x3x4xf32>) -> tensor<2x4x3xf32>
    ```
  }];
  let arguments = (ins
    ONNX_Tensor:$data,
    OptionalAttr<DenseI64ArrayAttr>:$perm);
  let results = (outs ONNX_Tensor:$transposed);
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def ONNX_TriluOp : ONNX_Op<"Trilu"> {
  let summary = "Upper or lower triangular part of matrices.";
  let description = [{
    * C1: the operand has at least two dimensions.
  }];
  let arguments = (ins
    ONNX_Tensor:$input,
    Optional<ONNX_Tensor>:$k,
    DefaultValuedAttr<I64Attr, "1">:$upper);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_UnsqueezeOp : ONNX_Op<"Unsqueeze"> {
  let summary = "Insertion of dimensions of size one.";
  let description = [{
    * C1: `axes` are in [-rank, rank - 1] of the result, each once.
  }];
  let arguments = (ins ONNX_Tensor:$data, ONNX_Tensor:$axes);
  let results = (outs ONNX_Tensor:$expanded);
}

def ONNX_WhereOp : ONNX_Op<"Where"> {
  let summary = "Choice between two tensors by a boolean one.";
  let arguments = (ins ONNX_Tensor:$condition, ONNX_Tensor:$X, ONNX_Tensor:$Y);
  let results = (outs ONNX_Tensor:$output);
}
