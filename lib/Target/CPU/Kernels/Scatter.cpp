//===- Scatter.cpp - Kernels that write by index --------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A copy of the data, then the updates in order: indices may repeat, so all of it
// is one work item. An index outside its dimension updates nothing.
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "Indexing.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;

static std::pair<Value, Value> oneItem(KernelContext &ctx) {
  return {ctx.constant(1), ctx.size(ctx.op->getResult(0))};
}

namespace {
/// Replaces or combines elements of the result.
class Updater {
public:
  Updater(KernelContext &ctx, StringRef reduction)
      : ctx(ctx), code(ctx), result(ctx.op->getResult(0)),
        updates(ctx.op->getOperand(2)), reduction(reduction) {}

  void copyData() {
    code.copy(ctx.buffer(result), code.i64(0),
              ctx.buffer(ctx.op->getOperand(0)), code.i64(0),
              getElement(result), ctx.size(result));
  }

  /// The element at `to` takes the update at `from`.
  void update(Value to, Value from) {
    Row out{ctx.buffer(result), getElement(result), to, Value()};
    Row in{ctx.buffer(updates), getElement(updates), from, Value()};
    Value zero = code.i64(0), value = in.loadOne(code, zero);
    if (reduction != "none")
      value = combine(out.loadOne(code, zero), value);
    out.storeOne(code, value, zero);
  }

  /// An index of the second operand, and whether it lies in [0, extent).
  std::pair<Value, Value> loadIndex(Value at, Value extent) {
    Value indices = ctx.op->getOperand(1), zero = code.i64(0);
    Type element = getElement(indices);
    Value index =
        code.toI64(code.load(ctx.buffer(indices), element, at), element);
    index = code.select(code.lt(index, zero), code.add(index, extent), index);
    return {index, code.bitAnd(code.ge(index, zero), code.lt(index, extent))};
  }

private:
  KernelContext &ctx;
  CodeBuilder code;
  Value result, updates;
  StringRef reduction;

  Value combine(Value old, Value value) {
    Type element = getElement(result);
    bool isUnsigned = element.isUnsignedInteger() || element.isInteger(1);
    if (reduction == "add")
      return code.add(old, value);
    if (reduction == "mul")
      return code.mul(old, value);
    bool largest = reduction == "max";
    if (isUnsigned && largest)
      return arith::MaxUIOp::create(ctx.builder, ctx.loc, old, value);
    if (isUnsigned)
      return arith::MinUIOp::create(ctx.builder, ctx.loc, old, value);
    return largest ? code.max(old, value) : code.min(old, value);
  }
};
} // namespace

static LogicalResult emitScatterElements(KernelContext &ctx) {
  auto op = cast<onnx::ScatterElementsOp>(ctx.op);
  CodeBuilder code(ctx);
  Updater updater(ctx, op.getReduction());
  int64_t axis = normalizeAxis(op.getData(), op.getAxis());
  ValueList dims = getDims(ctx, op.getIndices());
  ValueList dataDims = getDims(ctx, op.getData());
  ValueList strides = getStrides(code, dataDims);
  code.loop(ctx.begin, ctx.end, [&](Value) {
    updater.copyData();
    code.loop(code.i64(0), product(code, dims), [&](Value i) {
      ValueList position = delinearize(code, i, dims);
      auto [index, valid] = updater.loadIndex(i, dataDims[axis]);
      position[axis] = index;
      Value to = linearize(code, position, strides);
      code.when(valid, [&] { updater.update(to, i); });
    });
  });
  return success();
}

static int64_t getTupleLength(onnx::ScatterNDOp op) {
  return cast<RankedTensorType>(op.getIndices().getType()).getShape().back();
}

static LogicalResult emitScatterND(KernelContext &ctx) {
  auto op = cast<onnx::ScatterNDOp>(ctx.op);
  CodeBuilder code(ctx);
  Updater updater(ctx, op.getReduction());
  int64_t length = getTupleLength(op), rank = getRank(op.getData());
  ValueList dims = getDims(ctx, op.getData());
  ValueList strides = getStrides(code, dims);
  Value inner = ctx.size(op.getData(), length, rank);
  Value tuples = ctx.size(op.getIndices(), 0, getRank(op.getIndices()) - 1);
  code.loop(ctx.begin, ctx.end, [&](Value) {
    updater.copyData();
    code.loop(code.i64(0), tuples, [&](Value tuple) {
      Value to = code.i64(0), valid = code.integer(
          ctx.builder.getI1Type(), 1);
      Value first = code.mul(tuple, code.i64(length));
      for (int64_t i = 0; i < length; ++i) {
        auto [index, inside] =
            updater.loadIndex(code.add(first, code.i64(i)), dims[i]);
        to = code.add(to, code.mul(index, strides[i]));
        valid = code.bitAnd(valid, inside);
      }
      code.when(valid, [&] {
        code.loop(code.i64(0), inner, [&](Value j) {
          updater.update(code.add(to, j),
                         code.add(code.mul(tuple, inner), j));
        });
      });
    });
  });
  return success();
}

static LogicalResult checkScatterND(Operation *op) {
  if (!ShapedType::isDynamic(getTupleLength(cast<onnx::ScatterNDOp>(op))))
    return success();
  return op->emitError("found indices ")
         << op->getOperand(1).getType()
         << "; compiled code supports a static last dimension";
}

void quantc::addScatterKernels(KernelRegistry &registry) {
  registry.add<onnx::ScatterElementsOp>(
      {oneItem, emitScatterElements, nullptr, nullptr});
  registry.add<onnx::ScatterNDOp>(
      {oneItem, emitScatterND, nullptr, checkScatterND});
}
