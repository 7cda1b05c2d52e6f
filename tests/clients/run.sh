#!/usr/bin/env bash
# Uses Apollo Client, urql, Relay and gql.tada against a running system. They are installed here, in a package of their own.
set -euo pipefail

usage='Usage: npm run test:clients

Installs the GraphQL clients of tests/clients, compiles their documents, checks their types, and tests them against a
system that it starts; against a running one if SUPERGRAPH_URL is the address of its gateway.'
if [ "$*" = --help ]; then echo "$usage"; exit 0; fi
if [ $# -gt 0 ]; then
  printf 'Unknown argument: %s\n\n%s\n' "$*" "$usage" >&2
  exit 2
fi
cd "$(dirname "$0")"

npm ci --no-audit --no-fund
mkdir -p generated/relay
npx --no-install relay-compiler
npx --no-install gql.tada generate-output
npx --no-install tsc -p .

tests=(node node_modules/vitest/vitest.mjs run --project clients)
cd ../..
if [ -n "${SUPERGRAPH_URL:-}" ]; then exec "${tests[@]}"; fi
exec bash tests/support/with-system.sh -- "${tests[@]}"
