//===- ElementwiseActivation.cpp - Elements of activation functions -------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The formulas of docs/Numerics.md, each operation in the order written there.
//
//===----------------------------------------------------------------------===//

#include "ScalarCode.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Support/Polynomials.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

/// An attribute's value as a constant of the computed type.
static Value attribute(ScalarCode &code, const APFloat &value) {
  return code.constant(value.convertToFloat());
}

static Value sigmoid(ScalarCode &code, Value x) {
  Value one = code.constant(1);
  Value e = code.create<math::ExpOp>(code.negate(x));
  return code.div(one, code.add(one, e));
}

static Value softplus(ScalarCode &code, Value x) {
  Value small = code.create<math::Log1pOp>(code.create<math::ExpOp>(x));
  return code.select(code.less(code.constant(20), x), x, small);
}

/// exp(x) - 1 as written.
static Value expMinus1(ScalarCode &code, Value x) {
  return code.sub(code.create<math::ExpOp>(x), code.constant(1));
}

/// max(0, min(1, alpha * x + beta)).
static Value hardSigmoid(ScalarCode &code, Value x, Value alpha, Value beta) {
  Value line = code.add(code.mul(alpha, x), beta);
  return code.pickMax(code.constant(0), code.pickMin(code.constant(1), line));
}

static Value emitRelu(ScalarCode &code, Operation *, ValueRange v) {
  Value zero = code.constant(0);
  Value result = code.pickMax(v[0], zero);
  return code.isFloat() ? code.select(code.isNaN(v[0]), v[0], result) : result;
}

/// x below zero becomes `negative`.
static Value below(ScalarCode &code, Value x, Value negative) {
  return code.select(code.less(x, code.constant(0)), negative, x);
}

static Value emitLeakyRelu(ScalarCode &code, Operation *op, ValueRange v) {
  Value alpha = attribute(code, cast<LeakyReluOp>(op).getAlpha());
  return below(code, v[0], code.mul(alpha, v[0]));
}

static Value emitPRelu(ScalarCode &code, Operation *, ValueRange v) {
  return below(code, v[0], code.mul(v[1], v[0]));
}

static Value emitElu(ScalarCode &code, Operation *op, ValueRange v) {
  Value alpha = attribute(code, cast<EluOp>(op).getAlpha());
  return below(code, v[0], code.mul(alpha, expMinus1(code, v[0])));
}

static Value emitSelu(ScalarCode &code, Operation *op, ValueRange v) {
  auto selu = cast<SeluOp>(op);
  Value alpha = attribute(code, selu.getAlpha());
  Value gamma = attribute(code, selu.getGamma());
  Value negative = code.mul(alpha, expMinus1(code, v[0]));
  Value chosen =
      code.select(code.less(code.constant(0), v[0]), v[0], negative);
  return code.mul(gamma, chosen);
}

static Value emitCelu(ScalarCode &code, Operation *op, ValueRange v) {
  Value alpha = attribute(code, cast<CeluOp>(op).getAlpha());
  Value zero = code.constant(0);
  Value e = code.mul(alpha, expMinus1(code, code.div(v[0], alpha)));
  return code.add(code.pickMax(zero, v[0]), code.pickMin(zero, e));
}

static Value emitGelu(ScalarCode &code, Operation *op, ValueRange v) {
  Value x = v[0], one = code.constant(1);
  Value half = code.mul(code.constant(0.5), x);
  if (cast<GeluOp>(op).getApproximate() != "tanh") {
    // sqrt(1/2) in the precision computed in.
    double root = code.element.isF64() ? 0x1.6a09e667f3bcdp-1
                                       : double(poly::sqrtHalf);
    Value scaled = code.mul(x, code.constant(root));
    return code.mul(half, code.add(one, code.create<math::ErfOp>(scaled)));
  }
  Value cube = code.mul(code.mul(x, x), x);
  Value inner = code.add(x, code.mul(code.constant(0x1.6e4e26p-5f), cube));
  Value t = code.mul(code.constant(0x1.988454p-1f), inner);
  return code.mul(half, code.add(one, code.create<math::TanhOp>(t)));
}

static Value emitHardSigmoid(ScalarCode &code, Operation *op, ValueRange v) {
  auto hard = cast<HardSigmoidOp>(op);
  return hardSigmoid(code, v[0], attribute(code, hard.getAlpha()),
                     attribute(code, hard.getBeta()));
}

static Value emitHardSwish(ScalarCode &code, Operation *, ValueRange v) {
  Value alpha = code.constant(1.0f / 6), beta = code.constant(0.5);
  return code.mul(v[0], hardSigmoid(code, v[0], alpha, beta));
}

static Value emitMish(ScalarCode &code, Operation *, ValueRange v) {
  return code.mul(v[0], code.create<math::TanhOp>(softplus(code, v[0])));
}

static Value emitSigmoid(ScalarCode &code, Operation *, ValueRange v) {
  return sigmoid(code, v[0]);
}

static Value emitSwish(ScalarCode &code, Operation *op, ValueRange v) {
  Value alpha = attribute(code, cast<SwishOp>(op).getAlpha());
  return code.mul(v[0], sigmoid(code, code.mul(alpha, v[0])));
}

static Value emitSoftplus(ScalarCode &code, Operation *, ValueRange v) {
  return softplus(code, v[0]);
}

static Value emitSoftsign(ScalarCode &code, Operation *, ValueRange v) {
  Value magnitude = code.create<math::AbsFOp>(v[0]);
  return code.div(v[0], code.add(code.constant(1), magnitude));
}

/// x < -lambd: x + bias; x > lambd: x - bias; else 0.
static Value emitShrink(ScalarCode &code, Operation *op, ValueRange v) {
  auto shrink = cast<ShrinkOp>(op);
  Value lambda = attribute(code, shrink.getLambd());
  Value bias = attribute(code, shrink.getBias());
  Value high = code.select(code.less(lambda, v[0]), code.sub(v[0], bias),
                           code.constant(0));
  return code.select(code.less(v[0], code.negate(lambda)),
                     code.add(v[0], bias), high);
}

static Value emitThresholdedRelu(ScalarCode &code, Operation *op,
                                 ValueRange v) {
  Value alpha = attribute(code, cast<ThresholdedReluOp>(op).getAlpha());
  return code.select(code.less(alpha, v[0]), v[0], code.constant(0));
}

void quantc::addActivationFunctions(ElementFunctions &functions) {
  functions["onnx.Celu"] = emitCelu;
  functions["onnx.Elu"] = emitElu;
  functions["onnx.Gelu"] = emitGelu;
  functions["onnx.HardSigmoid"] = emitHardSigmoid;
  functions["onnx.HardSwish"] = emitHardSwish;
  functions["onnx.LeakyRelu"] = emitLeakyRelu;
  functions["onnx.Mish"] = emitMish;
  functions["onnx.PRelu"] = emitPRelu;
  functions["onnx.Relu"] = emitRelu;
  functions["onnx.Selu"] = emitSelu;
  functions["onnx.Shrink"] = emitShrink;
  functions["onnx.Sigmoid"] = emitSigmoid;
  functions["onnx.Softplus"] = emitSoftplus;
  functions["onnx.Softsign"] = emitSoftsign;
  functions["onnx.Swish"] = emitSwish;
  functions["onnx.ThresholdedRelu"] = emitThresholdedRelu;
}
