//===- Depthwise.cpp - Depthwise convolutions on codes --------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Products that sum four codes need the four next to each other: here they are
// four taps of one channel. Four taps of a few channels are loaded and their
// bytes interleaved by two rounds of unpacking, which work inside 128 bits; the
// groups of four channels are dealt out to those beforehand, so that channels come
// out in order:
//
//   tap 0  a0 a1 a2 ...                           a0 b0 c0 d0 a1 b1 c1 d1 ...
//   tap 1  b0 b1 b2 ...   a0 b0 a1 b1 ...    ->
//   tap 2  c0 c1 c2 ...   c0 d0 c1 d1 ...         times the packed filter,
//   tap 3  d0 d1 d2 ...                           [taps / 4][channel][4]
//
// Taps beyond the last one have weights of zero.
//
//===----------------------------------------------------------------------===//

#include "DirectConv.h"
#include "Epilogue.h"
#include "Products.h"
#include "WindowTable.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

/// Output pixels of one work item, and of one table of pointers.
static constexpr int64_t blockPixels = 16;
/// Taps that are multiplied together, and vectors of channels done at once.
static constexpr int64_t group = 4;

static Type getElement(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getElementType();
}

namespace {

struct Plan {
  ScratchLayout layout;
  WindowShape window;
  int64_t startAt, accAt;

  explicit Plan(qnn::ConvOp op)
      : window(cast<RankedTensorType>(op.getInput().getType()),
               op.getKernelShape(), op.getStrides(), op.getDilations(),
               op.getPads(), blockPixels, layout),
        startAt(layout.take(group * rowLanes * 4)),
        accAt(layout.take(group * rowLanes * 4)) {}
};

class DepthwiseEmitter {
public:
  using Values = CodeBuilder::Values;

  DepthwiseEmitter(KernelContext &ctx, qnn::ConvOp op)
      : ctx(ctx), code(ctx), op(op), plan(op), tile(chooseTile(ctx, op)),
        products(code, tile, *ctx.isa),
        window(ctx, plan.window, op.getInput(), op.getResult(), getPad()),
        epilogue(ctx, op.getEpilogue(), op.getExtras(), op.getResult(),
                 /*panels=*/true),
        channels(op.getColumns()), width(group * tile.lanes),
        filter(ctx.buffer(op.getFilter())), start(scratchAt(plan.startAt)),
        acc(scratchAt(plan.accAt)) {}

  void emit() {
    Type i32 = code.builder.getI32Type();
    Value zeros = code.integer(VectorType::get(rowLanes, i32), 0);
    for (int64_t i = 0; i < width; i += rowLanes)
      code.store(zeros, start, i32, code.i64(i));
    code.loop(ctx.begin, ctx.end, [&](Value item) {
      Value first = code.mul(item, code.i64(blockPixels));
      window.fill(blockPixels, first);
      Value count =
          code.min(code.sub(window.pixels, first), code.i64(blockPixels));
      code.loop(code.i64(0), count, [&](Value i) {
        emitPixel(code.add(first, i), i);
      });
    });
  }

private:
  KernelContext &ctx;
  CodeBuilder code;
  qnn::ConvOp op;
  Plan plan;
  Tile tile;
  Products products;
  WindowTable window;
  Epilogue epilogue;
  int64_t channels, width;
  Value filter, start, acc;

  Value scratchAt(int64_t offset) {
    return code.at(ctx.scratch, code.builder.getI8Type(), code.i64(offset));
  }

  /// Columns of a tile here are channels, and so are its left sides.
  static Tile chooseTile(KernelContext &ctx, qnn::ConvOp op) {
    Tile tile = Tile::choose(*ctx.isa, getElement(op.getInput()),
                             getElement(op.getFilter()), op.getPanel(),
                             /*constant=*/false);
    tile.vectors = group;
    return tile;
  }

  Value getPad() {
    return code.constant(getSignless(getElement(op.getInput())),
                         static_cast<int64_t>(op.getPadCode()));
  }

  /// All channels of output pixel `pixel`, the `slot`-th of the table. The last
  /// channels are done from where whole vectors end with them; some twice.
  void emitPixel(Value pixel, Value slot) {
    if (channels < width)
      return emitChannels(pixel, slot, code.i64(0), channels);
    int64_t whole = channels / width * width;
    code.loop(
        code.i64(0), code.i64(whole),
        [&](Value channel) { emitChannels(pixel, slot, channel, width); },
        width);
    if (whole < channels)
      emitChannels(pixel, slot, code.i64(channels - width), width);
  }

  void emitChannels(Value pixel, Value slot, Value channel, int64_t count) {
    Type i32 = code.builder.getI32Type();
    Values sums = products.start(start, code.i64(0));
    for (int64_t tap = 0; tap < plan.window.taps; tap += group) {
      Value row = code.add(code.i64(tap / group * op.getPanel()), channel);
      Values weights = products.loadRhs(code.at(filter, i32, row));
      Values codes = loadCodes(tap, slot, channel, count);
      for (auto [sum, a, b] : llvm::zip_equal(sums, codes, weights))
        sum = products.accumulate(sum, a, b);
    }
    products.finish(sums, start, code.i64(0), acc, code.i64(0));
    epilogue.emitRow(pixel, channel, code.i64(count), acc, i32);
  }

  Value shuffle(Value a, Value b, function_ref<int64_t(int64_t)> source) {
    SmallVector<int64_t> places;
    int64_t size = cast<VectorType>(a.getType()).getNumElements();
    for (int64_t i = 0; i < size; ++i)
      places.push_back(source(i));
    return vector::ShuffleOp::create(code.builder, code.loc, a, b, places);
  }

  Value bitcast(Value a, unsigned bits) {
    auto type = cast<VectorType>(a.getType());
    int64_t size = type.getNumElements() * type.getElementTypeBitWidth();
    return vector::BitCastOp::create(
        code.builder, code.loc,
        VectorType::get(size / bits, code.builder.getIntegerType(bits)), a);
  }

  /// The codes of `count` channels at one tap, four channels at a time dealt out
  /// to the 128-bit parts of the vector.
  Value loadTap(int64_t tap, Value slot, Value channel, int64_t count) {
    Value entry = code.add(code.i64(tap * blockPixels), slot);
    Value address =
        code.at(window.getTable(), code.builder.getI64Type(), entry);
    Value row = LLVM::LoadOp::create(code.builder, code.loc,
                                     window.getTable().getType(), address,
                                     /*alignment=*/8);
    Value mask;
    if (count < width) {
      SmallVector<bool> exists(width, false);
      std::fill_n(exists.begin(), count, true);
      auto type = VectorType::get(width, code.builder.getI1Type());
      mask = arith::ConstantOp::create(
          code.builder, code.loc, DenseElementsAttr::get(type, exists));
    }
    Value codes = code.loadVector(row, code.builder.getI8Type(), channel, mask,
                                  {}, width);
    codes = bitcast(codes, 32);
    int64_t parts = tile.lanes / 4;
    codes = shuffle(codes, codes, [&](int64_t i) {
      return i % 4 * parts + i / 4;
    });
    return bitcast(codes, 8);
  }

  /// Elements of `a` and `b` in turn, from the lower or upper half of each 128
  /// bits.
  Value unpack(Value a, Value b, bool upper) {
    int64_t size = cast<VectorType>(a.getType()).getNumElements();
    int64_t part = size * 4 / tile.lanes; // elements in 128 bits
    return shuffle(a, b, [&](int64_t i) {
      int64_t place = i / part * part + i % part / 2 + (upper ? part / 2 : 0);
      return i % 2 ? size + place : place;
    });
  }

  /// Left sides of `accumulate`: four codes of each channel.
  Values loadCodes(int64_t tap, Value slot, Value channel, int64_t count) {
    Value taps[group];
    for (int64_t t = 0; t < group; ++t)
      taps[t] = tap + t < plan.window.taps
                    ? loadTap(tap + t, slot, channel, count)
                    : taps[0];
    Values result;
    for (bool upper : {false, true}) {
      Value low = bitcast(unpack(taps[0], taps[1], upper), 16);
      Value high = bitcast(unpack(taps[2], taps[3], upper), 16);
      for (bool upperWords : {false, true})
        result.append(
            products.asLhs(bitcast(unpack(low, high, upperWords), 8)));
    }
    return result;
  }
};

} // namespace

bool quantc::isPackedDepthwise(qnn::ConvOp op) {
  return op.getPanel() && op.getGroup() > 1;
}

std::pair<Value, Value> quantc::depthwiseGrid(KernelContext &ctx) {
  auto op = cast<qnn::ConvOp>(ctx.op);
  CodeBuilder code(ctx);
  Value result = op.getResult();
  int64_t rank = cast<RankedTensorType>(result.getType()).getRank();
  Value items = code.ceilDiv(ctx.size(result, 0, rank - 1), blockPixels);
  int64_t each = op.getColumns() * Plan(op).window.taps;
  return {items, code.i64(blockPixels * each)};
}

LogicalResult quantc::depthwiseBody(KernelContext &ctx) {
  DepthwiseEmitter(ctx, cast<qnn::ConvOp>(ctx.op)).emit();
  return success();
}

int64_t quantc::depthwiseScratch(Operation *op) {
  return Plan(cast<qnn::ConvOp>(op)).layout.bytes();
}
