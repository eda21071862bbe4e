"""Export of small models: what ONNX's checker and onnxruntime make of them, and
what becomes of them when they are imported again."""

import numpy as np
import onnx
import pytest

import models
import quantc
import runtime
from conftest import make_mlp
from runtime import assert_same_bits, run_compiled, session


def images(count, seed=3):
    random = np.random.default_rng(seed)
    return [{"x": models.normal(random, 2, 3, 16, 16)} for _ in range(count)]


def make_cnn(folder):
    onnx.save(models.cnn(), folder / "cnn.onnx")
    return folder / "cnn.onnx", images(8)


def make_encoder(folder):
    onnx.save(models.encoder(), folder / "encoder.onnx")
    return folder / "encoder.onnx", [models.encoder_feeds(2, n) for n in (5, 8, 13)]


def make_branches(folder):
    onnx.save(models.branches(), folder / "branches.onnx")
    x = np.float32([1, 2, 3, 4])
    return folder / "branches.onnx", [{"x": x}, {"x": -x}]


def make_two_layers(folder):
    make_mlp(folder / "mlp.onnx")
    random = np.random.default_rng(4)
    return folder / "mlp.onnx", [{"x": models.normal(random, 6, 16)} for _ in range(4)]


MODELS = {f.__name__[5:]: f for f in (make_cnn, make_encoder, make_branches, make_two_layers)}
STATIC = ("cnn", "two_layers")


@pytest.fixture
def quantized(tmp_path):
    """quantized(name, recipe) -> the quantized model and runs of inputs for it."""

    def make(name, recipe):
        path, runs = MODELS[name](tmp_path)
        table = None
        if recipe != "w8a8-dynamic":
            table = quantc.calibrate(path, runs)
        return quantc.quantize(path, recipe=recipe, calibration=table), runs

    return make


def assert_second_export_is_the_same(path, folder):
    quantc.load(path).save(folder / "again.onnx")
    assert (folder / "again.onnx").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("opset", [None, 13, 28])
@pytest.mark.parametrize("name", MODELS)
def test_float_models_come_back(name, opset, tmp_path):
    path, runs = MODELS[name](tmp_path)
    out = tmp_path / "out.onnx"
    quantc.load(path).save(out, opset=opset)
    before, after = onnx.load(path), onnx.load(out)
    assert after.opset_import[0].version == (opset or 21)
    for kind in ("input", "output"):
        kept = [getattr(m.graph, kind) for m in (before, after)]
        assert [v.name for v in kept[0]] == [v.name for v in kept[1]]
    names = {node.name for node in after.graph.node}
    decomposed = {"norm", "gelu"} if opset == 13 else set()
    assert {n.name for n in before.graph.node} - names <= decomposed
    assert {t.name for t in before.graph.initializer} <= {
        t.name for t in after.graph.initializer
    }
    assert_second_export_is_the_same(out, tmp_path) if not opset else None
    if opset == 28:
        onnx.checker.check_model(after, full_check=True)
        return  # newer than onnxruntime reads
    reference, exported = session(path), session(out)
    for feeds in runs:
        for a, b in zip(reference.run(None, feeds), exported.run(None, feeds)):
            np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5)


def test_dimension_names_are_kept(tmp_path):
    path, _ = make_encoder(tmp_path)
    model = quantc.load(path)
    model.run_pipeline("builtin.module(quantc-graph)")
    model.save(tmp_path / "out.onnx")
    graph = onnx.load(tmp_path / "out.onnx").graph
    dims = lambda value: [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
    assert dims(graph.input[0]) == ["batch", "sequence", 32]
    assert dims(graph.output[0]) == ["batch", "sequence", 32]


@pytest.mark.parametrize("name", STATIC)
def test_integer_form_gives_compiled_bits_in_onnxruntime(name, quantized, tmp_path):
    model, runs = quantized(name, "w8a8")
    model.save(tmp_path / "int.onnx", format="integer")
    types = {node.op_type for node in onnx.load(tmp_path / "int.onnx").graph.node}
    assert "MatMulInteger" in types and not types & {"Conv", "MatMul", "Gemm"}
    exported = session(tmp_path / "int.onnx")
    expected = run_compiled(model, tmp_path, runs)
    assert_same_bits(expected, [exported.run(None, feeds) for feeds in runs])


@pytest.mark.parametrize("format", ["qdq", "integer"])
@pytest.mark.parametrize(
    "name, recipe",
    [("cnn", "w8a8"), ("two_layers", "w8a8"), ("encoder", "w8a8"),
     ("encoder", "w8a8-smoothquant"), ("encoder", "w8a8-dynamic"),
     ("encoder", "w8a8-dynamic-smoothquant"), ("two_layers", "w8a8-dynamic")],
)
def test_export_import_compile_is_idempotent(name, recipe, format, quantized, tmp_path):
    model, runs = quantized(name, recipe)
    out = tmp_path / "out.onnx"
    model.save(out, format=format)
    assert_second_export_is_the_same(out, tmp_path)
    expected = run_compiled(model, tmp_path, runs)
    assert_same_bits(expected, run_compiled(out, tmp_path, runs))


@pytest.mark.parametrize("opset", [13, 21])
@pytest.mark.parametrize(
    "name, recipe", [("cnn", "w8a8"), ("encoder", "w8a8"), ("encoder", "w8a8-dynamic")]
)
def test_qdq_form_in_onnxruntime(name, recipe, opset, quantized, tmp_path):
    model, runs = quantized(name, recipe)
    out = tmp_path / "out.onnx"
    model.save(out, opset=opset)
    graph = onnx.load(out).graph
    types = [node.op_type for node in graph.node]
    assert "DequantizeLinear" in types
    assert "MatMulInteger" not in types and "ConvInteger" not in types
    exported = session(out)
    for feeds, (expected,) in zip(runs, run_compiled(model, tmp_path, runs)):
        (result,) = exported.run(None, feeds)
        # One code more or less where a float product rounds the other way.
        assert np.abs(result - expected).max() < 0.05 * np.abs(expected).max()
        cosine = (result * expected).sum() / np.linalg.norm(result) / np.linalg.norm(expected)
        assert cosine > 0.999


def test_codes_and_scales_are_the_models_own(quantized, tmp_path):
    model, _ = quantized("two_layers", "w8a8")
    model.save(tmp_path / "qdq.onnx")
    model.save(tmp_path / "int.onnx", format="integer")

    def codes(path):
        return sorted(
            (tensor.dims[0], onnx.numpy_helper.to_array(tensor).tobytes())
            for tensor in onnx.load(path).graph.initializer
            if tensor.data_type == onnx.TensorProto.INT8 and len(tensor.dims) == 2
        )

    assert len(codes(tmp_path / "qdq.onnx")) == 2
    assert codes(tmp_path / "qdq.onnx") == codes(tmp_path / "int.onnx")


def test_dynamic_codes_are_those_of_the_definition(quantized, tmp_path):
    model, runs = quantized("encoder", "w8a8-dynamic")
    assert runtime.check_integers(model, runs, tmp_path) == 6


def test_external_data(tmp_path, tool):
    path, runs = make_cnn(tmp_path)
    quantc.load(path).save(tmp_path / "out.onnx", external_data=True)
    data = tmp_path / "out.onnx.data"
    assert data.stat().st_size > 4096
    assert (tmp_path / "out.onnx").stat().st_size < data.stat().st_size
    expected = session(path).run(None, runs[0])
    assert_same_bits([expected], [session(tmp_path / "out.onnx").run(None, runs[0])])
    # One bit of the data flipped is noticed.
    content = bytearray(data.read_bytes())
    content[5] ^= 1
    data.write_bytes(content)
    with pytest.raises(quantc.InvalidArgument, match=r"checksum.*\[X16\]"):
        quantc.load(tmp_path / "out.onnx")


def test_equal_bytes_wherever_and_whenever(tmp_path, tool):
    path, _ = make_cnn(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    for out, cwd in (("a.onnx", tmp_path), ("b.onnx", tmp_path / "elsewhere")):
        result = tool("quant-translate", "--export-onnx", path, "-o", tmp_path / out, cwd=cwd)
        assert result.returncode == 0, result.stderr
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()


def test_quantize_command_writes_onnx(tmp_path, tool):
    path, runs = make_two_layers(tmp_path)
    for format, operator in (("qdq", "DequantizeLinear"), ("integer", "MatMulInteger")):
        out = tmp_path / f"{format}.onnx"
        result = tool("quantc", "quantize", path, "--recipe", "w8a8-dynamic",
                      "--format", format, "-o", out)
        assert result.returncode == 0, result.stderr
        assert operator in {node.op_type for node in onnx.load(out).graph.node}
        session(out)


def bitwise_model(path):
    info = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("BitwiseNot", ["x"], ["y"], name="flip")], "g",
        [info("x", onnx.TensorProto.INT32, [2])], [info("y", onnx.TensorProto.INT32, [2])],
    )
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)],
                                     ir_version=8), path)


@pytest.mark.parametrize(
    "options, code, message",
    [
        (["--opset", "13"], 3, "cannot be said in opset 13, first: node 'flip' "
         "(BitwiseNot) needs 18; pass --opset 18"),
        (["--opset", "12"], 1, "--opset 12: 13 to 28 can be written"),
    ],
)
def test_errors_name_node_and_opset(options, code, message, tmp_path, tool):
    bitwise_model(tmp_path / "m.onnx")
    result = tool("quant-translate", "--export-onnx", tmp_path / "m.onnx", "-o",
                  tmp_path / "out.onnx", *options)
    assert result.returncode == code, result.stderr
    assert message in result.stderr
    assert result.stderr.count("error:") == 1
    assert not (tmp_path / "out.onnx").exists()


def test_unwritable_output_is_an_io_error(tmp_path, tool):
    path, _ = make_two_layers(tmp_path)
    result = tool("quant-translate", "--export-onnx", path, "-o", tmp_path / "no" / "m.onnx")
    assert result.returncode == 4
    assert result.stderr.startswith("error: ") and "m.onnx" in result.stderr


def test_options_about_onnx_need_an_onnx_file(tmp_path, tool):
    path, _ = make_two_layers(tmp_path)
    result = tool("quantc", "quantize", path, "--recipe", "w8a8-dynamic", "--opset", "13",
                  "-o", tmp_path / "m.mlir")
    assert result.returncode == 2
    assert "are about .onnx files" in result.stderr


def test_python_names_unknown_formats(tmp_path):
    path, _ = make_two_layers(tmp_path)
    with pytest.raises(quantc.InvalidArgument, match="format 'int8'; qdq and integer"):
        quantc.load(path).save(tmp_path / "m.onnx", format="int8")


def test_blocks_of_four_bits_keep_their_form(tmp_path):
    """DequantizeLinear with block_size and int4 codes, as import found it."""
    random = np.random.default_rng(5)
    codes = random.integers(-8, 8, (64, 16)).astype(np.int8)
    model = models.make_model(
        [onnx.helper.make_node("DequantizeLinear", ["codes", "scales"], ["w"], "weights",
                               axis=0, block_size=32),
         onnx.helper.make_node("MatMul", ["x", "w"], ["y"], "product")],
        {"x": ["n", 64]}, {"y": ["n", 16]},
        {"scales": random.random((2, 16)).astype(np.float32)},
    )
    packed = onnx.helper.make_tensor("codes", onnx.TensorProto.INT4, codes.shape, codes.ravel())
    model.graph.initializer.append(packed)
    onnx.save(model, tmp_path / "m.onnx")
    quantc.load(tmp_path / "m.onnx").save(tmp_path / "out.onnx")
    out = onnx.load(tmp_path / "out.onnx")
    codes_out = next(t for t in out.graph.initializer if t.name == "codes")
    assert codes_out.data_type == onnx.TensorProto.INT4 and len(codes_out.raw_data) == 512
    x = {"x": models.normal(random, 3, 64)}
    a, b = (session(tmp_path / name).run(None, x) for name in ("m.onnx", "out.onnx"))
    assert_same_bits([a], [b])
    with pytest.raises(quantc.Unsupported, match="needs 21"):
        quantc.load(tmp_path / "m.onnx").save(tmp_path / "old.onnx", opset=13)
