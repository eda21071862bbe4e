"""A model of one operator, compiled and evaluated: what the tests of kernels share."""

import itertools

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import quantc

ISAS = ("scalar", "avx2", "avx512vnni")
TYPES = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.float16): TensorProto.FLOAT16,
         np.dtype(np.float64): TensorProto.DOUBLE, np.dtype(np.int64): TensorProto.INT64,
         np.dtype(np.int32): TensorProto.INT32, np.dtype(bool): TensorProto.BOOL}


def make_node_model(path, operator, inputs, constants, outputs, opset, **attributes):
    """A model of one node; `inputs` and `constants` are arrays by name, `order` the
    operands ("" for an omitted one), all of them by default; `dims` names the
    dimensions of inputs that are dynamic."""
    order = attributes.pop("order", [*inputs, *constants])
    dims = attributes.pop("dims", {})
    node = helper.make_node(operator, order, outputs, name="node", **attributes)
    graph = helper.make_graph(
        [node], "g",
        [helper.make_tensor_value_info(name, TYPES[x.dtype], dims.get(name, x.shape))
         for name, x in inputs.items()],
        [helper.make_empty_tensor_value_info(name) for name in outputs if name],
        [numpy_helper.from_array(x, name) for name, x in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 10
    onnx.save(model, path)


def check(tmp_path, operator, inputs, constants, outputs, opset, **attributes):
    """Compiled code gives the bits that the evaluator gives on the folded model,
    which in turn lie near the f64 evaluation of the model itself (unless `truth` is
    False)."""
    compare = attributes.pop("truth", True)
    path, artifact = str(tmp_path / f"{operator}.onnx"), str(tmp_path / f"{operator}.so")
    make_node_model(path, operator, inputs, constants, outputs, opset, **attributes)
    model = quantc.load(path)
    model.compile(artifact, "cpu:" + ",".join(ISAS))
    truth = model.evaluate(inputs, precision="f64")
    model.run_pipeline("builtin.module(quantc-graph,quantc-fold)")
    expected = model.evaluate(inputs)
    for want, exact in zip(expected, truth if compare else []):
        eps = 1e-2 if want.dtype == np.float16 else 2e-4
        np.testing.assert_allclose(want.astype(np.float64), exact.astype(np.float64),
                                   rtol=eps, atol=eps)
    ran = 0
    for isa, threads in itertools.product(ISAS, (1, 3)):
        try:
            session = quantc.InferenceSession(artifact, threads=threads, isa=isa)
        except quantc.Unsupported:
            continue
        for got, want in zip(session.run(None, inputs), expected):
            assert got.dtype == want.dtype and got.shape == want.shape
            nans = (got != got) & (want != want)
            assert got[~nans].tobytes() == want[~nans].tobytes(), (isa, threads)
        ran += 1
    assert ran


def normal(*shape, seed=0, dtype=np.float32, scale=0.5):
    generator = np.random.default_rng(seed)
    return (scale * generator.standard_normal(shape)).astype(dtype)
