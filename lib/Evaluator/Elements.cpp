//===- Elements.cpp - Loops over elements of tensors ----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "quantc/descriptor.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

LogicalResult evaluator::unsupportedType(Operation *op, Type element) {
  return emitUnsupported(op) << op->getName() << " of " << element;
}

int64_t evaluator::countElements(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

Sizes evaluator::stridesOf(ArrayRef<int64_t> shape) {
  Sizes strides(shape.size(), 1);
  for (size_t d = shape.size(); d > 1; --d)
    strides[d - 2] = strides[d - 1] * shape[d - 1];
  return strides;
}

FailureOr<int64_t> evaluator::normalizeAxis(Operation *op, int64_t axis,
                                            int64_t rank) {
  int64_t result = axis < 0 ? axis + rank : axis;
  if (result < 0 || result >= rank)
    return op->emitError("axis ")
           << axis << " does not exist in a tensor of rank " << rank;
  return result;
}

FailureOr<Sizes> evaluator::broadcastShapes(Operation *op,
                                            ArrayRef<const Tensor *> tensors) {
  Sizes result;
  for (const Tensor *tensor : tensors) {
    ArrayRef<int64_t> shape = tensor->shape;
    if (shape.size() > result.size())
      result.insert(result.begin(), shape.size() - result.size(), 1);
    size_t offset = result.size() - shape.size();
    for (auto [d, size] : llvm::enumerate(shape)) {
      int64_t &other = result[offset + d];
      if (other == 1)
        other = size;
      else if (size != 1 && size != other)
        return op->emitError("operands do not broadcast: found sizes ")
               << other << " and " << size << " in one dimension";
    }
  }
  return result;
}

Sizes evaluator::broadcastStrides(ArrayRef<int64_t> shape,
                                  ArrayRef<int64_t> target) {
  Sizes own = stridesOf(shape), result(target.size(), 0);
  size_t offset = target.size() - shape.size();
  for (auto [d, size] : llvm::enumerate(shape))
    result[offset + d] = size == 1 ? 0 : own[d];
  return result;
}

Odometer::Odometer(ArrayRef<int64_t> shape, ArrayRef<Sizes> strides)
    : shape(shape), index(shape.size(), 0), strides(strides),
      offsets(strides.size(), 0), count(countElements(shape)) {}

void Odometer::advance() {
  for (size_t d = shape.size(); d-- > 0;) {
    bool carries = ++index[d] == shape[d];
    for (auto [offset, stride] : llvm::zip_equal(offsets, strides))
      offset += carries ? stride[d] * (1 - shape[d]) : stride[d];
    if (!carries)
      return;
    index[d] = 0;
  }
}

AxisView::AxisView(ArrayRef<int64_t> shape, int64_t axis)
    : outer(countElements(shape.take_front(axis))), length(shape[axis]),
      inner(countElements(shape.drop_front(axis + 1))) {}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

float evaluator::toFloat(const APFloat &value) {
  return value.convertToFloat();
}

namespace quantc::evaluator {

// Our polynomials, and the runtime's functions.
template <> float Math<float>::exp(float x) { return functions::exp(x); }
template <> float Math<float>::exp0(float x) { return functions::exp0(x); }
template <> float Math<float>::erf(float x) { return functions::erf(x); }
template <> float Math<float>::tanh(float x) { return functions::tanh(x); }
template <> double Math<double>::exp(double x) { return std::exp(x); }
template <> double Math<double>::exp0(double x) { return std::exp(x); }
template <> double Math<double>::erf(double x) { return std::erf(x); }
template <> double Math<double>::tanh(double x) { return std::tanh(x); }

#define QUANTC_FUNCTION(NAME)                                                  \
  template <> float Math<float>::NAME(float x) { return quantc_##NAME(x); }    \
  template <> double Math<double>::NAME(double x) { return std::NAME(x); }
QUANTC_FUNCTION(sin)
QUANTC_FUNCTION(cos)
QUANTC_FUNCTION(tan)
QUANTC_FUNCTION(asin)
QUANTC_FUNCTION(acos)
QUANTC_FUNCTION(atan)
QUANTC_FUNCTION(sinh)
QUANTC_FUNCTION(cosh)
QUANTC_FUNCTION(asinh)
QUANTC_FUNCTION(acosh)
QUANTC_FUNCTION(atanh)
QUANTC_FUNCTION(log)
QUANTC_FUNCTION(log1p)
#undef QUANTC_FUNCTION

template <> float Math<float>::pow(float x, float y) {
  return quantc_pow(x, y);
}
template <> double Math<double>::pow(double x, double y) {
  return std::pow(x, y);
}

// The same loop twice: x86 has to be told that it may use the instruction, which
// gives the bits of libm's slow fma.
#if defined(__x86_64__)
#define QUANTC_FMA __attribute__((target_clones("arch=haswell", "default")))
#else
#define QUANTC_FMA
#endif

QUANTC_FMA void fmaRow(float a, const float *b, float *acc, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    acc[i] = __builtin_fmaf(a, b[i], acc[i]);
}

QUANTC_FMA void fmaRow(double a, const double *b, double *acc, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    acc[i] = __builtin_fma(a, b[i], acc[i]);
}

} // namespace quantc::evaluator
