"""Positions that an attention mask drops are left out of the statistics."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import quantc
from calibration_runs import tensors_of


def make_encoder(path, dtype):
    """ids, attention_mask [batch, seq] -> embedding -> MatMul, and their mean."""
    random = np.random.default_rng(0)
    table = random.normal(size=(50, 8)).astype(np.float32)
    table[0] *= 100  # the padding's
    weights = {"table": table, "w": random.normal(size=(8, 4)).astype(np.float32)}
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["e"], name="embed"),
        helper.make_node("MatMul", ["e", "w"], ["h"], name="product"),
        helper.make_node("Cast", ["attention_mask"], ["m"], to=1),
        helper.make_node("Unsqueeze", ["m", "axes"], ["m3"]),
        helper.make_node("Mul", ["h", "m3"], ["y"]),
    ]
    shape = ["batch", "seq"]
    graph = helper.make_graph(
        nodes, "encoder",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, shape),
         helper.make_tensor_value_info(
             "attention_mask", helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [*shape, 4])],
        [numpy_helper.from_array(v, k) for k, v in weights.items()]
        + [numpy_helper.from_array(np.array([2]), "axes")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])
    model.ir_version = 10
    onnx.save(model, path)


@pytest.mark.parametrize("dtype", [np.int64, np.int32, bool])
def test_positions_that_the_mask_drops_do_not_count(tmp_path, dtype):
    make_encoder(tmp_path / "encoder.onnx", dtype)
    random = np.random.default_rng(1)
    padded, exact = [], []
    for _ in range(5):
        ids = random.integers(1, 50, size=(3, 6))
        lengths = random.integers(1, 7, size=3)
        mask = (np.arange(6) < lengths[:, None]).astype(dtype)
        padded.append({"input_ids": np.where(mask, ids, 0), "attention_mask": mask})
        exact += [{"input_ids": i[None, :n], "attention_mask": np.ones((1, n), dtype)}
                  for i, n in zip(ids, lengths)]

    def tensors(batches, **options):
        table = quantc.calibrate(tmp_path / "encoder.onnx", batches, **options)
        return tensors_of(open(table.path, "rb").read())["embed"]

    masked, wanted = tensors(padded), tensors(exact)
    for key in ("min", "max", "count", "buckets"):
        assert masked[key] == wanted[key]
    assert masked["channels"]["counts"] == wanted["channels"]["counts"]
    assert float(tensors(padded, mask=None)["max"]) > 5 * float(masked["max"])
    assert tensors(padded, mask="attention_mask") == masked
