//===- Resize.cpp - Scaling by nearest element or interpolation -----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A work item is a row of the result. Positions in the source are computed in
// f64; linear interpolation in f32, the last dimension first, each step
// a * (1 - w) + b * w as separate operations.
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
/// Where an element of the result lies between two of the source, as offsets in
/// elements; one offset for nearest (and for dimensions kept as they are).
struct Position {
  Value low, high; // high: null for one
  Value weight;    // of high, f32
};

class Resizing {
public:
  explicit Resizing(KernelContext &ctx)
      : ctx(ctx), code(ctx), op(cast<onnx::ResizeOp>(ctx.op)) {
    f64 = ctx.builder.getF64Type();
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
  Type f64;
  ValueList sourceDims, strides, dims;
  ValueList scales; // f64; null for a dimension that is kept

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
  Position locate(Value position, int64_t d);
  Value interpolate(ArrayRef<Position> positions, Value offset);
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
    scales[d] = byScale
                    ? number(given->getDouble(i))
                    : code.div(toF64(dims[d]), toF64(sourceDims[d]));
  }
}

/// The source coordinate of a position of the result.
Value Resizing::getCoordinate(Value position, int64_t d) {
  StringRef mode = op.getCoordinateTransformationMode();
  Value at = toF64(position), half = number(0.5), scale = scales[d];
  Value source = toF64(sourceDims[d]), length = toF64(dims[d]);
  Value one = number(1), zero = number(0);
  if (mode == "asymmetric")
    return code.div(at, scale);
  if (mode == "tf_half_pixel_for_nn")
    return code.div(code.add(at, half), scale);
  if (mode == "align_corners") {
    Value single = code.eq(dims[d], code.i64(1));
    Value steps = code.select(single, one, code.sub(length, one));
    Value x = code.div(code.mul(at, code.sub(source, one)), steps);
    return code.select(single, zero, x);
  }
  Value x = code.sub(code.div(code.add(at, half), scale), half);
  if (mode == "pytorch_half_pixel")
    return code.select(code.gt(dims[d], code.i64(1)), x, zero);
  if (mode == "half_pixel_symmetric") {
    Value adjustment = code.div(length, code.mul(scale, source));
    Value center = code.mul(source, half);
    return code.add(code.mul(center, code.sub(one, adjustment)), x);
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

Position Resizing::locate(Value position, int64_t d) {
  if (!scales[d])
    return {code.mul(position, strides[d]), Value(), Value()};
  Value x = getCoordinate(position, d), zero = number(0);
  Value last = code.sub(toF64(sourceDims[d]), number(1));
  if (op.getMode() == "nearest") {
    Value nearest = code.min(code.max(roundNearest(x), zero), last);
    return {code.mul(toInt(nearest), strides[d]), Value(), Value()};
  }
  x = code.min(code.max(x, zero), last);
  Value low = round<math::FloorOp>(x);
  Value high = code.min(code.add(low, number(1)), last);
  Value weight = arith::TruncFOp::create(ctx.builder, ctx.loc,
                                         ctx.builder.getF32Type(),
                                         code.sub(x, low));
  return {code.mul(toInt(low), strides[d]), code.mul(toInt(high), strides[d]),
          weight};
}

/// The element at `offset` plus the positions of the remaining dimensions.
Value Resizing::interpolate(ArrayRef<Position> positions, Value offset) {
  if (positions.empty()) {
    Row source{ctx.buffer(op.getX()), getElement(op.getX()), offset, Value()};
    return source.loadOne(code, code.i64(0));
  }
  const Position &first = positions.front();
  ArrayRef<Position> rest = positions.drop_front();
  Value low = interpolate(rest, code.add(offset, first.low));
  if (!first.high)
    return low;
  Value high = interpolate(rest, code.add(offset, first.high));
  Value other = code.sub(code.f32(1), first.weight);
  return code.add(code.mul(low, other), code.mul(high, first.weight));
}

void Resizing::emit() {
  int64_t rank = dims.size();
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    ValueList position =
        delinearize(code, item, ArrayRef<Value>(dims).drop_back());
    SmallVector<Position> positions;
    for (int64_t d = 0; d + 1 < rank; ++d)
      positions.push_back(locate(position[d], d));
    Row out{ctx.buffer(op.getY()), getElement(op.getY()),
            code.mul(item, dims.back()), Value()};
    code.loop(code.i64(0), dims.back(), [&](Value i) {
      SmallVector<Position> all(positions);
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
  // Linear is left to the evaluator until both compute the same weights: the code
  // below interpolates them in f32, the evaluator in f64.
  if (resize.getMode() != "nearest")
    return op->emitError("found mode '")
           << resize.getMode() << "'; compiled code supports nearest";
  if (resize.getCoordinateTransformationMode() == "tf_crop_and_resize" ||
      resize.getAntialias() || resize.getKeepAspectRatioPolicy() != "stretch")
    return op->emitError("found cropping, antialiasing or a kept aspect ratio; "
                         "compiled code supports plain scaling");
  if (getRank(resize.getX()) == 0 ||
      (resize.getScales() && !ConstantData::get(resize.getScales())))
    return op->emitError("found scales that are not constant; compiled code "
                         "supports constant ones");
  Type element = getElement(resize.getX());
  if (isa<IntegerType>(element) || element.isF64())
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
