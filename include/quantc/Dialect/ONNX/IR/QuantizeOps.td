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
  let arguments = (ins
    ONNX_Tensor:$x,
    ONNX_Tensor:$y_scale,
    Optional<ONNX_Tensor>:$y_zero_point,
    DefaultValuedAttr<I64Attr, "1">:$axis,
    DefaultValuedAttr<I64Attr, "0">:$block_size,
    DefaultValuedAttr<I64Attr, "1">:$saturate);
  let results = (outs ONNX_Tensor:$y);
}
