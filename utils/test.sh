#!/usr/bin/env bash
# Sets up, builds and runs every test: lit, unit tests, Python, the demo's path.
# One line per suite; the last line sums them all.
set -uo pipefail
source "$(dirname "$0")/common.sh"

"$root/utils/setup.sh" --with-browser || exit 1
"$root/utils/build.sh" || exit 1

passed=0 failed=0 skipped=0
# suite NAME COUNTER COMMAND...: runs a suite; COUNTER reads its log from standard
# input and prints "passed failed skipped".
suite() {
  local name=$1 counter=$2 log started status p f s
  shift 2
  log=$logs/$name.log
  started=$SECONDS
  "$@" >"$log" 2>&1
  status=$?
  read -r p f s < <($counter <"$log")
  # A suite that died without a count has failed once.
  [ "$status" = 0 ] || [ "${f:-0}" -gt 0 ] || f=1
  passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${s:-0}))
  echo "$name: ${p:-0} passed, ${f:-0} failed, ${s:-0} skipped ($((SECONDS - started)) s, log ${log#"$root"/})"
  [ "${f:-0}" = 0 ] || grep -E '^(FAIL|FAILED|ERROR|\[  FAILED)|error:' "$log" | head -40
}
lit_count() {
  awk -F: '/^ *Passed/{p=$2} /^ *(Failed|Timed Out|Unresolved|Unexpectedly Passed)/{f+=$2}
           /^ *Unsupported/{s=$2} END{print p+0, f+0, s+0}'
}
gtest_count() {
  awk '/^\[  PASSED  \] [0-9]+ test/{p=$4} /^\[  FAILED  \] [0-9]+ test/{f=$4}
       /^\[  SKIPPED \] [0-9]+ test/{s=$4} END{print p+0, f+0, s+0}'
}
pytest_count() {
  awk '/ in [0-9.]+s/{for(i=1;i<=NF;i++){if($(i+1)~/^passed/)p=$i; if($(i+1)~/^(failed|error)/)f+=$i;
       if($(i+1)~/^skipped/)s=$i}} END{print p+0, f+0, s+0}'
}

export QUANTC_BIN_DIR=$build/bin
suite lit lit_count "$venv/bin/lit" -v "$build/test"
if [ -x "$build/bin/quantc-unittests" ]; then
  suite unittests gtest_count "$build/bin/quantc-unittests" --gtest_brief=0
fi
suite python pytest_count "$venv/bin/python" -m pytest -q -rs -p no:cacheprovider \
  "$root/test" "$root/python"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
