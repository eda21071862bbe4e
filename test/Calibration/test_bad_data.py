"""Every wrong calibration input ends in one error line, never in a crash or a file."""

import os
import re

import numpy as np
import pytest

from conftest import BIN, make_mlp, run_within
import make_bad_data

MAX_MB, MAX_SECONDS = 512, 20


def run(arguments):
    """Exit code, stderr; fails on a crash and beyond the limits."""
    code, errors = run_within([BIN / "quantc", *arguments], MAX_MB, MAX_SECONDS)
    return code, errors.decode()


@pytest.fixture(scope="module")
def good_table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("good")
    make_mlp(folder / "model.onnx")
    np.savez(folder / "good.npz", x=np.ones((4, 16), np.float32))
    code, errors = run(make_bad_data.calibrate(folder, data="good.npz"))
    assert code == 0, errors
    return (folder / "out.calib").read_bytes()


@pytest.mark.parametrize("key", make_bad_data.KINDS)
def test_refused(key, good_table, tmp_path):
    make_mlp(tmp_path / "model.onnx")
    np.savez(tmp_path / "good.npz", x=np.ones((4, 16), np.float32))
    arguments, expected, reason = make_bad_data.KINDS[key](tmp_path, good_table)
    code, errors = run(arguments)
    assert len(re.findall(r"^error: ", errors, re.M)) == 1, errors
    assert re.search(rf"^error: .*({reason})", errors, re.M), errors
    assert code == expected, errors
    assert not (tmp_path / "out.calib").exists()
    assert not (tmp_path / "out.mlir").exists()
    assert not list(tmp_path.glob("*.tmp*"))


def test_accepted_with_a_word(tmp_path):
    """C4 Fortran order is converted; C12 one run is enough, with a warning; C13
    constant data have scales; C14 the last run of a batch may be smaller."""
    make_mlp(tmp_path / "model.onnx")
    x = np.asfortranarray(np.ones((5, 16), np.float32))
    np.savez(tmp_path / "good.npz", x=x)
    code, errors = run(make_bad_data.calibrate(tmp_path, data="good.npz"))
    assert code == 0 and "warning: calibrated on one run only" in errors, errors
    code, errors = run(
        make_bad_data.calibrate(tmp_path, "--batch", "2", data="good.npz"))
    assert code == 0 and not errors, errors
    os.rename(tmp_path / "out.calib", tmp_path / "bad.calib")
    code, errors = run(make_bad_data.quantize(tmp_path))
    assert code == 0, errors
