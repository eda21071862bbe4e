//===- Elementwise.cpp - Operators on elements ----------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Each operator is a function of one element, or of two that are broadcast; some
// take attributes first. The formulas and their order are docs/Numerics.md's.
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "Elementwise.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;
using namespace quantc::onnx;

//===----------------------------------------------------------------------===//
// Functions of floats
//===----------------------------------------------------------------------===//

/// A function from the table Math.
#define QUANTC_MATH(OP, NAME)                                                  \
  addUnary<OP>(registry, onFloats, [](OP) {                                    \
    return [](auto x) { return Math<decltype(x)>::NAME(x); };                  \
  })

static void addFunctions(Registry &registry) {
  QUANTC_MATH(AcosOp, acos);
  QUANTC_MATH(AcoshOp, acosh);
  QUANTC_MATH(AsinOp, asin);
  QUANTC_MATH(AsinhOp, asinh);
  QUANTC_MATH(AtanOp, atan);
  QUANTC_MATH(AtanhOp, atanh);
  QUANTC_MATH(CosOp, cos);
  QUANTC_MATH(CoshOp, cosh);
  QUANTC_MATH(ErfOp, erf);
  QUANTC_MATH(ExpOp, exp);
  QUANTC_MATH(LogOp, log);
  QUANTC_MATH(SigmoidOp, sigmoid);
  QUANTC_MATH(SinOp, sin);
  QUANTC_MATH(SinhOp, sinh);
  QUANTC_MATH(SoftplusOp, softplus);
  QUANTC_MATH(TanOp, tan);
  QUANTC_MATH(TanhOp, tanh);
  addUnary<SqrtOp>(registry, onFloats, [](SqrtOp) {
    return [](auto x) { return std::sqrt(x); };
  });
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

/// max(0, min(1, alpha * x + beta)).
template <typename T> static T hardSigmoid(T x, float alpha, float beta) {
  return larger(T(0), smaller(T(1), T(alpha) * x + T(beta)));
}

static void addExponentialActivations(Registry &registry) {
  addUnary<CeluOp>(registry, onFloats, [](CeluOp op) {
    return [alpha = toFloat(op.getAlpha())](auto x) {
      using T = decltype(x);
      T e = T(alpha) * (Math<T>::exp(x / T(alpha)) - T(1));
      return larger(T(0), x) + smaller(T(0), e);
    };
  });
  addUnary<EluOp>(registry, onFloats, [](EluOp op) {
    return [alpha = toFloat(op.getAlpha())](auto x) {
      using T = decltype(x);
      return x < T(0) ? T(alpha) * (Math<T>::exp(x) - T(1)) : x;
    };
  });
  addUnary<GeluOp>(registry, onFloats, [](GeluOp op) {
    return [byTanh = op.getApproximate() == "tanh"](auto x) {
      using T = decltype(x);
      return byTanh ? Math<T>::geluTanh(x) : Math<T>::gelu(x);
    };
  });
  addUnary<MishOp>(registry, onFloats, [](MishOp) {
    return [](auto x) {
      using T = decltype(x);
      return x * Math<T>::tanh(Math<T>::softplus(x));
    };
  });
  addUnary<SeluOp>(registry, onFloats, [](SeluOp op) {
    return [alpha = toFloat(op.getAlpha()),
            gamma = toFloat(op.getGamma())](auto x) {
      using T = decltype(x);
      T negative = T(alpha) * (Math<T>::exp(x) - T(1));
      return T(gamma) * (x > T(0) ? x : negative);
    };
  });
  addUnary<SwishOp>(registry, onFloats, [](SwishOp op) {
    return [alpha = toFloat(op.getAlpha())](auto x) {
      using T = decltype(x);
      return x * Math<T>::sigmoid(T(alpha) * x);
    };
  });
}

static void addLinearActivations(Registry &registry) {
  addUnary<HardSigmoidOp>(registry, onFloats, [](HardSigmoidOp op) {
    return [alpha = toFloat(op.getAlpha()),
            beta = toFloat(op.getBeta())](auto x) {
      return hardSigmoid(x, alpha, beta);
    };
  });
  addUnary<HardSwishOp>(registry, onFloats, [](HardSwishOp) {
    return [](auto x) { return x * hardSigmoid(x, 1.f / 6, 0.5f); };
  });
  addUnary<LeakyReluOp>(registry, onFloats, [](LeakyReluOp op) {
    return [alpha = toFloat(op.getAlpha())](auto x) {
      using T = decltype(x);
      return x < T(0) ? T(alpha) * x : x;
    };
  });
  addUnary<ReluOp>(registry, onNumbers, [](ReluOp) {
    return [](auto x) { return x != x ? x : larger(x, decltype(x)(0)); };
  });
  addUnary<ShrinkOp>(registry, onNumbers, [](ShrinkOp op) {
    return [lambda = toFloat(op.getLambd()),
            bias = toFloat(op.getBias())](auto x) {
      using T = decltype(x);
      using F = std::conditional_t<std::is_floating_point_v<T>, T, float>;
      if (F(x) < F(-lambda))
        return T(F(x) + F(bias));
      return F(x) > F(lambda) ? T(F(x) - F(bias)) : T(0);
    };
  });
  addUnary<SoftsignOp>(registry, onFloats, [](SoftsignOp) {
    return [](auto x) { return x / (decltype(x)(1) + std::fabs(x)); };
  });
  addUnary<ThresholdedReluOp>(registry, onFloats, [](ThresholdedReluOp op) {
    return [alpha = toFloat(op.getAlpha())](auto x) {
      using T = decltype(x);
      return x > T(alpha) ? x : T(0);
    };
  });
  addBinary<PReluOp>(registry, onNumbers, [](PReluOp) {
    return [](auto x, auto slope) {
      return x < decltype(x)(0) ? multiply(slope, x) : x;
    };
  });
}

//===----------------------------------------------------------------------===//
// Arithmetic on any numbers
//===----------------------------------------------------------------------===//

/// Rounding: integers are themselves.
#define QUANTC_ROUND(OP, FUNCTION)                                             \
  addUnary<OP>(registry, onNumbers, [](OP) {                                   \
    return [](auto x) {                                                        \
      if constexpr (std::is_floating_point_v<decltype(x)>)                     \
        return FUNCTION(x);                                                    \
      else                                                                     \
        return x;                                                              \
    };                                                                         \
  })

template <typename T> static T signOf(T x) {
  if (x != x)
    return x;
  return T(T(0) < x ? 1 : x < T(0) ? -1 : 0);
}

/// The remainder, with the divisor's sign unless it is C's.
template <typename T> static T modulo(T a, T b, bool truncated) {
  T rest;
  if constexpr (std::is_floating_point_v<T>)
    rest = std::fmod(a, b);
  else
    rest = b == 0 || (std::is_signed_v<T> && b == T(-1)) ? T(0) : T(a % b);
  bool differ = (rest < T(0)) != (b < T(0)) && rest != T(0);
  return differ && !truncated ? add(rest, b) : rest;
}

static void addUnaryArithmetic(Registry &registry) {
  addUnary<AbsOp>(registry, onNumbers, [](AbsOp) {
    return [](auto x) {
      using T = decltype(x);
      if constexpr (std::is_floating_point_v<T>)
        return std::fabs(x);
      else
        return x < T(0) ? subtract(T(0), x) : x;
    };
  });
  addUnary<NegOp>(registry, onNumbers, [](NegOp) {
    return [](auto x) {
      using T = decltype(x);
      if constexpr (std::is_floating_point_v<T>)
        return -x;
      else
        return subtract(T(0), x);
    };
  });
  addUnary<ReciprocalOp>(registry, onNumbers, [](ReciprocalOp) {
    return [](auto x) { return divide(decltype(x)(1), x); };
  });
  addUnary<SignOp>(registry, onNumbers, [](SignOp) {
    return [](auto x) { return signOf(x); };
  });
  QUANTC_ROUND(CeilOp, std::ceil);
  QUANTC_ROUND(FloorOp, std::floor);
  QUANTC_ROUND(RoundOp, std::nearbyint);
}

#define QUANTC_ARITHMETIC(OP, FUNCTION)                                        \
  addBinary<OP>(registry, onNumbers, [](OP) {                                  \
    return [](auto a, auto b) { return FUNCTION(a, b); };                      \
  })

static void addBinaryArithmetic(Registry &registry) {
  QUANTC_ARITHMETIC(AddOp, add);
  QUANTC_ARITHMETIC(SubOp, subtract);
  QUANTC_ARITHMETIC(MulOp, multiply);
  QUANTC_ARITHMETIC(DivOp, divide);
  addBinary<ModOp>(registry, onNumbers, [](ModOp op) {
    return [truncated = op.getFmod() != 0](auto a, auto b) {
      return modulo(a, b, truncated);
    };
  });
}

//===----------------------------------------------------------------------===//
// Any number of operands
//===----------------------------------------------------------------------===//

/// x0 op x1 op ..., from the left.
template <typename OpTy, typename Combine>
static LogicalResult fold(OpTy op, Evaluation &env, Combine combine) {
  SmallVector<const Tensor *> inputs;
  for (Value operand : op->getOperands())
    inputs.push_back(&env.get(operand));
  FailureOr<Sizes> shape = broadcastShapes(op, inputs);
  if (failed(shape))
    return failure();
  Tensor *y = env.create(op->getResult(0), *shape);
  if (!y)
    return failure();
  return forNumber(op, y->element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    bool isFirst = true;
    for (const Tensor *input : inputs) {
      const T *x = input->data<T>();
      T *out = y->data<T>();
      Odometer odometer(*shape, {broadcastStrides(input->shape, *shape)});
      odometer.forEach([&](const int64_t *offset) {
        *out = isFirst ? x[*offset] : combine(*out, x[*offset]);
        ++out;
      });
      isFirst = false;
    }
    if constexpr (std::is_same_v<OpTy, MeanOp>)
      for (T &value : MutableArrayRef(y->data<T>(), y->size()))
        value = divide(value, T(inputs.size()));
  });
}

static LogicalResult evaluateClip(ClipOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getInput());
  const Tensor *low = env.find(op.getMin()), *high = env.find(op.getMax());
  Tensor *y = env.create(op.getOutput(), x.shape);
  if (!y)
    return failure();
  return forNumber(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (int64_t i = 0, e = x.size(); i < e; ++i) {
      T value = x.data<T>()[i];
      if (low)
        value = maximum(value, *low->data<T>());
      if (high)
        value = minimum(value, *high->data<T>());
      y->data<T>()[i] = value;
    }
  });
}

static void addFolds(Registry &registry) {
  registry.add<MaxOp>([](MaxOp op, Evaluation &env) {
    return fold(op, env, [](auto a, auto b) { return maximum(a, b); });
  });
  registry.add<MinOp>([](MinOp op, Evaluation &env) {
    return fold(op, env, [](auto a, auto b) { return minimum(a, b); });
  });
  registry.add<SumOp>([](SumOp op, Evaluation &env) {
    return fold(op, env, [](auto a, auto b) { return add(a, b); });
  });
  registry.add<MeanOp>([](MeanOp op, Evaluation &env) {
    return fold(op, env, [](auto a, auto b) { return add(a, b); });
  });
  registry.add<ClipOp>(evaluateClip);
}

//===----------------------------------------------------------------------===//
// Pow
//===----------------------------------------------------------------------===//

/// A constant exponent of one element, which some values spell out.
static std::optional<double> getConstantExponent(Value exponent) {
  std::optional<ConstantData> data = ConstantData::get(exponent);
  if (!data || data->getNumElements() != 1)
    return std::nullopt;
  return data->getDouble(0);
}

/// Whether `exponent` is one of those, and the power in `x`.
template <typename T> static bool simplePower(T &x, double exponent) {
  if (exponent == 1)
    return true;
  if (exponent == 2)
    return x = multiply(x, x), true;
  if (exponent == 3)
    return x = multiply(multiply(x, x), x), true;
  if (std::is_integral_v<T>)
    return false;
  if (exponent == 0.5)
    return x = T(std::sqrt(x)), true;
  if (exponent == -1)
    return x = divide(T(1), x), true;
  return false;
}

/// Floats by quantc_pow, integers and f64 by libm's.
static LogicalResult evaluatePow(PowOp op, Evaluation &env) {
  const Tensor &x = env.get(op.getX()), &y = env.get(op.getY());
  FailureOr<Sizes> shape = broadcastShapes(op, {&x, &y});
  if (failed(shape))
    return failure();
  Tensor *z = env.create(op.getZ(), *shape);
  if (!z)
    return failure();
  std::optional<double> constant = getConstantExponent(op.getY());
  Odometer odometer(*shape, {broadcastStrides(x.shape, *shape),
                             broadcastStrides(y.shape, *shape)});
  return forNumber(op, x.element, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Wide = std::conditional_t<std::is_same_v<T, float>, float, double>;
    return forNumber(op, y.element, [&](auto exponentTag) {
      using Exponent = typename decltype(exponentTag)::type;
      T *out = z->data<T>();
      odometer.forEach([&](const int64_t *offset) {
        T value = x.data<T>()[offset[0]];
        if (!constant || !simplePower(value, *constant))
          value = convertNumber<T>(Math<Wide>::pow(
              Wide(value), Wide(y.data<Exponent>()[offset[1]])));
        *out++ = value;
      });
    });
  });
}

void evaluator::addElementwise(Registry &registry) {
  addFunctions(registry);
  addExponentialActivations(registry);
  addLinearActivations(registry);
  addUnaryArithmetic(registry);
  addBinaryArithmetic(registry);
  addFolds(registry);
  registry.add<PowOp>(evaluatePow);
}
