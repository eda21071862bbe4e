"""Recurrent networks, attention and rotary embeddings against the evaluator, bit for
bit, on every instruction set: sizes that end inside a vector, every option."""

import numpy as np
import pytest

from operator_check import check, normal

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
RECURRENT = {
    "plain": {},
    "reverse": dict(direction="reverse"),
    "both": dict(direction="bidirectional"),
    "batch-first": dict(direction="bidirectional", layout=1),
    "clip": dict(clip=0.25),
    "activations": dict(activations={
        "RNN": ["Elu"], "GRU": ["HardSigmoid", "ScaledTanh"],
        "LSTM": ["HardSigmoid", "Softsign", "LeakyRelu"]}),
}


@pytest.mark.parametrize("options", RECURRENT)
@pytest.mark.parametrize("operator", GATES)
def test_recurrent(tmp_path, operator, options):
    steps, batch, inputs, hidden = 5, 3, 19, 37
    attributes = dict(RECURRENT[options], hidden_size=hidden)
    if "activations" in attributes:
        attributes["activations"] = attributes["activations"][operator]
    directions = 2 if attributes.get("direction") == "bidirectional" else 1
    first = attributes.get("layout", 0)
    states = (batch, directions, hidden) if first else (directions, batch, hidden)
    feeds = {"x": normal(*((batch, steps) if first else (steps, batch)), inputs),
             "lengths": np.array([5, 0, 3], np.int32), "h": normal(*states, seed=1)}
    rows = GATES[operator] * hidden
    constants = {"w": normal(directions, rows, inputs, seed=2),
                 "r": normal(directions, rows, hidden, seed=3, scale=0.2),
                 "b": normal(directions, 2 * rows, seed=4)}
    order = ["x", "w", "r", "b", "lengths", "h"]
    outputs = ["y", "y_h"]
    if operator == "LSTM":
        feeds["c"] = normal(*states, seed=5)
        constants["p"] = normal(directions, 3 * hidden, seed=6)
        order += ["c", "p"]
        outputs += ["y_c"]
    check(tmp_path, operator, feeds, constants, outputs, 22, order=order, **attributes)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_recurrent_without_optional_operands(tmp_path, dtype):
    constants = {"w": normal(1, 4 * 16, 8, seed=2, dtype=dtype),
                 "r": normal(1, 4 * 16, 16, seed=3, dtype=dtype)}
    check(tmp_path, "LSTM", {"x": normal(4, 2, 8, dtype=dtype)}, constants,
          ["", "y_h"], 22, hidden_size=16, input_forget=1)
    constants = {"w": normal(1, 3 * 16, 8, seed=2, dtype=dtype),
                 "r": normal(1, 3 * 16, 16, seed=3, dtype=dtype)}
    check(tmp_path, "GRU", {"x": normal(4, 2, 8, dtype=dtype)}, constants, ["y"], 22,
          hidden_size=16, linear_before_reset=1)


@pytest.mark.parametrize("interleaved", [0, 1])
@pytest.mark.parametrize("rotated", [0, 26])
@pytest.mark.parametrize("flat", [False, True])
def test_rotary_embedding(tmp_path, interleaved, rotated, flat):
    batch, heads, length, size = 2, 3, 5, 42
    x = normal(batch, length, heads * size) if flat else normal(batch, heads, length, size)
    half = (rotated or size) // 2
    angles = np.random.default_rng(1).uniform(-3, 3, (64, half))
    feeds = {"x": x, "positions": np.random.default_rng(2).integers(0, 64, (batch, length))}
    constants = {"cos": np.cos(angles).astype(np.float32),
                 "sin": np.sin(angles).astype(np.float32)}
    attributes = dict(num_heads=heads) if flat else {}
    check(tmp_path, "RotaryEmbedding", feeds, constants, ["y"], 23,
          order=["x", "cos", "sin", "positions"], interleaved=interleaved,
          rotary_embedding_dim=rotated, **attributes)


@pytest.mark.parametrize("past", [0, 1, 70])
@pytest.mark.parametrize("mask", [None, bool, np.float32])
def test_attention_to_a_past(tmp_path, past, mask):
    """A decoder's step: five new tokens, grouped heads, everything given back."""
    batch, heads, groups, length, size = 2, 4, 2, 5, 24
    feeds = {"q": normal(batch, length, heads * size), "k": normal(batch, length, groups * size, seed=1),
             "v": normal(batch, length, groups * size, seed=2)}
    order = ["q", "k", "v", "", "pk", "pv"]
    feeds["pk"] = normal(batch, groups, past, size, seed=3)
    feeds["pv"] = normal(batch, groups, past, size, seed=4)
    if mask:
        seen = np.random.default_rng(5).integers(0, 2, (length, past + length))
        feeds["mask"] = seen.astype(mask)
        order[3] = "mask"
    check(tmp_path, "Attention", feeds, {}, ["y", "key", "value"], 23, order=order,
          is_causal=1, q_num_heads=heads, kv_num_heads=groups)


def test_attention_to_a_past_of_any_length(tmp_path):
    heads, size = 2, 16
    feeds = {name: normal(3, heads, length, size, seed=i) for i, (name, length) in
             enumerate({"q": 2, "k": 2, "v": 2, "pk": 66, "pv": 66}.items())}
    dims = {name: ["batch", heads, "past" if "p" in name else "length", size]
            for name in feeds}
    check(tmp_path, "Attention", feeds, {}, ["y", "key", "value"], 23,
          order=["q", "k", "v", "", "pk", "pv"], is_causal=1, dims=dims)


@pytest.mark.parametrize("left, right, causal", [(3, -1, 1), (3, 2, 0), (-1, 0, 0), (0, 70, 0)])
def test_attention_in_a_window(tmp_path, left, right, causal):
    feeds = {"q": normal(2, 2, 81, 16), "k": normal(2, 2, 81, 16, seed=1),
             "v": normal(2, 2, 81, 16, seed=2), "lengths": np.array([81, 40])}
    check(tmp_path, "Attention", feeds, {}, ["y"], 25, order=["q", "k", "v", "", "", "", "lengths"],
          is_causal=causal, left_window_size=left, right_window_size=right)


def test_attention_with_a_shorter_mask(tmp_path):
    feeds = {"q": normal(2, 2, 7, 16), "k": normal(2, 2, 81, 16, seed=1),
             "v": normal(2, 2, 81, 16, seed=2), "mask": normal(2, 1, 7, 70, seed=3)}
    check(tmp_path, "Attention", feeds, {}, ["y"], 24, order=["q", "k", "v", "mask"])
