"""ONNX's own node tests through the evaluator, compiled code and the exporter.

    python conformance.py [--write FILE.md] [--only SUBSTRING] [--jobs N]

The tests come from the onnx package (onnx.backend.test.case.node), inputs and
expected outputs included. Every case that compiles is also run on each instruction
set of this machine, and all must give the evaluator's bits. Cases run in worker
processes, so that a crash costs one case and is counted as a failure.
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from types import SimpleNamespace

import numpy as np

from exported import run_exported

PASSED, UNSUPPORTED = "passed", "unsupported"
# What a case goes through.
KINDS = ("evaluator", "compiled", "exported")
# Results in double are libm's and those below are printed with other tolerances.
ISAS = ("scalar", "avx2", "avx512vnni")


# Results in narrow types may differ by two units in the last place: the reference
# rounds every step inside an operator, quantc the operator's result.
NARROW = {"float16": 2.0**-10, "bfloat16": 2.0**-7}


def collect():
    """All node test cases that carry data, by name."""
    import warnings

    warnings.simplefilter("ignore")
    from onnx.backend.test.case.node import collect_testcases

    return {case.name: case for case in collect_testcases(None) if case.data_sets}


def as_array(value):
    """Some cases carry TensorProto instead of arrays."""
    import onnx

    if isinstance(value, onnx.TensorProto):
        return onnx.numpy_helper.to_array(value)
    return np.asarray(value)


def widen(array):
    """Small float types as float32, so that numpy can compare them."""
    array = np.asarray(array)
    if array.dtype.kind == "V" or array.dtype.name.startswith(("bfloat", "float8", "float4")):
        return array.astype(np.float32)
    return array


def check(case, results, expected):
    """None, or what differs from the expected outputs."""
    if len(results) != len(expected):
        return f"{len(results)} outputs, expected {len(expected)}"
    for i, (result, wanted) in enumerate(zip(results, expected)):
        result, wanted = as_array(result), as_array(wanted)
        if result.shape != wanted.shape:
            return f"output {i}: shape {result.shape}, expected {wanted.shape}"
        if result.dtype != wanted.dtype:
            return f"output {i}: type {result.dtype}, expected {wanted.dtype}"
        rtol = max(case.rtol, 2 * NARROW.get(wanted.dtype.name, 0))
        result, wanted = widen(result), widen(wanted)
        if wanted.dtype.kind == "f":
            same = np.allclose(
                result, wanted, rtol=rtol, atol=case.atol, equal_nan=True
            )
        else:
            same = np.array_equal(result, wanted)
        if not same:
            return f"output {i} differs"
    return None


def differing_bits(a, b):
    """None, or the number of the first output whose bits differ (any NaN equals
    any other)."""
    for i, (x, y) in enumerate(zip(a, b)):
        x, y = np.asarray(x), np.asarray(y)
        if x.dtype == np.float64:
            if not np.allclose(x, y, rtol=1e-12, atol=1e-300, equal_nan=True):
                return i
            continue
        nans = (x != x) & (y != y)
        if not np.array_equal(x.view(f"u{x.itemsize}")[~nans], y.view(f"u{y.itemsize}")[~nans]):
            return i
    return None


def feeds_of(case, inputs):
    """{name: array} without the initializers and omitted optional inputs."""
    names = [value.name for value in case.model.graph.input]
    return {name: as_array(array) for name, array in zip(names, inputs)}


def freeze(case):
    """The case with its small inputs after the first (shapes, axes, repeats, ...) as
    initializers, which is what models have there; None if it has no such inputs."""
    import onnx

    graph = case.model.graph
    inputs, outputs = case.data_sets[0]
    arrays = [as_array(value) for value in inputs]
    small = [i > 0 and a.ndim <= 1 and a.size <= 64 for i, a in enumerate(arrays)]
    if not any(small) or len(graph.input) != len(arrays):
        return None
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    del model.graph.input[:]
    for value, array, is_small in zip(graph.input, arrays, small):
        if is_small:
            model.graph.initializer.append(onnx.numpy_helper.from_array(array, value.name))
        else:
            model.graph.input.append(value)
    kept = [a for a, is_small in zip(arrays, small) if not is_small]
    return SimpleNamespace(
        model=model, data_sets=[(kept, outputs)], rtol=case.rtol, atol=case.atol
    )


def load_case(quantc, case, folder):
    path = os.path.join(folder, "model.onnx")
    with open(path, "wb") as file:
        file.write(case.model.SerializeToString())
    return quantc.load(path)


def run_case(quantc, case, folder):
    """The outcomes ("passed", "unsupported" or a reason) of evaluator, compiled code
    and export."""
    try:
        model = load_case(quantc, case, folder)
    except quantc.Unsupported:
        return (UNSUPPORTED,) * len(KINDS)
    except quantc.Error as error:
        return (str(error),) * len(KINDS)
    exported = run_exported(quantc, case, model, folder, check, feeds_of)
    evaluated = run_evaluator(quantc, case, model)
    compiled = run_compiled(quantc, case, model, folder, evaluated == PASSED)
    # Compiled code takes shapes from shapes, not from the contents of inputs.
    if compiled == UNSUPPORTED and (frozen := freeze(case)):
        try:
            model = load_case(quantc, frozen, folder)
        except quantc.Error:
            return evaluated, UNSUPPORTED, exported
        compiled = run_compiled(quantc, frozen, model, folder, evaluated == PASSED)
    return evaluated, compiled, exported


def run_evaluator(quantc, case, model):
    try:
        for inputs, outputs in case.data_sets:
            problem = check(case, model.evaluate(feeds_of(case, inputs)), outputs)
            if problem:
                return problem
    except quantc.Unsupported:
        return UNSUPPORTED
    except (quantc.Error, TypeError, ValueError) as error:
        return str(error)
    return PASSED


def fold_case(quantc, case, folder):
    """The folded model: what compiled code must equal to the bit. Raising what
    exporters took apart may have changed the last bits of the model before."""
    model = load_case(quantc, case, folder)
    model.run_pipeline("builtin.module(quantc-graph,quantc-fold)")
    return model


def run_compiled(quantc, case, model, folder, compare):
    artifact = os.path.join(folder, "model.so")
    try:
        model.compile(artifact, "cpu:" + ",".join(ISAS))
        folded = fold_case(quantc, case, folder) if compare else None
        for isa in ISAS:
            try:
                session = quantc.InferenceSession(artifact, threads=2, isa=isa)
            except quantc.Unsupported:
                continue  # not this machine's
            for inputs, outputs in case.data_sets:
                feeds = feeds_of(case, inputs)
                results = session.run(None, feeds)
                problem = check(case, results, outputs)
                if problem:
                    return f"{isa}: {problem}"
                if compare:
                    i = differing_bits(results, folded.evaluate(feeds))
                    if i is not None:
                        return f"{isa}: output {i} has other bits than the evaluator's"
    except quantc.Unsupported:
        return UNSUPPORTED
    except (quantc.Error, TypeError, ValueError) as error:
        return str(error)
    finally:
        if os.path.exists(artifact):
            os.unlink(artifact)
    return PASSED


def worker():
    """Runs the cases named on standard input, one JSON line each."""
    import quantc

    cases = collect()
    for line in sys.stdin:
        name = line.strip()
        # A folder of its own for each case: a loaded model's file must not change.
        with tempfile.TemporaryDirectory() as folder:
            outcome = run_case(quantc, cases[name], folder)
        print(json.dumps([name, *outcome]), flush=True)


def run_names(names):
    """Outcomes of `names` in one worker after the other; a worker that dies marks
    the case it was at."""
    outcomes, pending = {}, list(names)
    while pending:
        process = subprocess.Popen(
            [sys.executable, __file__, "--worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )
        process.stdin.write("\n".join(pending) + "\n")
        process.stdin.close()
        for line in process.stdout:
            name, *outcome = json.loads(line)
            outcomes[name] = tuple(outcome)
        process.wait()
        pending = [name for name in pending if name not in outcomes]
        if pending:
            outcomes[pending.pop(0)] = ("crashed",) * len(KINDS)
    return outcomes


def run_all(only="", jobs=2):
    """The cases, and {case name: an outcome for each of KINDS}."""
    from concurrent.futures import ThreadPoolExecutor

    cases = collect()
    names = [name for name in sorted(cases) if only in name]
    with ThreadPoolExecutor(jobs) as pool:
        parts = pool.map(run_names, [names[i::jobs] for i in range(jobs)])
    outcomes = {}
    for part in parts:
        outcomes.update(part)
    return cases, outcomes


def summarize(cases, outcomes):
    """The text of docs/Conformance.md."""
    ops = collections.defaultdict(lambda: collections.Counter())
    opsets = collections.defaultdict(set)
    totals = collections.Counter()
    for name, case_outcomes in outcomes.items():
        model = cases[name].model
        types = {node.op_type for node in model.graph.node}
        op = next(iter(types)) if len(types) == 1 else "(expanded)"
        opsets[op].add(max(o.version for o in model.opset_import))
        ops[op]["cases"] += 1
        for kind, outcome in zip(KINDS, case_outcomes):
            state = outcome if outcome in (PASSED, UNSUPPORTED) else "failed"
            ops[op][kind, state] += 1
            totals[kind, state] += 1
    lines = [
        f"evaluator: {totals['evaluator', PASSED]} node tests passed",
        f"compiled: {totals['compiled', PASSED]} node tests passed",
        f"exported: {totals['exported', PASSED]} node tests passed",
        "",
        "# Conformance",
        "",
        f"ONNX's {len(outcomes)} node tests, as test/Conformance runs them. A case is",
        "unsupported when the importer, the evaluator or the compiler says so; no case",
        "of a supported operator may fail. Compiled cases pass on every instruction set",
        "of the machine and give the evaluator's bits; small inputs that decide shapes",
        "(axes, repeats, ...) are initializers there, as they are in models. Exported",
        "cases are written again from what import made of them; onnx.checker accepts the",
        "file, exporting it once more gives the same bytes, and onnxruntime (or ONNX's",
        "reference evaluator) computes the expected outputs from it. Cases that neither",
        "of these runs as they are count as unsupported there.",
        "",
        "| operator | opset | cases | evaluator | unsupported | compiled | unsupported "
        "| exported | unsupported |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for op in sorted(ops):
        count = ops[op]
        versions = sorted(opsets[op])
        span = f"{versions[0]}-{versions[-1]}" if len(versions) > 1 else versions[0]
        lines.append(
            f"| {op} | {span} | {count['cases']} | {count['evaluator', PASSED]} | "
            f"{count['evaluator', UNSUPPORTED]} | {count['compiled', PASSED]} | "
            f"{count['compiled', UNSUPPORTED]} | {count['exported', PASSED]} | "
            f"{count['exported', UNSUPPORTED]} |"
        )
    return "\n".join(lines) + "\n"


def failures(outcomes):
    """Lines naming what failed, "name: evaluator: reason"."""
    lines = []
    for name, outcome in sorted(outcomes.items()):
        for kind, text in zip(KINDS, outcome):
            if text not in (PASSED, UNSUPPORTED):
                lines.append(f"{name}: {kind}: {text.splitlines()[0] if text else '?'}")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--worker", action="store_true")
    arguments = parser.parse_args()
    if arguments.worker:
        return worker()
    cases, outcomes = run_all(arguments.only, arguments.jobs)
    text = summarize(cases, outcomes)
    failed = failures(outcomes)
    print("\n".join(failed))
    print("\n".join(text.splitlines()[: len(KINDS)]), f"{len(failed)} failed", sep="\n")
    if arguments.write:
        arguments.write.write_text(text)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
