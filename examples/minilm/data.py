"""What the examples share: MiniLM and its data, as prepare.py leaves them."""

import pathlib
import sys

import numpy as np


def folder():
    """The folder given on the command line; build/demo by default."""
    default = pathlib.Path(__file__).resolve().parents[2] / "build" / "demo"
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    if not (path / "minilm.onnx").exists():
        sys.exit(f"{path} has no minilm.onnx; run examples/minilm/prepare.py {path}")
    return path


def runs(path, kind, count):
    """`count` runs, {input name: int64 [batch, sequence]}, of "calibration" or
    "evaluation"."""
    files = sorted((path / kind).glob("*.npz"))[:count]
    return [dict(np.load(file)) for file in files]


def cosine(a, b):
    """Mean cosine of the embeddings that two outputs [batch, sequence, 384] give."""
    a, b = a.mean(1), b.mean(1)
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return float(((a * b).sum(1) / norms).mean())
