"""Mixed precision by measured sensitivity: targets are reached by the model that comes
out, with no more changes than it takes, and the recipe written gives that model again."""

import itertools
import json

import numpy as np
import pytest

import quantc
from conftest import make_mlp
from test_attribution import make_small, small_batches

numbers = itertools.count()


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.onnx"
    make_small(path)
    return path


@pytest.fixture
def table(small):
    return quantc.calibrate(small, small_batches())


def outputs(model, batches, folder):
    # The loader hands out one library per name, whatever is in the file.
    artifact = folder / f"{next(numbers)}.so"
    quantc.compile(model, artifact, target="cpu:native")
    session = quantc.InferenceSession(artifact)
    return np.concatenate([session.run(None, feeds)[0] for feeds in batches])


def points(reference, candidate):
    norms = np.linalg.norm(reference, axis=1) * np.linalg.norm(candidate, axis=1)
    return 100 * (1 - ((reference.astype(float) * candidate).sum(1) / norms).mean())


def drop_by_recipe(small, table, text, batches, folder, reference):
    path = folder / "recipe.yaml"
    path.write_text(text)
    model = quantc.quantize(small, recipe=path, calibration=table)
    return points(reference, outputs(model, batches, folder))


def test_the_target_is_reached_with_the_fewest_changes(small, table, tmp_path):
    batches = small_batches(4, seed=2)
    reference = outputs(small, batches, tmp_path)
    full = quantc.quantize(small, recipe="w8a8", calibration=table)
    full_drop = points(reference, outputs(full, batches, tmp_path))
    target = full_drop / 4

    model = quantc.quantize(
        small, recipe="w8a8", calibration=table, data=batches, max_drop=target
    )
    found = model.search
    assert found["full_drop"] == pytest.approx(full_drop, rel=1e-3, abs=1e-5)
    assert found["drop"] <= target
    assert found["floats"] or found["tokens"]
    result = outputs(model, batches, tmp_path)
    assert points(reference, result) == pytest.approx(found["drop"], rel=1e-2, abs=1e-5)

    # The recipe gives the same bits, and one rule less is not enough.
    lines = found["recipe"].splitlines()
    path = tmp_path / "mixed.yaml"
    path.write_text(found["recipe"])
    again = quantc.quantize(small, recipe=path, calibration=table)
    assert np.array_equal(outputs(again, batches, tmp_path), result)
    fewer = "\n".join(lines[:-1]) + "\n"
    if lines[-2].strip() == "rules:":
        fewer = "\n".join(lines[:-2]) + "\n"
    assert drop_by_recipe(small, table, fewer, batches, tmp_path, reference) > target


def test_nothing_changes_where_nothing_has_to(small, table, tmp_path):
    model = quantc.quantize(
        small, recipe="w8a8", calibration=table, data=small_batches(2), max_drop=50
    )
    assert model.search["floats"] == model.search["tokens"] == []
    plain = quantc.quantize(small, recipe="w8a8", calibration=table)
    batches = small_batches(2)
    assert np.array_equal(outputs(model, batches, tmp_path),
                          outputs(plain, batches, tmp_path))
    assert model.search["integer_share"] == pytest.approx(1)


def test_no_drop_at_all_keeps_everything_in_float(small, table, tmp_path):
    batches = small_batches(2)
    model = quantc.quantize(
        small, recipe="w8a8", calibration=table, data=batches, max_drop=0
    )
    assert model.search["drop"] == 0 and model.search["integer_share"] == 0
    assert np.array_equal(outputs(model, batches, tmp_path),
                          outputs(small, batches, tmp_path))


def test_a_metric_of_the_callers(small, table):
    batches, scores = small_batches(3, seed=4), []
    labels = np.random.default_rng(0).integers(0, 10, 12)

    def metric(session):
        rows = np.concatenate([session.run(None, feeds)[0] for feeds in batches])
        rows = rows - rows.max(1, keepdims=True)
        loss = np.log(np.exp(rows).sum(1)) - rows[np.arange(12), labels]
        scores.append(-1e4 * abs(loss.mean() - reference[0])
                      if reference else reference.append(loss.mean()) or 0.0)
        return scores[-1]

    reference = []
    model = quantc.quantize(
        small, recipe="w8a8", calibration=table, data=batches, metric=metric,
        max_drop=1.0,
    )
    assert model.search["full_drop"] == -scores[1]
    assert model.search["drop"] <= 1.0
    assert -model.search["drop"] in scores


def test_an_error_in_the_metric_is_the_callers(small, table):
    def metric(session):
        raise KeyError("labels")

    with pytest.raises(KeyError, match="labels"):
        quantc.quantize(small, recipe="w8a8", calibration=table,
                        data=small_batches(1), metric=metric, max_drop=1)


def test_a_target_out_of_reach_says_what_can_be_reached(mlp):
    path, _ = mlp
    x = [{"x": np.random.default_rng(0).normal(size=(8, 16)).astype(np.float32)}]
    calls = []

    def metric(session):
        calls.append(session)
        return 0.0 if len(calls) == 1 else -5.0

    with pytest.raises(quantc.InvalidArgument, match="with all 2 .* 5.0000 points"):
        quantc.quantize(path, recipe="w8a8-dynamic", data=x, metric=metric, max_drop=1)


def test_target_size_keeps_in_float_what_fits(small, table):
    batches = small_batches(2)

    def quantize(size):
        return quantc.quantize(small, recipe="w8a8", calibration=table, data=batches,
                               target_size=size).search

    full = quantize(10**9)
    assert full["size"] > full["full_size"] and full["drop"] < full["full_drop"]
    half = quantize((full["size"] + full["full_size"]) // 2)
    assert full["full_size"] < half["size"] <= (full["size"] + full["full_size"]) // 2
    assert full["drop"] <= half["drop"] <= half["full_drop"]
    with pytest.raises(quantc.InvalidArgument, match="bytes, more than the 100 asked"):
        quantize(100)


def test_damages_are_those_of_single_operations(small, table, tmp_path):
    """Against a recipe that quantizes one operation only."""
    batches = small_batches(4)
    reference = outputs(small, batches, tmp_path)
    found = quantc.quantize(small, recipe="w8a8", calibration=table, data=batches,
                            sensitivity=tmp_path / "s.json").search
    content = json.loads((tmp_path / "s.json").read_text())
    assert content == found["sensitivity"]
    damages = {op["node"]: op["damage"] for op in content["ops"] if "damage" in op}
    assert len(damages) >= 6
    for node in ("conv2", "gemm", "matmul"):
        others = "".join(
            f"  - {{match: {{name: {other}}}, weights: none, activations: none}}\n"
            for other in damages if other != node
        )
        text = found["recipe"] + "rules:\n" + others
        drop = drop_by_recipe(small, table, text, batches, tmp_path, reference)
        assert damages[node] == pytest.approx(drop, rel=0.2, abs=1e-5), node


@pytest.mark.parametrize(
    "options, words",
    [
        ({"max_drop": 1}, "data="),
        ({"max_drop": -1, "data": []}, "from 0 on"),
        ({"max_drop": 1, "target_size": 10, "data": []}, "exclude"),
        ({"max_drop": 1, "data": []}, "no data"),
    ],
)
def test_wrong_options_are_exceptions(small, options, words):
    with pytest.raises(quantc.InvalidArgument, match=words):
        quantc.quantize(small, recipe="w8a8-dynamic", **options)


def test_minilm_keeps_its_promise_on_other_sentences(minilm_folder, tmp_path):
    model = minilm_folder / "minilm.onnx"

    def runs(folder):
        return [dict(np.load(path)) for path in sorted((minilm_folder / folder).glob("*.npz"))]

    def rows(form):
        artifact = tmp_path / f"{next(numbers)}.so"
        quantc.compile(form, artifact, target="cpu:native")
        session = quantc.InferenceSession(artifact)
        return np.concatenate([session.run(None, run)[0][0] for run in runs("evaluation")])

    calibration = runs("calibration")
    table = quantc.calibrate(model, calibration)
    mixed = quantc.quantize(model, recipe="w8a8", calibration=table,
                            data=calibration[:64], max_drop=0.3)
    assert mixed.search["full_drop"] > 0.5 and mixed.search["drop"] <= 0.3
    assert mixed.search["integer_share"] >= 0.85
    assert points(rows(model), rows(mixed)) <= 0.35


# ---- The command line -------------------------------------------------------------


def test_command_line_writes_model_recipe_and_sensitivity(tool, tmp_path):
    make_mlp(tmp_path / "mlp.onnx")
    (tmp_path / "data").mkdir()
    random = np.random.default_rng(0)
    for i in range(3):
        np.savez(tmp_path / "data" / f"{i}.npz",
                 x=random.normal(size=(8, 16)).astype(np.float32))

    def quantize(*arguments):
        return tool("quantc", "quantize", tmp_path / "mlp.onnx", "--recipe",
                    "w8a8-dynamic", "-o", tmp_path / "out.mlir", *arguments)

    result = quantize("--data", tmp_path / "data", "--max-drop", "0", "--sensitivity",
                      tmp_path / "s.json")
    assert result.returncode == 0, result.stderr
    assert "2 in float" in result.stderr and "0.0000 points lost" in result.stderr
    assert "name: 'second'" in (tmp_path / "out.yaml").read_text()
    ops = json.loads((tmp_path / "s.json").read_text())["ops"]
    assert [op["node"] for op in ops] == ["first", "second"]
    again = tool("quantc", "quantize", tmp_path / "mlp.onnx", "--recipe",
                 tmp_path / "out.yaml", "-o", tmp_path / "again.mlir")
    assert again.returncode == 0
    assert "dequantize" not in (tmp_path / "again.mlir").read_text()

    assert quantize("--max-drop", "1").returncode == 2
    assert quantize("--max-drop", "1", "--target-size", "9", "--data",
                    tmp_path / "data").returncode == 2
    small = quantize("--target-size", "9", "--data", tmp_path / "data")
    assert small.returncode == 1 and "asked for" in small.stderr
