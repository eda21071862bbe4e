"""Runs the model of run-model.mlir on every ISA this machine has."""

import sys

import numpy as np

import quantc

W = np.array(
    [[1, 2, 3, -4], [1, 0, 3, 4], [1, -2, 0.5, 4], [1, 2, 3, 4],
     [1, 2, -3, 4], [1, 7, 0, 4], [1, 2, 3, 4], [1, 2, 3, 5]], np.float32)


def expected(x, m):
    # Small integers: exact in any order.
    y = np.maximum(x @ W, 0)
    return [y, m - y.reshape(x.shape[0], x.shape[1] * 4), m,
            np.array(y.shape, np.int64)]


def check(session):
    generator = np.random.default_rng(1)
    for batch, seq in [(2, 3), (1, 1), (0, 3), (17, 33)]:
        x = generator.integers(-8, 8, (batch, seq, 8)).astype(np.float32)
        m = generator.integers(-8, 8, seq * 4).astype(np.float32)
        outputs = session.run(None, {"x": x, "m": m})
        for got, want in zip(outputs, expected(x, m)):
            assert got.dtype == want.dtype and np.array_equal(got, want)


for isa in ["scalar", "avx2", "avx512vnni"]:
    try:
        for threads in (1, 2):
            session = quantc.InferenceSession(sys.argv[1], threads, isa)
            check(session)
        print(f"{isa}: equal")
    except quantc.Error as error:
        assert "this CPU does not have" in str(error)

try:
    session.run(None, {"x": np.zeros((2, 3, 8), np.float32),
                       "m": np.zeros(5, np.float32)})
except quantc.Error as error:
    print("inputs that do not fit:", error)
