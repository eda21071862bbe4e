//===- Pad.cpp - Kernels whose elements depend on where they are ----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Pad, Trilu and ReverseSequence. A work item is a row of the result: padded rows
// are a fill, a copy and a fill, or elements looked up one by one.
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "StridedCopy.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;

/// Rows along the last dimension (one element each for a scalar).
static std::pair<Value, Value> lastDimGrid(KernelContext &ctx) {
  Value result = ctx.op->getResult(0);
  int64_t rank = getRank(result);
  return {ctx.size(result, 0, std::max<int64_t>(rank - 1, 0)),
          rank ? ctx.dim(result, -1) : ctx.constant(1)};
}

//===----------------------------------------------------------------------===//
// Pad
//===----------------------------------------------------------------------===//

/// a mod n, not negative, for n > 0.
static Value floorMod(CodeBuilder &code, Value a, Value n) {
  Value rest = arith::RemSIOp::create(code.builder, code.loc, a, n);
  return code.select(code.lt(rest, code.i64(0)), code.add(rest, n), rest);
}

/// The source position for position `at`, relative to the source, outside of it
/// or not.
static Value lookUp(CodeBuilder &code, StringRef mode, Value at, Value extent) {
  Value zero = code.i64(0), one = code.i64(1);
  Value last = code.sub(extent, one);
  if (mode == "edge")
    return code.clamp(at, zero, last);
  if (mode == "wrap")
    return floorMod(code, at, extent);
  // Reflection repeats after there and back.
  Value period = code.max(code.mul(last, code.i64(2)), one);
  Value rest = floorMod(code, at, period);
  return code.select(code.gt(rest, last), code.sub(period, rest), rest);
}

namespace {
class Padding {
public:
  explicit Padding(KernelContext &ctx)
      : ctx(ctx), code(ctx), op(cast<onnx::PadOp>(ctx.op)),
        element(getElement(op.getData())), dims(getDims(ctx, op.getData())),
        strides(getStrides(code, dims)) {
    before.assign(dims.size(), code.i64(0));
    SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(dims.size()));
    if (op.getAxes())
      axes = *getInts(op.getAxes());
    for (auto [i, axis] : llvm::enumerate(axes))
      before[normalizeAxis(op.getData(), axis)] =
          loadInt(ctx, op.getPads(), i);
  }

  void emit() {
    Value output = op.getOutput();
    ValueList outDims = getDims(ctx, output);
    bool constant = op.getMode() == "constant";
    code.loop(ctx.begin, ctx.end, [&](Value item) {
      ValueList position = delinearize(
          code, item, ArrayRef<Value>(outDims).drop_back());
      Value source = code.i64(0), inside = code.integer(
          ctx.builder.getI1Type(), 1);
      for (auto [d, p] : llvm::enumerate(position)) {
        Value at = code.sub(p, before[d]);
        if (constant)
          inside = code.bitAnd(inside, isInside(at, dims[d]));
        else
          at = lookUp(code, op.getMode(), at, dims[d]);
        source = code.add(source, code.mul(at, strides[d]));
      }
      Value target = code.mul(item, outDims.back());
      if (constant)
        emitConstantRow(source, inside, target, outDims.back());
      else
        emitLookedUpRow(source, target, outDims.back());
    });
  }

private:
  KernelContext &ctx;
  CodeBuilder code;
  onnx::PadOp op;
  Type element;
  ValueList dims, strides, before;

  Value isInside(Value at, Value extent) {
    return code.bitAnd(code.ge(at, code.i64(0)), code.lt(at, extent));
  }

  void emitLookedUpRow(Value source, Value target, Value length) {
    Value from = ctx.buffer(op.getData()), to = ctx.buffer(op.getOutput());
    code.loop(code.i64(0), length, [&](Value i) {
      Value at = lookUp(code, op.getMode(), code.sub(i, before.back()),
                        dims.back());
      code.store(code.load(from, element, code.add(source, at)), to, element,
                 code.add(target, i));
    });
  }

  void emitConstantRow(Value source, Value inside, Value target,
                       Value length) {
    Value from = ctx.buffer(op.getData()), to = ctx.buffer(op.getOutput());
    Value zero = code.i64(0);
    Value value = op.getConstantValue()
                      ? code.load(ctx.buffer(op.getConstantValue()), element,
                                  zero)
                      : code.constant(getSignless(element), 0);
    // [0, front) filled, [front, back) copied, [back, length) filled.
    Value front = code.clamp(before.back(), zero, length);
    Value back =
        code.clamp(code.add(before.back(), dims.back()), front, length);
    front = code.select(inside, front, length);
    back = code.select(inside, back, length);
    emitFill(code, to, element, target, value, front);
    code.copy(to, code.add(target, front), from,
              code.add(source, code.sub(front, before.back())), element,
              code.sub(back, front));
    emitFill(code, to, element, code.add(target, back), value,
             code.sub(length, back));
  }
};
} // namespace

static LogicalResult checkPad(Operation *op) {
  auto pad = cast<onnx::PadOp>(op);
  if (pad.getAxes() && !getInts(pad.getAxes()))
    return op->emitError("found axes that are not constant; compiled code "
                         "supports constant ones");
  if (getRank(pad.getData()) == 0)
    return op->emitError("found a scalar; compiled code pads tensors");
  return success();
}

//===----------------------------------------------------------------------===//
// Trilu, ReverseSequence
//===----------------------------------------------------------------------===//

static LogicalResult emitTrilu(KernelContext &ctx) {
  auto op = cast<onnx::TriluOp>(ctx.op);
  CodeBuilder code(ctx);
  Value input = op.getInput(), width = ctx.dim(input, -1), zero = code.i64(0);
  Value from = ctx.buffer(input), to = ctx.buffer(op.getOutput());
  Type element = getElement(input);
  Value k = op.getK() ? loadInt(ctx, op.getK(), 0) : zero;
  Value nothing = code.constant(getSignless(element), 0);
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    Value first = code.mul(item, width);
    Value diagonal = code.add(code.remainder(item, ctx.dim(input, -2)), k);
    // Upper keeps from the diagonal on, lower up to and with it.
    Value cut = op.getUpper() ? diagonal : code.add(diagonal, code.i64(1));
    cut = code.clamp(cut, zero, width);
    Value begin = op.getUpper() ? cut : zero, end = op.getUpper() ? width : cut;
    emitFill(code, to, element, first, nothing, begin);
    code.copy(to, code.add(first, begin), from, code.add(first, begin),
              element, code.sub(end, begin));
    emitFill(code, to, element, code.add(first, end), nothing,
             code.sub(width, end));
  });
  return success();
}

static std::pair<Value, Value> reverseGrid(KernelContext &ctx) {
  Value x = ctx.op->getOperand(0);
  return {ctx.size(x, 0, 2), ctx.size(x, 2, getRank(x))};
}

/// An item is one time step of one sequence.
static LogicalResult emitReverseSequence(KernelContext &ctx) {
  auto op = cast<onnx::ReverseSequenceOp>(ctx.op);
  CodeBuilder code(ctx);
  Value x = op.getInput(), inner = ctx.size(x, 2, getRank(x));
  Type lengths = getElement(op.getSequenceLens());
  Value second = ctx.dim(x, 1);
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    ValueList at = {code.quotient(item, second), code.remainder(item, second)};
    Value batch = at[op.getBatchAxis()], time = at[op.getTimeAxis()];
    Value length = code.toI64(
        code.load(ctx.buffer(op.getSequenceLens()), lengths, batch), lengths);
    length = code.clamp(length, code.i64(0), ctx.dim(x, op.getTimeAxis()));
    Value mirrored = code.sub(code.sub(length, code.i64(1)), time);
    at[op.getTimeAxis()] = code.select(code.lt(time, length), mirrored, time);
    Value source = code.add(code.mul(at[0], second), at[1]);
    code.copy(ctx.buffer(op.getY()), code.mul(item, inner), ctx.buffer(x),
              code.mul(source, inner), getElement(x), inner);
  });
  return success();
}

void quantc::addPadKernels(KernelRegistry &registry) {
  registry.add<onnx::PadOp>({lastDimGrid,
                             [](KernelContext &ctx) {
                               Padding(ctx).emit();
                               return success();
                             },
                             nullptr, checkPad});
  registry.add<onnx::TriluOp>({lastDimGrid, emitTrilu, nullptr, nullptr});
  registry.add<onnx::ReverseSequenceOp>(
      {reverseGrid, emitReverseSequence, nullptr, nullptr});
}
