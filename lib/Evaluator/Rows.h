//===- Rows.h - Sums over rows in canonical order ----------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A row is `length` elements, `stride` apart. Everything that sums floats along
// rows does it here, in the 16 lanes of docs/Numerics.md.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EVALUATOR_ROWS_H
#define QUANTC_LIB_EVALUATOR_ROWS_H

#include "Elements.h"

namespace quantc::evaluator {

template <typename T> struct Row {
  T *first;
  int64_t length, stride = 1;
  T &operator[](int64_t i) const { return first[i * stride]; }
};

/// Sum of f(x_i) in lanes; f gives the term, which is added.
template <typename T, typename Function>
T sumRow(Row<const T> row, Function function) {
  functions::Lanes<T> lanes(T(0));
  for (int64_t i = 0; i < row.length; ++i)
    lanes[i] = lanes[i] + function(row[i]);
  return lanes.sum();
}

template <typename T> T sumRow(Row<const T> row) {
  return sumRow(row, [](T x) { return x; });
}

/// Sum of (x_i - mean)^2 by fma.
template <typename T> T sumSquares(Row<const T> row, T mean = T(0)) {
  functions::Lanes<T> lanes(T(0));
  for (int64_t i = 0; i < row.length; ++i) {
    T d = row[i] - mean;
    lanes[i] = std::fma(d, d, lanes[i]);
  }
  return lanes.sum();
}

template <typename T> T maxRow(Row<const T> row) {
  functions::Lanes<T> lanes(-std::numeric_limits<T>::infinity());
  for (int64_t i = 0; i < row.length; ++i)
    lanes[i] = larger(T(row[i]), lanes[i]);
  return lanes.max();
}

template <typename T> T minRow(Row<const T> row) {
  functions::Lanes<T> lanes(std::numeric_limits<T>::infinity());
  for (int64_t i = 0; i < row.length; ++i)
    lanes[i] = smaller(T(row[i]), lanes[i]);
  return lanes.min();
}

/// y = softmax(x).
template <typename T> void softmaxRow(Row<const T> x, Row<T> y) {
  T m = maxRow(x);
  functions::Lanes<T> lanes(T(0));
  for (int64_t i = 0; i < x.length; ++i) {
    y[i] = Math<T>::exp0(x[i] - m);
    lanes[i] = lanes[i] + y[i];
  }
  T k = T(1) / lanes.sum();
  for (int64_t i = 0; i < x.length; ++i)
    y[i] = y[i] * k;
}

} // namespace quantc::evaluator

#endif // QUANTC_LIB_EVALUATOR_ROWS_H
