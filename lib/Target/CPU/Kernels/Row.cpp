//===- Row.cpp - Softmax and its kin --------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A work item is a row along the operator's axis; sums and maxima over it follow
// the canonical 16-lane order. Where the axis is not the last one a row's elements
// are gathered, in the same order. Normalizations are in Normalization.cpp,
// dynamic quantization in DynamicQuantize.cpp.
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "Indexing.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;

using Values = CodeBuilder::Values;

template <typename OpTy> static std::pair<Value, Value> axisGrid(KernelContext &ctx) {
  auto op = cast<OpTy>(ctx.op);
  CodeBuilder code(ctx);
  AxisRows rows(ctx, op.getInput(), op.getAxis());
  return {rows.count, code.mul(rows.length, code.i64(20))};
}

template <typename OpTy> static LogicalResult checkAxisOp(Operation *op) {
  return checkFloat(op, {cast<OpTy>(op).getInput()});
}

/// The largest element of a row in canonical order.
static Value rowMax(CodeBuilder &code, const Row &row, Value n) {
  auto type = VectorType::get(rowLanes, code.builder.getF32Type());
  Value lowest = code.infinity(type, /*negative=*/true);
  Values lanes =
      code.chunks(n, lowest, [&](Value i, Value mask, ValueRange carried) {
        return Values{code.max(row.load(code, i, mask, lowest), carried[0])};
      });
  return code.treeMax(lanes[0]);
}

/// exp0(x[i] - m) of a chunk; 0 for lanes beyond the row.
static Value rowExp(CodeBuilder &code, const Row &row, Value i, Value mask,
                    Value m) {
  Value lowest = code.infinity(m.getType(), /*negative=*/true);
  return emitExp0(code, code.sub(row.load(code, i, mask, lowest), m));
}

/// The sum of exp0(x - m), each term also stored to `out` where given.
static Value rowExpSum(CodeBuilder &code, const Row &row, Value n, Value m,
                       const Row *out) {
  Value zero = code.constant(m.getType(), 0);
  Values lanes =
      code.chunks(n, zero, [&](Value i, Value mask, ValueRange carried) {
        Value e = rowExp(code, row, i, mask, m);
        if (out)
          out->store(code, e, i, mask);
        return Values{code.add(carried[0], e)};
      });
  return code.treeSum(lanes[0]);
}

static LogicalResult emitSoftmax(KernelContext &ctx) {
  auto op = cast<onnx::SoftmaxOp>(ctx.op);
  CodeBuilder code(ctx);
  AxisRows rows(ctx, op.getInput(), op.getAxis());
  // The result holds the exponentials meanwhile, if it holds them exactly.
  bool keeps = getElement(op.getOutput()).isF32();
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    Row in = rows.get(ctx, op.getInput(), item);
    Row out = rows.get(ctx, op.getOutput(), item);
    Value m = code.splat(rowMax(code, in, rows.length));
    Value sum = rowExpSum(code, in, rows.length, m, keeps ? &out : nullptr);
    Value k = code.splat(code.div(code.f32(1), sum));
    code.chunks(rows.length, [&](Value i, Value mask) {
      Value e = keeps ? out.load(code, i, mask) : rowExp(code, in, i, mask, m);
      out.store(code, code.mul(e, k), i, mask);
    });
  });
  return success();
}

static LogicalResult emitLogSoftmax(KernelContext &ctx) {
  auto op = cast<onnx::LogSoftmaxOp>(ctx.op);
  CodeBuilder code(ctx);
  AxisRows rows(ctx, op.getInput(), op.getAxis());
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    Row in = rows.get(ctx, op.getInput(), item);
    Row out = rows.get(ctx, op.getOutput(), item);
    Value m = code.splat(rowMax(code, in, rows.length));
    Value sum = rowExpSum(code, in, rows.length, m, nullptr);
    Value log = code.splat(code.call("quantc_log", sum));
    code.chunks(rows.length, [&](Value i, Value mask) {
      Value x = code.sub(in.load(code, i, mask), m);
      out.store(code, code.sub(x, log), i, mask);
    });
  });
  return success();
}

/// One at the first largest element.
static LogicalResult emitHardmax(KernelContext &ctx) {
  auto op = cast<onnx::HardmaxOp>(ctx.op);
  CodeBuilder code(ctx);
  AxisRows rows(ctx, op.getInput(), op.getAxis());
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    Row in = rows.get(ctx, op.getInput(), item);
    Row out = rows.get(ctx, op.getOutput(), item);
    // The first element wins whatever it is; a row may have none.
    Values best = code.loop(
        code.i64(0), rows.length, ValueRange{code.f32(0), code.i64(0)},
        [&](Value i, ValueRange carried) {
          Value x = in.loadOne(code, i);
          Value larger = code.bitOr(code.gt(x, carried[0]),
                                    code.eq(i, code.i64(0)));
          return Values{code.select(larger, x, carried[0]),
                        code.select(larger, i, carried[1])};
        });
    code.loop(code.i64(0), rows.length, [&](Value i) {
      Value one = code.select(code.eq(i, best[1]), code.f32(1), code.f32(0));
      out.storeOne(code, one, i);
    });
  });
  return success();
}

/// x / norm along the axis; a norm of 0 leaves 0.
static LogicalResult emitLpNormalization(KernelContext &ctx) {
  auto op = cast<onnx::LpNormalizationOp>(ctx.op);
  CodeBuilder code(ctx);
  AxisRows rows(ctx, op.getInput(), op.getAxis());
  auto type = VectorType::get(rowLanes, code.builder.getF32Type());
  Value zero = code.constant(type, 0);
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    Row in = rows.get(ctx, op.getInput(), item);
    Row out = rows.get(ctx, op.getOutput(), item);
    Values lanes = code.chunks(
        rows.length, zero, [&](Value i, Value mask, ValueRange carried) {
          Value x = in.load(code, i, mask);
          return Values{op.getP() == 1 ? code.add(carried[0], code.abs(x))
                                       : code.fma(x, x, carried[0])};
        });
    Value norm = code.treeSum(lanes[0]);
    norm = code.splat(op.getP() == 1 ? norm : code.sqrt(norm));
    Value none = code.eq(norm, zero);
    code.chunks(rows.length, [&](Value i, Value mask) {
      Value y = code.div(in.load(code, i, mask), norm);
      out.store(code, code.select(none, zero, y), i, mask);
    });
  });
  return success();
}

void quantc::addRowKernels(KernelRegistry &registry) {
  registry.add<onnx::SoftmaxOp>({axisGrid<onnx::SoftmaxOp>, emitSoftmax, nullptr,
                                 checkAxisOp<onnx::SoftmaxOp>});
  registry.add<onnx::LogSoftmaxOp>({axisGrid<onnx::LogSoftmaxOp>,
                                    emitLogSoftmax, nullptr,
                                    checkAxisOp<onnx::LogSoftmaxOp>});
  registry.add<onnx::HardmaxOp>({axisGrid<onnx::HardmaxOp>, emitHardmax, nullptr,
                                 checkAxisOp<onnx::HardmaxOp>});
  registry.add<onnx::LpNormalizationOp>(
      {axisGrid<onnx::LpNormalizationOp>, emitLpNormalization, nullptr,
       checkAxisOp<onnx::LpNormalizationOp>});
  addNormalizationKernels(registry);
  addDynamicQuantizeKernels(registry);
  addRecurrentKernels(registry);
  addRotaryEmbeddingKernels(registry);
}
