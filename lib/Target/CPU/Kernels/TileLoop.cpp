//===- TileLoop.cpp - Rows of a work item, tile by tile -------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A remainder of rows runs in the next larger tile there is a function for; the
// table then names a row twice and the surplus accumulators are ignored.
//
//===----------------------------------------------------------------------===//

#include "TileLoop.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quantc;

std::optional<int64_t> quantc::getKnownInteger(Value value) {
  APInt known;
  if (matchPattern(value, m_ConstantInt(&known)))
    return known.getSExtValue();
  return std::nullopt;
}

Value quantc::divideCeil(CodeBuilder &code, Value a, Value b) {
  return code.quotient(code.add(a, code.sub(b, code.i64(1))), b);
}

Value quantc::getBroadcastIndex(KernelContext &ctx, Value tensor, Value result,
                                unsigned trailing, Value index) {
  CodeBuilder code(ctx);
  int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
  int64_t shift = cast<RankedTensorType>(result.getType()).getRank() - rank;
  Value offset = code.i64(0), stride = code.i64(1), rest = index;
  for (int64_t d = rank - 1 - trailing; d >= 0; --d) {
    Value extent = ctx.dim(tensor, d), whole = ctx.dim(result, d + shift);
    Value at = code.remainder(rest, whole);
    rest = code.quotient(rest, whole);
    Value own = code.select(code.eq(extent, code.i64(1)), code.i64(0), at);
    offset = code.add(offset, code.mul(own, stride));
    stride = code.mul(stride, extent);
  }
  return offset;
}

/// The row counts that can occur: all of them, or the full tile and the
/// remainder of a known total.
static SmallVector<unsigned> getNeeded(const Tile &tile,
                                       std::optional<int64_t> total) {
  SmallVector<unsigned> counts = tile.rowCounts();
  if (!total)
    return counts;
  int64_t rest = *total % tile.rows;
  SmallVector<unsigned> needed;
  for (unsigned count : counts)
    if (rest && count >= rest) {
      needed.push_back(count);
      break;
    }
  if (*total >= tile.rows && (needed.empty() || needed.back() != tile.rows))
    needed.push_back(tile.rows);
  if (needed.empty())
    needed.push_back(1);
  return needed;
}

static void callSmallest(KernelContext &ctx, const Tile &tile, Value count,
                         ArrayRef<unsigned> counts,
                         llvm::function_ref<TileCall(unsigned)> prepare) {
  CodeBuilder code(ctx);
  auto call = [&] {
    callTile(ctx, tile, counts.back(), prepare(counts.back()));
  };
  ArrayRef<unsigned> smaller = counts.drop_back();
  if (smaller.empty())
    return call();
  code.choose(code.gt(count, code.i64(smaller.back())), call, [&] {
    callSmallest(ctx, tile, count, smaller, prepare);
  });
}

void quantc::callTileFor(KernelContext &ctx, const Tile &tile, Value count,
                         std::optional<int64_t> rowsTotal,
                         llvm::function_ref<TileCall(unsigned)> prepare) {
  callSmallest(ctx, tile, count, getNeeded(tile, rowsTotal), prepare);
}
