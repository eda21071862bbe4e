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
  let description = [{
    * C1: `axis` is in [-rank, rank - 1].
    * C2: there is at least one element along it.
  }];
  let arguments = (ins
    ONNX_Tensor:$data,
    DefaultValuedAttr<I64Attr, "0">:$axis,
    DefaultValuedAttr<I64Attr, "1">:$keepdims,
    DefaultValuedAttr<I64Attr, "0">:$select_last_index);
  let results = (outs ONNX_Tensor:$reduced);
}

def ONNX_ArgMinOp : ONNX_Op<"ArgMin"> {
  let summary = "Index of the smallest element along one axis.";
  let description = [{
    * C1: `axis` is in [-rank, rank - 1].
    * C2: there is at least one element along it.
  }];
  let arguments = (ins
    ONNX_Tensor:$data,
    DefaultValuedAttr<I64Attr, "0">:$axis,
    DefaultValuedAttr<I64Attr, "1">:$keepdims,
    DefaultValuedAttr<I64Attr, "0">:$select_last_index);
  let results = (outs ONNX_Tensor:$reduced);
}

/// Over `axes`; over all of them if there are none, or not at all with
/// `noop_with_empty_axes`.
class ONNX_ReductionOp<string mnemonic> : ONNX_Op<mnemonic> {
  let description = [{
    * C1: `axes`, if constant, are in [-rank, rank - 1], each once.
  }];
  let arguments = (ins
    ONNX_Tensor:$data,
    Optional<ONNX_Tensor>:$axes,
    DefaultValuedAttr<I64Attr, "1">:$keepdims,
    DefaultValuedAttr<I64Attr, "0">:$noop_with_empty_axes);
  let results = (outs ONNX_Tensor:$reduced);
}

def ONNX_ReduceL1Op : ONNX_ReductionOp<"ReduceL1"> {
  let summary = "Sum of absolute values over the given axes.";
}

def ONNX_ReduceL2Op : ONNX_ReductionOp<"ReduceL2"> {
  let summary = "Square root of the sum of squares over the given axes.";
}

def ONNX_ReduceLogSumOp : ONNX_ReductionOp<"ReduceLogSum"> {
  let summary = "Logarithm of the sum over the given axes.";
}

def ONNX_ReduceLogSumExpOp : ONNX_ReductionOp<"ReduceLogSumExp"> {
  let summary = "Logarithm of the sum of exponentials over the given axes.";
}

def ONNX_ReduceMaxOp : ONNX_ReductionOp<"ReduceMax"> {
  let summary = "Largest element over the given axes.";
}

def ONNX_ReduceMeanOp : ONNX_ReductionOp<"ReduceMean"> {
  let summary = "Mean over the given axes.";
}

def ONNX_ReduceMinOp : ONNX_ReductionOp<"ReduceMin"> {
  let summary = "Smallest element over the given axes.";
}

def ONNX_ReduceProdOp : ONNX_ReductionOp<"ReduceProd"> {
  let summary = "Product over the given axes.";
}

def ONNX_ReduceSumOp : ONNX_ReductionOp<"ReduceSum"> {
  let summary = "Sum over the given axes.";
}

def ONNX_ReduceSumSquareOp : ONNX_ReductionOp<"ReduceSumSquare"> {
  let summary = "Sum of squares over the given axes.";
}
