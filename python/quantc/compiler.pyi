import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import numpy as np

from .session import InferenceSession

_Path = str | os.PathLike[str]
_Feeds = Mapping[str, Any]

class CalibrationTable:
    path: str
    def __init__(self, path: _Path, _owned: object = None) -> None: ...
    def save(self, path: _Path) -> None: ...

class Model:
    search: dict[str, Any]
    def __init__(self, path: _Path, _context: object = None) -> None: ...
    @property
    def messages(self) -> str: ...
    @property
    def input_names(self) -> list[str]: ...
    @property
    def output_names(self) -> list[str]: ...
    def save(
        self,
        path: _Path,
        format: Literal["qdq", "integer"] = "qdq",
        opset: int | None = None,
        external_data: bool = False,
    ) -> None: ...
    def run_pipeline(self, pipeline: str) -> None: ...
    def calibrate(
        self,
        batches: Iterable[_Feeds],
        path: _Path,
        recipe: _Path | None = None,
        mask: str | None = "auto",
        nonfinite: Literal["error", "skip"] = "error",
        cross_entropy: int = 0,
        resume: bool = False,
        checkpoint_every: float = 30,
        progress: Callable[[int], object] | None = None,
    ) -> None: ...
    def quantize(
        self, recipe: _Path, calibration: CalibrationTable | _Path | None = None
    ) -> None: ...
    def compile(self, path: _Path, target: str = "cpu") -> None: ...
    def clone(self) -> Model: ...
    def folded(self) -> Model: ...
    def evaluate(
        self, feeds: _Feeds, precision: Literal["f32", "f64"] = "f32"
    ) -> list[np.ndarray]: ...

def load(path: _Path) -> Model: ...
def calibrate(
    model: Model | _Path,
    batches: Iterable[_Feeds],
    recipe: _Path | None = None,
    *,
    mask: str | None = "auto",
    nonfinite: Literal["error", "skip"] = "error",
    cross_entropy: int = 0,
    path: _Path | None = None,
    resume: bool = False,
    checkpoint_every: float = 30,
    progress: Callable[[int], object] | None = None,
) -> CalibrationTable: ...
def quantize(
    model: Model | _Path,
    recipe: _Path,
    calibration: CalibrationTable | _Path | None = None,
    *,
    data: Iterable[_Feeds] | None = None,
    metric: Callable[[InferenceSession], float] | None = None,
    max_drop: float | None = None,
    target_size: int | None = None,
    sensitivity: _Path | None = None,
) -> Model: ...
def compile(
    model: Model | _Path,
    path: _Path,
    target: str = "cpu",
    recipe: _Path | None = None,
    calibration: CalibrationTable | _Path | None = None,
) -> None: ...
def evaluate(
    model: Model | _Path, feeds: _Feeds, precision: Literal["f32", "f64"] = "f32"
) -> list[np.ndarray]: ...
