"""Calibration at scale: shards, masks, interruptions, what is left out."""

import json
import os
import signal
import subprocess
import time

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import quantc
from conftest import BIN, make_mlp


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


def make_encoder(path):
    """ids, attention_mask [batch, seq] -> embedding -> MatMul, and their mean."""
    random = np.random.default_rng(0)
    table = random.normal(size=(50, 8)).astype(np.float32)
    table[0] *= 100  # the padding's
    weights = {"table": table, "w": random.normal(size=(8, 4)).astype(np.float32)}
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["e"], name="embed"),
        helper.make_node("MatMul", ["e", "w"], ["h"], name="product"),
        helper.make_node("Cast", ["attention_mask"], ["m"], to=1),
        helper.make_node("Unsqueeze", ["m", "axes"], ["m3"]),
        helper.make_node("Mul", ["h", "m3"], ["y"]),
    ]
    shape = ["batch", "seq"]
    graph = helper.make_graph(
        nodes, "encoder",
        [helper.make_tensor_value_info(name, TensorProto.INT64, shape)
         for name in ("input_ids", "attention_mask")],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [*shape, 4])],
        [numpy_helper.from_array(v, k) for k, v in weights.items()]
        + [numpy_helper.from_array(np.array([2]), "axes")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])
    model.ir_version = 10
    onnx.save(model, path)


@pytest.mark.parametrize("dtype", ["int64"])
def test_positions_that_the_mask_drops_do_not_count(tmp_path, dtype):
    make_encoder(tmp_path / "encoder.onnx")
    random = np.random.default_rng(1)
    padded, exact = [], []
    for _ in range(5):
        ids = random.integers(1, 50, size=(3, 6))
        lengths = random.integers(1, 7, size=3)
        mask = (np.arange(6) < lengths[:, None]).astype(dtype)
        padded.append({"input_ids": ids * mask, "attention_mask": mask})
        exact += [{"input_ids": i[None, :n], "attention_mask": np.ones((1, n), dtype)}
                  for i, n in zip(ids, lengths)]

    def tensors(batches, **options):
        table = quantc.calibrate(tmp_path / "encoder.onnx", batches, **options)
        return tensors_of(open(table.path, "rb").read())["embed"]

    masked, wanted = tensors(padded), tensors(exact)
    for key in ("min", "max", "count", "buckets"):
        assert masked[key] == wanted[key]
    assert masked["channels"]["counts"] == wanted["channels"]["counts"]
    assert float(tensors(padded, mask=None)["max"]) > 5 * float(masked["max"])
    assert tensors(padded, mask="attention_mask") == masked


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


RECIPE = """schema: 1
default:
  weights: {codec: int8, granularity: channel}
  activations: {codec: uint8, granularity: tensor, calibrator: CALIBRATOR}
"""


@pytest.mark.parametrize("name", ["minmax", "percentile", "mse", "entropy",
                                  "moving_average", "cross_entropy"])
def test_one_table_serves_every_calibrator(tool, runs, name):
    calibrate(tool, runs, "t.calib", "--cross-entropy", "2")
    (runs / "recipe.yaml").write_text(RECIPE.replace("CALIBRATOR", name))
    result = tool("quantc", "compile", runs / "model.onnx", "--recipe",
                  runs / "recipe.yaml", "--calib", runs / "t.calib", "-o",
                  runs / "m.so")
    assert result.returncode == 0, result.stderr
    feeds = dict(np.load(runs / "runs" / "0001.npz"))
    (y,) = quantc.InferenceSession(runs / "m.so").run(None, feeds)
    (wanted,) = quantc.evaluate(runs / "model.onnx", feeds)
    noise = ((y - wanted) ** 2).sum() / (wanted**2).sum()
    assert noise < 0.01


def test_cross_entropy_finds_the_range_that_the_output_needs(tmp_path):
    """Large values of x only saturate the logits: clipping them costs nothing, and
    the rest gets finer codes. mse, which sees x alone, does not know."""
    weights = np.zeros((16, 5), np.float32)
    weights[:15] = np.random.default_rng(0).normal(size=(15, 5))
    nodes = [helper.make_node("MatMul", ["x", "w"], ["y"], name="product")]
    graph = helper.make_graph(
        nodes, "logits",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 16])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 5])],
        [numpy_helper.from_array(weights, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])
    model.ir_version = 10
    onnx.save(model, tmp_path / "m.onnx")
    # Column 15, which the weights ignore, holds all the large values.
    x = np.random.default_rng(1).normal(size=(256, 16)).astype(np.float32)
    x[:, 15] *= 30
    table = quantc.calibrate(tmp_path / "m.onnx", [{"x": x}] * 2, cross_entropy=1)
    seen = tensors_of(open(table.path, "rb").read())["x"]
    lo, hi = map(float, seen["searched"])
    assert -0.7 * float(seen["min"]) > -lo and hi < 0.7 * float(seen["max"])
    again = quantc.calibrate(tmp_path / "m.onnx", [{"x": x}] * 2, cross_entropy=1)
    assert open(again.path, "rb").read() == open(table.path, "rb").read()
