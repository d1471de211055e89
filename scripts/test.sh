#!/usr/bin/env bash
# Every check and every test, on a throw-away PostgreSQL (or on that of TEST_DATABASE_URL). Stops at the first step that fails.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$REPO"

install() {
    need_rust && need_node &&
        scripts/install-packages.sh build serve browse &&
        scripts/install-rust-tools.sh wasm site nextest &&
        scripts/install-node-packages.sh
}

export STARTED="${STARTED:-$EPOCHSECONDS}"
# A snapshot that differs is a failure, not a new file.
export INSTA_UPDATE=no

# The database server is needed by all that follows: start again within it.
if [ -z "${TEST_DATABASE_URL:-}" ]; then
    step "Installing what is missing" install
    exec scripts/test-postgres.sh with "$0"
fi

LOGS="$(mktemp -d)"
BROWSER_RESULTS=end2end/test-results/results.json
rm -f "$BROWSER_RESULTS"

# count WORD: how many tests nextest says did WORD, in lines like "Summary [1.2s] 9 tests run: 7 passed, 2 failed".
count() {
    grep -sE '^ *Summary \[' "$LOGS/nextest" | grep -oE "[0-9]+ $1" | awk '{ sum += $1 } END { print sum + 0 }'
}

# browser_count FIELD...: the same from Playwright's report.
browser_count() {
    if [ ! -f "$BROWSER_RESULTS" ]; then
        echo 0
        return
    fi
    node -e 'const { stats } = JSON.parse(require("fs").readFileSync(process.argv[1]));
        console.log(process.argv.slice(2).reduce((sum, field) => sum + stats[field], 0))' "$BROWSER_RESULTS" "$@"
}

# The last line. A step that failed without a failed test, such as the format, counts as one failure.
report() {
    local status=$? passed failed
    set +e
    passed=$(($(count passed) + $(browser_count expected)))
    failed=$(($(count failed) + $(count 'timed out') + $(browser_count unexpected flaky)))
    [ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
    rm -rf "$LOGS"
    say ""
    say "All of it took $((EPOCHSECONDS - STARTED)) s."
    printf '%s passed, %s failed\n' "$passed" "$failed"
}
trap report EXIT

# The same packages and features as in scripts/check.sh.
test_rust() { cargo nextest run --color never --workspace --exclude frontend --features app/ssr 2>&1 | tee "$LOGS/nextest"; }

scripts/check.sh --installed
step "Tests of the crates" test_rust
step "Building the site" scripts/build-site.sh
step "Tests in the browser" scripts/test-browser.sh
