#!/usr/bin/env bash
# Configures and builds everything into build/ (QUANTC_BUILD_DIR elsewhere).
set -euo pipefail
source "$(dirname "$0")/common.sh"

if [ ! -f "$build/build.ninja" ]; then
  options=(-G Ninja -DCMAKE_C_COMPILER=clang-22 -DCMAKE_CXX_COMPILER=clang++-22)
  options+=("-DPython3_EXECUTABLE=$venv/bin/python")
  [ -z "${MLIR_DIR:-}" ] || options+=("-DMLIR_DIR=$MLIR_DIR")
  [ -n "${MLIR_DIR:-}" ] || [ ! -d /usr/lib/llvm-22/lib/cmake/mlir ] ||
    options+=(-DMLIR_DIR=/usr/lib/llvm-22/lib/cmake/mlir)
  if command -v ccache >/dev/null; then
    options+=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  fi
  step configure cmake -S "$root" -B "$build" "${options[@]}"
fi
export CCACHE_SLOPPINESS=pch_defines,time_macros
step build ninja -C "$build"
