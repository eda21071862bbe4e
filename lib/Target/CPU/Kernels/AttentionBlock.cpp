//===- AttentionBlock.cpp - Queries against a block of keys ---------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Scores, their weights against the running maximum, and the weighted values. The
// order of every sum is part of the contract.
//
//===----------------------------------------------------------------------===//

#include "Attention.h"
#include <cmath>

using namespace mlir;
using namespace quantc;

//===----------------------------------------------------------------------===//
// Scores
//===----------------------------------------------------------------------===//

/// Dot products of the queries with the block's keys: for each query, vectors of
/// 16 keys. As many at once as registers hold.
ValueList AttentionCode::emitScores(ArrayRef<Value> queries) {
  int64_t atOnce = ctx.isa->floatLanes == rowLanes ? blockVectors : 1;
  Values scores(queries.size() * blockVectors);
  for (int64_t first = 0; first < blockVectors; first += atOnce) {
    Values zeros(queries.size() * atOnce, code.constant(lanes, 0));
    Values sums = code.loop(
        code.i64(0), code.i64(headSize), zeros,
        [&](Value d, ValueRange carried) {
          Value row = code.mul(d, code.i64(blockKeys));
          Values keys, next;
          for (int64_t c = first; c < first + atOnce; ++c)
            keys.push_back(code.loadVector(
                ctx.scratch, f32, code.add(row, code.i64(c * rowLanes))));
          for (Value query : queries) {
            Value x = code.splat(q.row(ctx, firstQ, query).loadOne(code, d));
            for (Value key : keys)
              next.push_back(code.fma(x, key, carried[next.size()]));
          }
          return next;
        });
    for (size_t r = 0; r < queries.size(); ++r)
      for (int64_t c = 0; c < atOnce; ++c)
        scores[r * blockVectors + first + c] = sums[r * atOnce + c];
  }
  return scores;
}

/// Scores of keys `key` ... of `query` after scale, cap and masks; -inf where the
/// lane is no key.
Value AttentionCode::adjustScore(Value score, Value query, Value key,
                                 Value valid) {
  float scale = op.getScale() ? op.getScale()->convertToFloat()
                              : float(1 / std::sqrt(double(headSize)));
  if (scale != 1) // the same number, often folded into a projection
    score = code.mul(score, code.constant(lanes, scale));
  if (float cap = op.getSoftcap().convertToFloat(); cap != 0) {
    Value limit = code.constant(lanes, cap);
    score = code.mul(limit, emitTanh(code, code.div(score, limit)));
  }
  Value lowest = code.infinity(lanes, /*negative=*/true);
  if (op.getAttnMask())
    score = addMask(score, query, key, valid);
  if (Value hidden = getHidden(query, key))
    score = code.select(hidden, lowest, score);
  return code.select(valid, score, lowest);
}

/// Which of the keys from `key` on lie behind the query, outside of its window or
/// beyond the keys its batch has; null where none can.
Value AttentionCode::getHidden(Value query, Value key) {
  Value keys = code.ascending(key), hidden;
  auto hide = [&](Value where) {
    hidden = hidden ? code.bitOr(hidden, where) : where;
  };
  Value place = queryOffset ? code.add(query, queryOffset) : query;
  auto atOffset = [&](int64_t offset) {
    return code.splat(code.add(place, code.i64(offset)));
  };
  if (op.getIsCausal())
    hide(code.gt(keys, code.splat(place)));
  if (int64_t left = op.getLeftWindowSize(); left >= 0)
    hide(code.lt(keys, atOffset(-left)));
  if (int64_t right = op.getRightWindowSize(); right >= 0)
    hide(code.gt(keys, atOffset(right)));
  if (numSeen)
    hide(code.ge(keys, code.splat(numSeen)));
  return hidden;
}

/// Adds a mask of numbers; a boolean one leaves the keys that are true. Keys
/// beyond the mask's last are hidden.
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
  Value lowest = code.infinity(lanes, /*negative=*/true);
  bool covers = !ShapedType::isDynamic(getKeyCount(op.getK())) &&
                getKeyCount(op.getK()) ==
                    cast<RankedTensorType>(mask.getType()).getShape().back();
  if (!covers)
    valid = code.lt(code.ascending(key), code.splat(dims.back()));
  Value element = row.load(code, key, valid);
  score = isa<IntegerType>(getElement(mask))
              ? code.select(element, score, lowest)
              : code.add(score, element);
  return covers ? score : code.select(valid, score, lowest);
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
  // Two vectors share each weight where registers hold them.
  int64_t pair = 2 * rowLanes;
  int64_t paired = ctx.isa->floatLanes == rowLanes ? valueSize / pair * pair : 0;
  code.loop(
      code.i64(0), code.i64(paired),
      [&](Value d) {
        emitResultVectors(slot, corrections, firstKey, numKeys,
                          {d, code.add(d, code.i64(rowLanes))}, Value());
      },
      pair);
  code.chunks(code.i64(valueSize - paired), [&](Value d, Value mask) {
    emitResultVectors(slot, corrections, firstKey, numKeys,
                      code.add(d, code.i64(paired)), mask);
  });
}

/// The results' vectors at `columns`.
void AttentionCode::emitResultVectors(Value slot, ArrayRef<Value> corrections,
                                      Value firstKey, Value numKeys,
                                      ArrayRef<Value> columns, Value mask) {
  ValueList places;
  Values sums;
  for (auto [r, correction] : llvm::enumerate(corrections))
    for (Value d : columns) {
      places.push_back(resultAt(code.add(slot, code.i64(r)), d));
      sums.push_back(
          code.mul(code.loadVector(ctx.scratch, f32, places.back()),
                   code.splat(correction)));
    }
  sums = code.loop(
      code.i64(0), numKeys, sums, [&](Value j, ValueRange carried) {
        Row row = v.row(ctx, firstV, code.add(firstKey, j));
        Values values, next;
        for (Value d : columns)
          values.push_back(row.load(code, d, mask));
        for (size_t r = 0; r < corrections.size(); ++r) {
          Value weight = code.splat(code.load(
              ctx.scratch, f32, at(weightsAt() + r * blockKeys, j)));
          for (Value value : values)
            next.push_back(code.fma(weight, value, carried[next.size()]));
        }
        return next;
      });
  for (auto [place, sum] : llvm::zip_equal(places, sums))
    code.store(sum, ctx.scratch, f32, place);
}
