"""The Python package: sessions, errors, calibration from an iterable."""

import threading

import numpy as np
import pytest

import quantc
from conftest import run_mlp


@pytest.fixture
def session(mlp, tmp_path):
    quantc.compile(mlp[0], tmp_path / "mlp.so")
    return quantc.InferenceSession(tmp_path / "mlp.so")


def inputs(rows=3, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, 16)).astype(np.float32)


def test_session_describes_the_model(session):
    (x,), (y,) = session.get_inputs(), session.get_outputs()
    assert (x.name, x.type, x.shape) == ("x", "tensor(float)", ["batch", 16])
    assert (y.name, y.type, y.shape[1]) == ("y", "tensor(float)", 5)
    assert session.get_property("recipe") == "none"


def test_session_runs_any_batch(session, mlp):
    for rows in (1, 2, 9, 0):
        x = inputs(rows)
        (y,) = session.run(["y"], {"x": x})
        np.testing.assert_allclose(y, run_mlp(mlp[1], x), rtol=1e-4, atol=1e-5)


def test_session_takes_dlpack(session, mlp):
    class Wrapped:
        def __init__(self, array):
            self.array = array

        def __dlpack__(self, **options):
            return self.array.__dlpack__(**options)

        def __dlpack_device__(self):
            return self.array.__dlpack_device__()

    x = inputs()
    (y,) = session.run(None, {"x": Wrapped(x)})
    np.testing.assert_array_equal(y, session.run(None, {"x": x})[0])


@pytest.mark.parametrize(
    "feeds, words",
    [
        ({}, "'x' is missing"),
        ({"x": inputs(), "z": inputs()}, "no input 'z'"),
        ({"x": inputs().astype(np.float64)}, "float64"),
        ({"x": inputs()[0]}, "1 dimensions"),
        ({"x": inputs()[:, :15]}, "[batch, 16]"),
        ({"x": np.array(["a"])}, "DLPack"),
    ],
)
def test_wrong_inputs_are_exceptions(session, feeds, words):
    with pytest.raises(quantc.InvalidArgument) as error:
        session.run(None, feeds)
    assert words in str(error.value)


def test_wrong_files_are_exceptions(tmp_path, mlp):
    with pytest.raises(quantc.IOFailure):
        quantc.load(tmp_path / "absent.onnx")
    with pytest.raises(quantc.Error):
        quantc.InferenceSession(mlp[0])
    with pytest.raises(quantc.InvalidArgument):
        quantc.quantize(mlp[0], recipe="w8a9")


def test_text_without_main_is_an_exception(tmp_path):
    path = tmp_path / "other.mlir"
    path.write_text("func.func @other() { return }")
    with pytest.raises(quantc.Error, match="@main"):
        quantc.evaluate(path, {})
    with pytest.raises(quantc.Error, match="@main"):
        quantc.compile(path, tmp_path / "other.so")


FOUR_SQUARES = """
func.func @main(%x: tensor<?x?xf32> {{onnx.dims = ["a", "b"], onnx.name = "x"}}) -> tensor<f32> {{
  %none = onnx.Constant dense<> : tensor<0xi64>
  %s = onnx.Shape %x {{end = 1 : i64}} : (tensor<?x?xf32>) -> tensor<1xi64>
  %sides = onnx.Concat %s, %s {{axis = 0 : i64}} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
{squares}
{sums}
  %0 = onnx.Sum %r0, %r1, %r2, %r3 : (tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<f32>
  return %0 : tensor<f32>
}}
"""


def test_workspace_beyond_64_bits_is_an_exception(tmp_path):
    """Four tensors of 2^62 bytes: their sum is 0 in 64 bits. The input is empty."""
    squares = "\n".join(
        f"  %c{i} = onnx.ConstantOfShape %sides {{value = dense<{i}.0> : tensor<1xf32>}} "
        ": (tensor<2xi64>) -> tensor<?x?xf32>" for i in range(1, 5))
    sums = "\n".join(
        f"  %r{i - 1} = onnx.ReduceSum %c{i}, %none {{keepdims = 0 : i64}} "
        ": (tensor<?x?xf32>, tensor<0xi64>) -> tensor<f32>" for i in range(1, 5))
    path = tmp_path / "squares.mlir"
    path.write_text(FOUR_SQUARES.format(squares=squares, sums=sums))
    quantc.compile(path, tmp_path / "squares.so")
    session = quantc.InferenceSession(tmp_path / "squares.so")
    (total,) = session.run(None, {"x": np.empty((3, 0), np.float32)})
    assert total == 9 * 10
    with pytest.raises(quantc.Error, match="cannot run on inputs of these shapes"):
        session.run(None, {"x": np.empty((2**30, 0), np.float32)})


def test_results_do_not_depend_on_threads(mlp, tmp_path):
    quantc.compile(mlp[0], tmp_path / "mlp.so")
    x = inputs(300)
    results = [
        quantc.InferenceSession(tmp_path / "mlp.so", threads=n).run(None, {"x": x})[0]
        for n in (1, 2, 5)
    ]
    for result in results[1:]:
        assert np.array_equal(results[0].view(np.uint32), result.view(np.uint32))


def test_sessions_run_in_threads(mlp, tmp_path):
    quantc.compile(mlp[0], tmp_path / "mlp.so")
    x, results = inputs(50), {}

    def work(i):
        session = quantc.InferenceSession(tmp_path / "mlp.so", threads=2)
        for _ in range(20):
            results[i] = session.run(None, {"x": x})[0]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(results[0], results[i]) for i in range(4))


def test_calibrate_quantize_evaluate_compile(mlp, tmp_path):
    path, weights = mlp
    table = quantc.calibrate(path, ({"x": inputs(8, i)} for i in range(4)))
    model = quantc.quantize(path, recipe="w8a8", calibration=table)
    x = inputs(6, 2)
    (evaluated,) = model.evaluate({"x": x})
    quantc.compile(model, tmp_path / "int8.so")
    session = quantc.InferenceSession(tmp_path / "int8.so")
    (y,) = session.run(None, {"x": x})
    expected = run_mlp(weights, x)
    assert np.abs(y - expected).max() < 0.05 * np.abs(expected).max()
    # Before folding it multiplies dequantized floats: equal but for rounding.
    np.testing.assert_allclose(y, evaluated, rtol=1e-2, atol=0.05)


def test_an_error_in_the_batches_is_the_callers(mlp):
    def batches():
        yield {"x": inputs()}
        raise RuntimeError("disk on fire")

    with pytest.raises(RuntimeError, match="disk on fire"):
        quantc.calibrate(mlp[0], batches())


def test_nan_in_calibration_names_the_tensor(mlp):
    x = inputs()
    x[1, 2] = np.nan
    with pytest.raises(quantc.InvalidArgument, match="NaN"):
        quantc.calibrate(mlp[0], [{"x": x}])
