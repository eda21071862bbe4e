"""The example scripts run, each printing what it is about."""

import subprocess
import sys

import pytest

from conftest import ROOT


@pytest.mark.parametrize(
    "script, expected",
    [
        ("calibrate", "w8a8-smoothquant: cosine to float 0.99"),
        ("quantize", "w8a8-dynamic: cosine to float 0.99"),
        ("smoothquant", "w8a8-dynamic-smoothquant: cosine to float 0.99"),
        ("compare", "last_hidden_state: "),
        ("mixed_precision", "% of the multiplications on integers"),
        ("export", "integer: imported and compiled, the same bits: True"),
    ],
)
def test_example(script, expected, minilm_folder):
    result = subprocess.run(
        [sys.executable, ROOT / "examples/minilm" / f"{script}.py", minilm_folder],
        capture_output=True, text=True, timeout=600,
    )
    assert result.returncode == 0, result.stderr
    assert expected in result.stdout
