"""Measures a compiled MiniLM against its float model and against onnxruntime.

    python measure.py FOLDER MODEL.so [THREADS]

Accuracy: mean cosine of the sentence embeddings (masked mean, normalized) to
onnxruntime's float model over FOLDER/evaluation. Latency: one sequence of 128
tokens, candidates in turn within this process, median of the runs.
"""

import argparse
import os
import pathlib
import sys

import numpy as np
import onnxruntime as ort
from onnxruntime.quantization import QuantType, quantize_dynamic

import quantc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "benchmarks"))
from timing import medians, ort_session  # noqa: E402


def make_peer_int8(model, int8):
    """onnxruntime's own dynamic quantization, per channel, after its constant
    folding: it quantizes only products whose weights are constants."""
    folded = int8.with_suffix(".folded.onnx")
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(folded)
    ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    quantize_dynamic(
        folded, int8, per_channel=True, weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul"], extra_options={"MatMulConstBOnly": True},
    )
    folded.unlink()


def embed(session, feeds):
    """Sentence embeddings [batch, 384], unit length."""
    (hidden,) = session.run(None, feeds)
    mask = feeds["attention_mask"][..., None].astype(np.float32)
    mean = (hidden * mask).sum(1) / mask.sum(1)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)


def mean_cosine(reference, candidate, folder):
    cosines = []
    for path in sorted(folder.glob("*.npz")):
        feeds = dict(np.load(path))
        cosines.append((embed(reference, feeds) * embed(candidate, feeds)).sum(1))
    return float(np.concatenate(cosines).mean())


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=pathlib.Path, help="what prepare.py made")
    parser.add_argument("artifact", help="the compiled model (.so)")
    parser.add_argument("threads", type=int, nargs="?", default=1)
    arguments = parser.parse_args()
    folder, artifact = arguments.folder, arguments.artifact
    threads = arguments.threads
    int8 = folder / "onnxruntime.int8.onnx"
    if not int8.exists():
        make_peer_int8(folder / "minilm.onnx", int8)
    sessions = {
        "onnxruntime float": ort_session(folder / "minilm.onnx", threads),
        "onnxruntime int8 (dynamic)": ort_session(int8, threads),
        "quantc": quantc.InferenceSession(artifact, threads=threads),
    }
    reference = sessions["onnxruntime float"]
    sizes = {
        "onnxruntime float": folder / "model.safetensors",
        "onnxruntime int8 (dynamic)": int8,
        "quantc": artifact,
    }
    tokens = np.random.default_rng(0).integers(1000, 30000, (1, 128))
    feeds = {
        "input_ids": tokens,
        "attention_mask": np.ones_like(tokens),
        "token_type_ids": np.zeros_like(tokens),
    }
    times = medians(sessions, feeds, rounds=30)
    print(f"{'':28}{'mean cosine':>12}{'file MB':>10}{'ms, 1x128':>11}{'speed':>8}")
    for name, session in sessions.items():
        cosine = mean_cosine(reference, session, folder / "evaluation")
        size = os.path.getsize(sizes[name]) / 1e6
        speed = times["onnxruntime float"] / times[name]
        print(f"{name:28}{cosine:12.5f}{size:10.1f}{times[name]:11.2f}{speed:7.2f}x")


if __name__ == "__main__":
    main()
