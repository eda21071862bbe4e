//===- IndexOps.td - ONNX operators on indices -------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Operand, result and attribute names are ONNX's own, of the newest version of
// each operator; the importer lifts older versions to it.
//
//===----------------------------------------------------------------------===//

def ONNX_CompressOp : ONNX_Op<"Compress"> {
  let summary = "Selection of slices by a boolean vector.";
  let description = [{
    * C1: `condition` is a vector.
    * C2: `axis`, if given, is in [-rank, rank - 1]; else the operand is
      flattened.
  }];
  let arguments = (ins
    ONNX_Tensor:$input,
    ONNX_Tensor:$condition,
    OptionalAttr<I64Attr>:$axis);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_GatherOp : ONNX_Op<"Gather"> {
  let summary = "Selection of slices along one axis by index.";
  let description = [{
    The dimension `axis` of the data is replaced by the indices' dimensions;
    negative indices count from the end.

    * C1: `axis` is in [-rank, rank - 1].
    * C2: constant indices are in [-size, size - 1].

    Example:
    ```mlir
    %y = onnx.Gather %table, %ids {axis = 0 : i64}
        : (tensor<1000x64xf32>, tensor<2x8xi64>) -> tensor<2x8x64xf32>
    ```
  }];
  let arguments = (ins
    ONNX_Tensor:$data,
    ONNX_Tensor:$indices,
    DefaultValuedAttr<I64Attr, "0">:$axis);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_GatherElementsOp : ONNX_Op<"GatherElements"> {
  let summary = "Selection of single elements along one axis by index.";
  let description = [{
    * C1: `axis` is in [-rank, rank - 1].
    * C3: the indices have the data's rank.
  }];
  let arguments = (ins
    ONNX_Tensor:$data,
    ONNX_Tensor:$indices,
    DefaultValuedAttr<I64Attr, "0">:$axis);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_GatherNDOp : ONNX_Op<"GatherND"> {
  let summary = "Selection of slices by index tuples.";
  let description = [{
    * C1: data and indices are no scalars.
    * C2: `batch_dims` is at least 0 and below both ranks.
    * C3: an index tuple (the last dimension of the indices) has 1 to rank
      entries, batch dimensions excluded.
  }];
  let arguments = (ins
    ONNX_Tensor:$data,
    ONNX_Tensor:$indices,
    DefaultValuedAttr<I64Attr, "0">:$batch_dims);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_NonZeroOp : ONNX_Op<"NonZero"> {
  let summary = "Indices of the nonzero elements, one column each.";
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_OneHotOp : ONNX_Op<"OneHot"> {
  let summary = "One-hot encoding of indices.";
  let description = [{
    * C1: `axis` is in [-rank - 1, rank].
    * C2: `depth` is not negative.
  }];
  let arguments = (ins
    ONNX_Tensor:$indices,
    ONNX_Tensor:$depth,
    ONNX_Tensor:$values,
    DefaultValuedAttr<I64Attr, "-1">:$axis);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_ScatterElementsOp : ONNX_Op<"ScatterElements"> {
  let summary =
      "A copy of the data with single elements replaced or combined.";
  let description = [{
    * C1: `axis` is in [-rank, rank - 1].
    * C3: the indices have the data's rank.
    * C4: `reduction` is `none`, `add`, `mul`, `max` or `min`.
    * C5: the updates have the shape of the indices.
  }];
  let arguments = (ins
    ONNX_Tensor:$data,
    ONNX_Tensor:$indices,
    ONNX_Tensor:$updates,
    DefaultValuedAttr<I64Attr, "0">:$axis,
    DefaultValuedStrAttr<StrAttr, "none">:$reduction);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_ScatterNDOp : ONNX_Op<"ScatterND"> {
  let summary =
      "A copy of the data with slices replaced or combined at index tuples.";
  let description = [{
    * C1: data and indices are no scalars.
    * C3: an index tuple (the last dimension of the indices) has 1 to rank
      entries.
    * C4: `reduction` is `none`, `add`, `mul`, `max` or `min`.
    * C5: the updates have the shape a GatherND by the same indices has.
  }];
  let arguments = (ins
    ONNX_Tensor:$data,
    ONNX_Tensor:$indices,
    ONNX_Tensor:$updates,
    DefaultValuedStrAttr<StrAttr, "none">:$reduction);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_TopKOp : ONNX_Op<"TopK"> {
  let summary =
      "The k largest or smallest elements along one axis, with their indices.";
  let description = [{
    * C1: `axis` is in [-rank, rank - 1].
    * C2: K is between 0 and the size of the dimension.
  }];
  let arguments = (ins
    ONNX_Tensor:$X,
    ONNX_Tensor:$K,
    DefaultValuedAttr<I64Attr, "-1">:$axis,
    DefaultValuedAttr<I64Attr, "1">:$largest,
    DefaultValuedAttr<I64Attr, "1">:$sorted);
  let results = (outs ONNX_Tensor:$Values, ONNX_Tensor:$Indices);
}
