//===- MatMul.cpp - Matrix products ---------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A work item is one panel of columns and one block of rows. A packed right side
// (a weight) is multiplied in place; one computed at run time is packed by the
// work item, a piece of k at a time, into the worker's scratch, and the
// accumulators of the block's rows wait there between pieces.
//
//===----------------------------------------------------------------------===//

#include "../Panels.h"
#include "Epilogue.h"
#include "Indexing.h"
#include "MicroKernel.h"
#include "PackPanel.h"
#include "TileLoop.h"
#include "quantc/Dialect/QNN/IR/QNN.h"
#include "quantc/Support/Orders.h"

using namespace mlir;
using namespace quantc;

/// Steps of k (numbers, or groups of four codes) packed at a time; of floats, a
/// block of the sum.
static constexpr int64_t stepsPerPiece = productBlock;
/// Rows of a work item whose right side is not packed: their accumulators wait.
static constexpr int64_t unpackedBlockRows = 96;


namespace {

/// What grid, scratch size and code agree on.
struct Plan {
  bool packed, isFloat;
  int64_t panel, blockRows;
  ScratchLayout layout;
  int64_t tableAt, startAt, accAt, pieceAt = 0;

  explicit Plan(qnn::MatMulOp op) {
    packed = op.getPanel() != 0;
    isFloat = getElement(op.getLhs()).isF32();
    auto result = cast<RankedTensorType>(op.getResult().getType());
    auto lhs = cast<RankedTensorType>(op.getLhs().getType());
    int64_t columns = result.getShape().back(), k = lhs.getShape().back();
    bool known = !ShapedType::isDynamic(columns);
    panel = packed ? op.getPanel() : known ? choosePanel(columns) : defaultPanel;
    int64_t panels = known ? llvm::divideCeil(columns, panel) : 8;
    int64_t rowBytes = ShapedType::isDynamic(k) ? 1024 : k * (isFloat ? 4 : 1);
    blockRows = packed ? chooseBlockRows(panels, rowBytes) : unpackedBlockRows;
    tableAt = layout.take(maxTileRows * 8);
    startAt = layout.take(panel * 4);
    accAt = layout.take(((packed ? 0 : blockRows) + maxTileRows) * panel * 4);
    if (!packed)
      pieceAt = layout.take(stepsPerPiece * panel * 4);
  }
};

/// The extents of a product as values.
struct Extents {
  Value batches, rows, columns, k, panels, blocks;

  Extents(KernelContext &ctx, qnn::MatMulOp op, const Plan &plan) {
    CodeBuilder code(ctx);
    Value result = op.getResult();
    int64_t rank = cast<RankedTensorType>(result.getType()).getRank();
    // Rows of all batches are one matrix when they share the right side.
    bool shared = plan.packed ||
                  cast<RankedTensorType>(op.getRhs().getType()).getRank() == 2;
    batches = shared ? code.i64(1) : ctx.size(result, 0, rank - 2);
    rows = shared ? ctx.size(result, 0, rank - 1) : ctx.dim(result, -2);
    columns = ctx.dim(result, -1);
    k = ctx.dim(op.getLhs(), -1);
    panels = code.ceilDiv(columns, plan.panel);
    blocks = code.ceilDiv(rows, plan.blockRows);
  }
};

/// Writes the code of one kernel.
class MatMulEmitter {
public:
  MatMulEmitter(KernelContext &ctx, qnn::MatMulOp op)
      : ctx(ctx), code(ctx), op(op), plan(op), extents(ctx, op, plan),
        tile(Tile::choose(*ctx.isa, getElement(op.getLhs()),
                          getElement(op.getRhs()), plan.panel,
                          /*constant=*/plan.packed)),
        epilogue(ctx, op.getEpilogue(), op.getExtras(), op.getResult(),
                 /*panels=*/true),
        accType(plan.isFloat ? Type(code.builder.getF32Type())
                             : Type(code.builder.getI32Type())) {
    tile.addsBlock = plan.isFloat;
    // Numbers, or whole groups of four codes, and what is left.
    steps = plan.isFloat ? extents.k : code.quotient(extents.k, code.i64(4));
    tail = plan.isFloat ? code.i64(0)
                        : code.remainder(extents.k, code.i64(4));
    allSteps = plan.isFloat ? extents.k : code.ceilDiv(extents.k, 4);
    lhs = ctx.buffer(op.getLhs());
    rhs = ctx.buffer(op.getRhs());
    table = scratchAt(plan.tableAt);
    start = scratchAt(plan.startAt);
    acc = scratchAt(plan.accAt);
  }

  void emit() {
    if (plan.packed && !tile.flipsLhs(*ctx.isa))
      clear(start, code.i64(plan.panel));
    code.loop(ctx.begin, ctx.end, [&](Value item) {
      Value panel = code.remainder(item, extents.panels);
      Value rest = code.quotient(item, extents.panels);
      Value block = code.remainder(rest, extents.blocks);
      Value batch = code.quotient(rest, extents.blocks);
      Value first = code.mul(block, code.i64(plan.blockRows));
      Value last =
          code.min(code.add(first, code.i64(plan.blockRows)), extents.rows);
      if (plan.packed)
        emitPacked(panel, first, last);
      else
        emitUnpacked(batch, panel, first, last);
    });
  }

private:
  KernelContext &ctx;
  CodeBuilder code;
  qnn::MatMulOp op;
  Plan plan;
  Extents extents;
  Tile tile;
  Epilogue epilogue;
  Type accType;
  Value steps, tail, allSteps;
  Value lhs, rhs, table, start, acc;

  Value scratchAt(int64_t offset) {
    return code.at(ctx.scratch, code.builder.getI8Type(), code.i64(offset));
  }

  /// Zeros to `count` (a multiple of 16) 32-bit numbers.
  void clear(Value to, Value count) {
    Type i32 = code.builder.getI32Type();
    Value zeros = code.integer(VectorType::get(rowLanes, i32), 0);
    code.loop(
        code.i64(0), count, [&](Value i) { code.store(zeros, to, i32, i); },
        rowLanes);
  }

  /// Pointers to element `k` of `count` rows from `row` on, the last row again
  /// beyond it.
  void fillTable(unsigned count, Value base, Value row, Value k) {
    for (unsigned i = 0; i < count; ++i) {
      Value index = code.min(code.add(row, code.i64(i)),
                             code.sub(extents.rows, code.i64(1)));
      Value at = code.add(code.mul(index, extents.k), k);
      Value address = code.at(base, getElement(op.getLhs()), at);
      LLVM::StoreOp::create(code.builder, code.loc, address,
                            code.at(table, code.builder.getI64Type(),
                                    code.i64(i)),
                            /*alignment=*/8);
    }
  }

  void emitPacked(Value panel, Value first, Value last) {
    Value column = code.mul(panel, code.i64(plan.panel));
    Value weights = code.at(rhs, accType, code.mul(column, allSteps));
    if (tile.flipsLhs(*ctx.isa))
      callStart(ctx, tile, weights, allSteps, start);
    forTiles(first, last, [&](Value row, Value count) {
      if (plan.isFloat)
        emitBlocks(row, count, weights);
      else
        callTileFor(ctx, tile, count, getKnownInteger(extents.rows),
                    [&](unsigned rows) {
                      fillTable(rows, lhs, row, code.i64(0));
                      return getPackedCall(row, weights);
                    });
      emitEpilogue(row, count, column, acc);
    });
  }

  /// All of k of a tile of floats, a block at a time.
  void emitBlocks(Value row, Value count, Value weights) {
    clear(acc, code.mul(count, code.i64(plan.panel)));
    code.loop(
        code.i64(0), extents.k,
        [&](Value k) {
          Value size = code.min(code.sub(extents.k, k), code.i64(productBlock));
          Value block = code.at(weights, accType,
                                code.mul(k, code.i64(plan.panel)));
          callTileFor(ctx, tile, count, getKnownInteger(extents.rows),
                      [&](unsigned rows) -> TileCall {
                        fillTable(rows, lhs, row, k);
                        return {table, code.i64(1), size,
                                tail,  block,       acc,
                                code.i64(plan.panel), acc};
                      });
        },
        productBlock);
  }

  TileCall getPackedCall(Value row, Value weights) {
    Value whole = steps, rest = tail;
    if (!plan.isFloat && getKnownInteger(extents.k).value_or(1) % 4 != 0) {
      // Before the last rows, reading on to a whole group stays in the tensor.
      Value last = code.add(row, code.i64(tile.rows - 1));
      Value reach = code.add(code.mul(last, extents.k),
                             code.mul(allSteps, code.i64(4)));
      Value safe = code.ge(code.mul(extents.rows, extents.k), reach);
      whole = code.select(safe, allSteps, steps);
      rest = code.select(safe, code.i64(0), tail);
    }
    return {table, code.i64(1), whole, rest, weights, start, code.i64(0), acc};
  }

  void emitUnpacked(Value batch, Value panel, Value first, Value last) {
    Value column = code.mul(panel, code.i64(plan.panel));
    Value lhsMatrix = matrixAt(op.getLhs(), lhs, batch);
    Value rhsMatrix = matrixAt(op.getRhs(), rhs, batch);
    Value row0 = code.mul(batch, extents.rows);
    Value count = code.sub(last, first);
    clear(acc, code.mul(count, code.i64(plan.panel)));
    Value piece = scratchAt(plan.pieceAt);
    Value pieceSize = code.i64(stepsPerPiece * (plan.isFloat ? 1 : 4));
    code.loop(
        code.i64(0), extents.k,
        [&](Value k) {
          Value size = code.min(code.sub(extents.k, k), pieceSize);
          PanelSource source{rhsMatrix,     getElement(op.getRhs()),
                             extents.k,     extents.columns,
                             plan.panel};
          emitPackPanel(code, source, k, size, column, piece);
          forTiles(first, last, [&](Value row, Value rows) {
            emitPiece(lhsMatrix, piece, row, rows, first, k, size);
          });
        },
        stepsPerPiece * (plan.isFloat ? 1 : 4));
    code.loop(first, last, [&](Value row) {
      Value from = code.mul(code.sub(row, first), code.i64(plan.panel));
      epilogue.emitRow(code.add(row0, row), column, columnsFrom(column),
                       code.at(acc, accType, from), accType);
    });
  }

  /// Adds one piece of k to the accumulators of a tile.
  void emitPiece(Value lhsMatrix, Value piece, Value row, Value rows,
                 Value first, Value k, Value size) {
    Value whole = size, rest = code.i64(0);
    if (!plan.isFloat) {
      whole = code.quotient(size, code.i64(4));
      rest = code.remainder(size, code.i64(4));
    }
    Value own = code.at(
        acc, accType,
        code.mul(code.sub(row, first), code.i64(plan.panel)));
    callTileFor(ctx, tile, rows, getKnownInteger(extents.rows),
                [&](unsigned count) -> TileCall {
                  fillTable(count, lhsMatrix, row, k);
                  return {table, code.i64(1),        whole, rest, piece,
                          own,   code.i64(plan.panel), own};
                });
  }

  void forTiles(Value first, Value last,
                llvm::function_ref<void(Value, Value)> body) {
    code.loop(
        first, last,
        [&](Value row) {
          body(row, code.min(code.sub(last, row), code.i64(tile.rows)));
        },
        tile.rows);
  }

  Value columnsFrom(Value column) {
    return code.min(code.sub(extents.columns, column), code.i64(plan.panel));
  }

  void emitEpilogue(Value row, Value count, Value column, Value from) {
    code.loop(code.i64(0), count, [&](Value i) {
      Value own = code.at(from, accType, code.mul(i, code.i64(plan.panel)));
      epilogue.emitRow(code.add(row, i), column, columnsFrom(column), own,
                       accType);
    });
  }

  /// The matrix of batch number `batch` of the result.
  Value matrixAt(Value tensor, Value base, Value batch) {
    auto type = cast<RankedTensorType>(tensor.getType());
    if (type.getRank() == 2 || getKnownInteger(extents.batches) == 1)
      return base;
    Value index = getBroadcastIndex(ctx, tensor, op.getResult(), 2, batch);
    Value size = ctx.size(tensor, type.getRank() - 2, type.getRank());
    return code.at(base, type.getElementType(), code.mul(index, size));
  }
};

} // namespace

static std::pair<Value, Value> matMulGrid(KernelContext &ctx) {
  auto op = cast<qnn::MatMulOp>(ctx.op);
  CodeBuilder code(ctx);
  Plan plan(op);
  Extents extents(ctx, op, plan);
  Value items = code.mul(code.mul(extents.panels, extents.blocks),
                         extents.batches);
  Value rows = code.min(extents.rows, code.i64(plan.blockRows));
  // Sixteen products of numbers, sixty-four of codes, cost about as much as one
  // scalar operation on sixteen lanes.
  Value products = code.mul(code.mul(rows, code.i64(plan.panel)), extents.k);
  return {items, plan.isFloat ? products : code.ceilDiv(products, 4)};
}

static LogicalResult matMulBody(KernelContext &ctx) {
  MatMulEmitter(ctx, cast<qnn::MatMulOp>(ctx.op)).emit();
  return success();
}

static int64_t matMulScratch(Operation *op) {
  return Plan(cast<qnn::MatMulOp>(op)).layout.bytes();
}

void quantc::addMatMulKernels(KernelRegistry &registry) {
  registry.add<qnn::MatMulOp>({matMulGrid, matMulBody, matMulScratch, nullptr});
}
