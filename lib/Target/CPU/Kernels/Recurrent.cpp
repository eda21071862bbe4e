//===- Recurrent.cpp - RNN, GRU and LSTM ----------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// A work item is one sequence in one direction, walked step by step; a vector
// holds 16 elements of the hidden state, each with its own chain of products.
// Every operation and its order is the evaluator's (docs/Numerics.md).
//
// Scratch, in floats, each array padded to whole vectors:
//   hidden state | cell | gates in ONNX's order | what the last gate multiplies
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "Indexing.h"
#include "quantc/Dialect/ONNX/IR/Activations.h"

using namespace mlir;
using namespace quantc;

using Values = CodeBuilder::Values;

namespace {
/// The operands and results by their place in the segments, which the three
/// operations share as far as they have them.
struct Network {
  Value x, w, r, b, lengths, initialH, initialC, peepholes, y, yH, yC;
  int64_t gates = 1;
  bool batchFirst, bidirectional, startsReversed;
  std::optional<float> clip;
  bool inputForget = false, linearBeforeReset = false;

  template <typename OpTy> void read(OpTy op) {
    x = op.getX(), w = op.getW(), r = op.getR(), b = op.getB();
    lengths = op.getSequenceLens(), initialH = op.getInitialH();
    y = op.getY(), yH = op.getYH();
    batchFirst = op.getLayout() == 1;
    bidirectional = op.getDirection() == "bidirectional";
    startsReversed = op.getDirection() == "reverse";
    if (auto limit = op.getClip())
      clip = limit->convertToFloat();
  }
  explicit Network(Operation *op) {
    if (auto rnn = dyn_cast<onnx::RNNOp>(op)) {
      read(rnn);
    } else if (auto gru = dyn_cast<onnx::GRUOp>(op)) {
      read(gru);
      gates = 3;
      linearBeforeReset = gru.getLinearBeforeReset();
    } else {
      auto lstm = cast<onnx::LSTMOp>(op);
      read(lstm);
      gates = 4;
      inputForget = lstm.getInputForget();
      initialC = lstm.getInitialC(), peepholes = lstm.getP(), yC = lstm.getYC();
    }
  }
  int64_t getHidden() const {
    return cast<RankedTensorType>(r.getType()).getDimSize(2);
  }
  int64_t getInputs() const {
    return cast<RankedTensorType>(w.getType()).getDimSize(2);
  }
  int64_t getPadded() const { return (getHidden() + rowLanes - 1) & -rowLanes; }
};

class Recurrent {
public:
  explicit Recurrent(KernelContext &ctx)
      : ctx(ctx), code(ctx), net(ctx.op), hidden(net.getHidden()),
        inputs(net.getInputs()), padded(net.getPadded()) {
    f32 = ctx.builder.getF32Type();
    lanes = VectorType::get(rowLanes, f32);
    steps = ctx.dim(net.x, net.batchFirst ? 1 : 0);
    batch = ctx.dim(net.x, net.batchFirst ? 0 : 1);
    directions = code.i64(net.bidirectional ? 2 : 1);
  }
  std::pair<Value, Value> getGrid() {
    int64_t products = net.gates * hidden * (hidden + inputs) / 4;
    return {code.mul(batch, directions), code.mul(steps, code.i64(products))};
  }
  void emit();

private:
  KernelContext &ctx;
  CodeBuilder code;
  Network net;
  int64_t hidden, inputs, padded;
  Type f32;
  VectorType lanes;
  Value steps, batch, directions;
  SmallVector<Activation> activations;
  // Of the item being written, and of its step.
  Value direction, sequence, length, in;

  int64_t stateAt() const { return 0; }
  int64_t cellAt() const { return padded; }
  int64_t gateAt(int64_t gate) const { return (2 + gate) * padded; }
  int64_t factorAt() const { return gateAt(net.gates); }

  Value load(int64_t array, Value i) {
    return code.loadVector(ctx.scratch, f32, code.add(code.i64(array), i));
  }
  void store(Value value, int64_t array, Value i) {
    code.store(value, ctx.scratch, f32, code.add(code.i64(array), i));
  }
  /// For each vector of the hidden state: its first element, and which lanes
  /// there are (null: all).
  void forState(function_ref<void(Value, Value)> body) {
    code.chunks(code.i64(hidden), body);
  }
  Row row(Value tensor, Value first, Value stride = {}) {
    return {ctx.buffer(tensor), getElement(tensor), first, stride};
  }
  /// Where vector `index` of `count` for the direction begins.
  Value ofDirection(int64_t count, int64_t index) {
    Value vectors = code.add(code.mul(direction, code.i64(count)), code.i64(index));
    return code.mul(vectors, code.i64(hidden));
  }
  Value finalState();
  Value output(Value step);
  Value number(double value) { return code.constant(lanes, value); }
  Value bias(int64_t index, Value i, Value mask) {
    return net.b ? row(net.b, ofDirection(2 * net.gates, index)).load(code, i, mask)
                 : number(0);
  }
  Value clamp(Value value);
  Value activate(const Activation &f, Value x);
  Value multiply(Value weights, int64_t gate, int64_t depth, Value i, Value mask,
                 function_ref<Value(Value)> loadFactor);
  Value multiplyInput(int64_t gate, Value i, Value mask);
  Value multiplyState(int64_t gate, int64_t factor, Value i, Value mask);
  void emitGate(int64_t gate);
  void emitStep();
  void finishGRU();
  void finishLSTM();
  void initialize(Value initial, int64_t array);
  void emitSequence();
};
} // namespace

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

/// First element of the item's state in Y_h, Y_c and the initial ones.
Value Recurrent::finalState() {
  Value at = net.batchFirst
                 ? code.add(code.mul(sequence, directions), direction)
                 : code.add(code.mul(direction, batch), sequence);
  return code.mul(at, code.i64(hidden));
}

/// First element of the item's state after `step` in Y.
Value Recurrent::output(Value step) {
  Value at;
  if (net.batchFirst) {
    at = code.add(code.mul(sequence, steps), step);
    at = code.add(code.mul(at, directions), direction);
  } else {
    at = code.add(code.mul(step, directions), direction);
    at = code.add(code.mul(at, batch), sequence);
  }
  return code.mul(at, code.i64(hidden));
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Value Recurrent::clamp(Value value) {
  if (!net.clip)
    return value;
  return code.max(number(-*net.clip), code.min(number(*net.clip), value));
}

Value Recurrent::activate(const Activation &f, Value x) {
  StringRef name = f.name;
  Value zero = number(0), one = number(1);
  Value alpha = number(f.alpha), beta = number(f.beta);
  if (name == "sigmoid")
    return emitSigmoid(code, x);
  if (name == "tanh")
    return emitTanh(code, x);
  if (name == "relu")
    return code.max(x, zero);
  if (name == "scaledtanh")
    return code.mul(alpha, emitTanh(code, code.mul(beta, x)));
  if (name == "thresholdedrelu")
    return code.select(code.gt(x, alpha), x, zero);
  if (name == "softsign")
    return code.div(x, code.add(one, code.abs(x)));
  if (name == "elu")
    return code.select(code.lt(x, zero),
                       code.mul(alpha, code.sub(emitExp(code, x), one)), x);
  if (name == "leakyrelu")
    return code.select(code.lt(x, zero), code.mul(alpha, x), x);
  Value affine = code.add(code.mul(alpha, x), beta);
  return name == "affine" ? affine : code.max(zero, code.min(one, affine));
}

/// Products of a vector of `depth` numbers with elements `i`... of a gate of
/// `weights` [directions, gates * hidden, depth], each by fma, ascending.
Value Recurrent::multiply(Value weights, int64_t gate, int64_t depth, Value i,
                          Value mask, function_ref<Value(Value)> loadFactor) {
  Value stride = code.i64(depth);
  Value first = code.mul(ofDirection(net.gates, gate), stride);
  Values sum = code.loop(
      code.i64(0), stride, ValueRange{number(0)},
      [&](Value k, ValueRange carried) {
        Value column =
            row(weights, code.add(first, k), stride).load(code, i, mask);
        return Values{
            code.fma(code.splat(loadFactor(k)), column, carried[0])};
      });
  return sum[0];
}

Value Recurrent::multiplyInput(int64_t gate, Value i, Value mask) {
  return multiply(net.w, gate, inputs, i, mask, [&](Value k) {
    return row(net.x, in).loadOne(code, k);
  });
}

Value Recurrent::multiplyState(int64_t gate, int64_t factor, Value i,
                               Value mask) {
  return multiply(net.r, gate, hidden, i, mask, [&](Value k) {
    return code.load(ctx.scratch, f32, code.add(code.i64(factor), k));
  });
}

/// Both products and both biases, clipped: what the activation is applied to.
void Recurrent::emitGate(int64_t gate) {
  forState([&](Value i, Value mask) {
    Value both = code.add(bias(gate, i, mask), bias(net.gates + gate, i, mask));
    Value sum = code.add(multiplyInput(gate, i, mask),
                         multiplyState(gate, stateAt(), i, mask));
    store(clamp(code.add(sum, both)), gateAt(gate), i);
  });
}

/// Gates z, r, h: reset before the last product, or after it with its bias.
void Recurrent::finishGRU() {
  bool linear = net.linearBeforeReset;
  forState([&](Value i, Value) {
    Value z = activate(activations[0], load(gateAt(0), i));
    Value r = activate(activations[0], load(gateAt(1), i));
    Value h = load(stateAt(), i);
    store(z, gateAt(0), i);
    store(r, gateAt(1), i);
    store(linear ? h : code.mul(r, h), factorAt(), i);
  });
  forState([&](Value i, Value mask) {
    Value own = multiplyInput(2, i, mask);
    Value recurrent = multiplyState(2, factorAt(), i, mask);
    Value wBias = bias(2, i, mask), rBias = bias(5, i, mask);
    Value z = load(gateAt(0), i), sum;
    if (linear)
      sum = code.add(code.add(own, code.mul(load(gateAt(1), i),
                                            code.add(recurrent, rBias))),
                     wBias);
    else
      sum = code.add(code.add(own, recurrent), code.add(wBias, rBias));
    Value h = activate(activations[1], clamp(sum));
    Value kept = code.mul(z, load(stateAt(), i));
    store(code.add(code.mul(code.sub(number(1), z), h), kept), stateAt(), i);
  });
}

/// Gates i, o, f, c; peepholes i, o, f.
void Recurrent::finishLSTM() {
  forState([&](Value i, Value mask) {
    auto gate = [&](int64_t g, Value cell) {
      Value peep = number(0);
      if (net.peepholes)
        peep = code.mul(
            row(net.peepholes, ofDirection(3, g)).load(code, i, mask), cell);
      return activate(activations[0], code.add(load(gateAt(g), i), peep));
    };
    Value cell = load(cellAt(), i);
    Value input = gate(0, cell);
    Value forget =
        net.inputForget ? code.sub(number(1), input) : gate(2, cell);
    Value candidate = activate(activations[1], load(gateAt(3), i));
    cell = code.add(code.mul(forget, cell), code.mul(input, candidate));
    Value state = code.mul(gate(1, cell), activate(activations[2], cell));
    store(cell, cellAt(), i);
    store(state, stateAt(), i);
  });
}

void Recurrent::emitStep() {
  // The last gate of a GRU depends on the others.
  for (int64_t gate = 0; gate < (net.gates == 3 ? 2 : net.gates); ++gate)
    emitGate(gate);
  if (net.gates == 3)
    return finishGRU();
  if (net.gates == 4)
    return finishLSTM();
  forState([&](Value i, Value) {
    store(activate(activations[0], load(gateAt(0), i)), stateAt(), i);
  });
}

//===----------------------------------------------------------------------===//
// Sequences
//===----------------------------------------------------------------------===//

void Recurrent::initialize(Value initial, int64_t array) {
  forState([&](Value i, Value mask) {
    store(initial ? row(initial, finalState()).load(code, i, mask) : number(0),
          array, i);
  });
}

void Recurrent::emitSequence() {
  initialize(net.initialH, stateAt());
  initialize(net.initialC, cellAt());
  auto save = [&](int64_t array, Value tensor, Value first) {
    if (tensor)
      forState([&](Value i, Value mask) {
        row(tensor, first).store(code, load(array, i), i, mask);
      });
  };
  Value last = code.sub(length, code.i64(1));
  Value reverse = net.bidirectional ? code.eq(direction, code.i64(1)) : Value();
  code.loop(code.i64(0), length, [&](Value k) {
    Value back = code.sub(last, k), step = net.startsReversed ? back : k;
    if (reverse)
      step = code.select(reverse, back, k);
    Value at = net.batchFirst ? code.add(code.mul(sequence, steps), step)
                              : code.add(code.mul(step, batch), sequence);
    in = code.mul(at, code.i64(inputs));
    emitStep();
    save(stateAt(), net.y, output(step));
  });
  if (net.y)
    code.loop(length, steps, [&](Value step) {
      Row out = row(net.y, output(step));
      forState([&](Value i, Value mask) { out.store(code, number(0), i, mask); });
    });
  save(stateAt(), net.yH, finalState());
  save(cellAt(), net.yC, finalState());
}

void Recurrent::emit() {
  activations = *getActivations(ctx.op);
  code.loop(ctx.begin, ctx.end, [&](Value item) {
    direction = code.quotient(item, batch);
    sequence = code.remainder(item, batch);
    length = steps;
    if (net.lengths) {
      Type element = getElement(net.lengths);
      length = code.toI64(code.load(ctx.buffer(net.lengths), element, sequence),
                          element);
      length = code.clamp(length, code.i64(0), steps);
    }
    emitSequence();
  });
}

static LogicalResult checkRecurrent(Operation *op) {
  Network net(op);
  if (ShapedType::isDynamic(net.getHidden()) ||
      ShapedType::isDynamic(net.getInputs()))
    return op->emitError("found hidden or input sizes that are not static; "
                         "compiled code supports static ones");
  FailureOr<SmallVector<Activation>> all = getActivations(op);
  if (failed(all))
    return failure();
  static const StringRef known[] = {
      "affine",  "elu",        "hardsigmoid", "leakyrelu", "relu",
      "sigmoid", "scaledtanh", "softsign",    "tanh",      "thresholdedrelu"};
  for (const Activation &activation : *all)
    if (!llvm::is_contained(known, activation.name))
      return op->emitError("found activation '")
             << activation.name << "'; compiled code supports "
             << llvm::join(ArrayRef(known), ", ");
  ArrayRef<Activation> first(*all);
  if (net.bidirectional &&
      first.take_front(all->size() / 2) != first.drop_front(all->size() / 2))
    return op->emitError("found other activations in the second direction; "
                         "compiled code supports the same in both");
  return checkFloat(op, {net.x, net.w, net.r, net.b, net.initialH, net.initialC,
                         net.peepholes});
}

void quantc::addRecurrentKernels(KernelRegistry &registry) {
  KernelEmitter emitter = {
      [](KernelContext &ctx) { return Recurrent(ctx).getGrid(); },
      [](KernelContext &ctx) {
        Recurrent(ctx).emit();
        return success();
      },
      [](Operation *op) {
        Network net(op);
        return 4 * net.getPadded() * (net.gates + 3);
      },
      checkRecurrent};
  registry.add<onnx::RNNOp>(emitter);
  registry.add<onnx::GRUOp>(emitter);
  registry.add<onnx::LSTMOp>(emitter);
}
