//===- Convert.cpp - Between element types --------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Casts, and the rounding of held floats to their own type. f16 and bf16 are
// common and converted by the compiler's code; the small formats by APFloat.
//
//===----------------------------------------------------------------------===//

#include "Convert.h"
#include "Elements.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "quantc/Dialect/ONNX/IR/ONNX.h"
#include <cstring>

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

static float decodeBF16(uint16_t bits) {
  uint32_t wide = uint32_t(bits) << 16;
  float result;
  std::memcpy(&result, &wide, sizeof(result));
  return result;
}

static uint16_t encodeBF16(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  if (x != x)
    return uint16_t(bits >> 16 | 0x40);
  // Half of the last kept bit, less one where the kept part is even.
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/// A number of a format the compiler does not know, by its bits.
static double decodeSmall(const llvm::fltSemantics &semantics, uint64_t bits) {
  unsigned width = APFloat::getSizeInBits(semantics);
  APFloat value(semantics, APInt(width, bits, false, /*implicitTrunc=*/true));
  bool losesInfo;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value.convertToDouble();
}

static uint64_t encodeSmall(const llvm::fltSemantics &semantics, double x) {
  APFloat value(x);
  bool losesInfo;
  value.convert(semantics, APFloat::rmNearestTiesToEven, &losesInfo);
  return value.bitcastToAPInt().getZExtValue();
}

double evaluator::getLargest(FloatType type) {
  const llvm::fltSemantics &semantics = type.getFloatSemantics();
  APFloat largest = APFloat::getLargest(semantics);
  bool losesInfo;
  largest.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
  return largest.convertToDouble();
}

/// bf16 from a double, rounded once: bit operations would round twice.
static uint16_t encodeBF16(double x) {
  float narrow = float(x);
  if (double(narrow) == x || x != x)
    return encodeBF16(narrow);
  return uint16_t(encodeSmall(APFloat::BFloat(), x));
}

/// Element `i` of `tensor` as a double.
static double decodeAt(const Tensor &tensor, int64_t i) {
  Type element = tensor.element;
  if (element.isF32())
    return tensor.data<float>()[i];
  if (element.isF64())
    return tensor.data<double>()[i];
  if (element.isF16())
    return double(tensor.data<_Float16>()[i]);
  if (element.isBF16())
    return decodeBF16(tensor.data<uint16_t>()[i]);
  return decodeSmall(cast<FloatType>(element).getFloatSemantics(),
                     tensor.data<uint8_t>()[i]);
}

static void encodeAt(Tensor &tensor, int64_t i, double x) {
  Type element = tensor.element;
  if (element.isF32())
    tensor.data<float>()[i] = float(x);
  else if (element.isF64())
    tensor.data<double>()[i] = x;
  else if (element.isF16())
    tensor.data<_Float16>()[i] = _Float16(x);
  else if (element.isBF16())
    tensor.data<uint16_t>()[i] = encodeBF16(x);
  else
    tensor.data<uint8_t>()[i] = uint8_t(
        encodeSmall(cast<FloatType>(element).getFloatSemantics(), x));
}

Tensor evaluator::convertFloats(const Tensor &tensor, Type element) {
  int64_t count = tensor.size();
  Tensor result;
  result.element = element;
  result.shape = tensor.shape;
  result.bytes.resize(count * getElementBytes(element));
  for (int64_t i = 0; i < count; ++i)
    encodeAt(result, i, decodeAt(tensor, i));
  return result;
}

//===----------------------------------------------------------------------===//
// Casts
//===----------------------------------------------------------------------===//

/// Floats to a float type: rounded from the exact value, to 8-bit floats with
/// saturation where asked for.
static void castFloats(Evaluation &env, const Tensor &x, FloatType to,
                       bool saturate, Tensor &y) {
  Tensor source = x;
  double largest = getLargest(to);
  if (saturate && to.getWidth() <= 8)
    for (int64_t i = 0, e = source.size(); i < e; ++i)
      encodeAt(source, i,
               std::clamp(decodeAt(source, i), -largest, largest));
  if (!env.isDouble())
    source = convertFloats(source, to);
  y.bytes = convertFloats(source, y.element).bytes;
}

/// Powers of two by E8M0: rounded up (or to nearest, or down) to the next one.
static void castToPowers(Evaluation &env, const Tensor &x, StringRef mode,
                         bool saturate, Tensor &y) {
  for (int64_t i = 0, e = x.size(); i < e; ++i) {
    double value = std::fabs(decodeAt(x, i));
    if (!(value < INFINITY) || value == 0) {
      // Zero becomes the smallest power; infinity the largest or NaN.
      double bound = value == 0 ? 0x1p-127 : saturate && value == value
                                                 ? 0x1p127
                                                 : std::nan("");
      encodeAt(y, i, bound);
      continue;
    }
    int exponent;
    double fraction = std::frexp(value, &exponent); // 0.5 to 1
    --exponent;
    bool up = mode == "up"     ? fraction > 0.5
              : mode == "down" ? false
                               : fraction >= 0.75;
    exponent += up;
    bool overflows = exponent > 127 && !saturate;
    exponent = std::clamp(exponent, -127, 127);
    encodeAt(y, i, overflows ? std::nan("") : std::ldexp(1.0, exponent));
  }
}

template <typename OpTy>
static LogicalResult castTo(OpTy op, Evaluation &env) {
  const Tensor &x = env.get(op.getInput());
  Type to = cast<TensorType>(op.getOutput().getType()).getElementType();
  Tensor *y = env.create(op.getOutput(), x.shape);
  if (!y)
    return failure();
  auto floatType = dyn_cast<FloatType>(to);
  if (floatType && isa<FloatType>(x.element)) {
    if (isa<Float8E8M0FNUType>(to))
      castToPowers(env, x, op.getRoundMode(), op.getSaturate(), *y);
    else
      castFloats(env, x, floatType, op.getSaturate(), *y);
    return success();
  }
  return forAny(op, x.element, [&](auto fromTag) {
    using From = typename decltype(fromTag)::type;
    return forAny(op, y->element, [&](auto toTag) {
      using To = typename decltype(toTag)::type;
      const From *in = x.data<From>();
      To *out = y->data<To>();
      constexpr bool isByte = sizeof(To) == 1 && !std::is_same_v<To, bool> &&
                              std::is_integral_v<To>;
      unsigned width = to.getIntOrFloatBitWidth();
      for (int64_t i = 0, e = x.size(); i < e; ++i) {
        out[i] = convertNumber<To>(in[i]);
        // Sub-byte integers wrap, floats converted to them too.
        if constexpr (isByte)
          if (width < 8)
            out[i] = wrapToWidth(To(convertNumber<int32_t>(in[i])), width);
      }
    });
  });
}

void evaluator::addCast(Registry &registry) {
  registry.add<onnx::CastOp>(castTo<onnx::CastOp>);
  registry.add<onnx::CastLikeOp>(castTo<onnx::CastLikeOp>);
}
