//===- Pool.cpp - Window reductions ---------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Sixteen channels at a time, pixel by pixel; taps ascending into one accumulator
// per output (docs/Numerics.md). Padding holds what changes nothing: the lowest
// value of a maximum, zero (or the counted padding) of a sum.
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"
#include "PlainPool.h"
#include "WindowTable.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

/// Output pixels of one work item.
static constexpr int64_t blockPixels = 16;

static RankedTensorType getType(Value tensor) {
  return cast<RankedTensorType>(tensor.getType());
}

namespace {

template <typename OpTy> struct Plan {
  ScratchLayout layout;
  WindowShape window;

  explicit Plan(OpTy op)
      : window(getType(op.getInput()), op.getKernelShape(), op.getStrides(),
               op.getDilations(), op.getPads(), /*rows=*/1, layout) {}
};

} // namespace

static Value loadPointer(CodeBuilder &code, Value table, Value index) {
  return LLVM::LoadOp::create(code.builder, code.loc, table.getType(),
                              code.at(table, code.builder.getI64Type(), index),
                              /*alignment=*/8);
}

/// Calls `body` for the output pixels of the work items.
static void forPixels(KernelContext &ctx, Value pixels,
                      llvm::function_ref<void(Value)> body) {
  CodeBuilder code(ctx);
  Value size = code.i64(blockPixels);
  code.loop(code.mul(ctx.begin, size),
            code.min(code.mul(ctx.end, size), pixels), body);
}

static std::pair<Value, Value> poolGrid(KernelContext &ctx, Value taps) {
  CodeBuilder code(ctx);
  Value result = ctx.op->getResult(0);
  int64_t rank = getType(result).getRank();
  Value items = code.ceilDiv(ctx.size(result, 0, rank - 1), blockPixels);
  Value each = code.mul(ctx.dim(result, -1), taps);
  return {items, code.mul(each, code.i64(blockPixels))};
}

static LogicalResult checkPool(Operation *op) {
  RankedTensorType input = getType(op->getOperand(0));
  if (input.isDynamicDim(input.getRank() - 1))
    return op->emitError("the number of channels of ")
           << input << " is not known; it has to be for a pool";
  return success();
}

//===----------------------------------------------------------------------===//
// Maximum
//===----------------------------------------------------------------------===//

/// The value that loses against all others.
static Value getLowest(CodeBuilder &code, Type element) {
  if (isa<FloatType>(element))
    return code.infinity(element, /*negative=*/true);
  return code.integer(getSignless(element),
                      element.isUnsignedInteger() ? 0 : -128);
}

static Value takeMax(CodeBuilder &code, Type element, Value x, Value acc) {
  if (isa<FloatType>(element))
    return code.max(x, acc);
  if (element.isUnsignedInteger())
    return arith::MaxUIOp::create(code.builder, code.loc, x, acc);
  return arith::MaxSIOp::create(code.builder, code.loc, x, acc);
}

static LogicalResult maxPoolBody(KernelContext &ctx) {
  auto op = cast<qnn::MaxPoolOp>(ctx.op);
  CodeBuilder code(ctx);
  Plan<qnn::MaxPoolOp> plan(op);
  Type element = getType(op.getInput()).getElementType();
  Value lowest = getLowest(code, element);
  WindowTable window(ctx, plan.window, op.getInput(), op.getResult(), lowest);
  Value result = ctx.buffer(op.getResult());
  Value channels = code.i64(plan.window.channels);
  forPixels(ctx, window.pixels, [&](Value pixel) {
    window.fill(1, pixel);
    Value target = code.mul(pixel, channels);
    code.chunks(channels, [&](Value i, Value mask) {
      auto step = [&](Value tap, ValueRange acc) -> CodeBuilder::Values {
        Value row = loadPointer(code, window.getTable(), tap);
        Value x = code.loadVector(row, element, i, mask);
        return {takeMax(code, element, x, acc[0])};
      };
      Value most = code.loop(code.i64(0), code.i64(plan.window.taps),
                             {code.splat(lowest)}, step)[0];
      code.store(most, result, element, code.add(target, i), mask);
    });
  });
  return success();
}

//===----------------------------------------------------------------------===//
// Sum
//===----------------------------------------------------------------------===//

/// Whether the window is the whole of every dimension.
static bool isGlobal(qnn::AveragePoolOp op) {
  return llvm::all_of(op.getKernelShape(), [](int64_t k) { return k == -1; });
}

namespace {

/// Adds rows of channels up.
class Summation {
public:
  Summation(KernelContext &ctx, qnn::AveragePoolOp op)
      : code(ctx), element(getType(op.getInput()).getElementType()),
        number(isa<FloatType>(element) ? element
                                       : Type(code.builder.getI32Type())) {}

  /// Sum over rows [0, count) of channels from `i` on; `row` gives their buffer.
  Value sum(Value count, Value i, Value mask,
            llvm::function_ref<Value(Value)> row) {
    Value zero = code.constant(VectorType::get(rowLanes, number), 0);
    auto step = [&](Value index, ValueRange acc) -> CodeBuilder::Values {
      Value x = code.loadVector(row(index), element, i, mask);
      return {code.add(acc[0], widen(x))};
    };
    return code.loop(code.i64(0), count, {zero}, step)[0];
  }

private:
  CodeBuilder code;
  Type element, number;

  Value widen(Value x) {
    auto type = cast<VectorType>(x.getType()).clone(number);
    if (x.getType() == type)
      return x;
    if (element.isUnsignedInteger())
      return arith::ExtUIOp::create(code.builder, code.loc, type, x);
    return arith::ExtSIOp::create(code.builder, code.loc, type, x);
  }
};

} // namespace

/// One output pixel per sample: the mean over all of its rows.
static LogicalResult globalPoolBody(KernelContext &ctx) {
  auto op = cast<qnn::AveragePoolOp>(ctx.op);
  CodeBuilder code(ctx);
  Value input = op.getInput(), source = ctx.buffer(input);
  RankedTensorType type = getType(input);
  Value rows = ctx.size(input, 1, type.getRank() - 1);
  Value channels = ctx.dim(input, -1);
  Value count = arith::TruncIOp::create(code.builder, code.loc,
                                        code.builder.getI32Type(), rows);
  Epilogue epilogue(ctx, op.getEpilogue(), op.getExtras(), op.getResult(),
                    /*panels=*/false);
  Summation summation(ctx, op);
  forPixels(ctx, ctx.dim(input, 0), [&](Value sample) {
    Value first = code.mul(sample, rows);
    auto row = [&](Value index) {
      return code.at(source, type.getElementType(),
                     code.mul(code.add(first, index), channels));
    };
    epilogue.emitRow(sample, code.i64(0), channels,
                     [&](Value i, Value mask) -> SmallVector<Value> {
                       return {summation.sum(rows, i, mask, row), count};
                     });
  });
  return success();
}

static LogicalResult averagePoolBody(KernelContext &ctx) {
  auto op = cast<qnn::AveragePoolOp>(ctx.op);
  if (isGlobal(op))
    return globalPoolBody(ctx);
  CodeBuilder code(ctx);
  Plan<qnn::AveragePoolOp> plan(op);
  Type element = getType(op.getInput()).getElementType();
  int64_t pad = op.getCountIncludePad() ? op.getPadCode() : 0;
  WindowTable window(ctx, plan.window, op.getInput(), op.getResult(),
                     code.constant(getSignless(element), pad));
  Epilogue epilogue(ctx, op.getEpilogue(), op.getExtras(), op.getResult(),
                    /*panels=*/false);
  Summation summation(ctx, op);
  Value taps = code.i64(plan.window.taps);
  forPixels(ctx, window.pixels, [&](Value pixel) {
    window.fill(1, pixel);
    Value count = code.integer(code.builder.getI32Type(), plan.window.taps);
    if (!op.getCountIncludePad())
      count = window.countInside();
    auto row = [&](Value tap) {
      return loadPointer(code, window.getTable(), tap);
    };
    epilogue.emitRow(pixel, code.i64(0), code.i64(plan.window.channels),
                     [&](Value i, Value mask) -> SmallVector<Value> {
                       return {summation.sum(taps, i, mask, row), count};
                     });
  });
  return success();
}

static LogicalResult checkAverage(Operation *op) {
  auto pool = cast<qnn::AveragePoolOp>(op);
  if (!isGlobal(pool) && llvm::is_contained(pool.getKernelShape(), -1))
    return op->emitError("a window that is the whole of some dimensions and "
                         "fixed in others is not supported");
  return isGlobal(pool) ? success() : checkPool(op);
}

static std::pair<Value, Value> averageGrid(KernelContext &ctx) {
  auto op = cast<qnn::AveragePoolOp>(ctx.op);
  Value input = op.getInput();
  if (isGlobal(op))
    return poolGrid(ctx, ctx.size(input, 1, getType(input).getRank() - 1));
  return poolGrid(ctx,
                  ctx.constant(Plan<qnn::AveragePoolOp>(op).window.taps));
}

static int64_t averageScratch(Operation *op) {
  auto pool = cast<qnn::AveragePoolOp>(op);
  return isGlobal(pool) ? 0
                        : Plan<qnn::AveragePoolOp>(pool).layout.bytes();
}

void quantc::addPoolKernels(KernelRegistry &registry) {
  registry.add<qnn::MaxPoolOp>(
      {[](KernelContext &ctx) {
         Plan<qnn::MaxPoolOp> plan(cast<qnn::MaxPoolOp>(ctx.op));
         return poolGrid(ctx, ctx.constant(plan.window.taps));
       },
       maxPoolBody,
       [](Operation *op) {
         return Plan<qnn::MaxPoolOp>(cast<qnn::MaxPoolOp>(op)).layout.bytes();
       },
       checkPool});
  addPlainPoolKernels(registry);
  addLocalResponseKernels(registry);
  registry.add<qnn::AveragePoolOp>(
      {averageGrid, averagePoolBody, averageScratch, checkAverage});
}
