"""Comparisons and reports of real models."""

import pytest

import browser
import quantc
from conftest import image_inputs


@pytest.fixture
def squeezenet(data, tmp_path):
    """(model, its w8a8 form, feeds): one image, calibrated on itself."""
    model = data / "vision/squeezenet1.1/squeezenet1.1.onnx"
    feeds = image_inputs("data", (1, 3, 224, 224))[:1]
    table = quantc.calibrate(model, feeds)
    return model, quantc.quantize(model, recipe="w8a8", calibration=table), feeds


def test_squeezenet_layer_by_layer(squeezenet, tmp_path):
    model, quantized, feeds = squeezenet
    found = quantc.compare(model, quantized, feeds, layers=True)
    assert found.outputs["logits"].sqnr_db > 20
    assert len(found.layers) > 30
    # Every convolution is seen, and none is taken for another.
    convolutions = [f"conv{i}" for i in range(26)]
    assert all(found.layers[name].sqnr_db > 12 for name in convolutions)
    found.to_html(tmp_path / "r.html")
    text = (tmp_path / "r.html").read_text()
    assert text.count("<figure class=\"card\">") == 12
    if browser.find():
        with browser.Browser() as page:
            for width in (400, 1600):
                page.open(tmp_path / "r.html", width)
                assert page.problems() == []
                assert page.evaluate("document.documentElement.scrollWidth") <= width
