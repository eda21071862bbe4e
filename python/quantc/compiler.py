"""Calibrating, quantizing, compiling and evaluating models."""

import ctypes
import json
import operator
import os
import shutil
import sys
import tempfile
import time

from . import dlpack
from .errors import InvalidArgument, from_status
from .library import (
    NEXT_RUN,
    PROGRESS,
    TAKE_OUTPUT,
    CalibrateOptions,
    load as _library,
)


class CalibrationTable:
    """Ranges and histograms of a model's tensors, as `quantc calibrate` writes them.

    path: the table's file. A table made by quantc.calibrate lives in a temporary
    file until `save` copies it.
    """

    def __init__(self, path, _owned=None):
        self.path = os.fspath(path)
        self._owned = _owned

    def save(self, path):
        """Copies the table to `path`."""
        shutil.copyfile(self.path, path)


class _Context:
    """The compiler's context, which lives as long as a model in it. Models are
    counted: the garbage collector finalizes a cycle of objects in any order."""

    def __init__(self, lib):
        self._lib = lib
        self._as_parameter_ = lib.quantc_context_create()
        self._models = 0

    def enter(self):
        self._models += 1
        return self

    def leave(self):
        self._models -= 1
        if not self._models:
            self._lib.quantc_context_destroy(self._as_parameter_)


class Model:
    """A model held by the compiler: loaded, and perhaps quantized.

    Made by quantc.load and quantc.quantize. Raises quantc.Error.
    """

    def __init__(self, path, _context=None):
        self._module = None
        self._made_with = (None, None)  # recipe and calibration
        self._lib = _library()
        # Models that one call takes together are of one context.
        self._context = (_context or _Context(self._lib)).enter()
        module = ctypes.c_void_p()
        self._check(
            self._lib.quantc_module_load(
                self._context, os.fspath(path).encode(), ctypes.byref(module)
            )
        )
        self._module = module

    def __del__(self):
        if getattr(self, "_module", None):
            self._lib.quantc_module_destroy(self._module)
        if getattr(self, "_context", None):
            self._context.leave()

    def _check(self, status):
        if status:
            message = self._lib.quantc_context_message(self._context).decode()
            raise from_status(status, message.strip())

    @property
    def messages(self):
        """Warnings and remarks of the last call, one a line: which operations stay
        in float, and why."""
        return self._lib.quantc_context_message(self._context).decode()

    @property
    def input_names(self):
        count = self._lib.quantc_module_num_inputs(self._module)
        get = self._lib.quantc_module_input_name
        return [get(self._module, i).decode() for i in range(count)]

    @property
    def output_names(self):
        count = self._lib.quantc_module_num_outputs(self._module)
        get = self._lib.quantc_module_output_name
        return [get(self._module, i).decode() for i in range(count)]

    def save(self, path, format="qdq", opset=None, external_data=False):
        """Writes the model: ONNX (.onnx), or MLIR text (.mlir) with its large
        constants beside it (.weights).

        The rest is about ONNX. format: "qdq" puts QuantizeLinear and
        DequantizeLinear around operators on floats; "integer" writes the folded
        model in MatMulInteger, ConvInteger and float operators, which gives
        quantc's integers in any runtime. opset: operator set version, by default
        21 or what the model needs. external_data: weights go to PATH.data.
        """
        path = os.fspath(path)
        if path.endswith(".onnx"):
            status = self._lib.quantc_module_export_onnx(
                self._module, path.encode(), format.encode(), opset or 0, external_data
            )
        else:
            status = self._lib.quantc_module_save(self._module, path.encode())
        self._check(status)

    def run_pipeline(self, pipeline):
        """Runs passes in place, written as `quant-opt --pass-pipeline` takes them."""
        self._check(
            self._lib.quantc_module_run_pipeline(self._module, pipeline.encode())
        )

    def calibrate(
        self,
        batches,
        path,
        recipe=None,
        mask="auto",
        nonfinite="error",
        cross_entropy=0,
        resume=False,
        checkpoint_every=30,
        progress=None,
    ):
        """Runs the float model over `batches` and writes the table to `path`; see
        quantc.calibrate."""
        if nonfinite not in ("error", "skip"):
            raise InvalidArgument(f"nonfinite='{nonfinite}'; error and skip are known")
        iterator = iter(batches)
        raised, alive = [], []

        def guarded(function, failure):
            def call(*arguments):
                try:
                    return function(*arguments)
                except BaseException as error:
                    raised.append(error)
                    return failure

            return call

        def next_run(_, inputs):
            feeds = None if raised else next(iterator, None)
            if feeds is None:
                return -1 if raised else 0
            alive[:] = [dlpack.make_tensor(a) for a in self._keep(feeds)]
            for i, tensor in enumerate(alive):
                inputs[i] = tensor
            return 1

        options = CalibrateOptions(
            os.fspath(recipe).encode() if recipe else None,
            None if mask == "auto" else (mask or "none").encode(),
            nonfinite == "skip",
            bool(resume),
            cross_entropy,
            checkpoint_every or -1,
            PROGRESS(guarded(lambda _, done: progress and progress(done), None)),
        )
        status = self._lib.quantc_module_calibrate(
            self._module,
            ctypes.byref(options),
            NEXT_RUN(guarded(next_run, -1)),
            None,
            os.fspath(path).encode(),
        )
        if raised:
            raise raised[0]
        self._check(status)

    def _keep(self, feeds):
        self._kept = dlpack.arrange(feeds, self.input_names)
        return self._kept

    def quantize(self, recipe, calibration=None):
        """Quantizes in place."""
        path = getattr(calibration, "path", calibration)
        self._made_with = (recipe, calibration)
        self._check(
            self._lib.quantc_module_quantize(
                self._module,
                os.fspath(recipe).encode(),
                os.fspath(path).encode() if path else None,
            )
        )

    def compile(self, path, target="cpu"):
        """Compiles to `path`; the model itself is left as it is."""
        self._check(
            self._lib.quantc_module_compile(
                self._module, target.encode(), os.fspath(path).encode()
            )
        )

    def clone(self):
        """A copy that shares nothing but the constants' bytes."""
        copy = object.__new__(Model)
        copy._lib, copy._context = self._lib, self._context.enter()
        copy._made_with = self._made_with
        copy._module = ctypes.c_void_p(self._lib.quantc_module_clone(self._module))
        return copy

    def folded(self):
        """A copy in the form that is compiled: what the quantized model means, to
        the bit."""
        copy = self.clone()
        copy.run_pipeline("builtin.module(quantc-graph,quantc-fold)")
        return copy

    def evaluate(self, feeds, precision="f32"):
        """Runs the reference evaluator on the graph as it stands; quantc.evaluate
        folds a quantized graph first, as compiling does."""
        if precision not in ("f32", "f64"):
            raise InvalidArgument(f"precision '{precision}'; f32 and f64 are known")
        inputs = dlpack.make_tensors(self._keep(feeds))
        results = {}

        def take(_, i, tensor):
            results[i] = dlpack.to_numpy(tensor.contents)

        self._check(
            self._lib.quantc_module_evaluate(
                self._module, inputs, precision == "f64", TAKE_OUTPUT(take), None
            )
        )
        return [results[i] for i in range(len(results))]


def _as_model(model):
    return model if isinstance(model, Model) else Model(model)


def load(path):
    """Reads a .onnx or .mlir model."""
    return Model(path)


class _ProgressLine:
    """A line of progress on standard error, redrawn: "calibrate 12/512, 3 s left".
    Nothing is shown for the first two seconds, or where it is no terminal."""

    def __init__(self, total):
        self.total, self.started, self.shown = total, time.monotonic(), 0

    def __call__(self, done):
        now = time.monotonic()
        if not done:
            self.started = now
        if now - self.started < 2 or now - self.shown < 0.2 or not done:
            return
        self.shown = now
        line = f"calibrate {done}"
        if self.total:
            left = (now - self.started) / done * (self.total - done)
            line += f"/{self.total}, {left:.0f} s left"
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)

    def finish(self):
        if self.shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def calibrate(
    model,
    batches,
    recipe=None,
    *,
    mask="auto",
    nonfinite="error",
    cross_entropy=0,
    path=None,
    resume=False,
    checkpoint_every=30,
    progress=None,
):
    """Records statistics of a model's tensors over sample data.

    model: path or Model. batches: any iterable of {input name: array}, one run
    each; memory does not depend on how many there are. Returns a
    CalibrationTable, which serves every recipe (recipe: a name or file that
    narrows it to the tensors which that recipe quantizes).

    mask: name of an integer input [batch, sequence] whose zeros mark positions
    that are left out; "auto" takes an attention mask if the model has one; None
    leaves nothing out. nonfinite: "error" stops at NaN or infinite values, naming
    run and tensor; "skip" leaves such runs out. cross_entropy: over how many of the
    first batches ranges are also searched by the loss of the outputs, which recipes
    with calibrator cross_entropy need.

    path: where to write the table (by default a temporary file). Every
    checkpoint_every seconds (0: after every run) the state is saved to
    path + ".checkpoint"; after an interruption resume=True goes on from it, with
    the same bits as an uninterrupted calibration, if the first batches are what
    they were.

    progress: called with the number of runs done; by default a line with the time
    left is shown on a terminal.
    """
    folder = None
    if path is None:
        folder = tempfile.TemporaryDirectory(prefix="quantc-")
        path = os.path.join(folder.name, "table.calib")
    line = None
    if progress is None and sys.stderr.isatty():
        line = progress = _ProgressLine(operator.length_hint(batches))
    try:
        _as_model(model).calibrate(
            batches,
            path,
            recipe,
            mask,
            nonfinite,
            cross_entropy,
            resume,
            checkpoint_every,
            progress,
        )
    finally:
        if line:
            line.finish()
    return CalibrationTable(path, _owned=folder)


def quantize(
    model, recipe, calibration=None, *, data=None, metric=None, max_drop=None,
    target_size=None, sensitivity=None,
):
    """Returns a new Model quantized by `recipe` (a shipped name or a YAML file).

    model: path or Model, which stays as it is. calibration: a CalibrationTable or
    a table's path, for recipes with static activation scales.

    With max_drop the fewest operations stay in float that lose at most so many
    points: of 100 * mean cosine of the outputs' rows (last axis) to the float
    model's, over data, or of metric, which takes an InferenceSession and gives a
    number, the higher the better. Matrix products get ranges per token first, which
    keeps them on integers. With target_size the least accuracy is lost whose
    constants have at most so many bytes. data: an iterable of {input name: array},
    held in memory. The result's `search` is a dict of what was found: floats and
    tokens (the nodes in float and on ranges per token, [{"op", "node"}]), recipe
    (YAML with a rule for each, which `quantize` takes again as a file), drop,
    full_drop (with everything quantized), size, full_size (bytes of constants),
    integer_share (of the multiplications by weights) and sensitivity. sensitivity: a
    JSON file to write that to; quantc.sensitivity gives a table.
    """
    quantized = model.clone() if isinstance(model, Model) else Model(model)
    if max_drop is None and target_size is None and sensitivity is None:
        quantized.quantize(recipe, calibration)
        return quantized
    from .accuracy import quantize_to

    quantized.search = quantize_to(
        quantized, recipe, calibration, data, metric, max_drop, target_size
    )
    if sensitivity is not None:
        with open(sensitivity, "w", encoding="utf-8") as file:
            json.dump(quantized.search["sensitivity"], file, indent=2)
    return quantized


def compile(model, path, target="cpu", recipe=None, calibration=None):
    """Compiles a model (path or Model) to `path`: .so, .a, .o (with a C header
    beside it), or a program.

    target: "cpu" (every instruction set of this architecture, chosen when
    loaded) or "cpu:ISA[,ISA...]". recipe, calibration: quantize first, as
    quantc.quantize does.
    """
    if recipe is not None:
        model = quantize(model, recipe, calibration)
    _as_model(model).compile(path, target)


def evaluate(model, feeds, precision="f32"):
    """Runs a model (path or Model) by the reference evaluator.

    feeds: {input name: array}. precision: "f32" evaluates what compiling makes of
    the graph and gives compiled code's bits; "f64" computes the graph as it stands
    in double with libm. Returns a list of arrays, the model's outputs.
    """
    model = _as_model(model)
    if precision == "f32":
        model = model.folded()
    return model.evaluate(feeds, precision)
