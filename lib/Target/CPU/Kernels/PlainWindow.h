//===- PlainWindow.h - Windows over channels-first tensors -------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// For the operators that stay onnx: element by element, plain loops. What is
// common has a qnn form and fast kernels.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_KERNELS_PLAINWINDOW_H
#define QUANTC_LIB_TARGET_CPU_KERNELS_PLAINWINDOW_H

#include "quantc/Target/CPU/CodeBuilder.h"
#include <array>
#include <optional>

namespace quantc {

/// A window over the last one to three dimensions, treated as three.
class PlainWindow {
public:
  using Value = mlir::Value;
  using Values = CodeBuilder::Values;
  using Attr = std::optional<llvm::ArrayRef<int64_t>>;
  struct Attributes {
    llvm::ArrayRef<int64_t> kernel;
    Attr strides, dilations, pads;
    llvm::StringRef autoPad;
  };

  /// `small` has a position for every window, `large` is what they slide over.
  PlainWindow(KernelContext &ctx, const Attributes &attributes, Value small,
              Value large);

  std::array<Value, 3> small, large, begins, ends;
  std::array<int64_t, 3> kernel, strides, dilations;

  /// Number of positions, and of elements windows slide over.
  Value positions, spatial;
  int64_t taps = 1;

  /// Splits a number into coordinates of extents.
  std::array<Value, 3> split(Value number, const std::array<Value, 3> &extents);
  /// The number of coordinates.
  Value join(const std::array<Value, 3> &at,
             const std::array<Value, 3> &extents);
  /// Loops over taps, row-major: body(tap, its coordinates, carried).
  Values forTaps(
      mlir::ValueRange init,
      llvm::function_ref<Values(Value, const std::array<Value, 3> &,
                                mlir::ValueRange)>
          body);
  /// Whether 0 <= at < extents in every dimension.
  Value isInside(const std::array<Value, 3> &at,
                 const std::array<Value, 3> &extents);

private:
  CodeBuilder code;
};

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_KERNELS_PLAINWINDOW_H
