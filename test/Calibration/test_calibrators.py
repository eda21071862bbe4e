"""Every calibrator from one table, and the search by the loss of the outputs."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import quantc
from calibration_runs import calibrate, runs, tensors_of  # noqa: F401 (a fixture)

RECIPE = """schema: 1
default:
  weights: {codec: int8, granularity: channel}
  activations: {codec: uint8, granularity: tensor, calibrator: CALIBRATOR}
"""


@pytest.mark.parametrize("name", ["minmax", "percentile", "mse", "entropy",
                                  "moving_average", "cross_entropy"])
def test_one_table_serves_every_calibrator(tool, runs, name):
    calibrate(tool, runs, "t.calib", "--cross-entropy", "2")
    (runs / "recipe.yaml").write_text(RECIPE.replace("CALIBRATOR", name))
    result = tool("quantc", "compile", runs / "model.onnx", "--recipe",
                  runs / "recipe.yaml", "--calib", runs / "t.calib", "-o",
                  runs / "m.so")
    assert result.returncode == 0, result.stderr
    feeds = dict(np.load(runs / "runs" / "0001.npz"))
    (y,) = quantc.InferenceSession(runs / "m.so").run(None, feeds)
    (wanted,) = quantc.evaluate(runs / "model.onnx", feeds)
    noise = ((y - wanted) ** 2).sum() / (wanted**2).sum()
    assert noise < 0.01


def test_cross_entropy_finds_the_range_that_the_output_needs(tmp_path):
    """Large values of x only saturate the logits: clipping them costs nothing, and
    the rest gets finer codes. mse, which sees x alone, does not know."""
    weights = np.zeros((16, 5), np.float32)
    weights[:15] = np.random.default_rng(0).normal(size=(15, 5))
    nodes = [helper.make_node("MatMul", ["x", "w"], ["y"], name="product")]
    graph = helper.make_graph(
        nodes, "logits",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 16])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 5])],
        [numpy_helper.from_array(weights, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])
    model.ir_version = 10
    onnx.save(model, tmp_path / "m.onnx")
    # Column 15, which the weights ignore, holds all the large values.
    x = np.random.default_rng(1).normal(size=(256, 16)).astype(np.float32)
    x[:, 15] *= 30
    table = quantc.calibrate(tmp_path / "m.onnx", [{"x": x}] * 2, cross_entropy=1)
    seen = tensors_of(open(table.path, "rb").read())["x"]
    lo, hi = map(float, seen["searched"])
    assert -0.7 * float(seen["min"]) > -lo and hi < 0.7 * float(seen["max"])
    again = quantc.calibrate(tmp_path / "m.onnx", [{"x": x}] * 2, cross_entropy=1)
    assert open(again.path, "rb").read() == open(table.path, "rb").read()
