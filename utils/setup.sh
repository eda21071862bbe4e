#!/usr/bin/env bash
# Installs what quantc is built and tested with: Debian packages (when root) and
# a .venv with pinned Python packages. Nothing else outside the checkout. Can be
# run again at no cost. --with-browser also installs a Chromium, in which the tests
# look at reports.
set -euo pipefail
source "$(dirname "$0")/common.sh"

packages=(
  libmlir-22-dev mlir-22-tools llvm-22-dev llvm-22-tools clang-22 lld-22
  ccache cmake ninja-build python3-venv
  protobuf-compiler libprotobuf-dev libgtest-dev zlib1g-dev
)
# AArch64 code is checked under emulation where these are installed.
cross_packages=(qemu-user libc6-dev-arm64-cross libgcc-12-dev-arm64-cross)

missing=()
for package in "${packages[@]}" "${cross_packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
    missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ]; then
    step "apt packages" bash -c "apt-get update -q && DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -q --no-install-recommends ${missing[*]}"
  elif [ -z "${MLIR_DIR:-}" ]; then
    echo "missing packages; run: sudo apt-get install ${missing[*]}" >&2
    echo "(LLVM elsewhere: set MLIR_DIR to its lib/cmake/mlir)" >&2
    exit 1
  fi
fi

requirements=$root/utils/requirements.txt
if ! cmp -s "$requirements" "$venv/requirements.txt"; then
  # Debian's own Python: the one its packages are built for.
  python=/usr/bin/python3
  [ -x "$python" ] || python=python3
  step "python packages" bash -c "'$python' -m venv '$venv' &&
    '$venv/bin/pip' install -q --disable-pip-version-check -r '$requirements'"
  cp "$requirements" "$venv/requirements.txt"
fi
# `import quantc` from the checkout, without installing.
site=$("$venv/bin/python" -c 'import site; print(site.getsitepackages()[0])')
echo "$root/python" >"$site/quantc.pth"

if [ "${1:-}" = --with-browser ] && ! command -v chromium >/dev/null; then
  browser=(chromium fonts-dejavu-core)
  if [ "$(id -u)" = 0 ]; then
    # Tests without it are skipped: no reason to stop.
    step "browser" bash -c "apt-get update -q && DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -q --no-install-recommends ${browser[*]}" || true
  else
    echo "no browser; run: sudo apt-get install ${browser[*]}" >&2
  fi
fi
