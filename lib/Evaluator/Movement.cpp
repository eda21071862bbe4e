//===- Movement.cpp - Operators that move whole tensors -------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Most are one strided copy: a start, a stride for every dimension of the result.
//
//===----------------------------------------------------------------------===//

#include "Movement.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include <algorithm>
#include <cstring>
#include <numeric>

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::onnx;

void evaluator::copyStrided(const Tensor &x, int64_t start,
                            const Sizes &strides, ArrayRef<int64_t> shape,
                            Tensor &y) {
  withStorage(x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T *in = x.data<T>() + start;
    T *out = y.data<T>();
    Odometer(shape, {strides}).forEach([&](const int64_t *offset) {
      *out++ = in[*offset];
    });
  });
}

LogicalResult evaluator::reshape(Operation *op, Evaluation &env,
                                 const Tensor &x, Value result,
                                 ArrayRef<int64_t> shape) {
  if (countElements(shape) != x.size())
    return op->emitError("cannot reshape ")
           << x.size() << " elements to " << countElements(shape);
  Tensor *y = env.create(result, shape);
  if (!y)
    return failure();
  y->bytes = x.bytes;
  return success();
}

FailureOr<int64_t> evaluator::normalizeIndex(Operation *op, int64_t index,
                                             int64_t size) {
  int64_t result = index < 0 ? index + size : index;
  if (result < 0 || result >= size)
    return op->emitError("index ")
           << index << " is outside a dimension of " << size;
  return result;
}

//===----------------------------------------------------------------------===//
// Strided copies
//===----------------------------------------------------------------------===//

/// y's dimension i is dimension perm[i] of x read as of `shape`.
static LogicalResult permute(Evaluation &env, const Tensor &x,
                             ArrayRef<int64_t> shape, ArrayRef<int64_t> perm,
                             Value result, ArrayRef<int64_t> resultShape) {
  Sizes strides = stridesOf(shape), ownShape, ownStrides;
  for (int64_t d : perm) {
    ownShape.push_back(shape[d]);
    ownStrides.push_back(strides[d]);
  }
  Tensor *y = env.create(result, resultShape.empty() ? ownShape : resultShape);
  if (!y)
    return failure();
  copyStrided(x, 0, ownStrides, ownShape, *y);
  return success();
}

static LogicalResult evaluateTranspose(TransposeOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getData());
  Sizes perm;
  if (auto given = op.getPerm())
    perm.assign(given->begin(), given->end());
  else
    for (size_t d = x.shape.size(); d-- > 0;)
      perm.push_back(d);
  return permute(env, x, x.shape, perm, op.getTransposed(), {});
}

/// [N, C, H, W] with the blocks of C spread over H and W.
static LogicalResult evaluateDepthToSpace(DepthToSpaceOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getInput());
  int64_t b = op.getBlocksize();
  if (x.shape.size() != 4 || b < 1 || x.shape[1] % (b * b))
    return op.emitError("expects [N, C, H, W] with C a multiple of the block");
  int64_t n = x.shape[0], c = x.shape[1] / (b * b), h = x.shape[2],
          w = x.shape[3];
  Sizes result = {n, c, h * b, w * b};
  if (op.getMode() == "CRD")
    return permute(env, x, {n, c, b, b, h, w}, {0, 1, 4, 2, 5, 3},
                   op.getOutput(), result);
  return permute(env, x, {n, b, b, c, h, w}, {0, 3, 4, 1, 5, 2},
                 op.getOutput(), result);
}

static LogicalResult evaluateSpaceToDepth(SpaceToDepthOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getInput());
  int64_t b = op.getBlocksize();
  if (x.shape.size() != 4 || b < 1 || x.shape[2] % b || x.shape[3] % b)
    return op.emitError("expects [N, C, H, W] of whole blocks");
  int64_t n = x.shape[0], c = x.shape[1], h = x.shape[2] / b,
          w = x.shape[3] / b;
  Sizes result = {n, c * b * b, h, w};
  if (op.getMode() == "CRD")
    return permute(env, x, {n, c, h, b, w, b}, {0, 1, 3, 5, 2, 4},
                   op.getOutput(), result);
  return permute(env, x, {n, c, h, b, w, b}, {0, 3, 5, 1, 2, 4},
                 op.getOutput(), result);
}

static LogicalResult evaluateExpand(ExpandOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getInput());
  Tensor target;
  target.shape.assign(env.getInts(op.getShape()));
  FailureOr<Sizes> shape = broadcastShapes(op, {&x, &target});
  if (failed(shape))
    return failure();
  Tensor *y = env.create(op.getOutput(), *shape);
  if (!y)
    return failure();
  copyStrided(x, 0, broadcastStrides(x.shape, *shape), *shape, *y);
  return success();
}

static LogicalResult evaluateTile(TileOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getInput());
  SmallVector<int64_t> repeats = env.getInts(op.getRepeats());
  if (repeats.size() != x.shape.size())
    return op.emitError("expects one repeat per dimension");
  // [repeats, size] pairs, the repeats with stride 0.
  Sizes strides = stridesOf(x.shape), shape, pairs, pairStrides;
  for (auto [d, repeat] : llvm::enumerate(repeats)) {
    shape.push_back(repeat * x.shape[d]);
    pairs.append({repeat, x.shape[d]});
    pairStrides.append({0, strides[d]});
  }
  Tensor *y = env.create(op.getOutput(), shape);
  if (!y)
    return failure();
  copyStrided(x, 0, pairStrides, pairs, *y);
  return success();
}

//===----------------------------------------------------------------------===//
// Others
//===----------------------------------------------------------------------===//

static LogicalResult evaluateConcat(ConcatOp op, Evaluation &env) {
  Sizes shape = env.get(op.getInputs().front()).shape;
  FailureOr<int64_t> axis = normalizeAxis(op, op.getAxis(), shape.size());
  if (failed(axis))
    return failure();
  shape[*axis] = 0;
  for (Value input : op.getInputs()) {
    const Sizes &own = env.get(input).shape;
    bool fits = own.size() == shape.size();
    for (size_t d = 0; fits && d < shape.size(); ++d)
      fits = int64_t(d) == *axis || own[d] == shape[d];
    if (!fits)
      return op.emitError("operands differ in another dimension than axis");
    shape[*axis] += own[*axis];
  }
  Tensor *y = env.create(op.getConcatResult(), shape);
  if (!y)
    return failure();
  AxisView whole(shape, *axis);
  int64_t width = getElementBytes(y->element), position = 0;
  for (Value input : op.getInputs()) {
    const Tensor &x = env.get(input);
    int64_t chunk = x.shape[*axis] * whole.inner * width;
    for (int64_t i = 0; chunk && i < whole.outer; ++i)
      std::memcpy(y->bytes.data() + i * whole.length * whole.inner * width +
                      position,
                  x.bytes.data() + i * chunk, chunk);
    position += chunk;
  }
  return success();
}

/// Where an element beyond the edge comes from, -1 for the constant.
static int64_t padIndex(int64_t i, int64_t size, StringRef mode) {
  if (i >= 0 && i < size)
    return i;
  if (mode == "constant" || size == 0)
    return -1;
  if (mode == "edge")
    return std::clamp<int64_t>(i, 0, size - 1);
  if (mode == "wrap")
    return (i % size + size) % size;
  int64_t period = std::max<int64_t>(1, 2 * (size - 1)); // reflect
  i = (i % period + period) % period;
  return i < size ? i : period - i;
}

static LogicalResult evaluatePad(PadOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getData());
  SmallVector<int64_t> pads = env.getInts(op.getPads()), axes;
  if (op.getAxes())
    axes = env.getInts(op.getAxes());
  else
    llvm::append_range(axes, llvm::seq<int64_t>(0, x.shape.size()));
  if (pads.size() != 2 * axes.size())
    return op.emitError("expects two pads per axis");
  Sizes shape = x.shape, begins(x.shape.size(), 0);
  for (auto [i, axis] : llvm::enumerate(axes)) {
    FailureOr<int64_t> d = normalizeAxis(op, axis, x.shape.size());
    if (failed(d))
      return failure();
    begins[*d] = pads[i];
    shape[*d] += pads[i] + pads[axes.size() + i];
  }
  Tensor *y = env.create(op.getOutput(), shape);
  if (!y)
    return failure();
  const Tensor *constant = env.find(op.getConstantValue());
  Sizes strides = stridesOf(x.shape);
  Odometer odometer(shape, {});
  withStorage(x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T fill = constant ? *constant->data<T>() : T(0);
    T *out = y->data<T>();
    odometer.forEach([&](const int64_t *) {
      int64_t source = 0;
      for (auto [d, i] : llvm::enumerate(odometer.getIndex())) {
        int64_t from = padIndex(i - begins[d], x.shape[d], op.getMode());
        source = from < 0 || source < 0 ? -1 : source + from * strides[d];
      }
      *out++ = source < 0 ? fill : x.data<T>()[source];
    });
  });
  return success();
}

static LogicalResult evaluateReverseSequence(ReverseSequenceOp op,
                                             Evaluation &env) {
  const Tensor &x = env.get(op.getInput());
  SmallVector<int64_t> lengths = env.getInts(op.getSequenceLens());
  int64_t batch = op.getBatchAxis(), time = op.getTimeAxis();
  if (x.shape.size() < 2 || batch + time != 1 ||
      int64_t(lengths.size()) != x.shape[batch])
    return op.emitError("expects batch and time in front, a length per batch");
  Tensor *y = env.create(op.getY(), x.shape);
  if (!y)
    return failure();
  Sizes strides = stridesOf(x.shape);
  Odometer odometer(x.shape, {strides});
  withStorage(x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    odometer.forEach([&](const int64_t *offset) {
      int64_t t = odometer.getIndex()[time];
      int64_t length = lengths[odometer.getIndex()[batch]];
      int64_t from = t < length && length <= x.shape[time] ? length - 1 - t : t;
      y->data<T>()[*offset] = x.data<T>()[*offset + (from - t) * strides[time]];
    });
  });
  return success();
}

static LogicalResult evaluateTrilu(TriluOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getInput());
  int64_t k = op.getK() ? env.getInt(op.getK()) : 0;
  Tensor *y = env.create(op.getOutput(), x.shape);
  if (!y || x.shape.size() < 2)
    return failure();
  Odometer odometer(x.shape, {stridesOf(x.shape)});
  withStorage(x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    odometer.forEach([&](const int64_t *offset) {
      ArrayRef<int64_t> index = odometer.getIndex();
      int64_t distance = index.back() - index[index.size() - 2];
      bool isKept = op.getUpper() ? distance >= k : distance <= k;
      y->data<T>()[*offset] = isKept ? x.data<T>()[*offset] : T(0);
    });
  });
  return success();
}

void evaluator::addMovement(Registry &registry) {
  addReshape(registry);
  addSlice(registry);
  registry.add<ConcatOp>(evaluateConcat);
  registry.add<DepthToSpaceOp>(evaluateDepthToSpace);
  registry.add<ExpandOp>(evaluateExpand);
  registry.add<PadOp>(evaluatePad);
  registry.add<ReverseSequenceOp>(evaluateReverseSequence);
  registry.add<SpaceToDepthOp>(evaluateSpaceToDepth);
  registry.add<TileOp>(evaluateTile);
  registry.add<TransposeOp>(evaluateTranspose);
  registry.add<TriluOp>(evaluateTrilu);
}
