//===- PlainPool.cpp - Pools that stay onnx -------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// MaxPool with indices, AveragePool whose padding is not known beforehand, LpPool;
// f32. One accumulator over the window, taps ascending (docs/Numerics.md). A work
// item is a plane: one channel of one sample.
//
//===----------------------------------------------------------------------===//

#include "PlainPool.h"
#include "PlainWindow.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using Values = CodeBuilder::Values;

template <typename OpTy>
static PlainWindow::Attributes getAttributes(OpTy op) {
  return {op.getKernelShape(), op.getStrides(), op.getDilations(), op.getPads(),
          op.getAutoPad()};
}

static std::pair<Value, Value> planeGrid(KernelContext &ctx) {
  CodeBuilder code(ctx);
  Value input = ctx.op->getOperand(0), result = ctx.op->getResult(0);
  int64_t rank = cast<RankedTensorType>(input.getType()).getRank();
  return {ctx.size(input, 0, 2),
          code.mul(ctx.size(result, 2, rank), code.i64(16))};
}

static LogicalResult checkFloat(Operation *op) {
  auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  if (type && type.getElementType().isF32() && type.getRank() >= 3 &&
      type.getRank() <= 5)
    return success();
  return op->emitError("pools of ")
         << op->getOperand(0).getType()
         << " are not supported; f32 with 1 to 3 spatial dimensions is";
}

/// Calls `body(plane's input, position, its coordinates, element of the result)`.
static void
forPositions(KernelContext &ctx, PlainWindow &window,
             llvm::function_ref<void(Value, Value,
                                     const std::array<Value, 3> &, Value)>
                 body) {
  CodeBuilder code(ctx);
  Value input = ctx.buffer(ctx.op->getOperand(0));
  Type f32 = code.builder.getF32Type();
  code.loop(ctx.begin, ctx.end, [&](Value plane) {
    Value base = code.at(input, f32, code.mul(plane, window.spatial));
    code.loop(code.i64(0), window.positions, [&](Value position) {
      body(base, plane, window.split(position, window.small),
           code.add(code.mul(plane, window.positions), position));
    });
  });
}

/// Where a tap of a position is in the input.
static std::array<Value, 3> locate(CodeBuilder &code, PlainWindow &window,
                                   const std::array<Value, 3> &position,
                                   const std::array<Value, 3> &tap) {
  std::array<Value, 3> at;
  for (int64_t d = 0; d < 3; ++d)
    at[d] = code.sub(
        code.add(code.mul(position[d], code.i64(window.strides[d])),
                 code.mul(tap[d], code.i64(window.dilations[d]))),
        window.begins[d]);
  return at;
}

static LogicalResult maxPoolBody(KernelContext &ctx) {
  auto op = cast<onnx::MaxPoolOp>(ctx.op);
  CodeBuilder code(ctx);
  Type f32 = code.builder.getF32Type(), i64 = code.builder.getI64Type();
  PlainWindow window(ctx, getAttributes(op), op.getY(), op.getX());
  Value result = ctx.buffer(op.getY()), indices;
  if (op.getIndices())
    indices = ctx.buffer(op.getIndices());
  forPositions(ctx, window, [&](Value base, Value plane, auto &position,
                                Value element) {
    auto step = [&](Value, const std::array<Value, 3> &tap, ValueRange best) {
      std::array<Value, 3> at = locate(code, window, position, tap);
      auto take = [&] {
        Value source = window.join(at, window.large);
        Value x = code.load(base, f32, source);
        Value number = source;
        if (op.getStorageOrder()) // column-major
          number = code.add(
              at[0], code.mul(window.large[0],
                              code.add(at[1], code.mul(window.large[1],
                                                       at[2]))));
        Value more = code.gt(x, best[0]);
        return Values{code.select(more, x, best[0]),
                      code.select(more, number, best[1])};
      };
      return code.chooseValues(window.isInside(at, window.large), take,
                               [&] { return Values(best); });
    };
    Values best = window.forTaps(
        {code.infinity(f32, /*negative=*/true), code.i64(0)}, step);
    code.store(best[0], result, f32, element);
    if (indices)
      code.store(code.add(code.mul(plane, window.spatial), best[1]), indices,
                 i64, element);
  });
  return success();
}

static LogicalResult averagePoolBody(KernelContext &ctx) {
  auto op = cast<onnx::AveragePoolOp>(ctx.op);
  CodeBuilder code(ctx);
  Type f32 = code.builder.getF32Type();
  PlainWindow window(ctx, getAttributes(op), op.getY(), op.getX());
  Value result = ctx.buffer(op.getY());
  // Padding is counted on request; what ceil_mode adds beyond it is not.
  std::array<Value, 3> counted = window.large;
  for (int64_t d = 0; d < 3; ++d)
    counted[d] = code.add(code.add(counted[d], window.begins[d]),
                          window.ends[d]);
  forPositions(ctx, window, [&](Value base, Value, auto &position,
                                Value element) {
    auto step = [&](Value, const std::array<Value, 3> &tap, ValueRange acc) {
      std::array<Value, 3> at = locate(code, window, position, tap), shifted;
      for (int64_t d = 0; d < 3; ++d)
        shifted[d] = code.add(at[d], window.begins[d]);
      Value inside = window.isInside(at, window.large);
      Value sum = code.chooseValues(
          inside,
          [&] {
            Value x = code.load(base, f32, window.join(at, window.large));
            return Values{code.add(acc[0], x)};
          },
          [&] { return Values{acc[0]}; })[0];
      Value counts = op.getCountIncludePad() ? window.isInside(shifted, counted)
                                             : inside;
      Value more = code.select(counts, code.f32(1), code.f32(0));
      return Values{sum, code.add(acc[1], more)};
    };
    Values sums = window.forTaps({code.f32(0), code.f32(0)}, step);
    code.store(code.div(sums[0], sums[1]), result, f32, element);
  });
  return success();
}

Value quantc::emitNormTerm(CodeBuilder &code, int64_t p, Value x, Value sum) {
  if (p == 2)
    return code.fma(x, x, sum);
  Value size = code.abs(x);
  if (p != 1)
    size = code.call("quantc_pow", {size, code.f32(p)});
  return code.add(sum, size);
}

Value quantc::emitNormRoot(CodeBuilder &code, int64_t p, Value sum) {
  if (p == 1)
    return sum;
  if (p == 2)
    return code.sqrt(sum);
  return code.call("quantc_pow", {sum, code.f32(1.f / float(p))});
}

static LogicalResult lpPoolBody(KernelContext &ctx) {
  auto op = cast<onnx::LpPoolOp>(ctx.op);
  CodeBuilder code(ctx);
  Type f32 = code.builder.getF32Type();
  PlainWindow window(ctx, getAttributes(op), op.getY(), op.getX());
  Value result = ctx.buffer(op.getY());
  forPositions(ctx, window, [&](Value base, Value, auto &position,
                                Value element) {
    auto step = [&](Value, const std::array<Value, 3> &tap, ValueRange acc) {
      std::array<Value, 3> at = locate(code, window, position, tap);
      Value x = code.chooseValues(
          window.isInside(at, window.large),
          [&] {
            return Values{code.load(base, f32, window.join(at, window.large))};
          },
          [&] { return Values{code.f32(0)}; })[0];
      return Values{emitNormTerm(code, op.getP(), x, acc[0])};
    };
    Value sum = window.forTaps({code.f32(0)}, step)[0];
    code.store(emitNormRoot(code, op.getP(), sum), result, f32, element);
  });
  return success();
}

static LogicalResult globalLpPoolBody(KernelContext &ctx) {
  auto op = cast<onnx::GlobalLpPoolOp>(ctx.op);
  CodeBuilder code(ctx);
  Type f32 = code.builder.getF32Type();
  int64_t rank = cast<RankedTensorType>(op.getX().getType()).getRank();
  Value input = ctx.buffer(op.getX()), result = ctx.buffer(op.getY());
  Value spatial = ctx.size(op.getX(), 2, rank);
  code.loop(ctx.begin, ctx.end, [&](Value plane) {
    Value base = code.at(input, f32, code.mul(plane, spatial));
    Value sum = code.loop(code.i64(0), spatial, {code.f32(0)},
                          [&](Value i, ValueRange acc) {
                            Value x = code.load(base, f32, i);
                            return Values{
                                emitNormTerm(code, op.getP(), x, acc[0])};
                          })[0];
    code.store(emitNormRoot(code, op.getP(), sum), result, f32, plane);
  });
  return success();
}

void quantc::addPlainPoolKernels(KernelRegistry &registry) {
  registry.add<onnx::MaxPoolOp>({planeGrid, maxPoolBody, nullptr, checkFloat});
  registry.add<onnx::AveragePoolOp>(
      {planeGrid, averagePoolBody, nullptr, checkFloat});
  registry.add<onnx::LpPoolOp>({planeGrid, lpPoolBody, nullptr, checkFloat});
  registry.add<onnx::GlobalLpPoolOp>(
      {planeGrid, globalLpPoolBody, nullptr, checkFloat});
}
