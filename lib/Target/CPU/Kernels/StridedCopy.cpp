//===- StridedCopy.cpp - Rearranging elements -----------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A work item is up to 64 rows (the last dimension) along the second to last:
// positions are divided out once an item, not once a row.
//
//===----------------------------------------------------------------------===//

#include "StridedCopy.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quantc;

static constexpr int64_t rowsPerItem = 64;

static bool isKnown(Value value, int64_t constant) {
  APInt known;
  return matchPattern(value, m_ConstantInt(&known)) &&
         known.getSExtValue() == constant;
}

void StridedCopy::add(Value extent, Value stride, bool joins) {
  if (isKnown(extent, 1) && !extents.empty()) {
    // What joins this dimension joins the one before only if this one does.
    apart |= !joins;
    return;
  }
  joins &= !std::exchange(apart, false);
  if (joins && !extents.empty()) {
    extents.back() = code.mul(extents.back(), extent);
    strides.back() = stride;
    return;
  }
  extents.push_back(extent);
  strides.push_back(stride);
}

/// At least rows and elements.
void StridedCopy::addMissing() {
  while (extents.size() < 2) {
    extents.insert(extents.begin(), code.i64(1));
    strides.insert(strides.begin(), code.i64(0));
  }
}

std::pair<Value, Value> StridedCopy::getGrid() {
  addMissing();
  ArrayRef<Value> all(extents);
  Value blocks = code.ceilDiv(all[all.size() - 2], rowsPerItem);
  return {code.mul(product(code, all.drop_back(2)), blocks),
          code.mul(all.back(), code.i64(rowsPerItem))};
}

void StridedCopy::emitRow(Value from, Value fromIndex, Value to,
                          Value toIndex) {
  Type element = getElement(ctx.op->getResult(0));
  Value count = extents.back(), stride = strides.back();
  if (isKnown(stride, 1)) {
    code.copy(to, toIndex, from, fromIndex, element, count);
    return;
  }
  if (isKnown(stride, 0)) {
    emitFill(code, to, element, toIndex, code.load(from, element, fromIndex),
             count);
    return;
  }
  code.loop(code.i64(0), count, [&](Value i) {
    Value at = code.add(fromIndex, code.mul(i, stride));
    code.store(code.load(from, element, at), to, element,
               code.add(toIndex, i));
  });
}

void StridedCopy::emit(Value from, Value to) {
  addMissing();
  ArrayRef<Value> all(extents);
  Value rows = all[all.size() - 2], length = all.back();
  Value rowStride = strides[strides.size() - 2];
  Value blocks = code.ceilDiv(rows, rowsPerItem);
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    Value outer = code.quotient(item, blocks);
    Value begin =
        code.mul(code.remainder(item, blocks), code.i64(rowsPerItem));
    Value end = code.min(code.add(begin, code.i64(rowsPerItem)), rows);
    Value source = code.add(
        first, linearize(code, delinearize(code, outer, all.drop_back(2)),
                         ArrayRef<Value>(strides).drop_back(2)));
    code.loop(begin, end, [&](Value row) {
      Value toRow = code.add(code.mul(outer, rows), row);
      emitRow(from, code.add(source, code.mul(row, rowStride)), to,
              code.mul(toRow, length));
    });
  });
}

void quantc::emitFill(CodeBuilder &code, Value base, Type element, Value index,
                      Value value, Value count) {
  Value all = code.splat(value);
  code.chunks(count, [&](Value i, Value mask) {
    code.store(all, base, element, code.add(index, i), mask);
  });
}
