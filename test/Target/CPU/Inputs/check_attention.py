"""Attention on every ISA, against docs/Numerics.md written in numpy.

usage: check_attention.py PATH-PREFIX
"""

import sys

import numpy as np
import row_functions as rows

from kernel_cases import check, compile_model, product

F = np.float32
# heads, key heads, head size, value head size, attributes, mask, flat (3D) operands
CASES = [
    (3, 3, 32, 32, "", None, True),
    (4, 2, 20, 37, "is_causal = 1 : i64", None, False),
    (2, 1, 64, 8, "scale = 0.25 : f32", "f32", True),
    (2, 2, 7, 16, "softcap = 3.0 : f32", "i1", False),
]
LENGTHS = [(1, 1), (3, 5), (4, 64), (67, 65), (5, 130), (70, 16), (130, 70)]


def attention(q, k, v, scale, cap, mask, causal):
    """One head: [Sq, D], [Sk, D], [Sk, Dv]; mask [Sq, Sk], of numbers or booleans."""
    scores = product(q, np.ascontiguousarray(k.T)) * F(scale)
    if cap:
        scores = F(cap) * rows.tanh(scores / F(cap))
    if mask is not None:
        scores = np.where(mask, scores, F(-np.inf)) if mask.dtype == bool else scores + mask
    if causal:
        later = np.arange(k.shape[0])[None] > np.arange(q.shape[0])[:, None]
        scores = np.where(later, F(-np.inf), scores)
    best = np.full((q.shape[0], 1), -np.inf, F)
    total = np.zeros_like(best)
    result = np.zeros((q.shape[0], v.shape[1]), F)
    for first in range(0, k.shape[0], 64):
        block = scores[:, first:first + 64].astype(F)
        most = rows.larger(best, rows.lanes(block, rows.larger, -np.inf))
        none = np.isneginf(most)
        correction = np.where(none, F(1), rows.exp0(best - most))
        weights = np.where(none, F(0), rows.exp0(block - most))
        total = total * correction + rows.total(weights)
        result = result * correction
        for j in range(weights.shape[1]):
            result = rows.fma(weights[:, j:j + 1], v[first + j][None], result)
        best = most
    return result * np.where(total == 0, F(0), F(1) / total)


def heads_of(x, heads):
    """[B, heads, S, size] of either layout."""
    if x.ndim == 4:
        return x
    batch, length, width = x.shape
    return x.reshape(batch, length, heads, width // heads).transpose(0, 2, 1, 3)


def expected(case, q, k, v, mask):
    heads, groups, size, _, attributes, _, flat = case
    qh, kh, vh = heads_of(q, heads), heads_of(k, groups), heads_of(v, groups)
    number = float(attributes.split()[2]) if "= " in attributes and "causal" not in attributes else 0
    scale = number if "scale" in attributes else F(1 / np.sqrt(size))
    y = np.stack([np.stack([
        attention(qh[b, h], kh[b, h * groups // heads], vh[b, h * groups // heads], scale,
                  number if "softcap" in attributes else 0,
                  None if mask is None else mask[b, 0], "causal" in attributes)
        for h in range(heads)]) for b in range(q.shape[0])])
    if flat:
        y = y.transpose(0, 2, 1, 3).reshape(q.shape[0], q.shape[1], -1)
    return np.ascontiguousarray(y.astype(F))


def shape_of(flat, heads, length, size):
    return ["?", length, heads * size] if flat else ["?", heads, length, size]


def write_case(i, case):
    """Arguments, the operation and its result type."""
    heads, groups, size, value, attributes, mask, flat = case
    types = ["tensor<" + "x".join(map(str, shape_of(flat, h, "?", s))) + "xf32>"
             for h, s in ((heads, size), (groups, size), (groups, value), (heads, value))]
    names = ["n", "", "q", ""] if not flat else ["n", "q", ""]
    dims = [str(names).replace("'", '"'), str(names).replace("'", '"').replace("q", "k")]
    arguments = [f'%{name}{i}: {t} {{onnx.name = "{name}{i}", onnx.dims = {d}}}'
                 for name, t, d in zip("qkv", types, (dims[0], dims[1], dims[1]))]
    operands, operand_types = f"%q{i}, %k{i}, %v{i}", ", ".join(types[:3])
    if mask:
        t = f"tensor<?x1x?x?x{mask}>"
        arguments.append(f'%m{i}: {t} {{onnx.name = "m{i}", onnx.dims = ["n", "", "q", "k"]}}')
        operands, operand_types = f"{operands}, %m{i}", f"{operand_types}, {t}"
    if flat:
        heads_text = f"q_num_heads = {heads} : i64, kv_num_heads = {groups} : i64"
        attributes = ", ".join(filter(None, [attributes, heads_text]))
    text = (f"  %y{i} = onnx.Attention {operands} {{{attributes}}} : "
            f"({operand_types}) -> {types[3]}\n")
    return arguments, text, types[3]


def main(path):
    written = [write_case(i, case) for i, case in enumerate(CASES)]
    arguments = ", ".join(a for w in written for a in w[0])
    results = ", ".join(f'{w[2]} {{onnx.name = "y{i}"}}' for i, w in enumerate(written))
    compile_model(
        f"func.func @main({arguments}) -> ({results}) {{\n" + "".join(w[1] for w in written)
        + "  return " + ", ".join(f"%y{i}" for i in range(len(CASES))) + " : "
        + ", ".join(w[2] for w in written) + "\n}\n", path)
    generator = np.random.default_rng(5)
    runs = []
    np.seterr(all="ignore")
    for sq, sk in LENGTHS:
        inputs, outputs = {}, []
        for i, case in enumerate(CASES):
            heads, groups, size, value, _, mask, flat = case
            own = [generator.standard_normal(
                       [2 if d == "?" else d for d in shape_of(flat, h, length, s)]).astype(F)
                   for h, length, s in ((heads, sq, size), (groups, sk, size), (groups, sk, value))]
            m = None
            if mask:
                m = generator.integers(2, size=(2, 1, sq, sk)).astype(bool)
                m[0, 0, 0] = False
                m = m if mask == "i1" else np.where(m, F(0.5), F(-np.inf))
                inputs[f"m{i}"] = m
            inputs.update({f"{name}{i}": x for name, x in zip("qkv", own)})
            outputs.append(expected(case, *own, m))
        runs.append((f"{sq} queries, {sk} keys", inputs, outputs))
    check(path, runs)


main(sys.argv[1])
