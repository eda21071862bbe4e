"""Reports: complete without a network, harmless names, and how a browser shows
them."""

import html.parser
import json
import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import browser

HOSTILE = ['<script>alert(1)</script>', '"><img src=x onerror=alert(2)>', "a'&b\u202e",
           "</title></svg>", "very/long/" + "name/" * 40]


class Page(html.parser.HTMLParser):
    """Tags with their attributes, and the text by element."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self.open = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def make_chain(path, names):
    """x -> MatMul, Relu, ... -> y with a MatMul and a Relu per name, and a residual
    connection over every fourth."""
    random = np.random.default_rng(0)
    nodes, weights, value, skip = [], [], "x", "x"
    for i, name in enumerate(names):
        weight = random.normal(size=(16, 16)).astype(np.float32) / 4
        weights.append(numpy_helper.from_array(weight, f"w{i}"))
        nodes.append(helper.make_node("MatMul", [value, f"w{i}"], [f"m{i}"], name=name))
        nodes.append(helper.make_node("Relu", [f"m{i}"], [f"r{i}"], name=name + " relu"))
        value = f"r{i}"
        if i % 4 == 3:
            nodes.append(helper.make_node("Add", [value, skip], [f"a{i}"],
                                          name=name + " add"))
            value = skip = f"a{i}"
    nodes.append(helper.make_node("Identity", [value], ["y"], name="end"))
    tensor = lambda name: helper.make_tensor_value_info(
        name, TensorProto.FLOAT, ["batch", 16])
    graph = helper.make_graph(nodes, "chain", [tensor("x")], [tensor("y")], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])
    model.ir_version = 10
    onnx.save(model, path)


def make_report(tool, folder, names, recipe="w8a8-dynamic", options=()):
    make_chain(folder / "m.onnx", names)
    np.savez(folder / "x.npz",
             x=np.random.default_rng(1).normal(size=(8, 16)).astype(np.float32))
    commands = [
        ["calibrate", "m.onnx", "--data", "x.npz", "-o", "m.calib"],
        ["quantize", "m.onnx", "--recipe", recipe, "--calib", "m.calib", "-o", "q.mlir"],
        ["compare", "m.onnx", "q.mlir", "--data", "x.npz", "--layers", "--report",
         "r.html", *options],
    ]
    for command in commands:
        result = tool("quantc", *command, cwd=folder)
        assert result.returncode == 0, result.stderr
    return folder / "r.html"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, request):
    from conftest import BIN
    import subprocess

    run = lambda name, *arguments, **options: subprocess.run(
        [BIN / name, *arguments], capture_output=True, text=True, timeout=300, **options)
    return make_report(run, tmp_path_factory.mktemp("report"), HOSTILE * 2, "w8a8")


def test_names_are_only_text(hostile):
    text = hostile.read_text()
    page = Page(text)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "img", "iframe", "object", "link", "base", "form"}
    for _, attributes in page.tags:
        assert not any(key.startswith("on") for key in attributes)
    seen = "".join(data for _, data in page.texts)
    for name in HOSTILE:
        assert name in seen


def test_nothing_is_loaded(hostile):
    text = hostile.read_text()
    assert not re.search(r"https?://|src=|@import|url\(", text.replace("&lt;img src=x", ""))
    policies = [tag["content"] for tag in Page(text).all("meta")
                if tag.get("http-equiv") == "Content-Security-Policy"]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_charts_have_text_alternatives(hostile):
    page = Page(hostile.read_text())
    ids = {tag["id"]: name for name, tag in page.tags if "id" in tag}
    assert len(ids) == sum("id" in tag for _, tag in page.tags), "ids are unique"
    charts = page.all("svg")
    assert len(charts) >= 3
    for chart in charts:
        title, description = chart["aria-labelledby"].split()
        assert (chart["role"], ids[title], ids[description]) == ("img", "title", "desc")


def test_sections_and_command(hostile):
    page = Page(hostile.read_text())
    headings = [data for tag, data in page.texts if tag == "h2"]
    assert headings == ["Accuracy", "Size and placement", "Error by layer",
                        "Values of the worst tensors", "Graph",
                        "Remarks of the compiler", "To reproduce"]
    (command,) = [data for tag, data in page.texts if tag == "pre"]
    assert command.strip() == ("quantc compare m.onnx q.mlir --data x.npz --layers "
                               "--report r.html")


def test_same_input_same_bytes(tool, tmp_path):
    first = make_report(tool, tmp_path, ["a", "b"]).read_bytes()
    assert make_report(tool, tmp_path, ["a", "b"]).read_bytes() == first


def test_causes_from_a_sensitivity_file(tool, tmp_path):
    op = lambda name, local: {
        "op": "MatMul", "node": name, "quantized": True, "integer": True, "signal": 1,
        "elements": 8, "macs": 64, "total": local, "inherited": 0, "local": local,
        "causes": {"clipping": local / 2, "rounding": local / 4, "weight": local / 4,
                   "bias": 0, "rewrite": 0},
        "tensor": "x", "values": {"lo": -4, "hi": 4, "counts": [1, 2, 3, 2, 1]},
        "range": [-2, 2]}
    (tmp_path / "s.json").write_text(json.dumps({
        "format": "quantc-sensitivity", "version": 1, "model": "", "recipe": "w8a8",
        "runs": 1, "ops": [op("a", 0.001), op("b", 0.01)], "outputs": []}))
    report = make_report(tool, tmp_path, ["a", "b"], options=["--sensitivity", "s.json"])
    page = Page(report.read_text())
    titles = [data for tag, data in page.texts if tag == "title"]
    causes = [title for title in titles if title.startswith("Causes of error in")]
    assert causes == ["Causes of error in b", "Causes of error in a"]
    assert any(title.startswith("clipping:") for title in titles)


def test_causes_are_measured_from_two_models(tool, tmp_path):
    report = make_report(tool, tmp_path, ["a", "b"], "w8a8", ["--causes"])
    page = Page(report.read_text())
    titles = {data for tag, data in page.texts if tag == "title"}
    assert {"Causes of error in a", "Causes of error in b"} <= titles
    wrong = tool("quantc", "compare", "m.onnx", "q.mlir", "--data", "x.npz", "--causes",
                 cwd=tmp_path)
    assert wrong.returncode == 2 and "--report" in wrong.stderr


@pytest.mark.parametrize("content, words", [
    ("{", "s.json"), ("[]", "s.json"), ('{"format": "x", "version": 1}', "found format"),
])
def test_wrong_sensitivity_files(tool, tmp_path, mlp, content, words):
    (tmp_path / "s.json").write_text(content)
    np.savez(tmp_path / "x.npz", x=np.zeros((1, 16), np.float32))
    result = tool("quantc", "compare", "mlp.onnx", "mlp.onnx", "--data", "x.npz",
                  "--report", "r.html", "--sensitivity", "s.json", cwd=tmp_path)
    assert result.returncode == 1 and words in result.stderr
    assert not (tmp_path / "r.html").exists()


def test_compile_reports_placement_and_remarks(tool, mlp, tmp_path):
    result = tool("quantc", "compile", mlp[0], "--recipe", "w8a8-dynamic", "-o", "m.so",
                  "--report", "r.html", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    page = Page((tmp_path / "r.html").read_text())
    headings = [data for tag, data in page.texts if tag == "h2"]
    assert headings == ["Size and placement", "Graph", "Remarks of the compiler",
                        "To reproduce"]
    assert any("is a step of its own" in data for _, data in page.texts)
    wrong = tool("quantc", "compile", mlp[0], "-o", "m.so", "--report",
                 "/nonexistent/r.html", cwd=tmp_path)
    assert wrong.returncode == 4 and "/nonexistent/r.html" in wrong.stderr


def test_remarks_stay_with_a_quantized_model(tool, mlp, tmp_path):
    (tmp_path / "r.yaml").write_text(
        "schema: 1\ndefault: {weights: {codec: int8, granularity: channel, method: rtn},"
        " activations: {codec: uint8, granularity: token}}\n"
        "rules:\n  - {match: {name: second}, weights: none, activations: none}\n")
    result = tool("quantc", "quantize", mlp[0], "--recipe", "r.yaml", "-o", "q.mlir",
                  cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    result = tool("quantc", "compile", "q.mlir", "-o", "q.so", "--report", "r.html",
                  cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    text = "".join(data for _, data in Page((tmp_path / "r.html").read_text()).texts)
    assert "MatMul stays in float" in text


# What only a browser can tell.

needs_browser = pytest.mark.skipif(
    browser.find() is None,
    reason="no Chromium (utils/setup.sh --with-browser installs one)")


@pytest.fixture(scope="module")
def page():
    with browser.Browser() as opened:
        yield opened


def check_page(page, path, width, dark):
    page.open(path, width, dark=dark)
    assert page.problems() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Nothing but boxes that scroll by themselves sticks out.
    outside = page.evaluate(
        "[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, .graph')"
        " && e.getBoundingClientRect().right > innerWidth + 0.5).map(e => e.outerHTML"
        ".slice(0, 200))")
    assert outside == []
    # Charts are drawn: shapes of some size in each.
    empty = page.evaluate(
        "[...document.querySelectorAll('svg')].filter(s => ![...s.querySelectorAll("
        "'rect, path, circle')].some(e => { const b = e.getBoundingClientRect();"
        " return b.width > 0 && b.height > 0 })).map(s => s.querySelector('title')"
        ".textContent)")
    assert empty == []
    assert len(page.evaluate("document.body.innerText")) > 500
    # Text in charts is not scaled down.
    sizes = page.evaluate("[...document.querySelectorAll('svg text')].map(e =>"
                          " e.getBoundingClientRect().height)")
    assert min(sizes, default=12) >= 11


@needs_browser
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [400, 1600])
def test_report_in_a_browser(page, hostile, width, dark):
    check_page(page, hostile, width, dark)
    light, dim = "rgb(255, 255, 255)", "rgb(20, 23, 29)"
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == (dim if dark else light)
    assert len(page.screenshot()) > 10_000


@needs_browser
def test_charts_in_the_accessibility_tree(page, hostile):
    page.open(hostile, 1600)
    page.call("Accessibility.enable")
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    images = [n for n in nodes if n.get("role", {}).get("value") in ("image", "img")]
    count = page.evaluate("document.querySelectorAll('svg').length")
    assert len(images) == count
    assert all(len(n["name"]["value"]) > 10 for n in images)


@needs_browser
def test_a_thousand_layers(tool, page, tmp_path):
    path = make_report(tool, tmp_path, [f"block{i}/matmul" for i in range(450)])
    assert path.stat().st_size < 3_000_000
    check_page(page, path, 400, False)
    check_page(page, path, 1600, True)
    rows = page.evaluate("document.querySelectorAll('.graph li').length")
    assert rows >= 1000
    # The list and the drawing beside it line up to the last row.
    ends = page.evaluate(
        "[...document.querySelectorAll('.graph li, .graph circle, .graph rect')]"
        ".map(e => { const b = e.getBoundingClientRect(); return b.top + b.height / 2 })")
    drawn, listed = sorted(ends[: len(ends) // 2]), sorted(ends[len(ends) // 2 :])
    assert len(drawn) == len(listed)
    assert max(abs(a - b) for a, b in zip(drawn, listed)) < 2
