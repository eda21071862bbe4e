//===- ReductionOps.td - ONNX Reduction operators ----------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Operand, result and attribute names are ONNX's own, of the newest version of
// each operator; the importer lifts older versions to it.
//
//===----------------------------------------------------------------------===//

def ONNX_ArgMaxOp : ONNX_Op<"ArgMax"> {
  let summary = "Index of the largest element along one axis.";
  let arguments = (ins
    ONNX_Tensor:$data,
    DefaultValuedAttr<I64Attr, "0">:$axis,
    DefaultValuedAttr<I64Attr, "1">:$keepdims,
    DefaultValuedAttr<I64Attr, "0">:$select_last_index);
  let results = (outs ONNX_Tensor:$reduced);
}

def ONNX_ArgMinOp : ONNX_Op<"ArgMin"> {
  let summary = "Index of the smallest element along one axis.";
  let arguments = (ins
    ONNX_Tensor:$data,
    DefaultValuedAttr<I64Attr, "0">:$axis,
    DefaultValuedAttr<I64Attr, "1">:$keepdims,
    DefaultValuedAttr<I64Attr, "0">:$select_last_index);
  let results = (outs ONNX_Tensor:$reduced);
}

def ONNX_ReduceL1Op : ONNX_Op<"ReduceL1"> {
  let summary = "Sum of absolute values over the given axes.";
  let arguments = (ins
    ONNX_Tensor:$data,
    Optional<ONNX_Tensor>:$axes,
    DefaultValuedAttr<I64Attr, "1">:$keepdims,
    DefaultValuedAttr<I64Attr, "0">:$noop_with_empty_axes);
  let results = (outs ONNX_Tensor:$reduced);
}

def ONNX_ReduceL2Op : ONNX_Op<"ReduceL2"> {
  let summary = "Square root of the sum of squares over the given axes.";
  let arguments = (ins
    ONNX_Tensor:$data,
    Optional<ONNX_Tensor>:$axes,
    DefaultValuedAttr<I64Attr, "1">:$keepdims,
    DefaultValuedAttr<I64Attr, "0">:$noop_with_empty_axes);
  let results = (outs ONNX_Tensor:$reduced);
}

def ONNX_ReduceLogSumOp : ONNX_Op<"ReduceLogSum"> {
  let summary = "Logarithm of the sum over the given axes.";
  let arguments = (ins
    ONNX_Tensor:$data,
    Optional<ONNX_Tensor>:$axes,
    DefaultValuedAttr<I64Attr, "1">:$keepdims,
    DefaultValuedAttr<I64Attr, "0">:$noop_with_empty_axes);
  let results = (outs ONNX_Tensor:$reduced);
}

def ONNX_ReduceLogSumExpOp : ONNX_Op<"ReduceLogSumExp"> {
  let summary = "Logarithm of the sum of exponentials over the given axes.";
  let arguments = (ins
    ONNX_Tensor:$data,
    Optional<ONNX_Tensor>:$axes,
    DefaultValuedAttr<I64Attr, "1">:$keepdims,
    DefaultValuedAttr<I64Attr, "0">:$noop_with_empty_axes);
  let results = (outs ONNX_Tensor:$reduced);
}

def ONNX_ReduceMaxOp : ONNX_Op<"ReduceMax"> {
  let summary = "Largest element over the given axes.";
  let arguments = (ins
    ONNX_Tensor:$data,
    Optional<ONNX_Tensor>:$axes,
    DefaultValuedAttr<I64Attr, "1">:$keepdims,
    DefaultValuedAttr<I64Attr, "0">:$noop_with_empty_axes);
  let results = (outs ONNX_Tensor:$reduced);
}

def ONNX_ReduceMeanOp : ONNX_Op<"ReduceMean"> {
  let summary = "Mean over the given axes.";
  let arguments = (ins
    ONNX_Tensor:$data,
    Optional<ONNX_Tensor>:$axes,
    DefaultValuedAttr<I64Attr, "1">:$keepdims,
    DefaultValuedAttr<I64Attr, "0">:$noop_with_empty_axes);
  let results = (outs ONNX_Tensor:$reduced);
}

def ONNX_ReduceMinOp : ONNX_Op<"ReduceMin"> {
  let summary = "Smallest element over the given axes.";
  let arguments = (ins
    ONNX_Tensor:$data,
    Optional<ONNX_Tensor>:$axes,
    DefaultValuedAttr<I64Attr, "1">:$keepdims,
    DefaultValuedAttr<I64Attr, "0">:$noop_with_empty_axes);
  let results = (outs ONNX_Tensor:$reduced);
}

def ONNX_ReduceProdOp : ONNX_Op<"ReduceProd"> {
  let summary = "Product over the given axes.";
  let arguments = (ins
    ONNX_Tensor:$data,
    Optional<ONNX_Tensor>:$axes,
    DefaultValuedAttr<I64Attr, "1">:$keepdims,
    DefaultValuedAttr<I64Attr, "0">:$noop_with_empty_axes);
  let results = (outs ONNX_Tensor:$reduced);
}

def ONNX_ReduceSumOp : ONNX_Op<"ReduceSum"> {
  let summary = "Sum over the given axes.";
  let arguments = (ins
    ONNX_Tensor:$data,
    Optional<ONNX_Tensor>:$axes,
    DefaultValuedAttr<I64Attr, "1">:$keepdims,
    DefaultValuedAttr<I64Attr, "0">:$noop_with_empty_axes);
  let results = (outs ONNX_Tensor:$reduced);
}

def ONNX_ReduceSumSquareOp : ONNX_Op<"ReduceSumSquare"> {
  let summary = "Sum of squares over the given axes.";
  let arguments = (ins
    ONNX_Tensor:$data,
    Optional<ONNX_Tensor>:$axes,
    DefaultValuedAttr<I64Attr, "1">:$keepdims,
    DefaultValuedAttr<I64Attr, "0">:$noop_with_empty_axes);
  let results = (outs ONNX_Tensor:$reduced);
}
