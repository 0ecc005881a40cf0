# How .ci/run runs its steps; to be sourced. Each step counts; the last line says how many passed and failed.
# shellcheck shell=bash

work=$(mktemp -d)
# The names of steps and tests that failed, one a line.
failures_file=$work/failures
# What the steps write to a temporary folder goes when the script ends.
export TMPDIR=$work/tmp
mkdir "$TMPDIR"

# Steps that run side by side.
AT_A_TIME=2
passed=0
failed=0
current='' # the step that began last
declare -A running=()  # steps by process
declare -A began=()    # seconds by step
declare -A outputs=()  # files by step; those that run alone have none
declare -A failures=() # 1 by step

finish() {
  local code=$? process
  trap - EXIT INT TERM
  # Stopped half-way: what ran until then must not look like all of it.
  if [ "$code" -ne 0 ]; then
    [ ${#running[@]} -gt 0 ] || stopped "$current" "$code"
    for process in "${!running[@]}"; do
      end_group "$process"
      show_output "${running[$process]}"
      stopped "${running[$process]}" "$code"
    done
  fi
  echo
  if [ -s "$failures_file" ]; then
    echo 'Failed:'
    sed 's/^/  /' "$failures_file"
    echo
  fi
  rm -rf "$work"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] || exit 1
}
trap finish EXIT
trap 'exit 130' INT TERM

# [limit=<seconds>] step <name> <step that it needs, or -> <command…>
# Runs alone: what measures time, memory or load, and what uses all cores by itself.
step() {
  settle_all
  printf '\n━━ %s\n' "$1"
  begin '' "$@"
  settle_all
}

# [limit=<seconds>] [after=<step>] beside <name> <step that it needs, or -> <command…>
# Begins when the steps that it needs, and that it comes after, have ended. May run beside the one before and the one after. Its output appears when it has ended, so that it stays together.
beside() {
  while is_running "$2" || is_running "${after:-}"; do settle; done
  while [ ${#running[@]} -ge "$AT_A_TIME" ]; do settle; done
  begin "$(mktemp "$work/output-XXXXXX")" "$@"
}

# is_running <step>
is_running() {
  local name
  for name in "${running[@]}"; do
    if [ "$name" = "$1" ]; then return 0; fi
  done
  return 1
}

settle_all() {
  while [ ${#running[@]} -gt 0 ]; do settle; done
}

# begin <file for its output, or nothing> <name> <step that it needs, or -> <command…>
begin() {
  local output=$1 name=$2 needs=$3
  shift 3
  current=$name
  began[$name]=$SECONDS
  outputs[$name]=$output
  if [ -n "${failures[$needs]:-}" ]; then
    conclude "$name" 1 "not run, as it needs \"$needs\""
    return
  fi
  # `timeout` gives the step a process group of its own, so that nothing that it started outlives it.
  if [ -n "$output" ]; then
    timeout --kill-after=10 "${limit:-1200}" "$@" </dev/null >"$output" 2>&1 &
  else
    timeout --kill-after=10 "${limit:-1200}" "$@" </dev/null 2>&1 &
  fi
  running[$!]=$name
}

# Waits until one step has ended.
settle() {
  local process name code=0
  while :; do
    for process in "${!running[@]}"; do
      if [ ${#running[@]} -eq 1 ] || ! kill -0 "$process" 2>/dev/null; then break 2; fi
    done
    sleep 0.2
  done
  name=${running[$process]}
  wait "$process" || code=$?
  end_group "$process"
  unset "running[$process]"
  conclude "$name" "$code" "exit code $code after $((SECONDS - ${began[$name]})) s"
}

# conclude <name> <exit code> <reason of a failure>
conclude() {
  local name=$1 code=$2 reason=$3
  show_output "$name"
  if [ "$code" -eq 0 ]; then
    passed=$((passed + 1))
    echo "━━ $name: passed in $((SECONDS - ${began[$name]})) s"
  else
    failed=$((failed + 1))
    failures[$name]=1
    echo "$name: $reason" >>"$failures_file"
    echo "━━ $name: FAILED ($reason)"
  fi
}

# show_output <name>
show_output() {
  [ -n "${outputs[$1]}" ] || return 0
  printf '\n━━ %s\n' "$1"
  cat "${outputs[$1]}"
}

# stopped <name> <exit code>
stopped() {
  failed=$((failed + 1))
  echo "$1: stopped with exit code $2" >>"$failures_file"
}

# end_group <process>
end_group() {
  kill -- "-$1" 2>/dev/null || true
}
