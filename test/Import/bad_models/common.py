"""A good model, and the list that the kinds of broken ones enter themselves in."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

INVALID, UNSUPPORTED, IO, LIMIT = 1, 3, 4, 5
KINDS = []  # (ID, name, exit code, function(folder, model))


def kind(identifier, code=INVALID):
    def register(function):
        name = function.__name__.strip("_").replace("_", "-")
        KINDS.append((identifier, name, code, function))
        return function

    return register


def good_model():
    """relu(x @ w + b), x [N, 4]."""
    weights = np.arange(12, dtype=np.float32).reshape(4, 3)
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["x", "w"], ["xw"], name="matmul"),
            helper.make_node("Add", ["xw", "b"], ["sum"], name="add"),
            helper.make_node("Relu", ["sum"], ["y"], name="relu"),
        ],
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 3])],
        [
            numpy_helper.from_array(weights, "w"),
            numpy_helper.from_array(np.ones(3, np.float32), "b"),
        ],
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    )


def save(folder, model):
    data = model if isinstance(model, bytes) else model.SerializeToString()
    (folder / "model.onnx").write_bytes(data)


def field(number, payload):
    """A length-delimited protobuf field."""
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def varint(value):
    data = bytearray()
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    data.append(value)
    return bytes(data)
