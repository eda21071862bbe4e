//===- Attention.cpp - Attention and rotary embedding ---------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Keys in blocks of 64 with a running maximum, as docs/Numerics.md says; a query
// that may see no key at all gives zeros.
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "Rows.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::onnx;

namespace {
/// [B, heads, S, size], or [B, S, heads * size] read as such.
struct HeadLayout {
  int64_t batch, heads, length, size;
  int64_t headStride, rowStride;

  static FailureOr<HeadLayout> get(Operation *op, const Tensor &x,
                                   std::optional<int64_t> heads) {
    if (x.shape.size() == 4)
      return HeadLayout{x.shape[0], x.shape[1], x.shape[2], x.shape[3],
                        x.shape[2] * x.shape[3], x.shape[3]};
    if (x.shape.size() != 3 || !heads || *heads < 1 || x.shape[2] % *heads)
      return op->emitError("expects [B, heads, S, size], or [B, S, heads * "
                           "size] and the number of heads");
    int64_t size = x.shape[2] / *heads;
    return HeadLayout{x.shape[0], *heads, x.shape[1], size, size, x.shape[2]};
  }
  int64_t offset(int64_t b, int64_t h, int64_t s) const {
    return b * heads * length * size + h * headStride + s * rowStride;
  }
};
} // namespace

/// `past` and `now` along the sequence, as [B, heads, S, size].
static FailureOr<Tensor> joinHeads(Operation *op, const Tensor *past,
                                   const Tensor &now,
                                   std::optional<int64_t> heads) {
  FailureOr<HeadLayout> layout = HeadLayout::get(op, now, heads);
  if (failed(layout))
    return failure();
  Tensor result;
  result.element = now.element;
  int64_t before = past ? past->shape[2] : 0;
  int64_t width = layout->size * (now.element.isF64() ? 8 : 4);
  result.shape = {layout->batch, layout->heads, before + layout->length,
                  layout->size};
  if (past && (past->shape.size() != 4 || past->shape[0] != layout->batch ||
               past->shape[1] != layout->heads ||
               past->shape[3] != layout->size))
    return op->emitError("the cache does not fit keys or values");
  for (int64_t b = 0; b < layout->batch; ++b)
    for (int64_t h = 0; h < layout->heads; ++h) {
      if (past) {
        auto first = past->bytes.begin() + (b * layout->heads + h) * before * width;
        result.bytes.insert(result.bytes.end(), first, first + before * width);
      }
      for (int64_t s = 0; s < layout->length; ++s) {
        auto first = now.bytes.begin() +
                     layout->offset(b, h, s) / layout->size * width;
        result.bytes.insert(result.bytes.end(), first, first + width);
      }
    }
  return result;
}

namespace {
/// Which keys a query may see, and what is added to its scores.
class Mask {
public:
  Mask(AttentionOp op, Evaluation &env, int64_t queries)
      : op(op), mask(env.find(op.getAttnMask())),
        left(op.getLeftWindowSize()), right(op.getRightWindowSize()) {
    if (const Tensor *past = env.find(op.getPastKey()))
      offset = past->shape[2];
    if (op.getNonpadKvSeqlen()) {
      lengths = env.getInts(op.getNonpadKvSeqlen());
      ownOffset = !op.getPastKey();
    }
    this->queries = queries;
  }

  /// The mask fits [B, heads, queries, at most keys].
  LogicalResult check(int64_t batch, int64_t heads, int64_t keys) const {
    if (!lengths.empty() && int64_t(lengths.size()) != batch)
      return op->emitError("expects a key length for each batch");
    if (!mask)
      return success();
    int64_t target[] = {batch, heads, queries, keys};
    ArrayRef<int64_t> shape = mask->shape;
    bool fits = !shape.empty() && shape.size() <= 4;
    for (size_t d = 0; fits && d < shape.size(); ++d) {
      int64_t size = shape[shape.size() - 1 - d], want = target[3 - d];
      fits = d == 0 ? size <= want : size == 1 || size == want;
    }
    if (!fits)
      return op->emitError("the mask does not fit the scores");
    return success();
  }

  /// The score with the mask added; -inf where the key is not seen.
  template <typename T>
  T apply(T score, int64_t b, int64_t h, int64_t q, int64_t k) const {
    const T hidden = -std::numeric_limits<T>::infinity();
    if (mask) {
      if (k >= mask->shape.back())
        return hidden;
      int64_t position = find(b, h, q, k);
      if (mask->element.isInteger(1)) {
        if (!mask->data<bool>()[position])
          return hidden;
      } else {
        score = score + mask->data<T>()[position];
      }
    }
    int64_t at = q + (ownOffset ? lengths[b] - queries : offset);
    bool isSeen = (!op.getIsCausal() || k <= at) &&
                  (left < 0 || at - k <= left) &&
                  (right < 0 || k - at <= right) &&
                  (lengths.empty() || k < lengths[b]);
    return isSeen ? score : hidden;
  }

private:
  mutable AttentionOp op;
  const Tensor *mask;
  int64_t left, right, offset = 0, queries = 0;
  bool ownOffset = false;
  SmallVector<int64_t> lengths;

  int64_t find(int64_t b, int64_t h, int64_t q, int64_t k) const {
    int64_t index[] = {b, h, q, k}, result = 0, stride = 1;
    for (size_t d = 0; d < mask->shape.size(); ++d) {
      int64_t size = mask->shape[mask->shape.size() - 1 - d];
      result += size == 1 && d ? 0 : index[3 - d] * stride;
      stride *= size;
    }
    return result;
  }
};
} // namespace

/// y = softmax(scores) x values, in blocks of 64 keys.
template <typename T>
static void attend(ArrayRef<T> scores, const T *values, MutableArrayRef<T> y) {
  constexpr int64_t block = 64;
  const T none = -std::numeric_limits<T>::infinity();
  T most = none, sum = T(0);
  std::vector<T> weights;
  for (int64_t begin = 0; begin < int64_t(scores.size()); begin += block) {
    ArrayRef<T> part = scores.drop_front(begin).take_front(block);
    int64_t count = part.size();
    T next = larger(most, maxRow(Row<const T>{part.data(), count}));
    if (next == none)
      continue; // no key to see yet
    T correction = Math<T>::exp0(most - next);
    weights.assign(count, T(0));
    for (int64_t j = 0; j < count; ++j)
      weights[j] = Math<T>::exp0(part[j] - next);
    sum = sum * correction + sumRow(Row<const T>{weights.data(), count});
    for (T &element : y)
      element = element * correction;
    for (int64_t j = 0; j < count; ++j)
      fmaRow(weights[j], values + (begin + j) * y.size(), y.data(), y.size());
    most = next;
  }
  T inverse = sum == T(0) ? sum : T(1) / sum;
  for (T &element : y)
    element = element * inverse;
}

/// What the result qk_matmul_output shows: 0 and 1 scores before the mask, 2 with
/// it, 3 the weights.
template <typename T>
static void exposeScores(int64_t mode, ArrayRef<T> before, ArrayRef<T> after,
                         T *out) {
  if (mode == 3) {
    Row<const T> row{after.data(), int64_t(after.size())};
    if (std::isinf(maxRow(row)))
      std::fill_n(out, row.length, T(0));
    else
      softmaxRow(row, Row<T>{out, row.length});
    return;
  }
  llvm::copy(mode == 2 ? after : before, out);
}

static LogicalResult evaluateAttention(AttentionOp op, Evaluation &env) {
  const Tensor &qTensor = env.get(op.getQ());
  std::optional<int64_t> kvHeads = op.getKvNumHeads();
  FailureOr<HeadLayout> q = HeadLayout::get(op, qTensor, op.getQNumHeads());
  FailureOr<Tensor> key =
      joinHeads(op, env.find(op.getPastKey()), env.get(op.getK()), kvHeads);
  FailureOr<Tensor> value =
      joinHeads(op, env.find(op.getPastValue()), env.get(op.getV()), kvHeads);
  if (failed(q) || failed(key) || failed(value))
    return failure();
  int64_t heads = key->shape[1], keys = key->shape[2], size = value->shape[3];
  if (key->shape[0] != q->batch || key->shape[3] != q->size || heads == 0 ||
      q->heads % heads || value->shape[1] != heads || value->shape[2] != keys)
    return op.emitError("Q, K and V do not fit each other");
  Mask mask(op, env, q->length);
  if (failed(mask.check(q->batch, q->heads, keys)))
    return failure();

  HeadLayout out = *q;
  out.size = size;
  bool isFlat = qTensor.shape.size() == 3;
  out.headStride = isFlat ? size : q->length * size;
  out.rowStride = isFlat ? q->heads * size : size;
  Tensor *y = env.create(
      op.getY(), isFlat ? Sizes{q->batch, q->length, q->heads * size}
                        : Sizes{q->batch, q->heads, q->length, size});
  Tensor *exposed = nullptr;
  if (op.getQkMatmulOutput())
    exposed = env.create(op.getQkMatmulOutput(),
                         {q->batch, q->heads, q->length, keys});
  if (!y)
    return failure();
  LogicalResult known = forFloat(op, qTensor.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T scale = T(op.getScale() ? double(toFloat(*op.getScale()))
                              : 1 / std::sqrt(double(q->size)));
    T cap = T(toFloat(op.getSoftcap()));
    std::vector<T> before(keys), after(keys);
    Odometer item({q->batch, q->heads, q->length}, {});
    int64_t row = 0;
    item.forEach([&](const int64_t *) {
      int64_t b = item.getIndex()[0], h = item.getIndex()[1],
              s = item.getIndex()[2];
      int64_t group = b * heads + h / (q->heads / heads);
      const T *query = qTensor.data<T>() + q->offset(b, h, s);
      for (int64_t k = 0; k < keys; ++k) {
        const T *other = key->data<T>() + (group * keys + k) * q->size;
        T score = T(0);
        for (int64_t d = 0; d < q->size; ++d)
          score = std::fma(query[d], other[d], score);
        score = score * scale;
        if (cap != T(0))
          score = cap * Math<T>::tanh(score / cap);
        before[k] = score;
        after[k] = mask.apply(score, b, h, s, k);
      }
      if (exposed)
        exposeScores<T>(op.getQkMatmulOutputMode(), before, after,
                        exposed->data<T>() + row * keys);
      attend<T>(after, value->data<T>() + group * keys * size,
                {y->data<T>() + out.offset(b, h, s), size_t(size)});
      ++row;
    });
  });
  if (op.getPresentKey())
    env.set(op.getPresentKey(), std::move(*key));
  if (op.getPresentValue())
    env.set(op.getPresentValue(), std::move(*value));
  return known;
}

//===----------------------------------------------------------------------===//
// RotaryEmbedding
//===----------------------------------------------------------------------===//

/// Pairs of elements of each head are rotated by the angles of their position.
static LogicalResult evaluateRotaryEmbedding(RotaryEmbeddingOp op,
                                             Evaluation &env) {
  const Tensor &x = env.get(op.getX());
  const Tensor &cosines = env.get(op.getCosCache());
  const Tensor &sines = env.get(op.getSinCache());
  FailureOr<HeadLayout> layout = HeadLayout::get(op, x, op.getNumHeads());
  if (failed(layout))
    return failure();
  int64_t rotated = op.getRotaryEmbeddingDim();
  rotated = rotated ? rotated : layout->size;
  int64_t half = rotated / 2;
  SmallVector<int64_t> positions;
  int64_t tokens = layout->batch * layout->length;
  if (op.getPositionIds())
    positions = env.getInts(op.getPositionIds());
  else
    llvm::append_range(positions, llvm::seq<int64_t>(0, tokens));
  if (rotated > layout->size || half < 1 || cosines.shape.back() != half ||
      cosines.shape != sines.shape || int64_t(positions.size()) != tokens)
    return op.emitError("the caches do not fit the heads");
  int64_t rows = cosines.size() / half;
  for (int64_t position : positions)
    if (position < 0 || position >= rows)
      return op.emitError("position ")
             << position << " is outside caches of " << rows;
  Tensor *y = env.create(op.getY(), x.shape);
  if (!y)
    return failure();
  y->bytes = x.bytes;
  bool interleaved = op.getInterleaved();
  return forFloat(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    Odometer item({layout->batch, layout->heads, layout->length}, {});
    item.forEach([&](const int64_t *) {
      int64_t b = item.getIndex()[0], s = item.getIndex()[2];
      int64_t first = layout->offset(b, item.getIndex()[1], s);
      int64_t position = positions[b * layout->length + s];
      for (int64_t i = 0; i < half; ++i) {
        int64_t i1 = first + (interleaved ? 2 * i : i);
        int64_t i2 = first + (interleaved ? 2 * i + 1 : i + half);
        T c = cosines.data<T>()[position * half + i];
        T sine = sines.data<T>()[position * half + i];
        T x1 = x.data<T>()[i1], x2 = x.data<T>()[i2];
        y->data<T>()[i1] = (c * x1) - (sine * x2);
        y->data<T>()[i2] = (sine * x1) + (c * x2);
      }
    });
  });
}

void evaluator::addAttention(Registry &registry) {
  registry.add<AttentionOp>(evaluateAttention);
  registry.add<RotaryEmbeddingOp>(evaluateRotaryEmbedding);
}
