//===- Reduction.cpp - Reductions and operators along an axis -------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Convert.h"
#include "Elements.h"
#include "Rows.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::onnx;

//===----------------------------------------------------------------------===//
// Reductions over any axes
//===----------------------------------------------------------------------===//

namespace {
/// The dimensions of a tensor in two groups.
struct Partition {
  Sizes keptShape, keptStrides, reducedShape, reducedStrides, result;
};
} // namespace

template <typename OpTy>
static FailureOr<Partition> partition(OpTy op, Evaluation &env,
                                      const Tensor &x) {
  int64_t rank = x.shape.size();
  SmallVector<int64_t> axes;
  if (op.getAxes())
    axes = env.getInts(op.getAxes());
  SmallVector<bool> isReduced(rank, axes.empty() && !op.getNoopWithEmptyAxes());
  for (int64_t axis : axes) {
    FailureOr<int64_t> d = normalizeAxis(op, axis, rank);
    if (failed(d))
      return failure();
    isReduced[*d] = true;
  }
  Partition parts;
  Sizes strides = stridesOf(x.shape);
  for (int64_t d = 0; d < rank; ++d) {
    (isReduced[d] ? parts.reducedShape : parts.keptShape).push_back(x.shape[d]);
    (isReduced[d] ? parts.reducedStrides : parts.keptStrides)
        .push_back(strides[d]);
    if (!isReduced[d] || op.getKeepdims())
      parts.result.push_back(isReduced[d] ? 1 : x.shape[d]);
  }
  return parts;
}

/// Every result is reduce(elements in row-major order of the reduced axes).
template <typename OpTy, typename Reduce>
static LogicalResult reduceAxes(OpTy op, Evaluation &env, Reduce reduce) {
  const Tensor &x = env.get(op.getData());
  FailureOr<Partition> parts = partition(op, env, x);
  if (failed(parts))
    return failure();
  Tensor *y = env.create(op.getReduced(), parts->result);
  if (!y)
    return failure();
  return forAny(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T *out = y->data<T>();
    // Not std::vector: that of bool is not one of elements.
    SmallVector<T> elements;
    Odometer kept(parts->keptShape, {parts->keptStrides});
    kept.forEach([&](const int64_t *start) {
      elements.clear();
      const T *first = x.data<T>() + *start;
      Odometer(parts->reducedShape, {parts->reducedStrides})
          .forEach([&](const int64_t *offset) {
            elements.push_back(first[*offset]);
          });
      *out++ = reduce(Row<const T>{elements.data(), int64_t(elements.size())});
    });
  });
}

/// Sums of integers wrap, in any order; functions of the sum are libm's.
template <typename T, typename Function>
static int64_t sumIntegers(Row<const T> row, Function function) {
  uint64_t sum = 0;
  for (int64_t i = 0; i < row.length; ++i)
    sum += uint64_t(function(int64_t(row[i])));
  return int64_t(sum);
}

static int64_t magnitude(int64_t x) { return x < 0 ? -x : x; }
static int64_t square(int64_t x) { return multiply(x, x); }
static int64_t itself(int64_t x) { return x; }

template <typename T> static T logSumExp(Row<const T> row) {
  T m = maxRow(row);
  if (std::isinf(m))
    return m;
  T sum = sumRow(row, [m](T x) { return Math<T>::exp0(x - m); });
  return Math<T>::log(sum) + m;
}

/// FLOATS for f32 and f64, INTEGERS (an expression of `row`) for the others.
#define QUANTC_REDUCE(OP, FLOATS, INTEGERS)                                    \
  registry.add<OP>([](OP op, Evaluation &env) {                                \
    return reduceAxes(op, env, [](auto row) {                                  \
      using T = std::remove_const_t<std::remove_reference_t<decltype(row[0])>>; \
      if constexpr (std::is_floating_point_v<T>)                               \
        return T(FLOATS);                                                      \
      else                                                                     \
        return convertNumber<T>(INTEGERS);                                     \
    });                                                                        \
  })

static void addSums(Registry &registry) {
  QUANTC_REDUCE(ReduceSumOp, sumRow(row), sumIntegers(row, itself));
  QUANTC_REDUCE(ReduceMeanOp, sumRow(row) / T(row.length),
                divide(sumIntegers(row, itself), row.length));
  QUANTC_REDUCE(ReduceL1Op, sumRow(row, [](T x) { return std::fabs(x); }),
                sumIntegers(row, magnitude));
  QUANTC_REDUCE(ReduceL2Op, std::sqrt(sumSquares(row)),
                std::sqrt(double(sumIntegers(row, square))));
  QUANTC_REDUCE(ReduceSumSquareOp, sumSquares(row), sumIntegers(row, square));
  QUANTC_REDUCE(ReduceLogSumOp, Math<T>::log(sumRow(row)),
                std::log(double(sumIntegers(row, itself))));
  QUANTC_REDUCE(ReduceLogSumExpOp, logSumExp(row), [&] {
    double sum = 0;
    for (int64_t i = 0; i < row.length; ++i)
      sum += std::exp(double(row[i]));
    return std::log(sum);
  }());
}

/// One accumulator, ascending.
template <typename T> static T product(Row<const T> row) {
  T result = T(1);
  for (int64_t i = 0; i < row.length; ++i)
    result = multiply(result, T(row[i]));
  return result;
}

template <typename T, typename Better>
static T extreme(Row<const T> row, T start, Better better) {
  for (int64_t i = 0; i < row.length; ++i)
    start = better(T(row[i]), start) ? row[i] : start;
  return start;
}

static void addOthers(Registry &registry) {
  registry.add<ReduceProdOp>([](ReduceProdOp op, Evaluation &env) {
    return reduceAxes(op, env, [](auto row) { return product(row); });
  });
  registry.add<ReduceMaxOp>([](ReduceMaxOp op, Evaluation &env) {
    return reduceAxes(op, env, [](auto row) {
      using T = std::remove_const_t<std::remove_reference_t<decltype(row[0])>>;
      if constexpr (std::is_floating_point_v<T>)
        return maxRow(row);
      else
        return extreme(row, std::numeric_limits<T>::lowest(),
                       [](T a, T b) { return a > b; });
    });
  });
  registry.add<ReduceMinOp>([](ReduceMinOp op, Evaluation &env) {
    return reduceAxes(op, env, [](auto row) {
      using T = std::remove_const_t<std::remove_reference_t<decltype(row[0])>>;
      if constexpr (std::is_floating_point_v<T>)
        return minRow(row);
      else
        return extreme(row, std::numeric_limits<T>::max(),
                       [](T a, T b) { return a < b; });
    });
  });
}

//===----------------------------------------------------------------------===//
// Along one axis
//===----------------------------------------------------------------------===//

/// Calls function(row of x, row of y) for every row along the axis.
template <typename OpTy, typename Function>
static LogicalResult forRows(OpTy op, Evaluation &env, Value input,
                             Value output, int64_t axisAttr,
                             Function function) {
  const Tensor &x = env.get(input);
  FailureOr<int64_t> axis = normalizeAxis(op, axisAttr, x.shape.size());
  Tensor *y = failed(axis) ? nullptr : env.create(output, x.shape);
  if (!y)
    return failure();
  AxisView view(x.shape, *axis);
  return forNumber(op, x.element, [&](auto tag) -> LogicalResult {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_floating_point_v<T> ||
                  std::is_same_v<OpTy, CumSumOp>) {
      for (int64_t row = 0; row < view.rows(); ++row) {
        int64_t start = view.start(row);
        function(Row<const T>{x.data<T>() + start, view.length, view.inner},
                 Row<T>{y->data<T>() + start, view.length, view.inner});
      }
      return success();
    }
    return unsupportedType(op, x.element);
  });
}

template <typename T> static void logSoftmaxRow(Row<const T> x, Row<T> y) {
  T m = maxRow(x);
  T log = Math<T>::log(
      sumRow(x, [m](T value) { return Math<T>::exp0(value - m); }));
  for (int64_t i = 0; i < x.length; ++i)
    y[i] = (x[i] - m) - log;
}

template <typename T> static void hardmaxRow(Row<const T> x, Row<T> y) {
  int64_t best = 0;
  for (int64_t i = 1; i < x.length; ++i)
    if (x[i] > x[best])
      best = i;
  for (int64_t i = 0; i < x.length; ++i)
    y[i] = T(i == best);
}

template <typename T>
static void lpNormalizeRow(Row<const T> x, Row<T> y, int64_t p) {
  T norm = p == 1 ? sumRow(x, [](T value) { return std::fabs(value); })
                  : std::sqrt(sumSquares(x));
  for (int64_t i = 0; i < x.length; ++i)
    y[i] = norm == T(0) ? T(0) : x[i] / norm;
}

static LogicalResult evaluateCumSum(CumSumOp op, Evaluation &env) {
  bool exclusive = op.getExclusive(), reverse = op.getReverse();
  return forRows(op, env, op.getX(), op.getY(), env.getInt(op.getAxis()),
                 [&](auto x, auto y) {
                   using T = std::remove_const_t<
                       std::remove_reference_t<decltype(x[0])>>;
                   T total = T(0);
                   for (int64_t k = 0; k < x.length; ++k) {
                     int64_t i = reverse ? x.length - 1 - k : k;
                     T before = total;
                     total = add(total, T(x[i]));
                     y[i] = exclusive ? before : total;
                   }
                 });
}

/// The index of the best element: the first, or the last, of equals.
template <typename OpTy, typename Better>
static LogicalResult evaluateArg(OpTy op, Evaluation &env, Better better) {
  const Tensor &x = env.get(op.getData());
  FailureOr<int64_t> axis = normalizeAxis(op, op.getAxis(), x.shape.size());
  if (failed(axis))
    return failure();
  AxisView view(x.shape, *axis);
  if (view.length == 0)
    return op.emitError("has no elements to choose from");
  Sizes shape = x.shape;
  if (op.getKeepdims())
    shape[*axis] = 1;
  else
    shape.erase(shape.begin() + *axis);
  Tensor *y = env.create(op.getReduced(), shape);
  if (!y)
    return failure();
  return forNumber(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (int64_t row = 0; row < view.rows(); ++row) {
      const T *first = x.data<T>() + view.start(row);
      int64_t best = 0;
      for (int64_t i = 1; i < view.length; ++i) {
        T candidate = first[i * view.inner], current = first[best * view.inner];
        if (better(candidate, current) ||
            (op.getSelectLastIndex() && candidate == current))
          best = i;
      }
      y->data<int64_t>()[row] = best;
    }
  });
}

void evaluator::addReduction(Registry &registry) {
  addSums(registry);
  addOthers(registry);
  registry.add<ArgMaxOp>([](ArgMaxOp op, Evaluation &env) {
    return evaluateArg(op, env, [](auto a, auto b) { return a > b; });
  });
  registry.add<ArgMinOp>([](ArgMinOp op, Evaluation &env) {
    return evaluateArg(op, env, [](auto a, auto b) { return a < b; });
  });
  registry.add<CumSumOp>(evaluateCumSum);
  registry.add<SoftmaxOp>([](SoftmaxOp op, Evaluation &env) {
    return forRows(op, env, op.getInput(), op.getOutput(), op.getAxis(),
                   [](auto x, auto y) { softmaxRow(x, y); });
  });
  registry.add<LogSoftmaxOp>([](LogSoftmaxOp op, Evaluation &env) {
    return forRows(op, env, op.getInput(), op.getOutput(), op.getAxis(),
                   [](auto x, auto y) { logSoftmaxRow(x, y); });
  });
  registry.add<HardmaxOp>([](HardmaxOp op, Evaluation &env) {
    return forRows(op, env, op.getInput(), op.getOutput(), op.getAxis(),
                   [](auto x, auto y) { hardmaxRow(x, y); });
  });
  registry.add<LpNormalizationOp>([](LpNormalizationOp op, Evaluation &env) {
    return forRows(op, env, op.getInput(), op.getOutput(), op.getAxis(),
                   [p = op.getP()](auto x, auto y) { lpNormalizeRow(x, y, p); });
  });
}
