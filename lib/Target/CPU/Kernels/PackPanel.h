//===- PackPanel.h - Packing a right side at run time ------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_KERNELS_PACKPANEL_H
#define QUANTC_LIB_TARGET_CPU_KERNELS_PACKPANEL_H

#include "quantc/Target/CPU/CodeBuilder.h"

namespace quantc {

/// A row-major matrix [k, columns] of f32 or codes.
struct PanelSource {
  mlir::Value matrix;
  mlir::Type element;
  mlir::Value k, columns;
  int64_t panel;
};

/// Packs rows [first, first + count) of the panel at `column` to `to`, in the
/// layout of a packed weight. Columns beyond the matrix are left as they are;
/// codes beyond `k` become zero.
void emitPackPanel(CodeBuilder &code, const PanelSource &source,
                   mlir::Value first, mlir::Value count, mlir::Value column,
                   mlir::Value to);

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_KERNELS_PACKPANEL_H
