//===- ElementwiseArithmetic.cpp - Elements of arithmetic operators -------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// One function per operator, giving the result's element from its operands'.
// Comparisons, logic, integers and casts are here too; activations beside.
//
//===----------------------------------------------------------------------===//

#include "ScalarCode.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

template <auto Function>
static Value binary(ScalarCode &code, Operation *, ValueRange v) {
  return (code.*Function)(v[0], v[1]);
}

template <auto Function>
static Value swapped(ScalarCode &code, Operation *, ValueRange v) {
  return (code.*Function)(v[1], v[0]);
}

/// x0 op x1 op ..., from the left.
template <auto Function>
static Value fold(ScalarCode &code, Operation *, ValueRange v) {
  Value result = v.front();
  for (Value next : v.drop_front())
    result = (code.*Function)(result, next);
  return result;
}

/// An operation of arith or math on operands of one type.
template <typename OpTy>
static Value plain(ScalarCode &code, Operation *, ValueRange v) {
  if constexpr (OpTy::template hasTrait<OpTrait::OneOperand>())
    return code.create<OpTy>(v[0]);
  else
    return code.create<OpTy>(v[0], v[1]);
}

/// A math function, of floats only.
template <typename OpTy>
static Value function(ScalarCode &code, Operation *, ValueRange v) {
  return code.isFloat() ? code.create<OpTy>(v[0]) : Value();
}

/// Floor, Ceil, Round: integers are themselves.
template <typename OpTy>
static Value rounding(ScalarCode &code, Operation *, ValueRange v) {
  return code.isFloat() ? code.create<OpTy>(v[0]) : v[0];
}

static Value emitAbs(ScalarCode &code, Operation *, ValueRange v) {
  if (code.isFloat())
    return code.create<math::AbsFOp>(v[0]);
  if (code.isUnsigned())
    return v[0];
  return code.select(code.less(v[0], code.constant(0)), code.negate(v[0]),
                     v[0]);
}

static Value emitNeg(ScalarCode &code, Operation *, ValueRange v) {
  return code.negate(v[0]);
}

static Value emitReciprocal(ScalarCode &code, Operation *, ValueRange v) {
  return code.div(code.constant(1), v[0]);
}

static Value emitSign(ScalarCode &code, Operation *, ValueRange v) {
  Value x = v[0], zero = code.constant(0);
  Value positive = code.select(code.less(zero, x), code.constant(1), zero);
  if (code.isUnsigned())
    return positive;
  Value sign =
      code.select(code.less(x, zero), code.constant(-1), positive);
  return code.isFloat() ? code.select(code.isNaN(x), x, sign) : sign;
}

static Value emitMod(ScalarCode &code, Operation *op, ValueRange v) {
  return code.mod(v[0], v[1], cast<ModOp>(op).getFmod() != 0);
}

static Value emitMean(ScalarCode &code, Operation *op, ValueRange v) {
  return code.div(fold<&ScalarCode::add>(code, op, v),
                  code.constant(v.size()));
}

static Value emitClip(ScalarCode &code, Operation *op, ValueRange v) {
  auto clip = cast<ClipOp>(op);
  Value result = v.front();
  v = v.drop_front();
  if (clip.getMin()) {
    result = code.maximum(result, v.front());
    v = v.drop_front();
  }
  return clip.getMax() ? code.minimum(result, v.front()) : result;
}

static Value emitWhere(ScalarCode &code, Operation *, ValueRange v) {
  return code.select(v[0], v[1], v[2]);
}

static Value emitNot(ScalarCode &code, Operation *, ValueRange v) {
  return code.create<arith::XOrIOp>(v[0], code.integer(v[0].getType(), -1));
}

static Value emitIsNaN(ScalarCode &code, Operation *, ValueRange v) {
  return code.isNaN(v[0]);
}

static Value emitIsInf(ScalarCode &code, Operation *op, ValueRange v) {
  auto isInf = cast<IsInfOp>(op);
  auto type = cast<FloatType>(v[0].getType());
  auto is = [&](bool negative) -> Value {
    APFloat inf = APFloat::getInf(type.getFloatSemantics(), negative);
    return code.create<arith::CmpFOp>(
        arith::CmpFPredicate::OEQ, v[0],
        code.create<arith::ConstantOp>(FloatAttr::get(type, inf)));
  };
  Value result = code.integer(code.builder.getI1Type(), 0);
  if (isInf.getDetectNegative())
    result = code.create<arith::OrIOp>(result, is(true));
  if (isInf.getDetectPositive())
    result = code.create<arith::OrIOp>(result, is(false));
  return result;
}

/// Shifting by the width or more (or by a negative number) leaves nothing, or
/// only the sign.
static Value emitBitShift(ScalarCode &code, Operation *op, ValueRange v) {
  Type type = v[0].getType();
  int64_t width = type.getIntOrFloatBitWidth();
  Value inside = code.create<arith::CmpIOp>(arith::CmpIPredicate::ult, v[1],
                                            code.integer(type, width));
  if (cast<BitShiftOp>(op).getDirection() == "LEFT")
    return code.select(inside, code.create<arith::ShLIOp>(v[0], v[1]),
                       code.constant(0));
  if (code.isUnsigned())
    return code.select(inside, code.create<arith::ShRUIOp>(v[0], v[1]),
                       code.constant(0));
  Value amount = code.select(inside, v[1], code.integer(type, width - 1));
  return code.create<arith::ShRSIOp>(v[0], amount);
}

//===----------------------------------------------------------------------===//
// Pow
//===----------------------------------------------------------------------===//

/// The exponents that are spelled out; null for others.
static Value emitSimplePow(ScalarCode &code, Value x, double exponent) {
  if (exponent == 1)
    return x;
  if (exponent == 2)
    return code.mul(x, x);
  if (exponent == 3)
    return code.mul(code.mul(x, x), x);
  if (!code.isFloat())
    return {};
  if (exponent == 0.5)
    return code.create<math::SqrtOp>(x);
  return exponent == -1 ? code.div(code.constant(1), x) : Value();
}

/// Integers and f64 go through f64, floats through f32.
static Value emitPow(ScalarCode &code, Operation *op, ValueRange v) {
  auto pow = cast<PowOp>(op);
  if (auto data = ConstantData::get(pow.getY());
      data && data->getNumElements() == 1)
    if (Value simple = emitSimplePow(code, v[0], data->getDouble(0)))
      return simple;
  Type exponent = cast<TensorType>(pow.getY().getType()).getElementType();
  Type wide = code.element.isF32() ? code.element : code.builder.getF64Type();
  Value x = code.convert(v[0], code.element, wide);
  Value y = code.convert(v[1], exponent, wide);
  if (!x || !y)
    return {};
  return code.convert(code.create<math::PowFOp>(x, y), wide, code.element);
}

//===----------------------------------------------------------------------===//
// Casts
//===----------------------------------------------------------------------===//

static Value emitCast(ScalarCode &code, Operation *op, ValueRange v) {
  auto to = cast<TensorType>(op->getResult(0).getType()).getElementType();
  return code.convert(v[0], code.element, to);
}

void quantc::addArithmeticFunctions(ElementFunctions &functions) {
  functions["onnx.Abs"] = emitAbs;
  functions["onnx.Add"] = binary<&ScalarCode::add>;
  functions["onnx.And"] = plain<arith::AndIOp>;
  functions["onnx.BitShift"] = emitBitShift;
  functions["onnx.BitwiseAnd"] = plain<arith::AndIOp>;
  functions["onnx.BitwiseNot"] = emitNot;
  functions["onnx.BitwiseOr"] = plain<arith::OrIOp>;
  functions["onnx.BitwiseXor"] = plain<arith::XOrIOp>;
  functions["onnx.Cast"] = emitCast;
  functions["onnx.CastLike"] = emitCast;
  functions["onnx.Ceil"] = rounding<math::CeilOp>;
  functions["onnx.Clip"] = emitClip;
  functions["onnx.Div"] = binary<&ScalarCode::div>;
  functions["onnx.Equal"] = binary<&ScalarCode::equal>;
  functions["onnx.Floor"] = rounding<math::FloorOp>;
  functions["onnx.Greater"] = swapped<&ScalarCode::less>;
  functions["onnx.GreaterOrEqual"] = swapped<&ScalarCode::lessEqual>;
  functions["onnx.IsInf"] = emitIsInf;
  functions["onnx.IsNaN"] = emitIsNaN;
  functions["onnx.Less"] = binary<&ScalarCode::less>;
  functions["onnx.LessOrEqual"] = binary<&ScalarCode::lessEqual>;
  functions["onnx.Max"] = fold<&ScalarCode::maximum>;
  functions["onnx.Mean"] = emitMean;
  functions["onnx.Min"] = fold<&ScalarCode::minimum>;
  functions["onnx.Mod"] = emitMod;
  functions["onnx.Mul"] = binary<&ScalarCode::mul>;
  functions["onnx.Neg"] = emitNeg;
  functions["onnx.Not"] = emitNot;
  functions["onnx.Or"] = plain<arith::OrIOp>;
  functions["onnx.Pow"] = emitPow;
  functions["onnx.Reciprocal"] = emitReciprocal;
  functions["onnx.Round"] = rounding<math::RoundEvenOp>;
  functions["onnx.Sign"] = emitSign;
  functions["onnx.Sqrt"] = function<math::SqrtOp>;
  functions["onnx.Sub"] = binary<&ScalarCode::sub>;
  functions["onnx.Sum"] = fold<&ScalarCode::add>;
  functions["onnx.Where"] = emitWhere;
  functions["onnx.Xor"] = plain<arith::XOrIOp>;
  functions["onnx.Acos"] = function<math::AcosOp>;
  functions["onnx.Acosh"] = function<math::AcoshOp>;
  functions["onnx.Asin"] = function<math::AsinOp>;
  functions["onnx.Asinh"] = function<math::AsinhOp>;
  functions["onnx.Atan"] = function<math::AtanOp>;
  functions["onnx.Atanh"] = function<math::AtanhOp>;
  functions["onnx.Cos"] = function<math::CosOp>;
  functions["onnx.Cosh"] = function<math::CoshOp>;
  functions["onnx.Erf"] = function<math::ErfOp>;
  functions["onnx.Exp"] = function<math::ExpOp>;
  functions["onnx.Log"] = function<math::LogOp>;
  functions["onnx.Sin"] = function<math::SinOp>;
  functions["onnx.Sinh"] = function<math::SinhOp>;
  functions["onnx.Tan"] = function<math::TanOp>;
  functions["onnx.Tanh"] = function<math::TanhOp>;
}
