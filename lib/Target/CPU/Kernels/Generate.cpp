//===- Generate.cpp - Kernels that make tensors from numbers --------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// OneHot, Range, Shape, Size, ConstantOfShape and EyeLike.
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "StridedCopy.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;

/// Elements of a work item where every element is its own.
static constexpr int64_t itemElements = 4096;

static std::pair<Value, Value> flatGrid(KernelContext &ctx) {
  CodeBuilder code(ctx);
  return {code.ceilDiv(ctx.size(ctx.op->getResult(0)), itemElements),
          code.i64(itemElements)};
}

/// The elements [first, last) of the result that are this call's.
static std::pair<Value, Value> getFlatRange(KernelContext &ctx) {
  CodeBuilder code(ctx);
  Value size = ctx.size(ctx.op->getResult(0)), unit = code.i64(itemElements);
  return {code.mul(ctx.begin, unit), code.min(code.mul(ctx.end, unit), size)};
}

//===----------------------------------------------------------------------===//
// OneHot
//===----------------------------------------------------------------------===//

namespace {
/// Result [outer, depth, inner] from indices [outer, inner].
struct OneHotShape {
  Value outer, depth, inner;

  explicit OneHotShape(KernelContext &ctx) {
    auto op = cast<onnx::OneHotOp>(ctx.op);
    int64_t axis = normalizeAxis(op.getOutput(), op.getAxis());
    outer = ctx.size(op.getOutput(), 0, axis);
    depth = ctx.dim(op.getOutput(), axis);
    inner = ctx.size(op.getOutput(), axis + 1, getRank(op.getOutput()));
  }
};
} // namespace

static std::pair<Value, Value> oneHotGrid(KernelContext &ctx) {
  OneHotShape shape(ctx);
  return {CodeBuilder(ctx).mul(shape.outer, shape.inner), shape.depth};
}

/// Indices of any number type, floats truncated, negative ones from the end.
static Value loadHot(KernelContext &ctx, Value item, Value depth) {
  auto op = cast<onnx::OneHotOp>(ctx.op);
  CodeBuilder code(ctx);
  Type element = getElement(op.getIndices());
  Row row{ctx.buffer(op.getIndices()), element, item, Value()};
  Value index = row.loadOne(code, code.i64(0));
  if (isa<FloatType>(element)) {
    // Only what lies within any depth is converted.
    Value bound = code.constant(index.getType(), 0x1p31);
    Value low = code.sub(code.constant(index.getType(), 0), bound);
    index = code.min(code.max(index, low), bound);
    index = arith::FPToSIOp::create(ctx.builder, ctx.loc,
                                    ctx.builder.getI64Type(), index);
  } else {
    index = code.toI64(index, element);
  }
  return code.select(code.lt(index, code.i64(0)), code.add(index, depth),
                     index);
}

static LogicalResult emitOneHot(KernelContext &ctx) {
  auto op = cast<onnx::OneHotOp>(ctx.op);
  CodeBuilder code(ctx);
  OneHotShape shape(ctx);
  Type element = getElement(op.getOutput());
  Value values = ctx.buffer(op.getValues());
  Value off = code.load(values, element, code.i64(0));
  Value on = code.load(values, element, code.i64(1));
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    Value hot = loadHot(ctx, item, shape.depth);
    Value outer = code.quotient(item, shape.inner);
    Value first =
        code.add(code.mul(code.mul(outer, shape.depth), shape.inner),
                 code.remainder(item, shape.inner));
    code.loop(code.i64(0), shape.depth, [&](Value i) {
      code.store(code.select(code.eq(i, hot), on, off),
                 ctx.buffer(op.getOutput()), element,
                 code.add(first, code.mul(i, shape.inner)));
    });
  });
  return success();
}

static LogicalResult checkOneHot(Operation *op) {
  Type element = getElement(op->getOperand(0));
  if (isa<IntegerType>(element) || element.isF64())
    return success();
  return checkFloat(op, {op->getOperand(0)});
}

//===----------------------------------------------------------------------===//
// Range
//===----------------------------------------------------------------------===//

/// start + i * delta.
static LogicalResult emitRange(KernelContext &ctx) {
  auto op = cast<onnx::RangeOp>(ctx.op);
  CodeBuilder code(ctx);
  Type element = getElement(op.getOutput());
  auto first = [&](Value tensor) {
    Row row{ctx.buffer(tensor), element, code.i64(0), Value()};
    return row.loadOne(code, code.i64(0));
  };
  Value start = first(op.getStart()), delta = first(op.getDelta());
  Row out{ctx.buffer(op.getOutput()), element, code.i64(0), Value()};
  auto [begin, end] = getFlatRange(ctx);
  code.loop(begin, end, [&](Value i) {
    Value number = i;
    if (isa<FloatType>(start.getType()))
      number = arith::SIToFPOp::create(ctx.builder, ctx.loc, start.getType(), i);
    else if (start.getType() != i.getType())
      number = arith::TruncIOp::create(ctx.builder, ctx.loc, start.getType(), i);
    out.storeOne(code, code.add(start, code.mul(number, delta)), i);
  });
  return success();
}

//===----------------------------------------------------------------------===//
// Shape, Size, ConstantOfShape, EyeLike
//===----------------------------------------------------------------------===//

static std::pair<Value, Value> oneItem(KernelContext &ctx) {
  return {ctx.constant(1), ctx.constant(1)};
}

static LogicalResult emitShape(KernelContext &ctx) {
  auto op = cast<onnx::ShapeOp>(ctx.op);
  CodeBuilder code(ctx);
  int64_t rank = getRank(op.getData());
  auto clamp = [&](int64_t d) {
    return std::clamp<int64_t>(d < 0 ? d + rank : d, 0, rank);
  };
  int64_t start = clamp(op.getStart());
  int64_t end = clamp(op.getEnd() ? *op.getEnd() : rank);
  Type element = getElement(op.getShape());
  for (int64_t d = start; d < end; ++d)
    code.store(ctx.dim(op.getData(), d), ctx.buffer(op.getShape()), element,
               code.i64(d - start));
  return success();
}

static LogicalResult emitSize(KernelContext &ctx) {
  auto op = cast<onnx::SizeOp>(ctx.op);
  CodeBuilder code(ctx);
  code.store(ctx.size(op.getData()), ctx.buffer(op.getSize()),
             getElement(op.getSize()), code.i64(0));
  return success();
}

static LogicalResult emitConstantOfShape(KernelContext &ctx) {
  auto op = cast<onnx::ConstantOfShapeOp>(ctx.op);
  CodeBuilder code(ctx);
  Type element = getElement(op.getOutput());
  Value value = code.constant(getSignless(element), 0);
  if (op.getValue()) {
    auto elements = cast<ElementsAttr>(*op.getValue());
    if (auto number = dyn_cast<IntegerType>(element))
      value = arith::ConstantOp::create(
          ctx.builder, ctx.loc,
          IntegerAttr::get(getSignless(element),
                           *elements.value_begin<APInt>()));
    else
      value = arith::ConstantOp::create(
          ctx.builder, ctx.loc,
          FloatAttr::get(element, *elements.value_begin<APFloat>()));
  }
  auto [begin, end] = getFlatRange(ctx);
  emitFill(code, ctx.buffer(op.getOutput()), element, begin, value,
           code.sub(end, begin));
  return success();
}

/// Ones where column = row + k; an item is a row.
static LogicalResult emitEyeLike(KernelContext &ctx) {
  auto op = cast<onnx::EyeLikeOp>(ctx.op);
  CodeBuilder code(ctx);
  Value output = op.getOutput(), width = ctx.dim(output, 1);
  Type element = getSignless(getElement(output));
  Value zero = code.constant(element, 0), buffer = ctx.buffer(output);
  Value one = code.constant(element, 1);
  code.loop(ctx.begin, ctx.end, [&](Value row) {
    Value first = code.mul(row, width);
    emitFill(code, buffer, getElement(output), first, zero, width);
    Value column = code.add(row, code.i64(op.getK()));
    Value inside = code.bitAnd(code.ge(column, code.i64(0)),
                               code.lt(column, width));
    code.when(inside, [&] {
      code.store(one, buffer, getElement(output), code.add(first, column));
    });
  });
  return success();
}

static std::pair<Value, Value> eyeGrid(KernelContext &ctx) {
  Value output = ctx.op->getResult(0);
  return {ctx.dim(output, 0), ctx.dim(output, 1)};
}

void quantc::addGenerateKernels(KernelRegistry &registry) {
  registry.add<onnx::OneHotOp>({oneHotGrid, emitOneHot, nullptr, checkOneHot});
  registry.add<onnx::RangeOp>({flatGrid, emitRange, nullptr, nullptr});
  registry.add<onnx::ShapeOp>({oneItem, emitShape, nullptr, nullptr});
  registry.add<onnx::SizeOp>({oneItem, emitSize, nullptr, nullptr});
  registry.add<onnx::ConstantOfShapeOp>(
      {flatGrid, emitConstantOfShape, nullptr, nullptr});
  registry.add<onnx::EyeLikeOp>({eyeGrid, emitEyeLike, nullptr, nullptr});
}
