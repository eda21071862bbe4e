//===- Panels.h - How right-hand sides are cut -------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_PANELS_H
#define QUANTC_LIB_TARGET_CPU_PANELS_H

#include <cstdint>

namespace quantc {

/// Columns of a panel for a right-hand side of `columns` columns: 16, 32, 48 or
/// 64, the one that should take least time. One packing serves every ISA.
int64_t choosePanel(int64_t columns);
/// Where the number of columns is not known.
constexpr int64_t defaultPanel = 48;

/// Rows of one work item of a product with `panels` panels whose rows take
/// `rowBytes`. A multiple of the rows of most tiles; the same on every ISA.
int64_t chooseBlockRows(int64_t panels, int64_t rowBytes);

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_PANELS_H
