"""How many of ONNX's own node test models import, and why the others do not.

    python import_node_models.py [--every N]
"""

import argparse
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import warnings

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("QUANTC_BIN_DIR", ROOT / "build/bin"), "quant-translate")


def collect(every=1):
    """(name, serialized model) of every n-th test case."""
    warnings.simplefilter("ignore")
    from onnx.backend.test.case.node import collect_testcases

    cases = sorted(collect_testcases(None), key=lambda case: case.name)
    return [(case.name, case.model.SerializeToString()) for case in cases[::every]]


def import_model(data, folder):
    """Exit code and error text."""
    path = pathlib.Path(folder, "model.onnx")
    path.write_bytes(data)
    result = subprocess.run(
        [TOOL, "--import-onnx", path, "-o", os.devnull],
        capture_output=True, text=True, errors="replace", timeout=60,
    )
    return result.returncode, result.stderr.replace(str(path), "model.onnx")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1)
    reasons = collections.defaultdict(list)
    cases = collect(parser.parse_args().every)
    with tempfile.TemporaryDirectory() as folder:
        for name, data in cases:
            code, error = import_model(data, folder)
            if code:
                missing = ", ".join(re.findall(r"[\w.]+:\w+(?= x\d)", error))
                reasons[f"exit {code}: {missing or error.strip()}"].append(name)
    failed = sum(map(len, reasons.values()))
    print(f"{len(cases) - failed} of {len(cases)} models import")
    for reason, names in sorted(reasons.items(), key=lambda item: -len(item[1])):
        print(f"{len(names):5} {reason} ({names[0]})")


if __name__ == "__main__":
    sys.exit(main())
