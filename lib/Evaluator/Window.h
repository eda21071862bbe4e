//===- Window.h - Sliding windows of convolutions and pools ------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EVALUATOR_WINDOW_H
#define QUANTC_LIB_EVALUATOR_WINDOW_H

#include "Elements.h"

namespace quantc::evaluator {

/// Attributes of a window, as ONNX has them.
struct WindowAttributes {
  llvm::ArrayRef<int64_t> kernel;
  std::optional<llvm::ArrayRef<int64_t>> strides, dilations, pads;
  llvm::StringRef autoPad = "NOTSET";
  bool ceilMode = false;
};

/// A window sliding over spatial dimensions.
struct Window {
  Sizes input, kernel, strides, dilations, begins, ends, output;

  static mlir::FailureOr<Window> get(mlir::Operation *op,
                                     llvm::ArrayRef<int64_t> input,
                                     const WindowAttributes &attributes);

  int64_t positions() const { return countElements(output); }
  int64_t taps() const { return countElements(kernel); }

  /// Spatial offset of what every tap sees at every position, [positions, taps]:
  /// outside in the padding -1, beyond the padding (ceil_mode) -2.
  std::vector<int64_t> getSources() const;
};

} // namespace quantc::evaluator

#endif // QUANTC_LIB_EVALUATOR_WINDOW_H
