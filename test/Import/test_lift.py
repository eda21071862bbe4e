"""Older versions of operators mean what they meant.

Each case is a node of an old operator set; ONNX Runtime, which keeps all
versions, says what it computes, the evaluator runs what it was lifted to.
"""

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

import make_bad_models

RANDOM = np.random.default_rng(0)
IMAGE = RANDOM.normal(size=(1, 2, 4, 4)).astype(np.float32)
MATRIX = RANDOM.normal(size=(3, 5)).astype(np.float32)
CUBE = RANDOM.normal(size=(2, 3, 4)).astype(np.float32)
CODES = np.arange(24, dtype=np.uint8).reshape(1, 2, 3, 4)


def node(op, inputs, outputs="y", domain="", **attributes):
    return helper.make_node(
        op, inputs.split(), outputs.split(), domain=domain, **attributes
    )


def scales(*values):
    return np.array(values, np.float32)


Q = dict(s=np.float32(0.5), z=np.uint8(3), t=np.float32(0.25), o=np.uint8(9))
MS = "com.microsoft"

# name: (opset, node, inputs, constants)
CASES = {
    "clip-6": (6, node("Clip", "x", min=-0.5, max=0.5), {"x": MATRIX}, {}),
    "clip-6-half": (6, node("Clip", "x", max=0.5), {"x": MATRIX}, {}),
    "softmax-7-default-axis": (7, node("Softmax", "x"), {"x": CUBE}, {}),
    "softmax-11-last-axis": (11, node("Softmax", "x", axis=2), {"x": CUBE}, {}),
    "softmax-11-axis-0": (11, node("Softmax", "x", axis=0), {"x": CUBE}, {}),
    "softmax-13-default-axis": (13, node("Softmax", "x"), {"x": CUBE}, {}),
    "log-softmax-11": (11, node("LogSoftmax", "x"), {"x": CUBE}, {}),
    "hardmax-11": (11, node("Hardmax", "x"), {"x": CUBE}, {}),
    "reduce-mean-11": (
        11, node("ReduceMean", "x", axes=[1], keepdims=0), {"x": CUBE}, {}),
    "reduce-max-13-all": (13, node("ReduceMax", "x"), {"x": CUBE}, {}),
    "reduce-sum-11": (11, node("ReduceSum", "x", axes=[-1]), {"x": CUBE}, {}),
    "slice-9": (
        9, node("Slice", "x", axes=[0, 1], starts=[1, 0], ends=[9, -1]), {"x": MATRIX}, {}),
    "slice-9-no-axes": (9, node("Slice", "x", starts=[1], ends=[2]), {"x": MATRIX}, {}),
    "pad-10": (
        10, node("Pad", "x", pads=[0, 1, 2, 0], value=1.5), {"x": MATRIX}, {}),
    "pad-10-reflect": (
        10, node("Pad", "x", pads=[0, 1, 2, 0], mode="reflect"), {"x": MATRIX}, {}),
    "squeeze-11": (11, node("Squeeze", "x", axes=[0]), {"x": IMAGE}, {}),
    "squeeze-11-all": (11, node("Squeeze", "x"), {"x": IMAGE}, {}),
    "unsqueeze-11": (11, node("Unsqueeze", "x", axes=[0, 3]), {"x": MATRIX}, {}),
    "split-11": (
        11, node("Split", "x", "y z", axis=1, split=[2, 3]), {"x": MATRIX}, {}),
    "split-11-equal": (11, node("Split", "x", "y z", axis=2), {"x": CUBE}, {}),
    "split-13-equal": (13, node("Split", "x", "y z", axis=2), {"x": CUBE}, {}),
    "dropout-10": (10, node("Dropout", "x", ratio=0.3), {"x": MATRIX}, {}),
    "topk-9": (9, node("TopK", "x", "y z", k=2, axis=1), {"x": MATRIX}, {}),
    "upsample-7": (
        7, node("Upsample", "x", scales=[1.0, 1.0, 2.0, 3.0]), {"x": IMAGE}, {}),
    "upsample-9-linear": (
        9, node("Upsample", "x f", mode="linear"), {"x": IMAGE}, {"f": scales(1, 1, 2, 2)}),
    "resize-10": (
        10, node("Resize", "x f", mode="nearest"), {"x": IMAGE}, {"f": scales(1, 1, 1.5, 2)}),
    "resize-10-linear": (
        10, node("Resize", "x f", mode="linear"), {"x": IMAGE}, {"f": scales(1, 1, 2, 2)}),
    "resize-11-empty-inputs": (
        11,
        node("Resize", "x roi f n", mode="nearest",
             coordinate_transformation_mode="half_pixel"),
        {"x": IMAGE},
        {"roi": scales(), "f": scales(), "n": np.array([1, 2, 8, 6])}),
    "scatter-9": (
        9, node("Scatter", "x i u", axis=1), {"x": MATRIX},
        {"i": np.array([[1, 0], [3, 2]]), "u": np.float32([[9, 8], [7, 6]])}),
    "batch-normalization-7": (
        7, node("BatchNormalization", "x s b m v"), {"x": IMAGE},
        {"s": scales(1, 2), "b": scales(0, 1), "m": scales(0.5, 0), "v": scales(1, 2)}),
    "group-normalization-18": (
        18, node("GroupNormalization", "x s b", num_groups=1), {"x": IMAGE},
        {"s": scales(2), "b": scales(1)}),
    "cast-9": (9, node("Cast", "x", to=TensorProto.INT32), {"x": MATRIX * 10}, {}),
    "gemm-9": (9, node("Gemm", "x w b", transB=1), {"x": MATRIX},
               {"w": np.ones((2, 5), np.float32), "b": scales(1, 2)}),
    "max-pool-8": (8, node("MaxPool", "x", kernel_shape=[2, 2]), {"x": IMAGE}, {}),
    "quantize-10": (10, node("QuantizeLinear", "x t o"), {"x": MATRIX}, Q),
    "grid-sample-16": (
        16, node("GridSample", "x g", mode="bilinear"), {"x": IMAGE},
        {"g": RANDOM.uniform(-1, 1, (1, 3, 3, 2)).astype(np.float32)}),
    "constant-of-shape-9": (9, node("ConstantOfShape", "n"), {}, {"n": np.array([2, 3])}),
    "eye-like-9": (9, node("EyeLike", "x", dtype=TensorProto.INT64), {"x": MATRIX}, {}),
    "ms-gelu": (13, node("Gelu", "x", domain=MS), {"x": MATRIX}, {}),
    "ms-fast-gelu": (
        13, node("FastGelu", "x b", domain=MS), {"x": MATRIX}, {"b": scales(1, 2, 3, 4, 5)}),
    "ms-quick-gelu": (13, node("QuickGelu", "x", domain=MS, alpha=1.5), {"x": MATRIX}, {}),
    "ms-fused-matmul": (
        13, node("FusedMatMul", "x w", domain=MS, transA=1, alpha=0.5), {"x": MATRIX},
        {"w": RANDOM.normal(size=(3, 2)).astype(np.float32)}),
    "ms-skip-layer-normalization": (
        13, node("SkipLayerNormalization", "x k g b", domain=MS, epsilon=1e-5), {"x": CUBE},
        {"k": CUBE[::-1].copy(), "g": scales(1, 2, 3, 4), "b": scales(0, 1, 0, 1)}),
    "ms-matmul-4-bits": (
        13, node("MatMulNBits", "x q f p", domain=MS, K=64, N=6, bits=4, block_size=32),
        {"x": RANDOM.normal(size=(3, 64)).astype(np.float32)},
        {"q": RANDOM.integers(0, 256, (6, 2, 16), np.uint8),
         "f": RANDOM.uniform(0.1, 1, 12).astype(np.float32),
         "p": RANDOM.integers(0, 256, 6, np.uint8)}),
    "ms-matmul-4-bits-ragged": (
        13, node("MatMulNBits", "x q f", domain=MS, K=40, N=6, bits=4, block_size=32),
        {"x": RANDOM.normal(size=(3, 40)).astype(np.float32)},
        {"q": RANDOM.integers(0, 256, (6, 2, 16), np.uint8),
         "f": RANDOM.uniform(0.1, 1, 12).astype(np.float32)}),
    "ms-qlinear-add": (
        13, node("QLinearAdd", "x s z w s z t o", domain=MS), {"x": CODES},
        {"w": CODES[:, ::-1].copy(), **Q}),
    "ms-qlinear-mul": (
        13, node("QLinearMul", "x s z w s z t o", domain=MS), {"x": CODES}, {"w": CODES, **Q}),
    "ms-qlinear-global-average-pool": (
        13, node("QLinearGlobalAveragePool", "x s z t o", domain=MS), {"x": CODES}, Q),
    "ms-qlinear-concat": (
        13, node("QLinearConcat", "t o x s z w t z", domain=MS, axis=1), {"x": CODES},
        {"w": CODES, **Q}),
    "ms-qgemm": (
        13, node("QGemm", "x s z w t o c t z", domain=MS), {"x": CODES[0, 0]},
        {"w": CODES[0, 1].T.copy(), "c": np.int32([5, -7, 9]), **Q}),
}


def make_model(opset, old_node, inputs, constants):
    """The outputs' types are left out: ONNX Runtime infers them."""
    element = helper.np_dtype_to_tensor_dtype
    graph = helper.make_graph(
        [old_node],
        "g",
        [helper.make_tensor_value_info(k, element(v.dtype), v.shape) for k, v in inputs.items()],
        [helper.make_empty_tensor_value_info(name) for name in old_node.output],
        [numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()],
    )
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid(MS, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


@pytest.mark.parametrize("name", CASES)
def test_lifted_means_the_same(tool, tmp_path, name):
    opset, old_node, inputs, constants = CASES[name]
    model = make_model(opset, old_node, inputs, constants)
    make_bad_models.save(tmp_path, model)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    expected = session.run(None, inputs)

    np.savez(tmp_path / "inputs.npz", **inputs)
    result = tool(
        "quantc", "run", tmp_path / "model.onnx", "--data", tmp_path / "inputs.npz",
        "-o", tmp_path / "outputs.npz",
    )
    if "the evaluator does not support" in result.stderr:
        pytest.skip(result.stderr.strip())
    assert result.returncode == 0, result.stderr
    outputs = np.load(tmp_path / "outputs.npz")
    for output, value in zip(old_node.output, expected):
        assert outputs[output].dtype == value.dtype
        if value.dtype == np.uint8:  # codes: one apart where ONNX Runtime rounds twice
            assert np.abs(outputs[output].astype(int) - value).max() <= 1
        else:
            np.testing.assert_allclose(outputs[output], value, rtol=2e-5, atol=1e-5)
