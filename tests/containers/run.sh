#!/usr/bin/env bash
# Brings docker-compose.yml up from nothing, runs the mission's flow against it, and takes it down again.
# Takes the ports 4000 and 4003, and a project name of its own: containers of another are left alone.
set -euo pipefail

usage='Usage: npm run test:containers

Starts docker-compose.yml on the ports 4000 and 4003, runs the main flow against it, and takes it down again.'
if [ "$*" = --help ]; then echo "$usage"; exit 0; fi
if [ $# -gt 0 ]; then
  printf 'Unknown argument: %s\n\n%s\n' "$*" "$usage" >&2
  exit 2
fi
cd "$(dirname "$0")/../.."

compose() {
  if docker compose version >/dev/null 2>&1; then docker compose "$@"; else docker-compose "$@"; fi
}
export COMPOSE_PROJECT_NAME=image-supergraph-test
trap 'compose down --volumes >/dev/null 2>&1' EXIT

npm run --silent secrets >/dev/null
compose up --build --detach
curl --silent --fail --retry 30 --retry-delay 1 --retry-connrefused --retry-all-errors http://127.0.0.1:4000/health/ready
SUPERGRAPH_URL=http://127.0.0.1:4000/graphql npx vitest run --project 'in memory' tests/e2e/api/mission.test.ts
