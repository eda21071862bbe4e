"""Writes one broken ONNX model of every kind the importer must survive.

    python make_bad_models.py FOLDER

Each kind is a function decorated with its stable ID (the tag in the error
message) and the exit code it must lead to. It gets an empty folder and a small
good model to spoil, and writes model.onnx there. The IDs: P container and graph,
T tensors, X external data.
"""

import os
import pathlib
import sys

import numpy as np
import onnx
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


# --- P: container and graph -------------------------------------------------


@kind("P1")
def empty_file(folder, model):
    save(folder, b"")


@kind("P2")
def html(folder, model):
    save(folder, b"<!DOCTYPE html>\n<html><body>Not found</body></html>\n")


@kind("P2")
def plain_text(folder, model):
    save(folder, b"hello, this is no model\n")


@kind("P3")
def git_lfs_pointer(folder, model):
    save(
        folder,
        b"version https://git-lfs.github.com/spec/v1\n"
        b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
        b"size 4920739232\n",
    )


for _name, _magic in {
    "gguf": b"GGUF\3\0\0\0" + bytes(16),
    "safetensors": (20).to_bytes(8, "little") + b'{"__metadata__":{} }',
    "zip": b"PK\x03\x04" + bytes(30),
    "elf": b"\x7fELF\x02\x01\x01" + bytes(30),
    "pickle": b"\x80\x04\x95\x10" + bytes(10),
    "gzip": b"\x1f\x8b\x08" + bytes(30),
}.items():
    KINDS.append(("P4", _name, INVALID, lambda f, m, data=_magic: save(f, data)))


@kind("P5")
def truncated_in_weights(folder, model):
    data = model.SerializeToString()
    save(folder, data[: data.index(numpy_helper.to_array(
        model.graph.initializer[0]).tobytes()) + 10])


@kind("P6")
def only_ir_version(folder, model):
    save(folder, b"\x08\x08")


@kind("P6")
def only_unknown_fields(folder, model):
    save(folder, field(1000, b"abc"))


@kind("P7")
def trailing_garbage(folder, model):
    save(folder, model.SerializeToString() + b"\x0f\x0e\xff\xfe")


@kind("P7")
def stray_end_group(folder, model):
    save(folder, model.SerializeToString() + b"\x0c")


@kind("P8", LIMIT)
def more_than_2_gib(folder, model):
    save(folder, model)
    os.truncate(folder / "model.onnx", 2**31 + 100)


@kind("P9")
def claimed_length_beyond_file(folder, model):
    save(folder, b"\x08\x08" + varint(7 << 3 | 2) + varint(2**62) + b"abc")


@kind("P9")
def claimed_tensor_bytes_beyond_field(folder, model):
    tensor = varint(9 << 3 | 2) + varint(2**40) + b"abc"
    save(folder, b"\x08\x08" + field(7, field(5, tensor)))


def nested_if(depth):
    """A model of If nodes inside each other, three messages a level; written by
    hand because the onnx package refuses to make it."""
    node = b""
    for _ in range(depth):
        branch = field(1, b"then_branch") + field(6, field(1, node))
        node = field(4, b"If") + field(5, branch)
    return b"\x08\x08" + field(7, field(1, node))


@kind("P10", LIMIT)
def if_nested_40_deep(folder, model):
    save(folder, nested_if(40))


@kind("P10", LIMIT)
def if_nested_10000_deep(folder, model):
    save(folder, nested_if(10000))


for _name, _version, _code in [
    ("zero", 0, INVALID),
    ("negative", -1, INVALID),
    ("million", 10**6, UNSUPPORTED),
]:

    def _ir_version(folder, model, version=_version):
        model.ir_version = version
        save(folder, model)

    KINDS.append(("P11", f"ir-version-{_name}", _code, _ir_version))


@kind("P11")
def ir_version_missing(folder, model):
    model.ClearField("ir_version")
    save(folder, model)


for _name, _version in [("negative", -5), ("zero", 0), ("old", 5), ("2-to-40", 2**40)]:

    def _opset(folder, model, version=_version):
        model.opset_import[0].version = version
        save(folder, model)

    KINDS.append(("P12", f"opset-{_name}", UNSUPPORTED, _opset))


@kind("P12")
def opset_missing(folder, model):
    del model.opset_import[:]
    save(folder, model)


@kind("P12")
def opset_of_onnx_missing(folder, model):
    model.opset_import[0].domain = "com.example"
    save(folder, model)


@kind("P12")
def opset_twice(folder, model):
    model.opset_import.append(helper.make_opsetid("ai.onnx", 13))
    save(folder, model)


@kind("P13", UNSUPPORTED)
def unknown_operators(folder, model):
    for i in range(12):
        model.graph.node.append(
            helper.make_node("Bar", ["y"], [f"z{i}"], name=f"n{i}", domain="com.foo")
        )
    model.graph.node.append(
        helper.make_node("NonMaxSuppression", ["y", "y"], ["nms"])
    )
    save(folder, model)


@kind("P14")
def value_produced_twice(folder, model):
    model.graph.node.append(helper.make_node("Relu", ["x"], ["sum"], name="again"))
    save(folder, model)


@kind("P14")
def value_named_as_an_input(folder, model):
    model.graph.node.append(helper.make_node("Relu", ["y"], ["x"]))
    save(folder, model)


@kind("P14")
def value_named_as_an_initializer(folder, model):
    model.graph.node.append(helper.make_node("Relu", ["y"], ["b"]))
    save(folder, model)


@kind("P14")
def inner_value_named_as_an_outer(folder, model):
    branch = helper.make_graph(
        [helper.make_node("Neg", ["x"], ["sum"])],
        "branch",
        [],
        [helper.make_tensor_value_info("sum", TensorProto.FLOAT, None)],
    )
    add_if(model, branch, branch)
    save(folder, model)


def add_if(model, then_branch, else_branch, outputs=1):
    model.graph.input.append(helper.make_tensor_value_info("c", TensorProto.BOOL, []))
    model.graph.node.append(
        helper.make_node(
            "If",
            ["c"],
            [f"r{i}" for i in range(outputs)],
            name="if",
            then_branch=then_branch,
            else_branch=else_branch,
        )
    )


@kind("P15")
def cycle(folder, model):
    model.graph.node[0].input[0] = "y"
    save(folder, model)


@kind("P15")
def cycle_of_one_node(folder, model):
    model.graph.node[2].input[0] = "y"
    save(folder, model)


@kind("P15")
def cycle_through_a_branch(folder, model):
    branch = helper.make_graph(
        [helper.make_node("Neg", ["late"], ["t"])],
        "branch",
        [],
        [helper.make_tensor_value_info("t", TensorProto.FLOAT, None)],
    )
    add_if(model, branch, branch)
    model.graph.node.append(helper.make_node("Relu", ["r0"], ["late"]))
    save(folder, model)


@kind("P16")
def undefined_input(folder, model):
    model.graph.node[1].input[1] = "foo"
    save(folder, model)


@kind("P16")
def undefined_capture(folder, model):
    branch = helper.make_graph(
        [helper.make_node("Neg", ["nowhere"], ["t"])],
        "branch",
        [],
        [helper.make_tensor_value_info("t", TensorProto.FLOAT, None)],
    )
    add_if(model, branch, branch)
    save(folder, model)


@kind("P16")
def value_of_a_branch_used_outside(folder, model):
    branch = helper.make_graph(
        [helper.make_node("Neg", ["x"], ["t"])],
        "branch",
        [],
        [helper.make_tensor_value_info("t", TensorProto.FLOAT, None)],
    )
    add_if(model, branch, branch)
    model.graph.node.append(helper.make_node("Relu", ["t"], ["u"]))
    save(folder, model)


@kind("P16")
def required_input_omitted(folder, model):
    model.graph.node[1].input[0] = ""
    save(folder, model)


@kind("P17")
def no_outputs(folder, model):
    del model.graph.output[:]
    save(folder, model)


@kind("P17")
def output_nobody_produces(folder, model):
    model.graph.output[0].name = "z"
    save(folder, model)


@kind("P17")
def no_nodes(folder, model):
    del model.graph.node[:]
    save(folder, model)


@kind("P18")
def initializer_twice(folder, model):
    model.graph.initializer.append(model.graph.initializer[0])
    save(folder, model)


@kind("P18")
def initializer_without_name(folder, model):
    model.graph.initializer[0].ClearField("name")
    save(folder, model)


@kind("P18")
def initializer_unlike_its_input(folder, model):
    model.graph.input.append(
        helper.make_tensor_value_info("w", TensorProto.FLOAT, [4, 5])
    )
    save(folder, model)


def make_function(name, body, domain="d"):
    return helper.make_function(
        domain,
        name,
        ["a"],
        ["z"],
        body,
        [helper.make_opsetid("", 17), helper.make_opsetid("d", 1)],
    )


def add_call(model, name):
    model.ir_version = 9
    model.opset_import.append(helper.make_opsetid("d", 1))
    model.graph.node.append(helper.make_node(name, ["y"], ["called"], domain="d"))


@kind("P19")
def function_calls_itself(folder, model):
    add_call(model, "f")
    body = [helper.make_node("f", ["a"], ["z"], domain="d")]
    model.functions.append(make_function("f", body))
    save(folder, model)


@kind("P19")
def functions_call_each_other(folder, model):
    add_call(model, "f")
    for name, other in (("f", "g"), ("g", "f")):
        body = [helper.make_node(other, ["a"], ["z"], domain="d")]
        model.functions.append(make_function(name, body))
    save(folder, model)


@kind("P19")
def function_calls_itself_in_a_branch(folder, model):
    add_call(model, "f")
    branch = helper.make_graph(
        [helper.make_node("f", ["a"], ["t"], domain="d")],
        "branch",
        [],
        [helper.make_tensor_value_info("t", TensorProto.FLOAT, None)],
    )
    cond = helper.make_node("Constant", [], ["c"], value=numpy_helper.from_array(
        np.array(True)))
    body = [cond, helper.make_node("If", ["c"], ["z"], then_branch=branch,
                                   else_branch=branch)]
    model.functions.append(make_function("f", body))
    save(folder, model)


@kind("P20", LIMIT)
def functions_multiply(folder, model):
    add_call(model, "f0")
    for level in range(8):
        callee = [f"f{level + 1}", "d"] if level < 7 else ["Relu", ""]
        names = ["a"] + [f"v{i}" for i in range(9)] + ["z"]
        body = [
            helper.make_node(callee[0], [a], [b], domain=callee[1])
            for a, b in zip(names, names[1:])
        ]
        model.functions.append(make_function(f"f{level}", body))
    save(folder, model)


@kind("P21")
def attribute_twice(folder, model):
    node = helper.make_node("Softmax", ["y"], ["s"], axis=1)
    node.attribute.append(helper.make_attribute("axis", 0))
    model.graph.node.append(node)
    save(folder, model)


@kind("P21")
def attribute_of_wrong_type(folder, model):
    model.graph.node.append(helper.make_node("Softmax", ["y"], ["s"], axis="one"))
    save(folder, model)


@kind("P21")
def int_attribute_where_float_is_due(folder, model):
    model.graph.node.append(helper.make_node("Elu", ["y"], ["s"], alpha=1))
    save(folder, model)


@kind("P21")
def attribute_missing(folder, model):
    model.graph.node.append(helper.make_node("Concat", ["y", "y"], ["s"]))
    save(folder, model)


@kind("P21", UNSUPPORTED)
def attribute_unknown(folder, model):
    model.graph.node.append(helper.make_node("Relu", ["y"], ["s"], colour=1))
    save(folder, model)


@kind("P21")
def reference_outside_of_function(folder, model):
    node = helper.make_node("Softmax", ["y"], ["s"], axis=1)
    node.attribute[0].ref_attr_name = "outer"
    model.graph.node.append(node)
    save(folder, model)


@kind("P22", LIMIT)
def name_of_10_mb(folder, model):
    model.graph.node.append(helper.make_node("Relu", ["y"], ["n" * 10**7]))
    save(folder, model)


@kind("P16")
def name_with_escape_sequences(folder, model):
    model.graph.node[1].name = "\x1b[31mred\0\n\xe9"
    model.graph.node[1].input[1] = "/../\x1b]0;title\x07"
    save(folder, model)


@kind("P23", UNSUPPORTED)
def sequence_input(folder, model):
    model.graph.input.append(
        helper.make_tensor_sequence_value_info("s", TensorProto.FLOAT, None)
    )
    save(folder, model)


@kind("P23", UNSUPPORTED)
def string_input(folder, model):
    model.graph.input.append(helper.make_tensor_value_info("s", TensorProto.STRING, [1]))
    save(folder, model)


@kind("P23", UNSUPPORTED)
def training_info(folder, model):
    model.training_info.add().algorithm.name = "sgd"
    save(folder, model)


@kind("P24")
def negative_dimension(folder, model):
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = -5
    save(folder, model)


@kind("P24")
def enormous_dimension(folder, model):
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 2**63 - 1
    save(folder, model)


@kind("P24")
def contradicting_declarations(folder, model):
    model.graph.value_info.append(
        helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 7])
    )
    save(folder, model)


@kind("P24")
def wrong_element_type(folder, model):
    model.graph.output[0].type.tensor_type.elem_type = TensorProto.INT64
    save(folder, model)


def branch_with(outputs, element):
    nodes = [
        helper.make_node("Cast", ["x"], [f"{element}{outputs}{i}"], to=element)
        for i in range(outputs)
    ]
    return helper.make_graph(
        nodes,
        "branch",
        [],
        [
            helper.make_tensor_value_info(f"{element}{outputs}{i}", element, None)
            for i in range(outputs)
        ],
    )


@kind("P25")
def branches_of_different_length(folder, model):
    add_if(model, branch_with(1, 1), branch_with(2, 1))
    save(folder, model)


@kind("P25")
def branches_of_different_type(folder, model):
    add_if(model, branch_with(1, TensorProto.FLOAT), branch_with(1, TensorProto.INT64))
    save(folder, model)


@kind("P25")
def more_outputs_than_the_branches_give(folder, model):
    add_if(model, branch_with(1, 1), branch_with(1, 7), outputs=3)
    save(folder, model)


# --- T: tensors -------------------------------------------------------------


def spoil(model, **fields):
    """Sets fields of the initializer 'w' (4 x 3 floats, 48 bytes)."""
    tensor = model.graph.initializer[0]
    for name, value in fields.items():
        if value is None:
            tensor.ClearField(name)
        elif isinstance(value, (list, tuple)):
            del getattr(tensor, name)[:]
            getattr(tensor, name).extend(value)
        else:
            setattr(tensor, name, value)


def tensor_kind(identifier, name, code=INVALID, **fields):
    def write(folder, model):
        spoil(model, **fields)
        save(folder, model)

    KINDS.append((identifier, name, code, write))


tensor_kind("T1", "raw-data-of-7-bytes", raw_data=b"1234567")
tensor_kind("T2", "raw-data-too-short", raw_data=bytes(44))
tensor_kind("T2", "raw-data-too-long", raw_data=bytes(52))
tensor_kind("T2", "raw-and-float-data", float_data=[1.0] * 12)
tensor_kind("T2", "no-data", raw_data=None)
tensor_kind("T2", "float-data-too-short", raw_data=None, float_data=[1.0] * 11)
tensor_kind("T2", "data-in-the-wrong-field", raw_data=None, int32_data=[1] * 12)
tensor_kind("T3", "elements-overflow", dims=[2**33, 2**33])
tensor_kind("T3", "elements-overflow-to-zero", dims=[2**32, 2**32], raw_data=b"")
tensor_kind("T3", "elements-beyond-limit", dims=[2**41], raw_data=b"")
tensor_kind("T4", "negative-dimension", dims=[-4, -3])
tensor_kind("T4", "rank-of-a-million", LIMIT, dims=[1] * 10**6)
tensor_kind("T6", "type-undefined", data_type=0)
tensor_kind("T6", "type-99", data_type=99)
tensor_kind("T6", "type-string", UNSUPPORTED, data_type=TensorProto.STRING)
tensor_kind("T6", "type-complex", UNSUPPORTED, data_type=TensorProto.COMPLEX64)
tensor_kind(
    "T7", "int4-one-byte-each", data_type=TensorProto.INT4, dims=[5], raw_data=bytes(5)
)
tensor_kind(
    "T7",
    "int4-entries",
    data_type=TensorProto.INT4,
    dims=[5],
    raw_data=None,
    int32_data=[1] * 5,
)
tensor_kind(
    "T8",
    "300-in-int8",
    data_type=TensorProto.INT8,
    raw_data=None,
    int32_data=[1] * 5 + [300] + [1] * 6,
)
tensor_kind(
    "T8",
    "minus-1-in-uint8",
    data_type=TensorProto.UINT8,
    raw_data=None,
    int32_data=[-1] * 12,
)
tensor_kind(
    "T8",
    "beyond-uint32",
    data_type=TensorProto.UINT32,
    raw_data=None,
    uint64_data=[2**32] * 12,
)


def sparse_kind(name, indices, code=INVALID, dims=(4, 3)):
    def write(folder, model):
        del model.graph.initializer[0]
        sparse = model.graph.sparse_initializer.add()
        values = np.ones(len(indices), np.float32)
        sparse.values.CopyFrom(numpy_helper.from_array(values, "w"))
        sparse.indices.CopyFrom(numpy_helper.from_array(np.array(indices, np.int64)))
        sparse.dims.extend(dims)
        save(folder, model)

    KINDS.append(("T9", name, code, write))


sparse_kind("sparse-index-out-of-range", [0, 12])
sparse_kind("sparse-index-negative", [-1, 3])
sparse_kind("sparse-index-twice", [2, 2])
sparse_kind("sparse-index-unsorted", [5, 2])
sparse_kind("sparse-coordinate-out-of-range", [[0, 0], [1, 3]])
sparse_kind("sparse-claims-a-terabyte", [0], LIMIT, dims=(2**19, 2**19))


def operator_kind(identifier, name, operator, shape=(1, 4, 8, 8), constants=None, **attributes):
    """A model of one node on x [1, 4, 8, 8]."""
    constants = constants or {}

    def write(folder, model):
        graph = model.graph
        del graph.node[:], graph.input[:], graph.output[:], graph.initializer[:]
        inputs = (["x"] if shape else []) + list(constants)
        graph.node.append(helper.make_node(operator, inputs, ["y"], **attributes))
        if shape:
            graph.input.append(helper.make_tensor_value_info("x", TensorProto.FLOAT, shape))
        graph.output.append(helper.make_empty_tensor_value_info("y"))
        for key, value in constants.items():
            if key:
                graph.initializer.append(numpy_helper.from_array(np.asarray(value), key))
        save(folder, model)

    KINDS.append((identifier, name, INVALID, write))


KERNEL = {"w": np.zeros((4, 4, 3, 3), np.float32)}
operator_kind("T10", "conv-stride-0", "Conv", constants=KERNEL, strides=[0, 1])
operator_kind("T10", "conv-dilation-0", "Conv", constants=KERNEL, dilations=[1, 0])
operator_kind("T10", "conv-group-0", "Conv", constants=KERNEL, group=0)
operator_kind("T10", "conv-group-not-dividing", "Conv", constants=KERNEL, group=3)
operator_kind("T10", "conv-pads-2-to-62", "Conv", constants=KERNEL, pads=[2**62] * 4)
operator_kind(
    "T10", "conv-kernel-beyond-input", "Conv", constants={"w": np.zeros((4, 4, 9, 9), np.float32)}
)
operator_kind("T10", "pool-stride-0", "MaxPool", kernel_shape=[2, 2], strides=[0, 0])
operator_kind("T11", "reshape-two-unknown", "Reshape", constants={"s": [-1, -1]})
operator_kind("T11", "reshape-another-size", "Reshape", constants={"s": [3, 5]})
operator_kind(
    "T11", "slice-step-0", "Slice", constants={"a": [0], "b": [1], "c": [1], "d": [0]}
)
operator_kind("T11", "gather-index-minus-100", "Gather", constants={"i": [-100]}, axis=1)
operator_kind("T11", "concat-axis-9", "Concat", axis=9)
operator_kind("T11", "transpose-no-permutation", "Transpose", perm=[0, 0, 1, 2])
operator_kind("T11", "split-of-another-sum", "Split", constants={"s": [7]}, axis=1)
operator_kind("T11", "pad-beyond-size", "Pad", constants={"p": [0] * 6 + [-9, 0]})
operator_kind("T11", "matmul-of-other-depth", "MatMul", constants={"w": np.ones((7, 3), np.float32)})
operator_kind(
    "T12", "constant-of-2-to-50", "ConstantOfShape", None, constants={"s": [2**20, 2**30]}
)
operator_kind("T12", "tile-to-2-to-80", "Tile", constants={"r": [2**40, 2**40, 1, 1]})
operator_kind(
    "T11", "resize-scale-nan", "Resize",
    constants={"": 0, "s": np.float32([1, 1, np.nan, 2])},
)
operator_kind("T11", "einsum-of-10-mb", "Einsum", equation="ab" * 5_000_000)
operator_kind("T11", "einsum-with-escapes", "Einsum", equation="\x1b[31m->\x07")


# --- X: external data -------------------------------------------------------


def make_external(model, location="w.bin", **keys):
    tensor = model.graph.initializer[0]
    data = tensor.raw_data
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entries = {} if location is None else {"location": location}
    for key, value in {**entries, **keys}.items():
        tensor.external_data.add(key=key, value=value)
    return data


def location_kind(identifier, name, location, code=INVALID):
    """The file a location names exists where that is possible: only the rule
    against the location can stop the read."""

    def write(folder, model):
        (folder / "sub").mkdir()
        data = make_external(model, location)
        for file in (folder / "w.bin", folder.parent / "outside.bin"):
            file.write_bytes(data)
        save(folder, model)

    KINDS.append((identifier, name, code, write))


location_kind("X1", "parent-folder", "../outside.bin")
location_kind("X2", "parent-folder-in-the-middle", "sub/../../outside.bin")
location_kind("X3", "absolute-path", "/etc/passwd")
location_kind("X7", "windows-drive", "C:\\w.bin")
location_kind("X7", "windows-share", "\\\\server\\w.bin")
location_kind("X7", "double-slash", "//server/w.bin")
location_kind("X8", "location-empty", "")
location_kind("X8", "location-missing", None)
location_kind("X9", "location-with-nul", "w.bin\0x")
location_kind("X10", "file-missing", "nowhere.bin", IO)
location_kind("X10", "folder", "sub", IO)
location_kind("X18", "address", "*/_ORT_MEM_ADDR_/*")


def link_kind(identifier, name, code=INVALID):
    def register(make):
        def write(folder, model):
            data = make_external(model)
            save(folder, model)
            make(folder, data)

        KINDS.append((identifier, name, code, write))
        return make

    return register


@link_kind("X4", "link-to-outside")
def _link(folder, data):
    (folder.parent / "target.bin").write_bytes(data)
    (folder / "w.bin").symlink_to(folder.parent / "target.bin")


@link_kind("X6", "hard-link")
def _hard_link(folder, data):
    (folder / "other.bin").write_bytes(data)
    os.link(folder / "other.bin", folder / "w.bin")


@link_kind("X10", "fifo", IO)
def _fifo(folder, data):
    os.mkfifo(folder / "w.bin")


@link_kind("X10", "device", IO)
def _device(folder, data):
    (folder / "w.bin").symlink_to("/dev/zero")


@kind("X5")
def link_of_a_folder_to_outside(folder, model):
    data = make_external(model, "sub/w.bin")
    save(folder, model)
    target = folder.parent / "target-folder"
    target.mkdir(exist_ok=True)
    (target / "w.bin").write_bytes(data)
    (folder / "sub").symlink_to(target)


def range_kind(identifier, name, **keys):
    def write(folder, model):
        (folder / "w.bin").write_bytes(make_external(model, **keys))
        save(folder, model)

    KINDS.append((identifier, name, INVALID, write))


range_kind("X11", "offset-negative", offset="-4")
range_kind("X11", "offset-no-number", offset="abc")
range_kind("X11", "offset-2-to-64", offset=str(2**64 - 4), length="48")
range_kind("X11", "length-beyond-64-bits", length="9" * 30)
range_kind("X12", "offset-beyond-file", offset="49")
range_kind("X12", "offset-wraps", offset=str(2**63 - 1))
range_kind("X13", "length-unlike-tensor", length="44")
range_kind("X14", "file-too-short", offset="4")
range_kind("X16", "wrong-checksum", checksum="0" * 40)


@kind("X10", IO)
def external_data_of_a_constant(folder, model):
    make_external(model, "nowhere.bin")
    tensor = model.graph.initializer[0]
    model.graph.node.insert(0, helper.make_node("Constant", [], ["w"], value=tensor))
    del model.graph.initializer[0]
    save(folder, model)


def write_all(folder):
    """Writes every kind into a folder of its own; returns their list."""
    cases = []
    for identifier, name, code, write in KINDS:
        case = folder / f"{identifier}-{name}" / "model"
        case.mkdir(parents=True)
        write(case, good_model())
        cases.append((identifier, name, code, case / "model.onnx"))
    return cases


if __name__ == "__main__":
    print(len(write_all(pathlib.Path(sys.argv[1]))), "models")
