//===- Conv.cpp - Convolutions as products of windows ---------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Implicit matrix product: output pixels are rows, taps times channels are k, and
// the packed filter is the right side. Nothing is copied: a tile reads its rows
// through the window table. What has no packed filter (groups, filters computed at
// run time) is DirectConv.cpp's.
//
//===----------------------------------------------------------------------===//

#include "../Panels.h"
#include "DirectConv.h"
#include "Epilogue.h"
#include "Indexing.h"
#include "MicroKernel.h"
#include "WindowTable.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

namespace {

/// What grid, scratch size and code agree on.
struct Plan {
  bool isFloat;
  int64_t panel, panels, blockRows;
  ScratchLayout layout;
  WindowShape window;
  int64_t startAt, accAt;

  explicit Plan(qnn::ConvOp op)
      : window(cast<RankedTensorType>(op.getInput().getType()),
               op.getKernelShape(), op.getStrides(), op.getDilations(),
               op.getPads(), maxTileRows, layout) {
    auto input = cast<RankedTensorType>(op.getInput().getType());
    isFloat = input.getElementType().isF32();
    panel = op.getPanel();
    panels = llvm::divideCeil(op.getColumns(), panel);
    blockRows = chooseBlockRows(
        panels, window.taps * window.channels * (isFloat ? 4 : 1));
    startAt = layout.take(panel * 4);
    accAt = layout.take(maxTileRows * panel * 4);
  }
};

class ConvEmitter {
public:
  ConvEmitter(KernelContext &ctx, qnn::ConvOp op)
      : ctx(ctx), code(ctx), op(op), plan(op),
        tile(Tile::choose(*ctx.isa, getElement(op.getInput()),
                          getElement(op.getFilter()), plan.panel,
                          /*constant=*/true)),
        window(ctx, plan.window, op.getInput(), op.getResult(), getPad()),
        epilogue(ctx, op.getEpilogue(), op.getExtras(), op.getResult(),
                 /*panels=*/true),
        accType(plan.isFloat ? Type(code.builder.getF32Type())
                             : Type(code.builder.getI32Type())) {
    start = scratchAt(plan.startAt);
    acc = scratchAt(plan.accAt);
    filter = ctx.buffer(op.getFilter());
    columns = code.i64(op.getColumns());
  }

  void emit() {
    if (!tile.flipsLhs(*ctx.isa)) {
      Value zeros = code.integer(
          VectorType::get(rowLanes, code.builder.getI32Type()), 0);
      for (int64_t i = 0; i < plan.panel; i += rowLanes)
        code.store(zeros, start, code.builder.getI32Type(), code.i64(i));
    }
    code.loop(ctx.begin, ctx.end, [&](Value item) {
      Value panel = code.remainder(item, code.i64(plan.panels));
      Value block = code.quotient(item, code.i64(plan.panels));
      Value first = code.mul(block, code.i64(plan.blockRows));
      Value last = code.min(code.add(first, code.i64(plan.blockRows)),
                            window.pixels);
      emitBlock(panel, first, last);
    });
  }

private:
  KernelContext &ctx;
  CodeBuilder code;
  qnn::ConvOp op;
  Plan plan;
  Tile tile;
  WindowTable window;
  Epilogue epilogue;
  Type accType;
  Value start, acc, filter, columns;


  Value scratchAt(int64_t offset) {
    return code.at(ctx.scratch, code.builder.getI8Type(), code.i64(offset));
  }

  Value getPad() {
    return code.constant(getSignless(getElement(op.getInput())),
                         static_cast<int64_t>(op.getPadCode()));
  }

  /// Steps of k per tap of the packed filter.
  int64_t steps() const {
    int64_t channels = plan.window.channels;
    return plan.isFloat ? channels : llvm::divideCeil(channels, 4);
  }

  void emitBlock(Value panel, Value first, Value last) {
    Value column = code.mul(panel, code.i64(plan.panel));
    int64_t panelSteps = plan.window.taps * steps();
    Value weights =
        code.at(filter, accType, code.mul(column, code.i64(panelSteps)));
    if (tile.flipsLhs(*ctx.isa))
      callStart(ctx, tile, weights, code.i64(panelSteps), start);
    Value width = code.min(code.sub(columns, column), code.i64(plan.panel));
    auto emitTile = [&](Value pixel) {
      Value count = code.min(code.sub(last, pixel), code.i64(tile.rows));
      callTileFor(
          ctx, tile, count, getKnownInteger(window.pixels),
          [&](unsigned rows) { return prepare(rows, pixel, weights); });
      code.loop(code.i64(0), count, [&](Value i) {
        Value own = code.at(acc, accType, code.mul(i, code.i64(plan.panel)));
        epilogue.emitRow(code.add(pixel, i), column, width, own, accType);
      });
    };
    code.loop(first, last, emitTile, tile.rows);
  }

  TileCall prepare(unsigned rows, Value pixel, Value weights) {
    int64_t channels = plan.window.channels;
    Value k = code.i64(channels), tail = code.i64(0);
    if (plan.isFloat) {
      window.fill(rows, pixel);
    } else if (channels % 4 == 0) {
      window.fill(rows, pixel);
      k = code.i64(channels / 4);
    } else {
      // Inside the input, whole groups may be read; at its end, and in padding
      // next to it, exactly what is there.
      Value safe = window.fill(rows, pixel, 4 - channels % 4);
      k = code.select(safe, code.i64(steps()), code.i64(channels / 4));
      tail = code.select(safe, code.i64(0), code.i64(channels % 4));
    }
    return {window.getTable(), code.i64(plan.window.taps), k, tail, weights,
            start,             code.i64(0),                acc};
  }
};

} // namespace

static std::pair<Value, Value> convGrid(KernelContext &ctx) {
  auto op = cast<qnn::ConvOp>(ctx.op);
  if (isPackedDepthwise(op))
    return depthwiseGrid(ctx);
  if (!op.getPanel())
    return directConvGrid(ctx);
  CodeBuilder code(ctx);
  Plan plan(op);
  Value result = op.getResult();
  int64_t rank = cast<RankedTensorType>(result.getType()).getRank();
  Value pixels = ctx.size(result, 0, rank - 1);
  Value items = code.mul(code.ceilDiv(pixels, plan.blockRows),
                         code.i64(plan.panels));
  int64_t k = plan.window.taps * plan.window.channels;
  Value rows = code.min(pixels, code.i64(plan.blockRows));
  Value products = code.mul(rows, code.i64(plan.panel * k));
  return {items, plan.isFloat ? products : code.ceilDiv(products, 4)};
}

static LogicalResult convBody(KernelContext &ctx) {
  auto op = cast<qnn::ConvOp>(ctx.op);
  if (isPackedDepthwise(op))
    return depthwiseBody(ctx);
  if (!op.getPanel())
    return directConvBody(ctx);
  ConvEmitter(ctx, op).emit();
  return success();
}

static int64_t convScratch(Operation *op) {
  auto conv = cast<qnn::ConvOp>(op);
  if (isPackedDepthwise(conv))
    return depthwiseScratch(conv);
  return conv.getPanel() ? Plan(conv).layout.bytes() : directConvScratch(conv);
}

static LogicalResult checkConv(Operation *op) {
  auto input = cast<RankedTensorType>(op->getOperand(0).getType());
  if (input.isDynamicDim(input.getRank() - 1))
    return op->emitError("the number of channels of ")
           << input << " is not known; it has to be for a convolution";
  return success();
}

void quantc::addConvKernels(KernelRegistry &registry) {
  registry.add<qnn::ConvOp>({convGrid, convBody, convScratch, checkConv});
  addConvTransposeKernels(registry);
}
