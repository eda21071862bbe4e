//===- MathOps.td - ONNX Math operators --------------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Operand, result and attribute names are ONNX's own, of the newest version of
// each operator; the importer lifts older versions to it.
//
//===----------------------------------------------------------------------===//

def ONNX_AbsOp : ONNX_Op<"Abs"> {
  let summary = "Absolute value of every element.";
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_AcosOp : ONNX_Op<"Acos"> {
  let summary = "Inverse cosine in radians, input in [-1, 1].";
  let arguments = (ins ONNX_Tensor:$input);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_AcoshOp : ONNX_Op<"Acosh"> {
  let summary = "Inverse hyperbolic cosine, input at least 1.";
  let arguments = (ins ONNX_Tensor:$input);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_AddOp : ONNX_Op<"Add", [Commutative]> {
  let summary = "Sum of two tensors, broadcast as numpy does.";
  let arguments = (ins ONNX_Tensor:$A, ONNX_Tensor:$B);
  let results = (outs ONNX_Tensor:$C);
}

def ONNX_AsinOp : ONNX_Op<"Asin"> {
  let summary = "Inverse sine in radians, input in [-1, 1].";
  let arguments = (ins ONNX_Tensor:$input);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_AsinhOp : ONNX_Op<"Asinh"> {
  let summary = "Inverse hyperbolic sine.";
  let arguments = (ins ONNX_Tensor:$input);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_AtanOp : ONNX_Op<"Atan"> {
  let summary = "Inverse tangent in radians.";
  let arguments = (ins ONNX_Tensor:$input);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_AtanhOp : ONNX_Op<"Atanh"> {
  let summary = "Inverse hyperbolic tangent, input in (-1, 1).";
  let arguments = (ins ONNX_Tensor:$input);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_BitShiftOp : ONNX_Op<"BitShift"> {
  let summary = "Shift of unsigned integers by Y bits, left or right.";
  let description = [{
    * C1: `direction` is `LEFT` or `RIGHT`.
  }];
  let arguments = (ins ONNX_Tensor:$X, ONNX_Tensor:$Y, StrAttr:$direction);
  let results = (outs ONNX_Tensor:$Z);
}

def ONNX_BitwiseAndOp : ONNX_Op<"BitwiseAnd"> {
  let summary = "Bitwise conjunction of integers.";
  let arguments = (ins ONNX_Tensor:$A, ONNX_Tensor:$B);
  let results = (outs ONNX_Tensor:$C);
}

def ONNX_BitwiseNotOp : ONNX_Op<"BitwiseNot"> {
  let summary = "Bitwise complement of integers.";
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_BitwiseOrOp : ONNX_Op<"BitwiseOr"> {
  let summary = "Bitwise disjunction of integers.";
  let arguments = (ins ONNX_Tensor:$A, ONNX_Tensor:$B);
  let results = (outs ONNX_Tensor:$C);
}

def ONNX_BitwiseXorOp : ONNX_Op<"BitwiseXor"> {
  let summary = "Bitwise exclusive disjunction of integers.";
  let arguments = (ins ONNX_Tensor:$A, ONNX_Tensor:$B);
  let results = (outs ONNX_Tensor:$C);
}

def ONNX_CeilOp : ONNX_Op<"Ceil"> {
  let summary = "Smallest integral value not below the element.";
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_ClipOp : ONNX_SegmentedOp<"Clip",
    ["input", "min", "max"],
    ["output"],
    [AttrSizedOperandSegments]> {
  let summary = "min(max(x, min), max); a missing bound does not limit.";
  let description = [{
    * C1: the bounds are scalars.

    Example:
    ```mlir
    %y = onnx.Clip %x, none, %max
        : (tensor<4xf32>, none, tensor<f32>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins
    ONNX_Tensor:$input,
    Optional<ONNX_Tensor>:$min,
    Optional<ONNX_Tensor>:$max);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_CosOp : ONNX_Op<"Cos"> {
  let summary = "Cosine of an angle in radians.";
  let arguments = (ins ONNX_Tensor:$input);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_CoshOp : ONNX_Op<"Cosh"> {
  let summary = "Hyperbolic cosine.";
  let arguments = (ins ONNX_Tensor:$input);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_CumSumOp : ONNX_Op<"CumSum"> {
  let summary = "Running sum along one axis.";
  let description = [{
    With `exclusive` an element is not part of its own sum; with `reverse` sums
    run from the end.

    * C1: `axis`, if constant, is in [-rank, rank - 1].
  }];
  let arguments = (ins
    ONNX_Tensor:$x,
    ONNX_Tensor:$axis,
    DefaultValuedAttr<I64Attr, "0">:$exclusive,
    DefaultValuedAttr<I64Attr, "0">:$reverse);
  let results = (outs ONNX_Tensor:$y);
}

def ONNX_DetOp : ONNX_Op<"Det"> {
  let summary =
      "Determinant of the square matrices in the last two dimensions.";
  let description = [{
    * C1: X has at least two dimensions, the last two of one size.
  }];
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_DivOp : ONNX_Op<"Div"> {
  let summary = "Quotient of two tensors; integers truncate towards zero.";
  let description = [{
    Integers divide towards zero, and by zero give 0 (docs/Numerics.md).
  }];
  let arguments = (ins ONNX_Tensor:$A, ONNX_Tensor:$B);
  let results = (outs ONNX_Tensor:$C);
}

def ONNX_EinsumOp : ONNX_Op<"Einsum"> {
  let summary = "Einstein summation given by an equation.";
  let description = [{
    * C1: subscripts are letters and at most one `...` a term.
    * C2: there is a term for each operand, with a subscript for each dimension.
    * C3: equal subscripts have equal dimensions; those of `...` broadcast.
    * C4: subscripts of the result occur in an operand.

    Example:
    ```mlir
    %y = onnx.Einsum %a, %b {equation = "bij,bjk->bik"}
        : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
    ```
  }];
  let arguments = (ins Variadic<ONNX_Tensor>:$Inputs, StrAttr:$equation);
  let results = (outs ONNX_Tensor:$Output);
}

def ONNX_ErfOp : ONNX_Op<"Erf"> {
  let summary = "Gauss error function.";
  let arguments = (ins ONNX_Tensor:$input);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_ExpOp : ONNX_Op<"Exp"> {
  let summary = "Exponential function.";
  let arguments = (ins ONNX_Tensor:$input);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_FloorOp : ONNX_Op<"Floor"> {
  let summary = "Largest integral value not above the element.";
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_GemmOp : ONNX_Op<"Gemm"> {
  let summary = [{
    alpha * A' * B' + beta * C for matrices, either one transposed on request.
  }];
  let description = [{
    Y = alpha * A' * B' + beta * C, where A' [M, K] and B' [K, N] are A and B,
    or their transposes if `transA`, `transB` say so.

    * C1: A and B are matrices.
    * C2: they agree in K.
    * C3: C broadcasts to [M, N].

    Example:
    ```mlir
    %y = onnx.Gemm %a, %b, %c {transB = 1 : i64}
        : (tensor<2x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<2x4xf32>
    ```
  }];
  let arguments = (ins
    ONNX_Tensor:$A,
    ONNX_Tensor:$B,
    Optional<ONNX_Tensor>:$C,
    DefaultValuedAttr<F32Attr, "1.0f">:$alpha,
    DefaultValuedAttr<F32Attr, "1.0f">:$beta,
    DefaultValuedAttr<I64Attr, "0">:$transA,
    DefaultValuedAttr<I64Attr, "0">:$transB);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_LogOp : ONNX_Op<"Log"> {
  let summary = "Natural logarithm.";
  let arguments = (ins ONNX_Tensor:$input);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_MatMulOp : ONNX_Op<"MatMul"> {
  let summary =
      "Matrix product of the last two dimensions, the others broadcast.";
  let description = [{
    As numpy's matmul: [..., M, K] x [..., K, N] gives [..., M, N]. A vector is
    a row on the left and a column on the right, and its dimension disappears.

    * C1: the operands are no scalars.
    * C2: they agree in K.
    * C3: the dimensions before the last two broadcast.

    Example:
    ```mlir
    %y = onnx.MatMul %a, %b
        : (tensor<8x2x3xf32>, tensor<3x4xf32>) -> tensor<8x2x4xf32>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$A, ONNX_Tensor:$B);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_MaxOp : ONNX_Op<"Max"> {
  let summary = "Elementwise largest of any number of tensors.";
  let arguments = (ins Variadic<ONNX_Tensor>:$data_0);
  let results = (outs ONNX_Tensor:$max);
}

def ONNX_MeanOp : ONNX_Op<"Mean"> {
  let summary = "Elementwise mean of any number of tensors.";
  let arguments = (ins Variadic<ONNX_Tensor>:$data_0);
  let results = (outs ONNX_Tensor:$mean);
}

def ONNX_MinOp : ONNX_Op<"Min"> {
  let summary = "Elementwise smallest of any number of tensors.";
  let arguments = (ins Variadic<ONNX_Tensor>:$data_0);
  let results = (outs ONNX_Tensor:$min);
}

def ONNX_ModOp : ONNX_Op<"Mod"> {
  let summary = "Remainder, with the divisor's sign, or C's fmod.";
  let arguments = (ins
    ONNX_Tensor:$A,
    ONNX_Tensor:$B,
    DefaultValuedAttr<I64Attr, "0">:$fmod);
  let results = (outs ONNX_Tensor:$C);
}

def ONNX_MulOp : ONNX_Op<"Mul", [Commutative]> {
  let summary = "Product of two tensors, broadcast as numpy does.";
  let arguments = (ins ONNX_Tensor:$A, ONNX_Tensor:$B);
  let results = (outs ONNX_Tensor:$C);
}

def ONNX_NegOp : ONNX_Op<"Neg"> {
  let summary = "Negation.";
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_PowOp : ONNX_Op<"Pow"> {
  let summary = "X to the power Y, in the element type of X.";
  let arguments = (ins ONNX_Tensor:$X, ONNX_Tensor:$Y);
  let results = (outs ONNX_Tensor:$Z);
}

def ONNX_ReciprocalOp : ONNX_Op<"Reciprocal"> {
  let summary = "1 / x.";
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_RoundOp : ONNX_Op<"Round"> {
  let summary = "Nearest integral value, ties to even.";
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_SignOp : ONNX_Op<"Sign"> {
  let summary = "-1, 0 or 1 as the element's sign.";
  let arguments = (ins ONNX_Tensor:$input);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_SinOp : ONNX_Op<"Sin"> {
  let summary = "Sine of an angle in radians.";
  let arguments = (ins ONNX_Tensor:$input);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_SinhOp : ONNX_Op<"Sinh"> {
  let summary = "Hyperbolic sine.";
  let arguments = (ins ONNX_Tensor:$input);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_SqrtOp : ONNX_Op<"Sqrt"> {
  let summary = "Square root.";
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_SubOp : ONNX_Op<"Sub"> {
  let summary = "Difference of two tensors, broadcast as numpy does.";
  let arguments = (ins ONNX_Tensor:$A, ONNX_Tensor:$B);
  let results = (outs ONNX_Tensor:$C);
}

def ONNX_SumOp : ONNX_Op<"Sum"> {
  let summary = "Elementwise sum of any number of tensors.";
  let arguments = (ins Variadic<ONNX_Tensor>:$data_0);
  let results = (outs ONNX_Tensor:$sum);
}

def ONNX_TanOp : ONNX_Op<"Tan"> {
  let summary = "Tangent of an angle in radians.";
  let arguments = (ins ONNX_Tensor:$input);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_TanhOp : ONNX_Op<"Tanh"> {
  let summary = "Hyperbolic tangent.";
  let arguments = (ins ONNX_Tensor:$input);
  let results = (outs ONNX_Tensor:$output);
}
