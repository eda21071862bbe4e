//===- ResizeShapes.cpp - Shapes of image resampling ----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "ShapeHelpers.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

LogicalResult GridSampleOp::inferShapes(ShapeEnv &env) {
  // C1
  if (!llvm::is_contained({"linear", "nearest", "cubic", "bilinear", "bicubic"},
                          getMode()) ||
      !llvm::is_contained({"zeros", "border", "reflection"}, getPaddingMode()))
    return emitOpError("C1: unknown mode '")
           << getMode() << "' or padding_mode '" << getPaddingMode() << "'";
  if (failed(requireMinRank(*this, env, getX(), 3, "C2: X")))
    return failure();
  const Dims *input = env.getShape(getX()), *grid = env.getShape(getGrid());
  if (!input || !grid)
    return success();
  // C2
  if (failed(requireRank(*this, env, getGrid(), input->size(), "C2: grid")) ||
      failed(requireEqual(*this, env, grid->back(),
                          env.constant(input->size() - 2),
                          "C2: coordinates and spatial dimensions")))
    return failure();
  Dims shape = {(*input)[0], (*input)[1]};
  llvm::append_range(shape, ArrayRef<Dim>(*grid).drop_front().drop_back());
  env.setShape(getY(), shape);
  return success();
}

//===----------------------------------------------------------------------===//
// Resize
//===----------------------------------------------------------------------===//

/// floor(dim * scale), symbolic where the scale is an integer or 1 / integer.
static Dim scaleDim(ShapeEnv &env, Dim dim, double scale) {
  if (std::optional<int64_t> size = ShapeEnv::getConstant(dim)) {
    double result = std::floor(double(*size) * scale);
    return result < double(dims::maxConstant) ? env.constant(int64_t(result))
                                              : Dim();
  }
  if (scale >= 1 && scale == std::floor(scale) && scale < 65536)
    return dims::mul(dim, int64_t(scale));
  double inverse = 1 / scale;
  if (inverse == std::floor(inverse) && inverse < 65536)
    return dims::floorDiv(dim, int64_t(inverse));
  return {};
}

static LogicalResult scaleShape(ResizeOp op, ShapeEnv &env,
                                ArrayRef<int64_t> axes, Dims &shape) {
  std::optional<ConstantData> scales = ConstantData::get(op.getScales());
  std::optional<ConstantData> roi =
      op.getRoi() ? ConstantData::get(op.getRoi()) : std::nullopt;
  bool crops = op.getCoordinateTransformationMode() == "tf_crop_and_resize";
  // C3
  if (scales && scales->getNumElements() != int64_t(axes.size()))
    return op.emitOpError("C3: scales must have ")
           << axes.size() << " entries, found " << scales->getNumElements();
  for (auto [i, axis] : llvm::enumerate(axes)) {
    Dim &dim = shape[axis];
    if (!scales) {
      dim = Dim();
      continue;
    }
    double scale = scales->getDouble(i);
    // C4
    if (!std::isfinite(scale) || scale <= 0)
      return op.emitOpError("C4: scales must be positive and finite");
    if (crops && (!roi || roi->getNumElements() != int64_t(2 * axes.size()))) {
      dim = Dim();
      continue;
    }
    if (crops)
      scale *= roi->getDouble(i + axes.size()) - roi->getDouble(i);
    dim = scale > 0 ? scaleDim(env, dim, scale) : env.constant(0);
  }
  return success();
}

/// The sizes, or with another policy the input scaled by one factor to fit.
static void fitShape(ResizeOp op, ShapeEnv &env, ArrayRef<int64_t> axes,
                     ArrayRef<Dim> sizes, Dims &shape) {
  StringRef policy = op.getKeepAspectRatioPolicy();
  std::optional<double> factor;
  bool isKnown = true;
  for (auto [axis, size] : llvm::zip_equal(axes, sizes)) {
    std::optional<int64_t> from = ShapeEnv::getConstant(shape[axis]),
                           to = ShapeEnv::getConstant(size);
    isKnown &= from && to && *from > 0;
    if (!isKnown)
      break;
    double ratio = double(*to) / double(*from);
    factor = !factor                   ? ratio
             : policy == "not_larger" ? std::min(*factor, ratio)
                                      : std::max(*factor, ratio);
  }
  for (auto [axis, size] : llvm::zip_equal(axes, sizes)) {
    if (policy == "stretch")
      shape[axis] = size;
    else if (isKnown && factor)
      // Half rounds up.
      shape[axis] = env.constant(int64_t(std::floor(
          double(*ShapeEnv::getConstant(shape[axis])) * *factor + 0.5)));
    else
      shape[axis] = Dim();
  }
}

LogicalResult ResizeOp::inferShapes(ShapeEnv &env) {
  // C1
  if (!getScales() == !getSizes())
    return emitOpError("C1: needs either scales or sizes");
  // C2
  if (!llvm::is_contained({"nearest", "linear", "cubic"}, getMode()))
    return emitOpError("C2: mode must be nearest, linear or cubic, found '")
           << getMode() << "'";
  if (!llvm::is_contained({"stretch", "not_larger", "not_smaller"},
                          getKeepAspectRatioPolicy()))
    return emitOpError("C2: unknown keep_aspect_ratio_policy '")
           << getKeepAspectRatioPolicy() << "'";
  const Dims *input = env.getShape(getX());
  if (!input)
    return success();
  SmallVector<int64_t> axes =
      getAxes() ? SmallVector<int64_t>(*getAxes())
                : llvm::to_vector(llvm::seq<int64_t>(0, input->size()));
  // C5
  if (failed(normalizeAxes(*this, axes, input->size())))
    return failure();
  Dims shape(*input);
  if (getScales()) {
    if (failed(scaleShape(*this, env, axes, shape)))
      return failure();
  } else if (const Dims *sizes = env.getContents(getSizes())) {
    // C3
    if (sizes->size() != axes.size())
      return emitOpError("C3: sizes must have ")
             << axes.size() << " entries, found " << sizes->size();
    for (Dim size : *sizes) {
      std::optional<int64_t> constant = ShapeEnv::getConstant(size);
      if (constant && (*constant < 1 || *constant > dims::maxConstant))
        return emitOpError("C4: sizes must be positive, found ") << *constant;
    }
    fitShape(*this, env, axes, *sizes, shape);
  } else {
    for (int64_t axis : axes)
      shape[axis] = Dim();
  }
  env.setShape(getY(), shape);
  return success();
}
