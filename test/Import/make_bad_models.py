"""Writes one broken ONNX model of every kind the importer must survive.

    python make_bad_models.py FOLDER

Each kind is a function in bad_models/, entered with its stable ID (the tag in the
error message) and the exit code it must lead to. It gets an empty folder and a
small good model to spoil, and writes model.onnx there.
"""

import pathlib
import sys

from bad_models import container, external_data, graph, nodes, operators, tensors
from bad_models.common import KINDS, good_model, save
from bad_models.external_data import make_external
from bad_models.nodes import make_function

__all__ = ["KINDS", "good_model", "make_external", "make_function", "save", "write_all"]
FAMILIES = (container, graph, nodes, tensors, operators, external_data)


def write_all(folder):
    """Writes every kind into a folder of its own; returns their list."""
    cases = []
    for identifier, name, code, write in KINDS:
        case = folder / f"{identifier}-{name}" / "model"
        case.mkdir(parents=True)
        write(case, good_model())
        cases.append((identifier, name, code, case / "model.onnx"))
    return cases


if __name__ == "__main__":
    print(len(write_all(pathlib.Path(sys.argv[1]))), "models")
