//===- ArithCode.cpp - Arithmetic chosen by type --------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Support/ArithCode.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace quantc;

Type quantc::getSignless(Type element) {
  if (auto integer = dyn_cast<IntegerType>(element))
    return IntegerType::get(element.getContext(), integer.getWidth());
  return element;
}

bool ArithCode::isFloat(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value));
}

Value ArithCode::splatConstant(Type type, TypedAttr scalar) {
  if (auto vector = dyn_cast<VectorType>(type))
    scalar = DenseElementsAttr::get(vector, Attribute(scalar));
  return create<arith::ConstantOp>(scalar);
}

Value ArithCode::constant(Type type, double value) {
  Type element = getElementTypeOrSelf(type);
  if (isa<IntegerType>(element))
    return integer(type, int64_t(value));
  return splatConstant(type, builder.getFloatAttr(element, value));
}

Value ArithCode::integer(Type type, int64_t value) {
  Type element = getSignless(getElementTypeOrSelf(type));
  return splatConstant(type, builder.getIntegerAttr(element, value));
}

Value ArithCode::add(Value a, Value b) {
  return isFloat(a) ? builder.createOrFold<arith::AddFOp>(loc, a, b)
                    : builder.createOrFold<arith::AddIOp>(loc, a, b);
}
Value ArithCode::sub(Value a, Value b) {
  return isFloat(a) ? builder.createOrFold<arith::SubFOp>(loc, a, b)
                    : builder.createOrFold<arith::SubIOp>(loc, a, b);
}
Value ArithCode::mul(Value a, Value b) {
  return isFloat(a) ? builder.createOrFold<arith::MulFOp>(loc, a, b)
                    : builder.createOrFold<arith::MulIOp>(loc, a, b);
}

Value ArithCode::compare(Value a, Value b, arith::CmpFPredicate floats,
                            arith::CmpIPredicate integers) {
  return isFloat(a) ? builder.createOrFold<arith::CmpFOp>(loc, floats, a, b)
                    : builder.createOrFold<arith::CmpIOp>(loc, integers, a, b);
}

Value ArithCode::isNaN(Value a) {
  return create<arith::CmpFOp>(arith::CmpFPredicate::UNO, a, a);
}
Value ArithCode::select(Value condition, Value a, Value b) {
  return builder.createOrFold<arith::SelectOp>(loc, condition, a, b);
}
Value ArithCode::bitAnd(Value a, Value b) {
  return builder.createOrFold<arith::AndIOp>(loc, a, b);
}
Value ArithCode::bitOr(Value a, Value b) {
  return builder.createOrFold<arith::OrIOp>(loc, a, b);
}
