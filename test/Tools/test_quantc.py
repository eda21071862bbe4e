"""The command line: artifacts of every kind, data in and out, exit codes."""

import re
import signal
import subprocess
import time

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from conftest import ROOT, make_mlp, run_mlp


def save_inputs(path, rows=7, seed=1):
    x = np.random.default_rng(seed).normal(size=(rows, 16)).astype(np.float32)
    np.savez(path, x=x)
    return x


def compile_mlp(tool, model, output, *options):
    result = tool("quantc", "compile", model, "-o", output, *options)
    assert result.returncode == 0, result.stderr
    return output


def test_compiled_model_computes_the_graph(tool, mlp, tmp_path):
    model, weights = mlp
    x = save_inputs(tmp_path / "in.npz")
    compile_mlp(tool, model, tmp_path / "mlp.so")
    result = tool("quantc", "run", tmp_path / "mlp.so", "--data", tmp_path / "in.npz",
                  "-o", tmp_path / "out.npz")
    assert result.returncode == 0, result.stderr
    y = np.load(tmp_path / "out.npz")["y"]
    np.testing.assert_allclose(y, run_mlp(weights, x), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("isa", ["scalar", "avx2", "avx512vnni"])
@pytest.mark.parametrize("recipe", [None, "w8a8-dynamic"])
def test_every_isa_gives_the_evaluators_bits(tool, mlp, tmp_path, isa, recipe):
    model, _ = mlp
    save_inputs(tmp_path / "in.npz")
    if recipe:
        folded = tmp_path / "mlp.mlir"
        result = tool("quantc", "compile", model, "--recipe", recipe, "--emit", "qnn",
                      "-o", folded)
        assert result.returncode == 0, result.stderr
        model = folded
    compile_mlp(tool, model, tmp_path / "mlp.so", "--target",
                "cpu:scalar,avx2,avx512vnni")
    expected = tool("quantc", "run", model, "--data", tmp_path / "in.npz", "-o",
                    tmp_path / "expected.npz")
    assert expected.returncode == 0, expected.stderr
    result = tool("quantc", "run", tmp_path / "mlp.so", "--data", tmp_path / "in.npz",
                  "-o", tmp_path / "out.npz", "--isa", isa, "--threads", "2")
    if result.returncode == 3:
        pytest.skip(result.stderr)
    assert result.returncode == 0, result.stderr
    a = np.load(tmp_path / "expected.npz")["y"]
    b = np.load(tmp_path / "out.npz")["y"]
    assert np.array_equal(a.view(np.uint32), b.view(np.uint32))


def test_program(tool, mlp, tmp_path):
    model, weights = mlp
    x = save_inputs(tmp_path / "in.npz")
    program = compile_mlp(tool, model, tmp_path / "app")
    subprocess.run([program, "--data", tmp_path / "in.npz", "-o", tmp_path / "out.npz"],
                   check=True, timeout=60)
    y = np.load(tmp_path / "out.npz")["y"]
    np.testing.assert_allclose(y, run_mlp(weights, x), rtol=1e-4, atol=1e-5)
    wrong = subprocess.run([program, "--data", tmp_path / "none.npz", "-o", "x.npz"],
                           capture_output=True, text=True)
    assert wrong.returncode == 4 and "none.npz" in wrong.stderr


def test_static_library_links_into_c(tool, mlp, tmp_path):
    model, _ = mlp
    compile_mlp(tool, model, tmp_path / "mlp.a")
    (tmp_path / "main.c").write_text(
        '#include "mlp.h"\n'
        "#include <stdio.h>\n"
        "int main(void) {\n"
        "  quantc_model *model;\n"
        "  if (quantc_model_create(quantc_model_descriptor(), 0, &model))\n"
        "    return 1;\n"
        '  printf("%s %d\\n", quantc_model_input(model, 0)->name,\n'
        "         (int)quantc_model_input(model, 0)->dims[1]);\n"
        "  quantc_model_destroy(model);\n"
        "  return 0;\n"
        "}\n"
    )
    subprocess.run(
        ["clang-22", "-std=c11", "-Wall", "-Werror", f"-I{ROOT}/runtime/include",
         "main.c", "mlp.a", "-lm", "-lpthread", "-o", "main"],
        cwd=tmp_path, check=True,
    )
    result = subprocess.run([tmp_path / "main"], capture_output=True, text=True)
    assert result.stdout == "x 16\n"


def test_artifact_needs_libc_and_libm_only(tool, mlp, tmp_path):
    compile_mlp(tool, mlp[0], tmp_path / "mlp.so")
    needed = subprocess.run(["readelf", "-d", tmp_path / "mlp.so"], check=True,
                            capture_output=True, text=True).stdout
    libraries = [line.split("[")[1].rstrip("]") for line in needed.splitlines()
                 if "NEEDED" in line]
    # ld-linux is libc's own, for thread-local storage.
    loader = {name for name in libraries if name.startswith("ld-linux")}
    assert set(libraries) - loader <= {"libc.so.6", "libm.so.6"}


def test_compilation_is_deterministic(tool, mlp, tmp_path):
    (tmp_path / "other").mkdir()
    a = compile_mlp(tool, mlp[0], tmp_path / "mlp.so")
    b = compile_mlp(tool, mlp[0], tmp_path / "other" / "mlp.so")
    assert a.read_bytes() == b.read_bytes()


def numbered(text):
    """MLIR text with its resources renamed in the order they appear."""
    names = {}
    text = re.sub(r"(?<=dense_resource<)w\d+(?=>)",
                  lambda m: names.setdefault(m[0], f"resource{len(names)}"), text)
    body, resources = text.split("{-#")
    lines = re.findall(r"(w\d+): (\"0x\w+\")", resources)
    return body, sorted((names[name], data) for name, data in lines)


@pytest.mark.parametrize("recipe", [None, "w8a8-dynamic"])
def test_printed_pipeline_gives_the_same_code(tool, mlp, tmp_path, recipe):
    """quant-opt with the text of --print-pipeline ends where compile ends, to the
    letter. What an artifact says of itself is no pass: it is given to quant-opt."""
    model, _ = mlp
    temps = tmp_path / "temps"
    options = ["--recipe", recipe] if recipe else []
    result = tool("quantc", "compile", model, *options, "--print-pipeline",
                  "--save-temps", temps, "-o", tmp_path / "mlp.so")
    assert result.returncode == 0, result.stderr
    code = (temps / "4-code.mlir").read_text()
    properties = re.search(r"quantc\.properties = \{.*?\}", code)[0]

    text = tmp_path / "mlp.mlir"
    imported = tool("quant-translate", "--import-onnx", model, "-o", text)
    assert imported.returncode == 0, imported.stderr
    given = text.read_text().replace("module attributes {", f"module attributes {{{properties}, ")
    assert properties in given
    text.write_text(given)
    lowered = tool("quant-opt", text, "--mlir-print-debuginfo", "-o", tmp_path / "lowered.mlir",
                   "--pass-pipeline=" + result.stdout.strip(), cwd=tmp_path)
    assert lowered.returncode == 0, lowered.stderr
    body, resources = numbered(code)
    assert "llvm.func" in body and resources
    assert numbered((tmp_path / "lowered.mlir").read_text()) == (body, resources)


def test_static_recipe_without_calibration_says_what_to_pass(tool, mlp, tmp_path):
    result = tool("quantc", "compile", mlp[0], "--recipe", "w8a8", "-o",
                  tmp_path / "mlp.so")
    assert result.returncode in (1, 2)
    assert "--calib" in result.stderr
    assert not (tmp_path / "mlp.so").exists()


def test_calibrate_quantize_compile_run(tool, mlp, tmp_path):
    model, weights = mlp
    (tmp_path / "data").mkdir()
    for i in range(6):
        x = save_inputs(tmp_path / "data" / f"{i}.npz", seed=i)
    for i in range(2):
        result = tool("quantc", "calibrate", model, "--data", tmp_path / "data",
                      "--shard", f"{i}/2", "-o", tmp_path / f"{i}.calib")
        assert result.returncode == 0, result.stderr
    merged = tool("quantc", "calibrate", "--merge", tmp_path / "1.calib",
                  tmp_path / "0.calib", "-o", tmp_path / "merged.calib")
    assert merged.returncode == 0, merged.stderr
    whole = tool("quantc", "calibrate", model, "--data", tmp_path / "data", "-o",
                 tmp_path / "whole.calib")
    assert whole.returncode == 0, whole.stderr
    table = (tmp_path / "whole.calib").read_bytes()
    assert table == (tmp_path / "merged.calib").read_bytes()
    result = tool("quantc", "quantize", model, "--recipe", "w8a8", "--calib",
                  tmp_path / "whole.calib", "-o", tmp_path / "int8.mlir")
    assert result.returncode == 0, result.stderr
    compile_mlp(tool, tmp_path / "int8.mlir", tmp_path / "int8.so")
    result = tool("quantc", "run", tmp_path / "int8.so", "--data",
                  tmp_path / "data" / "5.npz", "-o", tmp_path / "out.npz")
    assert result.returncode == 0, result.stderr
    y, expected = np.load(tmp_path / "out.npz")["y"], run_mlp(weights, x)
    assert np.abs(y - expected).max() < 0.05 * np.abs(expected).max()


def test_killed_compile_leaves_nothing_torn(tool, tmp_path):
    model = tmp_path / "mlp.onnx"
    make_mlp(model)
    output = tmp_path / "mlp.so"
    whole = compile_mlp(tool, model, tmp_path / "whole.so").read_bytes()
    from conftest import BIN

    for delay in np.linspace(0.02, 0.6, 12):
        process = subprocess.Popen([BIN / "quantc", "compile", model, "-o", output])
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if output.exists():
            assert output.stat().st_size == len(whole)
            output.unlink()


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        (["compile"], 2, "positional"),
        (["compile", "absent.onnx", "-o", "x.so"], 4, "absent.onnx"),
        (["compile", "{model}", "-o", "x.so", "--target", "cpu:avx3"], 1, "avx2"),
        (["compile", "{model}", "-o", "x.so", "--target", "gpu"], 3, "gpu"),
        (["compile", "{model}", "-o", "x.so", "--recipe", "w8a9"], 1, "w8a8"),
        (["compile", "{model}", "-o", "x.so", "--dim", "batch"], 2, "NAME=N"),
        (["compile", "{model}", "-o", "x.so", "--dim", "length=3"], 1, "there are batch"),
        (["compile", "{model}", "-o", "x.so", "--recipe", "w8a8", "--calib", "no.calib"],
         4, "no.calib"),
        (["compile", "{model}", "-o", "/nonexistent/x.so"], 4, "/nonexistent"),
        (["compile", "{model}", "-o", "{model}"], 2, "overwrite"),
        (["compile", "{model}", "--otput", "x.so"], 2, "otput"),
        (["recipes", "w8a9"], 2, "w8a8"),
        (["inspect", "absent.so"], 4, "absent.so"),
        (["frobnicate"], 2, "frobnicate"),
    ],
)
def test_wrong_command_lines(tool, mlp, tmp_path, arguments, code, words):
    arguments = [a.format(model=mlp[0]) for a in arguments]
    result = tool("quantc", *arguments, cwd=tmp_path)
    assert result.returncode == code, result.stderr
    assert words in result.stderr
    assert not (tmp_path / "x.so").exists()
    assert "Stack dump" not in result.stderr


@pytest.mark.parametrize(
    "text, command, words",
    [
        ("func.func @other(%x: tensor<?xf32>) -> tensor<?xf32> { return %x : tensor<?xf32> }",
         ["compile", "model.mlir", "--dim", "batch=1", "-o", "x.so"], "@main"),
        ("func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> { return %x : tensor<?xf32> }",
         ["run", "model.mlir", "-o", "x.so"], "input '0'"),
    ],
    ids=["no-main", "no-names"],
)
def test_text_without_what_the_importer_writes(tool, tmp_path, text, command, words):
    (tmp_path / "model.mlir").write_text(text)
    result = tool("quantc", *command, cwd=tmp_path)
    assert result.returncode == 1, result.stderr
    assert words in result.stderr
    assert not (tmp_path / "x.so").exists()


def save_unsupported(path):
    """Random numbers, which neither evaluator nor compiled code has."""
    training = [helper.make_tensor("r", TensorProto.FLOAT, [], [0.5]),
                helper.make_tensor("t", TensorProto.BOOL, [], [True])]
    graph = helper.make_graph(
        [helper.make_node("Dropout", ["x", "r", "t"], ["y", "mask"], name="drop")], "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [7, 16])],
        [helper.make_tensor_value_info("mask", TensorProto.BOOL, [7, 16])], training,
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)


def test_unsupported_operator_is_named(tool, tmp_path):
    model, output = tmp_path / "model.onnx", tmp_path / "out.npz"
    save_unsupported(model)
    save_inputs(tmp_path / "in.npz")
    for arguments in (["run", model, "--data", tmp_path / "in.npz", "-o", output],
                      ["compile", model, "-o", tmp_path / "x.so"]):
        result = tool("quantc", *arguments)
        assert result.returncode == 3, result.stderr
        errors = [line for line in result.stderr.splitlines() if "error: " in line]
        assert len(errors) == 1 and "node 'drop'" in errors[0] and "Dropout" in errors[0]
    assert not output.exists() and not (tmp_path / "x.so").exists()
    quantc = pytest.importorskip("quantc")
    loaded = quantc.load(str(model))
    with pytest.raises(quantc.Unsupported, match="Dropout"):
        loaded.evaluate({"x": np.ones((7, 16), np.float32)})
    with pytest.raises(quantc.Unsupported, match="Dropout"):
        loaded.compile(str(tmp_path / "x.so"))


def test_help_of_every_command_has_an_example(tool):
    for command in ("calibrate", "quantize", "compile", "compare", "run", "inspect",
                    "recipes", "targets"):
        result = tool("quantc", command, "--help")
        assert result.returncode == 0
        assert f"example: quantc {command}" in result.stdout


def test_calibrating_on_the_way_is_calibrating_before(tool, mlp, tmp_path):
    save_inputs(tmp_path / "data.npz", rows=40)
    data = ["--data", tmp_path / "data.npz"]
    table = ["--calib", tmp_path / "t.calib"]
    result = tool("quantc", "calibrate", mlp[0], *data, *("-o", table[1]))
    assert result.returncode == 0, result.stderr
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    a = compile_mlp(tool, mlp[0], tmp_path / "a" / "mlp.so", "--recipe", "w8a8", *table)
    b = compile_mlp(tool, mlp[0], tmp_path / "b" / "mlp.so", "--recipe", "w8a8", *data)
    assert a.read_bytes() == b.read_bytes()
    for folder, option in (("a", table), ("b", data)):
        result = tool("quantc", "quantize", mlp[0], "--recipe", "w8a8", *option, "-o",
                      tmp_path / folder / "mlp.mlir")
        assert result.returncode == 0, result.stderr
    for name in ("mlp.mlir", "mlp.weights"):
        a, b = ((tmp_path / folder / name).read_bytes() for folder in "ab")
        assert a == b
    for options in (data, ["--recipe", "w8a8", *data, *table]):
        result = tool("quantc", "compile", mlp[0], "-o", tmp_path / "x.so", *options)
        assert result.returncode == 2 and "--data" in result.stderr


def test_dimensions_are_fixed_for_calibrating_too(tool, mlp, tmp_path):
    save_inputs(tmp_path / "data.npz", rows=6)
    for batch, code in ((2, 0), (4, 1)):
        result = tool("quantc", "calibrate", mlp[0], "--data", tmp_path / "data.npz",
                      "--batch", 2, "--dim", f"batch={batch}", "-o",
                      tmp_path / f"{batch}.calib")
        assert result.returncode == code, result.stderr
    assert "shape [2, 16], the model wants [4, 16]" in result.stderr
