"""Kinds P19 to P25: functions, attributes, names, types, branches."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from .common import LIMIT, UNSUPPORTED, kind, save
from .graph import add_if


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
