//===- Resize.cpp - Scaling by nearest element or interpolation -----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A work item is a row of the result. Positions in the source and weights are
// computed in f64, weights rounded to the type that is summed in, and neighbours
// summed along the last dimension first, as docs/Numerics.md says.
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "Indexing.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;

namespace {
/// The neighbours of an element of the result along a dimension, as offsets in
/// elements, and their weights.
struct Taps {
  ValueList offsets, weights;
  Value onElement; // whether one neighbour is all there is...
  size_t element = 0; // ...this one
};

class Resizing {
public:
  explicit Resizing(KernelContext &ctx)
      : ctx(ctx), code(ctx), op(cast<onnx::ResizeOp>(ctx.op)) {
    f64 = ctx.builder.getF64Type();
    sums = getElement(op.getX()).isF64() ? f64 : ctx.builder.getF32Type();
    sourceDims = getDims(ctx, op.getX());
    strides = getStrides(code, sourceDims);
    dims = getDims(ctx, op.getY());
    findScales();
  }
  void emit();

private:
  KernelContext &ctx;
  CodeBuilder code;
  onnx::ResizeOp op;
  Type f64, sums;
  ValueList sourceDims, strides, dims;
  // In f64; null for a dimension that is kept. Lengths are those of the result
  // before they are rounded to integers.
  ValueList scales, lengths;

  Value number(double value) { return code.constant(f64, value); }
  Value toF64(Value v) {
    return arith::SIToFPOp::create(ctx.builder, ctx.loc, f64, v);
  }
  Value toInt(Value v) {
    return arith::FPToSIOp::create(ctx.builder, ctx.loc,
                                   ctx.builder.getI64Type(), v);
  }
  template <typename OpTy> Value round(Value v) {
    return OpTy::create(ctx.builder, ctx.loc, v);
  }

  bool isKept(int64_t d);
  void findScales();
  Value getCoordinate(Value position, int64_t d);
  Value roundNearest(Value x);
  Value getOffset(Value index, int64_t d);
  Value roundWeight(Value weight) {
    return sums == f64 ? weight
                       : arith::TruncFOp::create(ctx.builder, ctx.loc, sums,
                                                 weight);
  }
  Taps locate(Value position, int64_t d);
  Taps locateLinear(Value x, int64_t d);
  Taps locateCubic(Value x, int64_t d);
  Value cubic(Value x, bool isInner);
  void excludeOutside(ValueList &weights, Value first, int64_t d);
  Value interpolate(ArrayRef<Taps> taps, Value offset);
};
} // namespace

/// Whether source and result are known to be of one extent.
bool Resizing::isKept(int64_t d) {
  auto from = cast<RankedTensorType>(op.getX().getType());
  auto to = cast<RankedTensorType>(op.getY().getType());
  return !from.isDynamicDim(d) && from.getDimSize(d) == to.getDimSize(d);
}

/// Scales are given, or follow from the sizes.
void Resizing::findScales() {
  int64_t rank = dims.size();
  scales.resize(rank);
  lengths.resize(rank);
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(rank));
  if (op.getAxes())
    axes.assign(op.getAxes()->begin(), op.getAxes()->end());
  std::optional<ConstantData> given;
  if (op.getScales())
    given = ConstantData::get(op.getScales());
  bool byScale = given && given->getNumElements() != 0;
  for (auto [i, axis] : llvm::enumerate(axes)) {
    int64_t d = normalizeAxis(op.getX(), axis);
    if (byScale ? given->getDouble(i) == 1 : isKept(d))
      continue;
    Value source = toF64(sourceDims[d]), size = toF64(dims[d]);
    scales[d] =
        byScale ? number(given->getDouble(i)) : code.div(size, source);
    lengths[d] = byScale ? code.mul(scales[d], source) : size;
  }
}

/// The source coordinate of a position of the result.
Value Resizing::getCoordinate(Value position, int64_t d) {
  StringRef mode = op.getCoordinateTransformationMode();
  Value at = toF64(position), half = number(0.5), scale = scales[d];
  Value source = toF64(sourceDims[d]), length = lengths[d];
  Value one = number(1), zero = number(0);
  if (mode == "asymmetric")
    return code.div(at, scale);
  if (mode == "tf_half_pixel_for_nn")
    return code.div(code.add(at, half), scale);
  if (mode == "align_corners") {
    Value single = code.eq(length, one);
    Value steps = code.select(single, one, code.sub(length, one));
    Value x = code.div(code.mul(at, code.sub(source, one)), steps);
    return code.select(single, zero, x);
  }
  Value x = code.sub(code.div(code.add(at, half), scale), half);
  if (mode == "pytorch_half_pixel")
    return code.select(code.eq(dims[d], code.i64(1)), zero, x);
  if (mode == "half_pixel_symmetric") {
    Value adjustment = code.div(toF64(dims[d]), length);
    Value center = code.mul(source, half);
    return code.add(x, code.mul(center, code.sub(one, adjustment)));
  }
  return x;
}

Value Resizing::roundNearest(Value x) {
  StringRef mode = op.getNearestMode();
  if (mode == "floor")
    return round<math::FloorOp>(x);
  if (mode == "ceil")
    return round<math::CeilOp>(x);
  if (mode == "round_prefer_ceil")
    return round<math::FloorOp>(code.add(x, number(0.5)));
  return round<math::CeilOp>(code.sub(x, number(0.5)));
}

/// The offset of element `index` (f64, may lie outside) along dimension d.
Value Resizing::getOffset(Value index, int64_t d) {
  Value last = code.sub(sourceDims[d], code.i64(1));
  Value inside = code.clamp(toInt(index), code.i64(0), last);
  return code.mul(inside, strides[d]);
}

Taps Resizing::locate(Value position, int64_t d) {
  if (!scales[d])
    return {{code.mul(position, strides[d])}, {}, {}};
  Value x = getCoordinate(position, d);
  if (op.getMode() == "nearest")
    return {{getOffset(roundNearest(x), d)}, {}, {}};
  return op.getMode() == "linear" ? locateLinear(x, d) : locateCubic(x, d);
}

Taps Resizing::locateLinear(Value x, int64_t d) {
  Value zero = number(0), one = number(1);
  Value last = code.sub(toF64(sourceDims[d]), one);
  x = code.clamp(x, zero, last);
  Value low = round<math::FloorOp>(x), ratio = code.sub(x, low);
  Value weight = roundWeight(ratio);
  Value other = code.sub(code.constant(sums, 1), weight);
  return {{getOffset(low, d), getOffset(code.add(low, one), d)},
          {other, weight},
          code.eq(ratio, zero)};
}

/// The cubic kernel at distance x from 0 to 1, or from 1 to 2.
Value Resizing::cubic(Value x, bool isInner) {
  double a = op.getCubicCoeffA().convertToFloat();
  auto power = [&](double factor, int times) {
    Value result = number(factor);
    for (int i = 0; i < times; ++i)
      result = code.mul(result, x);
    return result;
  };
  if (isInner)
    return code.add(code.sub(power(a + 2, 3), power(a + 3, 2)), number(1));
  Value rising = code.add(code.sub(power(a, 3), power(5 * a, 2)), power(8 * a, 1));
  return code.sub(rising, number(4 * a));
}

Taps Resizing::locateCubic(Value x, int64_t d) {
  Value one = number(1), low = round<math::FloorOp>(x);
  Value ratio = code.sub(x, low), first = code.sub(low, one);
  ValueList weights = {cubic(code.add(one, ratio), false), cubic(ratio, true),
                       cubic(code.sub(one, ratio), true),
                       cubic(code.sub(number(2), ratio), false)};
  if (op.getExcludeOutside())
    excludeOutside(weights, first, d);
  Taps taps;
  for (auto [k, weight] : llvm::enumerate(weights)) {
    taps.offsets.push_back(getOffset(code.add(first, number(k)), d));
    taps.weights.push_back(roundWeight(weight));
  }
  taps.onElement = code.eq(ratio, number(0));
  taps.element = 1;
  return taps;
}

/// Neighbours outside of the source count nothing.
void Resizing::excludeOutside(ValueList &weights, Value first, int64_t d) {
  Value sum = number(0), source = toF64(sourceDims[d]);
  for (auto [k, weight] : llvm::enumerate(weights)) {
    Value index = code.add(first, number(k));
    Value inside = code.bitAnd(code.ge(index, number(0)),
                               code.lt(index, source));
    weight = code.select(inside, weight, number(0));
    sum = code.add(sum, weight);
  }
  sum = code.select(code.eq(sum, number(0)), number(1), sum);
  for (Value &weight : weights)
    weight = code.div(weight, sum);
}

/// The element at `offset` plus the taps of the remaining dimensions.
Value Resizing::interpolate(ArrayRef<Taps> taps, Value offset) {
  if (taps.empty()) {
    Row source{ctx.buffer(op.getX()), getElement(op.getX()), offset, Value()};
    return source.loadOne(code, code.i64(0));
  }
  const Taps &first = taps.front();
  ValueList values;
  for (Value step : first.offsets)
    values.push_back(
        interpolate(taps.drop_front(), code.add(offset, step)));
  if (first.weights.empty())
    return values.front();
  Value sum = code.mul(first.weights[0], values[0]);
  for (size_t k = 1; k < values.size(); ++k)
    sum = code.add(sum, code.mul(first.weights[k], values[k]));
  return code.select(first.onElement, values[first.element], sum);
}

void Resizing::emit() {
  int64_t rank = dims.size();
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    ValueList position =
        delinearize(code, item, ArrayRef<Value>(dims).drop_back());
    SmallVector<Taps> outer;
    for (int64_t d = 0; d + 1 < rank; ++d)
      outer.push_back(locate(position[d], d));
    Row out{ctx.buffer(op.getY()), getElement(op.getY()),
            code.mul(item, dims.back()), Value()};
    code.loop(code.i64(0), dims.back(), [&](Value i) {
      SmallVector<Taps> all(outer);
      all.push_back(locate(i, rank - 1));
      out.storeOne(code, interpolate(all, code.i64(0)), i);
    });
  });
}

static std::pair<Value, Value> resizeGrid(KernelContext &ctx) {
  Value y = ctx.op->getResult(0);
  return {ctx.size(y, 0, getRank(y) - 1),
          CodeBuilder(ctx).mul(ctx.dim(y, -1), ctx.constant(16))};
}

static LogicalResult checkResize(Operation *op) {
  auto resize = cast<onnx::ResizeOp>(op);
  if (resize.getCoordinateTransformationMode() == "tf_crop_and_resize" ||
      resize.getAntialias() || resize.getKeepAspectRatioPolicy() != "stretch")
    return op->emitError("found cropping, antialiasing or a kept aspect ratio; "
                         "compiled code supports plain scaling");
  if (getRank(resize.getX()) == 0 ||
      (resize.getScales() && !ConstantData::get(resize.getScales())))
    return op->emitError("found scales that are not constant; compiled code "
                         "supports constant ones");
  Type element = getElement(resize.getX());
  bool copies = resize.getMode() == "nearest";
  if (element.isF64() || (copies && isa<IntegerType>(element)))
    return success();
  return checkFloat(op, {resize.getX()});
}

void quantc::addResizeKernels(KernelRegistry &registry) {
  registry.add<onnx::ResizeOp>({resizeGrid,
                                [](KernelContext &ctx) {
                                  Resizing(ctx).emit();
                                  return success();
                                },
                                nullptr, checkResize});
}
