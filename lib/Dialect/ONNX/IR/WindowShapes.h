//===- WindowShapes.h - Sliding windows of convolutions and pools *- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_ONNX_IR_WINDOWSHAPES_H
#define QUANTC_LIB_DIALECT_ONNX_IR_WINDOWSHAPES_H

#include "ShapeHelpers.h"

namespace quantc::onnx {

/// The attributes ONNX's windows have in common, checked and with defaults.
struct Window {
  llvm::SmallVector<int64_t> kernel, strides, dilations;
  /// All begins, then all ends; zero where `autoPad` decides.
  llvm::SmallVector<int64_t> pads;
  llvm::StringRef autoPad = "NOTSET";
  bool ceilMode = false;

  size_t getRank() const { return kernel.size(); }
  bool isSame() const { return autoPad.starts_with("SAME"); }
  /// The distance the kernel spans along an axis.
  int64_t getExtent(size_t axis) const {
    return (kernel[axis] - 1) * dilations[axis] + 1;
  }
  int64_t getPads(size_t axis) const {
    return pads[axis] + pads[getRank() + axis];
  }
};

/// The attributes as written; absent ones are empty.
struct WindowAttributes {
  std::optional<llvm::ArrayRef<int64_t>> kernel, strides, pads, dilations;
  llvm::StringRef autoPad;
  bool ceilMode = false;
};

/// Constraints W1 to W4, of every operator with a window:
///   W1: kernel_shape, strides and dilations have an entry for each spatial
///       dimension, in [1, 2^31).
///   W2: pads has two, in [0, 2^31).
///   W3: auto_pad is NOTSET, VALID, SAME_UPPER or SAME_LOWER.
///   W4: the window is not larger than the padded input.
mlir::FailureOr<Window> getWindow(mlir::Operation *op,
                                  const WindowAttributes &attributes);
/// The number of windows along a spatial axis of size `size`; null where it
/// cannot be written symbolically.
mlir::FailureOr<Dim> getWindowCount(mlir::Operation *op, ShapeEnv &env,
                                    const Window &window, size_t axis,
                                    Dim size);

} // namespace quantc::onnx

#endif // QUANTC_LIB_DIALECT_ONNX_IR_WINDOWSHAPES_H
