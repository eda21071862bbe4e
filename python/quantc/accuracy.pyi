import os
from collections.abc import Iterable, Mapping
from typing import Any

from .compiler import CalibrationTable, Model

_Path = str | os.PathLike[str]

def sensitivity(
    model: _Path,
    quantized: Model | _Path,
    batches: Iterable[Mapping[str, Any]],
    path: _Path | None = None,
    recipe: _Path | None = None,
    calibration: CalibrationTable | _Path | None = None,
) -> Any: ...
