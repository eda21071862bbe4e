"""Exported models in onnxruntime, beside compiled ones."""

import numpy as np
import onnx
import onnxruntime

import quantc


def session(path, check=True):
    """onnxruntime on the operators as they stand: optimizations would fuse them."""
    if check:
        onnx.checker.check_model(str(path), full_check=True)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    )
    return onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"]
    )


def run_compiled(model, folder, runs):
    """Outputs of `model` (path or Model), compiled."""
    quantc.compile(model, folder / "model.so", target="cpu:native")
    compiled = quantc.InferenceSession(folder / "model.so")
    return [compiled.run(None, feeds) for feeds in runs]


def assert_same_bits(a, b):
    for x, y in zip(a, b):
        for first, second in zip(x, y):
            assert first.dtype == second.dtype and first.shape == second.shape
            assert first.tobytes() == second.tobytes()


def quantize_rows(x):
    """docs/Numerics.md: dynamic_quantize per row to unsigned codes, in f32."""
    zero = np.float32(0)
    lo = np.minimum(x.min(-1, keepdims=True), zero)
    hi = np.maximum(x.max(-1, keepdims=True), zero)
    scale = (hi - lo) / np.float32(255)
    scale[~(scale > 0)] = 1
    zero_point = np.clip(np.rint(-lo / scale), 0, 255)
    return np.clip(np.rint(x / scale) + zero_point, 0, 255).astype(np.uint8)


def check_integers(model, runs, folder):
    """Codes and sums of a dynamically quantized model's integer form in onnxruntime,
    from the inputs that it computed itself: float functions differ in the last bit
    between runtimes, what follows them must not. Returns the number of products."""
    path = folder / "integers.onnx"
    model.save(path, format="integer")
    exported = onnx.load(path)
    producers = {out: node for node in exported.graph.node for out in node.output}
    weights = {t.name: onnx.numpy_helper.to_array(t) for t in exported.graph.initializer}
    products = [n for n in exported.graph.node if n.op_type == "MatMulInteger"]

    def quantized_input(codes):
        """What the codes are of: the numerator of the division by the scale."""
        node = producers[codes]
        while node.op_type != "Div":
            node = producers[node.input[0]]
        return node.input[0]

    inputs = {value.name for value in exported.graph.input}
    wanted = {name for p in products
              for name in (quantized_input(p.input[0]), p.input[0], p.output[0])}
    fetched = sorted(wanted - inputs)
    exported.graph.output.extend(onnx.ValueInfoProto(name=name) for name in fetched)
    onnx.save(exported, path)
    probe = session(path, check=False)
    for feeds in runs:
        values = dict(zip(fetched, probe.run(fetched, feeds))) | feeds
        for product in products:
            codes = values[product.input[0]]
            assert np.array_equal(codes, quantize_rows(values[quantized_input(product.input[0])]))
            # Sums below 2^24 are exact in any order.
            b = weights[product.input[1]].astype(np.float64)
            assert np.array_equal(values[product.output[0]], codes.astype(np.float64) @ b)
    return len(products)
