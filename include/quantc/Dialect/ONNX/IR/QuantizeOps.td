//===- QuantizeOps.td - ONNX Quantize operators ------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Operand, result and attribute names are ONNX's own, of the newest version of
// each operator; the importer lifts older versions to it.
//
//===----------------------------------------------------------------------===//

def ONNX_ConvIntegerOp : ONNX_SegmentedOp<"ConvInteger",
    ["x", "w", "x_zero_point", "w_zero_point"],
    ["y"],
    [AttrSizedOperandSegments]> {
  let summary = "Integer convolution with zero points and an int32 result.";
  let description = [{
    As Conv, on x - x_zero_point and w - w_zero_point.

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
  }];
  let arguments = (ins
    ONNX_Tensor:$x,
    ONNX_Tensor:$w,
    Optional<ONNX_Tensor>:$x_zero_point,
    Optional<ONNX_Tensor>:$w_zero_point,
    OptionalAttr<DenseI64ArrayAttr>:$kernel_shape,
    OptionalAttr<DenseI64ArrayAttr>:$strides,
    OptionalAttr<DenseI64ArrayAttr>:$pads,
    OptionalAttr<DenseI64ArrayAttr>:$dilations,
    DefaultValuedAttr<I64Attr, "1">:$group,
    DefaultValuedStrAttr<StrAttr, "NOTSET">:$auto_pad);
  let results = (outs ONNX_Tensor:$y);
}

def ONNX_DequantizeLinearOp : ONNX_Op<"DequantizeLinear"> {
  let summary =
      "(x - x_zero_point) * x_scale, per tensor, per axis or per block.";
  let description = [{
    The scale is one for the tensor, a vector along `axis`, or, with
    `block_size` B, has ceil(size / B) entries along it and the operand's
    dimensions elsewhere.

    * C1: `block_size` is not negative.
    * C2: `axis` is in [-rank, rank - 1], unless there is one scale.
    * C3: a vector of scales has the size of the axis.
    * C4: block scales have the operand's rank, and a block's size divides up.
    * C5: the zero point has the scale's shape.

    Example:
    ```mlir
    %y = onnx.DequantizeLinear %x, %scale, %zero {axis = 0 : i64}
        : (tensor<4x8xi8>, tensor<4xf32>, tensor<4xi8>) -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins
    ONNX_Tensor:$x,
    ONNX_Tensor:$x_scale,
    Optional<ONNX_Tensor>:$x_zero_point,
    DefaultValuedAttr<I64Attr, "1">:$axis,
    DefaultValuedAttr<I64Attr, "0">:$block_size);
  let results = (outs ONNX_Tensor:$y);
}

def ONNX_DynamicQuantizeLinearOp : ONNX_Op<"DynamicQuantizeLinear"> {
  let summary = [{
    Quantization to uint8 by the tensor's own range, with its scale and zero
    point.
  }];
  let arguments = (ins ONNX_Tensor:$x);
  let results = (outs
    ONNX_Tensor:$y,
    ONNX_Tensor:$y_scale,
    ONNX_Tensor:$y_zero_point);
}

def ONNX_MatMulIntegerOp : ONNX_SegmentedOp<"MatMulInteger",
    ["A", "B", "a_zero_point", "b_zero_point"],
    ["Y"],
    [AttrSizedOperandSegments]> {
  let summary = "Integer matrix product with zero points and an int32 result.";
  let description = [{
    (A - a_zero_point) * (B - b_zero_point), exact, modulo 2^32.

    * C1: the operands are no scalars.
    * C2: they agree in the dimension summed over.
    * C3: the dimensions before the last two broadcast.
  }];
  let arguments = (ins
    ONNX_Tensor:$A,
    ONNX_Tensor:$B,
    Optional<ONNX_Tensor>:$a_zero_point,
    Optional<ONNX_Tensor>:$b_zero_point);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_QLinearConvOp : ONNX_Op<"QLinearConv"> {
  let summary =
      "Convolution of quantized tensors, requantized to the result's scale.";
  let description = [{
    As Conv, on dequantized x and w; B is an int32 with scale x_scale *
    w_scale.

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
  }];
  let arguments = (ins
    ONNX_Tensor:$x,
    ONNX_Tensor:$x_scale,
    ONNX_Tensor:$x_zero_point,
    ONNX_Tensor:$w,
    ONNX_Tensor:$w_scale,
    ONNX_Tensor:$w_zero_point,
    ONNX_Tensor:$y_scale,
    ONNX_Tensor:$y_zero_point,
    Optional<ONNX_Tensor>:$B,
    OptionalAttr<DenseI64ArrayAttr>:$kernel_shape,
    OptionalAttr<DenseI64ArrayAttr>:$strides,
    OptionalAttr<DenseI64ArrayAttr>:$pads,
    OptionalAttr<DenseI64ArrayAttr>:$dilations,
    DefaultValuedAttr<I64Attr, "1">:$group,
    DefaultValuedStrAttr<StrAttr, "NOTSET">:$auto_pad);
  let results = (outs ONNX_Tensor:$y);
}

def ONNX_QLinearMatMulOp : ONNX_Op<"QLinearMatMul"> {
  let summary =
      "Matrix product of quantized tensors, requantized to the result's scale.";
  let description = [{
    * C1: the operands are no scalars.
    * C2: they agree in the dimension summed over.
    * C3: the dimensions before the last two broadcast.
  }];
  let arguments = (ins
    ONNX_Tensor:$a,
    ONNX_Tensor:$a_scale,
    ONNX_Tensor:$a_zero_point,
    ONNX_Tensor:$b,
    ONNX_Tensor:$b_scale,
    ONNX_Tensor:$b_zero_point,
    ONNX_Tensor:$y_scale,
    ONNX_Tensor:$y_zero_point);
  let results = (outs ONNX_Tensor:$y);
}

def ONNX_QuantizeLinearOp : ONNX_Op<"QuantizeLinear"> {
  let summary = [{
    saturate(round(x / y_scale) + y_zero_point), ties to even, per tensor, per
    axis or per block.
  }];
  let description = [{
    The scale is one for the tensor, a vector along `axis`, or, with
    `block_size` B, has ceil(size / B) entries along it and the operand's
    dimensions elsewhere.

    * C1: `block_size` is not negative.
    * C2: `axis` is in [-rank, rank - 1], unless there is one scale.
    * C3: a vector of scales has the size of the axis.
    * C4: block scales have the operand's rank, and a block's size divides up.
    * C5: the zero point has the scale's shape.

    Example:
    ```mlir
    %y = onnx.QuantizeLinear %x, %scale, %zero
        : (tensor<4x8xf32>, tensor<f32>, tensor<ui8>) -> tensor<4x8xui8>
    ```
  }];
  let arguments = (ins
    ONNX_Tensor:$x,
    ONNX_Tensor:$y_scale,
    Optional<ONNX_Tensor>:$y_zero_point,
    DefaultValuedAttr<I64Attr, "1">:$axis,
    DefaultValuedAttr<I64Attr, "0">:$block_size,
    DefaultValuedAttr<I64Attr, "1">:$saturate);
  let results = (outs ONNX_Tensor:$y);
}
