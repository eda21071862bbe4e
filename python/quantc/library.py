"""Finds and declares the compiler's shared library (quantc-c/quantc.h)."""

import ctypes
import functools
import os
import pathlib

from .dlpack import DLTensor
from .errors import IOFailure

NEXT_RUN = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(DLTensor))
TAKE_OUTPUT = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(DLTensor)
)
TAKE_PAIR = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(DLTensor),
    ctypes.POINTER(DLTensor),
)


class CompareOptions(ctypes.Structure):
    """quantc_compare_options."""

    _fields_ = [
        ("reference", ctypes.c_char_p),
        ("candidate", ctypes.c_char_p),
        ("layers", ctypes.c_int),
        ("evaluate", ctypes.c_int),
        ("threads", ctypes.c_int),
    ]


READ_RUN = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_int64, ctypes.POINTER(DLTensor)
)


class Runs(ctypes.Structure):
    """quantc_runs: inputs that the compiler asks for by their number."""

    _fields_ = [("size", ctypes.c_int64), ("read", READ_RUN), ("user", ctypes.c_void_p)]


METRIC = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_double)
)


class Target(ctypes.Structure):
    """quantc_target: what quantc_module_quantize_to is to reach."""

    _fields_ = [
        ("max_drop", ctypes.c_double),
        ("target_size", ctypes.c_uint64),
        ("metric", METRIC),
        ("user", ctypes.c_void_p),
    ]


PROGRESS = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)


class CalibrateOptions(ctypes.Structure):
    """quantc_calibrate_options."""

    _fields_ = [
        ("recipe", ctypes.c_char_p),
        ("mask", ctypes.c_char_p),
        ("skip_nonfinite", ctypes.c_int),
        ("resume", ctypes.c_int),
        ("cross_entropy", ctypes.c_int64),
        ("checkpoint_seconds", ctypes.c_double),
        ("progress", PROGRESS),
    ]


_P, _S, _I = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
_SIGNATURES = {
    "quantc_context_create": (_P, []),
    "quantc_context_destroy": (None, [_P]),
    "quantc_context_message": (_S, [_P]),
    "quantc_module_load": (_I, [_P, _S, ctypes.POINTER(_P)]),
    "quantc_module_clone": (_P, [_P]),
    "quantc_module_destroy": (None, [_P]),
    "quantc_module_save": (_I, [_P, _S]),
    "quantc_module_export_onnx": (_I, [_P, _S, _S, _I, _I]),
    "quantc_module_run_pipeline": (_I, [_P, _S]),
    "quantc_module_num_inputs": (_I, [_P]),
    "quantc_module_num_outputs": (_I, [_P]),
    "quantc_module_input_name": (_S, [_P, _I]),
    "quantc_module_output_name": (_S, [_P, _I]),
    "quantc_module_calibrate": (
        _I,
        [_P, ctypes.POINTER(CalibrateOptions), NEXT_RUN, _P, _S],
    ),
    "quantc_module_quantize": (_I, [_P, _S, _S]),
    "quantc_module_compile": (_I, [_P, _S, _S]),
    "quantc_module_evaluate": (
        _I,
        [_P, ctypes.POINTER(DLTensor), _I, TAKE_OUTPUT, _P],
    ),
    "quantc_comparison_open": (
        _I,
        [_P, ctypes.POINTER(CompareOptions), ctypes.POINTER(_P)],
    ),
    "quantc_comparison_destroy": (None, [_P]),
    "quantc_comparison_add": (
        _I,
        [_P, _I, ctypes.POINTER(_S), ctypes.POINTER(DLTensor), TAKE_PAIR, _P],
    ),
    "quantc_comparison_json": (_S, [_P]),
    "quantc_comparison_write_html": (_I, [_P, _S, _S]),
    "quantc_module_attribute": (
        _I,
        [_P, _P, _S, _S, ctypes.POINTER(Runs), ctypes.POINTER(_S)],
    ),
    "quantc_module_quantize_to": (
        _I,
        [_P, _S, _S, ctypes.POINTER(Runs), ctypes.POINTER(Target), ctypes.POINTER(_S)],
    ),
}


def _candidates():
    """Where the library may be: QUANTC_LIBRARY, beside this package (a wheel), or
    the build folder of a checkout."""
    if "QUANTC_LIBRARY" in os.environ:
        yield pathlib.Path(os.environ["QUANTC_LIBRARY"])
    here = pathlib.Path(__file__).resolve().parent
    yield here / "libQuantc.so"
    root = here.parent.parent
    yield pathlib.Path(os.environ.get("QUANTC_BUILD_DIR", root / "build")) / "lib/libQuantc.so"


@functools.lru_cache(maxsize=None)
def load():
    """The compiler's library with its functions declared."""
    tried = []
    for path in _candidates():
        if path.exists():
            library = ctypes.CDLL(str(path))
            for name, (result, arguments) in _SIGNATURES.items():
                function = getattr(library, name)
                function.restype, function.argtypes = result, arguments
            return library
        tried.append(str(path))
    raise IOFailure(
        f"libQuantc.so not found (looked at {', '.join(tried)}); build quantc, or "
        "set QUANTC_LIBRARY"
    )
