//===- ShapeCode.cpp - Shape expressions as code ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Divisions round towards minus infinity, as affine expressions do: a window
// larger than its input must give an extent below one, not zero. A divisor that
// is zero at run time counts as one; the shape is then caught by another check.
//
//===----------------------------------------------------------------------===//

#include "ShapeCode.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quantc;

Value ShapeCode::constant(int64_t value) { return get(getAffineConstantExpr(
    value, builder.getContext())); }

Value ShapeCode::inputDim(unsigned position) {
  Value address = LLVM::GEPOp::create(
      builder, loc, dims.getType(), builder.getI64Type(), dims,
      ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(position)});
  return LLVM::LoadOp::create(builder, loc, builder.getI64Type(), address,
                              /*alignment=*/8);
}

Value ShapeCode::get(AffineExpr expr) {
  if (Value known = values.lookup(expr))
    return known;
  Value value;
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    value = arith::ConstantIntOp::create(builder, loc, builder.getI64Type(),
                                         constant.getValue());
  } else if (auto symbol = dyn_cast<AffineSymbolExpr>(expr)) {
    std::optional<unsigned> at = inputDims.getPosition(symbol.getPosition());
    assert(at && "a size that depends on data");
    value = inputDim(*at);
  } else {
    value = emitBinary(cast<AffineBinaryOpExpr>(expr));
  }
  return values[expr] = value;
}

template <typename OpTy> Value ShapeCode::checked(Value a, Value b) {
  Type i64 = builder.getI64Type(), i1 = builder.getI1Type();
  auto type = LLVM::LLVMStructType::getLiteral(builder.getContext(), {i64, i1});
  Value both = OpTy::create(builder, loc, type, a, b);
  Value left = LLVM::ExtractValueOp::create(builder, loc, both, 1);
  overflow = overflow ? arith::OrIOp::create(builder, loc, overflow, left)
                      : left;
  return LLVM::ExtractValueOp::create(builder, loc, both, 0);
}

Value ShapeCode::add(Value a, Value b) {
  // LLVM's operation does not fold; sizes known now shall leave no code.
  APInt left, right;
  bool overflows = true;
  if (matchPattern(a, m_ConstantInt(&left)) &&
      matchPattern(b, m_ConstantInt(&right))) {
    APInt sum = left.sadd_ov(right, overflows);
    if (!overflows)
      return constant(sum.getSExtValue());
  }
  return checked<LLVM::SAddWithOverflowOp>(a, b);
}

Value ShapeCode::emitBinary(AffineBinaryOpExpr expr) {
  Value lhs = get(expr.getLHS());
  Value rhs = get(expr.getRHS());
  if (expr.getKind() == AffineExprKind::Add)
    return add(lhs, rhs);
  if (expr.getKind() == AffineExprKind::Mul)
    return checked<LLVM::SMulWithOverflowOp>(lhs, rhs);
  if (!isa<AffineConstantExpr>(expr.getRHS())) {
    Value isZero = arith::CmpIOp::create(
        builder, loc, arith::CmpIPredicate::eq, rhs, constant(0));
    rhs = arith::SelectOp::create(builder, loc, isZero, constant(1), rhs);
  }
  if (expr.getKind() == AffineExprKind::CeilDiv)
    return arith::CeilDivSIOp::create(builder, loc, lhs, rhs);
  Value quotient = arith::FloorDivSIOp::create(builder, loc, lhs, rhs);
  if (expr.getKind() == AffineExprKind::FloorDiv)
    return quotient;
  return arith::SubIOp::create(
      builder, loc, lhs, arith::MulIOp::create(builder, loc, quotient, rhs));
}
