"""What Python users hand to sessions and models: any layout, any thread."""

import threading

import numpy as np
import pytest

import quantc


@pytest.fixture
def session(mlp, tmp_path):
    quantc.compile(mlp[0], tmp_path / "mlp.so")
    return quantc.InferenceSession(tmp_path / "mlp.so")


def inputs(rows=3, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, 16)).astype(np.float32)


def misaligned(array):
    raw = np.empty(array.nbytes + 1, np.uint8)
    view = raw[1:].view(array.dtype).reshape(array.shape)
    view[...] = array
    assert not view.flags.aligned
    return view


LAYOUTS = {
    "big-endian": lambda x: x.astype(">f4"),
    "misaligned": misaligned,
    "transposed": lambda x: np.ascontiguousarray(x.T).T,
    "reversed": lambda x: np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1],
    "strided": lambda x: np.repeat(x, 2, axis=1)[:, ::2],
    "subclass": lambda x: x.view(np.matrix),
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_layout_of_an_array_does_not_matter(session, mlp, layout):
    x = inputs(5)
    (expected,) = session.run(None, {"x": x})
    (found,) = session.run(None, {"x": layout(x)})
    np.testing.assert_array_equal(found, expected)
    (evaluated,) = quantc.evaluate(mlp[0], {"x": layout(x)})
    np.testing.assert_array_equal(evaluated, expected)


def test_one_session_in_many_threads(session):
    """Other shapes in every thread, so that workspaces grow while others run."""
    feeds = [{"x": inputs(rows, rows)} for rows in (1, 40, 3, 200, 17, 90)]
    expected = [session.run(None, feed)[0] for feed in feeds]
    wrong = []

    def work(start):
        for i in range(start, start + 60):
            feed, right = feeds[i % len(feeds)], expected[i % len(feeds)]
            if not np.array_equal(session.run(None, feed)[0], right):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_evaluate_gives_the_compiled_bits(mlp, tmp_path):
    table = quantc.calibrate(mlp[0], ({"x": inputs(8, i)} for i in range(4)))
    x = inputs(6, 2)
    for recipe in ("w8a8", "w8a8-dynamic"):
        model = quantc.quantize(mlp[0], recipe=recipe, calibration=table)
        quantc.compile(model, tmp_path / "int8.so")
        (y,) = quantc.InferenceSession(tmp_path / "int8.so").run(None, {"x": x})
        np.testing.assert_array_equal(quantc.evaluate(model, {"x": x})[0], y)


def test_models_can_be_quantized_again_and_compiled_in_one_call(mlp, tmp_path):
    float_model = quantc.load(mlp[0])
    quantized = quantc.quantize(float_model, recipe="w8a8-dynamic")
    x = inputs()
    before = quantc.evaluate(float_model, {"x": x})[0]
    after = quantc.evaluate(quantized, {"x": x})[0]
    assert not np.array_equal(before, after)
    del float_model  # the clone keeps what it needs
    np.testing.assert_array_equal(quantc.evaluate(quantized, {"x": x})[0], after)
    quantc.compile(mlp[0], tmp_path / "one.so", recipe="w8a8-dynamic")
    session = quantc.InferenceSession(tmp_path / "one.so")
    assert session.get_property("recipe") == "w8a8-dynamic"
    np.testing.assert_array_equal(session.run(None, {"x": x})[0], after)


@pytest.mark.parametrize(
    "feeds, words",
    [
        ([inputs()], "{input name: array}"),
        (None, "{input name: array}"),
        ({"x": np.array([{}])}, "DLPack"),
        ({"x": inputs().astype(np.float64)}, "'x' has type 'f64'"),
    ],
)
def test_wrong_feeds_are_invalid_arguments(mlp, feeds, words):
    with pytest.raises(quantc.InvalidArgument) as error:
        quantc.evaluate(mlp[0], feeds)
    assert words in str(error.value)


def test_one_dictionary_instead_of_batches_is_explained(mlp):
    with pytest.raises(quantc.InvalidArgument, match="found str"):
        quantc.calibrate(mlp[0], {"x": inputs()})


def test_files_that_are_no_shared_object(mlp, tmp_path):
    with pytest.raises(quantc.InvalidArgument, match="quantc.compile makes one"):
        quantc.InferenceSession(mlp[0])
    quantc.compile(mlp[0], tmp_path / "arm.so", target="cpu:neon")
    quantc.compile(mlp[0], tmp_path / "cut.so")
    for keep in (10, 100, 5000):
        (tmp_path / "cut.so").write_bytes((tmp_path / "cut.so").read_bytes()[:-keep])
        with pytest.raises(quantc.InvalidArgument, match="cut off"):
            quantc.InferenceSession(tmp_path / "cut.so")
    with pytest.raises(quantc.InvalidArgument, match="another machine"):
        quantc.InferenceSession(tmp_path / "arm.so")
    with pytest.raises(quantc.IOFailure) as error:
        quantc.InferenceSession(tmp_path / "absent.so")
    assert str(error.value).count("absent.so") == 1


def test_a_path_compiled_to_again_is_the_new_model(mlp, tmp_path):
    x = inputs()
    sessions = []
    for recipe in ("none", "w8a8-dynamic", "none"):
        quantc.compile(mlp[0], tmp_path / "mlp.so", recipe=recipe)
        sessions.append(quantc.InferenceSession(tmp_path / "mlp.so"))
    assert [s.get_property("recipe") for s in sessions] == ["none", "w8a8-dynamic", "none"]
    first, second, third = (s.run(None, {"x": x})[0] for s in sessions)
    assert np.array_equal(first, third) and not np.array_equal(first, second)
