//===- ControlOps.td - ONNX control flow -----------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Bodies are single-block regions ending in `onnx.Yield`; values of the
// enclosing graph are captured directly.
//
//===----------------------------------------------------------------------===//

def ONNX_IfOp : ONNX_Op<"If", [
    SingleBlockImplicitTerminator<"YieldOp">, NoRegionArguments]> {
  let summary = "One of two bodies, chosen by a boolean scalar.";
  let arguments = (ins ONNX_Tensor:$cond);
  let regions = (region SizedRegion<1>:$then_branch,
                        SizedRegion<1>:$else_branch);
  let results = (outs Variadic<ONNX_Tensor>:$outputs);
  let assemblyFormat = [{
    $cond $then_branch `else` $else_branch attr-dict `:`
    functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def ONNX_LoopOp : ONNX_Op<"Loop", [
    AttrSizedOperandSegments, SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary =
      "A counted and conditional loop with carried and scanned values.";
  let arguments = (ins
    Optional<ONNX_Tensor>:$M,
    Optional<ONNX_Tensor>:$cond,
    Variadic<ONNX_Tensor>:$v_initial);
  let regions = (region SizedRegion<1>:$body);
  let results = (outs Variadic<ONNX_Tensor>:$v_final_and_scan_outputs);
  let assemblyFormat = [{
    custom<Operands>($M, $cond, $v_initial) $body attr-dict `:`
    custom<OperandTypes>(type($M), type($cond), type($v_initial)) `->`
    custom<ResultTypes>(type($v_final_and_scan_outputs))
  }];
  let hasVerifier = 1;
}

def ONNX_YieldOp : Op<ONNX_Dialect, "Yield", [
    Pure, ReturnLike, Terminator, ParentOneOf<["IfOp", "LoopOp"]>]> {
  let summary = "The results of a body.";
  let arguments = (ins Variadic<ONNX_Tensor>:$values);
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, {}); }]>];
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
}
