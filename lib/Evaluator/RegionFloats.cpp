//===- RegionFloats.cpp - Floats of scalar code ---------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "RegionOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::evaluator;

bool RegionOps::runFloat() {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](arith::AddFOp) {
        return binary([](auto a, auto b) { return a + b; });
      })
      .Case([&](arith::SubFOp) {
        return binary([](auto a, auto b) { return a - b; });
      })
      .Case([&](arith::MulFOp) {
        return binary([](auto a, auto b) { return a * b; });
      })
      .Case([&](arith::DivFOp) {
        return binary([](auto a, auto b) { return a / b; });
      })
      .Case([&](arith::RemFOp) {
        return binary([](auto a, auto b) { return std::fmod(a, b); });
      })
      .Case([&](arith::NegFOp) { return unary([](auto x) { return -x; }); })
      .Case([&](arith::MaximumFOp) {
        return binary([](auto a, auto b) { return maximum(a, b); });
      })
      .Case([&](arith::MinimumFOp) {
        return binary([](auto a, auto b) { return minimum(a, b); });
      })
      .Case([&](arith::MaxNumFOp) {
        return binary([](auto a, auto b) { return std::fmax(a, b); });
      })
      .Case([&](arith::MinNumFOp) {
        return binary([](auto a, auto b) { return std::fmin(a, b); });
      })
      .Case([&](math::PowFOp) {
        return binary(
            [](auto a, auto b) { return Math<decltype(a)>::pow(a, b); });
      })
      .Case([&](math::CopySignOp) {
        return binary([](auto a, auto b) { return std::copysign(a, b); });
      })
      .Case([&](math::FmaOp) {
        const std::vector<double> &x = floats(0), &y = floats(1), &z = floats(2);
        if (isWide(type))
          return setFloats(
              [&](int64_t i) { return std::fma(x[i], y[i], z[i]); });
        return setFloats([&](int64_t i) {
          return round(std::fma(float(x[i]), float(y[i]), float(z[i])));
        });
      })
      .Default(false);
}

#define QUANTC_CASE(OP, EXPRESSION)                                            \
  .Case([&](math::OP) { return unary([](auto x) { return EXPRESSION; }); })
#define QUANTC_MATH(OP, NAME) QUANTC_CASE(OP, Math<decltype(x)>::NAME(x))

bool RegionOps::runFunction() {
  return llvm::TypeSwitch<Operation *, bool>(op)
      // Instructions
      QUANTC_CASE(AbsFOp, std::fabs(x))       //
      QUANTC_CASE(CeilOp, std::ceil(x))       //
      QUANTC_CASE(FloorOp, std::floor(x))     //
      QUANTC_CASE(RoundEvenOp, std::nearbyint(x)) //
      QUANTC_CASE(RoundOp, std::round(x))     //
      QUANTC_CASE(TruncOp, std::trunc(x))     //
      QUANTC_CASE(SqrtOp, std::sqrt(x))       //
      // Our own
      QUANTC_MATH(AcosOp, acos)   //
      QUANTC_MATH(AcoshOp, acosh) //
      QUANTC_MATH(AsinOp, asin)   //
      QUANTC_MATH(AsinhOp, asinh) //
      QUANTC_MATH(AtanOp, atan)   //
      QUANTC_MATH(AtanhOp, atanh) //
      QUANTC_MATH(CosOp, cos)     //
      QUANTC_MATH(CoshOp, cosh)   //
      QUANTC_MATH(ErfOp, erf)     //
      QUANTC_MATH(ExpOp, exp)     //
      QUANTC_MATH(Log1pOp, log1p) //
      QUANTC_MATH(LogOp, log)     //
      QUANTC_MATH(SinOp, sin)     //
      QUANTC_MATH(SinhOp, sinh)   //
      QUANTC_MATH(TanOp, tan)     //
      QUANTC_MATH(TanhOp, tanh)   //
      .Default(false);
}
