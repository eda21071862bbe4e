//===- MicroKernel.h - Sums of products in registers -------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A tile is the product of a few rows of the left side and one packed panel of
// the right side, its accumulators held in registers while k runs:
//
//               panel of P columns, [k][P] (f32) or [k / 4][P][4] (codes)
//              +-----------------+
//              |  b   b   b      |  one row of vectors per step
//              +-----------------+
//   row 0  a   | acc acc acc     |  a: one number, or four codes, in all lanes
//   row 1  a   | acc acc acc     |
//
// Rows are given by pointers, one per row and tap, so one function serves matrix
// products (one tap) and convolutions (one per kernel position). The function is
// shared by all kernels of a module; it leaves the accumulators in memory, where
// the kernel's own epilogue finds them while they are in the first-level cache.
//
// Accumulation is k ascending in each accumulator, floats of a matrix product in
// blocks (docs/Numerics.md); integers are exact.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_KERNELS_MICROKERNEL_H
#define QUANTC_LIB_TARGET_CPU_KERNELS_MICROKERNEL_H

#include "quantc/Target/CPU/CodeBuilder.h"

namespace quantc {

/// What a micro-kernel's code depends on.
struct Tile {
  /// Float: f32 fma. Dot: an instruction that sums four products of codes.
  /// Wide: codes extended to 16 bits, pairs of products summed; for any signs.
  enum class Product { Float, Dot, Wide };
  Product product;
  bool lhsSigned = false, rhsSigned = true;
  unsigned panel;   // P
  unsigned lanes;   // 32-bit lanes of a register
  unsigned vectors; // registers of columns held at once; they divide the panel
  unsigned rows;    // largest number of rows
  /// Floats: what a call sums from +0 is added to its starting values, instead of
  /// continuing from them.
  bool addsBlock = false;

  /// The tile for operands of these element types on `isa`; one that flips no
  /// signs where the right side is not `constant`.
  static Tile choose(const ISA &isa, mlir::Type lhs, mlir::Type rhs,
                     unsigned panel, bool constant);
  /// Numbers of rows there are functions for, ascending, up to `rows`.
  llvm::SmallVector<unsigned> rowCounts() const;
  bool isFloat() const { return product == Product::Float; }
  /// Whether lhs codes have their sign bit flipped to suit the instruction; the
  /// accumulators then have to start from getStart's values.
  bool flipsLhs(const ISA &isa) const;
};

/// Most rows of any tile: what buffers of accumulators are sized by.
constexpr int64_t maxTileRows = 16;

/// Operands of a call of a tile function.
struct TileCall {
  mlir::Value rows; // [taps][row count] pointers
  mlir::Value taps; // i64
  mlir::Value k;    // i64: numbers, or whole groups of four codes, per tap
  mlir::Value tail; // i64: codes beyond them, 0 to 3 (nothing past them is read)
  mlir::Value rhs;  // packed panel
  mlir::Value init; // 32-bit starting values, [.., P]
  mlir::Value initStride; // elements from one row of init to the next (0: shared)
  mlir::Value acc;        // 32-bit results, [row count, P]
};

/// Emits a call of the tile function for `rows` rows, made on first use.
void callTile(KernelContext &ctx, const Tile &tile, unsigned rows,
              const TileCall &call);

/// Emits a call that writes the P starting values for a panel of `groups` groups
/// of four codes: what undoes the flipped sign bits (-128 times or 128 times the
/// sum of each column).
void callStart(KernelContext &ctx, const Tile &tile, mlir::Value rhs,
               mlir::Value groups, mlir::Value start);

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_KERNELS_MICROKERNEL_H
