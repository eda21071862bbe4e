//===- DirectConv.cpp - Convolutions without a packed filter --------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Sixteen output channels at a time, pixel by pixel. Depthwise (one channel in,
// one out per group): lane i multiplies channel i. Other groups: every channel of
// the group's input in all lanes, times a row of the filter.
//
//===----------------------------------------------------------------------===//

#include "DirectConv.h"
#include "Epilogue.h"
#include "Indexing.h"
#include "WindowTable.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;

/// Output pixels of one work item.
static constexpr int64_t blockPixels = 16;


namespace {

struct Plan {
  ScratchLayout layout;
  WindowShape window;
  int64_t group, inputs, outputs; // channels per group
  bool isFloat;

  explicit Plan(qnn::ConvOp op)
      : window(cast<RankedTensorType>(op.getInput().getType()),
               op.getKernelShape(), op.getStrides(), op.getDilations(),
               op.getPads(), /*rows=*/1, layout),
        group(op.getGroup()), isFloat(getElement(op.getInput()).isF32()) {
    auto filter = cast<RankedTensorType>(op.getFilter().getType());
    inputs = filter.getShape()[filter.getRank() - 2];
    outputs = filter.getShape().back() / group;
  }
  bool isDepthwise() const { return inputs == 1 && outputs == 1; }
};

class DirectEmitter {
public:
  using Values = CodeBuilder::Values;

  DirectEmitter(KernelContext &ctx, qnn::ConvOp op)
      : ctx(ctx), code(ctx), op(op), plan(op),
        window(ctx, plan.window, op.getInput(), op.getResult(), getPad()),
        epilogue(ctx, op.getEpilogue(), op.getExtras(), op.getResult(),
                 /*panels=*/false),
        filter(ctx.buffer(op.getFilter())),
        number(plan.isFloat ? Type(code.builder.getF32Type())
                            : Type(code.builder.getI32Type())) {}

  void emit() {
    code.loop(ctx.begin, ctx.end, [&](Value item) {
      Value first = code.mul(item, code.i64(blockPixels));
      Value last =
          code.min(code.add(first, code.i64(blockPixels)), window.pixels);
      code.loop(first, last, [&](Value pixel) {
        window.fill(1, pixel);
        emitPixel(pixel);
      });
    });
  }

private:
  KernelContext &ctx;
  CodeBuilder code;
  qnn::ConvOp op;
  Plan plan;
  WindowTable window;
  Epilogue epilogue;
  Value filter;
  Type number;

  Value getPad() {
    return code.constant(getSignless(getElement(op.getInput())),
                         static_cast<int64_t>(op.getPadCode()));
  }

  void emitPixel(Value pixel) {
    if (plan.isDepthwise()) {
      Value all = code.i64(plan.group);
      epilogue.emitRow(pixel, code.i64(0), all, [&](Value i, Value mask) {
        return sumTaps([&](Value tap, Value row, Value acc) -> Value {
          Value a = widen(load(row, op.getInput(), i, mask), op.getInput());
          return accumulate(acc, a, loadFilter(tap, code.i64(0), i, mask));
        });
      });
      return;
    }
    code.loop(code.i64(0), code.i64(plan.group), [&](Value group) {
      Value column = code.mul(group, code.i64(plan.outputs));
      Value count = code.i64(plan.outputs);
      epilogue.emitRow(pixel, column, count, [&](Value i, Value mask) {
        return sumTaps([&](Value tap, Value row, Value acc) {
          return emitGroupTap(group, tap, row, code.add(column, i), mask, acc);
        });
      });
    });
  }

  /// The group's input channels of one tap, ascending.
  Value emitGroupTap(Value group, Value tap, Value row, Value column,
                     Value mask, Value acc) {
    Value first = code.mul(group, code.i64(plan.inputs));
    return code.loop(
        code.i64(0), code.i64(plan.inputs), {acc},
        [&](Value channel, ValueRange carried) -> Values {
          Value a = code.load(row, getElement(op.getInput()),
                              code.add(first, channel));
          a = code.splat(widen(a, op.getInput()));
          return {accumulate(carried[0], a,
                             loadFilter(tap, channel, column, mask))};
        })[0];
  }

  SmallVector<Value>
  sumTaps(llvm::function_ref<Value(Value, Value, Value)> body) {
    Value zero = code.constant(VectorType::get(rowLanes, number), 0);
    Type pointer = window.getTable().getType();
    auto step = [&](Value tap, ValueRange carried) -> Values {
      Value address =
          code.at(window.getTable(), code.builder.getI64Type(), tap);
      Value row = LLVM::LoadOp::create(code.builder, code.loc, pointer, address,
                                       /*alignment=*/8);
      return {body(tap, row, carried[0])};
    };
    return code.loop(code.i64(0), code.i64(plan.window.taps), {zero}, step);
  }

  Value load(Value base, Value tensor, Value index, Value mask) {
    return code.loadVector(base, getElement(tensor), index, mask);
  }

  /// Weights of a tap and an input channel of the group, for output channels from
  /// `column` on.
  Value loadFilter(Value tap, Value channel, Value column, Value mask) {
    Value row = code.add(code.mul(tap, code.i64(plan.inputs)), channel);
    Value index = code.add(
        code.mul(row, code.i64(plan.outputs * plan.group)), column);
    return widen(load(filter, op.getFilter(), index, mask), op.getFilter());
  }

  /// Codes as 32-bit integers.
  Value widen(Value value, Value tensor) {
    if (plan.isFloat)
      return value;
    Type type = number;
    if (auto vector = dyn_cast<VectorType>(value.getType()))
      type = vector.clone(number);
    if (getElement(tensor).isUnsignedInteger())
      return arith::ExtUIOp::create(code.builder, code.loc, type, value);
    return arith::ExtSIOp::create(code.builder, code.loc, type, value);
  }

  Value accumulate(Value acc, Value a, Value b) {
    return plan.isFloat ? code.fma(a, b, acc) : code.add(acc, code.mul(a, b));
  }
};

} // namespace

std::pair<Value, Value> quantc::directConvGrid(KernelContext &ctx) {
  auto op = cast<qnn::ConvOp>(ctx.op);
  CodeBuilder code(ctx);
  Plan plan(op);
  Value result = op.getResult();
  int64_t rank = cast<RankedTensorType>(result.getType()).getRank();
  Value items = code.ceilDiv(ctx.size(result, 0, rank - 1), blockPixels);
  int64_t each = plan.group * plan.outputs * plan.inputs * plan.window.taps;
  return {items, code.i64(blockPixels * each)};
}

LogicalResult quantc::directConvBody(KernelContext &ctx) {
  DirectEmitter(ctx, cast<qnn::ConvOp>(ctx.op)).emit();
  return success();
}

int64_t quantc::directConvScratch(Operation *op) {
  return Plan(cast<qnn::ConvOp>(op)).layout.bytes();
}
