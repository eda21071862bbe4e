//===- Epilogue.cpp - From accumulators to results ------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Extras broadcast to the result as numpy does. What their types say decides most
// of it (a number, one element per column, one per row, the shape of the result);
// dimensions only known when the model runs are compared then, once per kernel.
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"
#include "TileLoop.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace quantc;

/// Columns done without a loop.
static constexpr int64_t maxUnrolled = 64;

Epilogue::Epilogue(KernelContext &ctx, Region &region, OperandRange operands,
                   Value result, bool panels)
    : ctx(ctx), code(ctx), region(region),
      type(cast<RankedTensorType>(result.getType())), result(result) {
  buffer = ctx.buffer(result);
  columns = ctx.dim(result, -1);
  wholeVectors =
      panels && getKnownInteger(columns).value_or(1) % rowLanes == 0;
  for (Value operand : operands)
    extras.push_back(analyze(operand));
}

/// Whether all dimensions but the last are known to be `type`'s.
static bool hasSameRows(RankedTensorType extra, RankedTensorType type) {
  return extra.getRank() == type.getRank() &&
         !ShapedType::isDynamicShape(extra.getShape().drop_back()) &&
         extra.getShape().drop_back() == type.getShape().drop_back();
}

Epilogue::Extra Epilogue::analyze(Value tensor) {
  Extra extra;
  extra.tensor = tensor;
  extra.type = cast<RankedTensorType>(tensor.getType());
  extra.buffer = ctx.buffer(tensor);
  int64_t rank = extra.type.getRank();
  int64_t last = rank ? extra.type.getDimSize(rank - 1) : 1;
  extra.inner = rank ? ctx.dim(tensor, -1) : code.i64(1);

  extra.oneColumn = last == 1;
  extra.everyColumn = !extra.oneColumn && !ShapedType::isDynamic(last);
  if (!extra.oneColumn && !extra.everyColumn)
    extra.isOneColumn = code.eq(extra.inner, code.i64(1));

  ArrayRef<int64_t> rows = extra.type.getShape().drop_back(rank ? 1 : 0);
  extra.oneRow = llvm::all_of(rows, [](int64_t dim) { return dim == 1; });
  extra.everyRow = !extra.oneRow && hasSameRows(extra.type, type);
  if (!extra.oneRow && !extra.everyRow)
    extra.isEveryRow =
        code.eq(ctx.size(tensor, 0, rank - 1),
                ctx.size(result, 0, type.getRank() - 1));
  if (extra.oneRow && extra.oneColumn)
    extra.scalar =
        code.load(extra.buffer, extra.type.getElementType(), code.i64(0));
  return extra;
}

Value Epilogue::getRowOffset(const Extra &extra, Value row) {
  if (extra.oneRow)
    return code.i64(0);
  if (extra.everyRow)
    return code.mul(row, extra.inner);
  Value index = code.chooseValues(
      extra.isEveryRow,
      [&] { return CodeBuilder::Values{row}; },
      [&] { return CodeBuilder::Values{
            getBroadcastIndex(ctx, extra.tensor, result, /*trailing=*/1, row)}; })[0];
  return code.mul(index, extra.inner);
}

Value Epilogue::loadExtra(const Extra &extra, Value rowOffset, Value column,
                          Value mask) {
  if (extra.scalar)
    return extra.scalar;
  Type element = extra.type.getElementType();
  auto one = [&] { return code.load(extra.buffer, element, rowOffset); };
  auto many = [&] {
    return code.loadVector(extra.buffer, element, code.add(rowOffset, column),
                           mask);
  };
  if (extra.oneColumn)
    return one();
  if (extra.everyColumn)
    return many();
  return code.chooseValues(
      extra.isOneColumn,
      [&] { return CodeBuilder::Values{code.splat(one())}; },
      [&] { return CodeBuilder::Values{many()}; })[0];
}

void Epilogue::emitRow(Value row, Value column, Value count, LoadFn first) {
  SmallVector<Value> offsets;
  for (const Extra &extra : extras)
    offsets.push_back(getRowOffset(extra, row));
  Value target = code.add(code.mul(row, columns), column);
  auto emit = [&](Value i, Value mask) {
    SmallVector<Value> arguments = first(i, mask);
    for (auto [extra, offset] : llvm::zip_equal(extras, offsets))
      arguments.push_back(loadExtra(extra, offset, code.add(column, i), mask));
    SmallVector<Value> yielded =
        emitRegion(code.builder, *ctx.isa, region, arguments, rowLanes);
    code.store(yielded[0], buffer, type.getElementType(), code.add(target, i),
               mask);
  };
  std::optional<int64_t> known = getKnownInteger(count);
  if (known && *known % rowLanes == 0 && *known <= maxUnrolled)
    // The vectors' chains of operations run side by side.
    for (int64_t i = 0; i < *known; i += rowLanes)
      emit(code.i64(i), Value());
  else if (wholeVectors)
    code.loop(
        code.i64(0), count, [&](Value i) { emit(i, Value()); }, rowLanes);
  else
    code.chunks(count, emit);
}

void Epilogue::emitRow(Value row, Value column, Value count, Value acc,
                       Type accType) {
  emitRow(row, column, count, [&](Value i, Value mask) -> SmallVector<Value> {
    return {code.loadVector(acc, accType, i)};
  });
}
