"""Reads llvm-objdump -d; names micro-kernels, and their vectors on the stack."""

import re
import sys

function, spills = None, 0


def report():
    if function and function.startswith("quantc.tile."):
        print(f"{function}: " + (f"{spills} stack accesses" if spills else "ok"))


for line in sys.stdin:
    header = re.match(r"[0-9a-f]+ <(.*)>:", line)
    if header:
        report()
        function, spills = header.group(1), 0
    elif re.search(r"[xyz]mm", line) and re.search(r"\(%rsp", line):
        spills += 1
report()
