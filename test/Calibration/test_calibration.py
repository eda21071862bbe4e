"""Calibration at scale: statistics, threads, shards, what is left out."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from calibration_runs import calibrate, runs, tensors_of  # noqa: F401 (a fixture)
from conftest import BIN, ROOT


def test_statistics_are_those_of_the_values(tool, runs):
    table = tensors_of(calibrate(tool, runs, "t.calib"))
    assert set(table) == {"x", "relu"}
    x = np.concatenate([np.load(runs / "runs" / f"{i:04}.npz")["x"] for i in range(12)])
    seen, channels = table["x"], table["x"]["channels"]
    assert seen["count"] == x.size
    assert np.float32(seen["min"]) == x.min() and np.float32(seen["max"]) == x.max()
    buckets = np.zeros(65536, int)
    buckets[seen["buckets"][::2]] = seen["buckets"][1::2]
    expected = np.bincount(x.ravel().view(np.uint32) >> 16, minlength=65536)
    assert np.array_equal(buckets, expected)
    assert np.array_equal(np.float32(channels["min"]), x.min(0))
    assert np.array_equal(np.float32(channels["max"]), x.max(0))
    unit = 2.0**-60
    np.testing.assert_allclose([int(s) * unit for s in channels["sums"]],
                               x.sum(0, dtype=np.float64), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose([int(s) * unit for s in channels["squares"]],
                               (x.astype(np.float64) ** 2).sum(0), rtol=1e-12)
    assert sum(seen["runs"]["minima"][1::2]) == 12


def test_threads_and_shards_do_not_matter(tool, runs):
    whole = calibrate(tool, runs, "whole.calib", "--threads", "1")
    assert calibrate(tool, runs, "threads.calib", "--threads", "3") == whole
    parts = [runs / f"{i}.calib" for i in range(3)]
    for i, part in enumerate(parts):
        calibrate(tool, runs, part.name, "--shard", f"{i}/3")
    for order in ([0, 1, 2], [2, 0, 1]):
        result = tool("quantc", "calibrate", "--merge", *(parts[i] for i in order),
                      "-o", runs / "merged.calib")
        assert result.returncode == 0, result.stderr
        assert (runs / "merged.calib").read_bytes() == whole
    # (0 + 1) + 2 = 0 + (1 + 2)
    tool("quantc", "calibrate", "--merge", parts[1], parts[2], "-o", runs / "12.calib")
    tool("quantc", "calibrate", "--merge", parts[0], runs / "12.calib", "-o",
         runs / "merged.calib")
    assert (runs / "merged.calib").read_bytes() == whole


def test_dask_workers_make_the_same_table(tool, runs):
    pytest.importorskip("dask.distributed", reason="dask is not installed")
    whole = calibrate(tool, runs, "whole.calib")
    result = subprocess.run(
        [sys.executable, ROOT / "examples/calibrate_with_dask.py", runs / "model.onnx",
         runs / "runs", runs / "t.calib", "2"],
        env={**os.environ, "QUANTC": str(BIN / "quantc")}, capture_output=True,
        text=True, timeout=300,
    )
    assert result.returncode == 0, result.stderr
    assert (runs / "t.calib").read_bytes() == whole


def test_skipped_runs_leave_no_trace(tool, runs):
    """Those with NaN inputs, and those from which the model makes infinities."""
    good = calibrate(tool, runs, "good.calib")
    for name, value in (("0003b", np.nan), ("0005b", 3e38)):
        np.savez(runs / "runs" / f"{name}.npz", x=np.full((4, 16), value, np.float32))
    result = tool("quantc", "calibrate", runs / "model.onnx", "--data", runs / "runs",
                  "-o", runs / "t.calib", "--nonfinite", "skip", "--threads", "1")
    assert result.returncode == 0, result.stderr
    assert "run 4 of the data is left out: input 'x' has 64" in result.stderr
    assert "run 7 of the data is left out: tensor 'relu' has" in result.stderr
    with_gaps = json.loads((runs / "t.calib").read_bytes())
    assert with_gaps["skipped"] == 2 and with_gaps["samples"] == 12
    assert with_gaps["tensors"] == json.loads(good)["tensors"]
