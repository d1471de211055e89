#!/usr/bin/env bash
# Installs the npm packages of end2end/ (Playwright, TypeScript, and binaryen for its wasm-opt) unless they are there.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_node
cd "$REPO/end2end"
# What was installed last; npm itself takes a second to find out.
stamp=node_modules/.package-lock.sha256
if [ -f "$stamp" ] && sha256sum --check --status "$stamp"; then
    exit 0
fi
say "Installing the npm packages of end2end/."
# Debian's Chromium is used, so no other browser is downloaded.
PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error </dev/null >&2
sha256sum package-lock.json >"$stamp"
