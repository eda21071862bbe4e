//===- Codes.cpp - Quantization of tensors --------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Codes.h"
#include "Convert.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;

std::pair<int64_t, int64_t> evaluator::getCodeRange(Type element) {
  auto integer = cast<IntegerType>(element);
  unsigned width = std::min(integer.getWidth(), 62u);
  int64_t count = int64_t(1) << width;
  return integer.isUnsigned() ? std::pair(int64_t(0), count - 1)
                              : std::pair(-count / 2, count / 2 - 1);
}

double evaluator::getElement(const Tensor &tensor, int64_t i) {
  double result = 0;
  withAny(tensor.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    result = double(tensor.data<T>()[i]);
  });
  return result;
}

void evaluator::setElement(Tensor &tensor, int64_t i, int64_t value) {
  withInteger(tensor.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    tensor.data<T>()[i] = T(value);
  });
}

/// The scale's elements as numbers of x's type: f16 scales may stand beside f32.
template <typename T>
static std::vector<T> readScales(const Tensor &scale) {
  std::vector<T> result;
  for (int64_t i = 0, e = scale.size(); i < e; ++i)
    result.push_back(T(getElement(scale, i)));
  return result;
}

LogicalResult evaluator::quantizeToIntegers(Operation *op, const Tensor &x,
                                            const Tensor &scale,
                                            const Tensor *zeroPoint,
                                            const ScaleView &view, Type codes,
                                            Tensor &y) {
  auto [low, high] = getCodeRange(codes);
  // Integers (i32) are quantized too, as f32.
  Type numbers = isa<FloatType>(x.element) ? x.element : scale.element;
  return forFloat(op, numbers, [&, low = low, high = high](auto tag) {
    using T = typename decltype(tag)::type;
    std::vector<T> scales = readScales<T>(scale);
    Odometer odometer(x.shape, {stridesOf(x.shape)});
    odometer.forEach([&](const int64_t *offset) {
      int64_t s = view.offset(odometer.getIndex());
      T zero = zeroPoint ? T(getElement(*zeroPoint, s)) : T(0);
      T value = T(getElement(x, *offset)) / scales[s];
      setElement(y, *offset,
                 int64_t(encode(value, zero, T(low), T(high))));
    });
  });
}

LogicalResult evaluator::quantizeToFloats(Operation *op, const Tensor &x,
                                          const Tensor &scale,
                                          const ScaleView &view,
                                          FloatType codes, bool saturate,
                                          Tensor &y) {
  double largest = getLargest(codes);
  return forFloat(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::vector<T> scales = readScales<T>(scale);
    Odometer odometer(x.shape, {stridesOf(x.shape)});
    odometer.forEach([&](const int64_t *offset) {
      T value = x.data<T>()[*offset] /
                scales[view.offset(odometer.getIndex())];
      if (saturate && value == value)
        value = std::clamp(value, T(-largest), T(largest));
      y.data<T>()[*offset] = value;
    });
    // Rounded here in f64 mode too: codes are codes.
    y.bytes = convertFloats(convertFloats(y, codes), y.element).bytes;
  });
}

LogicalResult evaluator::dequantize(Operation *op, const Tensor &x,
                                    const Tensor &scale,
                                    const Tensor *zeroPoint,
                                    const ScaleView &view, Tensor &y) {
  return forFloat(op, y.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::vector<T> scales = readScales<T>(scale);
    bool isFloat = isa<FloatType>(x.element);
    Odometer odometer(x.shape, {stridesOf(x.shape)});
    odometer.forEach([&](const int64_t *offset) {
      int64_t s = view.offset(odometer.getIndex());
      // Exact: codes are integers of at most 32 bits, or small floats.
      double code = getElement(x, *offset);
      if (zeroPoint && !isFloat)
        code -= getElement(*zeroPoint, s);
      y.data<T>()[*offset] = T(code) * scales[s];
    });
  });
}
