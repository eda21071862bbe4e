//===- RNNOps.td - ONNX RNN operators ----------------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Operand, result and attribute names are ONNX's own, of the newest version of
// each operator; the importer lifts older versions to it.
//
//===----------------------------------------------------------------------===//

def ONNX_GRUOp : ONNX_SegmentedOp<"GRU",
    ["X", "W", "R", "B", "sequence_lens", "initial_h"],
    ["Y", "Y_h"],
    [AttrSizedOperandSegments, AttrSizedResultSegments]> {
  let summary = "Gated recurrent unit over a sequence.";
  let description = [{
    X is [sequence, batch, inputs] (`layout` 0) or [batch, sequence, inputs]
    (1), W [directions, 3 * hidden, inputs], R [directions, 3 * hidden,
    hidden], gates in the order z, r, h.

    * C1: `direction` is `forward`, `reverse` or `bidirectional`, `layout` 0 or
      1.
    * C2: X, W and R have rank 3.
    * C3: `hidden_size` is positive, and W, R and X agree in directions, hidden
      size and inputs.
  }];
  let arguments = (ins
    ONNX_Tensor:$X,
    ONNX_Tensor:$W,
    ONNX_Tensor:$R,
    Optional<ONNX_Tensor>:$B,
    Optional<ONNX_Tensor>:$sequence_lens,
    Optional<ONNX_Tensor>:$initial_h,
    OptionalAttr<I64Attr>:$hidden_size,
    DefaultValuedStrAttr<StrAttr, "forward">:$direction,
    DefaultValuedAttr<I64Attr, "0">:$layout,
    DefaultValuedAttr<I64Attr, "0">:$linear_before_reset,
    OptionalAttr<StrArrayAttr>:$activations,
    OptionalAttr<DenseF32ArrayAttr>:$activation_alpha,
    OptionalAttr<DenseF32ArrayAttr>:$activation_beta,
    OptionalAttr<F32Attr>:$clip);
  let results = (outs Optional<ONNX_Tensor>:$Y, Optional<ONNX_Tensor>:$Y_h);
}

def ONNX_LSTMOp : ONNX_SegmentedOp<"LSTM",
    ["X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P"],
    ["Y", "Y_h", "Y_c"],
    [AttrSizedOperandSegments, AttrSizedResultSegments]> {
  let summary = "Long short-term memory over a sequence.";
  let description = [{
    X is [sequence, batch, inputs] (`layout` 0) or [batch, sequence, inputs]
    (1), W [directions, 4 * hidden, inputs], R [directions, 4 * hidden,
    hidden], gates in the order i, o, f, c.

    * C1: `direction` is `forward`, `reverse` or `bidirectional`, `layout` 0 or
      1.
    * C2: X, W and R have rank 3.
    * C3: `hidden_size` is positive, and W, R and X agree in directions, hidden
      size and inputs.
  }];
  let arguments = (ins
    ONNX_Tensor:$X,
    ONNX_Tensor:$W,
    ONNX_Tensor:$R,
    Optional<ONNX_Tensor>:$B,
    Optional<ONNX_Tensor>:$sequence_lens,
    Optional<ONNX_Tensor>:$initial_h,
    Optional<ONNX_Tensor>:$initial_c,
    Optional<ONNX_Tensor>:$P,
    OptionalAttr<I64Attr>:$hidden_size,
    DefaultValuedStrAttr<StrAttr, "forward">:$direction,
    DefaultValuedAttr<I64Attr, "0">:$layout,
    DefaultValuedAttr<I64Attr, "0">:$input_forget,
    OptionalAttr<StrArrayAttr>:$activations,
    OptionalAttr<DenseF32ArrayAttr>:$activation_alpha,
    OptionalAttr<DenseF32ArrayAttr>:$activation_beta,
    OptionalAttr<F32Attr>:$clip);
  let results = (outs
    Optional<ONNX_Tensor>:$Y,
    Optional<ONNX_Tensor>:$Y_h,
    Optional<ONNX_Tensor>:$Y_c);
}

def ONNX_RNNOp : ONNX_SegmentedOp<"RNN",
    ["X", "W", "R", "B", "sequence_lens", "initial_h"],
    ["Y", "Y_h"],
    [AttrSizedOperandSegments, AttrSizedResultSegments]> {
  let summary = "Simple recurrent network over a sequence.";
  let description = [{
    X is [sequence, batch, inputs] (`layout` 0) or [batch, sequence, inputs]
    (1), W [directions, 1 * hidden, inputs], R [directions, 1 * hidden,
    hidden].

    * C1: `direction` is `forward`, `reverse` or `bidirectional`, `layout` 0 or
      1.
    * C2: X, W and R have rank 3.
    * C3: `hidden_size` is positive, and W, R and X agree in directions, hidden
      size and inputs.
  }];
  let arguments = (ins
    ONNX_Tensor:$X,
    ONNX_Tensor:$W,
    ONNX_Tensor:$R,
    Optional<ONNX_Tensor>:$B,
    Optional<ONNX_Tensor>:$sequence_lens,
    Optional<ONNX_Tensor>:$initial_h,
    OptionalAttr<I64Attr>:$hidden_size,
    DefaultValuedStrAttr<StrAttr, "forward">:$direction,
    DefaultValuedAttr<I64Attr, "0">:$layout,
    OptionalAttr<StrArrayAttr>:$activations,
    OptionalAttr<DenseF32ArrayAttr>:$activation_alpha,
    OptionalAttr<DenseF32ArrayAttr>:$activation_beta,
    OptionalAttr<F32Attr>:$clip);
  let results = (outs Optional<ONNX_Tensor>:$Y, Optional<ONNX_Tensor>:$Y_h);
}
