//===- DynamicQuantize.cpp - Codes by the values' own range ---------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A work item is one block: the trailing dimensions over which a scale is shared.
// Its range is exact in any order; the row is read again, from cache, to be
// quantized.
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "Indexing.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

using Values = CodeBuilder::Values;

/// The first of the trailing dimensions that share a scale.
static int64_t getFirstShared(qnn::DynamicQuantizeOp op) {
  auto shape = cast<RankedTensorType>(op.getX().getType()).getShape();
  int64_t first = op.getBlock().size();
  while (first > 0 &&
         (op.getBlock()[first - 1] == -1 || shape[first - 1] == 1))
    --first;
  return first;
}

static LogicalResult checkDynamicQuantize(Operation *op) {
  auto quantize = cast<qnn::DynamicQuantizeOp>(op);
  auto shape = cast<RankedTensorType>(quantize.getX().getType()).getShape();
  int64_t first = getFirstShared(quantize);
  for (int64_t d = 0; d < first; ++d)
    if (quantize.getBlock()[d] == -1 && shape[d] != 1)
      return op->emitError("found a block that shares a leading dimension; "
                           "compiled code supports trailing ones");
  if (!isa<qnn::IntCodecAttr>(quantize.getCodec()))
    return op->emitError("found codec ")
           << quantize.getCodec() << "; compiled code supports #qnn.int";
  return checkFloat(op, {quantize.getX()});
}

static std::pair<Value, Value> dynamicQuantizeGrid(KernelContext &ctx) {
  auto op = cast<qnn::DynamicQuantizeOp>(ctx.op);
  int64_t first = getFirstShared(op), rank = getRank(op.getX());
  CodeBuilder code(ctx);
  return {ctx.size(op.getX(), 0, first),
          code.mul(ctx.size(op.getX(), first, rank), code.i64(6))};
}

/// min(0, x...) and max(0, x...).
static std::pair<Value, Value> getRange(CodeBuilder &code, const Row &row,
                                        Value n) {
  auto type = VectorType::get(rowLanes, code.builder.getF32Type());
  Value zero = code.constant(type, 0);
  Values lanes = code.chunks(
      n, ValueRange{zero, zero},
      [&](Value i, Value mask, ValueRange carried) {
        Value x = row.load(code, i, mask);
        return Values{code.min(x, carried[0]), code.max(x, carried[1])};
      });
  return {code.treeMin(lanes[0]), code.treeMax(lanes[1])};
}

namespace {
struct Parameters {
  Value scale, zeroPoint; // f32, the codes' type
};
} // namespace

static Parameters getParameters(CodeBuilder &code, qnn::IntCodecAttr codec,
                                Value low, Value high) {
  auto range = qnn::QuantCodecInterface(codec).getCodeRange();
  Type codes = code.builder.getIntegerType(codec.getWidth() <= 8 ? 8 : 16);
  Value one = code.f32(1), zero = code.f32(0);
  auto negate = [&](Value v) -> Value {
    return arith::NegFOp::create(code.builder, code.loc, v);
  };
  Value span = codec.getIsSigned() ? code.max(code.abs(low), high)
                                   : code.sub(high, low);
  Value scale = code.div(span, code.f32(range.second));
  scale = code.select(code.gt(scale, zero), scale, one);
  if (codec.getIsSigned())
    return {scale, code.integer(codes, 0)};
  Value point = code.roundEven(code.div(negate(low), scale));
  point = code.min(code.max(point, zero), code.f32(range.second));
  return {scale, arith::FPToUIOp::create(code.builder, code.loc, codes, point)};
}

static LogicalResult emitDynamicQuantize(KernelContext &ctx) {
  auto op = cast<qnn::DynamicQuantizeOp>(ctx.op);
  CodeBuilder code(ctx);
  auto codec = cast<qnn::IntCodecAttr>(op.getCodec());
  Value n = ctx.size(op.getX(), getFirstShared(op), getRank(op.getX()));
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    Row in{ctx.buffer(op.getX()), getElement(op.getX()), code.mul(item, n),
           Value()};
    auto [low, high] = getRange(code, in, n);
    auto [scale, zeroPoint] = getParameters(code, codec, low, high);
    code.store(scale, ctx.buffer(op.getScale()), getElement(op.getScale()),
               item);
    code.store(zeroPoint, ctx.buffer(op.getZeroPoint()),
               getElement(op.getZeroPoint()), item);
    Value scales = code.splat(scale), points = code.splat(zeroPoint);
    code.chunks(n, [&](Value i, Value mask) {
      Value ratio = code.div(in.load(code, i, mask), scales);
      Value codes = qnn::QuantCodecInterface(codec).emitEncode(
          code.builder, code.loc, ratio, points);
      code.store(codes, ctx.buffer(op.getCodes()), getElement(op.getCodes()),
                 code.add(in.first, i), mask);
    });
  });
  return success();
}

void quantc::addDynamicQuantizeKernels(KernelRegistry &registry) {
  registry.add<qnn::DynamicQuantizeOp>({dynamicQuantizeGrid,
                                        emitDynamicQuantize, nullptr,
                                        checkDynamicQuantize});
}
