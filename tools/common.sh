# SPDX-License-Identifier: Apache-2.0
# Shared by the shell verbs: where things are, colours only on a terminal, timed steps with a log.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TOOLS="$ROOT/.cache/tools"
LOGS="$ROOT/.cache/log"

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then
  BOLD=$'\e[1m' GREEN=$'\e[32m' RED=$'\e[31m' DIM=$'\e[2m' PLAIN=$'\e[0m'
else
  BOLD='' GREEN='' RED='' DIM='' PLAIN=''
fi

say() { printf '%s\n' "$*" >&2; }
die() { printf '%s\n' "${RED}$*${PLAIN}" >&2; exit "${STATUS:-1}"; }

# logged NAME TEXT COMMAND...: runs the command with its output in a log file; one line with the time
# at the end, a sign of life while it runs, the end of the log when it fails.
logged() {
  local name=$1 text=$2 began=$SECONDS log pid beat=0 status=0
  shift 2
  mkdir -p "$LOGS"
  log="$LOGS/$name.log"
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    beat=$((beat + 1))
    if [ -t 2 ]; then
      printf '\r\e[K%s %s(%ss) %s%s' "  $text" "$DIM" $((SECONDS - began)) \
        "$(tail -c 200 "$log" | tr '\r' '\n' | tail -n 1 | cut -c 1-60)" "$PLAIN" >&2
    elif [ $((beat % 150)) -eq 0 ]; then
      say "  $text ... $((SECONDS - began)) s"
    fi
  done
  wait "$pid" || status=$?
  [ -t 2 ] && printf '\r\e[K' >&2
  if [ "$status" -ne 0 ]; then
    say "  ${RED}failed${PLAIN} $text (exit $status, $((SECONDS - began)) s); the end of $log:"
    tail -n 25 "$log" | sed 's/^/    | /' >&2
    return "$status"
  fi
  say "  ${GREEN}done${PLAIN}   $text ($((SECONDS - began)) s)"
}
