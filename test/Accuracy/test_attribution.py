"""Attribution of a quantized model's error: planted faults are found, by operation and
cause, and the figures are those of a plain computation in double."""

import itertools
import json
import sys

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import planted_faults as faults
import quantc
from conftest import ROOT

FAULTS = ("clipping", "weight", "bias")


# ---- Models ---------------------------------------------------------------------


def make_small(path):
    """Convolutions with a residual addition, a pool, a Gemm and a matrix product with
    a bias: every kind of operation that is matched."""
    random = np.random.default_rng(3)

    def tensor(name, *shape):
        spread = 1 / np.sqrt(np.prod(shape[1:]) if len(shape) > 1 else 16)
        return numpy_helper.from_array(
            (spread * random.normal(size=shape)).astype(np.float32), name
        )

    nodes = [
        helper.make_node("Conv", ["x", "w1", "b1"], ["c1"], name="conv1", pads=[1] * 4),
        helper.make_node("Relu", ["c1"], ["r1"], name="relu1"),
        helper.make_node("Conv", ["r1", "w2", "b2"], ["c2"], name="conv2", pads=[1] * 4),
        helper.make_node("Relu", ["c2"], ["r2"], name="relu2"),
        helper.make_node("Conv", ["r2", "w3", "b3"], ["c3"], name="conv3", pads=[1] * 4),
        helper.make_node("Add", ["c3", "r1"], ["a"], name="add"),
        helper.make_node("Relu", ["a"], ["r3"], name="relu3"),
        helper.make_node("GlobalAveragePool", ["r3"], ["p"], name="pool"),
        helper.make_node("Flatten", ["p"], ["f"], name="flatten"),
        helper.make_node("Gemm", ["f", "w4", "b4"], ["g"], name="gemm", transB=1),
        helper.make_node("Relu", ["g"], ["r4"], name="relu4"),
        helper.make_node("MatMul", ["r4", "w5"], ["m"], name="matmul"),
        helper.make_node("Add", ["m", "b5"], ["y"], name="bias"),
    ]
    weights = [
        tensor("w1", 8, 3, 3, 3), tensor("b1", 8), tensor("w2", 8, 8, 3, 3),
        tensor("b2", 8), tensor("w3", 8, 8, 3, 3), tensor("b3", 8),
        tensor("w4", 24, 8), tensor("b4", 24), tensor("w5", 24, 10), tensor("b5", 10),
    ]
    graph = helper.make_graph(
        nodes, "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, 12, 12])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 10])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])
    model.ir_version = 10
    onnx.save(model, path)


def small_batches(count=6, seed=0):
    random = np.random.default_rng(seed)
    return [{"x": random.normal(size=(4, 3, 12, 12)).astype(np.float32)}
            for _ in range(count)]


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.onnx"
    make_small(path)
    return path


def quantize_to(model, batches, path, recipe="w8a8"):
    table = quantc.calibrate(model, batches)
    quantc.quantize(model, recipe=recipe, calibration=table).save(path)
    return faults.QuantizedText(path)


# ---- Planted faults ---------------------------------------------------------------


def find_fault(model, text, kind, line, batches, signals, folder):
    """The first row of the table for `text` with one fault, and the nodes that may be
    named: those that read the faulty tensor."""
    allowed = [text.node(line)]
    if kind == "clipping":
        allowed = [text.node(i) for i in text.users(text.operands(line)[0])]
        faults.clip_range(text, line)
    elif kind == "weight":
        faults.round_weight(text, line)
    else:
        faults.shift_bias(text, line, 0.25 * signals[text.node(line)])
    table = quantc.sensitivity(model, text.save(folder), batches)
    return (table["node"][0], table["cause"][0]), allowed


def root_mean_squares(model, path, batches, folder):
    """Of every operation's result, out of the JSON file."""
    quantc.sensitivity(model, path, batches, path=folder / "sensitivity.json")
    content = json.loads((folder / "sensitivity.json").read_text())
    assert content["format"] == "quantc-sensitivity" and content["runs"] == len(batches)
    return {op["node"]: op["signal"] ** 0.5 for op in content["ops"]}


def check_faults(model, calibration, batches, folder, lines_per_fault):
    path = folder / "quantized.mlir"
    text = quantize_to(model, calibration, path)
    signals = root_mean_squares(model, path, batches, folder)
    random = np.random.default_rng(1)
    for kind in FAULTS:
        lines = [i for i in text.products()
                 if kind != "clipping" or faults.can_clip(text, i)]
        for line in random.permutation(lines)[:lines_per_fault]:
            (node, cause), allowed = find_fault(
                model, faults.QuantizedText(path), kind, int(line), batches, signals,
                folder / "planted",
            )
            assert node in allowed and cause == kind


def test_planted_faults_in_a_small_model(small, tmp_path):
    check_faults(small, small_batches(), small_batches(4, seed=1), tmp_path,
                 lines_per_fault=2)


@pytest.mark.parametrize("name", ["squeezenet", "resnet20", "mobilenet"])
def test_planted_faults_in_image_models(data, tmp_path, name):
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import accuracy

    if name == "resnet20":
        path = data / "vision/resnet20-cifar10/resnet20.onnx"
        images = accuracy.cifar10("calib1000")
    elif name == "squeezenet":
        path = data / "vision/squeezenet1.1/squeezenet1.1.onnx"
        images = accuracy.imagenet(lambda p: (p / 255 - accuracy.MEAN) / accuracy.STD)
    else:
        path = data / "vision/qdq/tf2_mobilenet_v2_1.0_224_ptq.float_twin.onnx"
        images = accuracy.imagenet(lambda p: p / 127.5 - 1)
    (key,) = quantc.load(path).input_names
    batches = [{key: x} for x, _ in itertools.islice(images, 12)]
    check_faults(path, batches[:8], batches[8:], tmp_path, lines_per_fault=1)


def test_planted_faults_in_minilm(minilm_folder, tmp_path):
    runs = [dict(np.load(path))
            for path in sorted((minilm_folder / "calibration").glob("*.npz"))[:40]]
    check_faults(minilm_folder / "minilm.onnx", runs[:32], runs[32:], tmp_path,
                 lines_per_fault=1)


# ---- Figures ----------------------------------------------------------------------


def quantize_mlp(tmp_path, weights, path):
    """The text of the quantized two-layer model, biases as they are, and its numbers:
    scale and zero point of either input, and both weights in float."""
    x = np.random.default_rng(0).normal(size=(64, 16)).astype(np.float32)
    recipe = tmp_path / "plain.yaml"
    shipped = (ROOT / "share" / "recipes" / "w8a8.yaml").read_text()
    recipe.write_text(shipped.replace("bias_correction: true", "bias_correction: false"))
    text = quantize_to(path, [{"x": x}], tmp_path / "mlp.mlir", recipe)

    def constant(value, dtype):
        kept = []
        text.edit(value, dtype, lambda data: kept.append(data.copy()) or data)
        return kept[0].astype(np.float64)

    layers = []
    for line, weight in zip(text.products(), (weights["w1"], weights["w2"])):
        activation, codes = (text.operands(text.position[v]) for v in text.operands(line))
        layers.append((
            constant(activation[1], np.float32)[0], constant(activation[2], np.uint8)[0],
            constant(codes[0], np.int8).reshape(weight.shape)
            * constant(codes[1], np.float32).reshape(1, -1),
        ))
    return text, x, layers


def test_figures_of_one_product(mlp, tmp_path):
    path, weights = mlp
    text, x, layers = quantize_mlp(tmp_path, weights, path)
    scale, zero, decoded = layers[0]
    x = x.astype(np.float64)
    y = x @ weights["w1"] + weights["b1"]
    clipped = np.clip(x, -zero * scale, (255 - zero) * scale)
    rounded = (np.clip(np.rint(x / scale) + zero, 0, 255) - zero) * scale
    signal = (y**2).sum()

    def energy(difference):
        return (difference**2).sum() / signal

    table = quantc.sensitivity(path, text.path, [{"x": x.astype(np.float32)}])
    row = list(table["node"]).index("first")
    expected = {
        "clipping": energy((clipped - x) @ weights["w1"]),
        "rounding": energy((rounded - clipped) @ weights["w1"]),
        "weight": energy(x @ (decoded - weights["w1"])),
        "local": energy(rounded @ decoded + weights["b1"] - y),
        "inherited": 0, "bias": 0,
    }
    for column, value in expected.items():
        assert table[column][row] == pytest.approx(value, rel=2e-3, abs=1e-10), column
    assert table["rewrite"][row] < 1e-10
    assert table["sqnr"][row] == pytest.approx(-10 * np.log10(expected["local"]), abs=0.02)
    assert table["macs"][row] == 64 * 16 * 33


def test_inherited_error_is_what_the_inputs_bring(mlp, tmp_path):
    """A fault upstream leaves the local figures of what follows as they are."""
    path, weights = mlp
    text, x, _ = quantize_mlp(tmp_path, weights, path)
    before = quantc.sensitivity(path, text.path, [{"x": x}])
    faults.round_weight(text, text.products()[0])
    after = quantc.sensitivity(path, text.save(tmp_path / "planted"), [{"x": x}])
    row, old = list(after["node"]).index("second"), list(before["node"]).index("second")
    assert after["local"][row] == before["local"][old]
    assert after["inherited"][row] > 100 * before["inherited"][old]


def test_a_float_model_has_no_error(small, tmp_path):
    model = quantc.quantize(small, recipe="none")
    table = quantc.sensitivity(small, model, small_batches(2))
    assert list(table["node"]) == []


def test_dynamic_ranges_do_not_clip(small):
    model = quantc.quantize(small, recipe="w8a8-dynamic")
    table = quantc.sensitivity(small, model, small_batches(2))
    assert sorted(table["node"]) == ["gemm", "matmul"]
    assert all(value == 0 for value in table["clipping"])
    assert all(0 < value < 1e-3 for value in table["rounding"])


def test_results_do_not_depend_on_the_number_of_cores(small, tmp_path):
    model = quantc.quantize(small, recipe="w8a8-dynamic")
    tables = [quantc.sensitivity(small, model, small_batches(9)) for _ in range(2)]
    assert all(list(tables[0][key]) == list(tables[1][key]) for key in tables[0])


def test_another_model_is_refused(small, mlp):
    with pytest.raises(quantc.InvalidArgument, match="inputs"):
        quantc.sensitivity(small, mlp[0], small_batches(1))


def test_no_data_is_an_error(small):
    with pytest.raises(quantc.InvalidArgument, match="no data"):
        quantc.sensitivity(small, quantc.quantize(small, recipe="w8a8-dynamic"), [])


def test_nan_names_the_operation(small):
    batch = small_batches(1)[0]
    batch["x"][0, 0, 0, 0] = np.nan
    model = quantc.quantize(small, recipe="w8a8-dynamic")
    with pytest.raises(quantc.InvalidArgument, match="'conv1' has NaN"):
        quantc.sensitivity(small, model, [batch])
