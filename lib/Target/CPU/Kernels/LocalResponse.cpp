//===- LocalResponse.cpp - Local response normalization -------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// y = x / (bias + (alpha / size) * sum of squares over neighbouring channels)^beta,
// the sum by fma, channels ascending. A work item is a channel of a sample, sixteen
// positions at a time.
//
//===----------------------------------------------------------------------===//

#include "PlainPool.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;

static std::pair<Value, Value> lrnGrid(KernelContext &ctx) {
  auto op = cast<onnx::LRNOp>(ctx.op);
  CodeBuilder code(ctx);
  int64_t rank = cast<RankedTensorType>(op.getX().getType()).getRank();
  return {ctx.size(op.getX(), 0, 2),
          code.mul(ctx.size(op.getX(), 2, rank), code.i64(op.getSize() + 20))};
}

static LogicalResult lrnBody(KernelContext &ctx) {
  auto op = cast<onnx::LRNOp>(ctx.op);
  CodeBuilder code(ctx);
  Type f32 = code.builder.getF32Type();
  int64_t rank = cast<RankedTensorType>(op.getX().getType()).getRank();
  Value x = ctx.buffer(op.getX()), y = ctx.buffer(op.getY());
  Value channels = ctx.dim(op.getX(), 1);
  Value inner = ctx.size(op.getX(), 2, rank);
  int64_t below = (op.getSize() - 1) / 2, above = op.getSize() - 1 - below;
  float factor = op.getAlpha().convertToFloat() / float(op.getSize());
  Value beta = code.splat(code.f32(op.getBeta().convertToFloat()));
  Value bias = code.splat(code.f32(op.getBias().convertToFloat()));
  code.loop(ctx.begin, ctx.end, [&](Value plane) {
    Value channel = code.remainder(plane, channels);
    Value start = code.mul(code.sub(plane, channel), inner);
    Value first = code.max(code.sub(channel, code.i64(below)), code.i64(0));
    Value last =
        code.min(code.add(channel, code.i64(above + 1)), channels);
    code.chunks(inner, [&](Value i, Value mask) {
      auto load = [&](Value c) {
        Value at = code.add(code.add(start, code.mul(c, inner)), i);
        return code.loadVector(x, f32, at, mask);
      };
      Value sum = code.loop(
          first, last, {code.splat(code.f32(0))},
          [&](Value c, ValueRange acc) -> CodeBuilder::Values {
            Value value = load(c);
            return {code.fma(value, value, acc[0])};
          })[0];
      Value base =
          code.add(bias, code.mul(code.splat(code.f32(factor)), sum));
      Value scale = code.call("quantc_pow", {base, beta});
      Value at = code.add(code.add(start, code.mul(channel, inner)), i);
      code.store(code.div(load(channel), scale), y, f32, at, mask);
    });
  });
  return success();
}

static LogicalResult checkLRN(Operation *op) {
  auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  if (type && type.getElementType().isF32() && type.getRank() >= 2)
    return success();
  return op->emitError("local response normalization of ")
         << op->getOperand(0).getType() << " is not supported; f32 is";
}

void quantc::addLocalResponseKernels(KernelRegistry &registry) {
  registry.add<onnx::LRNOp>({lrnGrid, lrnBody, nullptr, checkLRN});
}
