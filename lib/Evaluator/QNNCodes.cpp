//===- QNNCodes.cpp - Between numbers and codes of the qnn dialect --------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Codes.h"
#include "quantc/Dialect/QNN/IR/QNN.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::qnn;

/// Scales by blocks: -1 is one for the whole dimension.
static ScaleView getScaleView(ArrayRef<int64_t> block, const Tensor &scale) {
  ScaleView view;
  view.strides.assign(block.size(), 0);
  view.divisors.assign(block.size(), 1);
  if (scale.shape.empty())
    return view;
  Sizes strides = stridesOf(scale.shape);
  for (auto [d, size] : llvm::enumerate(block))
    if (size > 0) {
      view.strides[d] = strides[d];
      view.divisors[d] = size;
    }
  return view;
}

static LogicalResult evaluateQuantize(QuantizeOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getX()), &scale = env.get(op.getScale());
  Tensor *y = env.create(op.getCodes(), x.shape);
  if (!y)
    return failure();
  return quantizeToIntegers(op, x, scale, env.find(op.getZeroPoint()),
                            getScaleView(op.getBlock(), scale),
                            op.getCodec().getStorageType(), *y);
}

static LogicalResult evaluateDequantize(DequantizeOp op, Evaluation &env) {
  const Tensor &codes = env.get(op.getCodes());
  const Tensor &scale = env.get(op.getScale());
  Tensor *y = env.create(op.getX(), codes.shape);
  if (!y)
    return failure();
  return dequantize(op, codes, scale, env.find(op.getZeroPoint()),
                    getScaleView(op.getBlock(), scale), *y);
}

static LogicalResult evaluateDynamicQuantize(DynamicQuantizeOp op,
                                             Evaluation &env) {
  const Tensor &x = env.get(op.getX());
  Sizes blocks;
  for (auto [size, block] : llvm::zip_equal(x.shape, op.getBlock()))
    blocks.push_back(block < 0 ? 1 : size);
  Tensor *codes = env.create(op.getCodes(), x.shape);
  Tensor *scale = env.create(op.getScale(), blocks);
  Tensor *zeroPoint = env.create(op.getZeroPoint(), blocks);
  if (!codes || !scale || !zeroPoint)
    return failure();
  auto [low, high] = op.getCodec().getCodeRange();
  bool isSigned = low < 0;
  Odometer odometer(x.shape, {broadcastStrides(blocks, x.shape)});
  LogicalResult done = forFloat(op, x.element, [&, high = high](auto tag) {
    using T = typename decltype(tag)::type;
    std::vector<DynamicScale<T>> ranges(scale->size());
    const T *in = x.data<T>();
    odometer.forEach(
        [&](const int64_t *offset) { ranges[*offset].include(*in++); });
    for (auto [i, range] : llvm::enumerate(ranges)) {
      T s = range.getScale(high, isSigned);
      scale->data<T>()[i] = s;
      if (!isSigned)
        setElement(*zeroPoint, i,
                   int64_t(encode(-range.low / s, T(0), T(0), T(high))));
    }
  });
  if (failed(done))
    return failure();
  return quantizeToIntegers(op, x, *scale, zeroPoint,
                            getScaleView(op.getBlock(), *scale),
                            op.getCodec().getStorageType(), *codes);
}

void evaluator::addQNNCodes(Registry &registry) {
  registry.add<DequantizeOp>(evaluateDequantize);
  registry.add<DynamicQuantizeOp>(evaluateDynamicQuantize);
  registry.add<QuantizeOp>(evaluateQuantize);
}
