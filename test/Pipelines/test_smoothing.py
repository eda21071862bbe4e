"""SmoothQuant on an encoder layer with outlier channels: the float model stays the
same, the quantized one gets closer to it, and compiled code has the evaluator's bits."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

WIDTH, HEADS, HIDDEN = 32, 4, 64


def make_encoder(path):
    """x [batch, seq, 32] -> LayerNormalization, attention, residual,
    LayerNormalization, MatMul, Gelu, MatMul, residual -> y, saved to `path`."""
    random = np.random.default_rng(3)
    weights, nodes = {}, []

    def weight(name, *shape, scale=1.0):
        value = random.normal(size=shape).astype(np.float32) * np.float32(scale)
        weights[name] = value
        return name

    def node(op, inputs, output, **attributes):
        nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def linear(x, name, inputs, outputs):
        product = node("MatMul", [x, weight(f"{name}.w", inputs, outputs, scale=inputs**-0.5)],
                       f"{name}.product")
        return node("Add", [product, weight(f"{name}.b", outputs, scale=0.1)], name)

    def normalize(x, name):
        weight(f"{name}.scale", WIDTH)
        weights[f"{name}.scale"][[3, 17]] = 40  # what per-tensor scales suffer from
        return node("LayerNormalization", [x, f"{name}.scale", weight(f"{name}.bias", WIDTH)],
                    name, axis=-1)

    first = normalize("x", "norm1")
    q, k, v = (linear(first, name, WIDTH, WIDTH) for name in "qkv")
    mixed = node("Attention", [q, k, v], "attention", q_num_heads=HEADS, kv_num_heads=HEADS)
    second = normalize(node("Add", [first, linear(mixed, "o", WIDTH, WIDTH)], "sum1"), "norm2")
    hidden = node("Gelu", [linear(second, "up", WIDTH, HIDDEN)], "gelu")
    node("Add", [second, linear(hidden, "down", HIDDEN, WIDTH)], "y")
    shape = ["batch", "seq", WIDTH]
    graph = helper.make_graph(
        nodes, "encoder",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)])
    model.ir_version = 11
    onnx.save(model, path)


class Encoder:
    """A model, a table from eight runs, and one more input."""

    def __init__(self, tool, folder):
        self.tool, self.folder = tool, folder
        self.model = folder / "encoder.onnx"
        make_encoder(self.model)
        random = np.random.default_rng(4)
        (folder / "data").mkdir()
        for i in range(9):
            path = folder / "input.npz" if i == 8 else folder / f"data/{i}.npz"
            np.savez(path, x=random.normal(size=(2, 24, WIDTH)).astype(np.float32))
        self.table = folder / "encoder.calib"
        self.call("quantc", "calibrate", self.model, "--data", folder / "data", "-o", self.table)

    def call(self, *arguments):
        # In the folder, where quant-opt looks for weights beside the text.
        result = self.tool(*arguments, cwd=self.folder)
        assert result.returncode == 0, result.stderr
        return result

    def run(self, model, *options):
        output = self.folder / "output.npz"
        self.call("quantc", "run", model, "--data", self.folder / "input.npz", "-o", output,
                  *options)
        return np.load(output)["y"]

    def graph(self):
        """The model in canonical form, with the nodes' names."""
        imported, canonical = self.folder / "import.mlir", self.folder / "graph.mlir"
        self.call("quant-translate", "--import-onnx", self.model, "-o", imported)
        self.call("quant-opt", imported, "--quantc-graph", "--mlir-print-debuginfo", "-o",
                  canonical)
        return canonical

    def smooth(self, recipe):
        """The float model after smoothing."""
        smoothed = self.folder / "smoothed.mlir"
        result = self.call(
            "quant-opt", self.graph(), "--mlir-print-debuginfo", "-o", smoothed,
            f"--quantc-smooth-quant=recipe={recipe} calibration={self.table}")
        assert "not smoothed" not in result.stderr, result.stderr
        return smoothed

    def quantize(self, recipe):
        """The folded model."""
        folded = self.folder / "folded.mlir"
        self.call("quantc", "compile", self.model, "--recipe", recipe, "--calib", self.table,
                  "--emit", "qnn", "-o", folded)
        return folded


@pytest.fixture
def encoder(tool, tmp_path):
    return Encoder(tool, tmp_path)


def write_recipe(folder, text):
    path = folder / "recipe.yaml"
    path.write_text("schema: 1\ndefault: {weights: {}, activations: {}}\n" + text)
    return path


@pytest.mark.parametrize("alpha", ["0.5", "0.8", "auto"])
def test_the_float_model_stays_the_same(encoder, alpha):
    recipe = write_recipe(encoder.folder, f"smoothquant: {{alpha: {alpha}}}")
    before, after = encoder.run(encoder.graph()), encoder.run(encoder.smooth(recipe))
    assert np.abs(after - before).max() <= 1e-5 * np.abs(before).max()
    assert not np.array_equal(after, before)


def test_powers_of_two_change_no_bit(encoder):
    recipe = write_recipe(encoder.folder, "smoothquant: {alpha: 0.7, power_of_two: true}")
    before, after = encoder.run(encoder.graph()), encoder.run(encoder.smooth(recipe))
    assert np.array_equal(after.view(np.uint32), before.view(np.uint32))


def decibels(exact, approximate):
    return 10 * np.log10((exact**2).sum() / ((exact - approximate) ** 2).sum())


def test_outliers_cost_less(encoder):
    exact = encoder.run(encoder.graph())
    plain = decibels(exact, encoder.run(encoder.quantize("w8a8")))
    smoothed = decibels(exact, encoder.run(encoder.quantize("w8a8-smoothquant")))
    assert smoothed >= plain + 6


@pytest.mark.parametrize("recipe", ["w8a8-smoothquant", "w8a8-dynamic-smoothquant"])
def test_compiled_code_has_the_evaluators_bits(encoder, recipe):
    expected = encoder.run(encoder.quantize(recipe))
    artifact = encoder.folder / "encoder.so"
    encoder.call("quantc", "compile", encoder.folder / "folded.mlir", "-o", artifact,
                 "--target", "cpu:scalar,avx2")
    for isa in ("scalar", "avx2"):
        found = encoder.run(artifact, "--isa", isa, "--threads", "2")
        assert np.array_equal(found.view(np.uint32), expected.view(np.uint32)), isa
