"""Interrupted calibrations: a real SIGKILL, and whatever changed in the meantime."""

import json
import signal
import subprocess
import time

import numpy as np
import pytest

import quantc
from calibration_runs import calibrate, runs, write_runs  # noqa: F401 (a fixture)
from conftest import BIN, make_mlp


def interrupt(folder, flags, done):
    """Calibrates until `done` runs are in the checkpoint, then kill -9."""
    process = subprocess.Popen(
        [str(BIN / "quantc"), "calibrate", str(folder / "model.onnx"), "--data",
         str(folder / "runs"), "-o", str(folder / "t.calib"), *flags],
        stderr=subprocess.PIPE,
    )
    checkpoint = folder / "t.calib.checkpoint"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        # Replaced at one go: whatever is there is complete.
        if checkpoint.exists():
            progress = json.loads(checkpoint.read_bytes())["progress"]
            if progress["done"] >= done:
                break
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.returncode == -signal.SIGKILL, process.stderr.read()
    assert not (folder / "t.calib").exists()
    return json.loads(checkpoint.read_bytes())["progress"]["done"]


@pytest.mark.parametrize("threads", ["1", "2"])
def test_killed_and_resumed_gives_the_same_bits(tool, tmp_path, threads):
    """I11: kill -9 in the middle, twice."""
    make_mlp(tmp_path / "model.onnx")
    write_runs(tmp_path / "runs", 300)
    flags = ["--checkpoint-every", "0", "--threads", threads]
    whole = calibrate(tool, tmp_path, "whole.calib")
    first = interrupt(tmp_path, flags, 5)
    assert 5 <= first < 300
    second = interrupt(tmp_path, [*flags, "--resume"], first + 5)
    assert first < second < 300
    assert calibrate(tool, tmp_path, "t.calib", "--resume") == whole
    assert not (tmp_path / "t.calib.checkpoint").exists()


@pytest.fixture
def checkpoint(tool, runs):
    """`runs` with a checkpoint after some of the runs, as a failure leaves it."""
    bad = runs / "runs" / "0009.npz"
    good = bad.read_bytes()
    np.savez(bad, x=np.full((4, 16), np.nan, np.float32))
    result = tool("quantc", "calibrate", runs / "model.onnx", "--data", runs / "runs",
                  "-o", runs / "t.calib", "--checkpoint-every", "0", "--threads", "1")
    assert result.returncode == 1 and "run 9 of the data" in result.stderr
    bad.write_bytes(good)
    assert (runs / "t.calib.checkpoint").exists()
    return runs


def refusal(tool, folder, *flags):
    result = tool("quantc", "calibrate", folder / "model.onnx", "--data",
                  folder / "runs", "-o", folder / "t.calib", "--resume", *flags)
    assert result.returncode == 1, result.stderr
    assert not (folder / "t.calib").exists()
    return result.stderr


def test_resumed_after_the_data_were_repaired(tool, checkpoint):
    resumed = calibrate(tool, checkpoint, "t.calib", "--resume")
    assert resumed == calibrate(tool, checkpoint, "whole.calib")


def test_resume_notices_what_changed(tool, checkpoint):
    """I12: data, selection, mask, model; I14: the checkpoint itself."""
    first = checkpoint / "runs" / "0002.npz"
    good = first.read_bytes()
    np.savez(first, x=np.load(first)["x"] + np.float32(1e-6))
    assert "runs, or their selection, changed" in refusal(tool, checkpoint)
    first.write_bytes(good)
    assert "or their selection, changed" in refusal(tool, checkpoint, "--batch", "32")
    assert "data have fewer runs" in refusal(tool, checkpoint, "--samples", "2")
    assert "observes other tensors" in refusal(tool, checkpoint, "--recipe", "none")
    table = checkpoint / "t.calib.checkpoint"
    content = bytearray(table.read_bytes())
    content[content.index(b'"sums":["') + 12] ^= 1
    table.write_bytes(content)
    assert "checksum does not match" in refusal(tool, checkpoint)
    make_mlp(checkpoint / "model.onnx", seed=1)
    content[content.index(b'"sums":["') + 12] ^= 1
    table.write_bytes(content)
    assert "was made for model sha256" in refusal(tool, checkpoint)


def test_python_resumes_and_reports_progress(tmp_path):
    make_mlp(tmp_path / "mlp.onnx")
    batches = [{"x": np.full((2, 16), i + 1, np.float32)} for i in range(6)]
    done = []
    whole = quantc.calibrate(tmp_path / "mlp.onnx", iter(batches), progress=done.append)
    assert done == list(range(7))

    def stops():
        yield from batches[:4]
        raise KeyboardInterrupt

    path = tmp_path / "t.calib"
    with pytest.raises(KeyboardInterrupt):
        quantc.calibrate(tmp_path / "mlp.onnx", stops(), path=path, checkpoint_every=0)
    assert not path.exists()
    quantc.calibrate(tmp_path / "mlp.onnx", batches, path=path, resume=True)
    assert path.read_bytes() == open(whole.path, "rb").read()
    with pytest.raises(quantc.Error, match="run 1 of the data.*NaN"):
        bad = [batches[0], {"x": np.full((2, 16), np.nan, np.float32)}]
        quantc.calibrate(tmp_path / "mlp.onnx", bad)
