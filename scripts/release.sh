#!/usr/bin/env bash
# Builds the optimised binary and says where it is.
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

step "Installing what is missing" install
step "Building, optimised" scripts/build-site.sh --release --precompress
say ""
say "The binary: $CARGO_TARGET_DIR/release/dealwright"
