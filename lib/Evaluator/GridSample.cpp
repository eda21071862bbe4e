//===- GridSample.cpp - Sampling of images at given points ----------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::onnx;

namespace {
enum class Padding { Zeros, Border, Reflection };

/// One spatial dimension of the image.
template <typename T> struct Dimension {
  int64_t size;
  bool alignCorners;
  Padding padding;

  /// Inside of [from, to]; NaN is `from`.
  static T limit(T x, T from, T to) { return smaller(larger(x, from), to); }
  T low() const { return alignCorners ? T(0) : T(-0.5); }
  T high() const { return T(size) - (alignCorners ? T(1) : T(0.5)); }

  /// The position that grid coordinate `n` (-1 to 1) stands for.
  T locate(T n) const {
    return alignCorners ? (n + T(1)) / T(2) * T(size - 1)
                        : ((n + T(1)) * T(size) - T(1)) / T(2);
  }
  /// Mirrors at the borders until inside.
  T reflect(T x) const {
    T extent = high() - low();
    if ((x >= low() && x <= high()) || !(extent > T(0)))
      return limit(x, low(), high());
    T distance = x < low() ? low() - x : x - high();
    T turns = std::trunc(distance / extent);
    T rest = distance - turns * extent;
    bool fromLow = (std::fmod(turns, T(2)) == T(0)) == (x < low());
    return fromLow ? low() + rest : high() - rest;
  }
  /// A position outside, moved inside as the padding says.
  T adjust(T x) const {
    if (x >= low() && x <= high())
      return x;
    if (padding == Padding::Border)
      return limit(x, T(0), T(size - 1));
    return padding == Padding::Reflection ? reflect(x) : x;
  }
  /// The element that index `i` shows, -1 for zero.
  int64_t resolve(T i) const {
    if (padding == Padding::Border)
      return int64_t(limit(i, T(0), T(size - 1)));
    if (padding == Padding::Reflection)
      return int64_t(limit(reflect(i), T(0), T(size - 1)));
    return i >= T(0) && i < T(size) ? int64_t(i) : -1;
  }
};

/// Neighbours along one dimension, with weights.
template <typename T> struct Neighbours {
  SmallVector<int64_t, 4> elements;
  SmallVector<T, 4> weights;
};
} // namespace

/// Keys' cubic weights for a position `x` (0 to 1) behind the second of four.
template <typename T> static SmallVector<T, 4> cubicWeights(T x) {
  const T a = T(-0.75);
  auto outer = [a](T d) {
    return ((a * d - T(5) * a) * d + T(8) * a) * d - T(4) * a;
  };
  auto inner = [a](T d) {
    return ((a + T(2)) * d - (a + T(3))) * d * d + T(1);
  };
  return {outer(x + T(1)), inner(x), inner(T(1) - x), outer(T(2) - x)};
}

template <typename T>
static Neighbours<T> getNeighbours(const Dimension<T> &dimension, T x,
                                   StringRef mode) {
  Neighbours<T> result;
  if (mode == "nearest") {
    result.elements = {dimension.resolve(dimension.adjust(std::nearbyint(x)))};
    result.weights = {T(1)};
    return result;
  }
  x = dimension.adjust(x);
  T left = std::floor(x);
  bool isCubic = mode == "cubic";
  result.weights = isCubic ? cubicWeights(x - left)
                           : SmallVector<T, 4>{T(1) - (x - left), x - left};
  for (size_t k = 0; k < result.weights.size(); ++k)
    result.elements.push_back(
        dimension.resolve(left + T(k) - (isCubic ? T(1) : T(0))));
  return result;
}

/// Weighted sum over the neighbours of all dimensions from `d` on.
template <typename T>
static T interpolate(const T *plane, ArrayRef<Neighbours<T>> neighbours,
                     ArrayRef<int64_t> strides) {
  if (neighbours.empty())
    return *plane;
  T sum = T(0);
  for (auto [element, weight] :
       llvm::zip_equal(neighbours[0].elements, neighbours[0].weights))
    if (element >= 0)
      sum = sum + weight * interpolate<T>(plane + element * strides[0],
                                          neighbours.drop_front(),
                                          strides.drop_front());
  return sum;
}

static LogicalResult evaluateGridSample(GridSampleOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getX()), &grid = env.get(op.getGrid());
  int64_t spatial = int64_t(x.shape.size()) - 2;
  if (spatial < 1 || grid.shape.size() != x.shape.size() ||
      grid.shape.back() != spatial || grid.shape[0] != x.shape[0] ||
      grid.element != x.element)
    return op.emitError("the grid does not fit the image");
  Sizes shape = {x.shape[0], x.shape[1]};
  shape.append(grid.shape.begin() + 1, grid.shape.end() - 1);
  Tensor *y = env.create(op.getY(), shape);
  if (!y)
    return failure();
  ArrayRef<int64_t> dims = ArrayRef<int64_t>(x.shape).drop_front(2);
  if (llvm::is_contained(dims, 0))
    return op.emitError("the image is empty");
  Padding padding = op.getPaddingMode() == "border" ? Padding::Border
                    : op.getPaddingMode() == "reflection"
                        ? Padding::Reflection
                        : Padding::Zeros;
  Sizes strides = stridesOf(dims);
  int64_t plane = countElements(dims);
  int64_t points = countElements(grid.shape) / spatial;
  int64_t perImage = x.shape[0] ? points / x.shape[0] : 0;
  return forFloat(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (int64_t p = 0; p < points; ++p) {
      SmallVector<Neighbours<T>, 3> neighbours;
      for (int64_t d = 0; d < spatial; ++d) {
        Dimension<T> dimension{dims[d], op.getAlignCorners() != 0, padding};
        // The grid's coordinates are in the reverse order of dimensions.
        T position = grid.data<T>()[p * spatial + spatial - 1 - d];
        neighbours.push_back(getNeighbours(
            dimension, dimension.locate(position), op.getMode()));
      }
      for (int64_t c = 0; c < x.shape[1]; ++c) {
        int64_t image = p / perImage * x.shape[1] + c;
        y->data<T>()[image * perImage + p % perImage] = interpolate<T>(
            x.data<T>() + image * plane, neighbours, strides);
      }
    }
  });
}

void evaluator::addGridSample(Registry &registry) {
  registry.add<GridSampleOp>(evaluateGridSample);
}
