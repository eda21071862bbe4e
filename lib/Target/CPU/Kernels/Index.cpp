//===- Index.cpp - Gather kernels -----------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Reading by index. An index outside its dimension reads the nearest element:
// an input must never make a model read other memory. Writing by index is in
// Scatter.cpp, tensors made from numbers in Generate.cpp, TopK in TopK.cpp.
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "Indexing.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;

/// Element `at` of an index tensor as a position in [0, extent).
static Value loadIndex(KernelContext &ctx, Value indices, Value at,
                       Value extent) {
  CodeBuilder code(ctx);
  Type element = getElement(indices);
  Value index =
      code.toI64(code.load(ctx.buffer(indices), element, at), element);
  return wrapIndex(code, index, extent);
}

//===----------------------------------------------------------------------===//
// Gather
//===----------------------------------------------------------------------===//

namespace {
/// data [outer, extent, inner], indices [many]: an item is one index of one
/// outer position, which copies `inner` elements.
struct GatherShape {
  Value outer, extent, inner, many;

  explicit GatherShape(KernelContext &ctx) {
    auto op = cast<onnx::GatherOp>(ctx.op);
    int64_t axis = normalizeAxis(op.getData(), op.getAxis());
    outer = ctx.size(op.getData(), 0, axis);
    extent = ctx.dim(op.getData(), axis);
    inner = ctx.size(op.getData(), axis + 1, getRank(op.getData()));
    many = ctx.size(op.getIndices());
  }
};
} // namespace

static std::pair<Value, Value> gatherGrid(KernelContext &ctx) {
  GatherShape shape(ctx);
  return {CodeBuilder(ctx).mul(shape.outer, shape.many), shape.inner};
}

static LogicalResult emitGather(KernelContext &ctx) {
  auto op = cast<onnx::GatherOp>(ctx.op);
  CodeBuilder code(ctx);
  GatherShape shape(ctx);
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    Value outer = code.quotient(item, shape.many);
    Value index = loadIndex(ctx, op.getIndices(),
                            code.remainder(item, shape.many), shape.extent);
    Value row = code.add(code.mul(outer, shape.extent), index);
    code.copy(ctx.buffer(op.getOutput()), code.mul(item, shape.inner),
              ctx.buffer(op.getData()), code.mul(row, shape.inner),
              getElement(op.getData()), shape.inner);
  });
  return success();
}

//===----------------------------------------------------------------------===//
// GatherElements
//===----------------------------------------------------------------------===//

static std::pair<Value, Value> gatherElementsGrid(KernelContext &ctx) {
  auto op = cast<onnx::GatherElementsOp>(ctx.op);
  AxisRows rows(ctx, op.getIndices(), op.getAxis());
  return {rows.count, rows.length};
}

/// An item is a row of the indices along the axis.
static LogicalResult emitGatherElements(KernelContext &ctx) {
  auto op = cast<onnx::GatherElementsOp>(ctx.op);
  CodeBuilder code(ctx);
  Value data = op.getData(), indices = op.getIndices();
  int64_t axis = normalizeAxis(data, op.getAxis());
  ValueList dims = getDims(ctx, indices);
  ValueList strides = getStrides(code, dims);
  ValueList dataStrides = getStrides(code, getDims(ctx, data));
  Value length = dims[axis];
  ValueList otherDims = dims, otherStrides = strides, otherData = dataStrides;
  for (ValueList *list : {&otherDims, &otherStrides, &otherData})
    list->erase(list->begin() + axis);
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    ValueList position = delinearize(code, item, otherDims);
    Value first = linearize(code, position, otherStrides);
    Value source = linearize(code, position, otherData);
    code.loop(code.i64(0), length, [&](Value i) {
      Value at = code.add(first, code.mul(i, strides[axis]));
      Value index = loadIndex(ctx, indices, at, ctx.dim(data, axis));
      Value from = code.add(source, code.mul(index, dataStrides[axis]));
      code.store(code.load(ctx.buffer(data), getElement(data), from),
                 ctx.buffer(op.getOutput()), getElement(data), at);
    });
  });
  return success();
}

//===----------------------------------------------------------------------===//
// GatherND
//===----------------------------------------------------------------------===//

static int64_t getTupleLength(onnx::GatherNDOp op) {
  return cast<RankedTensorType>(op.getIndices().getType()).getShape().back();
}

static std::pair<Value, Value> gatherNDGrid(KernelContext &ctx) {
  auto op = cast<onnx::GatherNDOp>(ctx.op);
  int64_t first = op.getBatchDims() + getTupleLength(op);
  return {ctx.size(op.getIndices(), 0, getRank(op.getIndices()) - 1),
          ctx.size(op.getData(), first, getRank(op.getData()))};
}

/// An item is an index tuple, which copies the dimensions it leaves open.
static LogicalResult emitGatherND(KernelContext &ctx) {
  auto op = cast<onnx::GatherNDOp>(ctx.op);
  CodeBuilder code(ctx);
  int64_t batch = op.getBatchDims(), length = getTupleLength(op);
  int64_t rank = getRank(op.getData());
  ValueList dims = getDims(ctx, op.getData());
  ValueList strides = getStrides(code, dims);
  Value inner = ctx.size(op.getData(), batch + length, rank);
  Value perBatch = ctx.size(op.getIndices(), batch,
                            getRank(op.getIndices()) - 1);
  Value batchStride = ctx.size(op.getData(), batch, rank);
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    Value from = code.mul(code.quotient(item, perBatch), batchStride);
    Value tuple = code.mul(item, code.i64(length));
    for (int64_t i = 0; i < length; ++i) {
      Value index = loadIndex(ctx, op.getIndices(),
                              code.add(tuple, code.i64(i)), dims[batch + i]);
      from = code.add(from, code.mul(index, strides[batch + i]));
    }
    code.copy(ctx.buffer(op.getOutput()), code.mul(item, inner),
              ctx.buffer(op.getData()), from, getElement(op.getData()), inner);
  });
  return success();
}

static LogicalResult checkGatherND(Operation *op) {
  if (!ShapedType::isDynamic(getTupleLength(cast<onnx::GatherNDOp>(op))))
    return success();
  return op->emitError("found indices ")
         << op->getOperand(1).getType()
         << "; compiled code supports a static last dimension";
}

void quantc::addIndexKernels(KernelRegistry &registry) {
  registry.add<onnx::GatherOp>({gatherGrid, emitGather, nullptr, nullptr});
  registry.add<onnx::GatherElementsOp>(
      {gatherElementsGrid, emitGatherElements, nullptr, nullptr});
  registry.add<onnx::GatherNDOp>(
      {gatherNDGrid, emitGatherND, nullptr, checkGatherND});
  addScatterKernels(registry);
  addGenerateKernels(registry);
  addTopKKernels(registry);
}
