#!/usr/bin/env bash
# Writes the dialect and pass pages from the .td files: docs/Dialects, docs/Passes.
# With --check nothing is written; stale pages are an error.
set -euo pipefail
source "$(dirname "$0")/common.sh"

tblgen=$(command -v mlir-tblgen-22 || command -v mlir-tblgen ||
  echo /usr/lib/llvm-22/bin/mlir-tblgen)
mlir_include=$("$(command -v llvm-config-22 || command -v llvm-config)" --includedir)
include=$root/include/quantc
stale=0
fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT

# page OUTPUT GENERATOR TD
page() {
  "$tblgen" $2 -I "$root/include" -I "$mlir_include" "$include/$3" >"$fresh"
  if [ "${mode:-}" = check ]; then
    cmp -s "$fresh" "$root/docs/$1" && return
    echo "docs/$1 is stale; run utils/generate-docs.sh"
    stale=1
  else
    mkdir -p "$(dirname "$root/docs/$1")"
    cp "$fresh" "$root/docs/$1"
  fi
}

[ "${1:-}" != --check ] || mode=check
page Dialects/ONNX.md "-gen-dialect-doc -dialect=onnx" Dialect/ONNX/IR/ONNXOps.td
page Dialects/QNN.md "-gen-dialect-doc -dialect=qnn" Dialect/QNN/IR/QNNOps.td
page Passes/Transforms.md -gen-pass-doc Transforms/Passes.td
page Passes/Conversion.md -gen-pass-doc Conversion/Passes.td
page Passes/CPU.md -gen-pass-doc Target/CPU/Passes.td
exit $stale
