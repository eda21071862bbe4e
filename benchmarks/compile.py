"""What compiling MiniLM costs: seconds, peak memory, file sizes.

    python benchmarks/compile.py

Uses build/demo (utils/demo.sh or examples/minilm/prepare.py makes it).
"""

import argparse
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
QUANTC = ROOT / "build" / "bin" / "quantc"
DEMO = ROOT / "build" / "demo"


def measured(*arguments):
    """Runs quantc; returns its wall-clock seconds and its peak memory in MB."""
    program = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    start = time.perf_counter()
    result = subprocess.run(
        [sys.executable, "-c", program, str(QUANTC), *map(str, arguments)],
        check=True, capture_output=True, text=True,
    )
    return time.perf_counter() - start, int(result.stdout.split()[-1]) / 1024


def main():
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    if not (DEMO / "minilm.onnx").exists():
        subprocess.run([sys.executable, ROOT / "examples/minilm/prepare.py", DEMO], check=True)
    model, table = DEMO / "minilm.onnx", DEMO / "minilm.calib"
    seconds, _ = measured("calibrate", model, "--data", DEMO / "calibration", "-o", table)
    runs = len(list((DEMO / "calibration").glob("*.npz")))
    print(f"calibrate, {runs} sentences: {seconds:.1f} s")
    for recipe in ("none", "w8a8-dynamic", "w8a8"):
        artifact = DEMO / f"minilm.{recipe}.so"
        calib = ["--calib", table] if recipe == "w8a8" else []
        seconds, peak = measured("compile", model, "--recipe", recipe, *calib, "-o", artifact)
        size = artifact.stat().st_size / 1e6
        print(f"compile {recipe}: {seconds:.1f} s, {peak:.0f} MB peak, .so {size:.1f} MB")
    runtime = (ROOT / "build/lib/libquantc_runtime.a").stat().st_size
    print(f"runtime library: {runtime / 1e3:.0f} KB")


if __name__ == "__main__":
    main()
