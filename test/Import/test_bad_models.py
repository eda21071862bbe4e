"""Every broken model ends in one error line, never in a crash or a file."""

import os
import random
import re
import subprocess

import numpy as np
import pytest
from onnx import TensorProto, helper

from conftest import BIN, run_within
import make_bad_models

TOOL = BIN / "quant-translate"
MAX_MB, MAX_SECONDS = 512, 5


def translate(model, output, *flags):
    """Exit code, stderr; fails on a crash, on output, and beyond the limits."""
    arguments = [TOOL, "--import-onnx", model, "-o", output, *flags]
    code, errors = run_within(arguments, MAX_MB, MAX_SECONDS)
    # Names of the model must not reach the terminal raw.
    assert re.search(rb"[^\n\x20-\x7e]", errors) is None, errors
    return code, errors.decode()


def assert_rejected(model, output):
    code, errors = translate(model, output)
    assert code in (1, 3, 4, 5), errors
    assert len(re.findall(r"^error: ", errors, re.M)) == 1, errors
    assert not output.exists()
    return code, errors


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad")
    return {f"{c[0]}-{c[1]}": c for c in make_bad_models.write_all(folder)}


@pytest.mark.parametrize("key", [f"{k[0]}-{k[1]}" for k in make_bad_models.KINDS])
def test_rejected(cases, key, tmp_path):
    identifier, _, expected, model = cases[key]
    code, errors = assert_rejected(model, tmp_path / "out.mlir")
    assert re.search(rf"^error: .*\[{identifier}\]$", errors, re.M), errors
    assert code == expected, errors


def test_good_model_is_accepted(tmp_path):
    make_bad_models.save(tmp_path, make_bad_models.good_model())
    code, errors = translate(tmp_path / "model.onnx", tmp_path / "out.mlir")
    assert (code, errors) == (0, "")
    assert "onnx.MatMul" in (tmp_path / "out.mlir").read_text()


def test_all_unsupported_operators_are_named(cases, tmp_path):
    _, errors = translate(cases["P13-unknown-operators"][3], tmp_path / "out.mlir")
    assert "2 operators are not supported" in errors
    assert "com.foo:Bar x12 (first: node 'n0')" in errors
    assert "ai.onnx:NonMaxSuppression x1" in errors


def test_truncated_anywhere(tmp_path):
    data = make_bad_models.good_model().SerializeToString()
    model = tmp_path / "model.onnx"
    for size in range(1, len(data) - 8, 9):
        model.write_bytes(data[:size])
        assert_rejected(model, tmp_path / "out.mlir")


def test_random_bytes_changed(tmp_path):
    good = make_bad_models.good_model().SerializeToString()
    generator = random.Random(0)
    model, output = tmp_path / "model.onnx", tmp_path / "out.mlir"
    for _ in range(60):
        data = bytearray(good)
        for _ in range(generator.randint(1, 4)):
            data[generator.randrange(len(data))] = generator.randrange(256)
        model.write_bytes(data)
        code, _ = translate(model, output)
        assert code in (0, 1, 3, 4, 5)
        assert output.exists() == (code == 0)
        output.unlink(missing_ok=True)


def write_external(folder, make):
    model = make_bad_models.good_model()
    data = make_bad_models.make_external(model, offset="0", length="48")
    make_bad_models.save(folder, model)
    make(folder, data)
    return folder / "model.onnx"


def test_link_inside_the_folder_is_followed(tmp_path):
    def make(folder, data):
        (folder / "real.bin").write_bytes(data)
        (folder / "w.bin").symlink_to("real.bin")

    assert translate(write_external(tmp_path, make), tmp_path / "out.mlir")[0] == 0


def test_cache_of_links_is_followed(tmp_path):
    """snapshots/REV/x -> ../../blobs/HASH, as Hugging Face keeps its files."""
    snapshot, blobs = tmp_path / "snapshots" / "rev", tmp_path / "blobs"
    snapshot.mkdir(parents=True)
    blobs.mkdir()
    write_external(snapshot, lambda _, data: (blobs / "w").write_bytes(data))
    os.rename(snapshot / "model.onnx", blobs / "m")
    (snapshot / "model.onnx").symlink_to("../../blobs/m")
    (snapshot / "w.bin").symlink_to("../../blobs/w")
    assert translate(snapshot / "model.onnx", tmp_path / "out.mlir")[0] == 0


def test_tensors_without_elements_are_legal(tmp_path):
    """T5: zero is a size like any other."""
    model = make_bad_models.good_model()
    graph = model.graph
    graph.initializer.append(helper.make_tensor("none", TensorProto.FLOAT, [0, 3], []))
    graph.node.append(helper.make_node("Concat", ["y", "none"], ["joined"], axis=0))
    graph.node.append(helper.make_node("Slice", ["joined", "zero", "zero"], ["empty"]))
    graph.initializer.append(helper.make_tensor("zero", TensorProto.INT64, [1], [0]))
    for name in ("joined", "empty"):
        graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    make_bad_models.save(tmp_path, model)
    x = np.ones((2, 4), np.float32)
    np.savez(tmp_path / "in.npz", x=x)
    tool = TOOL.with_name("quantc")
    subprocess.run([tool, "compile", tmp_path / "model.onnx", "-o", tmp_path / "m.so"],
                   check=True, timeout=60)
    for name in ("model.onnx", "m.so"):
        subprocess.run([tool, "run", tmp_path / name, "--data", tmp_path / "in.npz", "-o",
                        tmp_path / "out.npz"], check=True, timeout=60)
        out = np.load(tmp_path / "out.npz")
        assert out["empty"].shape == (0, 3)
        assert np.array_equal(out["joined"], out["y"])


def test_unknown_key_of_external_data_is_ignored(tmp_path):
    """X17: with a warning, whatever it is called."""
    model = make_bad_models.good_model()
    keys = {"__class__": "x", "basepath": "/etc"}
    (tmp_path / "w.bin").write_bytes(make_bad_models.make_external(model, **keys))
    make_bad_models.save(tmp_path, model)
    code, errors = translate(tmp_path / "model.onnx", tmp_path / "out.mlir")
    assert code == 0
    assert len(re.findall(r"^warning: .*\[X17\]$", errors, re.M)) == 2, errors


def test_dropout_in_training_is_the_identity(tmp_path):
    model = make_bad_models.good_model()
    node = helper.make_node("Dropout", ["y", "ratio", "flag"], ["kept"], name="drop")
    model.graph.node.append(node)
    model.graph.initializer.append(helper.make_tensor("ratio", TensorProto.FLOAT, [], [0.5]))
    model.graph.initializer.append(helper.make_tensor("flag", TensorProto.BOOL, [], [True]))
    make_bad_models.save(tmp_path, model)
    code, errors = translate(tmp_path / "model.onnx", tmp_path / "out.mlir")
    assert code == 0
    assert "1 Dropout in training mode (first: node 'drop')" in errors


def test_hard_link_by_flag(tmp_path):
    def make(folder, data):
        (folder / "other.bin").write_bytes(data)
        os.link(folder / "other.bin", folder / "w.bin")

    model = write_external(tmp_path, make)
    assert translate(model, tmp_path / "out.mlir")[0] == 1
    assert translate(model, tmp_path / "out.mlir", "--allow-hardlinks")[0] == 0


def test_data_folder_by_flag(tmp_path):
    (tmp_path / "data").mkdir()
    model = write_external(
        tmp_path, lambda folder, data: (folder / "data/w.bin").write_bytes(data)
    )
    assert translate(model, tmp_path / "out.mlir")[0] == 4
    flag = f"--external-data-dir={tmp_path / 'data'}"
    assert translate(model, tmp_path / "out.mlir", flag)[0] == 0


def test_model_from_standard_input(tmp_path):
    model = make_bad_models.good_model()
    good = model.SerializeToString()
    (tmp_path / "w.bin").write_bytes(make_bad_models.make_external(model))
    command = [TOOL, "--import-onnx", "-"]
    result = subprocess.run(command, input=good, capture_output=True)
    assert result.returncode == 0 and b"onnx.MatMul" in result.stdout
    external = model.SerializeToString()
    result = subprocess.run(command, input=external, capture_output=True)
    assert result.returncode == 1 and b"[P26]" in result.stderr
    command.append(f"--external-data-dir={tmp_path}")
    assert subprocess.run(command, input=external, capture_output=True).returncode == 0


@pytest.mark.parametrize("path", ["nowhere.onnx", ".", "/dev/zero"])
def test_model_that_is_no_file(tmp_path, path):
    code, errors = assert_rejected(tmp_path / path, tmp_path / "out.mlir")
    assert code == 4
