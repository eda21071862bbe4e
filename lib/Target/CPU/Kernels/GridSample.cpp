//===- GridSample.cpp - Images sampled at given positions -----------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A work item is a point of the grid: its neighbours and their weights are found
// once and summed for every channel. All in the element type (f32 for narrower
// ones), step by step as the evaluator does it. Nothing here may convert a
// position to an integer before it is known to lie inside: grids may hold anything.
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "Indexing.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;

namespace {
/// Neighbours of a point along one dimension: offsets of elements in a plane,
/// whether each is inside (null: all are), weights.
struct Neighbours {
  ValueList offsets, inside, weights;
};

class Sampling {
public:
  explicit Sampling(KernelContext &ctx)
      : ctx(ctx), code(ctx), op(cast<onnx::GridSampleOp>(ctx.op)),
        spatial(getRank(op.getX()) - 2), mode(op.getMode()),
        padding(op.getPaddingMode()) {
    type = ctx.builder.getF32Type();
    if (getElement(op.getX()).isF64())
      type = ctx.builder.getF64Type();
    ValueList dims = getDims(ctx, op.getX());
    sizes.assign(dims.begin() + 2, dims.end());
    strides = getStrides(code, sizes);
  }
  void emit();

private:
  KernelContext &ctx;
  CodeBuilder code;
  onnx::GridSampleOp op;
  int64_t spatial;
  StringRef mode, padding;
  Type type;
  ValueList sizes, strides;
  // Of the dimension being looked at: its size, and the range that is mirrored.
  Value size, low, high;

  Value number(double value) { return code.constant(type, value); }
  Value floor(Value x) {
    return math::FloorOp::create(ctx.builder, ctx.loc, x);
  }
  Value trunc(Value x) {
    return math::TruncOp::create(ctx.builder, ctx.loc, x);
  }
  Value isBetween(Value x, Value from, Value to) {
    return code.bitAnd(code.ge(x, from), code.ge(to, x));
  }
  void enter(int64_t d);
  Value locate(Value coordinate);
  Value reflect(Value x);
  Value adjust(Value x);
  void addNeighbour(Neighbours &result, int64_t d, Value index);
  ValueList cubicWeights(Value x);
  Neighbours getNeighbours(int64_t d, Value coordinate);
  Value interpolate(ArrayRef<Neighbours> neighbours, Value offset);
};
} // namespace

void Sampling::enter(int64_t d) {
  size = arith::SIToFPOp::create(ctx.builder, ctx.loc, type, sizes[d]);
  low = number(op.getAlignCorners() ? 0 : -0.5);
  high = code.sub(size, number(op.getAlignCorners() ? 1 : 0.5));
}

/// The position that a coordinate from -1 to 1 stands for.
Value Sampling::locate(Value coordinate) {
  Value one = number(1), two = number(2), moved = code.add(coordinate, one);
  if (op.getAlignCorners())
    return code.mul(code.div(moved, two), code.sub(size, one));
  return code.div(code.sub(code.mul(moved, size), one), two);
}

/// Mirrors at the borders until inside.
Value Sampling::reflect(Value x) {
  Value extent = code.sub(high, low), isBelow = code.lt(x, low);
  Value stays = isBetween(x, low, high);
  Value isFlat = code.eq(code.gt(extent, number(0)),
                         code.integer(ctx.builder.getI1Type(), 0));
  stays = code.bitOr(stays, isFlat);
  Value distance = code.select(isBelow, code.sub(low, x), code.sub(x, high));
  Value turns = trunc(code.div(distance, extent));
  Value rest = code.sub(distance, code.mul(turns, extent));
  Value pairs = trunc(code.div(turns, number(2)));
  Value isEven = code.eq(code.sub(turns, code.mul(pairs, number(2))), number(0));
  Value fromLow = code.eq(isEven, isBelow);
  Value mirrored =
      code.select(fromLow, code.add(low, rest), code.sub(high, rest));
  return code.select(stays, code.clamp(x, low, high), mirrored);
}

/// A position outside, moved inside as the padding says.
Value Sampling::adjust(Value x) {
  if (padding == "zeros")
    return x;
  Value inside = isBetween(x, low, high);
  Value moved = padding == "border"
                    ? code.clamp(x, number(0), code.sub(size, number(1)))
                    : reflect(x);
  return code.select(inside, x, moved);
}

/// The element that position `index` shows.
void Sampling::addNeighbour(Neighbours &result, int64_t d, Value index) {
  Value last = code.sub(size, number(1));
  if (padding == "zeros")
    result.inside.push_back(
        code.bitAnd(code.ge(index, number(0)), code.lt(index, size)));
  else if (padding == "reflection")
    index = reflect(index);
  Value element = arith::FPToSIOp::create(
      ctx.builder, ctx.loc, ctx.builder.getI64Type(),
      code.clamp(index, number(0), last));
  result.offsets.push_back(code.mul(element, strides[d]));
}

/// For a position `x` (0 to 1) behind the second of four.
ValueList Sampling::cubicWeights(Value x) {
  double a = -0.75;
  auto step = [&](Value sum, Value d, double next) {
    return code.add(code.mul(sum, d), number(next));
  };
  auto outer = [&](Value d) {
    Value sum = code.sub(code.mul(number(a), d), number(5 * a));
    return code.sub(code.mul(step(sum, d, 8 * a), d), number(4 * a));
  };
  auto inner = [&](Value d) {
    Value sum = code.sub(code.mul(number(a + 2), d), number(a + 3));
    return step(code.mul(sum, d), d, 1);
  };
  Value one = number(1);
  return {outer(code.add(x, one)), inner(x), inner(code.sub(one, x)),
          outer(code.sub(number(2), x))};
}

Neighbours Sampling::getNeighbours(int64_t d, Value coordinate) {
  enter(d);
  Value x = locate(coordinate);
  Neighbours result;
  if (mode == "nearest") {
    addNeighbour(result, d, adjust(code.roundEven(x)));
    return result;
  }
  x = adjust(x);
  Value left = floor(x), ratio = code.sub(x, left), one = number(1);
  bool isCubic = mode == "cubic";
  result.weights = isCubic ? cubicWeights(ratio)
                           : ValueList{code.sub(one, ratio), ratio};
  for (size_t k = 0; k < result.weights.size(); ++k) {
    Value index = code.add(left, number(k));
    addNeighbour(result, d, isCubic ? code.sub(index, one) : index);
  }
  return result;
}

/// Weighted sum over the neighbours of the remaining dimensions.
Value Sampling::interpolate(ArrayRef<Neighbours> neighbours, Value offset) {
  if (neighbours.empty()) {
    Row plane{ctx.buffer(op.getX()), getElement(op.getX()), offset, Value()};
    return plane.loadOne(code, code.i64(0));
  }
  const Neighbours &first = neighbours.front();
  Value sum = number(0);
  for (auto [k, step] : llvm::enumerate(first.offsets)) {
    Value value =
        interpolate(neighbours.drop_front(), code.add(offset, step));
    Value weight = first.weights.empty() ? number(1) : first.weights[k];
    Value next = code.add(sum, code.mul(weight, value));
    sum = first.inside.empty() ? next : code.select(first.inside[k], next, sum);
  }
  return sum;
}

void Sampling::emit() {
  Value channels = ctx.dim(op.getX(), 1), plane = ctx.size(op.getX(), 2, 2 + spatial);
  Value perImage = ctx.size(op.getY(), 2, 2 + spatial);
  Row grid{ctx.buffer(op.getGrid()), getElement(op.getGrid()), code.i64(0),
           Value()};
  auto emitPoint = [&](Value point) {
    SmallVector<Neighbours> neighbours;
    Value first = code.mul(point, code.i64(spatial));
    // The grid's coordinates are in the reverse order of dimensions.
    for (int64_t d = 0; d < spatial; ++d)
      neighbours.push_back(getNeighbours(
          d, grid.loadOne(code, code.add(first, code.i64(spatial - 1 - d)))));
    Value image = code.quotient(point, perImage);
    Value place = code.remainder(point, perImage);
    code.loop(code.i64(0), channels, [&](Value c) {
      Value at = code.add(code.mul(image, channels), c);
      Row out{ctx.buffer(op.getY()), getElement(op.getY()),
              code.mul(at, perImage), Value()};
      out.storeOne(code, interpolate(neighbours, code.mul(at, plane)), place);
    });
  };
  // An empty image has nothing that could be read.
  code.when(code.gt(plane, code.i64(0)),
            [&] { code.loop(ctx.begin, ctx.end, emitPoint); });
}

static std::pair<Value, Value> sampleGrid(KernelContext &ctx) {
  Value grid = cast<onnx::GridSampleOp>(ctx.op).getGrid();
  CodeBuilder code(ctx);
  return {ctx.size(grid, 0, getRank(grid) - 1),
          code.mul(ctx.dim(ctx.op->getOperand(0), 1), code.i64(32))};
}

static LogicalResult checkSample(Operation *op) {
  auto sample = cast<onnx::GridSampleOp>(op);
  if (getElement(sample.getX()) != getElement(sample.getGrid()))
    return op->emitError("found an image and a grid of different types; compiled "
                         "code supports equal ones");
  if (getElement(sample.getX()).isF64())
    return success();
  return checkFloat(op, {sample.getX()});
}

void quantc::addGridSampleKernels(KernelRegistry &registry) {
  registry.add<onnx::GridSampleOp>({sampleGrid,
                                    [](KernelContext &ctx) {
                                      Sampling(ctx).emit();
                                      return success();
                                    },
                                    nullptr, checkSample});
}
