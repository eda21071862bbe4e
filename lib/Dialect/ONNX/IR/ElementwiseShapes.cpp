//===- ElementwiseShapes.cpp - Shapes of elementwise operators ------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Results are as large as the operands broadcast together. The operators that
// occur in shape arithmetic also compute contents, element by element; an
// element that cannot be decided symbolically leaves the contents unknown.
//
//===----------------------------------------------------------------------===//

#include "ShapeHelpers.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::onnx;

//===----------------------------------------------------------------------===//
// Contents
//===----------------------------------------------------------------------===//

using ElementFunction = function_ref<Dim(ArrayRef<Dim>)>;

/// Applies `function` to corresponding elements of the operands, broadcast; all
/// of them need known contents and rank 0 or 1.
static void combineContents(Operation *op, ShapeEnv &env,
                            ElementFunction function) {
  SmallVector<const Dims *> operands;
  size_t size = 1;
  for (Value operand : op->getOperands()) {
    operands.push_back(env.getContents(operand));
    if (!operands.back())
      return;
    if (operands.back()->size() != 1)
      size = operands.back()->size();
  }
  Dims result;
  for (size_t i = 0; i < size; ++i) {
    SmallVector<Dim> elements;
    for (const Dims *operand : operands) {
      if (operand->size() != 1 && operand->size() != size)
        return;
      elements.push_back((*operand)[operand->size() == 1 ? 0 : i]);
    }
    result.push_back(function(elements));
  }
  env.setContents(op->getResult(0), std::move(result));
}

/// The contents of a comparison or logical operation: 0 or 1.
static Dim toDim(ShapeEnv &env, std::optional<bool> value) {
  return value ? env.constant(*value) : Dim();
}

static std::optional<bool> isGreater(Dim a, Dim b) {
  Dim difference = dims::sub(a, b);
  if (dims::isAtLeast(difference, 1))
    return true;
  if (dims::isAtLeast(dims::mul(difference, -1), 0))
    return false;
  return std::nullopt;
}

static std::optional<bool> negate(std::optional<bool> value) {
  return value ? std::optional<bool>(!*value) : std::nullopt;
}

/// Division as ONNX's integers do it, towards zero. A quotient of sizes that
/// does not come out even rounds down, which is the same.
static Dim divide(ShapeEnv &env, Dim a, Dim b) {
  std::optional<int64_t> dividend = ShapeEnv::getConstant(a),
                         divisor = ShapeEnv::getConstant(b);
  if (divisor == 0)
    return {};
  if (dividend && divisor)
    return *divisor == -1 ? dims::mul(a, -1)
                          : env.constant(*dividend / *divisor);
  if (Dim exact = dims::divideExactly(a, b))
    return exact;
  if (divisor && *divisor > 0 && dims::isAtLeast(a, 0))
    return dims::floorDiv(a, *divisor);
  return {};
}

/// The remainder with the divisor's sign.
static Dim modulo(Dim a, Dim b) {
  std::optional<int64_t> divisor = ShapeEnv::getConstant(b);
  if (!divisor || *divisor <= 0)
    return {};
  return dims::sub(a, dims::mul(dims::floorDiv(a, *divisor), *divisor));
}

/// The largest of `elements` (or smallest), if their order is known.
static Dim select(ArrayRef<Dim> elements, bool largest) {
  Dim result = elements.front();
  for (Dim element : elements.drop_front()) {
    bool below = dims::isAtLeast(element, result);
    if (!below && !dims::isAtLeast(result, element))
      return {};
    if (below == largest)
      result = element;
  }
  return result;
}

static std::optional<bool> isTrue(ShapeEnv &env, Dim element) {
  return negate(dims::isEqual(element, env.constant(0)));
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

static LogicalResult broadcastAll(Operation *op, ShapeEnv &env) {
  if (op->getNumOperands() == 0)
    return op->emitOpError("needs at least one operand");
  FailureOr<std::optional<Dims>> shape =
      broadcastShapes(op, env, op->getOperands());
  if (failed(shape))
    return failure();
  if (*shape)
    env.setShape(op->getResult(0), **shape);
  return success();
}

static LogicalResult broadcastAll(Operation *op, ShapeEnv &env,
                                  ElementFunction function) {
  if (failed(broadcastAll(op, env)))
    return failure();
  combineContents(op, env, function);
  return success();
}

#define UNARY(Name)                                                            \
  LogicalResult Name##Op::inferShapes(ShapeEnv &env) {                         \
    return copyShape(env, (*this)->getOperand(0), (*this)->getResults());      \
  }
UNARY(Acos)
UNARY(Acosh)
UNARY(Asin)
UNARY(Asinh)
UNARY(Atan)
UNARY(Atanh)
UNARY(BitwiseNot)
UNARY(Ceil)
UNARY(Celu)
UNARY(Cos)
UNARY(Cosh)
UNARY(Elu)
UNARY(Erf)
UNARY(Exp)
UNARY(Floor)
UNARY(HardSigmoid)
UNARY(HardSwish)
UNARY(IsInf)
UNARY(IsNaN)
UNARY(LeakyRelu)
UNARY(Log)
UNARY(Mish)
UNARY(Reciprocal)
UNARY(Relu)
UNARY(Round)
UNARY(Selu)
UNARY(Shrink)
UNARY(Sigmoid)
UNARY(Sign)
UNARY(Sin)
UNARY(Sinh)
UNARY(Softplus)
UNARY(Softsign)
UNARY(Sqrt)
UNARY(Swish)
UNARY(Tan)
UNARY(Tanh)
UNARY(ThresholdedRelu)
#undef UNARY

#define BROADCAST(Name)                                                        \
  LogicalResult Name##Op::inferShapes(ShapeEnv &env) {                         \
    return broadcastAll(*this, env);                                           \
  }
BROADCAST(BitwiseAnd)
BROADCAST(BitwiseOr)
BROADCAST(BitwiseXor)
BROADCAST(Mean)
BROADCAST(Pow)
BROADCAST(Sum)
BROADCAST(Xor)
#undef BROADCAST

/// Operators that compute contents: `expression` says how, from the `elements`.
#define ELEMENTWISE(Name, expression)                                          \
  LogicalResult Name##Op::inferShapes(ShapeEnv &env) {                         \
    return broadcastAll(*this, env,                                            \
                        [&](ArrayRef<Dim> x) -> Dim { return expression; });   \
  }
ELEMENTWISE(Add, dims::add(x[0], x[1]))
ELEMENTWISE(And, toDim(env, negate(dims::isEqual(dims::mul(x[0], x[1]),
                                                 env.constant(0)))))
ELEMENTWISE(Equal, toDim(env, dims::isEqual(x[0], x[1])))
ELEMENTWISE(Greater, toDim(env, isGreater(x[0], x[1])))
ELEMENTWISE(GreaterOrEqual, toDim(env, negate(isGreater(x[1], x[0]))))
ELEMENTWISE(Identity, x[0])
ELEMENTWISE(Less, toDim(env, isGreater(x[1], x[0])))
ELEMENTWISE(LessOrEqual, toDim(env, negate(isGreater(x[0], x[1]))))
ELEMENTWISE(Max, select(x, /*largest=*/true))
ELEMENTWISE(Min, select(x, /*largest=*/false))
ELEMENTWISE(Mul, dims::mul(x[0], x[1]))
ELEMENTWISE(Neg, dims::mul(x[0], -1))
ELEMENTWISE(Not, toDim(env, dims::isEqual(x[0], env.constant(0))))
ELEMENTWISE(Or, toDim(env, isTrue(env, dims::add(x[0], x[1]))))
ELEMENTWISE(Sub, dims::sub(x[0], x[1]))
ELEMENTWISE(Abs, dims::isAtLeast(x[0], 0) ? x[0] : Dim())
#undef ELEMENTWISE

/// An integer constant has to fit into the result's type; sizes do.
static Dim castElement(ShapeEnv &env, Dim element, IntegerType type) {
  if (type.getWidth() == 1)
    return toDim(env, isTrue(env, element));
  std::optional<int64_t> constant = ShapeEnv::getConstant(element);
  bool fits = !constant || type.getWidth() >= 64 ||
              (type.isUnsigned() ? llvm::isUIntN(type.getWidth(), *constant)
                                 : llvm::isIntN(type.getWidth(), *constant));
  return fits ? element : Dim();
}

LogicalResult CastOp::inferShapes(ShapeEnv &env) {
  auto type = dyn_cast<IntegerType>(
      cast<TensorType>(getOutput().getType()).getElementType());
  if (type)
    combineContents(*this, env, [&](ArrayRef<Dim> x) {
      return castElement(env, x[0], type);
    });
  return copyShape(env, getInput(), getOutput());
}

LogicalResult CastLikeOp::inferShapes(ShapeEnv &env) {
  return copyShape(env, getInput(), getOutput());
}

LogicalResult DivOp::inferShapes(ShapeEnv &env) {
  return broadcastAll(*this, env,
                      [&](ArrayRef<Dim> x) { return divide(env, x[0], x[1]); });
}

LogicalResult ModOp::inferShapes(ShapeEnv &env) {
  if (getFmod() != 0)
    return broadcastAll(*this, env);
  return broadcastAll(*this, env,
                      [](ArrayRef<Dim> x) { return modulo(x[0], x[1]); });
}

LogicalResult WhereOp::inferShapes(ShapeEnv &env) {
  return broadcastAll(*this, env, [&](ArrayRef<Dim> x) {
    std::optional<bool> condition = isTrue(env, x[0]);
    if (!condition)
      return x[1] == x[2] ? x[1] : Dim();
    return *condition ? x[1] : x[2];
  });
}

LogicalResult BitShiftOp::inferShapes(ShapeEnv &env) {
  // C1
  if (getDirection() != "LEFT" && getDirection() != "RIGHT")
    return emitOpError("C1: direction must be LEFT or RIGHT, found '")
           << getDirection() << "'";
  return broadcastAll(*this, env);
}

LogicalResult ClipOp::inferShapes(ShapeEnv &env) {
  // C1
  for (Value bound : {getMin(), getMax()}) {
    const Dims *shape = bound ? env.getShape(bound) : nullptr;
    std::optional<int64_t> size =
        shape ? ShapeEnv::getConstant(env.product(*shape)) : std::nullopt;
    if (size && *size != 1)
      return emitOpError("C1: a bound must be a scalar, found ")
             << bound.getType();
  }
  return copyShape(env, getInput(), getOutput());
}

LogicalResult GeluOp::inferShapes(ShapeEnv &env) {
  // C1
  if (getApproximate() != "none" && getApproximate() != "tanh")
    return emitOpError("C1: approximate must be none or tanh, found '")
           << getApproximate() << "'";
  return copyShape(env, getX(), getY());
}

LogicalResult PReluOp::inferShapes(ShapeEnv &env) {
  const Dims *shape = env.getShape(getX());
  if (!shape)
    return success();
  // C1
  if (failed(requireBroadcastTo(*this, env, getSlope(), *shape, "C1: slope")))
    return failure();
  env.setShape(getY(), *shape);
  return success();
}
