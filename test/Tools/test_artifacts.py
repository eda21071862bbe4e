"""Artifacts where users put them: C programs, several models, odd places."""

import os
import stat
import subprocess

import numpy as np
import pytest

from conftest import BIN, ROOT, make_mlp, run_mlp


def compile_model(tool, model, output, *options):
    result = tool("quantc", "compile", model, "-o", output, *options)
    assert result.returncode == 0, result.stderr
    return output


def build_program(folder, source, *files):
    """`source`: text, or a file's path."""
    if isinstance(source, str):
        (folder / "main.c").write_text(source)
        source = folder / "main.c"
    subprocess.run(
        ["clang-22", "-std=c11", "-Wall", "-Wextra", "-Werror",
         f"-I{ROOT}/runtime/include", source, *files, "-lm", "-o", "main"],
        cwd=folder, check=True,
    )
    return subprocess.run([folder / "main"], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("name", ["mlp.a", "mlp.o", "libmlp.so"])
def test_example_program(tool, mlp, tmp_path, name):
    model, weights = mlp
    compile_model(tool, model, tmp_path / name)
    files = [name] if name != "libmlp.so" else ["-L.", "-lmlp", "-Wl,-rpath,$ORIGIN"]
    result = build_program(tmp_path, ROOT / "examples/c/run.c", *files)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("y [1, 5]: ")
    values = [float(word) for word in result.stdout.split("]: ")[1].split()]
    expected = run_mlp(weights, np.ones((1, 16)))[0]
    np.testing.assert_allclose(values, expected, rtol=1e-4)


TWO_MODELS = """
#include "one.h"
#include "libother-model.h"
#include <stdio.h>
int main(void) {
  const quantc_descriptor *descriptors[] = {quantc_one_descriptor(),
                                            quantc_other_model_descriptor()};
  for (int i = 0; i < 2; ++i) {
    quantc_model *model;
    if (quantc_model_create(descriptors[i], 0, &model))
      return 1;
    printf("%s\\n", quantc_model_property(model, "model_sha256"));
    quantc_model_destroy(model);
  }
  return 0;
}
"""


def test_two_libraries_in_one_program_stay_two_models(tool, tmp_path):
    for name, seed in (("one", 1), ("libother-model", 2)):
        make_mlp(tmp_path / f"{name}.onnx", seed)
        compile_model(tool, tmp_path / f"{name}.onnx", tmp_path / f"{name}.a")
    result = build_program(tmp_path, TWO_MODELS, "one.a", "libother-model.a")
    first, second = result.stdout.split()
    assert result.returncode == 0 and first != second


NULLS = """
#include "mlp.h"
#include <stdio.h>
int main(void) {
  quantc_model *model = 0;
  size_t bytes;
  int64_t shapes[1][QUANTC_MAX_RANK];
  DLTensor tensor = {0};
  int wrong = 0;
  wrong += quantc_model_create(quantc_mlp_descriptor(), 0, 0);
  wrong += quantc_model_create(0, 0, &model);
  wrong += quantc_model_run(0, &tensor, &tensor);
  wrong += quantc_model_output_shapes(0, &tensor, shapes);
  wrong += quantc_model_workspace_size(0, &tensor, &bytes);
  wrong += quantc_model_set_workspace(0, 0, 0);
  wrong += quantc_model_set_threads(0, 1);
  wrong += quantc_model_set_parallel_for(0, 0, 0, 1);
  printf("%d %s\\n", wrong, quantc_last_error());
  quantc_model_destroy(0);
  if (quantc_model_create(quantc_mlp_descriptor(), 0, &model))
    return 1;
  wrong = quantc_model_run(model, 0, &tensor) +
          quantc_model_output_shapes(model, &tensor, 0) +
          quantc_model_workspace_size(model, &tensor, 0);
  printf("%d %d %p %p\\n", wrong, quantc_model_num_inputs(0),
         (void *)quantc_model_input(0, 0), (void *)quantc_model_property(model, 0));
  quantc_model_destroy(model);
  return 0;
}
"""


def test_null_is_an_error_not_a_crash(tool, mlp, tmp_path):
    compile_model(tool, mlp[0], tmp_path / "mlp.o")
    result = build_program(tmp_path, NULLS, "mlp.o")
    assert result.returncode == 0
    assert result.stdout == "8 model is NULL\n3 0 (nil) (nil)\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="makes a device node")
def test_devices_are_never_replaced(tool, mlp, tmp_path):
    device = tmp_path / "null"
    try:
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        device.write_bytes(b"x")
    except PermissionError:
        pytest.skip("device nodes cannot be used here")
    for output in (device, tmp_path / "link"):
        if output != device:
            output.symlink_to(device)
        result = tool("quantc", "compile", mlp[0], "-o", output)
        assert result.returncode == 4 and "no regular file" in result.stderr
        assert stat.S_ISCHR(device.stat().st_mode)
    program = compile_model(tool, mlp[0], tmp_path / "app")
    np.savez(tmp_path / "in.npz", x=np.ones((2, 16), np.float32))
    subprocess.run([program, "--data", tmp_path / "in.npz", "-o", device], check=True)
    assert stat.S_ISCHR(device.stat().st_mode)


def test_damaged_and_foreign_artifacts_are_named(tool, mlp, tmp_path):
    whole = compile_model(tool, mlp[0], tmp_path / "mlp.so").read_bytes()
    compile_model(tool, mlp[0], tmp_path / "arm.so", "--target", "cpu:neon")
    files = {"arm.so": "aarch64"}
    for keep in (100, len(whole) // 3, len(whole) - 1):
        (tmp_path / f"{keep}.so").write_bytes(whole[:keep])
        files[f"{keep}.so"] = "cut off"
    for name, words in files.items():
        for command in (["inspect"], ["run", "-o", "o.npz"]):
            result = tool("quantc", *command, tmp_path / name, cwd=tmp_path)
            assert result.returncode == 1 and words in result.stderr, result.stderr


@pytest.mark.parametrize("name", ["x.onnx", "x.mlir", "-", "x.dll"])
def test_names_of_other_files_are_refused(tool, mlp, tmp_path, name):
    result = tool("quantc", "compile", mlp[0], "-o", name, cwd=tmp_path)
    assert result.returncode == 1 and ".so, .a or .o" in result.stderr
    assert not (tmp_path / name).exists()


def test_versioned_shared_object_is_one(tool, mlp, tmp_path):
    compile_model(tool, mlp[0], tmp_path / "mlp.so.1.2")
    assert tool("quantc", "inspect", tmp_path / "mlp.so.1.2").returncode == 0


def test_full_disk_is_a_writing_error(tool, mlp, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    command = (
        f"mount -t tmpfs -o size=40k tmpfs {disk} && cd {disk} && "
        f'"$@" ; code=$?; ls -A {disk}; exit $code'
    )
    probe = subprocess.run(["unshare", "-m", "true"], capture_output=True)
    if os.geteuid() != 0 or probe.returncode:
        pytest.skip("cannot mount a small disk")
    for name in ("mlp.so", "mlp.a", "mlp.o", "mlp"):
        result = subprocess.run(
            ["unshare", "-m", "bash", "-c", command, "_", BIN / "quantc", "compile",
             mlp[0], "-o", disk / name],
            capture_output=True, text=True, timeout=120,
        )
        assert result.returncode == 4, result.stderr
        assert "No space left" in result.stderr and "bug report" not in result.stderr
        assert result.stdout == ""


def test_program_says_what_it_takes(tool, mlp, tmp_path):
    program = compile_model(tool, mlp[0], tmp_path / "app")
    shown = subprocess.run([program, "-h"], capture_output=True, text=True)
    assert shown.returncode == 0 and "input x: float32 [batch, 16]" in shown.stdout
    (tmp_path / "bad.npz").write_bytes(b"PK\5\6")
    for arguments, code, words in [
        (["--data", "bad.npz", "-o", "o.npz"], 1, "bad.npz"),
        (["--data", "none.npz", "-o", "o.npz"], 4, "none.npz"),
        (["-o", "o.npz"], 1, "'x' is missing"),
        (["-o", "o.npz", "--threads", "two"], 1, "threads"),
        (["in.npz"], 2, "in.npz"),
    ]:
        result = subprocess.run([program, *arguments], capture_output=True, text=True,
                                cwd=tmp_path)
        assert result.returncode == code and words in result.stderr
