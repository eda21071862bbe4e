"""Kernels of ONNX operators against the evaluator, bit for bit, on every instruction
set: sizes that end inside a vector, every option, several threads."""

import itertools

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

quantc = pytest.importorskip("quantc")

ISAS = ("scalar", "avx2", "avx512vnni")
TYPES = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.float16): TensorProto.FLOAT16,
         np.dtype(np.float64): TensorProto.DOUBLE, np.dtype(np.int64): TensorProto.INT64,
         np.dtype(np.int32): TensorProto.INT32, np.dtype(bool): TensorProto.BOOL}


def make_node_model(path, operator, inputs, constants, outputs, opset, **attributes):
    """A model of one node; `inputs` and `constants` are arrays by name, `order` the
    operands ("" for an omitted one), all of them by default; `dims` names the
    dimensions of inputs that are dynamic."""
    order = attributes.pop("order", [*inputs, *constants])
    dims = attributes.pop("dims", {})
    node = helper.make_node(operator, order, outputs, name="node", **attributes)
    graph = helper.make_graph(
        [node], "g",
        [helper.make_tensor_value_info(name, TYPES[x.dtype], dims.get(name, x.shape))
         for name, x in inputs.items()],
        [helper.make_empty_tensor_value_info(name) for name in outputs if name],
        [numpy_helper.from_array(x, name) for name, x in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 10
    onnx.save(model, path)


def check(tmp_path, operator, inputs, constants, outputs, opset, **attributes):
    """Compiled code gives the bits that the evaluator gives on the folded model,
    which in turn lie near the f64 evaluation of the model itself."""
    path, artifact = str(tmp_path / f"{operator}.onnx"), str(tmp_path / f"{operator}.so")
    make_node_model(path, operator, inputs, constants, outputs, opset, **attributes)
    model = quantc.load(path)
    model.compile(artifact, "cpu:" + ",".join(ISAS))
    truth = model.evaluate(inputs, precision="f64")
    model.run_pipeline("builtin.module(quantc-graph,quantc-fold)")
    expected = model.evaluate(inputs)
    for want, exact in zip(expected, truth):
        eps = 1e-2 if want.dtype == np.float16 else 2e-4
        np.testing.assert_allclose(want.astype(np.float64), exact.astype(np.float64),
                                   rtol=eps, atol=eps)
    ran = 0
    for isa, threads in itertools.product(ISAS, (1, 3)):
        try:
            session = quantc.InferenceSession(artifact, threads=threads, isa=isa)
        except quantc.Unsupported:
            continue
        for got, want in zip(session.run(None, inputs), expected):
            assert got.dtype == want.dtype and got.shape == want.shape
            assert got.tobytes() == want.tobytes(), (isa, threads)
        ran += 1
    assert ran


def normal(*shape, seed=0, dtype=np.float32, scale=0.5):
    generator = np.random.default_rng(seed)
    return (scale * generator.standard_normal(shape)).astype(dtype)


GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
RECURRENT = {
    "plain": {},
    "reverse": dict(direction="reverse"),
    "both": dict(direction="bidirectional"),
    "batch-first": dict(direction="bidirectional", layout=1),
    "clip": dict(clip=0.25),
    "activations": dict(activations={
        "RNN": ["Elu"], "GRU": ["HardSigmoid", "ScaledTanh"],
        "LSTM": ["HardSigmoid", "Softsign", "LeakyRelu"]}),
}


@pytest.mark.parametrize("options", RECURRENT)
@pytest.mark.parametrize("operator", GATES)
def test_recurrent(tmp_path, operator, options):
    steps, batch, inputs, hidden = 5, 3, 19, 37
    attributes = dict(RECURRENT[options], hidden_size=hidden)
    if "activations" in attributes:
        attributes["activations"] = attributes["activations"][operator]
    directions = 2 if attributes.get("direction") == "bidirectional" else 1
    first = attributes.get("layout", 0)
    states = (batch, directions, hidden) if first else (directions, batch, hidden)
    feeds = {"x": normal(*((batch, steps) if first else (steps, batch)), inputs),
             "lengths": np.array([5, 0, 3], np.int32), "h": normal(*states, seed=1)}
    rows = GATES[operator] * hidden
    constants = {"w": normal(directions, rows, inputs, seed=2),
                 "r": normal(directions, rows, hidden, seed=3, scale=0.2),
                 "b": normal(directions, 2 * rows, seed=4)}
    order = ["x", "w", "r", "b", "lengths", "h"]
    outputs = ["y", "y_h"]
    if operator == "LSTM":
        feeds["c"] = normal(*states, seed=5)
        constants["p"] = normal(directions, 3 * hidden, seed=6)
        order += ["c", "p"]
        outputs += ["y_c"]
    check(tmp_path, operator, feeds, constants, outputs, 22, order=order, **attributes)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_recurrent_without_optional_operands(tmp_path, dtype):
    constants = {"w": normal(1, 4 * 16, 8, seed=2, dtype=dtype),
                 "r": normal(1, 4 * 16, 16, seed=3, dtype=dtype)}
    check(tmp_path, "LSTM", {"x": normal(4, 2, 8, dtype=dtype)}, constants,
          ["", "y_h"], 22, hidden_size=16, input_forget=1)
    constants = {"w": normal(1, 3 * 16, 8, seed=2, dtype=dtype),
                 "r": normal(1, 3 * 16, 16, seed=3, dtype=dtype)}
    check(tmp_path, "GRU", {"x": normal(4, 2, 8, dtype=dtype)}, constants, ["y"], 22,
          hidden_size=16, linear_before_reset=1)


@pytest.mark.parametrize("interleaved", [0, 1])
@pytest.mark.parametrize("rotated", [0, 26])
@pytest.mark.parametrize("flat", [False, True])
def test_rotary_embedding(tmp_path, interleaved, rotated, flat):
    batch, heads, length, size = 2, 3, 5, 42
    x = normal(batch, length, heads * size) if flat else normal(batch, heads, length, size)
    half = (rotated or size) // 2
    angles = np.random.default_rng(1).uniform(-3, 3, (64, half))
    feeds = {"x": x, "positions": np.random.default_rng(2).integers(0, 64, (batch, length))}
    constants = {"cos": np.cos(angles).astype(np.float32),
                 "sin": np.sin(angles).astype(np.float32)}
    attributes = dict(num_heads=heads) if flat else {}
    check(tmp_path, "RotaryEmbedding", feeds, constants, ["y"], 23,
          order=["x", "cos", "sin", "positions"], interleaved=interleaved,
          rotary_embedding_dim=rotated, **attributes)


@pytest.mark.parametrize("past", [0, 1, 70])
@pytest.mark.parametrize("mask", [None, bool, np.float32])
def test_attention_to_a_past(tmp_path, past, mask):
    """A decoder's step: five new tokens, grouped heads, everything given back."""
    batch, heads, groups, length, size = 2, 4, 2, 5, 24
    feeds = {"q": normal(batch, length, heads * size), "k": normal(batch, length, groups * size, seed=1),
             "v": normal(batch, length, groups * size, seed=2)}
    order = ["q", "k", "v", "", "pk", "pv"]
    feeds["pk"] = normal(batch, groups, past, size, seed=3)
    feeds["pv"] = normal(batch, groups, past, size, seed=4)
    if mask:
        seen = np.random.default_rng(5).integers(0, 2, (length, past + length))
        feeds["mask"] = seen.astype(mask)
        order[3] = "mask"
    check(tmp_path, "Attention", feeds, {}, ["y", "key", "value"], 23, order=order,
          is_causal=1, q_num_heads=heads, kv_num_heads=groups)


def test_attention_to_a_past_of_any_length(tmp_path):
    heads, size = 2, 16
    feeds = {name: normal(3, heads, length, size, seed=i) for i, (name, length) in
             enumerate({"q": 2, "k": 2, "v": 2, "pk": 66, "pv": 66}.items())}
    dims = {name: ["batch", heads, "past" if "p" in name else "length", size]
            for name in feeds}
    check(tmp_path, "Attention", feeds, {}, ["y", "key", "value"], 23,
          order=["q", "k", "v", "", "pk", "pv"], is_causal=1, dims=dims)


@pytest.mark.parametrize("left, right, causal", [(3, -1, 1), (3, 2, 0), (-1, 0, 0), (0, 70, 0)])
def test_attention_in_a_window(tmp_path, left, right, causal):
    feeds = {"q": normal(2, 2, 81, 16), "k": normal(2, 2, 81, 16, seed=1),
             "v": normal(2, 2, 81, 16, seed=2), "lengths": np.array([81, 40])}
    check(tmp_path, "Attention", feeds, {}, ["y"], 25, order=["q", "k", "v", "", "", "", "lengths"],
          is_causal=causal, left_window_size=left, right_window_size=right)


def test_attention_with_a_shorter_mask(tmp_path):
    feeds = {"q": normal(2, 2, 7, 16), "k": normal(2, 2, 81, 16, seed=1),
             "v": normal(2, 2, 81, 16, seed=2), "mask": normal(2, 1, 7, 70, seed=3)}
    check(tmp_path, "Attention", feeds, {}, ["y"], 24, order=["q", "k", "v", "mask"])


MODES = ["half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel",
         "half_pixel_symmetric"]


@pytest.mark.parametrize("coordinates", MODES)
@pytest.mark.parametrize("mode", ["linear", "cubic"])
@pytest.mark.parametrize("scales", [(2.5, 1.7), (0.6, 0.3), (1, 3)])
def test_resize_by_scales(tmp_path, mode, coordinates, scales):
    constants = {"scales": np.float32([1, 1, *scales])}
    check(tmp_path, "Resize", {"x": normal(2, 3, 7, 10)}, constants, ["y"], 19,
          order=["x", "", "scales"], mode=mode, coordinate_transformation_mode=coordinates)


@pytest.mark.parametrize("coordinates", MODES)
@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.float64])
def test_resize_to_sizes(tmp_path, coordinates, dtype):
    constants = {"sizes": np.array([14, 1, 49])}
    check(tmp_path, "Resize", {"x": normal(2, 7, 7, 49, dtype=dtype)}, constants, ["y"], 19,
          order=["x", "", "", "sizes"], mode="cubic", axes=[1, 2, 3], exclude_outside=1,
          cubic_coeff_a=-0.5, coordinate_transformation_mode=coordinates)


@pytest.mark.parametrize("attributes, words", [
    (dict(antialias=1, mode="linear"), "antialiasing"),
    (dict(coordinate_transformation_mode="tf_crop_and_resize", mode="linear"), "cropping"),
])
def test_resize_that_is_not_supported(tmp_path, attributes, words):
    constants = {"roi": np.float32([0, 0, 0, 0, 1, 1, 1, 1]), "sizes": np.array([1, 1, 3, 3])}
    path = str(tmp_path / "model.onnx")
    make_node_model(path, "Resize", {"x": normal(1, 1, 8, 8)}, constants, ["y"], 19,
                    order=["x", "roi", "", "sizes"], **attributes)
    with pytest.raises(quantc.Unsupported, match=words):
        quantc.load(path).compile(str(tmp_path / "model.so"))
