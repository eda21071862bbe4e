"""What a model becomes: names, types, constants, functions, control flow."""

import re

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

import make_bad_models
from make_bad_models import good_model, make_function, save


@pytest.fixture
def translate(tool, tmp_path):
    """The text a model becomes."""

    def run(model, *flags):
        save(tmp_path, model)
        result = tool("quant-translate", "--import-onnx", tmp_path / "model.onnx", *flags)
        assert result.returncode == 0, result.stderr
        return result.stdout

    return run


def make_model(nodes, inputs, outputs, initializers=(), opset=21, **options):
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(initializers))
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset)], **options
    )
    model.ir_version = 10
    return model


def value(name, element=TensorProto.FLOAT, shape=None):
    return helper.make_tensor_value_info(name, element, shape)


def test_names_and_types(translate):
    text = translate(good_model())
    assert 'func.func @main(%arg0: tensor<?x4xf32> {onnx.dims = ["N", ""], onnx.name = "x"}' in text
    assert '-> (tensor<?x3xf32> {onnx.name = "y"})' in text
    assert "onnx.ir_version = 8" in text and "onnx.opset = 17" in text
    assert re.search(r'onnx.sha256 = "[0-9a-f]{64}"', text)
    for name in ("matmul", "add", "relu", "w", "b"):
        assert f'loc("{name}")' in text


def test_unused_initializer_is_dropped(translate):
    model = good_model()
    model.graph.initializer.append(
        numpy_helper.from_array(np.zeros(12345, np.float32), "unused")
    )
    assert "12345" not in translate(model)


def test_initializer_that_is_an_input_is_no_argument(translate):
    model = good_model()
    model.ir_version = 3
    model.graph.input.append(value("w", shape=[4, 3]))
    text = translate(model)
    assert "%arg0" in text and "%arg1" not in text


def test_omitted_inputs_and_outputs(translate):
    model = make_model(
        [
            helper.make_node("Clip", ["x", "", "hi"], ["c"]),
            helper.make_node("LSTM", ["c", "w", "r"], ["", "h"], hidden_size=2),
        ],
        [value("x", shape=[5, 1, 3])],
        [value("h")],
        [
            numpy_helper.from_array(np.float32(6), "hi"),
            numpy_helper.from_array(np.zeros((1, 8, 3), np.float32), "w"),
            numpy_helper.from_array(np.zeros((1, 8, 2), np.float32), "r"),
        ],
    )
    text = translate(model)
    assert re.search(r"onnx\.Clip %arg0, none, %\w+ ", text)
    assert 'onnx.name = "h"' in text and "tensor<1x1x2xf32>" in text


@pytest.mark.parametrize(
    "name, mlir, data",
    [
        ("FLOAT16", "f16", [0x3C00, 0xC000]),
        ("BFLOAT16", "bf16", [0x3F80, 0xC000]),
        ("UINT8", "ui8", [0, 255]),
        ("INT8", "i8", [-128, 127]),
        ("BOOL", "i1", [0, 1]),
        ("INT16", "i16", [-1, 1]),
        ("FLOAT8E4M3FN", "f8E4M3FN", [0x38, 0xB8]),
    ],
)
def test_elements_in_int32_data(translate, name, mlir, data):
    element = getattr(TensorProto, name)
    tensor = TensorProto(name="c", data_type=element, dims=[2], int32_data=data)
    model = make_model(
        [helper.make_node("Identity", ["c"], ["y"])], [], [value("y", element)], [tensor]
    )
    text = translate(model)
    assert f"tensor<2x{mlir}>" in text


def test_packed_int4(translate):
    """Low nibble first, the last one padding: 1, -1, -8, 7, 3."""
    tensor = TensorProto(
        name="c", data_type=TensorProto.INT4, dims=[5], raw_data=b"\xf1\x78\x03"
    )
    model = make_model(
        [helper.make_node("Identity", ["c"], ["y"])],
        [],
        [value("y", TensorProto.INT4)],
        [tensor],
    )
    assert "dense<[1, -1, -8, 7, 3]> : tensor<5xi4>" in translate(model)


def test_sparse_initializer(translate):
    model = good_model()
    del model.graph.initializer[1]
    sparse = model.graph.sparse_initializer.add(dims=[3])
    sparse.values.CopyFrom(numpy_helper.from_array(np.float32([5, 7]), "b"))
    sparse.indices.CopyFrom(numpy_helper.from_array(np.int64([0, 2])))
    assert "dense<[5.000000e+00, 0.000000e+00, 7.000000e+00]>" in translate(model)


def test_function_is_inlined_with_its_attributes(translate):
    model = good_model()
    model.ir_version = 9
    model.opset_import.append(helper.make_opsetid("d", 1))
    body = helper.make_node("LeakyRelu", ["a"], ["z"], name="inner")
    body.attribute.add(name="alpha", ref_attr_name="slope", type=1)
    function = make_function("f", [body])
    function.attribute.append("slope")
    model.functions.append(function)
    call = helper.make_node("f", ["sum"], ["y"], name="call", domain="d", slope=0.25)
    model.graph.node[2].CopyFrom(call)
    text = translate(model)
    assert "onnx.LeakyRelu" in text and "2.500000e-01" in text
    assert 'loc("call/inner")' in text


def test_unsorted_nodes_are_sorted(tool, tmp_path):
    model = good_model()
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(reversed(nodes))
    save(tmp_path, model)
    result = tool("quant-translate", "--import-onnx", tmp_path / "model.onnx")
    assert result.returncode == 0
    assert "warning:" in result.stderr and "[P15]" in result.stderr


def test_if_captures_outer_values(translate):
    def branch(op):
        return helper.make_graph(
            [helper.make_node(op, ["x"], [op])], op, [], [value(op)]
        )

    node = helper.make_node(
        "If", ["c"], ["y"], then_branch=branch("Relu"), else_branch=branch("Neg")
    )
    model = make_model(
        [node], [value("c", TensorProto.BOOL, []), value("x", shape=[3])], [value("y")]
    )
    text = translate(model)
    assert re.search(r"onnx\.If %arg0", text)
    assert "onnx.Relu %arg1" in text and "onnx.Neg %arg1" in text
    assert text.count("onnx.Yield") == 2


def test_loop(translate):
    body = helper.make_graph(
        [
            helper.make_node("Add", ["a", "a"], ["b"]),
            helper.make_node("Identity", ["cond_in"], ["cond_out"]),
            helper.make_node("Identity", ["b"], ["scan"]),
        ],
        "body",
        [
            value("i", TensorProto.INT64, []),
            value("cond_in", TensorProto.BOOL, []),
            value("a", shape=[2]),
        ],
        [value("cond_out", TensorProto.BOOL, []), value("b"), value("scan")],
    )
    model = make_model(
        [helper.make_node("Loop", ["m", "", "x"], ["final", "all"], body=body)],
        [value("m", TensorProto.INT64, []), value("x", shape=[2])],
        [value("final"), value("all")],
    )
    text = translate(model)
    assert "onnx.Loop" in text and "onnx.Yield" in text
    assert '{onnx.name = "final"}' in text and '{onnx.name = "all"}' in text


def test_every_output_is_readable(tool, tmp_path):
    """quant-opt reads what quant-translate writes."""
    save(tmp_path, make_bad_models.good_model())
    out = tmp_path / "out.mlir"
    assert tool("quant-translate", "--import-onnx", tmp_path / "model.onnx", "-o", out).returncode == 0
    result = tool("quant-opt", "--verify-roundtrip", out)
    assert result.returncode == 0, result.stderr
