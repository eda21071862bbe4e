//===- Attention.cpp - Scaled dot-product attention -----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// An item from its first to its last block of keys; the arithmetic on a block is
// in AttentionBlock.cpp.
//
//===----------------------------------------------------------------------===//

#include "Attention.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace quantc;

int64_t quantc::getHeadSize(Value tensor, std::optional<int64_t> heads) {
  auto type = cast<RankedTensorType>(tensor.getType());
  int64_t last = type.getShape().back();
  if (type.getRank() == 4 || ShapedType::isDynamic(last))
    return last;
  return heads && *heads > 0 ? last / *heads : ShapedType::kDynamic;
}

int64_t quantc::getKeyCount(Value keys) {
  auto type = cast<RankedTensorType>(keys.getType());
  return type.getDimSize(type.getRank() == 4 ? 2 : 1);
}

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

  if (Value lengths = op.getNonpadKvSeqlen()) {
    Type element = getElement(lengths);
    numSeen = code.toI64(code.load(ctx.buffer(lengths), element, batch), element);
    queryOffset = code.sub(numSeen, q.length);
  }

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

/// 16 vectors with rows and columns exchanged: blocks of 1, 2, 4, then 8 elements
/// change places between two vectors.
static void transpose(CodeBuilder &code, MutableArrayRef<Value> rows) {
  for (int64_t width = 1; width < rowLanes; width *= 2) {
    SmallVector<int64_t> low, high;
    for (int64_t i = 0; i < rowLanes; ++i) {
      low.push_back(i & width ? rowLanes + i - width : i);
      high.push_back(i & width ? rowLanes + i : i + width);
    }
    for (int64_t i = 0; i < rowLanes; ++i) {
      if (i & width)
        continue;
      Value a = rows[i], b = rows[i + width];
      rows[i] = vector::ShuffleOp::create(code.builder, code.loc, a, b, low);
      rows[i + width] =
          vector::ShuffleOp::create(code.builder, code.loc, a, b, high);
    }
  }
}

/// Keys [firstKey, firstKey + numKeys) as [head][64]; columns beyond hold
/// anything, their scores are replaced.
void AttentionCode::transposeKeys(Value firstKey, Value numKeys) {
  Value last = code.sub(numKeys, code.i64(1));
  code.loop(
      code.i64(0), numKeys,
      [&](Value j) {
        code.chunks(code.i64(headSize), [&](Value d, Value mask) {
          Values rows;
          for (int64_t r = 0; r < rowLanes; ++r) {
            Value key = code.min(code.add(j, code.i64(r)), last);
            rows.push_back(k.row(ctx, firstK, code.add(firstKey, key))
                               .load(code, d, mask));
          }
          transpose(code, rows);
          int64_t columns = mask ? headSize % rowLanes : rowLanes;
          for (int64_t c = 0; c < columns; ++c) {
            Value row = code.mul(code.add(d, code.i64(c)), code.i64(blockKeys));
            code.store(rows[c], ctx.scratch, f32, code.add(row, j));
          }
        });
      },
      rowLanes);
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
  if (attention.getPastKey() || attention->getNumResults() > 1)
    return op->emitError(
        "found attention to a past with windows and other numbers of queries "
        "than of keys, or its scores as a result; compiled code supports causal "
        "attention to a past, and neither");
  int64_t head = getHeadSize(attention.getQ(), attention.getQNumHeads());
  int64_t value = getHeadSize(attention.getV(), attention.getKvNumHeads());
  if (ShapedType::isDynamic(head) || ShapedType::isDynamic(value))
    return op->emitError("found a head size that is not static; compiled code "
                         "supports static ones");
  if (Value mask = attention.getAttnMask()) {
    auto type = cast<RankedTensorType>(mask.getType());
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
