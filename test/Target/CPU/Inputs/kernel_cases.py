"""What the kernel tests share: constants as MLIR text, guarded inputs, exact sums.

Kernels are compared bit for bit with numpy: integers are exact, and a chain of f32
fma is computed in f64 rounded to odd, which rounds to f32 as fma does.
"""

import ctypes
import mmap
import subprocess

import numpy as np

import quantc

TYPES = {"ui8": np.uint8, "i8": np.int8, "i32": np.int32, "f32": np.float32}
ISAS = ["avx512vnni", "avx2", "scalar"]
_LIBC = ctypes.CDLL(None)


def tensor(shape, element):
    return "tensor<" + "".join(f"{d}x" for d in shape) + element + ">"


def constant(name, values, element):
    data = np.ascontiguousarray(values, TYPES[element]).tobytes().hex().upper()
    return f'  {name} = onnx.Constant dense<"0x{data}"> : {tensor(values.shape, element)}\n'


def random(generator, element, shape):
    """Codes: half of the time only the smallest and the largest."""
    if element == "f32":
        return generator.standard_normal(shape).astype(np.float32)
    limits = np.iinfo(TYPES[element])
    if generator.integers(2):
        return generator.choice([limits.min, limits.max], shape).astype(TYPES[element])
    return generator.integers(limits.min, limits.max + 1, shape).astype(TYPES[element])


def guarded(array):
    """A copy that ends where a page begins that cannot be read."""
    page = mmap.PAGESIZE
    size = -(-array.nbytes // page) * page
    memory = mmap.mmap(-1, size + page)
    base = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    assert _LIBC.mprotect(ctypes.c_void_p(base + size), page, 0) == 0
    copy = np.frombuffer(memory, array.dtype, array.size, size - array.nbytes)
    copy = copy.reshape(array.shape)
    copy[...] = array
    return copy


def fma(a, b, c):
    """f32 fma of f32 arrays: the f64 sum is made odd where it was rounded."""
    product = a.astype(np.float64) * b.astype(np.float64)
    c = c.astype(np.float64)
    total = product + c
    back = total - product
    error = (product - (total - back)) + (c - back)
    even = (total.view(np.int64) & 1) == 0
    odd = np.nextafter(total, np.where(error > 0, np.inf, -np.inf))
    return np.where((error != 0) & even, odd, total).astype(np.float32)


def product(a, b, block=256):
    """[M, K] x [K, N]: i32 of codes, or f32 with k ascending in blocks."""
    if a.dtype != np.float32:
        return a.astype(np.int32) @ b.astype(np.int32)
    total = np.zeros((a.shape[0], b.shape[1]), np.float32)
    for begin in range(0, a.shape[1], block):
        acc = np.zeros_like(total)
        for k in range(begin, min(begin + block, a.shape[1])):
            acc = fma(a[:, k, None], b[None, k], acc)
        total = total + acc
    return total


def compile_model(text, path):
    """Compiles MLIR text for every ISA."""
    with open(path + ".mlir", "w") as file:
        file.write(text)
    subprocess.run(
        ["quant-opt", path + ".mlir", "--quantc-cpu=isas=" + ",".join(ISAS),
         f"--quantc-emit-artifact=path={path}.so", "-o", "/dev/null"], check=True)


def check(path, runs):
    """runs: (label, inputs by name, expected outputs). Prints what differs."""
    for isa in ISAS:
        try:
            sessions = [quantc.InferenceSession(path + ".so", threads, isa)
                        for threads in (1, 2)]
        except quantc.Error as error:
            assert "this CPU does not have" in str(error)
            continue
        wrong = 0
        for label, inputs, expected in runs:
            inputs = {name: guarded(value) for name, value in inputs.items()}
            for session in sessions:
                for i, (got, want) in enumerate(
                        zip(session.run(None, inputs), expected)):
                    if got.tobytes() != want.tobytes():
                        bad = int((got != want).sum())
                        print(f"{isa}, {label}, output {i}: {bad} of {want.size} differ")
                        wrong += 1
        print(f"{isa}: {'WRONG' if wrong else 'equal'}")
