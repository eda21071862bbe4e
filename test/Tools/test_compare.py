"""quantc compare: figures, layers, JSON, and models that do not match."""

import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from conftest import make_mlp, run_mlp


def save_runs(folder, count=4, rows=7):
    folder.mkdir()
    runs = []
    for i in range(count):
        x = np.random.default_rng(i).normal(size=(rows, 16)).astype(np.float32)
        np.savez(folder / f"{i}.npz", x=x)
        runs.append(x)
    return runs


@pytest.fixture
def pair(tool, mlp, tmp_path):
    """A float model, its w8a8 form as .mlir and .so, and data."""
    runs = save_runs(tmp_path / "data")
    steps = [
        ["calibrate", mlp[0], "--data", "data", "-o", "mlp.calib"],
        ["quantize", mlp[0], "--recipe", "w8a8", "--calib", "mlp.calib", "-o", "q.mlir"],
        ["compile", "q.mlir", "-o", "q.so"],
    ]
    for step in steps:
        result = tool("quantc", *step, cwd=tmp_path)
        assert result.returncode == 0, result.stderr
    return mlp, runs


def compare(tool, folder, *arguments):
    result = tool("quantc", "compare", *arguments, "--data", "data", "--json", "-",
                  cwd=folder)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def sqnr(reference, candidate):
    r, c = np.float64(reference), np.float64(candidate)
    return 10 * np.log10((r**2).sum() / ((r - c) ** 2).sum())


def test_figures_are_those_of_the_outputs(tool, pair, tmp_path):
    (_, weights), runs = pair
    found = compare(tool, tmp_path, "mlp.onnx", "q.so")
    outputs = []
    for i in range(len(runs)):
        y = tmp_path / f"y{i}.npz"
        tool("quantc", "run", "q.so", "--data", f"data/{i}.npz", "-o", y, cwd=tmp_path)
        outputs.append(np.load(y)["y"])
    candidate = np.concatenate(outputs).astype(np.float64)
    reference = np.concatenate([run_mlp(weights, x) for x in runs])
    (y,) = found["outputs"]
    assert found["runs"] == len(runs)
    assert (y["name"], y["elements"]) == ("y", reference.size)
    assert y["sqnr_db"] == pytest.approx(sqnr(reference, candidate), abs=0.01)
    dots = (reference * candidate).sum(1)
    norms = np.linalg.norm(reference, axis=1) * np.linalg.norm(candidate, axis=1)
    assert y["cosine"] == pytest.approx((dots / norms).mean(), abs=1e-6)
    error = np.abs(reference - candidate)
    assert y["max_abs"] == pytest.approx(error.max(), rel=1e-3)
    assert y["mean_abs"] == pytest.approx(error.mean(), rel=1e-3)
    same = reference.argmax(1) == candidate.argmax(1)
    assert y["top1"] == pytest.approx(same.mean())


def test_a_model_equals_itself_however_it_runs(tool, pair, tmp_path):
    for candidate in (["mlp.onnx"], ["mlp.onnx", "--evaluate"], ["q.mlir"]):
        reference = "q.so" if candidate == ["q.mlir"] else "mlp.onnx"
        (y,) = compare(tool, tmp_path, reference, *candidate)["outputs"]
        assert y["equal"] and y["sqnr_db"] is None and y["cosine"] == 1


def test_layers_are_matched_by_name(tool, pair, tmp_path):
    found = compare(tool, tmp_path, "mlp.onnx", "q.mlir", "--layers")
    layers = {layer["name"]: layer for layer in found["layers"]}
    assert {"first", "second"} <= set(layers)
    # The rectifier lies in the requantization, the float model's only.
    assert found["unmatched_layers"] == ["relu"]
    (y,) = found["outputs"]
    assert layers["second"]["sqnr_db"] == pytest.approx(y["sqnr_db"], abs=0.1)
    evaluated = compare(tool, tmp_path, "mlp.onnx", "q.mlir", "--layers", "--evaluate")
    assert evaluated["layers"] == found["layers"]


def test_namesakes_are_not_mistaken_for_each_other(tool, tmp_path):
    """Quantizing absorbs two of three rectifiers of one name: the last must not be
    taken for the first."""
    model = onnx.load(make_chain(tmp_path / "m.onnx"))
    assert len({node.name for node in model.graph.node}) == 2
    save_runs(tmp_path / "data", 2)
    for step in (["calibrate", "m.onnx", "--data", "data", "-o", "m.calib"],
                 ["quantize", "m.onnx", "--recipe", "w8a8", "--calib", "m.calib", "-o",
                  "q.mlir"]):
        result = tool("quantc", *step, cwd=tmp_path)
        assert result.returncode == 0, result.stderr
    found = compare(tool, tmp_path, "m.onnx", "q.mlir", "--layers")
    assert {"product", "product#1", "product#2"} <= {l["name"] for l in found["layers"]}
    assert "rectifier" in found["unmatched_layers"]
    assert all(layer["sqnr_db"] > 20 for layer in found["layers"])


def make_chain(path):
    """Products and rectifiers in turn, all of one name each."""
    random = np.random.default_rng(0)
    weights = [random.normal(size=(16, 16)).astype(np.float32) / 4 for _ in range(3)]
    nodes = [
        helper.make_node("MatMul", ["x", "w0"], ["m0"], name="product"),
        helper.make_node("Relu", ["m0"], ["r0"], name="rectifier"),
        helper.make_node("MatMul", ["r0", "w1"], ["m1"], name="product"),
        helper.make_node("Relu", ["m1"], ["r1"], name="rectifier"),
        helper.make_node("MatMul", ["r1", "w2"], ["m2"], name="product"),
        helper.make_node("Relu", ["m2"], ["y"], name="rectifier"),
    ]
    tensor = lambda name: helper.make_tensor_value_info(
        name, TensorProto.FLOAT, ["batch", 16])
    graph = helper.make_graph(
        nodes, "chain", [tensor("x")], [tensor("y")],
        [numpy_helper.from_array(w, f"w{i}") for i, w in enumerate(weights)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])
    model.ir_version = 10
    onnx.save(model, path)
    return path


SCALED = """
func.func @main(%x: tensor<4x2xf32> {{onnx.name = "x"}}) -> (tensor<4x2xf32> {{onnx.name = "y"}}) {{
  %s = onnx.Constant dense<{scale}> : tensor<2xf32>
  %w = onnx.Constant dense<{weight}> : tensor<2x2xf32>
  %m = onnx.Mul %x, %s {attribute} : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xf32> loc("scaled")
  %n = onnx.Relu %m {attribute} : (tensor<4x2xf32>) -> tensor<4x2xf32> loc("rectified")
  %y = onnx.MatMul %n, %w : (tensor<4x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32> loc("product")
  return %y : tensor<4x2xf32>
}}
"""


def test_scaled_channels_are_compared_in_the_originals_scale(tool, tmp_path):
    """What SmoothQuant leaves: a channel a quarter as large, its weights four times."""
    (tmp_path / "a.mlir").write_text(SCALED.format(
        scale="[1.0, 8.0]", weight="[[1.0, 2.0], [3.0, 4.0]]", attribute=""))
    (tmp_path / "b.mlir").write_text(SCALED.format(
        scale="[1.0, 2.0]", weight="[[1.0, 2.0], [12.0, 16.0]]",
        attribute="{quantc.channel_factors = array<f32: 1.0, 0.25>}"))
    (tmp_path / "data").mkdir()
    x = np.random.default_rng(0).normal(size=(4, 2)).astype(np.float32)
    np.savez(tmp_path / "data" / "0.npz", x=x)
    for first, second in (("a.mlir", "b.mlir"), ("b.mlir", "a.mlir")):
        found = compare(tool, tmp_path, first, second, "--layers")
        layers = {layer["name"]: layer for layer in found["layers"]}
        assert set(layers) == {"scaled", "rectified", "product"}
        assert all(layer["equal"] for layer in layers.values())


def test_text_names_the_worst_layers(tool, pair, tmp_path):
    result = tool("quantc", "compare", "mlp.onnx", "q.mlir", "--data", "data", "--layers",
                  cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "worst 3 of 3 layers" in result.stdout and "SQNR" in result.stdout


def test_samples_and_batch_choose_the_runs(tool, pair, tmp_path):
    assert compare(tool, tmp_path, "mlp.onnx", "q.so", "--samples", "2")["runs"] == 2
    assert compare(tool, tmp_path, "mlp.onnx", "q.so", "--batch", "3")["runs"] == 12


def make_other(path, kind):
    """A model whose inputs or outputs differ from make_mlp's."""
    names = {"output": ("x", "z", 16, 5), "input": ("w", "y", 16, 5),
             "width": ("x", "y", 16, 6), "length": ("x", "y", 15, 5)}
    x, y, inner, outer = names[kind]
    weight = np.ones((inner, outer), np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMul", [x, "weight"], [y], name="only")], "other",
        [helper.make_tensor_value_info(x, TensorProto.FLOAT, ["batch", inner])],
        [helper.make_tensor_value_info(y, TensorProto.FLOAT, ["batch", outer])],
        [numpy_helper.from_array(weight, "weight")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])
    model.ir_version = 10
    onnx.save(model, path)


@pytest.mark.parametrize(
    "kind, words",
    [
        ("output", ["output 'y' of mlp.onnx", "other.onnx, which has: z"]),
        ("input", ["input 'x' of mlp.onnx", "other.onnx, which has: w"]),
        ("width", ["output 'y' is f32[", ", 5] in mlp.onnx", ", 6] in other.onnx"]),
        ("length", ["input 'x' is f32[batch, 16] in mlp.onnx", "f32[batch, 15]"]),
    ],
)
def test_models_that_do_not_match(tool, mlp, tmp_path, kind, words):
    make_other(tmp_path / "other.onnx", kind)
    save_runs(tmp_path / "data", 1)
    result = tool("quantc", "compare", "mlp.onnx", "other.onnx", "--data", "data",
                  cwd=tmp_path)
    assert result.returncode == 1, result.stderr
    for word in words:
        assert word in result.stderr
    assert result.stderr.startswith("error: ") and result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        (["mlp.onnx"], 2, "CANDIDATE"),
        (["mlp.onnx", "mlp.onnx"], 2, "--data"),
        (["mlp.onnx", "absent.so", "--data", "data"], 4, "absent.so"),
        (["mlp.onnx", "mlp.onnx", "--data", "absent"], 4, "absent"),
        (["mlp.onnx", "mlp.onnx", "--data", "empty"], 1, "no .npz"),
        (["mlp.onnx", "mlp.onnx", "--data", "data", "--samples", "0"], 2, "--samples"),
        (["mlp.onnx", "mlp.onnx", "--data", "wrong"], 1, "no input 'z'"),
        (["mlp.onnx", "q.so", "--data", "data", "--layers"], 1, "q.so: --layers"),
        (["mlp.onnx", "q.so", "--data", "data", "--json", "/nonexistent/f"], 4,
         "/nonexistent/f"),
    ],
)
def test_wrong_command_lines(tool, pair, tmp_path, arguments, code, words):
    (tmp_path / "empty").mkdir()
    (tmp_path / "wrong").mkdir()
    np.savez(tmp_path / "wrong" / "0.npz", z=np.zeros((1, 16), np.float32))
    result = tool("quantc", "compare", *arguments, cwd=tmp_path)
    assert result.returncode == code, result.stderr
    assert words in result.stderr and "Stack dump" not in result.stderr


def test_nan_is_a_mismatch_not_a_crash(tool, pair, tmp_path):
    x = np.zeros((2, 16), np.float32)
    x[0, 0] = np.nan
    np.savez(tmp_path / "data" / "0.npz", x=x)
    (y,) = compare(tool, tmp_path, "mlp.onnx", "q.so", "--samples", "1")["outputs"]
    assert y["mismatches"] == 5 and y["sqnr_db"] is None and not y["equal"]
