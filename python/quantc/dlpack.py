"""DLPack tensors and quantc_tensor_info as ctypes sees them."""

import ctypes

import numpy as np

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


def to_numpy_dtype(dtype):
    """The numpy dtype of a DLDataType; bfloat16 becomes ml_dtypes' where that is
    installed, else uint16 bits."""
    if dtype.code == _BOOL:
        return np.dtype(np.bool_)
    if dtype.code == _BFLOAT:
        try:
            import ml_dtypes
        except ImportError:
            return np.dtype(np.uint16)
        return np.dtype(ml_dtypes.bfloat16)
    kind = {_INT: "i", _UINT: "u", _FLOAT: "f"}[dtype.code]
    return np.dtype(f"{kind}{max(dtype.bits, 8) // 8}")


def from_numpy_dtype(dtype):
    """The DLDataType of a numpy dtype; raises TypeError where there is none."""
    codes = {"i": _INT, "u": _UINT, "f": _FLOAT, "b": _BOOL}
    if dtype.kind in codes:
        return DLDataType(codes[dtype.kind], dtype.itemsize * 8, 1)
    if dtype.name == "bfloat16":
        return DLDataType(_BFLOAT, 16, 1)
    raise TypeError(f"numpy type {dtype} has no DLPack type")


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
