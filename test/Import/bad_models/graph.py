"""Kinds P13 to P18: operators, names and order of a graph."""

from onnx import TensorProto, helper

from .common import UNSUPPORTED, kind, save


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
