//===- CodeBuilder.cpp - Arithmetic and control flow of kernels -----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Operations are folded as they are written, so that sizes known at compile time
// leave no code behind. Memory is in CodeBuilderMemory.cpp.
//
//===----------------------------------------------------------------------===//

#include "quantc/Target/CPU/CodeBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace quantc;

/// Whether `n` is a known constant.
static std::optional<int64_t> getKnown(Value n) {
  APInt value;
  if (matchPattern(n, m_ConstantInt(&value)))
    return value.getSExtValue();
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

Value CodeBuilder::i64(int64_t value) {
  return integer(builder.getI64Type(), value);
}

Value CodeBuilder::f32(float value) {
  return constant(builder.getF32Type(), value);
}

Value CodeBuilder::infinity(Type type, bool negative) {
  auto element = cast<FloatType>(getElementTypeOrSelf(type));
  APFloat value = APFloat::getInf(element.getFloatSemantics(), negative);
  return splatConstant(type, FloatAttr::get(element, value));
}

Value CodeBuilder::splat(Value value, unsigned lanes) {
  if (lanes == 0 || isa<VectorType>(value.getType()))
    return value;
  auto type = VectorType::get(lanes, value.getType());
  // Narrow floats as bits: a copy must not become a conversion.
  Type i16 = builder.getI16Type();
  if (isFloat(value) && value.getType().getIntOrFloatBitWidth() == 16)
    return bitcast(splat(bitcast(value, i16), lanes), type);
  return vector::BroadcastOp::create(builder, loc, type, value);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Value CodeBuilder::div(Value a, Value b) {
  return builder.createOrFold<arith::DivFOp>(loc, a, b);
}
Value CodeBuilder::fma(Value a, Value b, Value c) {
  return math::FmaOp::create(builder, loc, a, b, c);
}
Value CodeBuilder::sqrt(Value a) {
  return math::SqrtOp::create(builder, loc, a);
}
Value CodeBuilder::roundEven(Value a) {
  return math::RoundEvenOp::create(builder, loc, a);
}
Value CodeBuilder::abs(Value a) {
  if (isFloat(a))
    return math::AbsFOp::create(builder, loc, a);
  Value negated = sub(integer(a.getType(), 0), a);
  return select(lt(a, integer(a.getType(), 0)), negated, a);
}

Value CodeBuilder::gt(Value a, Value b) {
  return compare(a, b, arith::CmpFPredicate::OGT, arith::CmpIPredicate::sgt);
}
Value CodeBuilder::lt(Value a, Value b) {
  return compare(a, b, arith::CmpFPredicate::OLT, arith::CmpIPredicate::slt);
}
Value CodeBuilder::ge(Value a, Value b) {
  return compare(a, b, arith::CmpFPredicate::OGE, arith::CmpIPredicate::sge);
}
Value CodeBuilder::eq(Value a, Value b) {
  return compare(a, b, arith::CmpFPredicate::OEQ, arith::CmpIPredicate::eq);
}
Value CodeBuilder::bitcast(Value a, Type to) {
  if (a.getType() == to)
    return a;
  return arith::BitcastOp::create(builder, loc, to, a);
}

Value CodeBuilder::quotient(Value a, Value b) {
  return builder.createOrFold<arith::DivUIOp>(loc, a, b);
}
Value CodeBuilder::remainder(Value a, Value b) {
  return builder.createOrFold<arith::RemUIOp>(loc, a, b);
}
Value CodeBuilder::ceilDiv(Value a, int64_t b) {
  return quotient(add(a, i64(b - 1)), i64(b));
}

Value CodeBuilder::toI64(Value a, Type element) {
  Type type = builder.getI64Type();
  if (auto vector = dyn_cast<VectorType>(a.getType()))
    type = vector.clone(type);
  if (a.getType() == type)
    return a;
  if (element.isUnsignedInteger() || element.isInteger(1))
    return builder.createOrFold<arith::ExtUIOp>(loc, type, a);
  return builder.createOrFold<arith::ExtSIOp>(loc, type, a);
}

//===----------------------------------------------------------------------===//
// Float types
//===----------------------------------------------------------------------===//

static Value widenBF16(CodeBuilder &code, Value a, Type i16, Type i32,
                       Type f32) {
  Value bits = arith::ExtUIOp::create(code.builder, code.loc, i32,
                                      code.bitcast(a, i16));
  bits = arith::ShLIOp::create(code.builder, code.loc, bits,
                               code.integer(i32, 16));
  return code.bitcast(bits, f32);
}

/// Round to nearest even; a NaN stays one (its lowest bits are dropped).
static Value narrowBF16(CodeBuilder &code, Value a, Type i16, Type i32) {
  auto shiftRight = [&](Value v) -> Value {
    return arith::ShRUIOp::create(code.builder, code.loc, v,
                                  code.integer(i32, 16));
  };
  Value bits = code.bitcast(a, i32);
  Value odd = code.bitAnd(shiftRight(bits), code.integer(i32, 1));
  Value rounded = shiftRight(
      code.add(bits, code.add(odd, code.integer(i32, 0x7fff))));
  Value quiet = code.bitOr(shiftRight(bits), code.integer(i32, 0x40));
  Value result = code.select(code.isNaN(a), quiet, rounded);
  return arith::TruncIOp::create(code.builder, code.loc, i16, result);
}

Value CodeBuilder::toFloat(Value a, Type element) {
  auto of = [&](Type scalar) -> Type {
    if (auto vector = dyn_cast<VectorType>(a.getType()))
      return vector.clone(scalar);
    return scalar;
  };
  Type from = getElementTypeOrSelf(a), target = of(element);
  if (from == element)
    return a;
  Type i16 = of(builder.getI16Type()), i32 = of(builder.getI32Type());
  Type f32 = of(builder.getF32Type());
  if (from.isBF16())
    return toFloat(widenBF16(*this, a, i16, i32, f32), element);
  if (element.isBF16())
    return bitcast(
        narrowBF16(*this, toFloat(a, builder.getF32Type()), i16, i32), target);
  if (from.getIntOrFloatBitWidth() < element.getIntOrFloatBitWidth())
    return arith::ExtFOp::create(builder, loc, target, a);
  return arith::TruncFOp::create(builder, loc, target, a);
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

void CodeBuilder::loop(Value from, Value to, function_ref<void(Value)> body,
                       int64_t step) {
  loop(
      from, to, ValueRange(),
      [&](Value i, ValueRange) {
        body(i);
        return Values();
      },
      step);
}

CodeBuilder::Values
CodeBuilder::loop(Value from, Value to, ValueRange init,
                  function_ref<Values(Value, ValueRange)> body, int64_t step) {
  auto loop = scf::ForOp::create(
      builder, loc, from, to, i64(step), init,
      [&](OpBuilder &, Location, Value i, ValueRange carried) {
        scf::YieldOp::create(builder, loc, body(i, carried));
      });
  return loop.getResults();
}

CodeBuilder::Values
CodeBuilder::loopWhile(ValueRange init,
                       function_ref<Value(ValueRange)> condition,
                       function_ref<Values(ValueRange)> body) {
  auto loop = scf::WhileOp::create(
      builder, loc, init.getTypes(), init,
      [&](OpBuilder &, Location, ValueRange carried) {
        scf::ConditionOp::create(builder, loc, condition(carried), carried);
      },
      [&](OpBuilder &, Location, ValueRange carried) {
        scf::YieldOp::create(builder, loc, body(carried));
      });
  return loop.getResults();
}

void CodeBuilder::when(Value condition, function_ref<void()> then) {
  scf::IfOp::create(builder, loc, condition, [&](OpBuilder &, Location) {
    then();
    scf::YieldOp::create(builder, loc);
  });
}

void CodeBuilder::choose(Value condition, function_ref<void()> then,
                         function_ref<void()> otherwise) {
  chooseValues(
      condition, [&] { return then(), Values(); },
      [&] { return otherwise(), Values(); });
}

CodeBuilder::Values
CodeBuilder::chooseValues(Value condition, function_ref<Values()> then,
                          function_ref<Values()> otherwise) {
  auto branch = scf::IfOp::create(
      builder, loc, condition,
      [&](OpBuilder &, Location) {
        scf::YieldOp::create(builder, loc, then());
      },
      [&](OpBuilder &, Location) {
        scf::YieldOp::create(builder, loc, otherwise());
      });
  return branch.getResults();
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

CodeBuilder::Values
CodeBuilder::tail(Value from, Value n, ValueRange init,
                  function_ref<Values(Value, Value, ValueRange)> body) {
  Type i32 = builder.getI32Type();
  SmallVector<int32_t> numbers = llvm::to_vector(llvm::seq<int32_t>(16));
  Value lane = arith::ConstantOp::create(
      builder, loc,
      DenseElementsAttr::get(VectorType::get(rowLanes, i32),
                             ArrayRef<int32_t>(numbers)));
  Value left =
      builder.createOrFold<arith::TruncIOp>(loc, i32, sub(n, from));
  return body(from, lt(lane, splat(left)), init);
}

CodeBuilder::Values
CodeBuilder::chunks(Value n, ValueRange init,
                    function_ref<Values(Value, Value, ValueRange)> body) {
  std::optional<int64_t> known = getKnown(n);
  Values carried(init);
  Value full = bitAnd(n, i64(-rowLanes));
  if (!known || *known >= rowLanes)
    carried = loop(
        i64(0), full, carried,
        [&](Value i, ValueRange values) { return body(i, Value(), values); },
        rowLanes);
  if (known)
    return *known % rowLanes ? tail(full, n, carried, body) : carried;
  return chooseValues(
      lt(full, n), [&] { return tail(full, n, carried, body); },
      [&] { return Values(carried); });
}

void CodeBuilder::chunks(Value n, function_ref<void(Value, Value)> body) {
  chunks(n, ValueRange(), [&](Value i, Value mask, ValueRange) {
    body(i, mask);
    return Values();
  });
}

Value CodeBuilder::ascending(Value first) {
  SmallVector<int64_t> numbers = llvm::to_vector(llvm::seq<int64_t>(16));
  Value lane = arith::ConstantOp::create(
      builder, loc,
      DenseElementsAttr::get(VectorType::get(rowLanes, builder.getI64Type()),
                             ArrayRef<int64_t>(numbers)));
  return add(splat(first), lane);
}

Value CodeBuilder::tree(Value lanes,
                        function_ref<Value(Value, Value)> combine) {
  for (int64_t width = rowLanes / 2; width > 1; width /= 2) {
    auto half = [&](int64_t from) -> Value {
      SmallVector<int64_t> picked =
          llvm::to_vector(llvm::seq<int64_t>(from, from + width));
      return vector::ShuffleOp::create(builder, loc, lanes, lanes, picked);
    };
    lanes = combine(half(0), half(width));
  }
  auto lane = [&](int64_t i) -> Value {
    return vector::ExtractOp::create(builder, loc, lanes, i);
  };
  return combine(lane(0), lane(1));
}

Value CodeBuilder::call(StringRef name, ValueRange arguments) {
  Type element = getElementTypeOrSelf(arguments[0]);
  auto vectorType = dyn_cast<VectorType>(arguments[0].getType());
  if (vectorType) {
    Value result = arith::ConstantOp::create(
        builder, loc, cast<TypedAttr>(builder.getZeroAttr(vectorType)));
    for (int64_t i = 0; i < vectorType.getNumElements(); ++i) {
      Values scalars;
      for (Value argument : arguments)
        scalars.push_back(vector::ExtractOp::create(builder, loc, argument, i));
      result = vector::InsertOp::create(builder, loc, call(name, scalars),
                                        result, i);
    }
    return result;
  }
  auto module = op->getParentOfType<ModuleOp>();
  auto type = LLVM::LLVMFunctionType::get(
      element, llvm::to_vector(arguments.getTypes()));
  if (!module.lookupSymbol(name)) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(module.getBody());
    LLVM::LLVMFuncOp::create(builder, loc, name, type);
  }
  return LLVM::CallOp::create(builder, loc, type, name, arguments).getResult();
}
