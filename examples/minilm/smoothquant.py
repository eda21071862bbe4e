"""SmoothQuant: what it gains over plain static quantization.

    python examples/minilm/smoothquant.py [FOLDER]

A few channels of a transformer's activations are far larger than the others and
decide the scale of all. SmoothQuant divides them by factors that it multiplies into
the weights (Xiao et al., 2022).
"""

import data
import quantc

folder = data.folder()
model = folder / "minilm.onnx"
feeds = data.runs(folder, "evaluation", 4)
quantc.compile(model, folder / "example.so")
session = quantc.InferenceSession(folder / "example.so")
expected = [session.run(None, x)[0] for x in feeds]

table = quantc.calibrate(model, data.runs(folder, "calibration", 32))
for recipe in ("w8a8", "w8a8-smoothquant", "w8a8-dynamic", "w8a8-dynamic-smoothquant"):
    quantc.compile(model, folder / "example-int8.so", recipe=recipe, calibration=table)
    session = quantc.InferenceSession(folder / "example-int8.so")
    cosines = [data.cosine(a, session.run(None, x)[0]) for a, x in zip(expected, feeds)]
    print(f"{recipe}: cosine to float {sum(cosines) / len(cosines):.5f}")
