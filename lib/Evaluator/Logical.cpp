//===- Logical.cpp - Comparisons, booleans and bits -----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::onnx;

namespace {
/// Integers only, and bool for the bitwise operators' siblings.
struct OnIntegers {
  template <typename Function>
  LogicalResult operator()(Operation *op, Type element,
                           Function function) const {
    return withInteger(element, function) ? success()
                                          : unsupportedType(op, element);
  }
};
struct OnBooleans {
  template <typename Function>
  LogicalResult operator()(Operation *op, Type element,
                           Function function) const {
    if (!element.isInteger(1))
      return unsupportedType(op, element);
    function(Tag<bool>());
    return success();
  }
};
} // namespace

#define QUANTC_BINARY(OP, KINDS, EXPRESSION)                                   \
  addBinary<OP>(registry, KINDS, [](OP) {                                      \
    return [](auto a, auto b) { return EXPRESSION; };                          \
  })

static void addComparisons(Registry &registry) {
  QUANTC_BINARY(EqualOp, onAny, a == b);
  QUANTC_BINARY(GreaterOp, onAny, a > b);
  QUANTC_BINARY(GreaterOrEqualOp, onAny, a >= b);
  QUANTC_BINARY(LessOp, onAny, a < b);
  QUANTC_BINARY(LessOrEqualOp, onAny, a <= b);
}

static void addBooleans(Registry &registry) {
  QUANTC_BINARY(AndOp, OnBooleans(), a && b);
  QUANTC_BINARY(OrOp, OnBooleans(), a || b);
  QUANTC_BINARY(XorOp, OnBooleans(), a != b);
  addUnary<NotOp>(registry, OnBooleans(), [](NotOp) {
    return [](auto x) { return !x; };
  });
}

/// Shifting by the width or more (or by a negative number) leaves nothing, to the
/// right of signed integers only the sign.
template <typename T> static T shift(T x, T by, bool left) {
  using Unsigned = std::make_unsigned_t<T>;
  bool isBeyond = Unsigned(by) >= 8 * sizeof(T);
  if (left)
    return isBeyond ? T(0) : T(Unsigned(x) << by);
  return isBeyond ? T(x < 0 ? -1 : 0) : T(x >> by);
}

static void addBits(Registry &registry) {
  QUANTC_BINARY(BitwiseAndOp, OnIntegers(), decltype(a)(a & b));
  QUANTC_BINARY(BitwiseOrOp, OnIntegers(), decltype(a)(a | b));
  QUANTC_BINARY(BitwiseXorOp, OnIntegers(), decltype(a)(a ^ b));
  addUnary<BitwiseNotOp>(registry, OnIntegers(), [](BitwiseNotOp) {
    return [](auto x) { return decltype(x)(~x); };
  });
  addBinary<BitShiftOp>(registry, OnIntegers(), [](BitShiftOp op) {
    return [left = op.getDirection() == "LEFT"](auto x, auto by) {
      return shift(x, by, left);
    };
  });
}

static void addClasses(Registry &registry) {
  addUnary<IsNaNOp>(registry, onFloats, [](IsNaNOp) {
    return [](auto x) { return x != x; };
  });
  addUnary<IsInfOp>(registry, onFloats, [](IsInfOp op) {
    return [negative = op.getDetectNegative() != 0,
            positive = op.getDetectPositive() != 0](auto x) {
      return std::isinf(x) && (x < 0 ? negative : positive);
    };
  });
}

static LogicalResult evaluateWhere(WhereOp op, Evaluation &env) {
  const Tensor &condition = env.get(op.getCondition());
  const Tensor &x = env.get(op.getX()), &y = env.get(op.getY());
  FailureOr<Sizes> shape = broadcastShapes(op, {&condition, &x, &y});
  if (failed(shape))
    return failure();
  Tensor *result = env.create(op.getOutput(), *shape);
  if (!result)
    return failure();
  Odometer odometer(*shape, {broadcastStrides(condition.shape, *shape),
                             broadcastStrides(x.shape, *shape),
                             broadcastStrides(y.shape, *shape)});
  return forAny(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T *out = result->data<T>();
    odometer.forEach([&](const int64_t *offset) {
      bool chosen = condition.data<bool>()[offset[0]];
      *out++ = chosen ? x.data<T>()[offset[1]] : y.data<T>()[offset[2]];
    });
  });
}

void evaluator::addLogical(Registry &registry) {
  addComparisons(registry);
  addBooleans(registry);
  addBits(registry);
  addClasses(registry);
  registry.add<WhereOp>(evaluateWhere);
}
