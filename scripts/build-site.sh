#!/usr/bin/env bash
# Builds the server and what it sends to browsers; with --release optimised, which takes several times as long. Always with
# the pages' code in parts of their own (app/src/parts.rs), so that tests run what is delivered.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$REPO"
exec cargo-leptos leptos build --split "$@" </dev/null
