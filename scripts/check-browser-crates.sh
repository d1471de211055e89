#!/usr/bin/env bash
# Fails when a crate that belongs on the server has found its way into what the browser downloads.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$REPO"

SERVER_ONLY='argon2 axum charts-rs chrono-tz clap csv entity lettre migrations phonenumber sea-orm sea-query server services sqlx tokio tower-sessions tracing-subscriber'

crates="$(cargo tree -p frontend --target wasm32-unknown-unknown --edges normal --prefix none --format '{p}' | cut -d ' ' -f 1 | sort -u)"
found=()
for crate in $SERVER_ONLY; do
    ! grep -qx "$crate" <<<"$crates" || found+=("$crate")
done
[ "${#found[@]}" -eq 0 ] || die "These crates must not reach the browser: ${found[*]}. 'cargo tree -p frontend --target wasm32-unknown-unknown -i CRATE' tells why they do."
