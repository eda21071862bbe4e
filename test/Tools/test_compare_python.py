"""quantc.compare: from files, models and sessions, with a metric of one's own."""

import json
import math

import numpy as np
import pytest

import quantc


def batches(count=3, rows=6):
    for i in range(count):
        x = np.random.default_rng(i).normal(size=(rows, 16)).astype(np.float32)
        yield {"x": x}


@pytest.fixture
def quantized(mlp, tmp_path):
    """(float path, quantized Model, session of it)."""
    table = quantc.calibrate(mlp[0], batches())
    model = quantc.quantize(mlp[0], recipe="w8a8", calibration=table)
    quantc.compile(model, tmp_path / "q.so")
    return mlp[0], model, quantc.InferenceSession(tmp_path / "q.so")


def test_session_model_and_file_give_the_same(quantized, tmp_path):
    path, model, session = quantized
    found = [quantc.compare(path, candidate, batches()).outputs["y"]
             for candidate in (session, model, tmp_path / "q.so")]
    assert found[0] == found[1] == found[2]
    assert found[0].sqnr_db > 20 and found[0].elements == 3 * 6 * 5


def test_layers_metric_and_files(quantized, tmp_path):
    path, model, session = quantized
    seen = []

    def metric(reference, candidate):
        seen.append((reference["y"].shape, candidate["y"].shape))
        return np.abs(reference["y"] - candidate["y"]).max()

    result = quantc.compare(path, model, batches(), layers=True, metric=metric)
    assert seen == [((6, 5), (6, 5))] * 3 and result.runs == 3
    assert max(result.metric_values) == pytest.approx(result.outputs["y"].max_abs)
    assert result.metric == pytest.approx(np.mean(result.metric_values))
    assert {"first", "second"} <= set(result.layers)
    result.to_json(tmp_path / "c.json")
    written = json.loads((tmp_path / "c.json").read_text())
    assert written == result.to_dict() and written["metric"] == result.metric
    result.to_html(tmp_path / "r.html")
    text = (tmp_path / "r.html").read_text()
    assert "quantc.compare(" in text and "Error by layer" in text


def test_a_model_equals_itself(mlp):
    (y,) = quantc.compare(mlp[0], mlp[0], batches()).outputs.values()
    assert y.equal and y.sqnr_db == math.inf and y.top1 == 1


def test_a_mean_over_the_users_data_matches_numpy(quantized):
    path, _, session = quantized
    result = quantc.compare(path, session, batches())
    float_model = quantc.load(path)
    r = np.concatenate([float_model.evaluate(feeds)[0] for feeds in batches()])
    c = np.concatenate([session.run(None, feeds)[0] for feeds in batches()])
    r, c = np.float64(r), np.float64(c)
    sqnr = 10 * np.log10((r**2).sum() / ((r - c) ** 2).sum())
    assert result.outputs["y"].sqnr_db == pytest.approx(sqnr, abs=1e-9)


@pytest.mark.parametrize("data, error, words", [
    ([], quantc.InvalidArgument, "no data"),
    ([{"z": np.zeros((1, 16), np.float32)}], quantc.InvalidArgument, "'z'"),
    ([{"x": np.zeros((1, 15), np.float32)}], quantc.InvalidArgument, "[batch, 16]"),
    ([{"x": np.array(["a"])}], quantc.InvalidArgument, "DLPack"),
])
def test_wrong_data(mlp, data, error, words):
    with pytest.raises(error) as raised:
        quantc.compare(mlp[0], mlp[0], data)
    assert words in str(raised.value)


def test_errors_in_batches_metric_and_files_are_the_callers(quantized, tmp_path):
    path, _, session = quantized

    def failing():
        yield next(batches())
        raise RuntimeError("disk on fire")

    with pytest.raises(RuntimeError, match="disk on fire"):
        quantc.compare(path, path, failing())
    with pytest.raises(ZeroDivisionError):
        quantc.compare(path, path, batches(), metric=lambda r, c: 1 / 0)
    with pytest.raises(quantc.InvalidArgument, match="--layers"):
        quantc.compare(path, session, batches(), layers=True)
    with pytest.raises(quantc.IOFailure):
        quantc.compare(path, tmp_path / "absent.so", batches())
    with pytest.raises(quantc.IOFailure):
        quantc.compare(path, path, batches()).to_html("/nonexistent/r.html")
