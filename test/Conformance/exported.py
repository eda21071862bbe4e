"""Node tests through the exporter: what import made of a case is written again, and
a runtime has to compute the case's outputs from the new file.

The judge is onnxruntime with optimizations off, or ONNX's reference evaluator where
onnxruntime has no kernel. A case that neither of them runs as ONNX gives it says
nothing about the export.
"""

import os

import numpy as np


def run_exported(quantc, case, model, folder, check, feeds_of):
    """"passed", "unsupported", or what is wrong with the exported model."""
    path = os.path.join(folder, "exported.onnx")
    again = os.path.join(folder, "again.onnx")
    try:
        model.save(path)
        quantc.load(path).save(again)
    except quantc.Unsupported:
        return "unsupported"
    except quantc.Error as error:
        return str(error)
    with open(path, "rb") as first, open(again, "rb") as second:
        if first.read() != second.read():
            return "the second export differs from the first"
    original = os.path.join(folder, "model.onnx")
    refusal = refused_by_checker(path)
    if refusal and not refused_by_checker(original):
        return f"checker: {refusal}"
    outcome = "unsupported"
    for runtime in (run_onnxruntime, run_reference):
        try:
            for inputs, outputs in case.data_sets:
                if check(case, runtime(original, feeds_of(case, inputs)), outputs):
                    raise ValueError("this runtime does not pass the case itself")
        except Exception:
            continue  # no judge of this case
        try:
            for inputs, outputs in case.data_sets:
                problem = check(case, runtime(path, feeds_of(case, inputs)), outputs)
                if problem:
                    return f"{runtime.__name__[4:]}: {problem}"
            return "passed"
        except Exception as error:
            outcome = f"{runtime.__name__[4:]}: {error}"
    return outcome


def refused_by_checker(path):
    """Why, or None."""
    import onnx

    try:
        onnx.checker.check_model(path, full_check=True)
    except Exception as error:  # its own kinds, which have no common base
        return str(error)
    return None


def run_onnxruntime(path, feeds):
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    )
    session = onnxruntime.InferenceSession(
        path, options, providers=["CPUExecutionProvider"]
    )
    return session.run(None, {name: np.asarray(array) for name, array in feeds.items()})


def run_reference(path, feeds):
    from onnx.reference import ReferenceEvaluator

    return ReferenceEvaluator(path).run(None, feeds)
