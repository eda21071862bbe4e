//===- Functions.h - Our own functions, to the bit ---------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The reference for functions and sums of floats: what these do, step by step,
// is what compiled code has to do on vectors (docs/Numerics.md). The order of
// operations is the contract; nothing here may be contracted or reassociated.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_SUPPORT_FUNCTIONS_H
#define QUANTC_SUPPORT_FUNCTIONS_H

#include <array>
#include <cstdint>
#include <limits>

namespace quantc::functions {

/// e^x, 1.03 ulp, subnormal results included.
float exp(float x);
/// e^x for softmax: arguments are at most 0, results below e^-87.3 are 0.
float exp0(float x);
float erf(float x);
float tanh(float x);
/// 1 / (1 + exp(-x)).
float sigmoid(float x);
/// x * Phi(x), by erf or by the usual approximation with tanh.
float gelu(float x);
float geluTanh(float x);

/// The canonical order of reductions: element i belongs to lane i mod 16; at the
/// end lanes l and l + 8 are joined, then l and l + 4, l + 2, l + 1.
template <typename T> class Lanes {
public:
  explicit Lanes(T start) { lanes.fill(start); }

  /// The lane of element `i`, elements being added in ascending order.
  T &operator[](int64_t i) { return lanes[i % 16]; }

  T sum() const {
    return join([](T a, T b) { return a + b; });
  }
  T max() const {
    return join([](T a, T b) { return a > b ? a : b; });
  }
  T min() const {
    return join([](T a, T b) { return a < b ? a : b; });
  }

private:
  template <typename Combine> T join(Combine combine) const {
    std::array<T, 16> values = lanes;
    for (int width = 8; width > 0; width /= 2)
      for (int lane = 0; lane < width; ++lane)
        values[lane] = combine(values[lane], values[lane + width]);
    return values[0];
  }

  std::array<T, 16> lanes;
};

} // namespace quantc::functions

#endif // QUANTC_SUPPORT_FUNCTIONS_H
