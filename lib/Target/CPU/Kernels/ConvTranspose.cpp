//===- ConvTranspose.cpp - Transposed convolutions ------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// f32, channels first, result by result: the taps that reach an element of the
// result, ascending, and for each the group's channels, ascending, by fma from +0;
// then the bias. Sixteen output channels at a time, whose weights are gathered. A
// work item is one group of one sample.
//
//===----------------------------------------------------------------------===//

#include "DirectConv.h"
#include "PlainWindow.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using Values = CodeBuilder::Values;

namespace {

class TransposedEmitter {
public:
  TransposedEmitter(KernelContext &ctx, onnx::ConvTransposeOp op)
      : ctx(ctx), code(ctx), op(op), window(ctx, getAttributes(op), op.getX(),
                                            op.getY()),
        f32(code.builder.getF32Type()) {
    if (op.getOutputShape() || op.getAutoPad().starts_with("SAME"))
      deriveBegins();
    x = ctx.buffer(op.getX());
    w = ctx.buffer(op.getW());
    y = ctx.buffer(op.getY());
    if (op.getB())
      bias = ctx.buffer(op.getB());
    outputs = ctx.dim(op.getW(), 1);
    inputs = code.quotient(ctx.dim(op.getX(), 1), code.i64(op.getGroup()));
  }

  void emit() {
    code.loop(ctx.begin, ctx.end, [&](Value item) {
      Value group = code.remainder(item, code.i64(op.getGroup()));
      code.loop(code.i64(0), window.spatial, [&](Value target) {
        emitTarget(item, group, target);
      });
    });
  }

private:
  KernelContext &ctx;
  CodeBuilder code;
  onnx::ConvTransposeOp op;
  PlainWindow window;
  Type f32;
  Value x, w, y, bias, inputs, outputs;

  static PlainWindow::Attributes getAttributes(onnx::ConvTransposeOp op) {
    auto filter = cast<RankedTensorType>(op.getW().getType());
    return {filter.getShape().drop_front(2), op.getStrides(),
            op.getDilations(), op.getPads(), "NOTSET"};
  }

  /// The padding that makes the result as large as it is.
  void deriveBegins() {
    auto extra = op.getOutputPadding();
    int64_t rank = cast<RankedTensorType>(op.getX().getType()).getRank() - 2;
    for (int64_t d = 3 - rank; d < 3; ++d) {
      int64_t extent = (window.kernel[d] - 1) * window.dilations[d] + 1;
      int64_t more = extra && !extra->empty() ? (*extra)[d - 3 + rank] : 0;
      Value full =
          code.add(code.mul(code.sub(window.small[d], code.i64(1)),
                            code.i64(window.strides[d])),
                   code.i64(extent + more));
      Value total =
          code.max(code.sub(full, window.large[d]), code.i64(0));
      Value half = code.quotient(total, code.i64(2));
      window.begins[d] =
          op.getAutoPad() == "SAME_UPPER" ? half : code.sub(total, half);
    }
  }

  void emitTarget(Value item, Value group, Value target) {
    std::array<Value, 3> at = window.split(target, window.large);
    code.chunks(outputs, [&](Value m, Value mask) {
      Value zero = code.splat(code.f32(0));
      Value channels = code.ascending(m);
      Value sum = window.forTaps(
          {zero}, [&](Value tap, const std::array<Value, 3> &where,
                      ValueRange acc) {
            return emitTap(item, group, at, tap, where, channels, mask,
                           acc[0]);
          })[0];
      Value first = code.mul(group, outputs);
      if (bias)
        sum = code.add(sum, code.loadVector(bias, f32, code.add(first, m),
                                            mask));
      Value row = code.add(code.splat(code.mul(item, outputs)), channels);
      Value index = code.add(code.mul(row, code.splat(window.spatial)),
                             code.splat(target));
      code.scatter(sum, y, f32, index, mask);
    });
  }

  /// What one tap adds, where the input has an element for it.
  Values emitTap(Value item, Value group, const std::array<Value, 3> &at,
                 Value tap, const std::array<Value, 3> &where, Value channels,
                 Value mask, Value acc) {
    std::array<Value, 3> source;
    Value hits = code.integer(code.builder.getI1Type(), 1);
    for (int64_t d = 0; d < 3; ++d) {
      Value shifted = code.sub(
          code.add(at[d], window.begins[d]),
          code.mul(where[d], code.i64(window.dilations[d])));
      Value stride = code.i64(window.strides[d]);
      // Negative numbers are large and hit nothing, whatever they divide to.
      hits = code.bitAnd(hits, code.ge(shifted, code.i64(0)));
      hits = code.bitAnd(hits, code.eq(code.remainder(shifted, stride),
                                       code.i64(0)));
      source[d] = code.quotient(shifted, stride);
    }
    hits = code.bitAnd(hits, window.isInside(source, window.small));
    auto add = [&]() -> Values {
      Value position = window.join(source, window.small);
      return code.loop(
          code.i64(0), inputs, {acc}, [&](Value c, ValueRange sum) -> Values {
            Value plane = code.add(code.mul(item, inputs), c);
            Value number = code.load(
                x, f32,
                code.add(code.mul(plane, window.positions), position));
            Value channel = code.add(code.mul(group, inputs), c);
            Value first = code.splat(code.mul(channel, outputs));
            Value index = code.add(
                code.mul(code.add(first, channels),
                         code.splat(code.i64(window.taps))),
                code.splat(tap));
            Value weights = code.gather(w, f32, index, mask);
            return {code.fma(code.splat(number), weights, sum[0])};
          });
    };
    return code.chooseValues(hits, add, [&] { return Values{acc}; });
  }
};

} // namespace

static std::pair<Value, Value> transposedGrid(KernelContext &ctx) {
  auto op = cast<onnx::ConvTransposeOp>(ctx.op);
  CodeBuilder code(ctx);
  Value items = code.mul(ctx.dim(op.getX(), 0), code.i64(op.getGroup()));
  return {items, code.mul(ctx.size(op.getY()), ctx.dim(op.getX(), 1))};
}

static LogicalResult transposedBody(KernelContext &ctx) {
  TransposedEmitter(ctx, cast<onnx::ConvTransposeOp>(ctx.op)).emit();
  return success();
}

static LogicalResult checkTransposed(Operation *op) {
  auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  auto filter = dyn_cast<RankedTensorType>(op->getOperand(1).getType());
  if (type && filter && type.getElementType().isF32() && type.getRank() >= 3 &&
      type.getRank() <= 5 &&
      !ShapedType::isDynamicShape(filter.getShape().drop_front(2)))
    return success();
  return op->emitError("a transposed convolution of ")
         << op->getOperand(0).getType() << " by " << op->getOperand(1).getType()
         << " is not supported; f32 with a kernel of known extent is";
}

void quantc::addConvTransposeKernels(KernelRegistry &registry) {
  registry.add<onnx::ConvTransposeOp>(
      {transposedGrid, transposedBody, nullptr, checkTransposed});
}
