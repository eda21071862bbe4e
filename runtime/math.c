/*===- math.c - Functions whose bits do not depend on the platform ---------===*\
 *
 * Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
 *
 *===------------------------------------------------------------------------===*
 *
 * Every function of a float is computed in double, to about 2^-50 of its value,
 * and rounded once: at most 0.50001 units in the last place. Series are Taylor's,
 * written as the fractions they are, on ranges small enough for them. What is
 * called from libm (sqrt, rint, fabs) is exact everywhere. The file must be
 * compiled without contraction of a * b + c. Special cases are those of C99.
 *
\*===------------------------------------------------------------------------===*/

#include "quantc/descriptor.h"
#include <math.h>
#include <string.h>

/* c[0] + c[1] x + ... + c[count - 1] x^(count - 1). */
static double series(const double *c, int count, double x) {
  double sum = c[count - 1];
  for (int i = count - 2; i >= 0; --i)
    sum = sum * x + c[i];
  return sum;
}
#define SERIES(c, x) series(c, (int)(sizeof(c) / sizeof((c)[0])), x)

static double with_sign(double magnitude, double sign) {
  return signbit(sign) ? -magnitude : magnitude;
}

/*===------------------------------------------------------------------------===*\
 * Exponentials
\*===------------------------------------------------------------------------===*/

#define LOG2_E 0x1.71547652b82fep+0
#define LN2_HIGH 0x1.62e42fefp-1 /* 33 bits: times n is exact */
#define LN2_LOW 0x1.473de6af278edp-34
#define HALF_PI 0x1.921fb54442d18p+0

/* 2^n of a normal double. */
static double power_of_two(int n) {
  uint64_t bits = (uint64_t)(n + 1023) << 52;
  double result;
  memcpy(&result, &bits, sizeof(result));
  return result;
}

/* e^x for |x| <= 700. */
static double exp_double(double x) {
  static const double c[] = {
      1.0,           1.0,           1.0 / 2,        1.0 / 6,
      1.0 / 24,      1.0 / 120,     1.0 / 720,      1.0 / 5040,
      1.0 / 40320,   1.0 / 362880,  1.0 / 3628800,  1.0 / 39916800,
      1.0 / 479001600, 1.0 / 6227020800.0};
  double n = rint(x * LOG2_E);
  double r = (x - n * LN2_HIGH) - n * LN2_LOW;
  return SERIES(c, r) * power_of_two((int)n);
}

float quantc_sinh(float x) {
  static const double c[] = {1.0,
                             1.0 / 6,
                             1.0 / 120,
                             1.0 / 5040,
                             1.0 / 362880,
                             1.0 / 39916800,
                             1.0 / 6227020800.0,
                             1.0 / 1307674368000.0,
                             1.0 / 355687428096000.0,
                             1.0 / 121645100408832000.0};
  double a = fabs((double)x);
  if (a < 1)
    return (float)(x * SERIES(c, a * a));
  if (!(a < 100)) /* overflow, infinity, NaN */
    return x * INFINITY;
  double e = exp_double(a);
  return (float)with_sign(0.5 * (e - 1 / e), x);
}

float quantc_cosh(float x) {
  double a = fabs((double)x);
  if (!(a < 100))
    return (float)(a * INFINITY);
  double e = exp_double(a);
  return (float)(0.5 * (e + 1 / e));
}

/*===------------------------------------------------------------------------===*\
 * Logarithms
\*===------------------------------------------------------------------------===*/

/* log((1 + s) / (1 - s)) = 2 (s + s^3 / 3 + ...) for |s| <= 0.172. */
static double log_ratio(double s) {
  static const double c[] = {2.0,      2.0 / 3,  2.0 / 5,  2.0 / 7,
                             2.0 / 9,  2.0 / 11, 2.0 / 13, 2.0 / 15,
                             2.0 / 17, 2.0 / 19, 2.0 / 21, 2.0 / 23};
  return s * SERIES(c, s * s);
}

/* The logarithm of a positive, finite, normal double. */
static double log_double(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof(bits));
  /* x = m 2^n, m from sqrt(1/2) to sqrt(2). */
  uint64_t shifted = bits - 0x3fe6a09e667f3bcdULL;
  int n = (int)((int64_t)shifted >> 52);
  bits -= (uint64_t)n << 52;
  double m;
  memcpy(&m, &bits, sizeof(m));
  double log_m = log_ratio((m - 1) / (m + 1));
  return n * LN2_HIGH + (n * LN2_LOW + log_m);
}

/* log(1 + x) for finite x > -1. */
static double log1p_double(double x) {
  if (fabs(x) < 0.25)
    return log_ratio(x / (2 + x));
  return log_double(1 + x);
}

float quantc_log(float x) {
  if (!(x > 0))
    return x == 0 ? -INFINITY : NAN;
  return x < INFINITY ? (float)log_double(x) : x;
}

float quantc_log1p(float x) {
  if (!(x > -1))
    return x == -1 ? -INFINITY : NAN;
  if (x == 0 || x == INFINITY)
    return x;
  return (float)log1p_double(x);
}

float quantc_asinh(float x) {
  double a = fabs((double)x);
  if (!(a > 0 && a < INFINITY))
    return x;
  double root = sqrt(a * a + 1);
  return (float)with_sign(log1p_double(a + a * a / (1 + root)), x);
}

float quantc_acosh(float x) {
  if (!(x >= 1))
    return NAN;
  if (x == INFINITY)
    return x;
  double t = (double)x - 1;
  return (float)log1p_double(t + sqrt(2 * t + t * t));
}

float quantc_atanh(float x) {
  double a = fabs((double)x);
  if (!(a < 1))
    return a == 1 ? (float)with_sign(INFINITY, x) : NAN;
  return (float)with_sign(0.5 * log1p_double(2 * a / (1 - a)), x);
}

/* Whether y is an integer, and whether an odd one. */
static int is_integer(float y) { return rint(y) == y && fabs(y) < INFINITY; }
static int is_odd(float y) {
  return is_integer(y) && fabs(y) < 0x1p24 && ((int32_t)y & 1);
}

float quantc_pow(float x, float y) {
  if (y == 0 || x == 1)
    return 1;
  if (x != x || y != y)
    return x + y;
  double a = fabs((double)x);
  if (fabs(y) == INFINITY) {
    if (a == 1)
      return 1;
    return (a > 1) == (y > 0) ? INFINITY : 0;
  }
  float sign = x < 0 || (x == 0 && signbit(x)) ? (is_odd(y) ? -1.f : 1.f) : 1.f;
  if (a == 0 || a == INFINITY)
    return (a == 0) == (y < 0) ? sign * INFINITY : sign * 0.f;
  if (x < 0 && !is_integer(y))
    return NAN;
  double t = y * log_double(a);
  t = t > 200 ? 200 : t < -200 ? -200 : t; /* infinity and 0 as floats */
  return sign * (float)exp_double(t);
}

/*===------------------------------------------------------------------------===*\
 * Angles
\*===------------------------------------------------------------------------===*/

/* The bits of 2 / pi behind the binary point, after 64 zeros. */
static const uint64_t two_over_pi[] = {
    0,
    0xa2f9836e4e441529ULL,
    0xfc2757d1f534ddc0ULL,
    0xdb6295993c439041ULL,
    0xfe5163abdebbc561ULL};

/* x = n pi / 2 + result, |result| <= pi / 4, for |x| < 2^20; n mod 4. */
static double reduce_small(double x, int *quadrant) {
  double n = rint(x * 0x1.45f306dc9c883p-1);
  *quadrant = (int)n & 3;
  /* pi / 2 in parts of 33 bits: products with n are exact. */
  double r = x - n * 0x1.921fb544p+0;
  r = r - n * 0x1.0b4611a6p-34;
  return r - n * 0x1.3198a2e037073p-69;
}

/* The same for any finite float x >= 2^20: Payne and Hanek. */
static double reduce_large(float x, int *quadrant) {
  __extension__ typedef unsigned __int128 uint128;
  uint32_t bits;
  memcpy(&bits, &x, sizeof(bits));
  uint64_t mantissa = (bits & 0x7fffff) | 0x800000;
  int exponent = (int)(bits >> 23) - 127 - 23; /* x = mantissa 2^exponent */
  /* 104 bits of 2 / pi, the first of weight 2^(1 - exponent): the bits before
   * them contribute multiples of 4. */
  int position = exponent - 2 + 64, shift = position % 64;
  const uint64_t *word = two_over_pi + position / 64;
  uint128 window = ((uint128)word[0] << 64 | word[1]) << shift;
  if (shift)
    window |= word[2] >> (64 - shift);
  /* mantissa times window, modulo 4: 2 bits of quadrant, 102 of fraction. */
  uint128 product = (mantissa * (window >> 24)) << 24;
  int n = (int)(product >> 126);
  /* The fraction as a signed number of 128 bits, from -1/2 to 1/2. */
  __extension__ typedef __int128 int128;
  int128 fraction = (int128)(product << 2);
  *quadrant = (n + (fraction < 0)) & 3;
  return (double)fraction * 0x1p-128 * HALF_PI;
}

static double reduce(float x, int *quadrant) {
  if (fabs(x) < 0x1p20)
    return reduce_small(x, quadrant);
  double r = reduce_large(fabsf(x), quadrant);
  if (x > 0)
    return r;
  *quadrant = -*quadrant & 3;
  return -r;
}

static double sin_series(double r) {
  static const double c[] = {1.0,
                             -1.0 / 6,
                             1.0 / 120,
                             -1.0 / 5040,
                             1.0 / 362880,
                             -1.0 / 39916800,
                             1.0 / 6227020800.0,
                             -1.0 / 1307674368000.0,
                             1.0 / 355687428096000.0};
  return r * SERIES(c, r * r);
}

static double cos_series(double r) {
  static const double c[] = {1.0,
                             -1.0 / 2,
                             1.0 / 24,
                             -1.0 / 720,
                             1.0 / 40320,
                             -1.0 / 3628800,
                             1.0 / 479001600,
                             -1.0 / 87178291200.0,
                             1.0 / 20922789888000.0};
  return SERIES(c, r * r);
}

float quantc_sin(float x) {
  if (x == 0 || !(fabs(x) < INFINITY))
    return x == 0 ? x : NAN;
  int quadrant;
  double r = reduce(x, &quadrant);
  double y = quadrant & 1 ? cos_series(r) : sin_series(r);
  return (float)(quadrant & 2 ? -y : y);
}

float quantc_cos(float x) {
  if (!(fabs(x) < INFINITY))
    return NAN;
  int quadrant;
  double r = reduce(x, &quadrant);
  double y = quadrant & 1 ? -sin_series(r) : cos_series(r);
  return (float)(quadrant & 2 ? -y : y);
}

float quantc_tan(float x) {
  if (x == 0 || !(fabs(x) < INFINITY))
    return x == 0 ? x : NAN;
  int quadrant;
  double r = reduce(x, &quadrant);
  double s = sin_series(r), c = cos_series(r);
  return (float)(quadrant & 1 ? -c / s : s / c);
}

/* The angle of slope a >= 0, infinity included. */
static double atan_double(double a) {
  static const double c[] = {1.0,       -1.0 / 3, 1.0 / 5,   -1.0 / 7, 1.0 / 9,
                             -1.0 / 11, 1.0 / 13, -1.0 / 15, 1.0 / 17, -1.0 / 19,
                             1.0 / 21,  -1.0 / 23, 1.0 / 25};
  /* Slopes of pi/16, 3 pi/16 between the centres 0, pi/8 and pi/4. */
  int is_steep = a > 1;
  double b = is_steep ? 1 / a : a;
  double centre = 0, slope = 0;
  if (b > 0x1.561b82ab7f99p-1) {
    centre = HALF_PI / 2;
    slope = 1;
  } else if (b > 0x1.975f5e0553158p-3) {
    centre = HALF_PI / 4;
    slope = 0x1.a827999fcef32p-2;
  }
  double t = (b - slope) / (1 + b * slope);
  double angle = centre + t * SERIES(c, t * t);
  return is_steep ? HALF_PI - angle : angle;
}

float quantc_atan(float x) {
  if (x != x || x == 0)
    return x;
  return (float)with_sign(atan_double(fabs((double)x)), x);
}

float quantc_asin(float x) {
  double a = fabs((double)x);
  if (!(a <= 1))
    return NAN;
  return (float)with_sign(atan_double(a / sqrt((1 - a) * (1 + a))), x);
}

float quantc_acos(float x) {
  if (!(fabs(x) <= 1))
    return NAN;
  double a = x;
  return (float)(2 * atan_double(sqrt((1 - a) / (1 + a))));
}
