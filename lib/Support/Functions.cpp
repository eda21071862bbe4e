//===- Functions.cpp - Our own functions, to the bit ----------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Scalar forms of the functions that compiled code evaluates on vectors: both
// sides of a branch are computed and one is selected, as there. Every line is
// one rounding of IEEE arithmetic; fma only where written.
//
//===----------------------------------------------------------------------===//

#include "quantc/Support/Functions.h"
#include "quantc/Support/Polynomials.h"
#include <cmath>
#include <cstddef>
#include <cstring>

using namespace quantc;

//===----------------------------------------------------------------------===//
// Pieces
//===----------------------------------------------------------------------===//

static uint32_t toBits(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits;
}

static float fromBits(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof(x));
  return x;
}

static float maximum(float a, float b) { return a > b ? a : b; }
static float minimum(float a, float b) { return a < b ? a : b; }

/// |x| with the sign of `sign`, on the bits: |x| may be anything.
static float withSign(float x, float sign) {
  return fromBits(toBits(x) | (toBits(sign) & 0x80000000u));
}

static float absolute(float x) { return fromBits(toBits(x) & 0x7fffffffu); }

/// 2^n for an integral n in [-126, 127].
static float powerOfTwo(float n) {
  return fromBits(uint32_t(int32_t(n) + 127) << 23);
}

/// Horner's rule with fma, highest coefficient first.
template <size_t N>
static float polynomial(const float (&coefficients)[N], float x) {
  float result = coefficients[0];
  for (size_t i = 1; i < N; ++i)
    result = std::fma(result, x, coefficients[i]);
  return result;
}

namespace {
/// e^x = 2^n * p.
struct SplitExp {
  float n, p;
};
} // namespace

static SplitExp splitExp(float x) {
  float n = std::nearbyint(x * poly::expLog2e);
  float r = std::fma(n, -poly::expLn2Hi, x);
  r = std::fma(n, -poly::expLn2Lo, r);
  float q = polynomial(poly::expQ, r);
  return {n, std::fma(q, r * r, r) + 1.f};
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

float functions::exp(float x) {
  auto [n, p] = splitExp(minimum(maximum(x, poly::expLow), poly::expHigh));
  // In two factors, so that a subnormal result is rounded once, at the end.
  float half = std::nearbyint(n * 0.5f);
  float rest = n - half;
  float result = p * powerOfTwo(half) * powerOfTwo(rest);
  if (x > poly::expOverflow)
    result = std::numeric_limits<float>::infinity();
  return x != x ? x : result;
}

float functions::exp0(float x) {
  auto [n, p] = splitExp(maximum(x, poly::expNoSubnormalLow));
  float result = fromBits(toBits(p) + (uint32_t(int32_t(n)) << 23));
  if (x < poly::expNoSubnormalLow)
    result = 0.f;
  return x != x ? x : result;
}

float functions::erf(float x) {
  float a = absolute(x);
  float small = polynomial(poly::erfS, x * x) * x;
  float g = polynomial(poly::erfG, minimum(a, poly::erfClamp));
  float large = withSign(1.f - exp0(g), x);
  float result = a < poly::erfSmall ? small : large;
  return x != x ? x : result;
}

float functions::tanh(float x) {
  float a = absolute(x), t = x * x;
  float s = polynomial(poly::tanhS, t);
  float small = std::fma(s * t, x, x);
  float e = exp(2.f * minimum(a, poly::tanhClamp));
  float large = withSign(1.f - 2.f / (e + 1.f), x);
  float result = a < poly::tanhSmall ? small : large;
  return x != x ? x : result;
}

float functions::sigmoid(float x) { return 1.f / (1.f + exp(-x)); }

float functions::gelu(float x) {
  return (0.5f * x) * (1.f + erf(x * poly::sqrtHalf));
}

float functions::geluTanh(float x) {
  float cubic = 0x1.6e4e26p-5f * ((x * x) * x);
  return (0.5f * x) * (1.f + tanh(0x1.988454p-1f * (x + cubic)));
}
