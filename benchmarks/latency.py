"""Latency of whole models, quantc and onnxruntime in turn in one process.

    python benchmarks/latency.py [--threads N] [--rounds N] [MODEL.onnx SHAPE]...

Without models: MiniLM 1x16, 1x128 and 8x128, and the image models of the data folder
(QUANTC_DATA) where it exists. Prints medians in milliseconds and the ratio to
onnxruntime's float model; what else runs on the machine moves the absolute values,
much less the ratios.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

import quantc
from timing import medians, ort_session

ROOT = pathlib.Path(__file__).resolve().parents[1]
DATA = pathlib.Path(os.environ.get("QUANTC_DATA", ROOT.parent / "shared" / "data"))
DEMO = ROOT / "build" / "demo"
IMAGES = [
    ("vision/squeezenet1.1/squeezenet1.1.onnx", (1, 3, 224, 224)),
    ("vision/resnet20-cifar10/resnet20.onnx", (1, 3, 32, 32)),
    ("vision/qdq/tf2_mobilenet_v2_1.0_224_ptq.float_twin.onnx", (1, 3, 224, 224)),
]


def feeds_for(session, shape):
    random = np.random.default_rng(0)
    feeds = {}
    for arg in session.get_inputs():
        if arg.type == "tensor(int64)":
            high = 30000 if arg.name == "input_ids" else 2
            value = random.integers(0, high, shape)
            feeds[arg.name] = np.ones_like(value) if "mask" in arg.name else value
            if "type" in arg.name:
                feeds[arg.name] = np.zeros_like(value)
        else:
            feeds[arg.name] = random.normal(size=shape).astype(np.float32)
    return feeds


def measure(path, shapes, threads, rounds, folder):
    sessions = {"onnxruntime f32": ort_session(path, threads)}
    calibration = [feeds_for(sessions["onnxruntime f32"], shapes[0])]
    table = quantc.calibrate(path, calibration, recipe="w8a8")
    for recipe in (None, "w8a8-dynamic", "w8a8"):
        model = path
        if recipe:
            calib = table if recipe == "w8a8" else None
            model = quantc.quantize(path, recipe=recipe, calibration=calib)
        artifact = os.path.join(folder, f"{recipe}.so")
        quantc.compile(model, artifact, target="cpu:native")
        sessions[f"quantc {recipe or 'f32'}"] = quantc.InferenceSession(artifact, threads)
    for shape in shapes:
        feeds = feeds_for(sessions["onnxruntime f32"], shape)
        result = medians(sessions, feeds, rounds)
        base = result["onnxruntime f32"]
        print(f"{pathlib.Path(path).stem} {'x'.join(map(str, shape))}, {threads} thread(s)")
        for name, value in result.items():
            print(f"  {name:22}{value:9.2f} ms{base / value:7.2f}x")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("models", nargs="*", help="MODEL.onnx SHAPE pairs, SHAPE as 1x128")
    arguments = parser.parse_args()
    pairs = arguments.models
    jobs = [
        (pathlib.Path(path), [tuple(map(int, shape.split("x")))])
        for path, shape in zip(pairs[::2], pairs[1::2])
    ]
    if not jobs:
        if not (DEMO / "minilm.onnx").exists():
            subprocess.run([sys.executable, ROOT / "examples/minilm/prepare.py", DEMO], check=True)
        jobs.append((DEMO / "minilm.onnx", [(1, 16), (1, 128), (8, 128)]))
        jobs += [(DATA / path, [shape]) for path, shape in IMAGES if (DATA / path).exists()]
    for path, shapes in jobs:
        with tempfile.TemporaryDirectory() as folder:
            measure(path, shapes, arguments.threads, arguments.rounds, folder)


if __name__ == "__main__":
    main()
