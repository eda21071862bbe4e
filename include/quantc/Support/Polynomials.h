//===- Polynomials.h - Coefficients of our own functions ---------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Shared by the reference evaluator and the code generator, which must give the
// same bits. Highest degree first, to be evaluated by Horner's rule with fma.
// Fitted by Lawson-weighted least squares in double against mpmath; errors in
// docs/Numerics.md.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_SUPPORT_POLYNOMIALS_H
#define QUANTC_SUPPORT_POLYNOMIALS_H

namespace quantc::poly {

// exp(x): n = rint(x / ln 2), r = x - n ln2Hi - n ln2Lo,
// exp(r) = 1 + r + r^2 q(r).
inline constexpr float expLog2e = 0x1.715476p+0f;
inline constexpr float expLn2Hi = 0x1.62e4p-1f;
inline constexpr float expLn2Lo = 0x1.7f7d1cp-20f;
inline constexpr float expLow = -104.f, expHigh = 88.8f;
inline constexpr float expOverflow = 88.72284f;
inline constexpr float expNoSubnormalLow = -87.3f;
inline constexpr float expQ[] = {0x1.6db422p-10f, 0x1.123b56p-7f,
                                 0x1.55545ep-5f, 0x1.55548ep-3f, 0.5f};

// erf(x), |x| < 0.97: x * s(x^2).
inline constexpr float erfSmall = 0.97f;
inline constexpr float erfS[] = {0x1.4ae4bap-14f, -0x1.a485e4p-11f,
                                 0x1.5419f4p-8f,  -0x1.b7fbb4p-6f,
                                 0x1.ce2d2p-4f,   -0x1.81273ep-2f,
                                 0x1.20dd74p+0f};
// erf(x), |x| >= 0.97: sign(x) * (1 - exp(g(min(|x|, 4.05)))).
inline constexpr float erfClamp = 4.05f;
inline constexpr float erfG[] = {-0x1.6c6a0cp-23f, -0x1.432fe8p-16f,
                                 0x1.bf3a4ep-12f,  -0x1.103908p-8f,
                                 0x1.9b448ap-6f,   -0x1.bb8242p-4f,
                                 -0x1.444434p-1f,  -0x1.2128b4p+0f,
                                 0x1.758ed8p-13f};

// tanh(x), |x| < 0.625: fma(s(x^2) * x^2, x, x); else
// sign(x) * (1 - 2 / (exp(2 min(|x|, 10)) + 1)).
inline constexpr float tanhSmall = 0.625f;
inline constexpr float tanhClamp = 10.f;
inline constexpr float tanhS[] = {-0x1.73c1eap-8f, 0x1.519066p-6f,
                                  -0x1.b81e0ep-5f, 0x1.1105dp-3f,
                                  -0x1.555526p-2f};

inline constexpr float sqrtHalf = 0x1.6a09e6p-1f;

} // namespace quantc::poly

#endif // QUANTC_SUPPORT_POLYNOMIALS_H
