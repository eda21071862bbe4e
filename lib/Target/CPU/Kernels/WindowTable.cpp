//===- WindowTable.cpp - Where the taps of a window are -------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A pixel is the offset of its window's first tap, a tap the distance from there;
// a table whose windows all lie inside the input is the sums of the two. Only at
// the border is every coordinate compared.
//
//===----------------------------------------------------------------------===//

#include "WindowTable.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace quantc;

/// An offset and three coordinates.
static constexpr int64_t entryFields = 4;

WindowShape::WindowShape(RankedTensorType input, ArrayRef<int64_t> kernel,
                         ArrayRef<int64_t> strides,
                         ArrayRef<int64_t> dilations, ArrayRef<int64_t> pads,
                         int64_t rows, ScratchLayout &layout) {
  size_t missing = 3 - kernel.size();
  for (size_t d = 0; d < 3; ++d) {
    bool real = d >= missing;
    this->kernel[d] = real ? kernel[d - missing] : 1;
    this->strides[d] = real ? strides[d - missing] : 1;
    this->dilations[d] = real ? dilations[d - missing] : 1;
    begins[d] = real ? pads[d - missing] : 0;
    taps *= this->kernel[d];
  }
  channels = input.getShape().back();
  int64_t width =
      getMemoryType(input.getElementType()).getIntOrFloatBitWidth() / 8;
  tableAt = layout.take(taps * rows * 8);
  rowsAt = layout.take(rows * entryFields * 8);
  tapsAt = layout.take(taps * entryFields * 8);
  // Whole vectors of channels are written and may be read.
  padBytes = llvm::alignTo(channels, 64) * width;
  padAt = layout.take(padBytes);
}

WindowTable::WindowTable(KernelContext &ctx, const WindowShape &shape,
                         Value tensor, Value result, Value padding)
    : ctx(ctx), code(ctx), shape(shape),
      element(cast<RankedTensorType>(tensor.getType()).getElementType()) {
  int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
  for (int64_t d = 0; d < 3; ++d) {
    int64_t own = d - 3 + rank - 1;
    in[d] = own >= 1 ? ctx.dim(tensor, own) : code.i64(1);
    out[d] = own >= 1 ? ctx.dim(result, own) : code.i64(1);
  }
  pixels = ctx.size(result, 0, rank - 1);
  inputSize = ctx.size(tensor);
  input = ctx.buffer(tensor);
  table = scratchAt(shape.tableAt);
  rows = scratchAt(shape.rowsAt);
  taps = scratchAt(shape.tapsAt);
  pad = scratchAt(shape.padAt);
  fillPadding(padding);
  fillTaps();
}

Value WindowTable::scratchAt(int64_t offset) {
  return code.at(ctx.scratch, code.builder.getI8Type(), code.i64(offset));
}

Value WindowTable::read(Value array, Value index, int64_t field) {
  return code.load(array, i64(),
                   code.add(code.mul(index, code.i64(entryFields)),
                            code.i64(field)));
}

void WindowTable::write(Value array, Value index, int64_t field, Value value) {
  code.store(value, array, i64(),
             code.add(code.mul(index, code.i64(entryFields)),
                      code.i64(field)));
}

void WindowTable::fillPadding(Value value) {
  Value lanes = code.splat(value);
  code.loop(
      code.i64(0), code.i64(llvm::alignTo(shape.channels, 64)),
      [&](Value i) { code.store(lanes, pad, element, i); }, rowLanes);
}

/// Distances of the taps from the first one.
void WindowTable::fillTaps() {
  auto forExtent = [&](int64_t d, llvm::function_ref<void(Value)> body) {
    code.loop(code.i64(0), code.i64(shape.kernel[d]), body);
  };
  auto scaled = [&](Value index, int64_t d) {
    return code.mul(index, code.i64(shape.dilations[d]));
  };
  forExtent(0, [&](Value a) {
    forExtent(1, [&](Value b) {
      forExtent(2, [&](Value c) {
        Value index = code.add(code.mul(a, code.i64(shape.kernel[1])), b);
        index = code.add(code.mul(index, code.i64(shape.kernel[2])), c);
        Value at[3] = {scaled(a, 0), scaled(b, 1), scaled(c, 2)};
        Value offset = code.add(code.mul(at[0], in[1]), at[1]);
        offset = code.add(code.mul(offset, in[2]), at[2]);
        write(taps, index, 0, code.mul(offset, code.i64(shape.channels)));
        for (int64_t d = 0; d < 3; ++d)
          write(taps, index, d + 1, at[d]);
      });
    });
  });
}

/// The pixels of the table; returns whether all windows are inside the input.
Value WindowTable::fillRows(unsigned count, Value pixel) {
  Value c = code.remainder(pixel, out[2]), rest = code.quotient(pixel, out[2]);
  Value b = code.remainder(rest, out[1]);
  rest = code.quotient(rest, out[1]);
  Value a = code.remainder(rest, out[0]), n = code.quotient(rest, out[0]);
  Value yes = code.integer(code.builder.getI1Type(), 1), one = code.i64(1);
  auto body = [&](Value i, ValueRange carried) -> CodeBuilder::Values {
    Value at[3], inside = carried[4], offset = carried[0];
    for (int64_t d = 0; d < 3; ++d) {
      at[d] = code.sub(code.mul(carried[d + 1], code.i64(shape.strides[d])),
                       code.i64(shape.begins[d]));
      offset = code.add(code.mul(offset, in[d]), at[d]);
      int64_t reach = (shape.kernel[d] - 1) * shape.dilations[d] + 1;
      inside = code.bitAnd(inside, code.ge(at[d], code.i64(0)));
      inside = code.bitAnd(
          inside, code.ge(in[d], code.add(at[d], code.i64(reach))));
      write(rows, i, d + 1, at[d]);
    }
    write(rows, i, 0, code.mul(offset, code.i64(shape.channels)));

    // The next pixel, unless this is the last one.
    Value more = code.lt(code.add(code.add(pixel, i), one), pixels);
    Value next[4];
    Value carry = more;
    for (int64_t d = 2; d >= 0; --d) {
      Value up = code.add(carried[d + 1], one);
      Value wraps = code.eq(up, out[d]);
      next[d + 1] = code.select(
          carry, code.select(wraps, code.i64(0), up), carried[d + 1]);
      carry = code.bitAnd(carry, wraps);
    }
    next[0] = code.select(carry, code.add(carried[0], one), carried[0]);
    return {next[0], next[1], next[2], next[3], inside};
  };
  return code.loop(code.i64(0), code.i64(count), {n, a, b, c, yes}, body)[4];
}

static void storePointer(CodeBuilder &code, Value pointer, Value table,
                         Value index) {
  LLVM::StoreOp::create(code.builder, code.loc, pointer,
                        code.at(table, code.builder.getI64Type(), index),
                        /*alignment=*/8);
}

void WindowTable::fillInterior(unsigned count) {
  code.loop(code.i64(0), code.i64(shape.taps), [&](Value tap) {
    Value first = code.at(input, element, read(taps, tap, 0));
    Value index = code.mul(tap, code.i64(count));
    for (unsigned i = 0; i < count; ++i)
      storePointer(code,
                   code.at(first, element, read(rows, code.i64(i), 0)), table,
                   code.add(index, code.i64(i)));
  });
}

/// Whether a tap of a row is inside the input.
Value WindowTable::isInside(Value row, Value tap) {
  Value inside = code.integer(code.builder.getI1Type(), 1);
  for (int64_t d = 0; d < 3; ++d) {
    Value at = code.add(read(rows, row, d + 1), read(taps, tap, d + 1));
    // Unsigned: what is negative is large.
    Value below = arith::CmpIOp::create(code.builder, code.loc,
                                        arith::CmpIPredicate::ult, at, in[d]);
    inside = code.bitAnd(inside, below);
  }
  return inside;
}

void WindowTable::fillBorder(unsigned count) {
  code.loop(code.i64(0), code.i64(shape.taps), [&](Value tap) {
    code.loop(code.i64(0), code.i64(count), [&](Value i) {
      Value offset = code.add(read(rows, i, 0), read(taps, tap, 0));
      Value own = code.at(input, element, offset);
      storePointer(code, code.select(isInside(i, tap), own, pad), table,
                   code.add(code.mul(tap, code.i64(count)), i));
    });
  });
}

Value WindowTable::fill(unsigned count, Value pixel, int64_t slack) {
  Value inside = fillRows(count, pixel);
  code.choose(inside, [&] { fillInterior(count); },
              [&] { fillBorder(count); });
  if (slack == 0)
    return inside;
  // Offsets ascend, so the last tap of the last row reaches farthest.
  Value reach = code.add(read(rows, code.i64(count - 1), 0),
                         read(taps, code.i64(shape.taps - 1), 0));
  reach = code.add(reach, code.i64(shape.channels + slack));
  return code.bitAnd(inside, code.ge(inputSize, reach));
}

Value WindowTable::countInside() {
  Type i32 = code.builder.getI32Type();
  Value zero = code.integer(i32, 0), one = code.integer(i32, 1);
  return code.loop(code.i64(0), code.i64(shape.taps), {zero},
                   [&](Value tap, ValueRange carried) -> CodeBuilder::Values {
                     Value more =
                         code.select(isInside(code.i64(0), tap), one, zero);
                     return {code.add(carried[0], more)};
                   })[0];
}
