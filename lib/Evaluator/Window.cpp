//===- Window.cpp - Sliding windows of convolutions and pools -------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Window.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;

/// `values`, or `count` times `fallback`.
static Sizes orElse(std::optional<ArrayRef<int64_t>> values, size_t count,
                    int64_t fallback) {
  return values ? Sizes(*values) : Sizes(count, fallback);
}

/// Padding so that the output is ceil(input / stride).
static void padToSame(Window &window, size_t d, bool upper) {
  int64_t output = (window.input[d] + window.strides[d] - 1) / window.strides[d];
  int64_t extent = (window.kernel[d] - 1) * window.dilations[d] + 1;
  int64_t total = std::max<int64_t>(
      0, (output - 1) * window.strides[d] + extent - window.input[d]);
  window.begins[d] = upper ? total / 2 : total - total / 2;
  window.ends[d] = total - window.begins[d];
}

FailureOr<Window> Window::get(Operation *op, ArrayRef<int64_t> input,
                              const WindowAttributes &attributes) {
  size_t rank = input.size();
  Window window;
  window.input.assign(input);
  window.kernel.assign(attributes.kernel);
  window.strides = orElse(attributes.strides, rank, 1);
  window.dilations = orElse(attributes.dilations, rank, 1);
  Sizes pads = orElse(attributes.pads, 2 * rank, 0);
  if (window.kernel.size() != rank || window.strides.size() != rank ||
      window.dilations.size() != rank || pads.size() != 2 * rank)
    return op->emitError("window attributes do not fit ")
           << rank << " spatial dimensions";
  window.begins.assign(ArrayRef<int64_t>(pads).take_front(rank));
  window.ends.assign(ArrayRef<int64_t>(pads).drop_front(rank));
  for (size_t d = 0; d < rank; ++d) {
    if (window.kernel[d] < 1 || window.strides[d] < 1 ||
        window.dilations[d] < 1)
      return op->emitError("window is not positive");
    if (attributes.autoPad.starts_with("SAME"))
      padToSame(window, d, attributes.autoPad == "SAME_UPPER");
    int64_t extent = (window.kernel[d] - 1) * window.dilations[d] + 1;
    int64_t slack = input[d] + window.begins[d] + window.ends[d] - extent;
    if (slack < 0)
      return op->emitError("window is larger than the padded input");
    int64_t output = slack / window.strides[d] + 1;
    // A window more, unless it would begin in the padding at the end.
    if (attributes.ceilMode && slack % window.strides[d] &&
        output * window.strides[d] < input[d] + window.begins[d])
      ++output;
    window.output.push_back(output);
  }
  return window;
}

std::vector<int64_t> Window::getSources() const {
  std::vector<int64_t> result;
  result.reserve(positions() * taps());
  Sizes inputStrides = stridesOf(input);
  Odometer position(output, {});
  position.forEach([&](const int64_t *) {
    Odometer tap(kernel, {});
    tap.forEach([&](const int64_t *) {
      int64_t source = 0;
      for (size_t d = 0; d < input.size(); ++d) {
        int64_t i = position.getIndex()[d] * strides[d] - begins[d] +
                    tap.getIndex()[d] * dilations[d];
        if (i < 0 || i >= input[d])
          source = i >= input[d] + ends[d] ? -2 : source == -2 ? -2 : -1;
        else if (source >= 0)
          source += i * inputStrides[d];
      }
      result.push_back(source);
    });
  });
  return result;
}
