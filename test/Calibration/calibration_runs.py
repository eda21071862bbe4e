"""What the tests of calibration share: runs of a small model, tables taken apart."""

import json

import numpy as np
import pytest

from conftest import make_mlp


def write_runs(folder, count, rows=64):
    folder.mkdir()
    for i in range(count):
        x = np.random.default_rng(i).normal(size=(rows, 16)).astype(np.float32)
        np.savez(folder / f"{i:04}.npz", x=x * (1 + i % 7))


@pytest.fixture
def runs(tmp_path):
    """A folder with model.onnx and 12 runs."""
    make_mlp(tmp_path / "model.onnx")
    write_runs(tmp_path / "runs", 12)
    return tmp_path


def calibrate(tool, folder, name, *flags):
    result = tool("quantc", "calibrate", folder / "model.onnx", "--data",
                  folder / "runs", "-o", folder / name, *flags)
    assert result.returncode == 0, result.stderr
    return (folder / name).read_bytes()


def tensors_of(table):
    return {tensor["name"]: tensor for tensor in json.loads(table)["tensors"]}
