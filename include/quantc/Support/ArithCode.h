//===- ArithCode.h - Arithmetic chosen by type --------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// What scalar code in regions and kernels on vectors are both written with: the
// operation of `arith` follows from the operands' type, float or signless
// integer, scalar or vector. Operations on constants are folded as they are
// written. Floats are IEEE: nothing sets fast-math flags.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_SUPPORT_ARITHCODE_H
#define QUANTC_SUPPORT_ARITHCODE_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace quantc {

/// The type an element has inside a region or a register: integers lose their
/// sign, floats stay.
mlir::Type getSignless(mlir::Type element);

class ArithCode {
public:
  using Value = mlir::Value;
  using Type = mlir::Type;

  mlir::OpBuilder &builder;
  mlir::Location loc;

  ArithCode(mlir::OpBuilder &builder, mlir::Location loc)
      : builder(builder), loc(loc) {}

  static bool isFloat(Value value);

  template <typename OpTy, typename... Args> Value create(Args &&...args) {
    return OpTy::create(builder, loc, std::forward<Args>(args)...);
  }

  /// Constants of a scalar's or vector's type; signs are dropped.
  Value constant(Type type, double value);
  Value integer(Type type, int64_t value);

  Value add(Value a, Value b);
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value compare(Value a, Value b, mlir::arith::CmpFPredicate floats,
                mlir::arith::CmpIPredicate integers);
  Value isNaN(Value a);
  Value select(Value condition, Value a, Value b);
  Value bitAnd(Value a, Value b);
  Value bitOr(Value a, Value b);

protected:
  /// A scalar attribute, or a splat of it for a vector type.
  Value splatConstant(Type type, mlir::TypedAttr scalar);
};

} // namespace quantc

#endif // QUANTC_SUPPORT_ARITHCODE_H
