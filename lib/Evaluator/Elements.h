//===- Elements.h - Loops over elements of tensors ---------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// What implementations share: choosing the C++ type of an element, strides and
// broadcasting, and the functions of float and of double under one name.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EVALUATOR_ELEMENTS_H
#define QUANTC_LIB_EVALUATOR_ELEMENTS_H

#include "Evaluation.h"
#include "quantc/Support/Functions.h"
#include <cmath>
#include <type_traits>

namespace quantc::evaluator {

//===----------------------------------------------------------------------===//
// Element types
//===----------------------------------------------------------------------===//

mlir::LogicalResult unsupportedType(mlir::Operation *op, mlir::Type element);

template <typename T> struct Tag {
  using type = T;
};

/// Calls `function` with a Tag of the held type; false for one it is not for.
template <typename Function>
bool withFloat(mlir::Type element, Function function) {
  if (element.isF32())
    return function(Tag<float>()), true;
  if (element.isF64())
    return function(Tag<double>()), true;
  return false;
}

template <typename Function>
bool withInteger(mlir::Type element, Function function) {
  auto integer = mlir::dyn_cast<mlir::IntegerType>(element);
  if (!integer || integer.getWidth() == 1)
    return false;
  bool isUnsigned = integer.isUnsigned();
  if (integer.getWidth() <= 8)
    return isUnsigned ? function(Tag<uint8_t>()) : function(Tag<int8_t>()), true;
  if (integer.getWidth() == 16)
    return isUnsigned ? function(Tag<uint16_t>()) : function(Tag<int16_t>()),
           true;
  if (integer.getWidth() == 32)
    return isUnsigned ? function(Tag<uint32_t>()) : function(Tag<int32_t>()),
           true;
  if (integer.getWidth() == 64)
    return isUnsigned ? function(Tag<uint64_t>()) : function(Tag<int64_t>()),
           true;
  return false;
}

template <typename Function>
bool withNumber(mlir::Type element, Function function) {
  return withFloat(element, function) || withInteger(element, function);
}

template <typename Function>
bool withAny(mlir::Type element, Function function) {
  if (element.isInteger(1))
    return function(Tag<bool>()), true;
  return withNumber(element, function);
}

/// The same, reporting at `op` what type is not supported. `function` returns
/// nothing or a LogicalResult.
#define QUANTC_DISPATCH(NAME, WITH)                                            \
  template <typename Function>                                                 \
  mlir::LogicalResult NAME(mlir::Operation *op, mlir::Type element,            \
                           Function function) {                                \
    mlir::LogicalResult result = mlir::success();                              \
    bool known = WITH(element, [&](auto tag) {                                 \
      using Result = decltype(function(tag));                                  \
      if constexpr (std::is_void_v<Result>)                                    \
        function(tag);                                                         \
      else                                                                     \
        result = function(tag);                                                \
    });                                                                        \
    return known ? result : unsupportedType(op, element);                      \
  }
QUANTC_DISPATCH(forFloat, withFloat)
QUANTC_DISPATCH(forNumber, withNumber)
QUANTC_DISPATCH(forAny, withAny)
#undef QUANTC_DISPATCH

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

int64_t countElements(llvm::ArrayRef<int64_t> shape);
/// Elements between neighbours along each dimension, row-major.
Sizes stridesOf(llvm::ArrayRef<int64_t> shape);
/// `axis` counted from the front; reported where it is none of `rank`.
mlir::FailureOr<int64_t> normalizeAxis(mlir::Operation *op, int64_t axis,
                                       int64_t rank);
/// numpy's broadcast shape, or failure, reported.
mlir::FailureOr<Sizes>
broadcastShapes(mlir::Operation *op,
                llvm::ArrayRef<const Tensor *> tensors);
/// Strides of a tensor of `shape` read as one of `target`: 0 where it repeats.
Sizes broadcastStrides(llvm::ArrayRef<int64_t> shape,
                       llvm::ArrayRef<int64_t> target);

/// The positions of a tensor in row-major order, with the offset each of several
/// stride vectors gives.
class Odometer {
public:
  Odometer(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<Sizes> strides);

  /// Calls `function(offsets)` for every position in order; offsets[0] belongs to
  /// the first stride vector, and so on.
  template <typename Function> void forEach(Function function) {
    for (int64_t left = count; left > 0; --left, advance())
      function(offsets.data());
  }
  /// The current index.
  llvm::ArrayRef<int64_t> getIndex() const { return index; }

private:
  void advance();

  Sizes shape, index;
  llvm::SmallVector<Sizes, 3> strides;
  llvm::SmallVector<int64_t, 3> offsets;
  int64_t count;
};

/// A tensor cut along one axis: rows [outer][length][inner].
struct AxisView {
  int64_t outer = 1, length = 1, inner = 1;
  AxisView(llvm::ArrayRef<int64_t> shape, int64_t axis);
  /// Offset of the first element of row `row` (of outer * inner).
  int64_t start(int64_t row) const {
    return row / inner * length * inner + row % inner;
  }
  int64_t rows() const { return outer * inner; }
};

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

float toFloat(const llvm::APFloat &value);

/// The functions of docs/Numerics.md for float, libm's for double.
template <typename T> struct Math {
  static T exp(T x);
  static T exp0(T x);
  static T erf(T x);
  static T tanh(T x);
  static T sin(T x);
  static T cos(T x);
  static T tan(T x);
  static T asin(T x);
  static T acos(T x);
  static T atan(T x);
  static T sinh(T x);
  static T cosh(T x);
  static T asinh(T x);
  static T acosh(T x);
  static T atanh(T x);
  static T log(T x);
  static T log1p(T x);
  static T pow(T x, T y);
  static T sigmoid(T x) { return T(1) / (T(1) + exp(-x)); }
  static T gelu(T x) {
    const T root = std::is_same_v<T, double> ? T(0x1.6a09e667f3bcdp-1)
                                             : T(0x1.6a09e6p-1f);
    return (T(0.5) * x) * (T(1) + erf(x * root));
  }
  static T geluTanh(T x) {
    const T root = std::is_same_v<T, double> ? T(0x1.9884533d43651p-1)
                                             : T(0x1.988454p-1f);
    const T cubic = std::is_same_v<T, double> ? T(0.044715) : T(0x1.6e4e26p-5f);
    return (T(0.5) * x) * (T(1) + tanh(root * (x + cubic * ((x * x) * x))));
  }
  static T softplus(T x) { return x > T(20) ? x : log1p(exp(x)); }
};

/// max(a, b) and min(a, b) as reductions take them.
template <typename T> T larger(T a, T b) { return a > b ? a : b; }
template <typename T> T smaller(T a, T b) { return a < b ? a : b; }
/// ONNX's: a NaN operand gives NaN.
template <typename T> T maximum(T a, T b) {
  return a != a ? a : b != b ? b : larger(a, b);
}
template <typename T> T minimum(T a, T b) {
  return a != a ? a : b != b ? b : smaller(a, b);
}

/// a * b and so on in T; integers wrap.
template <typename T> T add(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return T(uint64_t(a) + uint64_t(b));
  else
    return a + b;
}
template <typename T> T subtract(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return T(uint64_t(a) - uint64_t(b));
  else
    return a - b;
}
template <typename T> T multiply(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return T(uint64_t(a) * uint64_t(b));
  else
    return a * b;
}
/// Integers: truncated, by zero 0, and the one overflow wraps.
template <typename T> T divide(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    if (b == 0)
      return 0;
    if (std::is_signed_v<T> && b == T(-1))
      return subtract(T(0), a);
    return T(a / b);
  } else {
    return a / b;
  }
}

/// acc[i] = fma(a, b[i], acc[i]); one rounding each, whatever the machine.
void fmaRow(float a, const float *b, float *acc, int64_t count);
void fmaRow(double a, const double *b, double *acc, int64_t count);

} // namespace quantc::evaluator

#endif // QUANTC_LIB_EVALUATOR_ELEMENTS_H
