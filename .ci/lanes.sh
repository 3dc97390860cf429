# How .ci/run and .ci/nightly run their lanes. Sourced, not run.

results=()
failed=0

# lane NAME [COMMAND ...]: runs the command, or the function of that name. Ends the script at the first that fails.
lane() {
  local name=$1 started=$SECONDS status=0
  shift
  printf '\n== %s (%s)\n' "$name" "$(date -u +%T)"
  # In a shell of its own, so that `set -e` holds inside although the status is looked at.
  set +e
  (set -e; if [ $# -gt 0 ]; then "$@"; else "$name"; fi)
  status=$?
  set -e
  note "$name" $((SECONDS - started)) $status
  if [ $status -ne 0 ]; then report; fi
}

# lanes_at_once NAME ...: runs the functions side by side, each with its output in one piece.
lanes_at_once() {
  local name pids=() logs started=$SECONDS
  [ $# -gt 0 ] || return 0
  logs=$(mktemp -d)
  printf '\n== %s, side by side (%s)\n' "$*" "$(date -u +%T)"
  for name in "$@"; do
    (
      begun=$SECONDS status=0
      set +e
      (set -e; "$name") >"$logs/$name" 2>&1
      status=$?
      echo "$((SECONDS - begun)) $status" >"$logs/$name.result"
    ) &
    pids+=($!)
  done
  wait "${pids[@]}"
  for name in "$@"; do
    printf '\n== %s\n' "$name"
    cat "$logs/$name"
    # shellcheck disable=SC2046
    note "$name" $(cat "$logs/$name.result")
  done
  rm -rf "$logs"
}

# note NAME SECONDS STATUS
note() {
  results+=("$(printf '%-12s %3d min %02d s  %s' "$1" $(($2 / 60)) $(($2 % 60)) "$([ "$3" -eq 0 ] && echo passed || echo "FAILED ($3)")")")
  [ "$3" -eq 0 ] || failed=1
}

# Prints the minutes by lane and ends the script: 1 when a lane failed.
report() {
  printf '\n== lanes, %d min in all\n' $((SECONDS / 60))
  printf '%s\n' "${results[@]}"
  exit $failed
}
