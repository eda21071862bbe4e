"""Where two models differ: figures, layer by layer, and a report to read.

    python examples/minilm/compare.py [FOLDER]
"""

import data
import quantc

folder = data.folder()
model = folder / "minilm.onnx"
feeds = data.runs(folder, "evaluation", 4)
quantized = quantc.quantize(model, recipe="w8a8-dynamic")
comparison = quantc.compare(model, quantized, feeds, layers=True)
(output,) = comparison.outputs.values()
print(f"{output.name}: {output.sqnr_db:.1f} dB, cosine {output.cosine:.5f}")
worst = sorted(comparison.layers.values(), key=lambda layer: layer.sqnr_db)[:3]
for layer in worst:
    print(f"{layer.name} ({layer.type}): {layer.sqnr_db:.1f} dB")
comparison.to_html(folder / "example.html")
print(f"report: {folder / 'example.html'}")
