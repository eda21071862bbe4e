//===- Observe.cpp - Recording values for calibration ---------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Counting is scalar work on every ISA, so it is a function of the runtime
// (observe.c). The state of an observer is shared, so a tensor is one work item.
//
//===----------------------------------------------------------------------===//

#include "Indexing.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

static std::pair<Value, Value> observeGrid(KernelContext &ctx) {
  return {ctx.constant(1), ctx.size(ctx.op->getOperand(0))};
}

/// quantc_observe(state, x, outer, inner, mask, mask_bytes, mask_rows).
static LLVM::LLVMFuncOp declareObserve(KernelContext &ctx) {
  OpBuilder &builder = ctx.builder;
  auto module = ctx.op->getParentOfType<ModuleOp>();
  StringRef name = "quantc_observe";
  if (auto function = module.lookupSymbol<LLVM::LLVMFuncOp>(name))
    return function;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(module.getBody());
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext());
  Type i64 = builder.getI64Type();
  return LLVM::LLVMFuncOp::create(
      builder, ctx.loc, name,
      LLVM::LLVMFunctionType::get(
          LLVM::LLVMVoidType::get(builder.getContext()),
          {pointer, pointer, i64, i64, pointer, i64, i64}));
}

static LogicalResult emitObserve(KernelContext &ctx) {
  auto op = cast<qnn::ObserveOp>(ctx.op);
  OpBuilder &builder = ctx.builder;
  Value x = op.getX(), mask = op.getMask();
  int rank = int(cast<RankedTensorType>(x.getType()).getRank());
  // Without channels every element is a position of its own.
  int axis = op.getChannelAxis() ? int(*op.getChannelAxis()) : rank;
  Value inner = axis < rank ? ctx.size(x, axis + 1, rank) : ctx.constant(1);
  Value noMask = LLVM::ZeroOp::create(
      builder, ctx.loc, LLVM::LLVMPointerType::get(builder.getContext()));
  Value arguments[] = {
      ctx.state(),
      ctx.buffer(x),
      ctx.size(x, 0, axis),
      inner,
      mask ? ctx.buffer(mask) : noMask,
      ctx.constant(mask ? getElementBytes(getElement(mask)) : 0),
      mask ? ctx.size(mask) : ctx.constant(0)};
  LLVM::CallOp::create(builder, ctx.loc, declareObserve(ctx), arguments);
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
