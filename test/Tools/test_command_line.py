"""The command line's manners: help, mistakes, streams, kinds of files."""

import fcntl
import os
import resource
import signal
import struct
import subprocess
import termios
import time

import numpy as np
import pytest

from conftest import BIN


def test_help_shows_our_options_only(tool):
    result = tool("quantc", "-h")
    assert result.returncode == 0
    assert len(result.stdout.splitlines()) < 60
    assert "aarch64" not in result.stdout and "compile" in result.stdout


@pytest.mark.parametrize(
    "arguments, lines",
    [
        (["compile", "m.onnx", "--recpie", "w8a8"],
         ["error: Unknown command line argument '--recpie'", "quantc compile --help",
          "'--recipe'"]),
        (["compile", "m.onnx", "--threads", "3"], ["error: Unknown", "'--threads'"]),
        (["compil"], ["error: Unknown subcommand 'compil'", "'compile'"]),
        (["run", "m.so"], ["error: -o RESULT.npz is missing"]),
        (["quantize", "m.onnx", "-o", "m.mlir"], ["error: --recipe NAME"]),
        (["compile", "m.onnx", "--emit", "qn"], ["error: --emit qn", "qnn"]),
    ],
)
def test_mistakes_are_one_error_line(tool, arguments, lines):
    result = tool("quantc", *arguments)
    assert result.returncode == 2
    assert result.stderr.count("error:") == 1
    for words in lines:
        assert words in result.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize("arguments", [["recipes"], ["inspect", "{model}"],
                                       ["compile", "{model}", "--emit", "asm"]])
def test_full_standard_output_is_a_writing_error(mlp, arguments):
    arguments = [a.format(model=mlp[0]) for a in arguments]
    with open("/dev/full", "w") as full:
        result = subprocess.run([BIN / "quantc", *arguments], stdout=full,
                                stderr=subprocess.PIPE, text=True, timeout=60)
    assert result.returncode == 4
    assert "error: standard output: No space left" in result.stderr


def test_inspect_knows_files_by_what_they_hold(tool, mlp, tmp_path):
    (tmp_path / "mine.yaml").write_text(tool("quantc", "recipes", "w8a8").stdout)
    assert "kind: recipe" in tool("quantc", "inspect", tmp_path / "mine.yaml").stdout
    for name in ("mlp.a", "mlp.o", "program"):
        assert tool("quantc", "compile", mlp[0], "-o", tmp_path / name).returncode == 0
    (tmp_path / "bad.yaml").write_text("schema: 1\ncolour: red\n")
    (tmp_path / "notes").write_text("remember the milk")
    for name, code, words in [
        ("mlp.a", 1, "shared objects are inspected"),
        ("mlp.o", 1, "shared objects are inspected"),
        ("program", 1, "not a model compiled"),
        ("bad.yaml", 1, "bad.yaml:2"),
        ("notes", 1, "neither a model"),
        ("absent", 4, "No such file"),
        (".", 4, "directory"),
    ]:
        result = tool("quantc", "inspect", tmp_path / name)
        assert result.returncode == code, result.stderr
        assert words in result.stderr and not result.stdout


def test_missing_weights_file_is_said_once(tool, mlp, tmp_path):
    model = tmp_path / "int8.mlir"
    result = tool("quantc", "quantize", mlp[0], "--recipe", "w8a8-dynamic", "-o", model)
    assert result.returncode == 0, result.stderr
    (tmp_path / "int8.weights").unlink()
    for command in (["inspect", model], ["compile", model, "-o", tmp_path / "m.so"],
                    ["run", model, "-o", tmp_path / "o.npz"]):
        result = tool("quantc", *command)
        assert result.returncode == 4 and not result.stdout
        assert result.stderr.count("error:") == 1 and "int8.weights" in result.stderr


def test_text_model_from_standard_input(tool, mlp, tmp_path):
    text = tool("quant-translate", "--import-onnx", mlp[0]).stdout
    result = tool("quantc", "compile", "-", "-o", tmp_path / "mlp.so", input=text)
    assert result.returncode == 0, result.stderr


def test_data_that_is_no_data_is_refused(tool, mlp, tmp_path):
    np.save(tmp_path / "x.npy", np.ones((2, 16), np.float32))
    np.savez(tmp_path / "y.npz", y=np.ones((2, 16), np.float32))
    run = ["run", mlp[0], "-o", tmp_path / "o.npz"]
    for data, words in [("x.npy", "--input NAME=FILE.npy"), ("mlp.onnx", "are an .npz"),
                        ("y.npz", "it has: x f32[batch, 16]")]:
        result = tool("quantc", *run, "--data", tmp_path / data)
        assert result.returncode == 1 and words in result.stderr
    np.savez(tmp_path / "d.npz", x=np.ones((2, 16)))
    result = tool("quantc", *run, "--data", tmp_path / "d.npz")
    assert result.returncode == 1
    assert "'x' has type 'f64' and shape [2, 16]" in result.stderr


def test_running_a_quantized_model_gives_the_compiled_bits(tool, mlp, tmp_path):
    model = tmp_path / "int8.mlir"
    np.savez(tmp_path / "in.npz", x=np.random.default_rng(0).normal(size=(9, 16))
             .astype(np.float32))
    for command in (["quantize", mlp[0], "--recipe", "w8a8-dynamic", "-o", model],
                    ["compile", model, "-o", tmp_path / "int8.so"],
                    ["run", model, "--data", tmp_path / "in.npz", "-o", tmp_path / "a"],
                    ["run", tmp_path / "int8.so", "--data", tmp_path / "in.npz", "-o",
                     tmp_path / "b"]):
        result = tool("quantc", *command)
        assert result.returncode == 0, result.stderr
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def wait_until_read(pipe):
    """Until the process at the other end has taken what was written."""
    while struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"    "))[0]:
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGSEGV])
def test_a_bug_is_exit_code_70_with_a_report(tmp_path, number):
    """Nobody knows a bug that stays; a signal while the model is read stands in."""
    process = subprocess.Popen(
        [BIN / "quantc", "compile", "-", "-o", "never.so"], stdin=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    process.stdin.write("module {\n")
    process.stdin.flush()
    wait_until_read(process.stdin)
    process.send_signal(number)
    _, text = process.communicate(timeout=60)
    assert process.returncode == 70
    assert text.startswith("error: internal error: ") and "bug in quantc" in text
    (report,) = tmp_path.glob("quantc-bug-*.txt")
    assert "quantc compile - -o never.so" in report.read_text()


def test_out_of_memory_is_a_limit(tool, mlp, tmp_path):
    """The array's file fits into the address space, a copy of it does not."""
    np.lib.format.open_memmap(tmp_path / "x.npy", "w+", np.float32, (2**24, 16))
    limit = int(1.8 * 2**30)
    result = tool("quantc", "run", mlp[0], "--input", f"x={tmp_path / 'x.npy'}", "-o",
                  tmp_path / "o.npz",
                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit,) * 2))
    assert result.returncode == 5
    assert result.stderr == "error: out of memory\n"
