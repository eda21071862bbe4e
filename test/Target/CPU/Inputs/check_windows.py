"""Convolutions and pools on every ISA, against numpy.

usage: check_windows.py PATH-PREFIX
"""

import itertools
import sys

import numpy as np

from kernel_cases import TYPES, check, compile_model, constant, product, random, tensor

# input, filter, spatial, C, M, kernel, strides, dilations, pads, group, pad_code
CONVOLUTIONS = [
    ("ui8", "i8", [10, 11], 16, 64, [3, 3], [1, 1], [1, 1], [1, 1, 1, 1], 1, 7),
    ("i8", "i8", [9, 7], 5, 20, [3, 3], [2, 2], [1, 1], [1, 0, 1, 2], 1, -3),
    ("ui8", "i8", [17, 15], 3, 48, [3, 3], [2, 2], [1, 1], [0, 0, 0, 0], 1, 0),
    ("f32", "f32", [9, 7], 5, 20, [3, 3], [2, 2], [1, 1], [1, 0, 1, 2], 1, 0),
    ("ui8", "i8", [6, 5], 3, 33, [1, 1], [1, 1], [1, 1], [0, 0, 0, 0], 1, 0),
    ("ui8", "i8", [17], 3, 33, [5], [1], [2], [4, 4], 1, 255),
    ("ui8", "i8", [5, 4, 6], 6, 10, [3, 2, 3], [1, 2, 1], [1, 1, 2],
     [1, 0, 2, 1, 1, 2], 1, 9),
    ("ui8", "i8", [8, 9], 20, 20, [3, 3], [1, 1], [1, 1], [1, 1, 1, 1], 20, 4),
    ("i8", "i8", [12, 9], 32, 32, [3, 3], [2, 2], [1, 1], [1, 1, 1, 1], 32, -1),
    ("ui8", "i8", [9, 9], 24, 24, [5, 5], [1, 1], [1, 1], [2, 2, 2, 2], 24, 128),
    ("ui8", "i8", [7, 9], 144, 144, [3, 3], [1, 1], [1, 1], [1, 1, 1, 1], 144, 3),
    ("ui8", "i8", [7, 9], 64, 64, [2, 2], [2, 2], [1, 1], [0, 0, 0, 0], 64, 0),
    ("i8", "i8", [5, 4, 6], 101, 101, [1, 3, 2], [1, 1, 1], [1, 2, 1],
     [0, 1, 0, 0, 1, 1], 101, 5),
    ("f32", "f32", [8, 9], 37, 37, [3, 3], [2, 1], [1, 1], [1, 1, 1, 1], 37, 0),
    ("i8", "i8", [8, 9], 24, 36, [3, 3], [1, 1], [1, 1], [1, 1, 1, 1], 4, 4),
    ("f32", "f32", [8, 9], 8, 8, [1, 3], [1, 1], [1, 1], [0, 1, 0, 1], 2, 0)]
# kind, type, spatial, C, kernel, strides, dilations, pads, pad_code, include_pad
POOLS = [
    ("max", "f32", [9, 9], 20, [3, 3], [2, 2], [1, 1], [1, 1, 1, 1], 0, False),
    ("max", "ui8", [9, 8], 64, [2, 2], [2, 2], [1, 1], [0, 0, 0, 0], 0, False),
    ("max", "i8", [9], 5, [3], [2], [2], [1, 1], 0, False),
    ("average", "f32", [9, 9], 20, [3, 3], [2, 2], [1, 1], [1, 1, 1, 1], 0, False),
    ("average", "ui8", [9, 9], 20, [3, 3], [2, 2], [1, 1], [1, 1, 1, 1], 9, True),
    ("average", "i8", [9, 9], 20, [3, 3], [2, 2], [1, 1], [1, 1, 1, 1], 9, False),
    ("average", "f32", [7, 7], 37, [-1, -1], [1, 1], [1, 1], [0, 0, 0, 0], 0, False),
    ("average", "ui8", [7, 6], 37, [-1, -1], [1, 1], [1, 1], [0, 0, 0, 0], 0, False)]


def windows(x, kernel, strides, dilations, pads, fill):
    """[taps, N, out..., C] of x [N, spatial..., C]."""
    rank = len(kernel)
    around = [(0, 0)] + [(pads[d], pads[rank + d]) for d in range(rank)] + [(0, 0)]
    x = np.pad(x, around, constant_values=fill)
    out = [(x.shape[1 + d] - (kernel[d] - 1) * dilations[d] - 1) // strides[d] + 1
           for d in range(rank)]
    taps = []
    for at in itertools.product(*[range(k) for k in kernel]):
        first = [at[d] * dilations[d] for d in range(rank)]
        taps.append(x[(slice(None), *[
            slice(first[d], first[d] + (out[d] - 1) * strides[d] + 1, strides[d])
            for d in range(rank)])])
    return np.stack(taps)


def convolve(x, w, case, bias):
    _, _, _, c, m, kernel, strides, dilations, pads, group, pad = case
    taps = windows(x, kernel, strides, dilations, pads, pad)
    count, shape = taps.shape[0], taps.shape[1:-1]
    taps = taps.reshape(count, -1, group, c // group)
    w = w.reshape(count, c // group, group, m // group)
    parts = [product(taps[:, :, g].transpose(1, 0, 2).reshape(taps.shape[1], -1),
                     w[:, :, g].reshape(-1, m // group)) for g in range(group)]
    acc = np.concatenate(parts, 1).astype(np.float32)
    return (acc + bias).reshape(*shape, m)


def pool(x, case):
    kind, element, spatial, _, kernel, strides, dilations, pads, pad, include = case
    if kernel[0] == -1:
        kernel = list(x.shape[1:-1])
    if kind == "max":
        low = -np.inf if element == "f32" else np.iinfo(TYPES[element]).min
        return windows(x, kernel, strides, dilations, pads, low).max(0)
    taps = windows(x, kernel, strides, dilations, pads, pad if include else 0)
    ones = windows(np.ones(x.shape, np.int32), kernel, strides, dilations, pads,
                   int(include))
    acc = np.zeros(taps.shape[1:], np.float32 if element == "f32" else np.int32)
    for tap in taps:
        acc = acc + tap
    return acc.astype(np.float32) / ones.sum(0).astype(np.float32)


def attributes(kernel, strides, dilations, pads, **others):
    lists = dict(kernel_shape=kernel, strides=strides, dilations=dilations, pads=pads)
    text = [f"{k} = array<i64: {', '.join(map(str, v))}>" for k, v in lists.items()]
    return "{" + ", ".join(text + [f"{k} = {v}" for k, v in others.items()]) + "}"


def write_conv(i, case, w, bias, shape):
    element, filter_type, spatial, c, m = case[:5]
    acc = "f32" if element == "f32" else "i32"
    cast = "" if acc == "f32" else "    %f = arith.sitofp %acc : i32 to f32\n"
    names = attributes(*case[5:9], group=f"{case[9]} : i64", pad_code=f"{case[10]} : i64")
    return (constant(f"%w{i}", w, filter_type) + constant(f"%b{i}", bias, "f32") +
            f"""  %y{i} = qnn.conv %x{i}, %w{i} with %b{i} {names} :
      ({tensor(["?", *spatial, c], element)}, {tensor(w.shape, filter_type)}, {tensor([m], "f32")}) -> {shape} {{
  ^bb0(%acc: {acc}, %bias: f32):
{cast}    %a = arith.addf {'%acc' if acc == 'f32' else '%f'}, %bias : f32
    qnn.yield %a : f32
  }}
""")


def write_pool(i, case, shape):
    kind, element, spatial, c = case[:4]
    source = tensor(["?", *spatial, c], element)
    if kind == "max":
        return f"  %y{i} = qnn.max_pool %x{i} {attributes(*case[4:8])} : ({source}) -> {shape}\n"
    names = attributes(*case[4:8], pad_code=f"{case[8]} : i64",
                       count_include_pad=str(case[9]).lower())
    acc = "f32" if element == "f32" else "i32"
    cast = "" if acc == "f32" else "    %f = arith.sitofp %acc : i32 to f32\n"
    return f"""  %y{i} = qnn.average_pool %x{i} {names} : ({source}) -> {shape} {{
  ^bb0(%acc: {acc}, %count: i32):
    %c = arith.sitofp %count : i32 to f32
{cast}    %a = arith.divf {'%acc' if acc == 'f32' else '%f'}, %c : f32
    qnn.yield %a : f32
  }}
"""


def main(path):
    generator = np.random.default_rng(11)
    runs, arguments, results, body = [], [], [], ""
    filters = [random(generator, c[1], (*c[5], c[3] // c[9], c[4])) for c in CONVOLUTIONS]
    biases = [random(generator, "f32", (c[4],)) for c in CONVOLUTIONS]
    for batch in (1, 2, 5):
        inputs, expected = {}, []
        for i, case in enumerate(CONVOLUTIONS):
            x = inputs[f"x{i}"] = random(generator, case[0], (batch, *case[2], case[3]))
            expected.append(convolve(x, filters[i], case, biases[i]))
        for i, case in enumerate(POOLS, len(CONVOLUTIONS)):
            x = inputs[f"x{i}"] = random(generator, case[1], (batch, *case[2], case[3]))
            expected.append(pool(x, case))
        runs.append((f"batch {batch}", inputs, expected))
    elements = {np.dtype(t): name for name, t in TYPES.items()}
    for i, (name, value) in enumerate(runs[0][1].items()):
        names = ", ".join(['"n"'] + ['""'] * (value.ndim - 1))
        arguments.append(f"%{name}: {tensor(['?', *value.shape[1:]], elements[value.dtype])} "
                         f'{{onnx.name = "{name}", onnx.dims = [{names}]}}')
        want = runs[0][2][i]
        shape = tensor(["?", *want.shape[1:]], elements[want.dtype])
        results.append((f"%y{i}", shape))
        if i < len(CONVOLUTIONS):
            body += write_conv(i, CONVOLUTIONS[i], filters[i], biases[i], shape)
        else:
            body += write_pool(i, POOLS[i - len(CONVOLUTIONS)], shape)
    outputs = ", ".join(f'{t} {{onnx.name = "{v[1:]}"}}' for v, t in results)
    values, types = zip(*results)
    compile_model(f"func.func @main({', '.join(arguments)}) -> ({outputs}) {{\n{body}"
                  f"  return {', '.join(values)} : {', '.join(types)}\n}}\n", path)
    check(path, runs)


main(sys.argv[1])
