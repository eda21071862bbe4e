//===- Normalization.cpp - Normalization over rows ------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Layer, RMS, group and instance normalization: mean, then variance of the
// deviations, each in canonical order, then one fma per element
// (docs/Numerics.md). A work item is one normalized row.
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "Indexing.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;

using Values = CodeBuilder::Values;

static VectorType getLanes(CodeBuilder &code) {
  return VectorType::get(rowLanes, code.builder.getF32Type());
}

static Value toF32(CodeBuilder &code, Value n) {
  return arith::SIToFPOp::create(code.builder, code.loc,
                                 code.builder.getF32Type(), n);
}

static Value rowMean(CodeBuilder &code, const Row &row, Value n, Value count) {
  Value zero = code.constant(getLanes(code), 0);
  Values lanes =
      code.chunks(n, zero, [&](Value i, Value mask, ValueRange carried) {
        return Values{code.add(carried[0], row.load(code, i, mask))};
      });
  return code.div(code.treeSum(lanes[0]), count);
}

/// Sum of squares of x - mean (of x where mean is null).
static Value rowSquares(CodeBuilder &code, const Row &row, Value n,
                        Value mean) {
  Value zero = code.constant(getLanes(code), 0);
  Values lanes =
      code.chunks(n, zero, [&](Value i, Value mask, ValueRange carried) {
        Value d = row.load(code, i, mask, mean);
        if (mean)
          d = code.sub(d, mean);
        return Values{code.fma(d, d, carried[0])};
      });
  return code.treeSum(lanes[0]);
}

/// 1 / sqrt(squares / count + epsilon).
static Value inverseDeviation(CodeBuilder &code, Value squares, Value count,
                              float epsilon) {
  Value variance = code.add(code.div(squares, count), code.f32(epsilon));
  return code.div(code.f32(1), code.sqrt(variance));
}

namespace {
/// Mean and inverse deviation of one row, in all lanes, and as they are.
struct Statistics {
  Value mean, inverse, oneMean, oneInverse;

  Statistics(CodeBuilder &code, const Row &row, Value n, float epsilon) {
    Value count = toF32(code, n);
    oneMean = rowMean(code, row, n, count);
    mean = code.splat(oneMean);
    Value squares = rowSquares(code, row, n, mean);
    oneInverse = inverseDeviation(code, squares, count, epsilon);
    inverse = code.splat(oneInverse);
  }
};
} // namespace

/// Rows of all dimensions from `axis` on.
static std::pair<Value, Value> getRows(KernelContext &ctx, Value x,
                                       int64_t axis) {
  axis = normalizeAxis(x, axis);
  return {ctx.size(x, 0, axis), ctx.size(x, axis, getRank(x))};
}

/// A row that is a whole parameter tensor.
static Row getParameter(KernelContext &ctx, Value tensor) {
  return {ctx.buffer(tensor), getElement(tensor), ctx.constant(0), Value()};
}

/// Scale and bias must cover the row: broadcasting inside it is not supported.
static LogicalResult checkCovers(Operation *op, Value x, int64_t axis,
                                 Value parameter) {
  if (!parameter)
    return success();
  auto shape = cast<RankedTensorType>(x.getType()).getShape();
  auto own = cast<RankedTensorType>(parameter.getType()).getShape();
  auto row = shape.drop_front(normalizeAxis(x, axis));
  while (own.size() > row.size() && own.front() == 1)
    own = own.drop_front();
  if (own == row)
    return success();
  return op->emitError("found a scale or bias of shape ")
         << parameter.getType() << "; compiled code supports one that has all "
         << "normalized dimensions of " << x.getType();
}

//===----------------------------------------------------------------------===//
// LayerNormalization, RMSNormalization
//===----------------------------------------------------------------------===//

template <typename OpTy> static std::pair<Value, Value> rowGrid(KernelContext &ctx) {
  auto op = cast<OpTy>(ctx.op);
  auto [count, length] = getRows(ctx, op.getX(), op.getAxis());
  return {count, CodeBuilder(ctx).mul(length, ctx.constant(6))};
}

static void storeStatistic(KernelContext &ctx, Value result, Value value,
                           Value item) {
  if (!result)
    return;
  CodeBuilder code(ctx);
  Row row{ctx.buffer(result), getElement(result), item, Value()};
  row.storeOne(code, value, code.i64(0));
}

/// Calls `body` with the rows of this work's items: all dimensions from the axis
/// on, `n` elements.
template <typename OpTy>
static void
forRows(KernelContext &ctx, OpTy op,
        llvm::function_ref<void(const Row &in, const Row &out, Value n,
                                Value item)>
            body) {
  CodeBuilder code(ctx);
  Value n = getRows(ctx, op.getX(), op.getAxis()).second;
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    Value first = code.mul(item, n);
    body({ctx.buffer(op.getX()), getElement(op.getX()), first, Value()},
         {ctx.buffer(op.getY()), getElement(op.getY()), first, Value()}, n,
         item);
  });
}

static LogicalResult emitLayerNormalization(KernelContext &ctx) {
  auto op = cast<onnx::LayerNormalizationOp>(ctx.op);
  CodeBuilder code(ctx);
  forRows(ctx, op, [&](const Row &in, const Row &out, Value n, Value item) {
    Row scale = getParameter(ctx, op.getScale());
    Statistics row(code, in, n, op.getEpsilon().convertToFloat());
    storeStatistic(ctx, op.getMean(), row.oneMean, item);
    storeStatistic(ctx, op.getInvStdDev(), row.oneInverse, item);
    code.chunks(n, [&](Value i, Value mask) {
      Value d = code.sub(in.load(code, i, mask), row.mean);
      Value scaled = code.mul(d, row.inverse), s = scale.load(code, i, mask);
      Value y = op.getB() ? code.fma(scaled, s,
                                     getParameter(ctx, op.getB())
                                         .load(code, i, mask))
                          : code.mul(scaled, s);
      out.store(code, y, i, mask);
    });
  });
  return success();
}

static LogicalResult checkLayerNormalization(Operation *op) {
  auto norm = cast<onnx::LayerNormalizationOp>(op);
  if (failed(checkFloat(op, {norm.getX(), norm.getScale(), norm.getB()})) ||
      failed(checkCovers(op, norm.getX(), norm.getAxis(), norm.getScale())))
    return failure();
  return checkCovers(op, norm.getX(), norm.getAxis(), norm.getB());
}

static LogicalResult emitRMSNormalization(KernelContext &ctx) {
  auto op = cast<onnx::RMSNormalizationOp>(ctx.op);
  CodeBuilder code(ctx);
  forRows(ctx, op, [&](const Row &in, const Row &out, Value n, Value) {
    Row scale = getParameter(ctx, op.getScale());
    Value squares = rowSquares(code, in, n, Value());
    Value k = code.splat(inverseDeviation(code, squares, toF32(code, n),
                                          op.getEpsilon().convertToFloat()));
    code.chunks(n, [&](Value i, Value mask) {
      Value x = code.mul(in.load(code, i, mask), k);
      out.store(code, code.mul(x, scale.load(code, i, mask)), i, mask);
    });
  });
  return success();
}

static LogicalResult checkRMSNormalization(Operation *op) {
  auto norm = cast<onnx::RMSNormalizationOp>(op);
  if (failed(checkFloat(op, {norm.getX(), norm.getScale()})))
    return failure();
  return checkCovers(op, norm.getX(), norm.getAxis(), norm.getScale());
}

//===----------------------------------------------------------------------===//
// Group and InstanceNormalization
//===----------------------------------------------------------------------===//

namespace {
/// [N, C, spatial...] as N x groups rows of channels x spatial elements.
struct ChannelGroups {
  Value x, y, scale, bias;
  Value groups, channels, spatial;
  float epsilon;

  explicit ChannelGroups(KernelContext &ctx) {
    CodeBuilder code(ctx);
    if (auto op = dyn_cast<onnx::InstanceNormalizationOp>(ctx.op)) {
      x = op.getInput(), y = op.getOutput();
      scale = op.getScale(), bias = op.getB();
      epsilon = op.getEpsilon().convertToFloat();
      groups = ctx.dim(x, 1);
      channels = code.i64(1);
    } else {
      auto group = cast<onnx::GroupNormalizationOp>(ctx.op);
      x = group.getX(), y = group.getY();
      scale = group.getScale(), bias = group.getBias();
      epsilon = group.getEpsilon().convertToFloat();
      groups = code.i64(group.getNumGroups());
      channels = code.quotient(ctx.dim(x, 1), groups);
    }
    spatial = ctx.size(x, 2, getRank(x));
  }
};
} // namespace

static std::pair<Value, Value> channelGrid(KernelContext &ctx) {
  CodeBuilder code(ctx);
  ChannelGroups shape(ctx);
  Value length = code.mul(shape.channels, shape.spatial);
  return {code.mul(ctx.dim(shape.x, 0), shape.groups),
          code.mul(length, code.i64(6))};
}

static LogicalResult emitChannelNormalization(KernelContext &ctx) {
  CodeBuilder code(ctx);
  ChannelGroups shape(ctx);
  Value n = code.mul(shape.channels, shape.spatial);
  Row scale = getParameter(ctx, shape.scale);
  Row bias = getParameter(ctx, shape.bias);
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    Value first = code.mul(item, n);
    Row in{ctx.buffer(shape.x), getElement(shape.x), first, Value()};
    Statistics row(code, in, n, shape.epsilon);
    Value firstChannel =
        code.mul(code.remainder(item, shape.groups), shape.channels);
    code.loop(code.i64(0), shape.channels, [&](Value c) {
      Value channel = code.add(firstChannel, c);
      Value s = code.splat(scale.loadOne(code, channel));
      Value b = code.splat(bias.loadOne(code, channel));
      Value start = code.add(first, code.mul(c, shape.spatial));
      Row from{in.base, in.element, start, Value()};
      Row to{ctx.buffer(shape.y), getElement(shape.y), start, Value()};
      code.chunks(shape.spatial, [&](Value i, Value mask) {
        Value d = code.sub(from.load(code, i, mask), row.mean);
        to.store(code, code.fma(code.mul(d, row.inverse), s, b), i, mask);
      });
    });
  });
  return success();
}

static LogicalResult checkChannelNormalization(Operation *op) {
  return checkFloat(op,
                    {op->getOperand(0), op->getOperand(1), op->getOperand(2)});
}

void quantc::addNormalizationKernels(KernelRegistry &registry) {
  registry.add<onnx::LayerNormalizationOp>(
      {rowGrid<onnx::LayerNormalizationOp>, emitLayerNormalization, nullptr,
       checkLayerNormalization});
  registry.add<onnx::RMSNormalizationOp>(
      {rowGrid<onnx::RMSNormalizationOp>, emitRMSNormalization, nullptr,
       checkRMSNormalization});
  registry.add<onnx::InstanceNormalizationOp>(
      {channelGrid, emitChannelNormalization, nullptr,
       checkChannelNormalization});
  registry.add<onnx::GroupNormalizationOp>(
      {channelGrid, emitChannelNormalization, nullptr,
       checkChannelNormalization});
}
