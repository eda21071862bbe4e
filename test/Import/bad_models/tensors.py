"""Kinds T1 to T9: the data of tensors."""

import numpy as np
from onnx import TensorProto, numpy_helper

from .common import INVALID, KINDS, LIMIT, UNSUPPORTED, field, save


def spoil(model, **fields):
    """Sets fields of the initializer 'w' (4 x 3 floats, 48 bytes)."""
    tensor = model.graph.initializer[0]
    for name, value in fields.items():
        if value is None:
            tensor.ClearField(name)
        elif isinstance(value, (list, tuple)):
            del getattr(tensor, name)[:]
            getattr(tensor, name).extend(value)
        else:
            setattr(tensor, name, value)


def tensor_kind(identifier, name, code=INVALID, **fields):
    def write(folder, model):
        spoil(model, **fields)
        save(folder, model)

    KINDS.append((identifier, name, code, write))


tensor_kind("T1", "raw-data-of-7-bytes", raw_data=b"1234567")
tensor_kind("T2", "raw-data-too-short", raw_data=bytes(44))
tensor_kind("T2", "raw-data-too-long", raw_data=bytes(52))
tensor_kind("T2", "raw-and-float-data", float_data=[1.0] * 12)
tensor_kind("T2", "no-data", raw_data=None)
tensor_kind("T2", "float-data-too-short", raw_data=None, float_data=[1.0] * 11)
tensor_kind("T2", "data-in-the-wrong-field", raw_data=None, int32_data=[1] * 12)
tensor_kind("T3", "elements-overflow", dims=[2**33, 2**33])
tensor_kind("T3", "elements-overflow-to-zero", dims=[2**32, 2**32], raw_data=b"")
tensor_kind("T3", "elements-beyond-limit", dims=[2**41], raw_data=b"")
tensor_kind("T4", "negative-dimension", dims=[-4, -3])
tensor_kind("T4", "rank-of-a-million", LIMIT, dims=[1] * 10**6)
tensor_kind("T6", "type-undefined", data_type=0)
tensor_kind("T6", "type-99", data_type=99)
tensor_kind("T6", "type-string", UNSUPPORTED, data_type=TensorProto.STRING)
tensor_kind("T6", "type-complex", UNSUPPORTED, data_type=TensorProto.COMPLEX64)
tensor_kind(
    "T7", "int4-one-byte-each", data_type=TensorProto.INT4, dims=[5], raw_data=bytes(5)
)
tensor_kind(
    "T7",
    "int4-entries",
    data_type=TensorProto.INT4,
    dims=[5],
    raw_data=None,
    int32_data=[1] * 5,
)
tensor_kind(
    "T8",
    "300-in-int8",
    data_type=TensorProto.INT8,
    raw_data=None,
    int32_data=[1] * 5 + [300] + [1] * 6,
)
tensor_kind(
    "T8",
    "minus-1-in-uint8",
    data_type=TensorProto.UINT8,
    raw_data=None,
    int32_data=[-1] * 12,
)
tensor_kind(
    "T8",
    "beyond-uint32",
    data_type=TensorProto.UINT32,
    raw_data=None,
    uint64_data=[2**32] * 12,
)


def sparse_kind(name, indices, code=INVALID, dims=(4, 3)):
    def write(folder, model):
        del model.graph.initializer[0]
        sparse = model.graph.sparse_initializer.add()
        values = np.ones(len(indices), np.float32)
        sparse.values.CopyFrom(numpy_helper.from_array(values, "w"))
        sparse.indices.CopyFrom(numpy_helper.from_array(np.array(indices, np.int64)))
        sparse.dims.extend(dims)
        save(folder, model)

    KINDS.append(("T9", name, code, write))


sparse_kind("sparse-index-out-of-range", [0, 12])
sparse_kind("sparse-index-negative", [-1, 3])
sparse_kind("sparse-index-twice", [2, 2])
sparse_kind("sparse-index-unsorted", [5, 2])
sparse_kind("sparse-coordinate-out-of-range", [[0, 0], [1, 3]])
sparse_kind("sparse-claims-a-terabyte", [0], LIMIT, dims=(2**19, 2**19))
