#!/usr/bin/env bash
# Sets up, builds, then takes a real model the whole way: MiniLM is calibrated,
# quantized, compiled and measured against onnxruntime. Files stay in
# build/demo.
set -euo pipefail
source "$(dirname "$0")/common.sh"

"$root/utils/setup.sh"
"$root/utils/build.sh"
demo=$build/demo
quantc=$build/bin/quantc
mkdir -p "$demo"
step "make the model" "$venv/bin/python" "$root/examples/minilm/prepare.py" "$demo"
step calibrate "$quantc" calibrate "$demo/minilm.onnx" \
  --data "$demo/calibration" -o "$demo/minilm.calib"
step quantize "$quantc" quantize "$demo/minilm.onnx" --recipe w8a8 \
  --calib "$demo/minilm.calib" -o "$demo/minilm.w8a8.mlir"
step compile "$quantc" compile "$demo/minilm.w8a8.mlir" -o "$demo/minilm.so"
step run "$quantc" run "$demo/minilm.so" --data "$demo/evaluation/000.npz" \
  -o "$demo/result.npz"
echo
"$venv/bin/python" "$root/examples/minilm/measure.py" "$demo" "$demo/minilm.so"
echo
echo "files in ${demo#"$root"/}: minilm.onnx, minilm.calib, minilm.w8a8.mlir, minilm.so, minilm.h"
