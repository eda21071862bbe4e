//===- RNN.cpp - Recurrent networks ---------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Gates are ((x W') + (h R')) + (Wb + Rb), each product in fma order. A sequence
// that has ended keeps its state and gives zeros; a reverse direction begins at
// the sequence's own end.
//
//===----------------------------------------------------------------------===//

#include "Products.h"
#include "quantc/Dialect/ONNX/IR/Activations.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::onnx;

template <typename T> static T apply(const Activation &f, T x) {
  T alpha = T(f.alpha), beta = T(f.beta);
  if (f.name == "sigmoid")
    return Math<T>::sigmoid(x);
  if (f.name == "tanh")
    return Math<T>::tanh(x);
  if (f.name == "relu")
    return larger(x, T(0));
  if (f.name == "affine")
    return alpha * x + beta;
  if (f.name == "leakyrelu")
    return x < T(0) ? alpha * x : x;
  if (f.name == "thresholdedrelu")
    return x > alpha ? x : T(0);
  if (f.name == "scaledtanh")
    return alpha * Math<T>::tanh(beta * x);
  if (f.name == "hardsigmoid")
    return larger(T(0), smaller(T(1), alpha * x + beta));
  if (f.name == "elu")
    return x < T(0) ? alpha * (Math<T>::exp(x) - T(1)) : x;
  if (f.name == "softsign")
    return x / (T(1) + std::fabs(x));
  return Math<T>::softplus(x);
}

/// The activations of all directions, one after the other.
static FailureOr<SmallVector<Activation>> getKnownActivations(Operation *op) {
  static const StringRef known[] = {
      "affine", "elu",        "hardsigmoid", "leakyrelu", "relu",
      "sigmoid", "scaledtanh", "softplus",   "softsign",  "tanh",
      "thresholdedrelu"};
  FailureOr<SmallVector<Activation>> result = getActivations(op);
  if (succeeded(result))
    for (const Activation &activation : *result)
      if (!llvm::is_contained(known, activation.name))
        return emitUnsupported(op) << "the activation " << activation.name;
  return result;
}

namespace {
/// What the three operators share: sizes, operands of one direction, and the walk
/// over time.
template <typename T> struct Network {
  int64_t steps, batch, inputs, hidden, directions, gates;
  bool batchFirst = false;
  SmallVector<int64_t> lengths; // of every sequence
  std::optional<float> clip;
  const Tensor *x, *w, *r, *b, *initialH;

  /// Product of one vector with a gate's rows of `weights`, [gates, hidden, n].
  void multiply(const T *vector, const T *weights, int64_t n, T *out) const {
    for (int64_t i = 0; i < hidden; ++i) {
      T acc = T(0);
      for (int64_t k = 0; k < n; ++k)
        acc = std::fma(vector[k], weights[i * n + k], acc);
      out[i] = acc;
    }
  }
  const T *input(int64_t step, int64_t n) const {
    int64_t row = batchFirst ? n * steps + step : step * batch + n;
    return x->data<T>() + row * inputs;
  }
  /// Bias `g` of a direction: gates of W, then of R.
  T bias(int64_t direction, int64_t g, int64_t i) const {
    return b ? b->data<T>()[(direction * 2 * gates + g) * hidden + i] : T(0);
  }
  const T *wGate(int64_t direction, int64_t g) const {
    return w->data<T>() + (direction * gates + g) * hidden * inputs;
  }
  const T *rGate(int64_t direction, int64_t g) const {
    return r->data<T>() + (direction * gates + g) * hidden * hidden;
  }
  T clamp(T value) const {
    return clip ? larger(T(-*clip), smaller(T(*clip), value)) : value;
  }
  /// The sum of both products of gate `g` and its biases, clipped.
  std::vector<T> preactivation(int64_t direction, int64_t g, const T *in,
                               const T *state) const {
    std::vector<T> own(hidden), recurrent(hidden);
    multiply(in, wGate(direction, g), inputs, own.data());
    multiply(state, rGate(direction, g), hidden, recurrent.data());
    for (int64_t i = 0; i < hidden; ++i) {
      T both = bias(direction, g, i) + bias(direction, gates + g, i);
      own[i] = clamp((own[i] + recurrent[i]) + both);
    }
    return own;
  }
  int64_t stateOffset(int64_t direction, int64_t n) const {
    return (batchFirst ? n * directions + direction : direction * batch + n) *
           hidden;
  }
  int64_t outputOffset(int64_t step, int64_t direction, int64_t n) const {
    return (batchFirst ? (n * steps + step) * directions + direction
                       : (step * directions + direction) * batch + n) *
           hidden;
  }
};
} // namespace

template <typename T, typename OpTy>
static FailureOr<Network<T>> getNetwork(OpTy op, Evaluation &env,
                                        int64_t gates) {
  Network<T> net;
  net.x = &env.get(op.getX());
  net.w = &env.get(op.getW());
  net.r = &env.get(op.getR());
  net.b = env.find(op.getB());
  net.initialH = env.find(op.getInitialH());
  net.gates = gates;
  net.batchFirst = op.getLayout() == 1;
  if (net.x->shape.size() != 3 || net.w->shape.size() != 3 ||
      net.r->shape.size() != 3)
    return op.emitError("expects X, W and R of rank 3");
  net.steps = net.x->shape[net.batchFirst ? 1 : 0];
  net.batch = net.x->shape[net.batchFirst ? 0 : 1];
  net.inputs = net.x->shape[2];
  net.hidden = net.r->shape[2];
  net.directions = op.getDirection() == "bidirectional" ? 2 : 1;
  Sizes w = {net.directions, gates * net.hidden, net.inputs};
  Sizes r = {net.directions, gates * net.hidden, net.hidden};
  int64_t states = net.directions * net.batch * net.hidden;
  if (net.w->shape != w || net.r->shape != r ||
      (net.b && net.b->size() != 2 * net.directions * gates * net.hidden) ||
      (net.initialH && net.initialH->size() != states))
    return op.emitError("operands do not fit each other");
  net.lengths.assign(net.batch, net.steps);
  if (op.getSequenceLens())
    net.lengths = env.getInts(op.getSequenceLens());
  if (int64_t(net.lengths.size()) != net.batch ||
      llvm::any_of(net.lengths, [&](int64_t length) {
        return length < 0 || length > net.steps;
      }))
    return op.emitError("sequence_lens do not fit X");
  if (auto clip = op.getClip())
    net.clip = toFloat(*clip);
  return net;
}

/// Runs every sequence in every direction: advance(direction, input, state) moves
/// `state` (hidden numbers, and a cell behind them) on by one step.
template <typename T, typename OpTy, typename Advance>
static LogicalResult runNetwork(OpTy op, Evaluation &env,
                                const Network<T> &net, const Tensor *initialC,
                                Value cellResult, Advance advance) {
  Sizes all = {net.steps, net.directions, net.batch, net.hidden};
  Sizes last = {net.directions, net.batch, net.hidden};
  if (net.batchFirst) {
    all = {net.batch, net.steps, net.directions, net.hidden};
    last = {net.batch, net.directions, net.hidden};
  }
  Tensor *y = nullptr, *yH = nullptr, *yC = nullptr;
  if (op.getY() && !(y = env.create(op.getY(), all)))
    return failure();
  if (op.getYH() && !(yH = env.create(op.getYH(), last)))
    return failure();
  if (cellResult && !(yC = env.create(cellResult, last)))
    return failure();
  for (int64_t d = 0; d < net.directions; ++d)
    for (int64_t n = 0; n < net.batch; ++n) {
      std::vector<T> state(2 * net.hidden, T(0));
      int64_t offset = net.stateOffset(d, n);
      if (net.initialH)
        std::copy_n(net.initialH->template data<T>() + offset, net.hidden,
                    state.begin());
      if (initialC)
        std::copy_n(initialC->data<T>() + offset, net.hidden,
                    state.begin() + net.hidden);
      bool reverse = op.getDirection() == "reverse" || d == 1;
      for (int64_t k = 0; k < net.lengths[n]; ++k) {
        int64_t step = reverse ? net.lengths[n] - 1 - k : k;
        advance(d, net.input(step, n), state);
        if (y)
          std::copy_n(state.begin(), net.hidden,
                      y->data<T>() + net.outputOffset(step, d, n));
      }
      if (yH)
        std::copy_n(state.begin(), net.hidden, yH->data<T>() + offset);
      if (yC)
        std::copy_n(state.begin() + net.hidden, net.hidden,
                    yC->data<T>() + offset);
    }
  return success();
}

static LogicalResult evaluateRNN(RNNOp op, Evaluation &env) {
  FailureOr<SmallVector<Activation>> f = getKnownActivations(op);
  if (failed(f))
    return failure();
  return forFloat(op, env.get(op.getX()).element, [&](auto tag) -> LogicalResult {
    using T = typename decltype(tag)::type;
    FailureOr<Network<T>> net = getNetwork<T>(op, env, 1);
    if (failed(net))
      return failure();
    return runNetwork<T>(
        op, env, *net, nullptr, {},
        [&](int64_t d, const T *in, std::vector<T> &state) {
          std::vector<T> h = net->preactivation(d, 0, in, state.data());
          for (int64_t i = 0; i < net->hidden; ++i)
            state[i] = apply((*f)[d], h[i]);
        });
  });
}

/// Gates z, r, h.
static LogicalResult evaluateGRU(GRUOp op, Evaluation &env) {
  FailureOr<SmallVector<Activation>> f = getKnownActivations(op);
  if (failed(f))
    return failure();
  bool linear = op.getLinearBeforeReset();
  return forFloat(op, env.get(op.getX()).element, [&](auto tag) -> LogicalResult {
    using T = typename decltype(tag)::type;
    FailureOr<Network<T>> net = getNetwork<T>(op, env, 3);
    if (failed(net))
      return failure();
    int64_t hidden = net->hidden;
    return runNetwork<T>(
        op, env, *net, nullptr, {},
        [&](int64_t d, const T *in, std::vector<T> &state) {
          std::vector<T> z = net->preactivation(d, 0, in, state.data());
          std::vector<T> r = net->preactivation(d, 1, in, state.data());
          for (int64_t i = 0; i < hidden; ++i) {
            z[i] = apply((*f)[2 * d], z[i]);
            r[i] = apply((*f)[2 * d], r[i]);
          }
          // Reset before the product, or after it with its bias.
          std::vector<T> reset(state.begin(), state.begin() + hidden);
          for (int64_t i = 0; !linear && i < hidden; ++i)
            reset[i] = r[i] * reset[i];
          std::vector<T> own(hidden), recurrent(hidden);
          net->multiply(in, net->wGate(d, 2), net->inputs, own.data());
          net->multiply(reset.data(), net->rGate(d, 2), hidden,
                        recurrent.data());
          for (int64_t i = 0; i < hidden; ++i) {
            T wBias = net->bias(d, 2, i), rBias = net->bias(d, 5, i);
            T sum = linear
                        ? (own[i] + r[i] * (recurrent[i] + rBias)) + wBias
                        : (own[i] + recurrent[i]) + (wBias + rBias);
            T h = apply((*f)[2 * d + 1], net->clamp(sum));
            state[i] = (T(1) - z[i]) * h + z[i] * state[i];
          }
        });
  });
}

/// Gates i, o, f, c; peepholes i, o, f.
static LogicalResult evaluateLSTM(LSTMOp op, Evaluation &env) {
  FailureOr<SmallVector<Activation>> f = getKnownActivations(op);
  if (failed(f))
    return failure();
  const Tensor *peepholes = env.find(op.getP());
  const Tensor *initialC = env.find(op.getInitialC());
  return forFloat(op, env.get(op.getX()).element, [&](auto tag) -> LogicalResult {
    using T = typename decltype(tag)::type;
    FailureOr<Network<T>> net = getNetwork<T>(op, env, 4);
    if (failed(net))
      return failure();
    int64_t hidden = net->hidden;
    if ((initialC &&
         initialC->size() != net->directions * net->batch * hidden) ||
        (peepholes && peepholes->size() != 3 * net->directions * hidden))
      return op.emitError("operands do not fit each other");
    return runNetwork<T>(
        op, env, *net, initialC, op.getYC(),
        [&](int64_t d, const T *in, std::vector<T> &state) {
          std::vector<T> gates[4];
          for (int64_t g = 0; g < 4; ++g)
            gates[g] = net->preactivation(d, g, in, state.data());
          auto peep = [&](int64_t g, int64_t i, T cell) {
            return peepholes ? peepholes->data<T>()[(3 * d + g) * hidden + i] *
                                   cell
                             : T(0);
          };
          for (int64_t i = 0; i < hidden; ++i) {
            T &h = state[i], &c = state[hidden + i];
            T input = apply((*f)[3 * d], gates[0][i] + peep(0, i, c));
            T forget = op.getInputForget()
                           ? T(1) - input
                           : apply((*f)[3 * d], gates[2][i] + peep(2, i, c));
            T candidate = apply((*f)[3 * d + 1], gates[3][i]);
            c = forget * c + input * candidate;
            T output = apply((*f)[3 * d], gates[1][i] + peep(1, i, c));
            h = output * apply((*f)[3 * d + 2], c);
          }
        });
  });
}

void evaluator::addRNN(Registry &registry) {
  registry.add<GRUOp>(evaluateGRU);
  registry.add<LSTMOp>(evaluateLSTM);
  registry.add<RNNOp>(evaluateRNN);
}
