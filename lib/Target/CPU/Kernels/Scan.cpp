//===- Scan.cpp - Kernels that walk along an axis in order ----------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// ArgMax, ArgMin and CumSum: one accumulator, ascending; a work item is a row.
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "Indexing.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;

using Values = CodeBuilder::Values;

//===----------------------------------------------------------------------===//
// ArgMax, ArgMin
//===----------------------------------------------------------------------===//

template <typename OpTy> static std::pair<Value, Value> argGrid(KernelContext &ctx) {
  auto op = cast<OpTy>(ctx.op);
  AxisRows rows(ctx, op.getData(), op.getAxis());
  return {rows.count, rows.length};
}

/// a > b, with the signedness of `element`.
static Value isGreater(CodeBuilder &code, Value a, Value b, Type element) {
  if (element.isUnsignedInteger() || element.isInteger(1))
    return arith::CmpIOp::create(code.builder, code.loc,
                                 arith::CmpIPredicate::ugt, a, b);
  return code.gt(a, b);
}

template <typename OpTy> static LogicalResult emitArg(KernelContext &ctx) {
  auto op = cast<OpTy>(ctx.op);
  constexpr bool largest = std::is_same_v<OpTy, onnx::ArgMaxOp>;
  bool last = op.getSelectLastIndex() != 0;
  CodeBuilder code(ctx);
  AxisRows rows(ctx, op.getData(), op.getAxis());
  Type element = getElement(op.getData());
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    Row in = rows.get(ctx, op.getData(), item);
    Values best = code.loop(
        code.i64(1), rows.length,
        ValueRange{in.loadOne(code, code.i64(0)), code.i64(0)},
        [&](Value i, ValueRange carried) {
          Value x = in.loadOne(code, i);
          Value better = largest ? isGreater(code, x, carried[0], element)
                                 : isGreater(code, carried[0], x, element);
          if (last)
            better = code.bitOr(better, code.eq(x, carried[0]));
          return Values{code.select(better, x, carried[0]),
                        code.select(better, i, carried[1])};
        });
    code.store(best[1], ctx.buffer(op.getReduced()),
               getElement(op.getReduced()), item);
  });
  return success();
}

static LogicalResult checkNumbers(Operation *op) {
  Type element = getElement(op->getOperand(0));
  if (isa<IntegerType>(element) || element.isF64())
    return success();
  return checkFloat(op, {op->getOperand(0)});
}

//===----------------------------------------------------------------------===//
// CumSum
//===----------------------------------------------------------------------===//

static AxisRows getCumSumRows(KernelContext &ctx, onnx::CumSumOp op) {
  return AxisRows(ctx, op.getX(), getInts(op.getAxis())->front());
}

static std::pair<Value, Value> cumSumGrid(KernelContext &ctx) {
  AxisRows rows = getCumSumRows(ctx, cast<onnx::CumSumOp>(ctx.op));
  return {rows.count, rows.length};
}

static LogicalResult emitCumSum(KernelContext &ctx) {
  auto op = cast<onnx::CumSumOp>(ctx.op);
  CodeBuilder code(ctx);
  AxisRows rows = getCumSumRows(ctx, op);
  Type element = getSignless(getElement(op.getX()));
  if (isa<FloatType>(element) && element.getIntOrFloatBitWidth() < 32)
    element = code.builder.getF32Type();
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    Row in = rows.get(ctx, op.getX(), item);
    Row out = rows.get(ctx, op.getY(), item);
    code.loop(code.i64(0), rows.length, code.constant(element, 0),
              [&](Value i, ValueRange carried) {
                Value at = i;
                if (op.getReverse())
                  at = code.sub(code.sub(rows.length, code.i64(1)), i);
                Value sum = code.add(carried[0], in.loadOne(code, at));
                out.storeOne(code, op.getExclusive() ? carried[0] : sum, at);
                return Values{sum};
              });
  });
  return success();
}

static LogicalResult checkCumSum(Operation *op) {
  if (!getInts(op->getOperand(1)))
    return op->emitError("found an axis that is not constant; compiled code "
                         "supports a constant one");
  return checkNumbers(op);
}

void quantc::addScanKernels(KernelRegistry &registry) {
  registry.add<onnx::ArgMaxOp>({argGrid<onnx::ArgMaxOp>,
                                emitArg<onnx::ArgMaxOp>, nullptr,
                                checkNumbers});
  registry.add<onnx::ArgMinOp>({argGrid<onnx::ArgMinOp>,
                                emitArg<onnx::ArgMinOp>, nullptr,
                                checkNumbers});
  registry.add<onnx::CumSumOp>({cumSumGrid, emitCumSum, nullptr, checkCumSum});
}
