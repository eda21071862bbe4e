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
  let description = [{
    * C1: both branches yield a value for each result.
    * C2: of the result's element type.

    Example:
    ```mlir
    %0 = onnx.If %condition {
      onnx.Yield %a : tensor<4xf32>
    } else {
      onnx.Yield %b : tensor<4xf32>
    } : (tensor<i1>) -> tensor<4xf32>
    ```
  }];
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
  let description = [{
    The body takes the number of the round, the condition and the carried
    values; it yields the next condition, the next carried values, and what is
    stacked to the remaining results.

    * C1: the body takes these arguments, of these element types.
    * C2: the body yields the condition and a value for each result.
    * C3: of the result's element type.
    * C4: a carried value keeps its rank.

    Example:
    ```mlir
    %0 = onnx.Loop %count, none, %start {
    ^bb0(%round: tensor<i64>, %condition: tensor<i1>, %x: tensor<4xf32>):
      %1 = onnx.Relu %x : (tensor<4xf32>) -> tensor<4xf32>
      onnx.Yield %condition, %1 : tensor<i1>, tensor<4xf32>
    } : (tensor<i64>, none, tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
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
