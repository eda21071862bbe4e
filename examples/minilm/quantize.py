"""Quantize without data, and see what stayed in float.

    python examples/minilm/quantize.py [FOLDER]

The dynamic recipe measures activations while the model runs, token by token.
"""

import data
import quantc

folder = data.folder()
model = quantc.quantize(folder / "minilm.onnx", recipe="w8a8-dynamic")
# One line for each operation that keeps its float form, with the reason.
print(model.messages or "everything the recipe names is quantized")
model.save(folder / "example.mlir")  # readable; weights in example.weights
quantc.compile(model, folder / "example.so")
(feeds,) = data.runs(folder, "evaluation", 1)
session = quantc.InferenceSession(folder / "example.so", threads=2)
(hidden,) = session.run(None, feeds)
(reference,) = quantc.evaluate(folder / "minilm.onnx", feeds)
print(f"{session.get_property('recipe')}: cosine to float {data.cosine(reference, hidden):.5f}")
