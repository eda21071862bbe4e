//===- QNN.cpp - Operations of the qnn dialect ----------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Compute operations give an accumulator for every element of the result; the
// epilogue then runs over all of them. Packed weights are unpacked first.
//
//===----------------------------------------------------------------------===//

#include "Codes.h"
#include "Products.h"
#include "Region.h"
#include "Window.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::qnn;

//===----------------------------------------------------------------------===//
// Regions over tensors
//===----------------------------------------------------------------------===//

/// The tensors a region reads, broadcast, and writes.
struct RegionTensors {
  ArrayRef<const Tensor *> inputs;
  ArrayRef<Tensor *> outputs;
};

/// Runs `region` for every element of `shape`.
static LogicalResult runRegion(Evaluation &env, Region &region,
                               ArrayRef<int64_t> shape,
                               const RegionTensors &tensors) {
  RegionRunner runner(env, region);
  Block &block = runner.getBlock();
  SmallVector<Sizes> strides;
  for (const Tensor *input : tensors.inputs)
    strides.push_back(broadcastStrides(input->shape, shape));
  std::vector<std::vector<int64_t>> offsets(strides.size());
  int64_t begin = 0, count = 0;
  LogicalResult result = success();
  auto flush = [&] {
    for (auto [i, input] : llvm::enumerate(tensors.inputs)) {
      runner.load(block.getArgument(i), *input, offsets[i]);
      offsets[i].clear();
    }
    if (failed(result) || failed(runner.run(count))) {
      result = failure();
      return;
    }
    for (auto [value, output] : llvm::zip_equal(
             block.getTerminator()->getOperands(), tensors.outputs))
      runner.store(value, *output, begin, count);
    begin += count;
    count = 0;
  };
  Odometer(shape, strides).forEach([&](const int64_t *offset) {
    for (size_t i = 0; i < offsets.size(); ++i)
      offsets[i].push_back(offset[i]);
    if (++count == RegionRunner::maxBatch)
      flush();
  });
  if (count && succeeded(result))
    flush();
  return result;
}

static LogicalResult evaluateMap(MapOp op, Evaluation &env) {
  SmallVector<const Tensor *> inputs;
  for (Value input : op.getInputs())
    inputs.push_back(&env.get(input));
  FailureOr<Sizes> shape = broadcastShapes(op, inputs);
  if (failed(shape))
    return failure();
  SmallVector<Tensor *> outputs;
  for (Value result : op.getResults()) {
    outputs.push_back(env.create(result, *shape));
    if (!outputs.back())
      return failure();
  }
  return runRegion(env, op.getBody(), *shape, {inputs, outputs});
}

/// The result from accumulators (and what else comes first) and extras.
static LogicalResult runEpilogue(Operation *op, Evaluation &env,
                                 ArrayRef<const Tensor *> leading,
                                 ValueRange extras) {
  SmallVector<const Tensor *> inputs(leading);
  for (Value extra : extras)
    inputs.push_back(&env.get(extra));
  FailureOr<Sizes> shape = broadcastShapes(op, inputs);
  if (failed(shape))
    return failure();
  if (*shape != leading.front()->shape)
    return op->emitError("an extra operand is larger than the result");
  Tensor *y = env.create(op->getResult(0), *shape);
  if (!y)
    return failure();
  return runRegion(env, op->getRegion(0), *shape, {inputs, y});
}

/// An accumulator of i32, or of the floats' held type.
static Tensor makeAccumulator(Type element, Sizes shape) {
  Tensor acc;
  bool isFloat = isa<FloatType>(element);
  acc.element = isFloat ? element : IntegerType::get(element.getContext(), 32);
  acc.shape = std::move(shape);
  acc.bytes.resize(acc.size() * (element.isF64() ? 8 : 4));
  return acc;
}

/// Calls function with a Tag of the accumulator's type.
template <typename Function>
static LogicalResult forAccumulator(Operation *op, Type element,
                                    Function function) {
  if (!isa<FloatType>(element)) {
    function(Tag<int32_t>());
    return success();
  }
  return forFloat(op, element, function);
}

/// Elements as accumulators' type.
template <typename T> static std::vector<T> readAs(const Tensor &tensor) {
  std::vector<T> result(tensor.size());
  withNumber(tensor.element, [&](auto tag) {
    using From = typename decltype(tag)::type;
    std::copy_n(tensor.data<From>(), tensor.size(), result.begin());
  });
  return result;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// [panels, K / 4, panel, 4] (codes) or [panels, K, panel] as [K, columns], once
/// for each of `taps`, which lie between panels and K.
template <typename T>
static std::vector<T> unpack(const Tensor &packed, int64_t taps, int64_t k,
                             int64_t panel, int64_t columns) {
  std::vector<T> elements = readAs<T>(packed), result(taps * k * columns);
  int64_t group = isa<FloatType>(packed.element) ? 1 : 4;
  int64_t groups = (k + group - 1) / group;
  for (int64_t t = 0; t < taps; ++t)
    for (int64_t i = 0; i < k; ++i)
      for (int64_t n = 0; n < columns; ++n) {
        int64_t row = (n / panel * taps + t) * groups + i / group;
        result[(t * k + i) * columns + n] =
            elements[(row * panel + n % panel) * group + i % group];
      }
  return result;
}

static LogicalResult evaluateMatMul(MatMulOp op, Evaluation &env) {
  const Tensor &lhs = env.get(op.getLhs()), &rhs = env.get(op.getRhs());
  int64_t panel = op.getPanel(), columns = op.getColumns();
  Sizes rhsShape = rhs.shape;
  if (panel)
    rhsShape = {lhs.shape.back(), columns};
  FailureOr<MatMulShape> shape = MatMulShape::get(op, lhs.shape, rhsShape);
  if (failed(shape))
    return failure();
  int64_t m = shape->m, k = shape->k, n = shape->n;
  Tensor acc = makeAccumulator(lhs.element, shape->result);
  LogicalResult known = forAccumulator(op, lhs.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::vector<T> a = readAs<T>(lhs);
    std::vector<T> b =
        panel ? unpack<T>(rhs, 1, k, panel, columns) : readAs<T>(rhs);
    shape->forEach([&](int64_t i, int64_t j, int64_t result) {
      multiplyAdd(a.data() + i * m * k, b.data() + j * k * n,
                  acc.data<T>() + result * m * n, m, k, n);
    });
  });
  if (failed(known))
    return failure();
  return runEpilogue(op, env, {&acc}, op.getExtras());
}

template <typename OpTy>
static FailureOr<Window> getWindow(OpTy op, const Tensor &input) {
  ArrayRef<int64_t> spatial =
      ArrayRef<int64_t>(input.shape).drop_front().drop_back();
  Sizes kernel(op.getKernelShape());
  for (auto [d, size] : llvm::enumerate(kernel))
    if (size < 0)
      size = spatial[d];
  return Window::get(op, spatial,
                     {kernel, op.getStrides(), op.getDilations(),
                      op.getPads()});
}

static Sizes getResultShape(const Tensor &input, const Window &window,
                            int64_t channels) {
  Sizes shape = {input.shape.front()};
  shape.append(window.output);
  shape.push_back(channels);
  return shape;
}

/// Rows of [positions, taps x C] times the filter, [taps x C, M].
template <typename T>
static void convolve(ConvOp op, const Window &window, const Tensor &input,
                     const Tensor &filter, Tensor &acc) {
  int64_t group = op.getGroup(), channels = input.shape.back() / group;
  int64_t columns = acc.shape.back(), own = columns / group;
  int64_t positions = window.positions(), taps = window.taps();
  int64_t spatial = countElements(window.input), k = taps * channels;
  std::vector<T> x = readAs<T>(input);
  // A packed depthwise filter is a matrix [taps, columns].
  std::vector<T> w =
      !op.getPanel() ? readAs<T>(filter)
      : group > 1 ? unpack<T>(filter, 1, taps, op.getPanel(), columns)
                  : unpack<T>(filter, taps, channels, op.getPanel(), columns);
  std::vector<int64_t> sources = window.getSources();
  std::vector<T> row(k), part(k * own);
  for (int64_t g = 0; g < group; ++g) {
    for (int64_t i = 0; i < k; ++i)
      std::copy_n(w.data() + i * columns + g * own, own,
                  part.data() + i * own);
    for (int64_t p = 0, e = input.shape.front() * positions; p < e; ++p) {
      for (int64_t t = 0; t < taps; ++t) {
        int64_t source = sources[p % positions * taps + t];
        const T *in = x.data() +
                      (p / positions * spatial + std::max<int64_t>(source, 0)) *
                          input.shape.back() +
                      g * channels;
        for (int64_t c = 0; c < channels; ++c)
          row[t * channels + c] = source < 0 ? T(op.getPadCode()) : in[c];
      }
      multiplyAddChain(row.data(), part.data(),
                  acc.data<T>() + p * columns + g * own, 1, k, own);
    }
  }
}

static LogicalResult evaluateConv(ConvOp op, Evaluation &env) {
  const Tensor &input = env.get(op.getInput());
  const Tensor &filter = env.get(op.getFilter());
  FailureOr<Window> window = getWindow(op, input);
  if (failed(window))
    return failure();
  int64_t columns = op.getPanel() ? op.getColumns() : filter.shape.back();
  Tensor acc = makeAccumulator(input.element,
                               getResultShape(input, *window, columns));
  LogicalResult known = forAccumulator(op, input.element, [&](auto tag) {
    convolve<typename decltype(tag)::type>(op, *window, input, filter, acc);
  });
  if (failed(known))
    return failure();
  return runEpilogue(op, env, {&acc}, op.getExtras());
}

//===----------------------------------------------------------------------===//
// Pools
//===----------------------------------------------------------------------===//

/// Calls function(result element, sources of its window in the input, -1 for
/// padding) for every element.
template <typename Function>
static void forWindows(const Tensor &input, const Window &window,
                       Function function) {
  std::vector<int64_t> sources = window.getSources();
  int64_t channels = input.shape.back(), taps = window.taps();
  int64_t positions = window.positions();
  int64_t spatial = countElements(window.input);
  std::vector<int64_t> elements(taps);
  for (int64_t p = 0; p < input.shape.front() * positions; ++p)
    for (int64_t c = 0; c < channels; ++c) {
      for (int64_t t = 0; t < taps; ++t) {
        int64_t source = sources[p % positions * taps + t];
        elements[t] =
            source < 0 ? -1
                       : (p / positions * spatial + source) * channels + c;
      }
      function(p * channels + c, elements);
    }
}

static LogicalResult evaluateMaxPool(MaxPoolOp op, Evaluation &env) {
  const Tensor &input = env.get(op.getInput());
  FailureOr<Window> window = getWindow(op, input);
  if (failed(window))
    return failure();
  Tensor *y = env.create(op.getResult(),
                         getResultShape(input, *window, input.shape.back()));
  if (!y)
    return failure();
  return forNumber(op, input.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Limits = std::numeric_limits<T>;
    const T *x = input.data<T>();
    forWindows(input, *window, [&](int64_t i, ArrayRef<int64_t> elements) {
      T best = Limits::has_infinity ? T(-Limits::infinity()) : Limits::lowest();
      for (int64_t element : elements)
        if (element >= 0)
          best = larger(x[element], best);
      y->data<T>()[i] = best;
    });
  });
}

static LogicalResult evaluateAveragePool(AveragePoolOp op, Evaluation &env) {
  const Tensor &input = env.get(op.getInput());
  FailureOr<Window> window = getWindow(op, input);
  if (failed(window))
    return failure();
  Sizes shape = getResultShape(input, *window, input.shape.back());
  Tensor acc = makeAccumulator(input.element, shape);
  Tensor count = makeAccumulator(IntegerType::get(op.getContext(), 32), shape);
  LogicalResult known = forAccumulator(op, input.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::vector<T> x = readAs<T>(input);
    forWindows(input, *window, [&](int64_t i, ArrayRef<int64_t> elements) {
      T sum = T(0);
      int32_t summed = 0;
      for (int64_t element : elements) {
        if (element < 0 && !op.getCountIncludePad())
          continue;
        sum = add(sum, element < 0 ? T(op.getPadCode()) : x[element]);
        ++summed;
      }
      acc.data<T>()[i] = sum;
      count.data<int32_t>()[i] = summed;
    });
  });
  if (failed(known))
    return failure();
  return runEpilogue(op, env, {&acc, &count}, op.getExtras());
}

void evaluator::addQNN(Registry &registry) {
  addQNNCodes(registry);
  registry.add<AveragePoolOp>(evaluateAveragePool);
  registry.add<ConvOp>(evaluateConv);
  registry.add<MapOp>(evaluateMap);
  registry.add<MatMulOp>(evaluateMatMul);
  registry.add<MaxPoolOp>(evaluateMaxPool);
  // Values are counted where they are used for calibration; here they pass.
  registry.add<ObserveOp>([](ObserveOp, Evaluation &) { return success(); });
}
