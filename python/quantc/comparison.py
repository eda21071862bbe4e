"""Comparing two models on the same data, and reports of it."""

import ctypes
import json
import math
import os
import tempfile
from dataclasses import dataclass, fields

import numpy as np

from . import dlpack
from .compiler import Model
from .errors import InvalidArgument, from_status
from .library import TAKE_PAIR, CompareOptions, load as _library
from .session import InferenceSession


@dataclass(frozen=True)
class TensorComparison:
    """How far the candidate's tensor c is from the reference's tensor r, over all
    runs. A row is the last axis.

    sqnr_db: 10 log10(sum r^2 / sum (r - c)^2); inf when equal. cosine, min_cosine:
    mean and least over rows. max_abs, mean_abs: of |r - c|, in the tensor's unit.
    top1: share of rows whose greatest element is at the same place, nan without
    rows of two elements. mismatches: elements NaN or infinite in one model only;
    with any, sqnr_db is -inf and max_abs and mean_abs are inf.
    """

    name: str
    type: str
    elements: int
    equal: bool
    mismatches: int
    sqnr_db: float
    cosine: float
    min_cosine: float
    max_abs: float
    mean_abs: float
    top1: float

    @classmethod
    def _from_json(cls, entry):
        # JSON has no infinities: null, and the counts say which.
        absent = {"sqnr_db": math.inf if entry["equal"] else -math.inf,
                  "max_abs": math.inf, "mean_abs": math.inf, "top1": math.nan}
        return cls(**{f.name: absent[f.name] if entry[f.name] is None else entry[f.name]
                      for f in fields(cls)})


class Comparison:
    """What quantc.compare found.

    outputs, layers: {name: TensorComparison}, in the reference's order. runs: how
    many. metric: mean of the caller's metric over the runs, None without one;
    metric_values: one number per run.
    """

    def __init__(self, lib, context, handle, call, owned):
        self._lib, self._context, self._handle = lib, context, handle
        self._call, self._owned = call, owned
        self.metric_values = []
        self._read()

    def _read(self):
        self._json = json.loads(self._lib.quantc_comparison_json(self._handle))
        for kind in ("outputs", "layers"):
            entries = [TensorComparison._from_json(entry) for entry in self._json[kind]]
            setattr(self, kind, {entry.name: entry for entry in entries})
        self.runs = self._json["runs"]

    @property
    def metric(self):
        return float(np.mean(self.metric_values)) if self.metric_values else None

    def _check(self, status):
        if status:
            message = self._lib.quantc_context_message(self._context).decode()
            raise from_status(status, message.strip())

    def _add(self, feeds, metric):
        names = list(feeds)
        arrays = dlpack.arrange(feeds, names)
        try:
            inputs = [dlpack.make_tensor(array) for array in arrays]
        except TypeError as error:
            raise InvalidArgument(str(error)) from None
        reference, candidate = {}, {}

        def take(_, name, r, c):
            reference[name.decode()] = dlpack.to_numpy(r.contents)
            candidate[name.decode()] = dlpack.to_numpy(c.contents)

        count = len(names)
        self._check(
            self._lib.quantc_comparison_add(
                self._handle, count,
                (ctypes.c_char_p * max(count, 1))(*(n.encode() for n in names)),
                (dlpack.DLTensor * max(count, 1))(*inputs),
                TAKE_PAIR(take) if metric else TAKE_PAIR(), None))
        if metric:
            self.metric_values.append(float(metric(reference, candidate)))

    def to_dict(self):
        """What `quantc compare --json` writes, with "metric" where there is one."""
        extra = {"metric": self.metric} if self.metric_values else {}
        return {**self._json, **extra}

    def to_json(self, path=None):
        """The figures as JSON text, written to `path` if one is given."""
        text = json.dumps(self.to_dict(), indent=2) + "\n"
        if path is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        return text

    def to_html(self, path):
        """Writes a report to read in a browser: one file that needs nothing else.
        It is complete or absent."""
        path = os.fspath(path)
        command = f"{self._call}.to_html({path!r})"
        self._check(
            self._lib.quantc_comparison_write_html(
                self._handle, command.encode(), path.encode()))

    def __repr__(self):
        rows = [f"{o.name}: {o.sqnr_db:.2f} dB, cosine {o.cosine:.6f}"
                for o in self.outputs.values()]
        return f"<Comparison over {self.runs} runs: {'; '.join(rows)}>"

    def __del__(self):
        if getattr(self, "_handle", None):
            self._lib.quantc_comparison_destroy(self._handle)
        if getattr(self, "_context", None):
            self._lib.quantc_context_destroy(self._context)


def _path_of(model, folder, side):
    """A file that holds `model`; one in memory is written to `folder`."""
    if isinstance(model, InferenceSession):
        return model.path
    if not isinstance(model, Model):
        return os.fspath(model)
    path = os.path.join(folder, f"{side}.mlir")
    model.save(path)
    return path


def compare(reference, candidate, batches, *, layers=False, metric=None, threads=0,
            evaluate=False):
    """Runs two models on the same data and measures the difference.

    reference, candidate: a path (.onnx, .mlir, or a compiled .so), a Model or an
    InferenceSession. Models are compiled for this machine and run from memory, or
    by the reference evaluator with evaluate=True: the same bits, slowly.
    batches: any iterable of {input name: array}, one run each. layers: compare
    every layer that both models have under one name; neither may be compiled then.
    metric: called after each run with two dicts {output name: array}, the
    reference's and the candidate's; returns a number. threads: 0 takes one per
    core; results do not depend on it.

    Returns a Comparison. Raises quantc.Error where inputs or outputs do not match.
    """
    lib = _library()
    folder = tempfile.TemporaryDirectory(prefix="quantc-")
    paths = [_path_of(model, folder.name, side)
             for model, side in ((reference, "reference"), (candidate, "candidate"))]
    options = CompareOptions(paths[0].encode(), paths[1].encode(), layers, evaluate,
                             threads)
    context, handle = lib.quantc_context_create(), ctypes.c_void_p()
    status = lib.quantc_comparison_open(context, ctypes.byref(options),
                                        ctypes.byref(handle))
    if status:
        message = lib.quantc_context_message(context).decode().strip()
        lib.quantc_context_destroy(context)
        raise from_status(status, message)
    arguments = ", layers=True" if layers else ""
    call = f"quantc.compare({paths[0]!r}, {paths[1]!r}, batches{arguments})"
    comparison = Comparison(lib, context, handle, call, folder)
    for feeds in batches:
        comparison._add(feeds, metric)
    comparison._read()
    if not comparison.runs:
        raise InvalidArgument("no data to compare on")
    return comparison
