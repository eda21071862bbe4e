//===- ScalarCode.cpp - Writing the body of a map -------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Nothing here may be undefined for any operand: divisors are made safe before
// they divide, floats are clamped before they become integers.
//
//===----------------------------------------------------------------------===//

#include "ScalarCode.h"

using namespace mlir;
using namespace quantc;

Value ScalarCode::negate(Value a) {
  return isFloat() ? create<arith::NegFOp>(a) : sub(constant(0), a);
}

static Value compareInt(ScalarCode &code, arith::CmpIPredicate predicate,
                        Value a, Value b) {
  return code.create<arith::CmpIOp>(predicate, a, b);
}

/// 1 for a divisor that cannot divide (0, and -1 where the quotient could
/// overflow).
static Value makeSafe(ScalarCode &code, Value b) {
  Value bad = compareInt(code, arith::CmpIPredicate::eq, b, code.constant(0));
  if (!code.isUnsigned())
    bad = code.create<arith::OrIOp>(
        bad, compareInt(code, arith::CmpIPredicate::eq, b,
                        code.integer(code.element, -1)));
  return code.select(bad, code.constant(1), b);
}

Value ScalarCode::div(Value a, Value b) {
  if (isFloat())
    return create<arith::DivFOp>(a, b);
  Value zero = constant(0), safe = makeSafe(*this, b);
  Value quotient = isUnsigned() ? create<arith::DivUIOp>(a, safe)
                                : create<arith::DivSIOp>(a, safe);
  if (!isUnsigned())
    quotient = select(compareInt(*this, arith::CmpIPredicate::eq, b,
                                 integer(element, -1)),
                      sub(zero, a), quotient);
  return select(compareInt(*this, arith::CmpIPredicate::eq, b, zero), zero,
                quotient);
}

Value ScalarCode::mod(Value a, Value b, bool truncated) {
  Value zero = constant(0), rest;
  if (isFloat()) {
    rest = create<arith::RemFOp>(a, b);
  } else {
    Value safe = makeSafe(*this, b); // dividing by 1 leaves 0
    rest = isUnsigned() ? create<arith::RemUIOp>(a, safe)
                        : create<arith::RemSIOp>(a, safe);
  }
  if (truncated || isUnsigned())
    return rest;
  Value differ = create<arith::XOrIOp>(less(rest, zero), less(b, zero));
  Value nonzero = create<arith::OrIOp>(less(rest, zero), less(zero, rest));
  return select(create<arith::AndIOp>(differ, nonzero), add(rest, b), rest);
}

Value ScalarCode::less(Value a, Value b) {
  return compare(a, b, arith::CmpFPredicate::OLT,
                 isUnsigned() ? arith::CmpIPredicate::ult
                              : arith::CmpIPredicate::slt);
}
Value ScalarCode::lessEqual(Value a, Value b) {
  return compare(a, b, arith::CmpFPredicate::OLE,
                 isUnsigned() ? arith::CmpIPredicate::ule
                              : arith::CmpIPredicate::sle);
}
Value ScalarCode::equal(Value a, Value b) {
  return compare(a, b, arith::CmpFPredicate::OEQ, arith::CmpIPredicate::eq);
}

Value ScalarCode::nanFirst(Value a, Value b, Value otherwise) {
  if (!isFloat())
    return otherwise;
  return select(isNaN(a), a, select(isNaN(b), b, otherwise));
}

//===----------------------------------------------------------------------===//
// Casts
//===----------------------------------------------------------------------===//

/// Truncates towards zero, saturating; NaN gives 0.
Value ScalarCode::floatToInt(Value a, IntegerType to) {
  if (to.getWidth() > 1 && to.getWidth() < 8) { // these wrap
    Value wide = floatToInt(a, builder.getI32Type());
    return create<arith::TruncIOp>(getSignless(to), wide);
  }
  auto type = cast<FloatType>(a.getType());
  bool isUnsigned = to.isUnsigned();
  unsigned width = to.getWidth();
  APInt lowest = isUnsigned ? APInt::getZero(width)
                            : APInt::getSignedMinValue(width);
  APInt highest = isUnsigned ? APInt::getMaxValue(width)
                             : APInt::getSignedMaxValue(width);
  auto asFloat = [&](const APInt &value) {
    APFloat result(type.getFloatSemantics());
    result.convertFromAPInt(value, !isUnsigned, APFloat::rmTowardZero);
    return create<arith::ConstantOp>(FloatAttr::get(type, result));
  };
  Value low = asFloat(lowest), high = asFloat(highest);
  Value clamped = select(create<arith::CmpFOp>(arith::CmpFPredicate::OGT, a, low),
                         a, low);
  Value above = create<arith::CmpFOp>(arith::CmpFPredicate::OGE, a, high);
  clamped = select(above, high, clamped);
  Type target = getSignless(to);
  Value result = isUnsigned ? create<arith::FPToUIOp>(target, clamped)
                            : create<arith::FPToSIOp>(target, clamped);
  // `high` is the largest float below the highest integer: all above it saturate.
  Value beyond = create<arith::CmpFOp>(arith::CmpFPredicate::OGT, a, high);
  Value most = create<arith::ConstantOp>(builder.getIntegerAttr(target, highest));
  result = select(beyond, most, result);
  return select(isNaN(a), integer(target, 0), result);
}

static bool isPlainFloat(Type type) {
  return type.isF16() || type.isBF16() || type.isF32() || type.isF64();
}

Value ScalarCode::convert(Value a, Type from, Type to) {
  Type target = getSignless(to);
  auto floatTo = dyn_cast<FloatType>(to);
  auto floatFrom = dyn_cast<FloatType>(a.getType());
  if ((floatTo && !isPlainFloat(to)) || (floatFrom && !isPlainFloat(floatFrom)))
    return {};
  if (floatFrom && floatTo) {
    if (floatFrom == floatTo)
      return a;
    if (floatFrom.getWidth() < floatTo.getWidth())
      return create<arith::ExtFOp>(target, a);
    if (floatFrom.getWidth() > floatTo.getWidth())
      return create<arith::TruncFOp>(target, a);
    Value wide = create<arith::ExtFOp>(builder.getF32Type(), a);
    return create<arith::TruncFOp>(target, wide);
  }
  if (to.isInteger(1)) {
    Value zero = constant(a.getType(), 0);
    if (floatFrom)
      return create<arith::CmpFOp>(arith::CmpFPredicate::UNE, a, zero);
    return compareInt(*this, arith::CmpIPredicate::ne, a, zero);
  }
  if (floatFrom)
    return floatToInt(a, cast<IntegerType>(to));
  bool zeroExtend = from.isUnsignedInteger() || from.isInteger(1);
  if (floatTo) {
    // Narrow floats are reached through f32, like all arithmetic on them.
    Type wide = floatTo.getWidth() < 32 ? builder.getF32Type() : target;
    Value value = zeroExtend ? create<arith::UIToFPOp>(wide, a)
                             : create<arith::SIToFPOp>(wide, a);
    return wide == target ? value : create<arith::TruncFOp>(target, value);
  }
  unsigned widthFrom = a.getType().getIntOrFloatBitWidth();
  unsigned widthTo = target.getIntOrFloatBitWidth();
  if (widthFrom == widthTo)
    return a;
  if (widthFrom > widthTo)
    return create<arith::TruncIOp>(target, a);
  return zeroExtend ? create<arith::ExtUIOp>(target, a)
                    : create<arith::ExtSIOp>(target, a);
}
