#!/usr/bin/env bash
# Builds the server and what it sends to browsers; with --release optimised, which takes several times as long.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$REPO"
exec cargo-leptos leptos build "$@" </dev/null
