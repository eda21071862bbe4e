//===- LogicalOps.td - ONNX Logical operators --------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Operand, result and attribute names are ONNX's own, of the newest version of
// each operator; the importer lifts older versions to it.
//
//===----------------------------------------------------------------------===//

def ONNX_AndOp : ONNX_Op<"And", [Commutative]> {
  let summary = "Conjunction of booleans.";
  let arguments = (ins ONNX_Tensor:$A, ONNX_Tensor:$B);
  let results = (outs ONNX_Tensor:$C);
}

def ONNX_EqualOp : ONNX_Op<"Equal", [Commutative]> {
  let summary = "Elementwise equality.";
  let arguments = (ins ONNX_Tensor:$A, ONNX_Tensor:$B);
  let results = (outs ONNX_Tensor:$C);
}

def ONNX_GreaterOp : ONNX_Op<"Greater"> {
  let summary = "Elementwise A > B.";
  let arguments = (ins ONNX_Tensor:$A, ONNX_Tensor:$B);
  let results = (outs ONNX_Tensor:$C);
}

def ONNX_GreaterOrEqualOp : ONNX_Op<"GreaterOrEqual"> {
  let summary = "Elementwise A >= B.";
  let arguments = (ins ONNX_Tensor:$A, ONNX_Tensor:$B);
  let results = (outs ONNX_Tensor:$C);
}

def ONNX_IsInfOp : ONNX_Op<"IsInf"> {
  let summary = "Whether an element is infinite.";
  let arguments = (ins
    ONNX_Tensor:$X,
    DefaultValuedAttr<I64Attr, "1">:$detect_negative,
    DefaultValuedAttr<I64Attr, "1">:$detect_positive);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_IsNaNOp : ONNX_Op<"IsNaN"> {
  let summary = "Whether an element is not a number.";
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_LessOp : ONNX_Op<"Less"> {
  let summary = "Elementwise A < B.";
  let arguments = (ins ONNX_Tensor:$A, ONNX_Tensor:$B);
  let results = (outs ONNX_Tensor:$C);
}

def ONNX_LessOrEqualOp : ONNX_Op<"LessOrEqual"> {
  let summary = "Elementwise A <= B.";
  let arguments = (ins ONNX_Tensor:$A, ONNX_Tensor:$B);
  let results = (outs ONNX_Tensor:$C);
}

def ONNX_NotOp : ONNX_Op<"Not"> {
  let summary = "Negation of booleans.";
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_OrOp : ONNX_Op<"Or", [Commutative]> {
  let summary = "Disjunction of booleans.";
  let arguments = (ins ONNX_Tensor:$A, ONNX_Tensor:$B);
  let results = (outs ONNX_Tensor:$C);
}

def ONNX_XorOp : ONNX_Op<"Xor", [Commutative]> {
  let summary = "Exclusive disjunction of booleans.";
  let arguments = (ins ONNX_Tensor:$A, ONNX_Tensor:$B);
  let results = (outs ONNX_Tensor:$C);
}
