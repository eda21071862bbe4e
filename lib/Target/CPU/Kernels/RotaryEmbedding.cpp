//===- RotaryEmbedding.cpp - Rotation of pairs by their position ----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A work item is one token of one head: pairs of its elements, neighbours or one
// from each half, are rotated by the angles of the token's row in the caches.
//
//===----------------------------------------------------------------------===//

#include "Attention.h"
#include "Families.h"

using namespace mlir;
using namespace quantc;

namespace {
class Rotation {
public:
  explicit Rotation(KernelContext &ctx)
      : ctx(ctx), code(ctx), op(cast<onnx::RotaryEmbeddingOp>(ctx.op)),
        size(getHeadSize(op.getX(), op.getNumHeads())),
        rotated(op.getRotaryEmbeddingDim() ? op.getRotaryEmbeddingDim() : size),
        x(ctx, op.getX(), op.getNumHeads(), size) {}

  std::pair<Value, Value> getGrid() {
    Value batch = ctx.dim(op.getX(), 0);
    return {code.mul(code.mul(batch, x.heads), x.length), code.i64(size)};
  }
  void emit();

private:
  KernelContext &ctx;
  CodeBuilder code;
  onnx::RotaryEmbeddingOp op;
  int64_t size, rotated;
  HeadLayout x;

  Value getCacheRow(Value token);
  void rotate(Value first, Value cacheRow);
};
} // namespace

/// Where the angles of `token` are in the caches, kept inside of them.
Value Rotation::getCacheRow(Value token) {
  Value position = token;
  if (Value ids = op.getPositionIds()) {
    Type element = getElement(ids);
    position = code.toI64(code.load(ctx.buffer(ids), element, token), element);
    Value last = code.sub(ctx.dim(op.getCosCache(), 0), code.i64(1));
    position = code.clamp(position, code.i64(0), last);
  }
  return code.mul(position, code.i64(rotated / 2));
}

/// The pairs of the row that begins at `first`, sixteen at once.
void Rotation::rotate(Value first, Value cacheRow) {
  bool neighbours = op.getInterleaved();
  Value stride = neighbours ? code.i64(2) : Value();
  Value second = code.add(first, code.i64(neighbours ? 1 : rotated / 2));
  auto row = [&](Value tensor, Value begin, Value step = {}) {
    return Row{ctx.buffer(tensor), getElement(tensor), begin, step};
  };
  Row cosines = row(op.getCosCache(), cacheRow);
  Row sines = row(op.getSinCache(), cacheRow);
  code.chunks(code.i64(rotated / 2), [&](Value i, Value mask) {
    Value c = cosines.load(code, i, mask), s = sines.load(code, i, mask);
    Value a = row(op.getX(), first, stride).load(code, i, mask);
    Value b = row(op.getX(), second, stride).load(code, i, mask);
    row(op.getY(), first, stride)
        .store(code, code.sub(code.mul(c, a), code.mul(s, b)), i, mask);
    row(op.getY(), second, stride)
        .store(code, code.add(code.mul(s, a), code.mul(c, b)), i, mask);
  });
  Value rest = code.add(first, code.i64(rotated));
  if (rotated < size)
    code.copy(ctx.buffer(op.getY()), rest, ctx.buffer(op.getX()), rest,
              getElement(op.getX()), code.i64(size - rotated));
}

void Rotation::emit() {
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    Value s = code.remainder(item, x.length);
    Value ofHead = code.quotient(item, x.length);
    Value h = code.remainder(ofHead, x.heads);
    Value b = code.quotient(ofHead, x.heads);
    Value token = code.add(code.mul(b, x.length), s);
    rotate(code.add(x.first(code, b, h), code.mul(s, x.rowStride)),
           getCacheRow(token));
  });
}

static LogicalResult checkRotation(Operation *op) {
  auto rotary = cast<onnx::RotaryEmbeddingOp>(op);
  if (ShapedType::isDynamic(getHeadSize(rotary.getX(), rotary.getNumHeads())))
    return op->emitError("found a head size that is not static; compiled code "
                         "supports static ones");
  return checkFloat(
      op, {rotary.getX(), rotary.getCosCache(), rotary.getSinCache()});
}

void quantc::addRotaryEmbeddingKernels(KernelRegistry &registry) {
  registry.add<onnx::RotaryEmbeddingOp>(
      {[](KernelContext &ctx) { return Rotation(ctx).getGrid(); },
       [](KernelContext &ctx) {
         Rotation(ctx).emit();
         return success();
       },
       nullptr, checkRotation});
}
