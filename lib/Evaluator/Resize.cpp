//===- Resize.cpp - Interpolation -----------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Resize works along one axis after the other, the last one first: every element
// is a weighted sum of neighbours along the axis. Positions and weights are
// computed in double, weights rounded to the type that is summed in.
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
  double length; // of the result before it is rounded to `output`
  double begin = 0, end = 1; // region of interest
  bool needsWork = true;
};

/// Neighbours of one output element and their weights; a single one is taken as
/// it is.
struct Taps {
  int64_t first = 0; // may lie outside
  SmallVector<double, 4> weights = {1};
  bool isOutside = false; // takes the extrapolation value
};
} // namespace

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// The position in the input that output element `i` shows.
static double mapPosition(StringRef mode, const AxisResize &axis, int64_t i) {
  double last = axis.input - 1;
  if (mode == "align_corners")
    return axis.length == 1 ? 0 : i * last / (axis.length - 1);
  if (mode == "asymmetric")
    return i / axis.scale;
  if (mode == "tf_half_pixel_for_nn")
    return (i + 0.5) / axis.scale;
  if (mode == "tf_crop_and_resize") {
    double extent = axis.end - axis.begin;
    double position = axis.length == 1
                          ? extent * last / 2
                          : i * extent * last / (axis.length - 1);
    return position + axis.begin * last;
  }
  if (mode == "pytorch_half_pixel" && axis.output == 1)
    return 0;
  double position = (i + 0.5) / axis.scale - 0.5;
  if (mode == "half_pixel_symmetric")
    position += axis.input * 0.5 * (1 - axis.output / axis.length);
  return position;
}

static double roundNearest(StringRef rule, double x) {
  if (rule == "floor")
    return std::floor(x);
  if (rule == "ceil")
    return std::ceil(x);
  return rule == "round_prefer_ceil" ? std::floor(x + 0.5) : std::ceil(x - 0.5);
}

/// The cubic kernel at distance x from 0 to 1, and from 1 to 2.
static double innerCubic(double x, double a) {
  return (a + 2) * x * x * x - (a + 3) * x * x + 1;
}
static double outerCubic(double x, double a) {
  return a * x * x * x - 5 * a * x * x + 8 * a * x - 4 * a;
}

/// Weights with the kernel as wide as the reduction; the position is `ratio` (0
/// to 1] behind the neighbour on its left.
static SmallVector<double, 4> getSmoothWeights(ResizeOp op, double ratio,
                                               double scale) {
  SmallVector<double, 4> weights;
  double shrink = std::min(scale, 1.0), a = toFloat(op.getCubicCoeffA());
  bool isLinear = op.getMode() == "linear";
  double sum = 0;
  int64_t first = int64_t(std::floor(-(isLinear ? 1 : 2) / shrink)) + 1;
  for (int64_t i = first; i < 2 - first; ++i) {
    double x = std::fabs(shrink * (double(i) - ratio));
    double cubic = x <= 1 ? innerCubic(x, a) : x < 2 ? outerCubic(x, a) : 0;
    weights.push_back(isLinear ? std::max(0.0, 1 - x) : cubic);
    sum += weights.back();
  }
  for (double &weight : weights)
    weight /= sum;
  return weights;
}

/// Neighbours outside of the input count nothing.
static void excludeOutside(Taps &taps, int64_t input) {
  double sum = 0;
  for (auto [k, weight] : llvm::enumerate(taps.weights)) {
    int64_t source = taps.first + int64_t(k);
    weight = source < 0 || source >= input ? 0 : weight;
    sum += weight;
  }
  for (double &weight : taps.weights)
    weight /= sum == 0 ? 1 : sum;
}

static Taps getTaps(ResizeOp op, const AxisResize &axis, int64_t i) {
  StringRef mode = op.getCoordinateTransformationMode();
  double position = mapPosition(mode, axis, i), last = axis.input - 1;
  Taps taps;
  taps.isOutside =
      mode == "tf_crop_and_resize" && (position < 0 || position > last);
  bool isLinear = op.getMode() == "linear";
  if (op.getMode() == "nearest") {
    taps.first = int64_t(roundNearest(op.getNearestMode(), position));
    return taps;
  }
  if (isLinear && !op.getAntialias())
    position = std::clamp(position, 0.0, last);
  double left = std::floor(position), ratio = position - left;
  taps.first = int64_t(left);
  if (op.getAntialias()) {
    taps.weights = getSmoothWeights(op, ratio == 0 ? 1 : ratio, axis.scale);
    taps.first -= int64_t(taps.weights.size()) / 2 - (ratio == 0 ? 0 : 1);
  } else if (ratio == 0) {
    return taps;
  } else if (isLinear) {
    taps.weights = {1 - ratio, ratio};
  } else {
    double a = toFloat(op.getCubicCoeffA());
    taps.weights = {outerCubic(1 + ratio, a), innerCubic(ratio, a),
                    innerCubic(1 - ratio, a), outerCubic(2 - ratio, a)};
    taps.first -= 1;
  }
  if (op.getExcludeOutside() && !(isLinear && !op.getAntialias()))
    excludeOutside(taps, axis.input);
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
    resize.length = resize.output = sizes[i];
    common = i == 0 ? resize.scale
             : policy == "not_larger" ? std::min(common, resize.scale)
                                      : std::max(common, resize.scale);
  }
  for (int64_t axis : axes)
    if (policy != "stretch") {
      resizes[axis].scale = common;
      resizes[axis].length = common * resizes[axis].input;
      resizes[axis].output = int64_t(resizes[axis].length + 0.5);
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
    resize.length = resize.scale * double(resize.input);
    resize.output = int64_t(resize.length);
  }
  return success();
}

static LogicalResult readResizes(ResizeOp op, Evaluation &env,
                                 ArrayRef<int64_t> shape,
                                 SmallVectorImpl<AxisResize> &resizes) {
  SmallVector<int64_t> axes;
  for (int64_t size : shape)
    resizes.push_back({size, size, 1, double(size)});
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

/// The weighted sum of `taps` of the row that starts at `row`. A linear weight is
/// rounded before it is taken from 1.
template <typename T>
static T interpolate(const Taps &taps, const T *row, int64_t length,
                     int64_t stride) {
  auto at = [&](int64_t k) {
    return row[std::clamp<int64_t>(taps.first + k, 0, length - 1) * stride];
  };
  size_t count = taps.weights.size();
  if (count == 1)
    return at(0);
  T first = count == 2 ? T(1) - T(taps.weights[1]) : T(taps.weights[0]);
  T sum = first * at(0);
  for (size_t k = 1; k < count; ++k)
    sum = sum + T(taps.weights[k]) * at(k);
  return sum;
}

/// `data` of `shape` resized along `axis`; `shape` follows.
template <typename T>
static std::vector<T> resizeAxis(ResizeOp op, ArrayRef<T> data, Sizes &shape,
                                 int64_t axis, const AxisResize &resize) {
  AxisView in(shape, axis);
  shape[axis] = resize.output;
  AxisView out(shape, axis);
  std::vector<T> result(countElements(shape));
  for (int64_t i = 0; i < out.length; ++i) {
    Taps taps = getTaps(op, resize, i);
    for (int64_t row = 0; row < out.rows(); ++row)
      result[out.start(row) + i * out.inner] =
          taps.isOutside ? T(toFloat(op.getExtrapolationValue()))
                         : interpolate(taps, data.data() + in.start(row),
                                       in.length, in.inner);
  }
  return result;
}

/// Resizes `x` of T, computing in Work, the last axis first.
template <typename Work, typename T>
static void resize(ResizeOp op, const Tensor &x, Tensor &y,
                   ArrayRef<AxisResize> resizes) {
  Sizes shape = x.shape;
  std::vector<Work> data(x.data<T>(), x.data<T>() + x.size());
  for (int64_t axis = int64_t(resizes.size()) - 1; axis >= 0; --axis)
    if (resizes[axis].needsWork && !data.empty())
      data = resizeAxis<Work>(op, data, shape, axis, resizes[axis]);
  for (auto [i, value] : llvm::enumerate(data)) {
    if constexpr (std::is_same_v<Work, T>)
      y.data<T>()[i] = value;
    else
      y.data<T>()[i] = convertNumber<T>(std::nearbyint(value));
  }
}

static LogicalResult evaluateResize(ResizeOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getX());
  SmallVector<AxisResize> resizes;
  if (failed(readResizes(op, env, x.shape, resizes)))
    return failure();
  Sizes result;
  for (const AxisResize &resize : resizes)
    result.push_back(resize.output);
  Tensor *y = env.create(op.getY(), result);
  if (!y)
    return failure();
  return forNumber(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    // Integers are interpolated as doubles, and rounded at the end.
    if (std::is_integral_v<T> && op.getMode() != "nearest")
      resize<double, T>(op, x, *y, resizes);
    else
      resize<T, T>(op, x, *y, resizes);
  });
}

void evaluator::addResize(Registry &registry) {
  registry.add<ResizeOp>(evaluateResize);
}
