"""The Python package: its stubs say what the code does, what CMake installs for the
wheel works without the checkout, and (QUANTC_TEST_WHEEL=1, minutes) the wheel itself.
"""

import ast
import inspect
import os
import pathlib
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

import quantc
from conftest import ROOT, make_mlp, run_mlp

try:
    import tomllib
except ImportError:  # before Python 3.11
    tomllib = None

PACKAGE = ROOT / "python" / "quantc"
BUILD = pathlib.Path(os.environ.get("QUANTC_BUILD_DIR", ROOT / "build"))
STUBS = {path.stem: ast.parse(path.read_text()) for path in PACKAGE.glob("*.pyi")}


def parameters(node):
    """Names of a stub's parameters, those with a default marked."""
    arguments = node.args.posonlyargs + node.args.args
    first = len(arguments) - len(node.args.defaults)
    names = [a.arg + ("=" if i >= first else "") for i, a in enumerate(arguments)]
    names += [
        a.arg + ("=" if default is not None else "")
        for a, default in zip(node.args.kwonlyargs, node.args.kw_defaults)
    ]
    return names


def real_parameters(function):
    return [
        p.name + ("=" if p.default is not p.empty else "")
        for p in inspect.signature(function).parameters.values()
    ]


def get_public_objects():
    for name in quantc.__all__:
        thing = getattr(quantc, name)
        if inspect.isclass(thing) and issubclass(thing, Exception):
            continue  # nothing of their own
        yield name, thing


PUBLIC = list(get_public_objects())


@pytest.mark.parametrize("name, thing", PUBLIC, ids=lambda x: str(x)[:30])
def test_stubs_match_the_code(name, thing):
    module = thing.__module__.rpartition(".")[2]
    assert module in STUBS, f"{name}: there is no {module}.pyi"
    found = [n for n in STUBS[module].body if getattr(n, "name", None) == name]
    assert found, f"{module}.pyi does not have {name}"
    if inspect.isfunction(thing):
        assert parameters(found[0]) == real_parameters(thing)
        return
    stubs = {n.name: n for n in found[0].body if isinstance(n, ast.FunctionDef)}
    code = {
        key: value for key, value in vars(thing).items()
        if (not key.startswith("_") or key == "__init__")
        and (inspect.isfunction(value) or isinstance(value, property))
    }
    if hasattr(thing, "__dataclass_fields__"):
        code.pop("__init__")
    assert set(stubs) == set(code)
    for key, value in code.items():
        if inspect.isfunction(value):
            assert parameters(stubs[key]) == real_parameters(value), key


@pytest.mark.parametrize("name, thing", PUBLIC, ids=lambda x: str(x)[:30])
def test_everything_public_says_what_it_is(name, thing):
    assert inspect.getdoc(thing), name
    for key, value in vars(thing).items() if inspect.isclass(thing) else ():
        if inspect.isfunction(value) and not key.startswith("_"):
            assert inspect.getdoc(value), f"{name}.{key}"


@pytest.mark.skipif(tomllib is None, reason="needs Python 3.11")
def test_metadata():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    regex = project["tool"]["scikit-build"]["metadata"]["version"]["regex"]
    version = re.search(regex, (ROOT / "CMakeLists.txt").read_text())["value"]
    assert version == quantc.__version__
    assert (PACKAGE / "py.typed").exists()
    pinned = (ROOT / "utils" / "requirements.txt").read_text().splitlines()
    schema = next(r for r in project["build-system"]["requires"] if r.startswith("onnx"))
    assert schema in pinned


def use_package(folder, tmp_path):
    """Quantizes, compiles and runs a model with the package in `folder` alone."""
    weights = make_mlp(tmp_path / "mlp.onnx")
    x = np.random.default_rng(1).normal(size=(3, 16)).astype(np.float32)
    np.save(tmp_path / "x.npy", x)
    script = f"""
import sys
sys.path.insert(0, {str(folder)!r})
import numpy as np, quantc
assert quantc.__file__.startswith({str(folder)!r}), quantc.__file__
model = quantc.quantize("mlp.onnx", recipe="w8a8-dynamic")
model.save("out.onnx")
quantc.compile(model, "mlp.so")
np.save("y.npy", quantc.InferenceSession("mlp.so").run(None, {{"x": np.load("x.npy")}})[0])
"""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("QUANTC_")}
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment,
        capture_output=True, text=True, timeout=300,
    )
    assert result.returncode == 0, result.stderr
    assert np.abs(np.load(tmp_path / "y.npy") - run_mlp(weights, x)).max() < 1


def test_what_is_installed_works_alone(tmp_path):
    if not (BUILD / "cmake_install.cmake").exists():
        pytest.skip(f"no build folder at {BUILD}")
    site = tmp_path / "site"
    subprocess.run(
        ["cmake", "--install", BUILD, "--component", "python", "--prefix", site],
        check=True, capture_output=True, timeout=300,
    )
    for path in [*PACKAGE.glob("*.py"), *PACKAGE.glob("*.pyi")]:
        shutil.copyfile(path, site / "quantc" / path.name)
    assert (site / "quantc" / "include" / "quantc" / "runtime.h").exists()
    # A library that has no build folder to look in.
    use_package(site, tmp_path)


@pytest.mark.skipif(
    not os.environ.get("QUANTC_TEST_WHEEL"), reason="takes minutes; QUANTC_TEST_WHEEL=1"
)
def test_wheel(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", tmp_path, ROOT], check=True
    )
    (wheel,) = tmp_path.glob("quantc-*.whl")
    assert "-py3-none-" in wheel.name
    site = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--no-deps", "--target", site, wheel],
        check=True,
    )
    use_package(site, tmp_path)
