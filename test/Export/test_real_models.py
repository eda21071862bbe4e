"""Real models, exported: the integer form has the compiled model's bits in
onnxruntime, and both forms compile to them again."""

import numpy as np
import onnx
import pytest

import quantc
from conftest import image_inputs
from runtime import assert_same_bits, check_integers, run_compiled, session


def cosine(a, b):
    return (a * b).sum() / np.linalg.norm(a) / np.linalg.norm(b)


@pytest.mark.parametrize(
    "path, name, shape",
    [
        ("vision/squeezenet1.1/squeezenet1.1.onnx", "data", (1, 3, 224, 224)),
        ("vision/resnet20-cifar10/resnet20.onnx", "input", (1, 3, 32, 32)),
    ],
    ids=["squeezenet", "resnet20"],
)
def test_image_models(data, tmp_path, path, name, shape):
    runs = image_inputs(name, shape)
    table = quantc.calibrate(data / path, runs)
    model = quantc.quantize(data / path, "w8a8", table)
    expected = run_compiled(model, tmp_path, runs)
    for format in ("integer", "qdq"):
        out = tmp_path / f"{format}.onnx"
        model.save(out, format=format)
        results = [session(out).run(None, feeds) for feeds in runs]
        if format == "integer":
            assert_same_bits(expected, results)
        else:
            for (a,), (b,) in zip(expected, results):
                assert cosine(a, b) > 0.999
        assert_same_bits(expected, run_compiled(out, tmp_path, runs))


def test_minilm(minilm_folder, tmp_path):
    runs = [dict(np.load(run))
            for run in sorted((minilm_folder / "evaluation").glob("*.npz"))[:2]]
    model = quantc.quantize(minilm_folder / "minilm.onnx", "w8a8-dynamic")
    assert check_integers(model, runs, tmp_path) == 36
    expected = run_compiled(model, tmp_path, runs)
    for format, opset in (("qdq", None), ("qdq", 13), ("integer", None)):
        out = tmp_path / "out.onnx"
        model.save(out, format=format, opset=opset)
        assert onnx.load(out).opset_import[0].version == (opset or 21)
        # Where a product rounds the other way, codes after it differ by one; that
        # is as far from the compiled model as this is from the float one.
        exported = session(out, check=opset is not None)
        cosines = [cosine(a, exported.run(None, feeds)[0])
                   for feeds, (a,) in zip(runs, expected)]
        assert np.mean(cosines) > 0.998
        if opset is None:
            assert_same_bits(expected, run_compiled(out, tmp_path, runs))
