//===- Normalization.cpp - Normalizations ---------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "Rows.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::onnx;

namespace {
/// Mean of a row, and 1 / sqrt(variance + epsilon).
template <typename T> struct Statistics {
  T mean, inverse;
  Statistics(Row<const T> row, float epsilon)
      : mean(sumRow(row) / T(row.length)),
        inverse(T(1) /
                std::sqrt(sumSquares(row, mean) / T(row.length) + T(epsilon))) {
  }
};
} // namespace

namespace {
/// Rows of all dimensions from `axis` on; parameters are broadcast to them.
struct RowsFrom {
  int64_t count, length;
  Sizes row, statistics; // shapes of a row and of one number per row

  RowsFrom(ArrayRef<int64_t> shape, int64_t axis)
      : count(countElements(shape.take_front(axis))),
        length(countElements(shape.drop_front(axis))),
        row(shape.drop_front(axis)), statistics(shape.take_front(axis)) {
    statistics.append(row.size(), 1);
  }
};
} // namespace

/// The elements of a parameter, one for each of a row.
template <typename T>
static FailureOr<std::vector<T>> spread(Operation *op, const Tensor &parameter,
                                        const RowsFrom &rows) {
  ArrayRef<int64_t> shape = parameter.shape;
  while (shape.size() > rows.row.size() && shape.front() == 1)
    shape = shape.drop_front();
  bool fits = shape.size() <= rows.row.size();
  for (size_t d = 0; fits && d < shape.size(); ++d) {
    int64_t size = shape[shape.size() - 1 - d];
    fits = size == 1 || size == rows.row[rows.row.size() - 1 - d];
  }
  if (!fits)
    return op->emitError("scale or bias does not fit the normalized "
                         "dimensions");
  std::vector<T> result;
  Odometer(rows.row, {broadcastStrides(shape, rows.row)})
      .forEach([&](const int64_t *offset) {
        result.push_back(parameter.data<T>()[*offset]);
      });
  return result;
}

static LogicalResult evaluateLayerNormalization(LayerNormalizationOp op,
                                                Evaluation &env) {
  const Tensor &x = env.get(op.getX()), &scale = env.get(op.getScale());
  const Tensor *bias = env.find(op.getB());
  FailureOr<int64_t> axis = normalizeAxis(op, op.getAxis(), x.shape.size());
  if (failed(axis))
    return failure();
  RowsFrom rows(x.shape, *axis);
  Tensor *y = env.create(op.getY(), x.shape), *mean = nullptr,
         *inverse = nullptr;
  if (op.getMean())
    mean = env.create(op.getMean(), rows.statistics);
  if (op.getInvStdDev())
    inverse = env.create(op.getInvStdDev(), rows.statistics);
  if (!y)
    return failure();
  return forFloat(op, x.element, [&](auto tag) -> LogicalResult {
    using T = typename decltype(tag)::type;
    FailureOr<std::vector<T>> s = spread<T>(op, scale, rows);
    FailureOr<std::vector<T>> b = std::vector<T>();
    if (bias)
      b = spread<T>(op, *bias, rows);
    if (failed(s) || failed(b))
      return failure();
    for (int64_t r = 0; r < rows.count; ++r) {
      Row<const T> in{x.data<T>() + r * rows.length, rows.length};
      T *out = y->data<T>() + r * rows.length;
      Statistics<T> row(in, toFloat(op.getEpsilon()));
      for (int64_t i = 0; i < rows.length; ++i) {
        T d = (in[i] - row.mean) * row.inverse;
        out[i] = bias ? std::fma(d, (*s)[i], (*b)[i]) : d * (*s)[i];
      }
      if (mean)
        mean->data<T>()[r] = row.mean;
      if (inverse)
        inverse->data<T>()[r] = row.inverse;
    }
    return success();
  });
}

static LogicalResult evaluateRMSNormalization(RMSNormalizationOp op,
                                              Evaluation &env) {
  const Tensor &x = env.get(op.getX()), &scale = env.get(op.getScale());
  FailureOr<int64_t> axis = normalizeAxis(op, op.getAxis(), x.shape.size());
  if (failed(axis))
    return failure();
  RowsFrom rows(x.shape, *axis);
  Tensor *y = env.create(op.getY(), x.shape);
  if (!y)
    return failure();
  return forFloat(op, x.element, [&](auto tag) -> LogicalResult {
    using T = typename decltype(tag)::type;
    FailureOr<std::vector<T>> s = spread<T>(op, scale, rows);
    if (failed(s))
      return failure();
    for (int64_t r = 0; r < rows.count; ++r) {
      Row<const T> in{x.data<T>() + r * rows.length, rows.length};
      T variance = sumSquares(in) / T(rows.length) + T(toFloat(op.getEpsilon()));
      T k = T(1) / std::sqrt(variance);
      for (int64_t i = 0; i < rows.length; ++i)
        y->data<T>()[r * rows.length + i] = (in[i] * k) * (*s)[i];
    }
    return success();
  });
}

/// [N, C, spatial...] in rows of `channels` channels each, with one scale and
/// bias per channel.
static LogicalResult normalizeChannels(Operation *op, Evaluation &env, Value in,
                                       Value scale, Value bias, Value out,
                                       int64_t groups, float epsilon) {
  const Tensor &x = env.get(in), &s = env.get(scale), &b = env.get(bias);
  if (x.shape.size() < 2 || groups < 1 || x.shape[1] % groups ||
      s.size() != x.shape[1] || b.size() != x.shape[1])
    return op->emitError("expects [N, C, ...], whole groups, and a scale and "
                         "bias per channel");
  Tensor *y = env.create(out, x.shape);
  if (!y)
    return failure();
  int64_t channels = x.shape[1] / groups;
  int64_t spatial = countElements(ArrayRef<int64_t>(x.shape).drop_front(2));
  int64_t length = channels * spatial;
  return forFloat(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (int64_t r = 0; r < x.shape[0] * groups; ++r) {
      Row<const T> row{x.data<T>() + r * length, length};
      Statistics<T> statistics(row, epsilon);
      for (int64_t i = 0; i < length; ++i) {
        int64_t channel = r % groups * channels + i / spatial;
        T d = (row[i] - statistics.mean) * statistics.inverse;
        y->data<T>()[r * length + i] =
            std::fma(d, s.data<T>()[channel], b.data<T>()[channel]);
      }
    }
  });
}

/// Calls function(position) for every element of channel `c`.
template <typename Function>
static void forChannel(const AxisView &view, int64_t c, Function function) {
  for (int64_t outer = 0; outer < view.outer; ++outer)
    for (int64_t i = 0; i < view.inner; ++i)
      function((outer * view.length + c) * view.inner + i);
}

/// Mean and variance of a channel over all samples, for training_mode.
template <typename T>
static std::pair<T, T> getChannelMoments(const Tensor &x, const AxisView &view,
                                         int64_t c) {
  std::vector<T> elements;
  forChannel(view, c,
             [&](int64_t i) { elements.push_back(x.data<T>()[i]); });
  Row<const T> row{elements.data(), int64_t(elements.size())};
  T mean = sumRow(row) / T(row.length);
  return {mean, sumSquares(row, mean) / T(row.length)};
}

static LogicalResult evaluateBatchNormalization(BatchNormalizationOp op,
                                                Evaluation &env) {
  const Tensor &x = env.get(op.getX()), &scale = env.get(op.getScale());
  const Tensor &bias = env.get(op.getB()), &mean = env.get(op.getInputMean());
  const Tensor &variance = env.get(op.getInputVar());
  int64_t channels = x.shape.size() < 2 ? 1 : x.shape[1];
  for (const Tensor *parameter : {&scale, &bias, &mean, &variance})
    if (parameter->size() != channels || parameter->element != x.element)
      return op.emitError("expects one parameter per channel, typed as X");
  Tensor *y = env.create(op.getY(), x.shape);
  if (!y)
    return failure();
  Tensor *runningMean = nullptr, *runningVar = nullptr;
  if (op.getRunningMean())
    runningMean = env.create(op.getRunningMean(), mean.shape);
  if (op.getRunningVar())
    runningVar = env.create(op.getRunningVar(), variance.shape);
  AxisView view(x.shape.size() < 2 ? Sizes{1, 1, x.size()} : x.shape, 1);
  return forFloat(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T momentum = T(toFloat(op.getMomentum()));
    for (int64_t c = 0; c < channels; ++c) {
      T m = mean.data<T>()[c], v = variance.data<T>()[c];
      if (op.getTrainingMode()) {
        auto [own, ownVariance] = getChannelMoments<T>(x, view, c);
        if (runningMean)
          runningMean->data<T>()[c] = m * momentum + own * (T(1) - momentum);
        if (runningVar)
          runningVar->data<T>()[c] =
              v * momentum + ownVariance * (T(1) - momentum);
        m = own;
        v = ownVariance;
      }
      T a = scale.data<T>()[c] / std::sqrt(v + T(toFloat(op.getEpsilon())));
      T b = bias.data<T>()[c] - m * a;
      forChannel(view, c, [&](int64_t i) {
        y->data<T>()[i] = std::fma(x.data<T>()[i], a, b);
      });
    }
  });
}

/// x / (bias + alpha / size * sum of squares over neighbouring channels)^beta.
static LogicalResult evaluateLRN(LRNOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getX());
  Tensor *y = env.create(op.getY(), x.shape);
  if (!y || x.shape.size() < 2)
    return failure();
  AxisView view(x.shape, 1);
  int64_t below = (op.getSize() - 1) / 2, above = op.getSize() - 1 - below;
  return forFloat(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T factor = T(toFloat(op.getAlpha())) / T(op.getSize());
    for (int64_t row = 0; row < view.rows(); ++row)
      for (int64_t c = 0; c < view.length; ++c) {
        const T *in = x.data<T>() + view.start(row);
        T sum = T(0);
        for (int64_t i = std::max<int64_t>(0, c - below);
             i <= std::min(view.length - 1, c + above); ++i)
          sum = std::fma(in[i * view.inner], in[i * view.inner], sum);
        T base = T(toFloat(op.getBias())) + factor * sum;
        y->data<T>()[view.start(row) + c * view.inner] =
            in[c * view.inner] / Math<T>::pow(base, T(toFloat(op.getBeta())));
      }
  });
}

/// (x - mean) / (standard deviation + 1e-9) over the axes.
static LogicalResult
evaluateMeanVarianceNormalization(MeanVarianceNormalizationOp op,
                                  Evaluation &env) {
  const Tensor &x = env.get(op.getX());
  SmallVector<bool> isReduced(x.shape.size(), false);
  for (int64_t axis : op.getAxes()) {
    FailureOr<int64_t> d = normalizeAxis(op, axis, x.shape.size());
    if (failed(d))
      return failure();
    isReduced[*d] = true;
  }
  Tensor *y = env.create(op.getY(), x.shape);
  if (!y)
    return failure();
  Sizes strides = stridesOf(x.shape), kept, keptStrides, reduced,
        reducedStrides;
  for (size_t d = 0; d < x.shape.size(); ++d) {
    (isReduced[d] ? reduced : kept).push_back(x.shape[d]);
    (isReduced[d] ? reducedStrides : keptStrides).push_back(strides[d]);
  }
  return forFloat(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    Odometer(kept, {keptStrides}).forEach([&](const int64_t *start) {
      std::vector<T> elements;
      auto walk = [&](auto function) {
        Odometer(reduced, {reducedStrides}).forEach([&](const int64_t *offset) {
          function(*start + *offset);
        });
      };
      walk([&](int64_t i) { elements.push_back(x.data<T>()[i]); });
      Row<const T> row{elements.data(), int64_t(elements.size())};
      T mean = sumRow(row) / T(row.length);
      T deviation = std::sqrt(sumSquares(row, mean) / T(row.length));
      walk([&](int64_t i) {
        y->data<T>()[i] = (x.data<T>()[i] - mean) / (deviation + T(1e-9f));
      });
    });
  });
}

void evaluator::addNormalization(Registry &registry) {
  registry.add<BatchNormalizationOp>(evaluateBatchNormalization);
  registry.add<GroupNormalizationOp>([](GroupNormalizationOp op,
                                        Evaluation &env) {
    return normalizeChannels(op, env, op.getX(), op.getScale(), op.getBias(),
                             op.getY(), op.getNumGroups(),
                             toFloat(op.getEpsilon()));
  });
  registry.add<InstanceNormalizationOp>([](InstanceNormalizationOp op,
                                           Evaluation &env) {
    const Tensor &x = env.get(op.getInput());
    return normalizeChannels(op, env, op.getInput(), op.getScale(), op.getB(),
                             op.getOutput(),
                             x.shape.size() < 2 ? 0 : x.shape[1],
                             toFloat(op.getEpsilon()));
  });
  registry.add<LayerNormalizationOp>(evaluateLayerNormalization);
  registry.add<LRNOp>(evaluateLRN);
  registry.add<MeanVarianceNormalizationOp>(evaluateMeanVarianceNormalization);
  registry.add<RMSNormalizationOp>(evaluateRMSNormalization);
}
