//===- Convolution.cpp - Convolutions -------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Convolution.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::onnx;

FailureOr<ConvolutionShape>
ConvolutionShape::get(Operation *op, ArrayRef<int64_t> input,
                      ArrayRef<int64_t> filter, WindowAttributes attributes,
                      int64_t group) {
  if (input.size() < 3 || filter.size() != input.size() || group < 1 ||
      input[1] != filter[1] * group || filter[0] % group)
    return op->emitError("filter does not fit the input's channels");
  ConvolutionShape shape{input[0], input[1], filter[0], group, {}};
  attributes.kernel = filter.drop_front(2);
  FailureOr<Window> window =
      Window::get(op, input.drop_front(2), attributes);
  if (failed(window))
    return failure();
  shape.window = *window;
  return shape;
}

/// y[n, m, ...] += bias[m].
template <typename T>
static void addBias(Tensor &y, const Tensor &bias, int64_t positions) {
  for (int64_t i = 0, e = y.size(); i < e; ++i)
    y.data<T>()[i] = add(y.data<T>()[i],
                         bias.data<T>()[i / positions % bias.size()]);
}

static LogicalResult evaluateConv(ConvOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getX()), &w = env.get(op.getW());
  FailureOr<ConvolutionShape> shape = ConvolutionShape::get(
      op, x.shape, w.shape,
      {{}, op.getStrides(), op.getDilations(), op.getPads(), op.getAutoPad()},
      op.getGroup());
  Tensor *y = failed(shape) ? nullptr
                            : env.create(op.getY(), shape->getResult());
  if (!y)
    return failure();
  return forFloat(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    convolve(*shape, x.data<T>(), w.data<T>(), y->data<T>());
    if (op.getB())
      addBias<T>(*y, env.get(op.getB()), shape->window.positions());
  });
}

//===----------------------------------------------------------------------===//
// ConvTranspose
//===----------------------------------------------------------------------===//

/// The window of the convolution this is the transpose of: its input is this
/// result, its output this input.
static FailureOr<Window> getTransposedWindow(ConvTransposeOp op,
                                             ArrayRef<int64_t> x,
                                             ArrayRef<int64_t> w) {
  size_t rank = x.size() - 2;
  auto orElse = [](std::optional<ArrayRef<int64_t>> values, size_t count,
                   int64_t fallback) {
    return values ? Sizes(*values) : Sizes(count, fallback);
  };
  Window window;
  window.output.assign(x.drop_front(2));
  window.kernel.assign(w.drop_front(2));
  window.strides = orElse(op.getStrides(), rank, 1);
  window.dilations = orElse(op.getDilations(), rank, 1);
  Sizes pads = orElse(op.getPads(), 2 * rank, 0);
  Sizes extra = orElse(op.getOutputPadding(), rank, 0);
  if (window.strides.size() != rank || window.dilations.size() != rank ||
      pads.size() != 2 * rank || extra.size() != rank)
    return op.emitError("window attributes do not fit ")
           << rank << " spatial dimensions";
  for (size_t d = 0; d < rank; ++d) {
    int64_t extent = (window.kernel[d] - 1) * window.dilations[d] + 1;
    int64_t full =
        window.strides[d] * (window.output[d] - 1) + extra[d] + extent;
    int64_t begin = pads[d], end = pads[rank + d];
    if (op.getOutputShape() || op.getAutoPad().starts_with("SAME")) {
      int64_t wanted = op.getOutputShape()
                           ? (*op.getOutputShape())[op.getOutputShape()->size() -
                                                    rank + d]
                           : window.output[d] * window.strides[d];
      int64_t total = std::max<int64_t>(0, full - wanted);
      begin = op.getAutoPad() == "SAME_UPPER" ? total / 2 : total - total / 2;
      end = full - wanted - begin;
    }
    window.begins.push_back(begin);
    window.ends.push_back(end);
    window.input.push_back(full - begin - end);
  }
  return window;
}

/// For every tap, then every channel: what they add to the result, ascending.
template <typename T>
static void convolveTransposed(const Window &window, const Tensor &x,
                               const Tensor &w, int64_t group, Tensor &y) {
  int64_t inputs = x.shape[1] / group, outputs = w.shape[1];
  int64_t positions = window.positions(), taps = window.taps();
  int64_t spatial = countElements(window.input);
  std::vector<int64_t> targets = window.getSources();
  for (int64_t n = 0; n < x.shape[0] * group; ++n)
    for (int64_t m = 0; m < outputs; ++m) {
      T *out = y.data<T>() + (n * outputs + m) * spatial;
      for (int64_t t = 0; t < taps; ++t)
        for (int64_t c = 0; c < inputs; ++c) {
          int64_t channel = n % group * inputs + c;
          T weight = w.data<T>()[(channel * outputs + m) * taps + t];
          const T *in = x.data<T>() + (n * inputs + c) * positions;
          for (int64_t p = 0; p < positions; ++p)
            if (int64_t target = targets[p * taps + t]; target >= 0)
              out[target] = std::fma(in[p], weight, out[target]);
        }
    }
}

static LogicalResult evaluateConvTranspose(ConvTransposeOp op,
                                           Evaluation &env) {
  const Tensor &x = env.get(op.getX()), &w = env.get(op.getW());
  int64_t group = op.getGroup();
  if (x.shape.size() < 3 || w.shape.size() != x.shape.size() || group < 1 ||
      x.shape[1] != w.shape[0] || x.shape[1] % group)
    return op.emitError("filter does not fit the input's channels");
  FailureOr<Window> window = getTransposedWindow(op, x.shape, w.shape);
  if (failed(window))
    return failure();
  Sizes shape = {x.shape[0], w.shape[1] * group};
  shape.append(window->input);
  Tensor *y = env.create(op.getY(), shape);
  if (!y)
    return failure();
  return forFloat(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    convolveTransposed<T>(*window, x, w, group, *y);
    if (op.getB())
      addBias<T>(*y, env.get(op.getB()), countElements(window->input));
  });
}

void evaluator::addConvolution(Registry &registry) {
  registry.add<ConvOp>(evaluateConv);
  registry.add<ConvTransposeOp>(evaluateConvTranspose);
}
