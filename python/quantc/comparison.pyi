import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .compiler import Model
from .session import InferenceSession

_Path = str | os.PathLike[str]
_Outputs = dict[str, np.ndarray]

@dataclass(frozen=True)
class TensorComparison:
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

class Comparison:
    outputs: dict[str, TensorComparison]
    layers: dict[str, TensorComparison]
    runs: int
    metric_values: list[float]
    def __init__(
        self, lib: Any, context: Any, handle: Any, call: str, owned: object
    ) -> None: ...
    @property
    def metric(self) -> float | None: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_json(self, path: _Path | None = None) -> str: ...
    def to_html(self, path: _Path) -> None: ...

def compare(
    reference: Model | InferenceSession | _Path,
    candidate: Model | InferenceSession | _Path,
    batches: Iterable[Mapping[str, Any]],
    *,
    layers: bool = False,
    metric: Callable[[_Outputs, _Outputs], float] | None = None,
    threads: int = 0,
    evaluate: bool = False,
) -> Comparison: ...
