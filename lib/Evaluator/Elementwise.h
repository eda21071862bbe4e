//===- Elementwise.h - Operators from functions of elements ------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EVALUATOR_ELEMENTWISE_H
#define QUANTC_LIB_EVALUATOR_ELEMENTWISE_H

#include "Convert.h"
#include "Elements.h"

namespace quantc::evaluator {

/// Which elements an operator is for.
struct OnFloats {
  template <typename Function>
  mlir::LogicalResult operator()(mlir::Operation *op, mlir::Type element,
                                 Function function) const {
    return forFloat(op, element, function);
  }
};
struct OnNumbers {
  template <typename Function>
  mlir::LogicalResult operator()(mlir::Operation *op, mlir::Type element,
                                 Function function) const {
    return forNumber(op, element, function);
  }
};
struct OnAny {
  template <typename Function>
  mlir::LogicalResult operator()(mlir::Operation *op, mlir::Type element,
                                 Function function) const {
    return forAny(op, element, function);
  }
};
inline constexpr OnFloats onFloats;
inline constexpr OnNumbers onNumbers;
inline constexpr OnAny onAny;

/// y[i] = f(x[i]), f = make(op). The result's elements are what f returns.
template <typename OpTy, typename Kinds, typename Make>
void addUnary(Registry &registry, Kinds kinds, Make make) {
  registry.add<OpTy>([=](OpTy op, Evaluation &env) -> mlir::LogicalResult {
    const Tensor &x = env.get(op->getOperand(0));
    Tensor *y = env.create(op->getResult(0), x.shape);
    if (!y)
      return mlir::failure();
    auto function = make(op);
    return kinds(op, x.element, [&](auto tag) {
      using T = typename decltype(tag)::type;
      using Result = decltype(function(T()));
      const T *in = x.data<T>();
      Result *out = y->data<Result>();
      for (int64_t i = 0, e = x.size(); i < e; ++i)
        out[i] = function(in[i]);
    });
  });
}

/// z[i] = f(x[i], y[i]) of two broadcast operands of one type.
template <typename OpTy, typename Kinds, typename Make>
void addBinary(Registry &registry, Kinds kinds, Make make) {
  registry.add<OpTy>([=](OpTy op, Evaluation &env) -> mlir::LogicalResult {
    const Tensor &x = env.get(op->getOperand(0));
    const Tensor &y = env.get(op->getOperand(1));
    mlir::FailureOr<Sizes> shape = broadcastShapes(op, {&x, &y});
    if (failed(shape))
      return mlir::failure();
    if (x.element != y.element)
      return op->emitError("operands have different element types");
    Tensor *z = env.create(op->getResult(0), *shape);
    if (!z)
      return mlir::failure();
    auto function = make(op);
    Odometer odometer(*shape, {broadcastStrides(x.shape, *shape),
                               broadcastStrides(y.shape, *shape)});
    return kinds(op, x.element, [&](auto tag) {
      using T = typename decltype(tag)::type;
      using Result = decltype(function(T(), T()));
      const T *a = x.data<T>(), *b = y.data<T>();
      Result *out = z->data<Result>();
      odometer.forEach([&](const int64_t *offset) {
        *out++ = function(a[offset[0]], b[offset[1]]);
      });
    });
  });
}

} // namespace quantc::evaluator

#endif // QUANTC_LIB_EVALUATOR_ELEMENTWISE_H
