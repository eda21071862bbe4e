"""The same bits on AArch64, under an emulator, as on this machine."""

import shutil
import subprocess

import numpy as np
import pytest

import quantc
from conftest import ROOT, image_inputs
from test_models import folded_forms

pytestmark = pytest.mark.skipif(
    not shutil.which("qemu-aarch64")
    or not (ROOT / "build" / "lib" / "aarch64" / "libquantc_runtime.a").exists(),
    reason="needs qemu-user and gcc-aarch64-linux-gnu, installed before CMake ran",
)
EMULATOR = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"]


def run_program(command, inputs, folder, isa):
    np.savez(folder / "inputs.npz", **inputs)
    output = folder / f"{isa}.npz"
    subprocess.run(
        [*command, "--data", folder / "inputs.npz", "-o", output, "--isa", isa],
        check=True, timeout=600,
    )
    return dict(np.load(output))


def check_architectures(model, runs, folder):
    for name, form in folded_forms(model, runs, folder):
        quantc.compile(form, folder / "native", target="cpu:avx2")
        quantc.compile(form, folder / "arm", target="cpu:neon,dotprod")
        expected = run_program([folder / "native"], runs[0], folder, "avx2")
        for isa in ("neon", "dotprod"):
            got = run_program([*EMULATOR, folder / "arm"], runs[0], folder, isa)
            for key, value in expected.items():
                assert got[key].tobytes() == value.tobytes(), f"{name} on {isa}: {key}"


def test_resnet20(data, tmp_path):
    runs = image_inputs("input", (1, 3, 32, 32))
    check_architectures(data / "vision/resnet20-cifar10/resnet20.onnx", runs, tmp_path)


def test_minilm(minilm_folder, tmp_path):
    runs = []
    for path in sorted((minilm_folder / "evaluation").glob("*.npz"))[:4]:
        runs.append({name: array[:1, :16] for name, array in np.load(path).items()})
    check_architectures(minilm_folder / "minilm.onnx", runs, tmp_path)
