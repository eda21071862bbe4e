"""docs/Numerics.md on numpy's float32: the functions and orders of row kernels."""

import numpy as np

from kernel_cases import fma as finite_fma

F = np.float32


def f(text):
    return F(float.fromhex(text))


EXP_Q = [f(c) for c in ("0x1.6db422p-10", "0x1.123b56p-7", "0x1.55545ep-5",
                        "0x1.55548ep-3", "0x1p-1")]
ERF_S = [f(c) for c in (
    "0x1.4ae4bap-14", "-0x1.a485e4p-11", "0x1.5419f4p-8", "-0x1.b7fbb4p-6",
    "0x1.ce2d2p-4", "-0x1.81273ep-2", "0x1.20dd74p+0")]
ERF_G = [f(c) for c in (
    "-0x1.6c6a0cp-23", "-0x1.432fe8p-16", "0x1.bf3a4ep-12", "-0x1.103908p-8",
    "0x1.9b448ap-6", "-0x1.bb8242p-4", "-0x1.444434p-1", "-0x1.2128b4p+0",
    "0x1.758ed8p-13")]
TANH_S = [f(c) for c in ("-0x1.73c1eap-8", "0x1.519066p-6", "-0x1.b81e0ep-5",
                         "0x1.1105dp-3", "-0x1.555526p-2")]


def fma(a, b, c):
    a, b, c = np.broadcast_arrays(*(np.asarray(v, F) for v in (a, b, c)))
    plain = (a.astype(np.float64) * b + c).astype(F)
    return np.where(np.isfinite(plain), finite_fma(a, b, c), plain)


def horner(coefficients, x):
    total = np.full_like(x, coefficients[0])
    for c in coefficients[1:]:
        total = fma(total, x, c)
    return total


def larger(a, b):
    return np.where(a > b, a, b).astype(F)


def smaller(a, b):
    return np.where(a < b, a, b).astype(F)


def reduce_exp(y):
    n = np.rint(y * f("0x1.715476p+0"))
    r = fma(n, -f("0x1.62e4p-1"), y)
    r = fma(n, -f("0x1.7f7d1cp-20"), r)
    return fma(horner(EXP_Q, r), r * r, r) + F(1), n


def exp(x):
    p, n = reduce_exp(smaller(larger(x, F(-104)), F(88.8)))
    half = np.rint(n * F(0.5))
    z = p * np.ldexp(F(1), half.astype(np.int32)) * np.ldexp(F(1), (n - half).astype(np.int32))
    return np.where(np.isnan(x), x, np.where(x > F(88.72284), F(np.inf), z)).astype(F)


def exp0(x):
    p, n = reduce_exp(larger(x, F(-87.3)))
    z = (p.view(np.int32) + (n.astype(np.int32) << 23)).view(F)
    return np.where(np.isnan(x), x, np.where(x < F(-87.3), F(0), z)).astype(F)


def erf(x):
    a, t = np.abs(x), x * x
    large = np.copysign(F(1) - exp0(horner(ERF_G, smaller(a, F(4.05)))), x)
    result = np.where(a < F(0.97), horner(ERF_S, t) * x, large)
    return np.where(np.isnan(x), x, result).astype(F)


def tanh(x):
    a, t = np.abs(x), x * x
    small = fma(horner(TANH_S, t) * t, x, x)
    large = F(1) - F(2) / (exp(F(2) * smaller(a, F(10))) + F(1))
    result = np.where(a < F(0.625), small, np.copysign(large, x))
    return np.where(np.isnan(x), x, result).astype(F)


def lanes(x, combine, start):
    """Rows of `x` in 16 lanes, then the tree."""
    rows, n = x.shape
    acc = np.full((rows, 16), start, F)
    for i in range(0, n, 16):
        part = x[:, i:i + 16]
        acc[:, :part.shape[1]] = combine(part, acc[:, :part.shape[1]])
    for width in (8, 4, 2, 1):
        acc = combine(acc[:, :width], acc[:, width:2 * width])
    return acc


def total(x):
    return lanes(x, lambda a, b: b + a, 0)


def squares(x):
    """Sum of x * x by fma in lanes."""
    rows, n = x.shape
    acc = np.zeros((rows, 16), F)
    for i in range(0, n, 16):
        part = x[:, i:i + 16]
        acc[:, :part.shape[1]] = fma(part, part, acc[:, :part.shape[1]])
    for width in (8, 4, 2, 1):
        acc = acc[:, :width] + acc[:, width:2 * width]
    return acc


def softmax(x):
    e = exp0(x - lanes(x, larger, -np.inf))
    return e * (F(1) / total(e))


def layer_norm(x, scale, bias, epsilon):
    n = F(x.shape[1])
    d = x - total(x) / n
    k = F(1) / np.sqrt(squares(d) / n + F(epsilon))
    return fma(d * k, scale, bias)


def rms_norm(x, scale, epsilon):
    k = F(1) / np.sqrt(squares(x) / F(x.shape[1]) + F(epsilon))
    return (x * k) * scale


def dynamic_quantize(x):
    low = np.minimum(x.min(axis=1, keepdims=True), F(0))
    high = np.maximum(x.max(axis=1, keepdims=True), F(0))
    scale = (high - low) / F(255)
    scale = np.where(scale > 0, scale, F(1)).astype(F)
    point = np.clip(np.rint(-low / scale), 0, 255).astype(F)
    codes = np.clip(np.rint(x / scale) + point, 0, 255)
    return codes.astype(np.uint8), scale, point.astype(np.uint8)
