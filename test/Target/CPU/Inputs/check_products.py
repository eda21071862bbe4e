"""Matrix products of ragged shapes on every ISA, against numpy.

usage: check_products.py PATH-PREFIX
"""

import sys

import numpy as np

from kernel_cases import check, compile_model, constant, product, random, tensor

# lhs, rhs, K, N; packed weights, then right sides computed at run time.
WEIGHTS = [
    ("ui8", "i8", 37, 20), ("ui8", "i8", 64, 96), ("ui8", "i8", 3, 64),
    ("i8", "i8", 33, 50), ("i8", "i8", 1, 1), ("i8", "ui8", 6, 31),
    ("ui8", "ui8", 130, 17), ("f32", "f32", 37, 20), ("f32", "f32", 9, 100),
    ("f32", "f32", 1, 64), ("f32", "f32", 130, 1)]
DYNAMIC = [("ui8", "i8", 530, 65), ("i8", "i8", 6, 20), ("ui8", "ui8", 37, 16),
           ("f32", "f32", 270, 50), ("f32", "f32", 5, 129)]
ROWS = [*range(1, 18), 47, 48, 49, 70]


def write_product(i, case, packed, weights, bias):
    lhs, rhs, k, n = case
    acc = "f32" if lhs == "f32" else "i32"
    text = constant(f"%b{i}", bias, "f32")
    if packed:
        text += constant(f"%w{i}", weights, rhs)
    types = [tensor(["?", k], lhs), tensor([k, n], rhs), tensor([n], "f32"),
             tensor(["?", 1], "f32")]
    cast = "" if acc == "f32" else "    %f = arith.sitofp %acc : i32 to f32\n"
    return text + f"""  %y{i} = qnn.matmul %x{i}, %w{i} with %b{i}, %s :
      ({', '.join(types)}) -> {tensor(['?', n], 'f32')} {{
  ^bb0(%acc: {acc}, %bias: f32, %scale: f32):
{cast}    %m = arith.mulf {'%acc' if acc == 'f32' else '%f'}, %scale : f32
    %a = arith.addf %m, %bias : f32
    qnn.yield %a : f32
  }}
"""


def main(path):
    generator = np.random.default_rng(7)
    cases = [(case, True) for case in WEIGHTS] + [(case, False) for case in DYNAMIC]
    weights = [random(generator, c[1], (c[2], c[3])) for c, _ in cases]
    biases = [random(generator, "f32", (c[3],)) for c, _ in cases]
    arguments, body, results, types = [], "", [], []
    for i, (case, packed) in enumerate(cases):
        arguments.append(f'%x{i}: {tensor(["?", case[2]], case[0])} '
                         f'{{onnx.name = "x{i}", onnx.dims = ["m", ""]}}')
        if not packed:
            arguments.append(f'%w{i}: {tensor(case[2:], case[1])} '
                             f'{{onnx.name = "w{i}", onnx.dims = ["", ""]}}')
        body += write_product(i, case, packed, weights[i], biases[i])
        types.append(tensor(["?", case[3]], "f32"))
        results.append(f'{types[-1]} {{onnx.name = "y{i}"}}')
    arguments.append('%s: tensor<?x1xf32> {onnx.name = "s", onnx.dims = ["m", ""]}')
    values = ", ".join(f"%y{i}" for i in range(len(cases)))
    compile_model(f"func.func @main({', '.join(arguments)}) -> ({', '.join(results)}) "
                  f"{{\n{body}  return {values} : {', '.join(types)}\n}}\n", path)

    runs = []
    for m in ROWS:
        scale = random(generator, "f32", (m, 1))
        inputs, expected = {"s": scale}, []
        for i, (case, packed) in enumerate(cases):
            x = inputs[f"x{i}"] = random(generator, case[0], (m, case[2]))
            if not packed:
                inputs[f"w{i}"] = weights[i]
            acc = product(x, weights[i]).astype(np.float32)
            expected.append(acc * scale + biases[i])
        runs.append((f"{m} rows", inputs, expected))
    check(path, runs)


main(sys.argv[1])
