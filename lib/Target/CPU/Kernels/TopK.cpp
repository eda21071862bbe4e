//===- TopK.cpp - The largest or smallest elements of a row ---------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Insertion into the sorted list of the best so far, which lives in the result:
// O(n k), with nothing to allocate. Equal elements keep their order, so the
// lower index wins.
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "Indexing.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;

using Values = CodeBuilder::Values;

static std::pair<Value, Value> topKGrid(KernelContext &ctx) {
  auto op = cast<onnx::TopKOp>(ctx.op);
  AxisRows rows(ctx, op.getX(), op.getAxis());
  return {rows.count, CodeBuilder(ctx).mul(rows.length, ctx.constant(8))};
}

/// Whether `a` comes before `b`, strictly.
static Value comesBefore(CodeBuilder &code, onnx::TopKOp op, Value a, Value b) {
  if (!op.getLargest())
    std::swap(a, b);
  if (getElement(op.getX()).isUnsignedInteger())
    return arith::CmpIOp::create(code.builder, code.loc,
                                 arith::CmpIPredicate::ugt, a, b);
  return code.gt(a, b);
}

static LogicalResult emitTopK(KernelContext &ctx) {
  auto op = cast<onnx::TopKOp>(ctx.op);
  CodeBuilder code(ctx);
  AxisRows rows(ctx, op.getX(), op.getAxis());
  AxisRows best(ctx, op.getValues(), op.getAxis());
  Value k = best.length, zero = code.i64(0), one = code.i64(1);
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    Row in = rows.get(ctx, op.getX(), item);
    Row values = best.get(ctx, op.getValues(), item);
    Row indices = best.get(ctx, op.getIndices(), item);
    Value length = code.select(code.eq(k, zero), zero, rows.length);
    code.loop(zero, length, [&](Value i) {
      Value x = in.loadOne(code, i), filled = code.min(i, k);
      // From the end, move what x precedes one place down.
      Value at = code.loopWhile(
          ValueRange(filled),
          [&](ValueRange carried) {
            Value any = code.gt(carried[0], zero);
            Value previous = code.max(code.sub(carried[0], one), zero);
            Value before =
                comesBefore(code, op, x, values.loadOne(code, previous));
            return code.bitAnd(any, before);
          },
          [&](ValueRange carried) {
            Value previous = code.sub(carried[0], one);
            code.when(code.lt(carried[0], k), [&] {
              values.storeOne(code, values.loadOne(code, previous), carried[0]);
              indices.storeOne(code, indices.loadOne(code, previous),
                               carried[0]);
            });
            return Values{previous};
          })[0];
      code.when(code.lt(at, k), [&] {
        values.storeOne(code, x, at);
        indices.storeOne(code, i, at);
      });
    });
  });
  return success();
}

static LogicalResult checkTopK(Operation *op) {
  Type element = getElement(op->getOperand(0));
  if (isa<IntegerType>(element) || element.isF64())
    return success();
  return checkFloat(op, {op->getOperand(0)});
}

void quantc::addTopKKernels(KernelRegistry &registry) {
  registry.add<onnx::TopKOp>({topKGrid, emitTopK, nullptr, checkTopK});
}
