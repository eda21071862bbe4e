//===- ActivationOps.td - ONNX activation functions --------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Operand, result and attribute names are ONNX's own, of the newest version of
// each operator; the importer lifts older versions to it.
//
//===----------------------------------------------------------------------===//

def ONNX_CeluOp : ONNX_Op<"Celu"> {
  let summary = "max(0, x) + min(0, alpha * (exp(x / alpha) - 1)).";
  let arguments = (ins
    ONNX_Tensor:$X,
    DefaultValuedAttr<F32Attr, "1.0f">:$alpha);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_EluOp : ONNX_Op<"Elu"> {
  let summary = "x for x >= 0, alpha * (exp(x) - 1) below.";
  let arguments = (ins
    ONNX_Tensor:$X,
    DefaultValuedAttr<F32Attr, "1.0f">:$alpha);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_GeluOp : ONNX_Op<"Gelu"> {
  let summary = "x * Phi(x): by erf, or by tanh when `approximate` says so.";
  let description = [{
    `none`: 0.5 * x * (1 + erf(x / sqrt(2))); `tanh`:
    0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))).

    * C1: `approximate` is `none` or `tanh`.
  }];
  let arguments = (ins
    ONNX_Tensor:$X,
    DefaultValuedStrAttr<StrAttr, "none">:$approximate);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_HardSigmoidOp : ONNX_Op<"HardSigmoid"> {
  let summary = "max(0, min(1, alpha * x + beta)).";
  let arguments = (ins
    ONNX_Tensor:$X,
    DefaultValuedAttr<F32Attr, "0.20000000298023224f">:$alpha,
    DefaultValuedAttr<F32Attr, "0.5f">:$beta);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_HardSwishOp : ONNX_Op<"HardSwish"> {
  let summary = "x * max(0, min(1, x / 6 + 0.5)).";
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_HardmaxOp : ONNX_Op<"Hardmax"> {
  let summary =
      "One at the first largest element along the axis, zero elsewhere.";
  let description = [{
    * C1: `axis` is in [-rank, rank - 1].
  }];
  let arguments = (ins
    ONNX_Tensor:$input,
    DefaultValuedAttr<I64Attr, "-1">:$axis);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_LeakyReluOp : ONNX_Op<"LeakyRelu"> {
  let summary = "x for x >= 0, alpha * x below.";
  let arguments = (ins
    ONNX_Tensor:$X,
    DefaultValuedAttr<F32Attr, "0.009999999776482582f">:$alpha);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_LogSoftmaxOp : ONNX_Op<"LogSoftmax"> {
  let summary = "log(softmax(x)) along one axis.";
  let description = [{
    * C1: `axis` is in [-rank, rank - 1].
  }];
  let arguments = (ins
    ONNX_Tensor:$input,
    DefaultValuedAttr<I64Attr, "-1">:$axis);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_MishOp : ONNX_Op<"Mish"> {
  let summary = "x * tanh(log(1 + exp(x))).";
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_PReluOp : ONNX_Op<"PRelu"> {
  let summary = "x for x >= 0, slope * x below.";
  let description = [{
    * C1: `slope` broadcasts to X.
  }];
  let arguments = (ins ONNX_Tensor:$X, ONNX_Tensor:$slope);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_ReluOp : ONNX_Op<"Relu"> {
  let summary = "max(0, x).";
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_SeluOp : ONNX_Op<"Selu"> {
  let summary = "gamma * x for x > 0, gamma * alpha * (exp(x) - 1) below.";
  let arguments = (ins
    ONNX_Tensor:$X,
    DefaultValuedAttr<F32Attr, "1.6732631921768188f">:$alpha,
    DefaultValuedAttr<F32Attr, "1.0507010221481323f">:$gamma);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_ShrinkOp : ONNX_Op<"Shrink"> {
  let summary = "x - bias above lambd, x + bias below -lambd, zero between.";
  let arguments = (ins
    ONNX_Tensor:$input,
    DefaultValuedAttr<F32Attr, "0.5f">:$lambd,
    DefaultValuedAttr<F32Attr, "0.0f">:$bias);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_SigmoidOp : ONNX_Op<"Sigmoid"> {
  let summary = "1 / (1 + exp(-x)).";
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_SoftmaxOp : ONNX_Op<"Softmax"> {
  let summary = "exp(x - max) / sum(exp(x - max)) along one axis.";
  let description = [{
    * C1: `axis` is in [-rank, rank - 1].
  }];
  let arguments = (ins
    ONNX_Tensor:$input,
    DefaultValuedAttr<I64Attr, "-1">:$axis);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_SoftplusOp : ONNX_Op<"Softplus"> {
  let summary = "log(1 + exp(x)).";
  let arguments = (ins ONNX_Tensor:$X);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_SoftsignOp : ONNX_Op<"Softsign"> {
  let summary = "x / (1 + |x|).";
  let arguments = (ins ONNX_Tensor:$input);
  let results = (outs ONNX_Tensor:$output);
}

def ONNX_SwishOp : ONNX_Op<"Swish"> {
  let summary = "x * sigmoid(alpha * x).";
  let arguments = (ins
    ONNX_Tensor:$X,
    DefaultValuedAttr<F32Attr, "1.0f">:$alpha);
  let results = (outs ONNX_Tensor:$Y);
}

def ONNX_ThresholdedReluOp : ONNX_Op<"ThresholdedRelu"> {
  let summary = "x for x > alpha, zero otherwise.";
  let arguments = (ins
    ONNX_Tensor:$X,
    DefaultValuedAttr<F32Attr, "1.0f">:$alpha);
  let results = (outs ONNX_Tensor:$Y);
}
