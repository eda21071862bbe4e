//===- Pool.cpp - Pools ---------------------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// One accumulator over the window's elements in row-major order.
//
//===----------------------------------------------------------------------===//

#include "Window.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::onnx;

template <typename OpTy>
static FailureOr<Window> getWindow(OpTy op, const Tensor &x) {
  if (x.shape.size() < 3)
    return op.emitError("expects [N, C, spatial dimensions]");
  return Window::get(op, ArrayRef<int64_t>(x.shape).drop_front(2),
                     {op.getKernelShape(), op.getStrides(), op.getDilations(),
                      op.getPads(), op.getAutoPad(), op.getCeilMode() != 0});
}

static Tensor *createResult(Evaluation &env, Value result, const Tensor &x,
                            const Window &window) {
  Sizes shape = {x.shape[0], x.shape[1]};
  shape.append(window.output);
  return env.create(result, shape);
}

/// y[plane, position] = pool(sources of the position, plane's elements).
template <typename OpTy, typename Pool>
static LogicalResult evaluatePool(OpTy op, Evaluation &env, Pool pool) {
  const Tensor &x = env.get(op.getX());
  FailureOr<Window> window = getWindow(op, x);
  Tensor *y = failed(window) ? nullptr
                             : createResult(env, op.getY(), x, *window);
  if (!y)
    return failure();
  std::vector<int64_t> sources = window->getSources();
  int64_t positions = window->positions(), taps = window->taps();
  int64_t spatial = countElements(window->input);
  return forFloat(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (int64_t i = 0, e = y->size(); i < e; ++i) {
      const int64_t *first = sources.data() + i % positions * taps;
      y->data<T>()[i] = pool(ArrayRef<int64_t>(first, taps),
                             x.data<T>() + i / positions * spatial);
    }
  });
}

static LogicalResult evaluateAveragePool(AveragePoolOp op, Evaluation &env) {
  bool includePad = op.getCountIncludePad();
  return evaluatePool(op, env, [=](ArrayRef<int64_t> sources, auto x) {
    std::remove_const_t<std::remove_pointer_t<decltype(x)>> sum = 0;
    int64_t count = 0;
    for (int64_t source : sources) {
      if (source >= 0)
        sum = sum + x[source];
      count += source >= 0 || (includePad && source == -1);
    }
    return sum / decltype(sum)(count);
  });
}

/// (sum of |x|^p)^(1 / p).
template <typename T, typename Next>
static T lpNorm(int64_t p, int64_t count, Next next) {
  T sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    T x = next(i);
    if (p == 2)
      sum = std::fma(x, x, sum);
    else
      sum = sum + (p == 1 ? std::fabs(x) : Math<T>::pow(std::fabs(x), T(p)));
  }
  if (p == 1)
    return sum;
  return p == 2 ? std::sqrt(sum) : Math<T>::pow(sum, T(1) / T(p));
}

static LogicalResult evaluateLpPool(LpPoolOp op, Evaluation &env) {
  int64_t p = op.getP();
  return evaluatePool(op, env, [p](ArrayRef<int64_t> sources, auto x) {
    using T = std::remove_const_t<std::remove_pointer_t<decltype(x)>>;
    return lpNorm<T>(p, sources.size(), [&](int64_t i) {
      return sources[i] < 0 ? T(0) : x[sources[i]];
    });
  });
}

/// Position of a spatial offset in column-major order.
static int64_t toColumnMajor(int64_t offset, ArrayRef<int64_t> shape) {
  int64_t result = 0, scale = countElements(shape);
  for (size_t d = shape.size(); d-- > 0;) {
    scale /= shape[d];
    result += offset % shape[d] * scale;
    offset /= shape[d];
  }
  return result;
}

static LogicalResult evaluateMaxPool(MaxPoolOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getX());
  FailureOr<Window> window = getWindow(op, x);
  if (failed(window))
    return failure();
  Tensor *y = createResult(env, op.getY(), x, *window), *indices = nullptr;
  if (op.getIndices())
    indices = createResult(env, op.getIndices(), x, *window);
  if (!y)
    return failure();
  std::vector<int64_t> sources = window->getSources();
  int64_t positions = window->positions(), taps = window->taps();
  int64_t spatial = countElements(window->input);
  return forNumber(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Limits = std::numeric_limits<T>;
    for (int64_t i = 0, e = y->size(); i < e; ++i) {
      const T *plane = x.data<T>() + i / positions * spatial;
      T best = Limits::has_infinity ? T(-Limits::infinity()) : Limits::lowest();
      int64_t bestSource = 0;
      for (int64_t t = 0; t < taps; ++t) {
        int64_t source = sources[i % positions * taps + t];
        if (source >= 0 && plane[source] > best) {
          best = plane[source];
          bestSource = source;
        }
      }
      y->data<T>()[i] = best;
      if (indices)
        indices->data<int64_t>()[i] =
            i / positions * spatial +
            (op.getStorageOrder() ? toColumnMajor(bestSource, window->input)
                                  : bestSource);
    }
  });
}

/// y[plane] = pool(elements of the plane, their number).
template <typename OpTy, typename Pool>
static LogicalResult evaluateGlobal(OpTy op, Evaluation &env, Pool pool) {
  const Tensor &x = env.get(op.getX());
  if (x.shape.size() < 2)
    return op.emitError("expects [N, C, spatial dimensions]");
  Sizes shape = {x.shape[0], x.shape[1]};
  shape.append(x.shape.size() - 2, 1);
  Tensor *y = env.create(op.getY(), shape);
  if (!y)
    return failure();
  int64_t spatial = countElements(ArrayRef<int64_t>(x.shape).drop_front(2));
  return forFloat(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (int64_t i = 0, e = y->size(); i < e; ++i)
      y->data<T>()[i] = pool(x.data<T>() + i * spatial, spatial);
  });
}

static void addGlobalPools(Registry &registry) {
  registry.add<GlobalAveragePoolOp>([](GlobalAveragePoolOp op,
                                       Evaluation &env) {
    return evaluateGlobal(op, env, [](auto x, int64_t count) {
      std::remove_const_t<std::remove_pointer_t<decltype(x)>> sum = 0;
      for (int64_t i = 0; i < count; ++i)
        sum = sum + x[i];
      return sum / decltype(sum)(count);
    });
  });
  registry.add<GlobalMaxPoolOp>([](GlobalMaxPoolOp op, Evaluation &env) {
    return evaluateGlobal(op, env, [](auto x, int64_t count) {
      using T = std::remove_const_t<std::remove_pointer_t<decltype(x)>>;
      T best = -std::numeric_limits<T>::infinity();
      for (int64_t i = 0; i < count; ++i)
        best = larger(x[i], best);
      return best;
    });
  });
  registry.add<GlobalLpPoolOp>([](GlobalLpPoolOp op, Evaluation &env) {
    int64_t p = op.getP();
    return evaluateGlobal(op, env, [p](auto x, int64_t count) {
      using T = std::remove_const_t<std::remove_pointer_t<decltype(x)>>;
      return lpNorm<T>(p, count, [&](int64_t i) { return x[i]; });
    });
  });
}

void evaluator::addPool(Registry &registry) {
  registry.add<AveragePoolOp>(evaluateAveragePool);
  registry.add<LpPoolOp>(evaluateLpPool);
  registry.add<MaxPoolOp>(evaluateMaxPool);
  addGlobalPools(registry);
}
