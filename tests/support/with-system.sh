#!/usr/bin/env bash
# Starts everything on free ports and an empty folder, with the `node` of PATH, and runs a command with its address in
# SUPERGRAPH_URL. Fails if the command does, or if the system does not stop with 0.
set -euo pipefail

usage='Usage: bash tests/support/with-system.sh -- command [argument...]

Starts everything on free ports and an empty folder, and runs a command with its address in SUPERGRAPH_URL.'
if [ "$*" = --help ]; then echo "$usage"; exit 0; fi
if [ "${1:-}" != -- ] || [ $# -lt 2 ]; then
  printf 'Unknown argument: %s\n\n%s\n' "$*" "$usage" >&2
  exit 2
fi
shift

root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
log=$folder/start.log
# Node strips types itself from 22.18 on; before, tsx does.
loader=$(node -p 'process.features.typescript ? "" : "--import=tsx"')

# shellcheck disable=SC2086
(
  cd "$root"
  export DATA_FOLDER=$folder/data GATEWAY_PORT=0 AUTH_PORT=0 RESOURCES_PORT=0 IMAGE_SERVICE_PORT=0
  exec node $loader start.ts
) >"$log" 2>&1 &
system=$!
trap 'kill "$system" 2>/dev/null || true; rm -rf "$folder"' EXIT

url=
for _ in $(seq 600); do
  url=$(sed -n 's/^ *gateway  *\(http[^ ]*\).*/\1/p' "$log")
  [ -z "$url" ] || break
  kill -0 "$system" 2>/dev/null || break
  sleep 0.2
done
if [ -z "$url" ]; then
  cat "$log" >&2
  exit 1
fi

status=0
SUPERGRAPH_URL=$url "$@" || status=1
kill -TERM "$system"
wait "$system" || { echo "start.ts exited with $?." >&2; status=1; }
exit $status
