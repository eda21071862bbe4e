//===- Copy.cpp - A tensor copied as it is ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// onnx.Identity is a view everywhere except where a model returns something it
// does not compute itself (an input, a constant, one value twice).
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include "quantc/Target/CPU/Kernels.h"

using namespace mlir;
using namespace quantc;

/// Bytes of one work item.
static constexpr int64_t block = 16384;

static Value bytesOf(KernelContext &ctx, Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  return arith::MulIOp::create(
      ctx.builder, ctx.loc, ctx.size(tensor),
      ctx.constant(getElementBytes(type.getElementType())));
}

static std::pair<Value, Value> copyGrid(KernelContext &ctx) {
  Value blocks = arith::CeilDivSIOp::create(ctx.builder, ctx.loc,
                                            bytesOf(ctx, ctx.op->getResult(0)),
                                            ctx.constant(block));
  return {blocks, ctx.constant(block / 4)};
}

static LogicalResult copyBody(KernelContext &ctx) {
  OpBuilder &builder = ctx.builder;
  Location loc = ctx.loc;
  Value size = ctx.constant(block);
  Value first = arith::MulIOp::create(builder, loc, ctx.begin, size);
  Value last = arith::MinSIOp::create(
      builder, loc, arith::MulIOp::create(builder, loc, ctx.end, size),
      bytesOf(ctx, ctx.op->getResult(0)));
  auto address = [&](Value tensor) -> Value {
    Value buffer = ctx.buffer(tensor);
    return LLVM::GEPOp::create(builder, loc, buffer.getType(),
                               builder.getI8Type(), buffer, first);
  };
  Value to = address(ctx.op->getResult(0));
  Value from = address(ctx.op->getOperand(0));
  LLVM::MemcpyOp::create(builder, loc, to, from,
                         arith::SubIOp::create(builder, loc, last, first),
                         /*isVolatile=*/false);
  return success();
}

void quantc::addCopyKernels(KernelRegistry &registry) {
  registry.add<onnx::IdentityOp>({copyGrid, copyBody, nullptr, nullptr});
}
