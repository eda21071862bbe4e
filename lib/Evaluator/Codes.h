//===- Codes.h - Quantization of tensors -------------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Shared by ONNX's and qnn's operators. Numbers are T, float or double; codes are
// integers held as their type says.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EVALUATOR_CODES_H
#define QUANTC_LIB_EVALUATOR_CODES_H

#include "Elements.h"

namespace quantc::evaluator {

/// Where the scale of an element lies: sum of (index / divisor) * stride.
struct ScaleView {
  Sizes strides, divisors;

  int64_t offset(llvm::ArrayRef<int64_t> index) const {
    int64_t result = 0;
    for (size_t d = 0; d < index.size(); ++d)
      result += index[d] / divisors[d] * strides[d];
    return result;
  }
};

/// saturate(rint(x) + zero point), `x` already divided; NaN gives the lowest.
template <typename T> T encode(T x, T zeroPoint, T low, T high) {
  T t = std::nearbyint(x) + zeroPoint;
  t = t > low ? t : low;
  return t < high ? t : high;
}

/// Scale from the range of some values, zero included.
template <typename T> struct DynamicScale {
  T low = 0, high = 0;

  void include(T x) {
    low = smaller(x, low);
    high = larger(x, high);
  }
  /// `levels`: codes above the lowest (unsigned), or above zero (signed).
  T getScale(int64_t levels, bool isSigned) const {
    T range = isSigned ? larger(std::fabs(low), high) : high - low;
    T scale = range / T(levels);
    return scale > T(0) ? scale : T(1);
  }
};

/// Smallest and largest value of an integer type.
std::pair<int64_t, int64_t> getCodeRange(mlir::Type element);
/// Any element as a double; an integer one set.
double getElement(const Tensor &tensor, int64_t i);
void setElement(Tensor &tensor, int64_t i, int64_t value);

mlir::LogicalResult quantizeToIntegers(mlir::Operation *op, const Tensor &x,
                                       const Tensor &scale,
                                       const Tensor *zeroPoint,
                                       const ScaleView &view, mlir::Type codes,
                                       Tensor &y);
mlir::LogicalResult quantizeToFloats(mlir::Operation *op, const Tensor &x,
                                     const Tensor &scale, const ScaleView &view,
                                     mlir::FloatType codes, bool saturate,
                                     Tensor &y);
/// (x - zero point) * scale, the subtraction in integers.
mlir::LogicalResult dequantize(mlir::Operation *op, const Tensor &x,
                               const Tensor &scale, const Tensor *zeroPoint,
                               const ScaleView &view, Tensor &y);

/// The part of addQNN that is about codes.
void addQNNCodes(Registry &registry);

} // namespace quantc::evaluator

#endif // QUANTC_LIB_EVALUATOR_CODES_H
