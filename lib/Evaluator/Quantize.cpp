//===- Quantize.cpp - ONNX's operators on codes ---------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// In f64 mode divisions and products are double's, codes are as exact as those.
//
//===----------------------------------------------------------------------===//

#include "Codes.h"
#include "Convert.h"
#include "Convolution.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::onnx;

//===----------------------------------------------------------------------===//
// QuantizeLinear, DequantizeLinear
//===----------------------------------------------------------------------===//

/// Strides of a scale read as of the shape of x: one for all, one per index of
/// `axis`, or one per block along it (then the index along axis is divided).
static FailureOr<ScaleView> getScales(Operation *op, const Tensor &x,
                                      const Tensor &scale, int64_t axisAttr,
                                      int64_t blockSize) {
  ScaleView view;
  view.strides.assign(x.shape.size(), 0);
  view.divisors.assign(x.shape.size(), 1);
  if (scale.size() == 1 && blockSize == 0)
    return view;
  FailureOr<int64_t> axis = normalizeAxis(op, axisAttr, x.shape.size());
  if (failed(axis))
    return failure();
  if (blockSize == 0) {
    if (scale.shape.size() != 1 || scale.size() != x.shape[*axis])
      return op->emitError("expects a scale for each index of the axis");
    view.strides[*axis] = 1;
    return view;
  }
  bool fits = scale.shape.size() == x.shape.size();
  for (size_t d = 0; fits && d < x.shape.size(); ++d)
    fits = int64_t(d) == *axis
               ? scale.shape[d] == (x.shape[d] + blockSize - 1) / blockSize
               : scale.shape[d] == x.shape[d];
  if (!fits)
    return op->emitError("expects a scale for each block of the axis");
  view.strides = stridesOf(scale.shape);
  view.divisors[*axis] = blockSize;
  return view;
}

static LogicalResult evaluateQuantizeLinear(QuantizeLinearOp op,
                                            Evaluation &env) {
  const Tensor &x = env.get(op.getX()), &scale = env.get(op.getYScale());
  const Tensor *zeroPoint = env.find(op.getYZeroPoint());
  FailureOr<ScaleView> view =
      getScales(op, x, scale, op.getAxis(), op.getBlockSize());
  Tensor *y = failed(view) ? nullptr : env.create(op.getY(), x.shape);
  if (!y)
    return failure();
  Type codes = cast<TensorType>(op.getY().getType()).getElementType();
  if (auto floats = dyn_cast<FloatType>(codes))
    return quantizeToFloats(op, x, scale, *view, floats, op.getSaturate(), *y);
  return quantizeToIntegers(op, x, scale, zeroPoint, *view, codes, *y);
}

static LogicalResult evaluateDequantizeLinear(DequantizeLinearOp op,
                                              Evaluation &env) {
  const Tensor &x = env.get(op.getX()), &scale = env.get(op.getXScale());
  FailureOr<ScaleView> view =
      getScales(op, x, scale, op.getAxis(), op.getBlockSize());
  Tensor *y = failed(view) ? nullptr : env.create(op.getY(), x.shape);
  if (!y)
    return failure();
  return dequantize(op, x, scale, env.find(op.getXZeroPoint()), *view, *y);
}

/// scale = (max - min) / 255, zero point = saturate(round(-min / scale)), range
/// including zero.
static LogicalResult
evaluateDynamicQuantizeLinear(DynamicQuantizeLinearOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getX());
  Tensor *y = env.create(op.getY(), x.shape);
  Tensor *scale = env.create(op.getYScale(), {});
  Tensor *zeroPoint = env.create(op.getYZeroPoint(), {});
  if (!y || !scale || !zeroPoint)
    return failure();
  return forFloat(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    DynamicScale<T> range;
    for (int64_t i = 0, e = x.size(); i < e; ++i)
      range.include(x.data<T>()[i]);
    *scale->data<T>() = range.getScale(255, /*isSigned=*/false);
    T offset = encode(-range.low / *scale->data<T>(), T(0), T(0), T(255));
    *zeroPoint->data<uint8_t>() = uint8_t(offset);
    for (int64_t i = 0, e = x.size(); i < e; ++i)
      y->data<uint8_t>()[i] = uint8_t(
          encode(x.data<T>()[i] / *scale->data<T>(), offset, T(0), T(255)));
  });
}

//===----------------------------------------------------------------------===//
// Integer products
//===----------------------------------------------------------------------===//

/// x - zero point in i32; the zero point is one, or one per index of `axis`.
static FailureOr<std::vector<int32_t>>
shiftByZeroPoint(Operation *op, const Tensor &x, const Tensor *zeroPoint,
                 int64_t axis) {
  std::vector<int32_t> result(x.size());
  int64_t count = zeroPoint ? zeroPoint->size() : 1;
  int64_t inner = 1;
  if (count != 1) {
    AxisView view(x.shape, axis);
    if (view.length != count && zeroPoint->shape.size() < 2)
      return op->emitError("expects a zero point for each index of an axis");
    inner = view.inner;
    // Zero points [..., rows, 1] with batch dimensions of their own.
    if (zeroPoint->shape.size() >= 2 && view.outer * view.length != count)
      return op->emitError("zero point does not fit");
  }
  LogicalResult known = forNumber(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (int64_t i = 0, e = x.size(); i < e; ++i) {
      int32_t offset =
          zeroPoint ? int32_t(zeroPoint->data<T>()[i / inner % count]) : 0;
      result[i] = int32_t(x.data<T>()[i]) - offset;
    }
  });
  if (failed(known))
    return failure();
  return result;
}

/// acc = (a - zero point) x (b - zero point).
static FailureOr<std::vector<int32_t>>
multiplyIntegers(Operation *op, const Tensor &a, const Tensor *aZero,
                 const Tensor &b, const Tensor *bZero,
                 const MatMulShape &shape) {
  int64_t aAxis = std::max<int64_t>(0, int64_t(a.shape.size()) - 2);
  FailureOr<std::vector<int32_t>> lhs = shiftByZeroPoint(op, a, aZero, aAxis);
  FailureOr<std::vector<int32_t>> rhs =
      shiftByZeroPoint(op, b, bZero, int64_t(b.shape.size()) - 1);
  if (failed(lhs) || failed(rhs))
    return failure();
  int64_t m = shape.m, k = shape.k, n = shape.n;
  std::vector<int32_t> acc(countElements(shape.result), 0);
  shape.forEach([&](int64_t i, int64_t j, int64_t result) {
    multiplyAdd(lhs->data() + i * m * k, rhs->data() + j * k * n,
                acc.data() + result * m * n, m, k, n);
  });
  return acc;
}

/// The sums of MatMulInteger or QLinearMatMul.
template <typename OpTy>
static FailureOr<std::vector<int32_t>>
sumMatMul(OpTy op, Evaluation &env, Sizes &resultShape) {
  const Tensor &a = env.get(op.getA()), &b = env.get(op.getB());
  FailureOr<MatMulShape> shape = MatMulShape::get(op, a.shape, b.shape);
  if (failed(shape))
    return failure();
  resultShape = shape->result;
  return multiplyIntegers(op, a, env.find(op.getAZeroPoint()), b,
                          env.find(op.getBZeroPoint()), *shape);
}

/// The sums of ConvInteger or QLinearConv; `positions` of a channel.
template <typename OpTy>
static FailureOr<std::vector<int32_t>>
sumConv(OpTy op, Evaluation &env, Sizes &resultShape, int64_t &positions) {
  const Tensor &x = env.get(op.getX()), &w = env.get(op.getW());
  FailureOr<ConvolutionShape> shape = ConvolutionShape::get(
      op, x.shape, w.shape,
      {{}, op.getStrides(), op.getDilations(), op.getPads(), op.getAutoPad()},
      op.getGroup());
  if (failed(shape))
    return failure();
  FailureOr<std::vector<int32_t>> input =
      shiftByZeroPoint(op, x, env.find(op.getXZeroPoint()), 1);
  FailureOr<std::vector<int32_t>> filter =
      shiftByZeroPoint(op, w, env.find(op.getWZeroPoint()), 0);
  if (failed(input) || failed(filter))
    return failure();
  resultShape = shape->getResult();
  positions = shape->window.positions();
  std::vector<int32_t> sums(countElements(resultShape), 0);
  convolve(*shape, input->data(), filter->data(), sums.data());
  return sums;
}

/// Makes the i32 result of an operator out of its sums.
static LogicalResult setSums(Evaluation &env, Value result,
                             FailureOr<std::vector<int32_t>> sums,
                             ArrayRef<int64_t> shape) {
  Tensor *y = failed(sums) ? nullptr : env.create(result, shape);
  if (!y)
    return failure();
  llvm::copy(*sums, y->data<int32_t>());
  return success();
}

static LogicalResult evaluateMatMulInteger(MatMulIntegerOp op,
                                           Evaluation &env) {
  Sizes shape;
  auto sums = sumMatMul(op, env, shape);
  return setSums(env, op.getY(), std::move(sums), shape);
}

static LogicalResult evaluateConvInteger(ConvIntegerOp op, Evaluation &env) {
  Sizes shape;
  int64_t positions;
  auto sums = sumConv(op, env, shape, positions);
  return setSums(env, op.getY(), std::move(sums), shape);
}

//===----------------------------------------------------------------------===//
// QLinear operators
//===----------------------------------------------------------------------===//

namespace {
/// What turns an i32 sum into a code: q = encode(f32(acc) * c / y_scale) with
/// c = a_scale * b_scale[channel].
struct Requantizer {
  const Tensor &aScale, &bScale, &yScale, &yZeroPoint;

  LogicalResult run(Operation *op, ArrayRef<int32_t> acc, int64_t inner,
                    Tensor &y) const {
    std::pair<int64_t, int64_t> range = getCodeRange(y.element);
    int64_t channels = bScale.size();
    return forFloat(op, yScale.element, [&](auto tag) {
      using T = typename decltype(tag)::type;
      double offset = getElement(yZeroPoint, 0);
      for (auto [i, sum] : llvm::enumerate(acc)) {
        T c = *aScale.data<T>() * bScale.data<T>()[i / inner % channels];
        T x = (T(sum) * c) / *yScale.data<T>();
        setElement(y, i,
                   int64_t(encode(x, T(offset), T(range.first),
                                  T(range.second))));
      }
    });
  }
};
} // namespace

static LogicalResult evaluateQLinearMatMul(QLinearMatMulOp op,
                                           Evaluation &env) {
  const Tensor &aScale = env.get(op.getAScale());
  if (aScale.size() != 1)
    return op.emitError("the evaluator supports one scale of a, found ")
           << aScale.size();
  Sizes shape;
  FailureOr<std::vector<int32_t>> sums = sumMatMul(op, env, shape);
  Tensor *y = failed(sums) ? nullptr : env.create(op.getY(), shape);
  if (!y)
    return failure();
  Requantizer requantizer{aScale, env.get(op.getBScale()),
                          env.get(op.getYScale()),
                          env.get(op.getYZeroPoint())};
  return requantizer.run(op, *sums, 1, *y);
}

static LogicalResult evaluateQLinearConv(QLinearConvOp op, Evaluation &env) {
  Sizes shape;
  int64_t positions;
  FailureOr<std::vector<int32_t>> sums = sumConv(op, env, shape, positions);
  Tensor *y = failed(sums) ? nullptr : env.create(op.getY(), shape);
  if (!y)
    return failure();
  if (const Tensor *bias = env.find(op.getB()))
    for (auto [i, sum] : llvm::enumerate(*sums))
      sum = add(sum, bias->data<int32_t>()[int64_t(i) / positions %
                                           bias->size()]);
  Requantizer requantizer{env.get(op.getXScale()), env.get(op.getWScale()),
                          env.get(op.getYScale()),
                          env.get(op.getYZeroPoint())};
  return requantizer.run(op, *sums, positions, *y);
}

void evaluator::addQuantize(Registry &registry) {
  registry.add<ConvIntegerOp>(evaluateConvInteger);
  registry.add<DequantizeLinearOp>(evaluateDequantizeLinear);
  registry.add<DynamicQuantizeLinearOp>(evaluateDynamicQuantizeLinear);
  registry.add<MatMulIntegerOp>(evaluateMatMulInteger);
  registry.add<QLinearConvOp>(evaluateQLinearConv);
  registry.add<QLinearMatMulOp>(evaluateQLinearMatMul);
  registry.add<QuantizeLinearOp>(evaluateQuantizeLinear);
}
