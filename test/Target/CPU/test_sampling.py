"""Resize, GridSample and Einsum against the evaluator, bit for bit, on every
instruction set: sizes that end inside a vector, every option."""

import numpy as np
import pytest

import quantc
from operator_check import check, make_node_model, normal

EQUATIONS = {
    "bij,bkj->bik": [(2, 5, 19), (2, 7, 19)],
    "btd,dhk->bhtk": [(2, 5, 16), (16, 3, 9)],
    "bhtk,bhsk->bhts": [(2, 3, 5, 9), (2, 3, 6, 9)],
    "...ij,...jk->...ik": [(2, 3, 5, 4), (2, 3, 4, 6)],
    "ij,jk,kl->il": [(5, 4), (4, 6), (6, 3)],
    "i,j": [(5,), (7,)],
    "i,i": [(19,), (19,)],
    "ijk,kj->i": [(5, 4, 3), (3, 4)],
    "abc->ca": [(2, 3, 4)],
}


@pytest.mark.parametrize("equation", EQUATIONS)
def test_einsum(tmp_path, equation):
    feeds = {f"x{i}": normal(*shape, seed=i) for i, shape in enumerate(EQUATIONS[equation])}
    check(tmp_path, "Einsum", feeds, {}, ["y"], 12, equation=equation)


def test_einsum_of_any_size(tmp_path):
    feeds = {"q": normal(3, 5, 2, 8), "k": normal(3, 6, 2, 8, seed=1)}
    dims = {"q": ["b", "t", "h", "d"], "k": ["b", "s", "h", "d"]}
    check(tmp_path, "Einsum", feeds, {}, ["y"], 12, equation="bthd,bshd->bhts", dims=dims)


MODES = ["half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel",
         "half_pixel_symmetric"]


@pytest.mark.parametrize("coordinates", MODES)
@pytest.mark.parametrize("mode", ["linear", "cubic"])
@pytest.mark.parametrize("scales", [(2.5, 1.7), (0.6, 0.3), (1, 3)])
def test_resize_by_scales(tmp_path, mode, coordinates, scales):
    constants = {"scales": np.float32([1, 1, *scales])}
    check(tmp_path, "Resize", {"x": normal(2, 3, 7, 10)}, constants, ["y"], 19,
          order=["x", "", "scales"], mode=mode, coordinate_transformation_mode=coordinates)


@pytest.mark.parametrize("coordinates", MODES)
@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.float64])
def test_resize_to_sizes(tmp_path, coordinates, dtype):
    constants = {"sizes": np.array([14, 1, 49])}
    check(tmp_path, "Resize", {"x": normal(2, 7, 7, 49, dtype=dtype)}, constants, ["y"], 19,
          order=["x", "", "", "sizes"], mode="cubic", axes=[1, 2, 3], exclude_outside=1,
          cubic_coeff_a=-0.5, coordinate_transformation_mode=coordinates)


@pytest.mark.parametrize("align", [0, 1])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("mode", ["linear", "nearest", "cubic"])
def test_grid_sample(tmp_path, mode, padding, align):
    """Points inside, far outside, and (in f32 alone) nowhere at all."""
    grid = np.random.default_rng(1).uniform(-3, 3, (2, 5, 9, 2)).astype(np.float32)
    feeds = {"x": normal(2, 3, 7, 11), "grid": grid}
    check(tmp_path, "GridSample", feeds, {}, ["y"], 22, mode=mode, padding_mode=padding,
          align_corners=align, truth=mode != "nearest")
    grid[0, 0, :4] = [[np.nan, 0], [np.inf, 0.5], [0, -np.inf], [1e30, -1e30]]
    check(tmp_path, "GridSample", feeds, {}, ["y"], 22, mode=mode, padding_mode=padding,
          align_corners=align, truth=False)


def test_grid_sample_in_three_dimensions(tmp_path):
    grid = np.random.default_rng(1).uniform(-2, 2, (1, 2, 3, 4, 3)).astype(np.float16)
    feeds = {"x": normal(1, 2, 4, 5, 6, dtype=np.float16), "grid": grid}
    check(tmp_path, "GridSample", feeds, {}, ["y"], 22)


@pytest.mark.parametrize("attributes, words", [
    (dict(antialias=1, mode="linear"), "antialiasing"),
    (dict(coordinate_transformation_mode="tf_crop_and_resize", mode="linear"), "cropping"),
])
def test_resize_that_is_not_supported(tmp_path, attributes, words):
    constants = {"roi": np.float32([0, 0, 0, 0, 1, 1, 1, 1]), "sizes": np.array([1, 1, 3, 3])}
    path = str(tmp_path / "model.onnx")
    make_node_model(path, "Resize", {"x": normal(1, 1, 8, 8)}, constants, ["y"], 19,
                    order=["x", "roi", "", "sizes"], **attributes)
    with pytest.raises(quantc.Unsupported, match=words):
        quantc.load(path).compile(str(tmp_path / "model.so"))
