"""Kinds T10 to T13: sizes and attributes that operators cannot have."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from .common import INVALID, KINDS, save


def operator_kind(identifier, name, operator, shape=(1, 4, 8, 8), constants=None, **attributes):
    """A model of one node on x [1, 4, 8, 8]."""
    constants = constants or {}

    def write(folder, model):
        graph = model.graph
        del graph.node[:], graph.input[:], graph.output[:], graph.initializer[:]
        inputs = (["x"] if shape is not None else []) + list(constants)
        graph.node.append(helper.make_node(operator, inputs, ["y"], **attributes))
        if shape is not None:
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
operator_kind("T11", "tile-to-2-to-80", "Tile", constants={"r": [2**40, 2**40, 1, 1]})
operator_kind(
    "T13", "resize-scale-nan", "Resize",
    constants={"": 0, "s": np.float32([1, 1, np.nan, 2])},
)
operator_kind("T13", "einsum-of-10-mb", "Einsum", equation="ab" * 5_000_000)
operator_kind("T13", "einsum-with-escapes", "Einsum", equation="\x1b[31m->\x07")
operator_kind("T13", "resize-scale-0", "Resize", constants={"": 0, "s": np.float32([1, 1, 0, 2])})
operator_kind(
    "T13", "resize-scale-negative", "Resize", constants={"": 0, "s": np.float32([1, 1, -2, 2])}
)
operator_kind("T13", "einsum-of-a-scalar", "Einsum", (), equation="ij->ji")
operator_kind("T13", "lrn-bias-nan", "LRN", size=3, bias=float("nan"))
operator_kind(
    "T13", "batchnorm-epsilon-nan", "BatchNormalization",
    constants={name: np.ones(4, np.float32) for name in "sbmv"}, epsilon=float("nan"),
)
