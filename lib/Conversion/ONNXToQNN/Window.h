//===- Window.h - The sliding window of a convolution or pool ----*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_CONVERSION_ONNXTOQNN_WINDOW_H
#define QUANTC_LIB_CONVERSION_ONNXTOQNN_WINDOW_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <optional>

namespace quantc {

/// Extents of a window, one per spatial dimension (pads: begins, then ends).
struct Window {
  llvm::SmallVector<int64_t> kernel, strides, dilations, pads;

  using Attr = std::optional<llvm::ArrayRef<int64_t>>;
  /// ONNX's defaults filled in.
  Window(llvm::ArrayRef<int64_t> kernel, Attr strides, Attr dilations,
         Attr pads);

  /// Replaces the padding by what `autoPad` asks for over an input of `spatial`
  /// extents. False where that depends on an unknown extent.
  bool resolveAutoPad(llvm::StringRef autoPad, llvm::ArrayRef<int64_t> spatial);
  /// Enlarges the end padding until rounding down gives the number of windows
  /// that rounding up gave. False where that depends on an unknown extent.
  bool resolveCeil(llvm::ArrayRef<int64_t> spatial);

private:
  /// Elements from the first to the last of the window in dimension `d`.
  int64_t extent(size_t d) const { return (kernel[d] - 1) * dilations[d] + 1; }
};

} // namespace quantc

#endif // QUANTC_LIB_CONVERSION_ONNXTOQNN_WINDOW_H
