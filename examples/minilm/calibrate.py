"""Calibrate once, quantize by several recipes.

    python examples/minilm/calibrate.py [FOLDER]

A table holds histograms of every tensor; which range a recipe makes of them is
decided when the model is quantized, so one pass over the data serves all recipes.
"""

import data
import quantc

folder = data.folder()
model = folder / "minilm.onnx"
batches = data.runs(folder, "calibration", 32)
table = quantc.calibrate(model, batches)
table.save(folder / "example.calib")

float_session = folder / "example-float.so"
quantc.compile(model, float_session, target="cpu:native")
feeds = data.runs(folder, "evaluation", 4)
expected = [quantc.InferenceSession(float_session).run(None, x)[0] for x in feeds]
for recipe in ("w8a8", "w8a8-smoothquant"):
    quantc.compile(model, folder / "example.so", target="cpu:native", recipe=recipe,
                   calibration=folder / "example.calib")
    session = quantc.InferenceSession(folder / "example.so")
    cosines = [data.cosine(a, session.run(None, x)[0]) for a, x in zip(expected, feeds)]
    print(f"{recipe}: cosine to float {sum(cosines) / len(cosines):.5f}")
