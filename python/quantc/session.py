"""Running compiled models, with onnxruntime's session interface."""

import contextlib
import ctypes
import operator
import os
import platform
import struct
import threading
from dataclasses import dataclass

import numpy as np

from . import dlpack
from .errors import InvalidArgument, IOFailure, from_status


@dataclass(frozen=True)
class NodeArg:
    """An input or output: its ONNX name, type as onnxruntime spells it
    ("tensor(float)") and shape (an int, the dimension's name, or None)."""

    name: str
    type: str
    shape: list


_ORT_NAMES = {"float32": "float", "float64": "double", "float16": "float16"}


def _node_arg(info):
    dtype = dlpack.to_numpy_dtype(info.dtype).name
    shape = []
    for i in range(info.ndim):
        name = info.dim_names[i].decode()
        shape.append(info.dims[i] if info.dims[i] >= 0 else name or None)
    return NodeArg(info.name.decode(), f"tensor({_ORT_NAMES.get(dtype, dtype)})", shape)


def _declare(lib):
    """Argument and result types of quantc/runtime.h."""
    handle, tensors = ctypes.c_void_p, ctypes.POINTER(dlpack.DLTensor)
    shapes = ctypes.POINTER(ctypes.c_int64)
    signatures = {
        "quantc_model_descriptor": (ctypes.c_void_p, []),
        "quantc_last_error": (ctypes.c_char_p, []),
        "quantc_model_create": (
            ctypes.c_int,
            [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(handle)],
        ),
        "quantc_model_destroy": (None, [handle]),
        "quantc_model_set_threads": (ctypes.c_int, [handle, ctypes.c_int]),
        "quantc_model_get_threads": (ctypes.c_int, [handle]),
        "quantc_model_num_inputs": (ctypes.c_int, [handle]),
        "quantc_model_num_outputs": (ctypes.c_int, [handle]),
        "quantc_model_input": (
            ctypes.POINTER(dlpack.TensorInfo),
            [handle, ctypes.c_int],
        ),
        "quantc_model_output": (
            ctypes.POINTER(dlpack.TensorInfo),
            [handle, ctypes.c_int],
        ),
        "quantc_model_property": (ctypes.c_char_p, [handle, ctypes.c_char_p]),
        "quantc_model_output_shapes": (ctypes.c_int, [handle, tensors, shapes]),
        "quantc_model_run": (ctypes.c_int, [handle, tensors, tensors]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib


_loaded = {}  # path: the files (device, inode) that were loaded from it
_loaded_lock = threading.Lock()


def _name_for_loader(path):
    """`path`, spelled so that the loader looks at the file. It knows libraries by
    their names first and would hand out the old model for a path that was compiled
    to again; files it has not seen under this name get another spelling."""
    status = os.stat(path)
    with _loaded_lock:
        files = _loaded.setdefault(path, [])
        key = (status.st_dev, status.st_ino)
        if key not in files:
            files.append(key)
        folder, name = os.path.split(path)
        return os.path.join(folder, *["."] * files.index(key), name)


# Offsets in the header of a 64-bit ELF file: machine, section headers' place, size
# and number.
_ELF_HEADER = struct.Struct("<4s14xH20xQ10xHH")
_MACHINES = {"x86_64": 62, "aarch64": 183}


def _find_damage(path):
    """Why the loader cannot take the file, or None: it crashes on one that was cut
    off, and says of another architecture's that it does not exist."""
    with open(path, "rb") as file:
        head = file.read(_ELF_HEADER.size)
        size = os.fstat(file.fileno()).st_size
    if len(head) < _ELF_HEADER.size or not head.startswith(b"\x7fELF"):
        return "no ELF file"
    _, machine, sections, entry, count = _ELF_HEADER.unpack(head)
    if machine != _MACHINES.get(platform.machine(), machine):
        return "compiled for another machine"
    return "cut off" if sections + entry * count > size else None


def _open(path):
    """The functions of a compiled model's shared object."""
    try:
        reason = _find_damage(path)
        name = _name_for_loader(path)
    except OSError as error:
        raise IOFailure(f"{path}: {error.strerror}") from None
    if not reason:
        try:
            return _declare(ctypes.CDLL(name))
        except (OSError, AttributeError) as error:
            # The loader's reason says more than the name it repeats.
            reason = str(error).removeprefix(f"{name}: ")
    raise InvalidArgument(
        f"{path}: not a .so compiled by quantc ({reason}); quantc.compile makes one"
    )


class InferenceSession:
    """A compiled model (.so) ready to run.

    path: the shared object `quantc compile` or `quantc.compile` wrote.
    threads: 1 runs on the calling thread, 0 takes one per core. Results do not
    depend on it. isa: one of the artifact's instruction sets instead of the best
    of this CPU. Raises quantc.Error. A session may be used by many threads at
    once: each run in progress has a handle of its own, with its own workspace and
    `threads`. The GIL is released while the model runs.
    """

    def __init__(self, path, threads=1, isa=None):
        self._handles = []
        self.path = os.path.abspath(os.fsdecode(path))
        self._lib = _open(self.path)
        self._threads = operator.index(threads)
        self._isa = isa.encode() if isa else None
        self._handle = self._create()
        # Handles no run is using; list operations are atomic.
        self._idle = [self._handle]
        self._inputs = self._infos("input")
        self._outputs = self._infos("output")

    def _create(self):
        """A new handle; all of them share the weights."""
        handle = ctypes.c_void_p()
        self._check(
            self._lib.quantc_model_create(
                self._lib.quantc_model_descriptor(), self._isa, ctypes.byref(handle)
            )
        )
        self._handles.append(handle)
        self._check(self._lib.quantc_model_set_threads(handle, self._threads))
        return handle

    @contextlib.contextmanager
    def _borrowed(self):
        """A handle of this thread's own while a run lasts."""
        try:
            handle = self._idle.pop()
        except IndexError:
            handle = self._create()
        try:
            yield handle
        finally:
            self._idle.append(handle)

    def _infos(self, kind):
        count = getattr(self._lib, f"quantc_model_num_{kind}s")(self._handle)
        get = getattr(self._lib, f"quantc_model_{kind}")
        return [get(self._handle, i).contents for i in range(count)]

    def __del__(self):
        for handle in getattr(self, "_handles", []):
            self._lib.quantc_model_destroy(handle)

    def _check(self, status):
        if status:
            raise from_status(status, self._lib.quantc_last_error().decode())

    def get_inputs(self):
        """The model's inputs, in order, as NodeArg."""
        return [_node_arg(info) for info in self._inputs]

    def get_outputs(self):
        """The model's outputs, in order, as NodeArg."""
        return [_node_arg(info) for info in self._outputs]

    def get_property(self, key):
        """A property of the artifact ("isa", "target", "recipe", "model_sha256",
        ...), or None."""
        value = self._lib.quantc_model_property(self._handle, key.encode())
        return value.decode() if value is not None else None

    def run(self, output_names, input_feed):
        """Runs the model.

        output_names: names of the outputs wanted, or None for all.
        input_feed: {input name: array} with the model's types and shapes.
        Returns a list of numpy arrays. Raises InvalidArgument for wrong names,
        types or shapes.
        """
        names = [info.name.decode() for info in self._outputs]
        for name in output_names or []:
            if name not in names:
                raise InvalidArgument(
                    f"the model has no output '{name}'; it has: {', '.join(names)}"
                )
        input_names = [info.name.decode() for info in self._inputs]
        arrays = dlpack.arrange(input_feed, input_names)
        inputs = dlpack.make_tensors(arrays)
        with self._borrowed() as handle:
            results = self._run(handle, inputs)
        if output_names is None:
            return results
        return [results[names.index(name)] for name in output_names]

    def _run(self, handle, inputs):
        """All outputs for DLTensors in the model's order."""
        shapes = (ctypes.c_int64 * (dlpack.MAX_RANK * max(len(self._outputs), 1)))()
        self._check(self._lib.quantc_model_output_shapes(handle, inputs, shapes))
        results = []
        for i, info in enumerate(self._outputs):
            first = i * dlpack.MAX_RANK
            shape = tuple(shapes[first : first + info.ndim])
            results.append(np.empty(shape, dlpack.to_numpy_dtype(info.dtype)))
        outputs = dlpack.make_tensors(results)
        self._check(self._lib.quantc_model_run(handle, inputs, outputs))
        return results
