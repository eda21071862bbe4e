//===- PackPanel.cpp - Packing a right side at run time -------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Sixteen columns at a time. Codes of four rows are interleaved:
//
//   row k      a0 a1 ...   \
//   row k + 1  b0 b1 ...    | -> a0 b0 c0 d0 a1 b1 c1 d1 ...
//   row k + 2  c0 c1 ...    |
//   row k + 3  d0 d1 ...   /
//
//===----------------------------------------------------------------------===//

#include "PackPanel.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace quantc;

static void packFloats(CodeBuilder &code, const PanelSource &source,
                       Value first, Value count, Value column, Value width,
                       Value to) {
  code.loop(code.i64(0), count, [&](Value k) {
    Value from =
        code.add(code.mul(code.add(first, k), source.columns), column);
    Value at = code.mul(k, code.i64(source.panel));
    code.chunks(width, [&](Value i, Value mask) {
      Value row = code.loadVector(source.matrix, source.element,
                                  code.add(from, i), mask);
      code.store(row, to, source.element, code.add(at, i));
    });
  });
}

static void packCodes(CodeBuilder &code, const PanelSource &source, Value first,
                      Value count, Value column, Value width, Value to) {
  Type i8 = code.builder.getI8Type();
  Value zeros = code.integer(VectorType::get(rowLanes, i8), 0);
  Value lastRow = code.sub(source.k, code.i64(1));
  code.loop(code.i64(0), code.ceilDiv(count, 4), [&](Value group) {
    Value k = code.add(first, code.mul(group, code.i64(4)));
    Value at = code.mul(group, code.i64(source.panel));
    code.chunks(width, [&](Value i, Value mask) {
      Value rows[4];
      for (int64_t r = 0; r < 4; ++r) {
        Value own = code.add(k, code.i64(r));
        Value from = code.add(
            code.mul(code.min(own, lastRow), source.columns), column);
        Value codes =
            code.loadVector(source.matrix, i8, code.add(from, i), mask);
        rows[r] = code.select(code.lt(own, source.k), codes, zeros);
      }
      auto interleave = [&](Value a, Value b) -> Value {
        return vector::InterleaveOp::create(code.builder, code.loc, a, b);
      };
      Value packed = interleave(interleave(rows[0], rows[2]),
                                interleave(rows[1], rows[3]));
      code.store(packed, to, i8,
                 code.mul(code.add(at, i), code.i64(4)));
    });
  });
}

void quantc::emitPackPanel(CodeBuilder &code, const PanelSource &source,
                           Value first, Value count, Value column, Value to) {
  Value width = code.min(code.sub(source.columns, column),
                         code.i64(source.panel));
  if (source.element.isF32())
    packFloats(code, source, first, count, column, width, to);
  else
    packCodes(code, source, first, count, column, width, to);
}
