//===- Attention.cpp - Scaled dot-product attention -----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A work item is 32 queries of one head. Keys come in blocks of 64, transposed
// once into scratch so that 16 keys are one vector and every score still sums its
// products in ascending order; four queries share each load. Maximum, sum and
// result are rescaled from block to block (docs/Numerics.md, "Attention").
//
// Scratch, in floats: keys [head][64], weights [4][64], then for each query of
// the item its maximum, its sum and its result [value head, to 16].
//
//===----------------------------------------------------------------------===//

#include "Indexing.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include <cmath>

using namespace mlir;
using namespace quantc;

using Values = CodeBuilder::Values;

static constexpr int64_t queriesPerItem = 32, queriesAtOnce = 4;
static constexpr int64_t blockKeys = 64, blockVectors = blockKeys / rowLanes;

//===----------------------------------------------------------------------===//
// Layout
//===----------------------------------------------------------------------===//

/// Head size of a [B, heads, S, size] or [B, S, heads * size] operand.
static int64_t getHeadSize(Value tensor, std::optional<int64_t> heads) {
  auto type = cast<RankedTensorType>(tensor.getType());
  int64_t last = type.getShape().back();
  if (type.getRank() == 4 || ShapedType::isDynamic(last))
    return last;
  return heads && *heads > 0 ? last / *heads : ShapedType::kDynamic;
}

static int64_t padToLanes(int64_t n) { return (n + rowLanes - 1) & -rowLanes; }

namespace {
/// Where element (b, h, s, d) of an operand is.
struct HeadLayout {
  Value tensor, heads, length, batchStride, headStride, rowStride;

  HeadLayout(KernelContext &ctx, Value tensor, std::optional<int64_t> numHeads,
             int64_t size)
      : tensor(tensor) {
    CodeBuilder code(ctx);
    Value width = code.i64(size);
    if (getRank(tensor) == 4) {
      heads = ctx.dim(tensor, 1);
      length = ctx.dim(tensor, 2);
      rowStride = width;
      headStride = code.mul(length, width);
    } else {
      heads = code.i64(*numHeads);
      length = ctx.dim(tensor, 1);
      rowStride = code.mul(heads, width);
      headStride = width;
    }
    batchStride = code.mul(code.mul(heads, length), width);
  }

  Value first(CodeBuilder &code, Value batch, Value head) const {
    return code.add(code.mul(batch, batchStride), code.mul(head, headStride));
  }
  /// The `size` elements of row `s`.
  Row row(KernelContext &ctx, Value first, Value s) const {
    CodeBuilder code(ctx);
    return {ctx.buffer(tensor), getElement(tensor),
            code.add(first, code.mul(s, rowStride)), Value()};
  }
};

class AttentionCode {
public:
  explicit AttentionCode(KernelContext &ctx)
      : ctx(ctx), code(ctx), op(cast<onnx::AttentionOp>(ctx.op)),
        headSize(getHeadSize(op.getQ(), op.getQNumHeads())),
        valueSize(getHeadSize(op.getV(), op.getKvNumHeads())),
        q(ctx, op.getQ(), op.getQNumHeads(), headSize),
        k(ctx, op.getK(), op.getKvNumHeads(), headSize),
        v(ctx, op.getV(), op.getKvNumHeads(), valueSize),
        y(ctx, op.getY(), op.getQNumHeads(), valueSize) {
    f32 = ctx.builder.getF32Type();
    lanes = VectorType::get(rowLanes, f32);
    blocks = code.ceilDiv(q.length, queriesPerItem);
  }

  std::pair<Value, Value> getGrid() {
    Value items = code.mul(code.mul(ctx.dim(op.getQ(), 0), q.heads), blocks);
    Value cost = code.mul(k.length, code.i64(queriesPerItem * headSize / 4));
    return {items, cost};
  }
  void emit();

  static int64_t getScratchBytes(Operation *op);

private:
  KernelContext &ctx;
  CodeBuilder code;
  onnx::AttentionOp op;
  int64_t headSize, valueSize;
  HeadLayout q, k, v, y;
  Type f32;
  VectorType lanes;
  Value blocks;
  // Of the item being written.
  Value batch, head, firstQuery, firstQ, firstK, firstV, firstY;

  // Scratch, as offsets in floats.
  int64_t weightsAt() const { return headSize * blockKeys; }
  int64_t maximaAt() const { return weightsAt() + queriesAtOnce * blockKeys; }
  int64_t sumsAt() const { return maximaAt() + queriesPerItem; }
  int64_t resultsAt() const { return sumsAt() + queriesPerItem; }
  Value at(int64_t offset, Value index) {
    return code.add(code.i64(offset), index);
  }
  Value resultAt(Value slot, Value d) {
    Value row = code.mul(slot, code.i64(padToLanes(valueSize)));
    return at(resultsAt(), code.add(row, d));
  }

  void emitItem(Value item);
  void initialize();
  void transposeKeys(Value firstKey, Value numKeys);
  void emitQueries(Value slot, Value firstKey, Value numKeys);
  Values emitScores(ArrayRef<Value> queries);
  Value adjustScore(Value score, Value query, Value key, Value valid);
  Value addMask(Value score, Value query, Value key, Value valid);
  Value emitWeights(int64_t r, Value slot, ArrayRef<Value> scores);
  void emitResults(Value slot, ArrayRef<Value> corrections, Value firstKey,
                   Value numKeys);
  void emitOutput();
};
} // namespace

int64_t AttentionCode::getScratchBytes(Operation *op) {
  auto attention = cast<onnx::AttentionOp>(op);
  int64_t head = getHeadSize(attention.getQ(), attention.getQNumHeads());
  int64_t value = getHeadSize(attention.getV(), attention.getKvNumHeads());
  return 4 * (head * blockKeys + queriesAtOnce * blockKeys +
              queriesPerItem * (2 + padToLanes(value)));
}

//===----------------------------------------------------------------------===//
// An item
//===----------------------------------------------------------------------===//

void AttentionCode::emit() {
  code.loop(ctx.begin, ctx.end, [&](Value item) { emitItem(item); });
}

void AttentionCode::emitItem(Value item) {
  Value ofHead = code.quotient(item, blocks);
  head = code.remainder(ofHead, q.heads);
  batch = code.quotient(ofHead, q.heads);
  firstQuery =
      code.mul(code.remainder(item, blocks), code.i64(queriesPerItem));
  // Queries of a group share their keys.
  Value keyHead = code.quotient(head, code.quotient(q.heads, k.heads));
  firstQ = q.first(code, batch, head);
  firstK = k.first(code, batch, keyHead);
  firstV = v.first(code, batch, keyHead);
  firstY = y.first(code, batch, head);

  initialize();
  Value numQueries = code.min(code.sub(q.length, firstQuery),
                              code.i64(queriesPerItem));
  code.loop(
      code.i64(0), k.length,
      [&](Value key) {
        Value numKeys =
            code.min(code.sub(k.length, key), code.i64(blockKeys));
        transposeKeys(key, numKeys);
        code.loop(
            code.i64(0), numQueries,
            [&](Value slot) { emitQueries(slot, key, numKeys); },
            queriesAtOnce);
      },
      blockKeys);
  emitOutput();
}

void AttentionCode::initialize() {
  Value lowest = code.infinity(f32, /*negative=*/true), zero = code.f32(0);
  Value none = code.constant(lanes, 0);
  code.loop(code.i64(0), code.i64(queriesPerItem), [&](Value slot) {
    code.store(lowest, ctx.scratch, f32, at(maximaAt(), slot));
    code.store(zero, ctx.scratch, f32, at(sumsAt(), slot));
    code.chunks(code.i64(padToLanes(valueSize)), [&](Value d, Value) {
      code.store(none, ctx.scratch, f32, resultAt(slot, d));
    });
  });
}

/// Keys [firstKey, firstKey + numKeys) as [head][64]; columns beyond are left as
/// they are, their scores are replaced.
void AttentionCode::transposeKeys(Value firstKey, Value numKeys) {
  code.loop(code.i64(0), numKeys, [&](Value j) {
    Row key = k.row(ctx, firstK, code.add(firstKey, j));
    code.chunks(code.i64(headSize), [&](Value d, Value mask) {
      Row column{ctx.scratch, f32, code.add(code.mul(d, code.i64(blockKeys)), j),
                 code.i64(blockKeys)};
      column.store(code, key.load(code, d, mask), code.i64(0), mask);
    });
  });
}

//===----------------------------------------------------------------------===//
// Scores
//===----------------------------------------------------------------------===//

/// Dot products of the queries with the block's keys: for each query, vectors of
/// 16 keys.
Values AttentionCode::emitScores(ArrayRef<Value> queries) {
  Values zeros(queries.size() * blockVectors, code.constant(lanes, 0));
  return code.loop(
      code.i64(0), code.i64(headSize), zeros, [&](Value d, ValueRange sums) {
        Values keys, next(sums);
        for (int64_t c = 0; c < blockVectors; ++c)
          keys.push_back(code.loadVector(
              ctx.scratch, f32,
              code.add(code.mul(d, code.i64(blockKeys)),
                       code.i64(c * rowLanes))));
        for (auto [r, query] : llvm::enumerate(queries)) {
          Value x = code.splat(q.row(ctx, firstQ, query).loadOne(code, d));
          for (int64_t c = 0; c < blockVectors; ++c)
            next[r * blockVectors + c] =
                code.fma(x, keys[c], next[r * blockVectors + c]);
        }
        return next;
      });
}

/// Scores of keys `key` ... of `query` after scale, cap and masks; -inf where the
/// lane is no key.
Value AttentionCode::adjustScore(Value score, Value query, Value key,
                                 Value valid) {
  float scale = op.getScale() ? op.getScale()->convertToFloat()
                              : float(1 / std::sqrt(double(headSize)));
  score = code.mul(score, code.constant(lanes, scale));
  if (float cap = op.getSoftcap().convertToFloat(); cap != 0) {
    Value limit = code.constant(lanes, cap);
    score = code.mul(limit, emitTanh(code, code.div(score, limit)));
  }
  Value lowest = code.infinity(lanes, /*negative=*/true);
  if (op.getAttnMask())
    score = addMask(score, query, key, valid);
  if (op.getIsCausal()) {
    Value later = code.gt(code.ascending(key), code.splat(query));
    score = code.select(later, lowest, score);
  }
  return code.select(valid, score, lowest);
}

/// Adds a mask of numbers; a boolean one leaves the keys that are true.
Value AttentionCode::addMask(Value score, Value query, Value key, Value valid) {
  Value mask = op.getAttnMask();
  int64_t rank = getRank(mask);
  ValueList dims = getDims(ctx, mask), strides = getStrides(code, dims);
  ValueList position = {batch, head, query};
  Value first = code.i64(0);
  for (int64_t d = 0; d + 1 < rank; ++d) {
    Value single = code.eq(dims[d], code.i64(1));
    Value stride = code.select(single, code.i64(0), strides[d]);
    first = code.add(first, code.mul(position[d + 4 - rank], stride));
  }
  Row row{ctx.buffer(mask), getElement(mask), first, Value()};
  Value element = row.load(code, key, valid);
  if (!isa<IntegerType>(getElement(mask)))
    return code.add(score, element);
  return code.select(element, score, code.infinity(lanes, /*negative=*/true));
}

//===----------------------------------------------------------------------===//
// Weights and results
//===----------------------------------------------------------------------===//

/// Four queries (the last one again, beyond the end) against one block.
void AttentionCode::emitQueries(Value slot, Value firstKey, Value numKeys) {
  Value last = code.sub(q.length, code.i64(1));
  ValueList queries;
  for (int64_t r = 0; r < queriesAtOnce; ++r)
    queries.push_back(code.min(
        code.add(code.add(firstQuery, slot), code.i64(r)), last));
  Values scores = emitScores(queries);
  ValueList corrections;
  for (int64_t r = 0; r < queriesAtOnce; ++r) {
    ValueList own;
    for (int64_t c = 0; c < blockVectors; ++c) {
      Value key = code.add(firstKey, code.i64(c * rowLanes));
      Value valid = code.lt(code.ascending(key), code.splat(k.length));
      own.push_back(adjustScore(scores[r * blockVectors + c], queries[r], key,
                                valid));
    }
    corrections.push_back(
        emitWeights(r, code.add(slot, code.i64(r)), own));
  }
  emitResults(slot, corrections, firstKey, numKeys);
}

/// Moves a query's maximum and sum on by a block and stores the block's weights;
/// the correction of what was summed before. A block without any key left leaves
/// everything as it is.
Value AttentionCode::emitWeights(int64_t r, Value slot,
                                 ArrayRef<Value> scores) {
  Value lowest = code.infinity(f32, /*negative=*/true);
  Value best = code.splat(lowest), sum = code.constant(lanes, 0);
  for (Value score : scores)
    best = code.max(score, best);
  Value before = code.load(ctx.scratch, f32, at(maximaAt(), slot));
  Value most = code.max(before, code.treeMax(best));
  Value nothing = code.eq(most, lowest);
  Value correction = code.select(nothing, code.f32(1),
                                 emitExp0(code, code.sub(before, most)));
  Value all = code.splat(most), none = code.splat(nothing);
  for (auto [c, score] : llvm::enumerate(scores)) {
    Value weight = code.select(none, code.constant(lanes, 0),
                               emitExp0(code, code.sub(score, all)));
    code.store(weight, ctx.scratch, f32,
               code.i64(weightsAt() + r * blockKeys + c * rowLanes));
    sum = code.add(sum, weight);
  }
  Value total = code.load(ctx.scratch, f32, at(sumsAt(), slot));
  total = code.add(code.mul(total, correction), code.treeSum(sum));
  code.store(total, ctx.scratch, f32, at(sumsAt(), slot));
  code.store(most, ctx.scratch, f32, at(maximaAt(), slot));
  return correction;
}

/// result = fma(weight, value, ...) over the block's keys, ascending, from the
/// corrected result so far.
void AttentionCode::emitResults(Value slot, ArrayRef<Value> corrections,
                                Value firstKey, Value numKeys) {
  code.chunks(code.i64(valueSize), [&](Value d, Value mask) {
    Values sums;
    for (auto [r, correction] : llvm::enumerate(corrections)) {
      Value own = resultAt(code.add(slot, code.i64(r)), d);
      sums.push_back(code.mul(code.loadVector(ctx.scratch, f32, own),
                              code.splat(correction)));
    }
    sums = code.loop(
        code.i64(0), numKeys, sums, [&](Value j, ValueRange carried) {
          Row row = v.row(ctx, firstV, code.add(firstKey, j));
          Value value = row.load(code, d, mask);
          Values next;
          for (auto [r, sum] : llvm::enumerate(carried)) {
            Value weight = code.load(ctx.scratch, f32,
                                     at(weightsAt() + r * blockKeys, j));
            next.push_back(code.fma(code.splat(weight), value, sum));
          }
          return next;
        });
    for (auto [r, sum] : llvm::enumerate(sums))
      code.store(sum, ctx.scratch, f32,
                 resultAt(code.add(slot, code.i64(r)), d));
  });
}

void AttentionCode::emitOutput() {
  Value left = code.sub(q.length, firstQuery);
  code.loop(code.i64(0), code.min(left, code.i64(queriesPerItem)),
            [&](Value slot) {
    Value sum = code.load(ctx.scratch, f32, at(sumsAt(), slot));
    // No key at all leaves 0.
    Value inverse = code.select(code.eq(sum, code.f32(0)), sum,
                                code.div(code.f32(1), sum));
    inverse = code.splat(inverse);
    Row out = y.row(ctx, firstY, code.add(firstQuery, slot));
    code.chunks(code.i64(valueSize), [&](Value d, Value mask) {
      Value result =
          code.loadVector(ctx.scratch, f32, resultAt(slot, d));
      out.store(code, code.mul(result, inverse), d, mask);
    });
  });
}

//===----------------------------------------------------------------------===//
// What is supported
//===----------------------------------------------------------------------===//

static LogicalResult checkAttention(Operation *op) {
  auto attention = cast<onnx::AttentionOp>(op);
  if (attention.getPastKey() || attention.getPastValue() ||
      attention.getNonpadKvSeqlen() || attention->getNumResults() > 1)
    return op->emitError("found a key/value cache or a second result; compiled "
                         "code supports attention without");
  if (int64_t(attention.getLeftWindowSize()) != -1 ||
      int64_t(attention.getRightWindowSize()) != -1)
    return op->emitError(
        "found a window; compiled code supports full and causal attention");
  int64_t head = getHeadSize(attention.getQ(), attention.getQNumHeads());
  int64_t value = getHeadSize(attention.getV(), attention.getKvNumHeads());
  if (ShapedType::isDynamic(head) || ShapedType::isDynamic(value))
    return op->emitError("found a head size that is not static; compiled code "
                         "supports static ones");
  if (Value mask = attention.getAttnMask()) {
    auto type = cast<RankedTensorType>(mask.getType());
    auto keys = cast<RankedTensorType>(attention.getK().getType());
    int64_t length = keys.getDimSize(keys.getRank() - 2);
    if (type.getRank() < 2 || type.getRank() > 4 ||
        (type.getShape().back() != length &&
         !ShapedType::isDynamic(type.getShape().back())))
      return op->emitError("found a mask ")
             << type << "; compiled code supports [.., queries, keys]";
    if (!type.getElementType().isInteger(1) && failed(checkFloat(op, {mask})))
      return failure();
  }
  return checkFloat(op, {attention.getQ(), attention.getK(), attention.getV()});
}

void quantc::addAttentionKernels(KernelRegistry &registry) {
  registry.add<onnx::AttentionOp>(
      {[](KernelContext &ctx) { return AttentionCode(ctx).getGrid(); },
       [](KernelContext &ctx) {
         AttentionCode(ctx).emit();
         return success();
       },
       AttentionCode::getScratchBytes, checkAttention});
}
