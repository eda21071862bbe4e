//===- Observe.cpp - Counting values for calibration ----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The state of an observer is QUANTC_OBSERVER_BYTES: 65536 counts by the upper 16
// bits of a value, then minimum and maximum. Counts are shared, so a tensor is
// one work item.
//
//===----------------------------------------------------------------------===//

#include "Indexing.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

using Values = CodeBuilder::Values;

/// Where minimum and maximum lie, in floats.
static constexpr int64_t rangeOffset = 65536 * 2;

static std::pair<Value, Value> observeGrid(KernelContext &ctx) {
  return {ctx.constant(1), ctx.size(ctx.op->getOperand(0))};
}

static void countValues(KernelContext &ctx, Value state) {
  CodeBuilder code(ctx);
  Value x = ctx.op->getOperand(0);
  Type i32 = ctx.builder.getI32Type(), i64 = ctx.builder.getI64Type();
  code.loop(code.i64(0), ctx.size(x), [&](Value i) {
    Value bits = code.bitcast(code.load(ctx.buffer(x), getElement(x), i), i32);
    bits = arith::ShRUIOp::create(ctx.builder, ctx.loc, bits,
                                  code.integer(i32, 16));
    Value bucket = arith::ExtUIOp::create(ctx.builder, ctx.loc, i64, bits);
    Value count = code.load(state, i64, bucket);
    code.store(code.add(count, code.i64(1)), state, i64, bucket);
  });
}

static void extendRange(KernelContext &ctx, Value state) {
  CodeBuilder code(ctx);
  Value x = ctx.op->getOperand(0);
  Type f32 = ctx.builder.getF32Type();
  Value least = code.load(state, f32, code.i64(rangeOffset));
  Value most = code.load(state, f32, code.i64(rangeOffset + 1));
  Values lanes = code.chunks(
      ctx.size(x), ValueRange{code.splat(least), code.splat(most)},
      [&](Value i, Value mask, ValueRange carried) {
        // Lanes beyond the end repeat the first element.
        Value fill = mask ? code.load(ctx.buffer(x), f32, code.i64(0)) : Value();
        Value v = code.loadVector(ctx.buffer(x), f32, i, mask, fill);
        return Values{code.min(v, carried[0]), code.max(v, carried[1])};
      });
  code.store(code.treeMin(lanes[0]), state, f32, code.i64(rangeOffset));
  code.store(code.treeMax(lanes[1]), state, f32, code.i64(rangeOffset + 1));
}

static LogicalResult emitObserve(KernelContext &ctx) {
  CodeBuilder code(ctx);
  code.loop(ctx.begin, ctx.end, [&](Value) {
    Value state = ctx.state();
    countValues(ctx, state);
    extendRange(ctx, state);
  });
  return success();
}

static LogicalResult checkObserve(Operation *op) {
  if (getElement(op->getOperand(0)).isF32())
    return success();
  return op->emitError("found elements of type ")
         << getElement(op->getOperand(0)) << "; f32 can be observed";
}

void quantc::addObserveKernels(KernelRegistry &registry) {
  registry.add<qnn::ObserveOp>(
      {observeGrid, emitObserve, nullptr, checkObserve});
}
