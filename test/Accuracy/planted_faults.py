"""Faults planted in a quantized model: its .mlir text and .weights file edited."""

import pathlib
import re
import shutil

import numpy as np

PRODUCT = re.compile(r"onnx\.(MatMul|Gemm|Conv) ([^:{]*)")


class QuantizedText:
    """The text of a quantized model and the bytes of its weights, to be edited."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.lines = self.path.read_text().splitlines()
        weights = self.path.with_suffix(".weights")
        self.weights = bytearray(weights.read_bytes()) if weights.exists() else bytearray()
        self.names = dict(re.findall(r'^(#loc\d*) = loc\("([^"]*)"', self.path.read_text(), re.M))
        self.position = {}
        for i, line in enumerate(self.lines):
            result = re.match(r"\s*(%\w+)(?::\d+)? =", line)
            if result:
                self.position[result[1]] = i

    def save(self, folder):
        """Writes both files to `folder` and returns the text's path."""
        folder.mkdir(exist_ok=True)
        (folder / self.path.with_suffix(".weights").name).write_bytes(self.weights)
        (folder / self.path.name).write_text("\n".join(self.lines) + "\n")
        return folder / self.path.name

    def defining(self, value):
        return self.lines[self.position[value]]

    def users(self, value):
        pattern = re.compile(re.escape(value) + r"\b")
        own = self.position[value]
        return [i for i, line in enumerate(self.lines) if i != own and pattern.search(line)]

    def node(self, i):
        """The node name of the operation in line `i`."""
        alias = re.search(r"loc\((#loc\d*)\)\s*$", self.lines[i])
        return self.names.get(alias[1], "") if alias else ""

    def operands(self, i):
        return re.findall(r"%\w+", self.lines[i].split(" = ", 1)[1].split(":")[0].split("{")[0])

    def products(self):
        """Lines of the products on quantized operands."""
        return [
            i for i, line in enumerate(self.lines)
            if PRODUCT.search(line)
            and all("qnn.dequantize" in self.defining(x) for x in self.operands(i)[:2]
                    if x in self.position)
        ]

    def edit(self, value, dtype, change):
        """Replaces a constant's elements x by change(x), wherever they are stored."""
        i = self.position[value]
        stored = re.search(r'#onnx\.file<"[^"]*", (\d+), (\d+)>', self.lines[i])
        if stored:
            first, size = map(int, stored.groups())
            data = np.frombuffer(bytes(self.weights[first : first + size]), dtype)
            self.weights[first : first + size] = change(data).astype(dtype).tobytes()
            return
        text = re.search(r"dense<([^>]*)>", self.lines[i])
        number = r"-?\d+\.?\d*(?:[eE][-+]?\d+)?"
        digits = 9 if dtype == np.float32 else None
        if text[1].startswith('"0x'):
            data = np.frombuffer(bytes.fromhex(text[1][3:-1]), dtype)
            new = '"0x' + change(data).astype(dtype).tobytes().hex().upper() + '"'
        else:
            values = iter(change(np.array(re.findall(number, text[1]), dtype)))
            new = re.sub(number, lambda _: (f"{next(values):.{digits}e}" if digits
                                            else str(next(values))), text[1])
        self.lines[i] = self.lines[i].replace(text[1], new)


def clip_range(model, i, factor=0.1):
    """The codes of line `i`'s input cover a tenth of their range."""
    dequantize = model.position[model.operands(i)[0]]
    quantize = model.position[model.operands(dequantize)[0]]
    assert "qnn.quantize" in model.lines[quantize]
    scale = model.operands(quantize)[1]
    value = float(re.search(r"dense<([^>]*)>", model.defining(scale))[1])
    for line in (quantize, dequantize):
        model.lines[line] = re.sub(re.escape(scale) + r"\b", "%fault", model.lines[line])
    model.lines.insert(
        quantize, f"    %fault = onnx.Constant dense<{value * factor:.9e}> : tensor<f32>"
    )


def round_weight(model, i, levels=3):
    """The weight of line `i` has codes of three bits: -3 to 3, at int8's scale."""
    codes = model.operands(model.position[model.operands(i)[1]])[0]
    step = 127 / levels
    model.edit(codes, np.int8, lambda q: np.rint(np.rint(q / step) * step))


def shift_bias(model, i, amount):
    """Adds `amount` to the bias of line `i`."""
    operands = model.operands(i)
    if len(operands) == 3:
        bias = operands[2]
    else:
        (add,) = model.users(re.match(r"\s*(%\w+)", model.lines[i])[1])
        bias = next(x for x in model.operands(add)
                    if x in model.position and "onnx.Constant" in model.defining(x))
    model.edit(bias, np.float32, lambda b: b + amount)


def can_clip(model, i):
    """Whether line `i` reads what is quantized right before it."""
    dequantize = model.position[model.operands(i)[0]]
    quantize = model.position[model.operands(dequantize)[0]]
    return "qnn.quantize" in model.lines[quantize]
