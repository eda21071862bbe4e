"""Small models of every kind that export has to say."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT


def make_model(nodes, inputs, outputs, constants, opset=21):
    """inputs, outputs: {name: shape}, f32; constants: {name: array}."""
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "model",
        [info(name, FLOAT, shape) for name, shape in inputs.items()],
        [info(name, FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10
    )


def normal(random, *shape):
    return random.normal(size=shape).astype(np.float32)


def cnn():
    """x [n, 3, 16, 16]: padded and strided convolutions, pools, a residual, Concat,
    a classifier."""
    random = np.random.default_rng(0)
    node = helper.make_node
    nodes = [
        node("Conv", ["x", "w1", "b1"], ["c1"], "conv1", pads=[1, 1, 1, 1]),
        node("Relu", ["c1"], ["r1"], "relu1"),
        node("MaxPool", ["r1"], ["p1"], "pool1", kernel_shape=[2, 2], strides=[2, 2]),
        node("Conv", ["p1", "w2"], ["c2"], "conv2", pads=[1, 1, 1, 1]),
        node("Add", ["c2", "p1"], ["sum"], "residual"),
        node("Relu", ["sum"], ["r2"], "relu2"),
        node("AveragePool", ["r2"], ["p2"], "mean", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        node("Concat", ["r2", "p2"], ["both"], "concat", axis=1),
        node("Conv", ["both", "w3"], ["c3"], "conv3", strides=[2, 2], group=4),
        node("GlobalAveragePool", ["c3"], ["g"], "global"),
        node("Flatten", ["g"], ["f"], "flatten"),
        node("Gemm", ["f", "w4", "b4"], ["y"], "classifier", transB=1),
    ]
    constants = {
        "w1": normal(random, 8, 3, 3, 3), "b1": normal(random, 8),
        "w2": normal(random, 8, 8, 3, 3) * 0.2, "w3": normal(random, 12, 4, 3, 3),
        "w4": normal(random, 5, 12), "b4": normal(random, 5),
    }
    return make_model(nodes, {"x": ["n", 3, 16, 16]}, {"y": ["n", 5]}, constants)


def encoder(size=32, heads=4):
    """x [batch, sequence, size], mask [batch, 1, 1, sequence]: one layer of a
    transformer as exporters write it."""
    random = np.random.default_rng(1)
    node, constants = helper.make_node, {}

    def constant(name, array):
        constants[name] = np.asarray(array)
        return name

    def linear(x, y, rows, columns):
        constant(f"{y}_w", normal(random, rows, columns) / np.float32(np.sqrt(rows)))
        constant(f"{y}_b", normal(random, columns) * np.float32(0.1))
        return [node("MatMul", [x, f"{y}_w"], [f"{y}_p"], f"{y}_product"),
                node("Add", [f"{y}_p", f"{y}_b"], [y], f"{y}_bias")]

    split = constant("split", np.array([0, 0, heads, size // heads], np.int64))
    nodes = []
    for name, perm in (("q", [0, 2, 1, 3]), ("k", [0, 2, 3, 1]), ("v", [0, 2, 1, 3])):
        nodes += linear("x", name, size, size)
        nodes += [node("Reshape", [name, split], [f"{name}_split"], f"split_{name}"),
                  node("Transpose", [f"{name}_split"], [f"{name}_heads"], f"heads_{name}",
                       perm=perm)]
    constant("scale", np.float32(1 / np.sqrt(size // heads)))
    constant("merged", np.array([0, 0, size], np.int64))
    constant("gamma", normal(random, size) + np.float32(1))
    constant("beta", normal(random, size))
    nodes += [
        node("MatMul", ["q_heads", "k_heads"], ["s0"], "scores"),
        node("Mul", ["s0", "scale"], ["s1"], "scaled"),
        node("Add", ["s1", "mask"], ["s2"], "masked"),
        node("Softmax", ["s2"], ["p"], "softmax", axis=-1),
        node("MatMul", ["p", "v_heads"], ["o0"], "mix"),
        node("Transpose", ["o0"], ["o1"], "back", perm=[0, 2, 1, 3]),
        node("Reshape", ["o1", "merged"], ["o2"], "merge"),
        *linear("o2", "o", size, size),
        node("Add", ["o", "x"], ["n0"], "residual"),
        node("LayerNormalization", ["n0", "gamma", "beta"], ["n1"], "norm", axis=-1),
        *linear("n1", "up", size, 2 * size),
        node("Gelu", ["up"], ["g"], "gelu"),
        *linear("g", "down", 2 * size, size),
        node("Add", ["down", "n1"], ["y"], "output"),
    ]
    return make_model(
        nodes,
        {"x": ["batch", "sequence", size], "mask": ["batch", 1, 1, "sequence"]},
        {"y": ["batch", "sequence", size]}, constants,
    )


def branches():
    """x [4] through an If that captures values and gives constants, and a Loop."""
    node, info = helper.make_node, helper.make_tensor_value_info
    one = numpy_helper.from_array(np.float32([1, 1, 1, 1]), "ones")
    then = helper.make_graph(
        [node("Add", ["x", "two"], ["a"], "add")], "then", [],
        [info("a", FLOAT, [4]), info("a2", FLOAT, [4])],
        [],
    )
    then.node.append(node("Identity", ["x"], ["a2"], "captured"))
    otherwise = helper.make_graph(
        [node("Identity", ["ones"], ["b"], "constant"),
         node("Mul", ["x", "ones"], ["b2"], "mul")],
        "else", [], [info("b", FLOAT, [4]), info("b2", FLOAT, [4])], [one],
    )
    body = helper.make_graph(
        [node("Mul", ["carried", "two"], ["next"], "double"),
         node("Identity", ["condition"], ["again"], "again")],
        "body",
        [info("round", TensorProto.INT64, []), info("condition", TensorProto.BOOL, []),
         info("carried", FLOAT, [4])],
        [info("again", TensorProto.BOOL, []), info("next", FLOAT, [4])], [],
    )
    nodes = [
        node("ReduceSum", ["x"], ["total"], "total", keepdims=0),
        node("Greater", ["total", "zero"], ["positive"], "positive"),
        node("If", ["positive"], ["c", "d"], "choose", then_branch=then,
             else_branch=otherwise),
        node("Loop", ["three", "", "c"], ["e"], "repeat", body=body),
        node("Sub", ["e", "d"], ["y"], "difference"),
    ]
    constants = {"two": np.float32([2]), "zero": np.float32(0), "three": np.int64(3)}
    return make_model(nodes, {"x": [4]}, {"y": [4]}, constants)


def encoder_feeds(batch, sequence, size=32, seed=2):
    random = np.random.default_rng(seed)
    mask = np.zeros((batch, 1, 1, sequence), np.float32)
    mask[-1, ..., sequence // 2:] = -1e30
    return {"x": normal(random, batch, sequence, size), "mask": mask}
