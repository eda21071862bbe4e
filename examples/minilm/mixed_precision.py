"""Mixed precision: which operations cost accuracy, and the fewest to keep in float.

    python examples/minilm/mixed_precision.py [FOLDER]

max_drop is in points of 100 * mean cosine of the outputs to the float model's.
"""

import data
import quantc

folder = data.folder()
model = folder / "minilm.onnx"
feeds = data.runs(folder, "calibration", 8)
table = quantc.calibrate(model, feeds)
model = quantc.quantize(model, "w8a8", table, data=feeds, max_drop=0.5)
found = model.search
print(f"drop {found['drop']:.2f} points instead of {found['full_drop']:.2f}, "
      f"{100 * found['integer_share']:.0f} % of the multiplications on integers")
for entry in found["floats"]:
    print(f"in float: {entry['node']} ({entry['op']})")
(folder / "example.yaml").write_text(found["recipe"])
print(f"recipe to read and edit: {folder / 'example.yaml'}")
