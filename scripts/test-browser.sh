#!/usr/bin/env bash
# Playwright against the built binary; arguments go to Playwright, such as the name of a spec. The site must be built.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ -n "${TEST_DATABASE_URL:-}" ] || TEST_DATABASE_URL="$("$REPO/scripts/test-postgres.sh" ensure)"
DEALWRIGHT_CHROMIUM="$(chromium_path)" || die "There is no Chromium: run scripts/install-packages.sh browse first."
DEALWRIGHT_BIN="${DEALWRIGHT_BIN:-$CARGO_TARGET_DIR/debug/dealwright}"
[ -x "$DEALWRIGHT_BIN" ] || die "$DEALWRIGHT_BIN is missing: run scripts/build-site.sh first."
export TEST_DATABASE_URL DEALWRIGHT_CHROMIUM DEALWRIGHT_BIN
# psql makes the databases.
PATH="$PATH:$(postgres_bin)"

cd "$REPO/end2end"
exec playwright test "$@" </dev/null
