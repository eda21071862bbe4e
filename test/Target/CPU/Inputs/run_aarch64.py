"""Runs a model's executables for both architectures on the same inputs."""

import subprocess
import sys

import numpy as np

folder = sys.argv[1]
generator = np.random.default_rng(3)
np.savez(
    f"{folder}/in.npz",
    x=generator.standard_normal((19, 72)).astype(np.float32),
    w=generator.standard_normal((72, 40)).astype(np.float32),
    s=generator.standard_normal(40).astype(np.float32),
)


def run(command, isa):
    subprocess.run(
        [*command, "--data", f"{folder}/in.npz", "-o", f"{folder}/{isa}.npz",
         "--isa", isa], check=True)
    return dict(np.load(f"{folder}/{isa}.npz"))


want = run([f"{folder}/x64"], "scalar")
emulator = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu", f"{folder}/a64"]
for isa in ["neon", "dotprod"]:
    got = run(emulator, isa)
    for name, value in want.items():
        different = (value.view(np.uint32) != got[name].view(np.uint32)).sum()
        assert different == 0, f"{isa} {name}: {different} elements differ"
    print(f"{isa}: equal")
