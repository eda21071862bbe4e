"""Accuracy of float and quantized models on real data.

    python benchmarks/accuracy.py [minilm|squeezenet|resnet20|mobilenet]...

Compiles each model in each form and prints one table: MiniLM's largest error to
onnxruntime's float output, its STS-B Spearman and mean cosine to the float
embedding (first 400 test pairs), and top-1 of the image models. Needs the data
folder (QUANTC_DATA, default ../shared/data beside the checkout); models whose data
are absent are skipped with a word.
"""

import argparse
import os
import pathlib
import sys
import tempfile

import numpy as np

import quantc

ROOT = pathlib.Path(__file__).resolve().parents[1]
DATA = pathlib.Path(os.environ.get("QUANTC_DATA", ROOT.parent / "shared" / "data"))
MINILM = DATA / "text_models" / "minilm"
THREADS = os.cpu_count()
MINILM_RECIPES = (None, "w8a8-dynamic", "w8a8", "w8a8-dynamic-smoothquant", "w8a8-smoothquant")
IMAGE_RECIPES = (None, "w8a8")


def build(model, recipe, table, folder):
    """A session of `model` compiled with `recipe` (None: float); `table` serves
    every recipe."""
    artifact = os.path.join(folder, f"{pathlib.Path(model).stem}-{recipe}.so")
    if recipe:
        model = quantc.quantize(model, recipe=recipe, calibration=table)
    quantc.compile(model, artifact, target="cpu:native")
    return quantc.InferenceSession(artifact, threads=THREADS)


# ---- MiniLM -------------------------------------------------------------------


def minilm_model(folder):
    """minilm_torchscript_op17.onnx beside its weights."""
    import shutil
    import subprocess

    weights = ROOT / "build" / "demo" / "model.safetensors"
    if not weights.exists():
        subprocess.run(
            [sys.executable, ROOT / "examples/minilm/prepare.py", weights.parent],
            check=True,
        )
    shutil.copyfile(weights, os.path.join(folder, "model.safetensors"))
    for path in MINILM.glob("*.onnx"):
        shutil.copyfile(path, os.path.join(folder, path.name))
    return os.path.join(folder, "minilm_torchscript_op17.onnx")


def sentences(kind):
    """Token ids of sentence a, b, a, b, ... of an STS-B split, and the scores."""
    tokens = np.load(MINILM / "stsb_tokens.npz")
    ends = np.cumsum(tokens[f"{kind}_lengths"].astype(np.int64))
    ids = np.split(tokens[f"{kind}_ids"].astype(np.int64), ends[:-1])
    return ids, tokens[f"{kind}_score"]


def feeds(ids):
    ids = ids[None]
    return {
        "input_ids": ids,
        "attention_mask": np.ones_like(ids),
        "token_type_ids": np.zeros_like(ids),
    }


def embeddings(session, ids):
    """One unit vector per sentence: the mean over its tokens, normalized."""
    rows = [session.run(None, feeds(x))[0][0].mean(0) for x in ids]
    rows = np.stack(rows)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def ranks(values):
    """Ranks with ties averaged, as Spearman's coefficient takes them."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[inverse]


def spearman(a, b):
    return 100 * np.corrcoef(ranks(a), ranks(b))[0, 1]


def minilm():
    ids, scores = sentences("test")
    calibration, _ = sentences("calib")
    reference = np.load(MINILM / "reference_io.npz")
    inputs = {name: reference[name] for name in reference if name != "last_hidden_state"}
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder:
        model = minilm_model(folder)
        for graph in sorted(pathlib.Path(folder).glob("*.onnx")):
            session = build(graph, None, None, folder)
            names = {arg.name for arg in session.get_inputs()}
            (hidden,) = session.run(None, {k: v for k, v in inputs.items() if k in names})
            error = np.abs(hidden - reference["last_hidden_state"]).max()
            print(f"{graph.stem}: float, largest error {error:.2e}")
        float_rows = None
        table = quantc.calibrate(model, map(feeds, calibration[:512]))
        for recipe in MINILM_RECIPES:
            session = build(model, recipe, table, folder)
            rows = embeddings(session, ids)
            float_rows = rows if float_rows is None else float_rows
            cosine = (rows * float_rows)[:800].sum(1)
            score = spearman((rows[0::2] * rows[1::2]).sum(1), scores)
            print(
                f"minilm {recipe or 'float'}: STS-B {score:.2f}, "
                f"mean cosine {cosine.mean():.5f} (first percentile "
                f"{np.percentile(cosine, 1):.4f})"
            )


# ---- Image models -------------------------------------------------------------

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)


def imagenet(normalize):
    """Images [1, 3, 224, 224] (the inner crop) and labels."""
    from PIL import Image

    folder = DATA / "images" / "imagenet"
    for line in (folder / "imagenet_shared_500.tsv").read_text().splitlines():
        name, label = line.split("\t")
        image = Image.open(folder / name).convert("RGB")
        left, top = (image.width - 224) // 2, (image.height - 224) // 2
        pixels = np.asarray(image.crop((left, top, left + 224, top + 224)), np.float32)
        yield normalize(pixels).transpose(2, 0, 1)[None].astype(np.float32), int(label)


def cifar10(kind):
    data = np.load(DATA / "images" / "cifar10" / f"cifar10_{kind}.npz")
    for pixels, label in zip(data["x"], data["y"]):
        normal = (pixels.astype(np.float32) / 255 - MEAN) / STD
        yield np.ascontiguousarray(normal.transpose(2, 0, 1)[None]), int(label)


def top1(session, samples):
    name = session.get_inputs()[0].name
    hits = [session.run(None, {name: x})[0].argmax() == y for x, y in samples]
    return 100 * float(np.mean(hits))


def image_model(title, path, test, calibration):
    with tempfile.TemporaryDirectory() as folder:
        name = quantc.load(path).input_names[0]
        table = quantc.calibrate(path, ({name: x} for x, _ in calibration))
        for recipe in IMAGE_RECIPES:
            session = build(path, recipe, table, folder)
            print(f"{title} {recipe or 'float'}: top-1 {top1(session, test):.1f}")


def squeezenet():
    test = list(imagenet(lambda p: (p / 255 - MEAN) / STD))
    path = DATA / "vision/squeezenet1.1/squeezenet1.1.onnx"
    image_model("squeezenet1.1", path, test, test[::5])


def resnet20():
    path = DATA / "vision/resnet20-cifar10/resnet20.onnx"
    image_model("resnet20", path, list(cifar10("test500")), list(cifar10("calib1000"))[:200])


def mobilenet():
    test = [(x, y + 1) for x, y in imagenet(lambda p: p / 127.5 - 1)]
    path = DATA / "vision/qdq/tf2_mobilenet_v2_1.0_224_ptq.float_twin.onnx"
    image_model("mobilenet v2", path, test, test[::5])


MODELS = {f.__name__: f for f in (minilm, squeezenet, resnet20, mobilenet)}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", metavar="MODEL", help=", ".join(MODELS))
    names = parser.parse_args().models or list(MODELS)
    if unknown := [name for name in names if name not in MODELS]:
        parser.error(f"no model {unknown[0]}; there are {', '.join(MODELS)}")
    if not DATA.exists():
        print(f"skipped: no data folder at {DATA} (set QUANTC_DATA)")
        return
    for name in names:
        MODELS[name]()


if __name__ == "__main__":
    main()
