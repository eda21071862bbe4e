"""Three exports of one encoder (TorchScript opset 14 and 17, dynamo opset 20) have
the same layers after quantc-graph."""

import os
import pathlib
import re

import pytest

from conftest import ROOT

EXPORTS = ("torchscript_op17", "torchscript_op14", "dynamo_op20")
LAYER = """MatMul Add MatMul Add MatMul Add Attention MatMul Add Add
LayerNormalization MatMul Add Gelu MatMul Add Add LayerNormalization""".split()


@pytest.fixture(scope="module")
def weights():
    """The folder of model.safetensors, which the MiniLM example downloads."""
    folder = pathlib.Path(os.environ.get("QUANTC_MINILM", ROOT / "build" / "demo"))
    if not (folder / "model.safetensors").exists():
        pytest.skip(f"no model.safetensors in {folder}; run utils/demo.sh")
    return folder


def canonicalize(tool, graph, weights, folder):
    """The text of the function's operations, without locations."""
    imported = folder / f"{graph.stem}.mlir"
    result = tool("quant-translate", "--import-onnx", graph,
                  "--external-data-dir", weights, "-o", imported)
    assert result.returncode == 0, result.stderr
    result = tool("quant-opt", imported, "--quantc-graph",
                  "--mlir-elide-resource-strings-if-larger=16", cwd=folder)
    assert result.returncode == 0, result.stderr
    lines = (line.strip() for line in result.stdout.splitlines())
    return [line for line in lines if re.match(r"%\w+ = onnx\.", line)]


def split_layers(lines):
    """One list of (operation, operands, attributes and types) for each layer; what
    comes before counts as layer 0. Values are numbered within a layer, constants
    are written by what is known of them."""
    layers, names, norms = [[]], {}, 0
    for line in lines:
        results, operation = line.split(" = ", 1)
        name, rest = re.match(r"onnx\.(\w+) ?(.*)", operation).groups()
        if name == "Constant":
            names[results] = re.sub(r"dense_resource<\w+>|#onnx.file<[^>]*>", "data", rest)
            continue
        if name in ("Cast", "Reshape", "Where"):
            names[results] = "mask"  # made once, for all layers
            continue
        number = sum(len(layer) for layer in layers)
        names[results] = f"%{number}"
        rest = re.sub(r"%[\w:#]+", lambda match: names.get(match[0], match[0]), rest)
        layers[-1].append((name, rest))
        norms += name == "LayerNormalization"
        # The embedding ends with the first, a layer with every second one.
        if name == "LayerNormalization" and norms % 2 == 1:
            layers.append([])
    return layers


def renumber(layer):
    """The layer with values numbered in the order they appear."""
    numbers = {}
    return [
        (name, re.sub(r"%\d+", lambda m: f"%{numbers.setdefault(m[0], len(numbers))}", rest))
        for name, rest in layer
    ]


def test_layers_are_equal(tool, data, weights, tmp_path):
    exports = {}
    for export in EXPORTS:
        graph = data / "text_models/minilm" / f"minilm_{export}.onnx"
        layers = split_layers(canonicalize(tool, graph, weights, tmp_path))
        exports[export] = layers[1:7]
        assert layers[7:] == [[]], f"{export}: {layers[7:]} after the last layer"
    reference = exports[EXPORTS[0]]
    assert [name for name, _ in reference[0]] == LAYER
    attention = next(rest for name, rest in reference[0] if name == "Attention")
    # 1 / sqrt(32) is in the projection of the queries.
    assert "q_num_heads = 12" in attention and "scale = 1.000000e+00" in attention
    for export, layers in exports.items():
        for i, layer in enumerate(layers):
            assert renumber(layer) == renumber(reference[i]), f"{export}, layer {i}"
            assert renumber(layer) == renumber(layers[0]), f"{export}, layers 0 and {i}"


def test_mask_is_not_expanded(tool, data, weights, tmp_path):
    for export in EXPORTS:
        graph = data / "text_models/minilm" / f"minilm_{export}.onnx"
        lines = canonicalize(tool, graph, weights, tmp_path)
        (masks,) = {re.search(r"tensor<\?x1x1x\?xf32>", line) is not None
                    for line in lines if "onnx.Attention" in line}
        assert masks, f"{export}: a mask for every query"
        for kind in ("Range", "GatherND", "Expand", "Concat"):
            assert not any(f"onnx.{kind} " in line for line in lines), kind
