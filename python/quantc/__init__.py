"""quantc: quantize ONNX models and compile them to binaries.

    table = quantc.calibrate("model.onnx", batches)
    model = quantc.quantize("model.onnx", recipe="w8a8", calibration=table)
    quantc.compile(model, "model.so")
    session = quantc.InferenceSession("model.so", threads=2)
    outputs = session.run(None, {"input_ids": ids})
    quantc.compare("model.onnx", session, batches).to_html("report.html")

Arrays are numpy arrays, or anything with `__dlpack__`. Every error is a
quantc.Error with the text the command line prints.
"""

from .accuracy import sensitivity
from .comparison import Comparison, TensorComparison, compare
from .compiler import (
    CalibrationTable,
    Model,
    calibrate,
    compile,
    evaluate,
    load,
    quantize,
)
from .errors import (
    Error,
    InternalError,
    InvalidArgument,
    IOFailure,
    LimitReached,
    ToolFailure,
    Unsupported,
)
from .session import InferenceSession, NodeArg

__version__ = "0.1.0"

__all__ = [
    "CalibrationTable",
    "Comparison",
    "Error",
    "IOFailure",
    "InferenceSession",
    "InternalError",
    "InvalidArgument",
    "LimitReached",
    "Model",
    "NodeArg",
    "TensorComparison",
    "ToolFailure",
    "Unsupported",
    "calibrate",
    "compare",
    "compile",
    "evaluate",
    "load",
    "quantize",
    "sensitivity",
]
