//===- Attention.h - The parts of the attention kernel ------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A work item is 64 queries of one head. Keys come in blocks of 64, transposed
// once into scratch so that 16 keys are one vector and every score still sums its
// products in ascending order; four queries share each load. Maximum, sum and
// result are rescaled from block to block (docs/Numerics.md, "Attention").
//
// Scratch, in floats: keys [head][64], weights [4][64], then for each query of
// the item its maximum, its sum and its result [value head, to 16].
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_TARGET_CPU_KERNELS_ATTENTION_H
#define QUANTC_LIB_TARGET_CPU_KERNELS_ATTENTION_H

#include "Indexing.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

namespace quantc {

/// Head size of a [B, heads, S, size] or [B, S, heads * size] operand.
int64_t getHeadSize(mlir::Value tensor, std::optional<int64_t> heads);

/// Number of keys of such an operand.
int64_t getKeyCount(mlir::Value keys);

/// Where element (b, h, s, d) of an operand is.
struct HeadLayout {
  using Value = mlir::Value;

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
  using Value = mlir::Value;
  using Values = CodeBuilder::Values;
  static constexpr int64_t queriesPerItem = 64, queriesAtOnce = 4;
  static constexpr int64_t blockKeys = 64, blockVectors = blockKeys / rowLanes;

  explicit AttentionCode(KernelContext &ctx)
      : ctx(ctx), code(ctx), op(mlir::cast<onnx::AttentionOp>(ctx.op)),
        headSize(getHeadSize(op.getQ(), op.getQNumHeads())),
        valueSize(getHeadSize(op.getV(), op.getKvNumHeads())),
        q(ctx, op.getQ(), op.getQNumHeads(), headSize),
        k(ctx, op.getK(), op.getKvNumHeads(), headSize),
        v(ctx, op.getV(), op.getKvNumHeads(), valueSize),
        y(ctx, op.getY(), op.getQNumHeads(), valueSize) {
    f32 = ctx.builder.getF32Type();
    lanes = mlir::VectorType::get(rowLanes, f32);
    blocks = code.ceilDiv(q.length, queriesPerItem);
  }

  std::pair<Value, Value> getGrid() {
    Value items = code.mul(code.mul(ctx.dim(op.getQ(), 0), q.heads), blocks);
    Value cost = code.mul(k.length, code.i64(queriesPerItem * headSize / 4));
    return {items, cost};
  }
  void emit();

  static int64_t getScratchBytes(mlir::Operation *op);

private:
  KernelContext &ctx;
  CodeBuilder code;
  onnx::AttentionOp op;
  int64_t headSize, valueSize;
  HeadLayout q, k, v, y;
  mlir::Type f32;
  mlir::VectorType lanes;
  Value blocks;
  // Of the item being written.
  Value batch, head, firstQuery, firstQ, firstK, firstV, firstY;
  // How many keys the batch has, and where its first query stands among them
  // (null: at the first).
  Value numSeen, queryOffset;

  // Scratch, as offsets in floats.
  static int64_t padToLanes(int64_t n) {
    return (n + rowLanes - 1) & -rowLanes;
  }
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
  Values emitScores(llvm::ArrayRef<Value> queries);
  Value adjustScore(Value score, Value query, Value key, Value valid);
  Value addMask(Value score, Value query, Value key, Value valid);
  Value getHidden(Value query, Value key);
  Value emitWeights(int64_t r, Value slot, llvm::ArrayRef<Value> scores);
  void emitResults(Value slot, llvm::ArrayRef<Value> corrections, Value firstKey,
                   Value numKeys);
  void emitResultVectors(Value slot, llvm::ArrayRef<Value> corrections,
                         Value firstKey, Value numKeys,
                         llvm::ArrayRef<Value> columns, Value mask);
  void emitOutput();
};

} // namespace quantc

#endif // QUANTC_LIB_TARGET_CPU_KERNELS_ATTENTION_H
