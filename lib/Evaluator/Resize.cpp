//===- Resize.cpp - Interpolation -----------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Resize works along one axis after the other: every element is a weighted sum of
// neighbours along the axis. All in double, rounded once at the end.
//
//===----------------------------------------------------------------------===//

#include "Convert.h"
#include "Elements.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::onnx;

namespace {
/// How one axis is resized.
struct AxisResize {
  int64_t input, output;
  double scale;
  double begin = 0, end = 1; // region of interest
  bool needsWork = true;
};

/// Neighbours of one output element and their weights.
struct Taps {
  int64_t first = 0; // may lie outside
  SmallVector<double, 4> weights;
  bool isOutside = false; // takes the extrapolation value
};
} // namespace

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// The position in the input that output element `i` shows.
static double mapPosition(StringRef mode, const AxisResize &axis, int64_t i) {
  double output = axis.scale * double(axis.input), last = axis.input - 1;
  if (mode == "align_corners")
    return output == 1 ? 0 : i * last / (output - 1);
  if (mode == "asymmetric")
    return i / axis.scale;
  if (mode == "tf_crop_and_resize") {
    double extent = axis.end - axis.begin;
    double position = output == 1 ? extent * last / 2
                                  : i * extent * last / (output - 1);
    return position + axis.begin * last;
  }
  if (mode == "pytorch_half_pixel" && output == 1)
    return -0.5;
  double position = (i + 0.5) / axis.scale - 0.5;
  if (mode == "half_pixel_symmetric")
    position += double(axis.input) / 2 * (1 - double(axis.output) / output);
  return position;
}

/// The cubic kernel at distance x.
static double cubicKernel(double x, double a) {
  x = std::fabs(x);
  if (x <= 1)
    return (a + 2) * x * x * x - (a + 3) * x * x + 1;
  return x < 2 ? a * x * x * x - 5 * a * x * x + 8 * a * x - 4 * a : 0;
}

/// Weights of the neighbours of a position `ratio` (0 to 1] behind the one on its
/// left; with antialiasing the kernel is as wide as the reduction.
static SmallVector<double, 4> getWeights(ResizeOp op, double ratio,
                                         double scale) {
  SmallVector<double, 4> weights;
  StringRef mode = op.getMode();
  if (mode == "nearest") {
    StringRef rule = op.getNearestMode();
    bool left = rule == "floor" ||
                (rule == "round_prefer_floor" && ratio <= 0.5) ||
                (rule == "round_prefer_ceil" && ratio < 0.5);
    if (ratio == 1)
      left = false;
    return {left ? 1.0 : 0.0, left ? 0.0 : 1.0};
  }
  double shrink = op.getAntialias() ? std::min(scale, 1.0) : 1.0;
  bool isLinear = mode == "linear";
  double a = toFloat(op.getCubicCoeffA()), sum = 0;
  int64_t reach = isLinear ? 1 : 2;
  int64_t first = int64_t(std::floor(-double(reach) / shrink)) + 1;
  for (int64_t i = first; i < 2 - first; ++i) {
    double x = shrink * (double(i) - ratio);
    double weight = isLinear ? std::max(0.0, 1 - std::fabs(x))
                             : cubicKernel(x, a);
    weights.push_back(weight);
    sum += weight;
  }
  if (op.getAntialias())
    for (double &weight : weights)
      weight /= sum;
  return weights;
}

static Taps getTaps(ResizeOp op, const AxisResize &axis, int64_t i) {
  StringRef mode = op.getCoordinateTransformationMode();
  double position = mapPosition(mode, axis, i), left = std::floor(position);
  Taps taps;
  taps.isOutside = mode == "tf_crop_and_resize" &&
                   (position < 0 || position > double(axis.input - 1));
  double ratio = position == left ? 1 : position - left;
  taps.weights = getWeights(op, ratio, axis.scale);
  int64_t count = taps.weights.size();
  // The `count` elements nearest to the position; of two the one on the left.
  taps.first = int64_t(left) - count / 2 + (position == left ? 0 : 1);
  if (!op.getExcludeOutside())
    return taps;
  double sum = 0;
  for (auto [k, weight] : llvm::enumerate(taps.weights)) {
    int64_t source = taps.first + int64_t(k);
    weight = source < 0 || source >= axis.input ? 0 : weight;
    sum += weight;
  }
  for (double &weight : taps.weights)
    weight /= sum == 0 ? 1 : sum;
  return taps;
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

static LogicalResult readSizes(ResizeOp op, Evaluation &env,
                               ArrayRef<int64_t> axes,
                               SmallVectorImpl<AxisResize> &resizes) {
  SmallVector<int64_t> sizes = env.getInts(op.getSizes());
  if (sizes.size() != axes.size())
    return op.emitError("expects a size for each axis");
  StringRef policy = op.getKeepAspectRatioPolicy();
  double common = 0;
  for (auto [i, axis] : llvm::enumerate(axes)) {
    AxisResize &resize = resizes[axis];
    resize.scale = double(sizes[i]) / double(resize.input);
    resize.output = sizes[i];
    common = i == 0 ? resize.scale
             : policy == "not_larger" ? std::min(common, resize.scale)
                                      : std::max(common, resize.scale);
  }
  for (int64_t axis : axes)
    if (policy != "stretch") {
      resizes[axis].scale = common;
      resizes[axis].output = int64_t(common * resizes[axis].input + 0.5);
    }
  return success();
}

static LogicalResult readScales(ResizeOp op, Evaluation &env,
                                ArrayRef<int64_t> axes,
                                SmallVectorImpl<AxisResize> &resizes) {
  const Tensor &scales = env.get(op.getScales());
  if (scales.size() != int64_t(axes.size()))
    return op.emitError("expects a scale for each axis");
  for (auto [i, axis] : llvm::enumerate(axes)) {
    AxisResize &resize = resizes[axis];
    resize.scale = scales.element.isF64() ? scales.data<double>()[i]
                                          : double(scales.data<float>()[i]);
    resize.output = int64_t(resize.scale * double(resize.input));
  }
  return success();
}

static LogicalResult readResizes(ResizeOp op, Evaluation &env,
                                 ArrayRef<int64_t> shape,
                                 SmallVectorImpl<AxisResize> &resizes) {
  SmallVector<int64_t> axes;
  for (int64_t size : shape)
    resizes.push_back({size, size, 1});
  if (auto given = op.getAxes()) {
    for (int64_t axis : *given) {
      FailureOr<int64_t> d = normalizeAxis(op, axis, shape.size());
      if (failed(d))
        return failure();
      axes.push_back(*d);
    }
  } else {
    llvm::append_range(axes, llvm::seq<int64_t>(0, shape.size()));
  }
  if (const Tensor *roi = env.find(op.getRoi());
      roi && roi->size() == int64_t(2 * axes.size()))
    for (auto [i, axis] : llvm::enumerate(axes)) {
      auto at = [&](int64_t k) {
        return roi->element.isF64() ? roi->data<double>()[k]
                                    : double(roi->data<float>()[k]);
      };
      resizes[axis].begin = at(i);
      resizes[axis].end = at(axes.size() + i);
    }
  bool hasSizes = op.getSizes() && env.get(op.getSizes()).size();
  if (!hasSizes && !op.getScales())
    return op.emitError("expects scales or sizes");
  if (failed(hasSizes ? readSizes(op, env, axes, resizes)
                      : readScales(op, env, axes, resizes)))
    return failure();
  bool crops = op.getCoordinateTransformationMode() == "tf_crop_and_resize";
  for (AxisResize &resize : resizes)
    resize.needsWork = resize.scale != 1 || resize.output != resize.input ||
                       (crops && (resize.begin != 0 || resize.end != 1));
  return success();
}

//===----------------------------------------------------------------------===//
// Resize
//===----------------------------------------------------------------------===//

/// `data` of `shape` resized along `axis`; `shape` follows.
static std::vector<double> resizeAxis(ResizeOp op, ArrayRef<double> data,
                                      Sizes &shape, int64_t axis,
                                      const AxisResize &resize) {
  AxisView in(shape, axis);
  shape[axis] = resize.output;
  AxisView out(shape, axis);
  std::vector<double> result(countElements(shape));
  for (int64_t i = 0; i < out.length; ++i) {
    Taps taps = getTaps(op, resize, i);
    for (int64_t row = 0; row < out.rows(); ++row) {
      double sum = 0;
      for (auto [k, weight] : llvm::enumerate(taps.weights)) {
        int64_t source =
            std::clamp<int64_t>(taps.first + int64_t(k), 0, in.length - 1);
        sum += weight * data[in.start(row) + source * in.inner];
      }
      result[out.start(row) + i * out.inner] =
          taps.isOutside ? double(toFloat(op.getExtrapolationValue())) : sum;
    }
  }
  return result;
}

static LogicalResult evaluateResize(ResizeOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getX());
  SmallVector<AxisResize> resizes;
  if (failed(readResizes(op, env, x.shape, resizes)))
    return failure();
  Sizes result, shape = x.shape;
  for (const AxisResize &resize : resizes)
    result.push_back(resize.output);
  Tensor *y = env.create(op.getY(), result);
  if (!y)
    return failure();
  return forNumber(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::vector<double> data(x.data<T>(), x.data<T>() + x.size());
    for (auto [axis, resize] : llvm::enumerate(resizes))
      if (resize.needsWork && !data.empty())
        data = resizeAxis(op, data, shape, axis, resize);
    for (auto [i, value] : llvm::enumerate(data))
      y->data<T>()[i] = convertNumber<T>(
          std::is_integral_v<T> ? std::nearbyint(value) : value);
  });
}

void evaluator::addResize(Registry &registry) {
  registry.add<ResizeOp>(evaluateResize);
}
