//===- ScalarCode.h - Writing the body of a map -------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Scalar operations in a map's region, where types are signless: the signedness
// of the tensor's element type picks the operation. Definitions (NaN, division
// by zero, saturation) are those of docs/Numerics.md, written out, so that every
// consumer of the region computes the same.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_CONVERSION_ONNXTOQNN_SCALARCODE_H
#define QUANTC_LIB_CONVERSION_ONNXTOQNN_SCALARCODE_H

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/PatternMatch.h"
#include "quantc/Support/ArithCode.h"
#include "llvm/ADT/StringMap.h"

namespace quantc {

class ScalarCode : public ArithCode {
public:
  using ArithCode::constant;
  using ArithCode::isFloat;

  /// What the operator computes in: its operands' element type, f32 for f16 and
  /// bf16.
  Type element;

  ScalarCode(mlir::OpBuilder &builder, mlir::Location loc, Type element)
      : ArithCode(builder, loc), element(element) {}

  bool isFloat() const { return mlir::isa<mlir::FloatType>(element); }
  bool isUnsigned() const {
    return element.isUnsignedInteger() || element.isInteger(1);
  }

  /// A constant of the type of `element`.
  Value constant(double value) { return constant(element, value); }

  Value div(Value a, Value b);
  /// Remainder with the dividend's sign (`truncated`) or the divisor's.
  Value mod(Value a, Value b, bool truncated);
  Value negate(Value a);
  Value less(Value a, Value b);
  Value lessEqual(Value a, Value b);
  Value equal(Value a, Value b);
  /// a > b ? a : b and a < b ? a : b.
  Value pickMax(Value a, Value b) { return select(less(b, a), a, b); }
  Value pickMin(Value a, Value b) { return select(less(a, b), a, b); }
  /// ONNX's Max and Min: a NaN wins.
  Value maximum(Value a, Value b) { return nanFirst(a, b, pickMax(a, b)); }
  Value minimum(Value a, Value b) { return nanFirst(a, b, pickMin(a, b)); }

  /// `a`, of element type `from`, as `to` (both with their signedness); null for
  /// a type without conversions.
  Value convert(Value a, Type from, Type to);

private:
  Value nanFirst(Value a, Value b, Value otherwise);
  Value floatToInt(Value a, mlir::IntegerType to);
};

/// The element an operator computes, or null where its types or attributes are
/// not supported.
using ElementFunction = mlir::Value (*)(ScalarCode &, mlir::Operation *,
                                        mlir::ValueRange);
using ElementFunctions = llvm::StringMap<ElementFunction>;

void addArithmeticFunctions(ElementFunctions &functions);
void addActivationFunctions(ElementFunctions &functions);

inline mlir::Type elementOf(mlir::Value tensor) {
  return mlir::cast<mlir::TensorType>(tensor.getType()).getElementType();
}

} // namespace quantc

#endif // QUANTC_LIB_CONVERSION_ONNXTOQNN_SCALARCODE_H
