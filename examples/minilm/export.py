"""Export a quantized model to ONNX and run it in onnxruntime.

    python examples/minilm/export.py [FOLDER]

"qdq" is what other runtimes fuse in their own ways; "integer" spells out quantc's
own arithmetic, so that its integers are the same everywhere. Either imports again
and compiles to the same bits.
"""

import onnxruntime

import data
import quantc

folder = data.folder()
model = quantc.quantize(folder / "minilm.onnx", recipe="w8a8-dynamic")
quantc.compile(model, folder / "example.so")
(feeds,) = data.runs(folder, "evaluation", 1)
(expected,) = quantc.InferenceSession(folder / "example.so").run(None, feeds)

options = onnxruntime.SessionOptions()
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
for form in ("qdq", "integer"):
    path = folder / f"example.{form}.onnx"
    model.save(path, format=form)
    session = onnxruntime.InferenceSession(str(path), options)
    (hidden,) = session.run(None, feeds)
    print(f"{form}: cosine to the compiled model {data.cosine(expected, hidden):.5f}")
    quantc.compile(path, folder / "example.so")
    (again,) = quantc.InferenceSession(folder / "example.so").run(None, feeds)
    print(f"{form}: imported and compiled, the same bits: {(again == expected).all()}")
