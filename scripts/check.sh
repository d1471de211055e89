#!/usr/bin/env bash
# What can be said of the code without running it: format, lints, types, and what must not reach the browser.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$REPO"

install() {
    need_rust && need_node &&
        scripts/install-packages.sh build &&
        scripts/install-rust-tools.sh wasm site &&
        scripts/install-node-packages.sh
}

# Everything but `frontend`, which must not be compiled together with the server (leptos/hydrate, leptos/ssr).
lint_server() { cargo clippy --workspace --exclude frontend --features app/ssr --all-targets -- -D warnings; }

# In the folder that cargo-leptos uses for the browser's side, so that both share what they compile.
lint_browser() {
    CARGO_TARGET_DIR="$CARGO_TARGET_DIR/front" \
        cargo clippy -p frontend --target wasm32-unknown-unknown -- -D warnings
}

check_types() { (cd end2end && tsc --noEmit); }

[ "${1:-}" = --installed ] || step "Installing what is missing" install
step "Format" cargo fmt --all --check
step "Crates in the browser" scripts/check-browser-crates.sh
step "Types of the browser tests" check_types
step "Lints, server" lint_server
step "Lints, browser" lint_browser
step "Bytes to a working board" scripts/check-size.sh
