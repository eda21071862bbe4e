import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

@dataclass(frozen=True)
class NodeArg:
    name: str
    type: str
    shape: list[int | str | None]

class InferenceSession:
    path: str
    def __init__(
        self, path: str | os.PathLike[str], threads: int = 1, isa: str | None = None
    ) -> None: ...
    def get_inputs(self) -> list[NodeArg]: ...
    def get_outputs(self) -> list[NodeArg]: ...
    def get_property(self, key: str) -> str | None: ...
    def run(
        self, output_names: Sequence[str] | None, input_feed: Mapping[str, Any]
    ) -> list[np.ndarray]: ...
