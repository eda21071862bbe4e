# Shared by the scripts of this folder: where things are, and how to report.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${QUANTC_BUILD_DIR:-$root/build}
venv=$root/.venv
logs=$build/logs
mkdir -p "$logs"

# step NAME COMMAND...: runs it with its output in a log; one line says how long
# it took, and on failure the log's end is shown.
step() {
  local name=$1 log started
  shift
  log=$logs/${name// /-}.log
  started=$SECONDS
  printf '%-28s' "$name"
  if "$@" >"$log" 2>&1; then
    echo "done in $((SECONDS - started)) s"
  else
    echo "FAILED after $((SECONDS - started)) s; log: ${log#"$root"/}"
    tail -n 40 "$log"
    return 1
  fi
}
