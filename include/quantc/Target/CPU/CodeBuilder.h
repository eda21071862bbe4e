//===- CodeBuilder.h - Writing kernel code ------------------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The vocabulary kernels are written in: arithmetic on scalars and vectors alike
// (chosen by type), loops, and memory at pointer level. A row is walked in
// chunks of 16 elements, a shorter last one under a mask; sums and maxima over
// it follow the canonical 16-lane order of docs/Numerics.md, which no change
// here may disturb. Floats are IEEE: nothing sets fast-math flags.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_TARGET_CPU_CODEBUILDER_H
#define QUANTC_TARGET_CPU_CODEBUILDER_H

#include "mlir/IR/Builders.h"
#include "quantc/Support/ArithCode.h"
#include "quantc/Target/CPU/Kernels.h"

namespace quantc {

/// Elements of one chunk: the canonical number of lanes on every ISA.
constexpr int64_t rowLanes = 16;

/// The type an element has in memory: at least a byte, signless.
mlir::Type getMemoryType(mlir::Type element);

class CodeBuilder : public ArithCode {
public:
  using Values = llvm::SmallVector<mlir::Value>;

  /// `op`: in its module runtime functions are declared (a loop under
  /// construction does not know its own). Without one, no calls.
  CodeBuilder(mlir::OpBuilder &builder, mlir::Location loc,
              mlir::Operation *op = nullptr)
      : ArithCode(builder, loc), op(op) {}
  explicit CodeBuilder(KernelContext &ctx)
      : CodeBuilder(ctx.builder, ctx.loc, ctx.op) {}

  // Constants; floats must be exact.
  Value i64(int64_t value);
  Value infinity(Type type, bool negative);
  Value f32(float value);
  /// `value` in every lane.
  Value splat(Value value, unsigned lanes = rowLanes);

  // Arithmetic beyond ArithCode's, on scalars or vectors.
  Value div(Value a, Value b); // floats
  Value fma(Value a, Value b, Value c);
  Value sqrt(Value a);
  Value roundEven(Value a);
  Value abs(Value a);
  Value gt(Value a, Value b); // ordered; signed
  Value lt(Value a, Value b);
  Value ge(Value a, Value b);
  Value eq(Value a, Value b);
  Value max(Value a, Value b) { return select(gt(a, b), a, b); }
  Value min(Value a, Value b) { return select(lt(a, b), a, b); }
  Value bitcast(Value a, Type to);

  // i64 bookkeeping of sizes (not negative).
  Value quotient(Value a, Value b);
  Value remainder(Value a, Value b);
  Value ceilDiv(Value a, int64_t b);
  Value clamp(Value a, Value low, Value high) { return min(max(a, low), high); }
  /// a as i64 from a signed or unsigned integer of element type `element`.
  Value toI64(Value a, Type element);

  // Memory. `index` counts elements of `element`, a tensor's element type.
  Value at(Value base, Type element, Value index);
  Value load(Value base, Type element, Value index);
  Value loadVector(Value base, Type element, Value index, Value mask = {},
                   Value fill = {}, unsigned lanes = rowLanes);
  /// Elements at `indices`, a vector of i64.
  Value gather(Value base, Type element, Value indices, Value mask = {},
               Value fill = {});
  /// Stores a scalar or vector.
  void store(Value value, Value base, Type element, Value index,
             Value mask = {});
  void scatter(Value value, Value base, Type element, Value indices,
               Value mask = {});
  /// Copies `count` elements that do not overlap.
  void copy(Value to, Value toIndex, Value from, Value fromIndex, Type element,
            Value count);

  // Control flow.
  void loop(Value from, Value to, llvm::function_ref<void(Value)> body,
            int64_t step = 1);
  Values loop(Value from, Value to, mlir::ValueRange init,
              llvm::function_ref<Values(Value, mlir::ValueRange)> body,
              int64_t step = 1);
  /// Loops while `condition` of the carried values holds.
  Values loopWhile(mlir::ValueRange init,
                   llvm::function_ref<Value(mlir::ValueRange)> condition,
                   llvm::function_ref<Values(mlir::ValueRange)> body);
  void when(Value condition, llvm::function_ref<void()> then);
  void choose(Value condition, llvm::function_ref<void()> then,
              llvm::function_ref<void()> otherwise);
  Values chooseValues(Value condition, llvm::function_ref<Values()> then,
                      llvm::function_ref<Values()> otherwise);

  /// Calls `body(i, mask, carried)` for chunks of 16 of [0, n), the mask null
  /// where the chunk is full.
  Values chunks(
      Value n, mlir::ValueRange init,
      llvm::function_ref<Values(Value, Value, mlir::ValueRange)> body);
  void chunks(Value n, llvm::function_ref<void(Value, Value)> body);
  /// 16 ascending i64 from `first`.
  Value ascending(Value first);
  /// The canonical tree over 16 lanes: (l, l + 8), (l, l + 4), ...
  Value tree(Value lanes, llvm::function_ref<Value(Value, Value)> combine);
  Value treeSum(Value lanes) {
    return tree(lanes, [&](Value a, Value b) { return add(a, b); });
  }
  Value treeMax(Value lanes) {
    return tree(lanes, [&](Value a, Value b) { return max(a, b); });
  }
  Value treeMin(Value lanes) {
    return tree(lanes, [&](Value a, Value b) { return min(a, b); });
  }

  /// Calls the runtime function `name`, on vectors lane by lane.
  Value call(llvm::StringRef name, mlir::ValueRange arguments);
  /// Conversions between float types; bf16 by integer steps (no library calls).
  Value toFloat(Value a, Type element); // the same lanes of another float type

private:
  mlir::Operation *op;

  Values tail(Value from, Value n, mlir::ValueRange init,
              llvm::function_ref<Values(Value, Value, mlir::ValueRange)> body);
  Value fromMemory(Value loaded, Type element);
  Value toMemory(Value value, Type element);
};

// quantc's own functions on f32 scalars or vectors, step by step as
// docs/Numerics.md and Support/Polynomials.h say.
mlir::Value emitExp(CodeBuilder &code, mlir::Value x);
/// Without subnormal results: 0 below -87.3; x must not exceed 0 by much.
mlir::Value emitExp0(CodeBuilder &code, mlir::Value x);
mlir::Value emitErf(CodeBuilder &code, mlir::Value x);
mlir::Value emitTanh(CodeBuilder &code, mlir::Value x);
mlir::Value emitSigmoid(CodeBuilder &code, mlir::Value x);

} // namespace quantc

#endif // QUANTC_TARGET_CPU_CODEBUILDER_H
