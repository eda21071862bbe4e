"""DLPack tensors and quantc_tensor_info as ctypes sees them."""

import collections.abc
import ctypes

import numpy as np

from .errors import InvalidArgument

MAX_RANK = 16
_INT, _UINT, _FLOAT, _BFLOAT, _BOOL = 0, 1, 2, 4, 6


class DLDataType(ctypes.Structure):
    _fields_ = [
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
    ]


class DLTensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("dtype", DLDataType),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


class TensorInfo(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("dtype", DLDataType),
        ("ndim", ctypes.c_int32),
        ("dims", ctypes.POINTER(ctypes.c_int64)),
        ("dim_names", ctypes.POINTER(ctypes.c_char_p)),
    ]


# Types that numpy has only with ml_dtypes: (code, bits) by name. Sub-byte elements
# take a byte each, as ml_dtypes has them.
_EXTRA = {
    "bfloat16": (_BFLOAT, 16),
    "float8_e4m3fn": (10, 8),
    "float8_e4m3fnuz": (11, 8),
    "float8_e5m2": (12, 8),
    "float8_e5m2fnuz": (13, 8),
    "float8_e8m0fnu": (14, 8),
    "float4_e2m1fn": (17, 4),
    "int4": (_INT, 4),
    "uint4": (_UINT, 4),
    "int2": (_INT, 2),
    "uint2": (_UINT, 2),
}


def to_numpy_dtype(dtype):
    """The numpy dtype of a DLDataType; what only ml_dtypes has becomes its type
    where that is installed, else bits (floats) or whole bytes (integers)."""
    if dtype.code == _BOOL:
        return np.dtype(np.bool_)
    for name, extra in _EXTRA.items():
        if extra == (dtype.code, dtype.bits):
            try:
                import ml_dtypes

                return np.dtype(getattr(ml_dtypes, name))
            except (ImportError, AttributeError):
                break
    kind = {_INT: "i", _FLOAT: "f"}.get(dtype.code, "u")
    return np.dtype(f"{kind}{max(dtype.bits, 8) // 8}")


def from_numpy_dtype(dtype):
    """The DLDataType of a numpy dtype; raises InvalidArgument where there is none."""
    if dtype.name in _EXTRA:
        return DLDataType(*_EXTRA[dtype.name], 1)
    codes = {"i": _INT, "u": _UINT, "f": _FLOAT, "b": _BOOL}
    if dtype.kind in codes:
        return DLDataType(codes[dtype.kind], dtype.itemsize * 8, 1)
    raise InvalidArgument(f"numpy type {dtype} has no DLPack type")


def make_tensor(array):
    """A DLTensor that points into `array` (compact, row-major), which must
    outlive it. The dimensions are stored on the tensor object."""
    shape = (ctypes.c_int64 * max(array.ndim, 1))(*array.shape)
    tensor = DLTensor(
        data=array.ctypes.data,
        device_type=1,
        ndim=array.ndim,
        dtype=from_numpy_dtype(array.dtype),
        shape=shape,
    )
    return tensor


def make_tensors(arrays):
    """A C array of DLTensors that point into `arrays`."""
    return (DLTensor * max(len(arrays), 1))(*map(make_tensor, arrays))


def _plain(value):
    """`value` as compiled code reads it: compact, row-major, aligned, in the
    machine's byte order. Copied only where it is not so already."""
    if not isinstance(value, np.ndarray) and hasattr(value, "__dlpack__"):
        value = np.from_dlpack(value)
    array = np.asarray(value)
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    return np.require(array, requirements=["C", "A"]).reshape(array.shape)


def to_numpy(tensor):
    """A copy of a compact DLTensor."""
    shape = tuple(tensor.shape[d] for d in range(tensor.ndim))
    dtype = to_numpy_dtype(tensor.dtype)
    count = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    data = ctypes.string_at(tensor.data, count) if count else b""
    return np.frombuffer(data, dtype).reshape(shape).copy()


def arrange(feeds, names):
    """The arrays of `feeds` ({input name: array}) in the order of `names`, as
    compiled code reads them. Raises InvalidArgument for anything but such a
    mapping, and for unknown and missing names."""
    if not isinstance(feeds, collections.abc.Mapping):
        raise InvalidArgument(
            "inputs are {input name: array}, found " + type(feeds).__name__
        )
    for name in feeds:
        if name not in names:
            raise InvalidArgument(
                f"the model has no input '{name}'; it has: {', '.join(names)}"
            )
    arrays = []
    for name in names:
        if name not in feeds:
            raise InvalidArgument(f"input '{name}' is missing")
        arrays.append(_plain(feeds[name]))
    return arrays
