//===- Convolution.h - Convolutions of any element type ----------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A convolution is a product of the filter, [M, taps x C], and columns of the
// input, [taps x C, positions]: that sums taps in row-major order, then channels,
// ascending. Padding is written into the columns.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EVALUATOR_CONVOLUTION_H
#define QUANTC_LIB_EVALUATOR_CONVOLUTION_H

#include "Products.h"
#include "Window.h"

namespace quantc::evaluator {

struct ConvolutionShape {
  int64_t batch, channels, filters, group;
  Window window;

  /// Of input [N, C, spatial...] and filter [M, C / group, kernel...].
  static mlir::FailureOr<ConvolutionShape>
  get(mlir::Operation *op, llvm::ArrayRef<int64_t> input,
      llvm::ArrayRef<int64_t> filter, WindowAttributes attributes,
      int64_t group);

  Sizes getResult() const {
    Sizes shape = {batch, filters};
    shape.append(window.output);
    return shape;
  }
};

/// acc [N, M, positions] += input [N, C, spatial] * filter [M, C / group, taps];
/// acc starts at zero.
template <typename T>
void convolve(const ConvolutionShape &shape, const T *input, const T *filter,
              T *acc) {
  int64_t positions = shape.window.positions(), taps = shape.window.taps();
  int64_t channels = shape.channels / shape.group;
  int64_t filters = shape.filters / shape.group;
  int64_t spatial = countElements(shape.window.input), k = taps * channels;
  std::vector<int64_t> sources = shape.window.getSources();
  // [M, taps, C / group]
  std::vector<T> matrix(shape.filters * k);
  for (int64_t m = 0; m < shape.filters; ++m)
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t t = 0; t < taps; ++t)
        matrix[(m * taps + t) * channels + c] =
            filter[(m * channels + c) * taps + t];
  constexpr int64_t block = 4096; // positions at a time, to bound the columns
  std::vector<T> columns(k * std::min(block, positions)), rows;
  for (int64_t n = 0; n < shape.batch * shape.group; ++n) {
    int64_t g = n % shape.group;
    const T *in = input + n * channels * spatial;
    for (int64_t begin = 0; begin < positions; begin += block) {
      int64_t count = std::min(block, positions - begin);
      for (int64_t i = 0; i < k; ++i)
        for (int64_t p = 0; p < count; ++p) {
          int64_t source = sources[(begin + p) * taps + i / channels];
          columns[i * count + p] =
              source < 0 ? T(0) : in[i % channels * spatial + source];
        }
      rows.assign(filters * count, T(0));
      multiplyAddChain(matrix.data() + g * filters * k, columns.data(), rows.data(),
                  filters, k, count);
      for (int64_t m = 0; m < filters; ++m)
        std::copy_n(rows.data() + m * count, count,
                    acc + (n * filters + m) * positions + begin);
    }
  }
}

} // namespace quantc::evaluator

#endif // QUANTC_LIB_EVALUATOR_CONVOLUTION_H
