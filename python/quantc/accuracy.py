"""Where a quantized model's error comes from, and which operations to spare."""

import ctypes
import json
import math
import os

from . import dlpack
from .compiler import Model
from .errors import InvalidArgument
from .library import METRIC, READ_RUN, Runs, Target
from .session import InferenceSession

CAUSES = ("clipping", "rounding", "weight", "bias", "rewrite")


class HeldRuns:
    """Batches held in memory, as the compiler reads them (quantc_runs)."""

    def __init__(self, model, batches):
        names = model.input_names
        # NextRun hands out one run at a time; these are read again and again.
        self._arrays = [dlpack.arrange(feeds, names) for feeds in batches]
        self._tensors = []

        def read(_, i, inputs):
            self._tensors = [dlpack.make_tensor(array) for array in self._arrays[i]]
            for k, tensor in enumerate(self._tensors):
                inputs[k] = tensor
            return 0

        self.runs = Runs(len(self._arrays), READ_RUN(read), None)


def _optional(path):
    path = getattr(path, "path", path)
    return None if path is None else os.fspath(path).encode()


class _Score:
    """A metric on sessions, as the compiler calls it; `raised` is what it raised."""

    def __init__(self, metric):
        self.raised = None

        def score(_, artifact, result):
            try:
                result[0] = float(metric(InferenceSession(artifact.decode(), threads=0)))
                return 0
            except BaseException as error:
                self.raised = error
                return -1

        self.callback = METRIC(score) if metric else METRIC()


def quantize_to(model, recipe, calibration, data, metric, max_drop, target_size):
    """Quantizes a Model in place, measured; see quantc.quantize. Returns what was
    found as a dict (quantc/Accuracy/MixedPrecision.h)."""
    if data is None:
        raise InvalidArgument(
            "max_drop, target_size and sensitivity measure accuracy over data=, "
            "which is missing"
        )
    if max_drop is not None and target_size is not None:
        raise InvalidArgument("max_drop and target_size exclude each other")
    if max_drop is not None and not max_drop >= 0:
        raise InvalidArgument(f"max_drop is {max_drop}; it is a number from 0 on")
    held, score = HeldRuns(model, data), _Score(metric)
    target = Target(
        -1.0 if max_drop is None else max_drop, target_size or 0, score.callback, None
    )
    text = ctypes.c_char_p()
    status = model._lib.quantc_module_quantize_to(
        model._module, os.fspath(recipe).encode(), _optional(calibration),
        ctypes.byref(held.runs), ctypes.byref(target), ctypes.byref(text),
    )
    if score.raised:
        raise score.raised
    model._check(status)
    model._made_with = (recipe, calibration)
    return json.loads(text.value)


def _decibels(noise):
    return -10 * math.log10(noise) if noise > 0 else math.inf


def _columns(attribution):
    """The operations of an attribution, most local error first, by column."""
    ops = [op for op in attribution["ops"] if op["quantized"]]
    ops.sort(key=lambda op: -op["local"])
    table = {
        "node": [op["node"] for op in ops],
        "op": [op["op"] for op in ops],
        "cause": [max(CAUSES, key=lambda cause: op["causes"][cause]) for op in ops],
        "sqnr": [_decibels(op["total"]) for op in ops],
    }
    for part in ("local", "inherited"):
        table[part] = [op[part] for op in ops]
    for cause in CAUSES:
        table[cause] = [op["causes"][cause] for op in ops]
    table["tensor"] = [op["tensor"] for op in ops]
    table["macs"] = [op["macs"] for op in ops]
    if any("damage" in op for op in ops):
        table["damage"] = [op.get("damage", math.nan) for op in ops]
    return table


def sensitivity(model, quantized, batches, path=None, recipe=None, calibration=None):
    """Where the error of a quantized model comes from, operation by operation.

    model: the float model (a path). quantized: what quantc.quantize made of it, a
    Model or the path of a .mlir file, which may have been edited since. batches: any
    iterable of {input name: array}; it is held in memory. path: a JSON file to write,
    the same as `quantc quantize --sensitivity` writes. recipe, calibration: what a
    quantized .mlir file was made with, where its recipe rescales channels
    (SmoothQuant, equalization); a Model knows.

    Returns a table with one row per quantized operation, the one with the most error
    of its own first: a dict of columns, or a pandas.DataFrame where pandas is
    installed. node, op: its name and operator; cause: the cause with the most noise;
    sqnr: signal to noise of its result in dB, inherited error included; then noise
    energies relative to the signal's: local (its own quantization on the float
    model's inputs), inherited (what its inputs bring), and the local part by cause:
    clipping (inputs outside the range), rounding, weight, bias, rewrite (integer
    arithmetic against dequantized floats); tensor: the quantized input; macs:
    multiplications over all batches.
    """
    if isinstance(quantized, Model):
        recipe = recipe or quantized._made_with[0]
        calibration = calibration or quantized._made_with[1]
        candidate = quantized
    else:
        candidate = Model(quantized)
    reference = Model(model, _context=candidate._context)
    held = HeldRuns(reference, batches)
    text = ctypes.c_char_p()
    reference._check(
        reference._lib.quantc_module_attribute(
            reference._module, candidate._module, _optional(recipe),
            _optional(calibration), ctypes.byref(held.runs), ctypes.byref(text),
        )
    )
    if path is not None:
        with open(path, "wb") as file:
            file.write(text.value)
    table = _columns(json.loads(text.value))
    try:
        import pandas
    except ImportError:
        return table
    return pandas.DataFrame(table)
