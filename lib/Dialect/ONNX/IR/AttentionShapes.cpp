//===- AttentionShapes.cpp - Shapes of attention --------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Operands are [batch, heads, sequence, head size] or, with the number of
// heads as an attribute, [batch, sequence, hidden]; either is looked at as the
// first.
//
//===----------------------------------------------------------------------===//

#include "ShapeHelpers.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

namespace {
/// An operand in four dimensions; a null one cannot be written symbolically.
struct Heads {
  Dim batch, heads, sequence, size;
};
} // namespace

static FailureOr<Heads> getHeads(Operation *op, ShapeEnv &env,
                                 ArrayRef<Dim> shape,
                                 std::optional<uint64_t> count,
                                 StringRef name) {
  // C1
  if (shape.size() != 3 && shape.size() != 4)
    return op->emitOpError("C1: ")
           << name << " must have rank 3 or 4, found " << shape.size();
  if (shape.size() == 4)
    return Heads{shape[0], shape[1], shape[2], shape[3]};
  // C2
  int64_t heads = count.value_or(0);
  std::optional<int64_t> hidden = ShapeEnv::getConstant(shape[2]);
  if (heads < 1 || heads > dims::maxConstant || (hidden && *hidden % heads))
    return op->emitOpError("C2: the number of heads of ")
           << name << " must be given, positive and divide its last dimension, "
           << "found " << heads;
  Dim number = env.constant(heads);
  return Heads{shape[0], number, shape[1],
               dims::divideExactly(shape[2], number)};
}

/// Dimensions that are both known must agree.
static LogicalResult requireKnownEqual(Operation *op, ShapeEnv &env, Dim a,
                                       Dim b, const Twine &what) {
  return a && b ? requireEqual(op, env, a, b, what) : success();
}

/// The constraints between query, keys and values.
static LogicalResult checkAttention(AttentionOp op, ShapeEnv &env,
                                    const Heads &q, const Heads &k,
                                    const Heads &v) {
  // C3
  if (failed(requireKnownEqual(op, env, q.batch, k.batch,
                               "C3: batches of Q and K")) ||
      failed(requireKnownEqual(op, env, k.batch, v.batch,
                               "C3: batches of K and V")) ||
      failed(requireKnownEqual(op, env, k.sequence, v.sequence,
                               "C3: sequences of K and V")) ||
      failed(requireKnownEqual(op, env, q.size, k.size,
                               "C3: head sizes of Q and K")) ||
      failed(requireKnownEqual(op, env, k.heads, v.heads,
                               "C3: heads of K and V")))
    return failure();
  // C4
  std::optional<int64_t> queries = ShapeEnv::getConstant(q.heads),
                         keys = ShapeEnv::getConstant(k.heads);
  if (queries && keys && (*keys < 1 || *queries % *keys))
    return op.emitOpError("C4: the heads of K must divide those of Q, found ")
           << *keys << " and " << *queries;
  // C5
  if (!op.getPastKey() != !op.getPastValue())
    return op.emitOpError("C5: past_key and past_value come together");
  return success();
}

/// `current` appended to `past` [batch, heads, past sequence, size].
static LogicalResult appendPast(AttentionOp op, ShapeEnv &env, Value past,
                                Heads &current) {
  if (!past)
    return success();
  if (failed(requireRank(op, env, past, 4, "C5: past")))
    return failure();
  const Dims *shape = env.getShape(past);
  current.sequence =
      shape ? dims::add((*shape)[2], current.sequence) : Dim();
  return success();
}

LogicalResult AttentionOp::inferShapes(ShapeEnv &env) {
  const Dims *query = env.getShape(getQ()), *key = env.getShape(getK()),
             *value = env.getShape(getV());
  if (!query || !key || !value)
    return success();
  FailureOr<Heads> q = getHeads(*this, env, *query, getQNumHeads(), "Q");
  if (failed(q))
    return failure();
  FailureOr<Heads> k = getHeads(*this, env, *key, getKvNumHeads(), "K");
  if (failed(k))
    return failure();
  FailureOr<Heads> v = getHeads(*this, env, *value, getKvNumHeads(), "V");
  if (failed(v) || failed(checkAttention(*this, env, *q, *k, *v)) ||
      failed(appendPast(*this, env, getPastKey(), *k)) ||
      failed(appendPast(*this, env, getPastValue(), *v)))
    return failure();
  if (query->size() == 4)
    env.setShape(getY(), {q->batch, q->heads, q->sequence, v->size});
  else
    env.setShape(getY(),
                 {q->batch, q->sequence, dims::mul(q->heads, v->size)});
  if (getPresentKey())
    env.setShape(getPresentKey(), {k->batch, k->heads, k->sequence, k->size});
  if (getPresentValue())
    env.setShape(getPresentValue(), {v->batch, v->heads, v->sequence, v->size});
  Dims scores = {q->batch, q->heads, q->sequence, k->sequence};
  if (getQkMatmulOutput())
    env.setShape(getQkMatmulOutput(), scores);
  // C6: the mask may cover fewer keys than there are.
  const Dims *mask = getAttnMask() ? env.getShape(getAttnMask()) : nullptr;
  if (mask && (mask->size() < 1 || mask->size() > 4))
    return emitOpError("C6: attn_mask must have rank 1 to 4, found ")
           << getAttnMask().getType();
  return success();
}

LogicalResult RotaryEmbeddingOp::inferShapes(ShapeEnv &env) {
  const Dims *shape = env.getShape(getX());
  if (!shape)
    return success();
  FailureOr<Heads> x = getHeads(*this, env, *shape, getNumHeads(), "X");
  if (failed(x))
    return failure();
  // C3
  int64_t rotated = getRotaryEmbeddingDim();
  std::optional<int64_t> size = ShapeEnv::getConstant(x->size);
  if (rotated < 0 || rotated % 2 || (size && rotated > *size) ||
      (rotated == 0 && size && *size % 2))
    return emitOpError("C3: rotary_embedding_dim must be even and at most the "
                       "head size, found ")
           << rotated;
  // C4
  int64_t rank = getPositionIds() ? 2 : 3;
  for (Value cache : {getCosCache(), getSinCache()})
    if (failed(requireRank(*this, env, cache, rank, "C4: a cache")))
      return failure();
  env.setShape(getY(), *shape);
  return success();
}
