//===- Polynomials.cpp - exp, erf and tanh as vector code -----------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The same steps in the same order as Support/Functions.h, which the evaluator
// runs: the two must give the same bits. Every float to integer conversion is of
// a clamped value, since conversions out of range differ between ISAs.
//
//===----------------------------------------------------------------------===//

#include "quantc/Support/Polynomials.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"
#include "quantc/Target/CPU/CodeBuilder.h"

using namespace mlir;
using namespace quantc;

/// `type` with its element type replaced.
static Type withElement(Type type, Type element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.clone(element);
  return element;
}

static Type getIntType(CodeBuilder &code, Value x) {
  return withElement(x.getType(), code.builder.getI32Type());
}

/// Horner's rule by fma, highest degree first.
static Value horner(CodeBuilder &code, ArrayRef<float> coefficients, Value x) {
  Value sum = code.constant(x.getType(), coefficients.front());
  for (float c : coefficients.drop_front())
    sum = code.fma(sum, x, code.constant(x.getType(), c));
  return sum;
}

/// The integer value of `n`, a whole number within i32.
static Value toInt(CodeBuilder &code, Value n) {
  return arith::FPToSIOp::create(code.builder, code.loc, getIntType(code, n),
                                 n);
}

static Value shiftToExponent(CodeBuilder &code, Value k) {
  return arith::ShLIOp::create(code.builder, code.loc, k,
                               code.integer(k.getType(), 23));
}

/// 2^n for a whole number n in the range of normal exponents.
static Value powerOfTwo(CodeBuilder &code, Value n) {
  Value k = toInt(code, n);
  k = code.add(k, code.integer(k.getType(), 127));
  return code.bitcast(shiftToExponent(code, k), n.getType());
}

/// Sets the sign of `magnitude` (not negative) to that of `x`.
static Value withSign(CodeBuilder &code, Value magnitude, Value x) {
  Type bits = getIntType(code, x);
  Value sign = code.bitAnd(code.bitcast(x, bits),
                           code.integer(bits, int32_t(0x80000000)));
  return code.bitcast(code.bitOr(code.bitcast(magnitude, bits), sign),
                      x.getType());
}

/// exp(y) = p * 2^n: p and n, with y in the range of normal results.
static std::pair<Value, Value> reduceExp(CodeBuilder &code, Value y) {
  Type type = y.getType();
  Value n =
      code.roundEven(code.mul(y, code.constant(type, poly::expLog2e)));
  Value r = code.fma(n, code.constant(type, -poly::expLn2Hi), y);
  r = code.fma(n, code.constant(type, -poly::expLn2Lo), r);
  Value q = horner(code, poly::expQ, r);
  Value p = code.add(code.fma(q, code.mul(r, r), r), code.constant(type, 1));
  return {p, n};
}

Value quantc::emitExp(CodeBuilder &code, Value x) {
  Type type = x.getType();
  Value y = code.min(code.max(x, code.constant(type, poly::expLow)),
                     code.constant(type, poly::expHigh));
  auto [p, n] = reduceExp(code, y);
  // Two steps, so that a subnormal result rounds once, at the end.
  Value half = code.roundEven(code.mul(n, code.constant(type, 0.5)));
  Value rest = code.sub(n, half);
  Value z = code.mul(code.mul(p, powerOfTwo(code, half)),
                     powerOfTwo(code, rest));
  z = code.select(code.gt(x, code.constant(type, poly::expOverflow)),
                  code.infinity(type, false), z);
  return code.select(code.isNaN(x), x, z);
}

Value quantc::emitExp0(CodeBuilder &code, Value x) {
  Type type = x.getType();
  Value low = code.constant(type, poly::expNoSubnormalLow);
  auto [p, n] = reduceExp(code, code.max(x, low));
  Type bits = getIntType(code, x);
  Value z = code.bitcast(
      code.add(code.bitcast(p, bits), shiftToExponent(code, toInt(code, n))),
      type);
  z = code.select(code.lt(x, low), code.constant(type, 0), z);
  return code.select(code.isNaN(x), x, z);
}

Value quantc::emitErf(CodeBuilder &code, Value x) {
  Type type = x.getType();
  Value a = code.abs(x), t = code.mul(x, x);
  Value small = code.mul(horner(code, poly::erfS, t), x);
  Value b = code.min(a, code.constant(type, poly::erfClamp));
  Value large = code.sub(code.constant(type, 1),
                         emitExp0(code, horner(code, poly::erfG, b)));
  large = withSign(code, large, x);
  Value result = code.select(
      code.lt(a, code.constant(type, poly::erfSmall)), small, large);
  return code.select(code.isNaN(x), x, result);
}

Value quantc::emitTanh(CodeBuilder &code, Value x) {
  Type type = x.getType();
  Value a = code.abs(x), t = code.mul(x, x);
  Value small = code.fma(code.mul(horner(code, poly::tanhS, t), t), x, x);
  Value one = code.constant(type, 1), two = code.constant(type, 2);
  Value clamped = code.min(a, code.constant(type, poly::tanhClamp));
  Value e = emitExp(code, code.mul(two, clamped));
  Value large = code.sub(one, code.div(two, code.add(e, one)));
  large = withSign(code, large, x);
  Value result = code.select(
      code.lt(a, code.constant(type, poly::tanhSmall)), small, large);
  return code.select(code.isNaN(x), x, result);
}

Value quantc::emitSigmoid(CodeBuilder &code, Value x) {
  Type type = x.getType();
  Value one = code.constant(type, 1);
  Value negated =
      arith::NegFOp::create(code.builder, code.loc, x);
  return code.div(one, code.add(one, emitExp(code, negated)));
}
