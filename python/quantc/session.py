"""Running compiled models, with onnxruntime's session interface."""

import ctypes
import os
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


class InferenceSession:
    """A compiled model (.so) ready to run.

    path: the shared object `quantc compile` or `quantc.compile` wrote.
    threads: 1 runs on the calling thread, 0 takes one per core. Results do not
    depend on it. isa: one of the artifact's instruction sets instead of the best
    of this CPU. Raises quantc.Error. One session is used by one thread at a time;
    the GIL is released while the model runs.
    """

    def __init__(self, path, threads=1, isa=None):
        self._handle = None
        path = os.path.abspath(os.fspath(path))
        try:
            self._lib = _declare(ctypes.CDLL(path))
        except OSError as error:
            raise IOFailure(f"{path}: {error}") from None
        except AttributeError:
            raise InvalidArgument(f"{path}: not a model compiled by quantc") from None
        handle = ctypes.c_void_p()
        self._check(
            self._lib.quantc_model_create(
                self._lib.quantc_model_descriptor(),
                isa.encode() if isa else None,
                ctypes.byref(handle),
            )
        )
        self._handle = handle
        self._check(self._lib.quantc_model_set_threads(handle, threads))
        self._inputs = self._infos("input")
        self._outputs = self._infos("output")

    def _infos(self, kind):
        count = getattr(self._lib, f"quantc_model_num_{kind}s")(self._handle)
        get = getattr(self._lib, f"quantc_model_{kind}")
        return [get(self._handle, i).contents for i in range(count)]

    def __del__(self):
        if getattr(self, "_handle", None):
            self._lib.quantc_model_destroy(self._handle)

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
        try:
            inputs = [dlpack.make_tensor(array) for array in arrays]
        except TypeError as error:
            raise InvalidArgument(str(error)) from None
        inputs = (dlpack.DLTensor * max(len(inputs), 1))(*inputs)
        shapes = (ctypes.c_int64 * (dlpack.MAX_RANK * max(len(names), 1)))()
        self._check(
            self._lib.quantc_model_output_shapes(self._handle, inputs, shapes)
        )
        results = []
        for i, info in enumerate(self._outputs):
            first = i * dlpack.MAX_RANK
            shape = tuple(shapes[first : first + info.ndim])
            results.append(np.empty(shape, dlpack.to_numpy_dtype(info.dtype)))
        outputs = [dlpack.make_tensor(result) for result in results]
        outputs = (dlpack.DLTensor * max(len(outputs), 1))(*outputs)
        self._check(self._lib.quantc_model_run(self._handle, inputs, outputs))
        if output_names is None:
            return results
        return [results[names.index(name)] for name in output_names]
