"""What other runtimes make of exported models.

    python benchmarks/export.py [minilm|squeezenet|resnet20]... [--images N]

Quantizes each model, exports it in both forms, and compares onnxruntime
(optimizations off) and OpenVINO with the compiled model: top-1 agreement on the
images, mean cosine of MiniLM's embeddings of the STS-B test sentences, and how many
output values have other bits. OpenVINO (pip install openvino) is left out where it
is not installed; MiniLM runs there in its accuracy mode, because by default it
quantizes activations its own way and computes in bfloat16. Data as for accuracy.py.
"""

import argparse
import os
import tempfile

import numpy as np
import onnx
import onnxruntime

import accuracy
import quantc

FORMATS = ("integer", "qdq")


def run_onnxruntime(path):
    """A function from feeds to outputs."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        path, options, providers=["CPUExecutionProvider"]
    )
    return lambda feeds: session.run(None, feeds)


def run_openvino(path):
    """The same, or None where OpenVINO is not installed."""
    try:
        import openvino
    except ImportError:
        return None
    core = openvino.Core()
    model = core.compile_model(
        core.read_model(path), "CPU", {"EXECUTION_MODE_HINT": "ACCURACY"}
    )
    return lambda feeds: list(model(feeds).values())


RUNTIMES = {"onnxruntime": run_onnxruntime, "openvino": run_openvino}


def compare(title, model, runs, measure, folder):
    """Prints a line for each format and runtime; `measure` takes the compiled
    model's outputs and another's, over all runs."""
    artifact = os.path.join(folder, "model.so")
    quantc.compile(model, artifact, target="cpu:native")
    compiled = quantc.InferenceSession(artifact, threads=accuracy.THREADS)
    expected = [compiled.run(None, feeds)[0] for feeds in runs]
    for form in FORMATS:
        path = os.path.join(folder, f"{form}.onnx")
        model.save(path, format=form)
        onnx.checker.check_model(path, full_check=True)
        for name, make in RUNTIMES.items():
            run = make(path)
            if run is None:
                print(f"{title} {form} {name}: skipped, not installed")
                continue
            outputs = [run(feeds)[0] for feeds in runs]
            differing = np.mean(
                np.concatenate([(a != b).ravel() for a, b in zip(expected, outputs)])
            )
            print(
                f"{title} {form} {name}: {measure(expected, outputs)}, "
                f"{100 * differing:.2f} % of the values differ",
                flush=True,
            )


def agreement(expected, outputs):
    same = [a.argmax() == b.argmax() for a, b in zip(expected, outputs)]
    return f"top-1 agreement {100 * np.mean(same):.1f} % of {len(same)}"


def cosine(expected, outputs):
    """Of the embeddings: the mean over tokens."""
    cosines = []
    for a, b in zip(expected, outputs):
        a, b = a[0].mean(0), b[0].mean(0)
        cosines.append(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    return f"cosine {np.mean(cosines):.5f} (least {np.min(cosines):.4f}) of {len(cosines)}"


def image_model(title, path, samples, calibration, count):
    name = quantc.load(path).input_names[0]
    table = quantc.calibrate(path, ({name: x} for x, _ in calibration))
    model = quantc.quantize(path, "w8a8", table)
    runs = [{name: x} for x, _ in samples[:count]]
    with tempfile.TemporaryDirectory() as folder:
        compare(f"{title} w8a8", model, runs, agreement, folder)


def squeezenet(count):
    samples = list(accuracy.imagenet(lambda p: (p / 255 - accuracy.MEAN) / accuracy.STD))
    path = accuracy.DATA / "vision/squeezenet1.1/squeezenet1.1.onnx"
    image_model("squeezenet1.1", path, samples, samples[::5], count)


def resnet20(count):
    path = accuracy.DATA / "vision/resnet20-cifar10/resnet20.onnx"
    calibration = list(accuracy.cifar10("calib1000"))[:200]
    image_model("resnet20", path, list(accuracy.cifar10("test500")), calibration, count)


def minilm(count):
    ids, _ = accuracy.sentences("test")
    calibration, _ = accuracy.sentences("calib")
    runs = [accuracy.feeds(x) for x in ids[:count]]
    with tempfile.TemporaryDirectory(dir=accuracy.ROOT / "build") as folder:
        path = accuracy.minilm_model(folder)
        for recipe in ("w8a8-dynamic", "w8a8-smoothquant"):
            table = None
            if not recipe.endswith("-dynamic"):
                batches = map(accuracy.feeds, calibration[:128])
                table = quantc.calibrate(path, batches, recipe=recipe)
            model = quantc.quantize(path, recipe, table)
            compare(f"minilm {recipe}", model, runs, cosine, folder)


MODELS = {f.__name__: f for f in (minilm, squeezenet, resnet20)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", metavar="MODEL", help=", ".join(MODELS))
    parser.add_argument("--images", type=int, default=500,
                        help="images, or sentences, of each model (default 500)")
    arguments = parser.parse_args()
    if not accuracy.DATA.exists():
        print(f"skipped: no data folder at {accuracy.DATA} (set QUANTC_DATA)")
        return
    for name in arguments.models or MODELS:
        MODELS[name](arguments.images)


if __name__ == "__main__":
    main()
