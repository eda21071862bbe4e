//===- Convert.h - Between element types -------------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EVALUATOR_CONVERT_H
#define QUANTC_LIB_EVALUATOR_CONVERT_H

#include "quantc/Evaluator/Evaluator.h"
#include <cmath>
#include <limits>
#include <type_traits>

namespace quantc::evaluator {

/// `tensor`, of floats, rounded to the float type `element`.
Tensor convertFloats(const Tensor &tensor, mlir::Type element);

/// The largest finite value of a float type.
double getLargest(mlir::FloatType type);

/// One number as Cast converts it: floats truncate and saturate, NaN gives 0;
/// integers wrap; bool is whether it is not zero.
template <typename To, typename From> To convertNumber(From x) {
  if constexpr (std::is_same_v<To, bool>) {
    return x != From(0);
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    using Limits = std::numeric_limits<To>;
    if (x != x)
      return 0;
    // 2^n is exact in any float, the highest integer is not.
    From end = std::ldexp(From(1), Limits::digits);
    if (x >= end)
      return Limits::max();
    if (x <= From(Limits::min()))
      return Limits::min();
    return To(x);
  } else {
    return To(x);
  }
}

/// An integer held in T cut to `width` bits, as its sign says.
template <typename T> T wrapToWidth(T value, unsigned width) {
  unsigned unused = 8 * sizeof(T) - width;
  using Unsigned = std::make_unsigned_t<T>;
  return T(T(Unsigned(value) << unused) >> unused);
}

} // namespace quantc::evaluator

#endif // QUANTC_LIB_EVALUATOR_CONVERT_H
