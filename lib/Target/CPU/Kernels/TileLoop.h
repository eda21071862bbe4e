//===- TileLoop.h - Rows of a work item, tile by tile ------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_KERNELS_TILELOOP_H
#define QUANTC_LIB_TARGET_CPU_KERNELS_TILELOOP_H

#include "MicroKernel.h"

namespace quantc {

/// `value` and the offsets after it on a worker's scratch, 64-byte aligned.
class ScratchLayout {
public:
  /// Reserves bytes; returns where they begin.
  int64_t take(int64_t bytes) {
    int64_t at = size;
    size = (size + bytes + 63) / 64 * 64;
    return at;
  }
  int64_t bytes() const { return size; }

private:
  int64_t size = 0;
};

/// Index of the matrix of `tensor` (its last two dimensions), or with `trailing`
/// = 1 of its row, that numpy's broadcasting pairs with number `index` of
/// `result`'s.
mlir::Value getBroadcastIndex(KernelContext &ctx, mlir::Value tensor,
                              mlir::Value result, unsigned trailing,
                              mlir::Value index);

/// Calls the smallest tile function for at least `count` of the at most
/// tile.rows rows: `prepare` fills the table of pointers for the number of rows it
/// is given. `rowsTotal` is the number of rows of all tiles where it is known.
void callTileFor(KernelContext &ctx, const Tile &tile, mlir::Value count,
                 std::optional<int64_t> rowsTotal,
                 llvm::function_ref<TileCall(unsigned)> prepare);

/// The integer a value is known to be.
std::optional<int64_t> getKnownInteger(mlir::Value value);

/// `a` / `b` rounded up, both i64 values.
mlir::Value divideCeil(CodeBuilder &code, mlir::Value a, mlir::Value b);

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_KERNELS_TILELOOP_H
