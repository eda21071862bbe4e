//===- Products.h - Matrix products ------------------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EVALUATOR_PRODUCTS_H
#define QUANTC_LIB_EVALUATOR_PRODUCTS_H

#include "Elements.h"
#include "quantc/Support/Orders.h"
#include <algorithm>
#include <vector>

namespace quantc::evaluator {

/// acc[i] += a * b[i]; floats by fma, integers wrap.
template <typename T>
void multiplyAddRow(T a, const T *b, T *acc, int64_t count) {
  if constexpr (std::is_floating_point_v<T>) {
    fmaRow(a, b, acc, count);
  } else {
    for (int64_t i = 0; i < count; ++i)
      acc[i] = add(acc[i], multiply(a, b[i]));
  }
}

/// acc[M, N] += a[M, K] x b[K, N] as convolutions sum: one chain, k ascending.
template <typename T>
void multiplyAddChain(const T *a, const T *b, T *acc, int64_t m, int64_t k,
                      int64_t n) {
  constexpr int64_t piece = 64; // of b in the cache
  for (int64_t begin = 0; begin < k; begin += piece)
    for (int64_t row = 0; row < m; ++row)
      for (int64_t i = begin; i < std::min(k, begin + piece); ++i)
        multiplyAddRow(a[row * k + i], b + i * n, acc + row * n, n);
}

/// acc[M, N] += a[M, K] x b[K, N]: for every element k ascends within a block,
/// and block sums are added in order. Smaller pieces of k keep a part of b in the
/// cache; they do not change the order.
template <typename T>
void multiplyAdd(const T *a, const T *b, T *acc, int64_t m, int64_t k,
                 int64_t n) {
  constexpr int64_t piece = 64;
  static_assert(productBlock % piece == 0);
  std::vector<T> sums(m * n);
  for (int64_t begin = 0; begin < k; begin += piece) {
    int64_t end = std::min(k, begin + piece);
    for (int64_t row = 0; row < m; ++row)
      for (int64_t i = begin; i < end; ++i)
        multiplyAddRow(a[row * k + i], b + i * n, sums.data() + row * n, n);
    if (end != k && end % productBlock)
      continue;
    for (int64_t i = 0; i < m * n; ++i)
      acc[i] = add(acc[i], sums[i]);
    std::fill(sums.begin(), sums.end(), T(0));
  }
}

/// The result's shape and, for every matrix of it, the operands' matrices, as
/// numpy's matmul has them.
struct MatMulShape {
  int64_t m = 1, k = 1, n = 1;
  Sizes result;             // as the operator gives it
  Sizes batch;              // leading dimensions
  Sizes lhsStep, rhsStep;   // broadcast strides in matrices

  static mlir::FailureOr<MatMulShape> get(mlir::Operation *op,
                                          llvm::ArrayRef<int64_t> lhs,
                                          llvm::ArrayRef<int64_t> rhs);

  /// Calls function(lhs matrix, rhs matrix, result matrix), by number.
  template <typename Function> void forEach(Function function) const {
    int64_t next = 0;
    Odometer(batch, {lhsStep, rhsStep}).forEach([&](const int64_t *offsets) {
      function(offsets[0], offsets[1], next++);
    });
  }
};

} // namespace quantc::evaluator

#endif // QUANTC_LIB_EVALUATOR_PRODUCTS_H
