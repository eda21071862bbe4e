"""Real models: compiled code gives the evaluator's bits, float and int8, on every
instruction set and for any number of threads."""

import shutil

import numpy as np
import pytest

import quantc
from conftest import image_inputs

ISAS = ("scalar", "avx2", "avx512vnni")


def minilm_inputs(folder):
    runs = sorted((folder / "evaluation").glob("*.npz"))[:4]
    return [dict(np.load(run)) for run in runs]


def folded_forms(model, runs, folder):
    """(name, folded model) of the float, dynamic and static forms."""
    table = quantc.calibrate(model, runs, recipe="w8a8")
    for recipe, calibration in ((None, None), ("w8a8-dynamic", None), ("w8a8", table)):
        if recipe:
            form = quantc.quantize(model, recipe=recipe, calibration=calibration)
        else:
            form = quantc.load(model)
            form.run_pipeline("builtin.module(quantc-graph)")
        form.run_pipeline("builtin.module(quantc-fold)")
        yield recipe or "float", form


def check_bits(model, runs, folder):
    for name, form in folded_forms(model, runs, folder):
        artifact = folder / f"{name}.so"
        quantc.compile(form, artifact, target="cpu:scalar,avx2,avx512vnni")
        expected = form.evaluate(runs[0])
        for isa in ISAS:
            for threads in (1, 2):
                try:
                    session = quantc.InferenceSession(artifact, threads=threads, isa=isa)
                except quantc.Unsupported:
                    continue
                for a, b in zip(expected, session.run(None, runs[0])):
                    assert np.array_equal(a.view(np.uint32), b.view(np.uint32)), (
                        f"{name} on {isa} with {threads} threads: "
                        f"{np.mean(a.view(np.uint32) != b.view(np.uint32)):.2%} differ"
                    )


@pytest.mark.parametrize(
    "path, name, shape",
    [
        ("vision/squeezenet1.1/squeezenet1.1.onnx", "data", (1, 3, 224, 224)),
        ("vision/resnet20-cifar10/resnet20.onnx", "input", (1, 3, 32, 32)),
        ("vision/qdq/tf2_mobilenet_v2_1.0_224_ptq.float_twin.onnx", "input",
         (1, 3, 224, 224)),
    ],
    ids=["squeezenet", "resnet20", "mobilenet"],
)
def test_image_model_bits(data, tmp_path, path, name, shape):
    check_bits(data / path, image_inputs(name, shape), tmp_path)


def test_minilm_bits(minilm_folder, tmp_path):
    check_bits(minilm_folder / "minilm.onnx", minilm_inputs(minilm_folder), tmp_path)


def test_minilm_graphs_give_the_reference(data, minilm_folder, tmp_path):
    """Three exporters' graphs of the same weights, to onnxruntime's float output."""
    source = data / "text_models" / "minilm"
    shutil.copyfile(minilm_folder / "model.safetensors", tmp_path / "model.safetensors")
    reference = np.load(source / "reference_io.npz")
    graphs = sorted(source.glob("*.onnx"))
    assert len(graphs) == 3
    for path in graphs:
        shutil.copyfile(path, tmp_path / path.name)
        artifact = tmp_path / (path.stem + ".so")
        quantc.compile(tmp_path / path.name, artifact, target="cpu:native")
        session = quantc.InferenceSession(artifact)
        feeds = {arg.name: reference[arg.name] for arg in session.get_inputs()}
        (hidden,) = session.run(None, feeds)
        assert np.abs(hidden - reference["last_hidden_state"]).max() <= 2e-5


def test_quantized_minilm_stays_close(minilm_folder, tmp_path):
    """Mean cosine of sentence embeddings to the float model's."""
    model = minilm_folder / "minilm.onnx"
    calibration = [dict(np.load(run))
                   for run in sorted((minilm_folder / "calibration").glob("*.npz"))]
    runs = [dict(np.load(run))
            for run in sorted((minilm_folder / "evaluation").glob("*.npz"))]

    def embed(form, name):
        quantc.compile(form, tmp_path / name, target="cpu:native")
        session = quantc.InferenceSession(tmp_path / name)
        rows = np.stack([session.run(None, run)[0][0].mean(0) for run in runs])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    reference = embed(model, "float.so")
    table = quantc.calibrate(model, calibration, recipe="w8a8")
    for recipe, limit, calib in (("w8a8-dynamic", 0.9985, None), ("w8a8", 0.990, table)):
        form = quantc.quantize(model, recipe=recipe, calibration=calib)
        cosine = (embed(form, recipe + ".so") * reference).sum(1).mean()
        assert cosine >= limit, f"{recipe}: {cosine}"
