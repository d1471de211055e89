#!/usr/bin/env bash
# Installs what Rust needs beside its toolchain, for each purpose named:
#
#   wasm     compiling for the browser: rustup's wasm32 target
#   site     building the site: cargo-leptos, and the wasm-bindgen that fits Cargo.lock
#   nextest  the test runner
#
# Tools go to a folder of ours, so that other versions in ~/.cargo/bin stay as they are.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

CARGO_LEPTOS=0.3.9
NEXTEST=0.9.143
WASM_BINDGEN="$(locked_version wasm-bindgen)"

need_rust

# cargo_install CRATE VERSION MINUTES [OPTION...]: unoptimised, which is enough for tools and takes half the time.
cargo_install() {
    local crate="$1" version="$2" minutes="$3"
    shift 3
    say "Installing $crate $version from crates.io. This takes about $minutes minutes on two cores, once."
    mkdir -p "$TOOLS"
    # A build folder that stays until it succeeds, so that an interrupted installation goes on where it was;
    # and outside the repository, whose .cargo/config.toml is not meant for tools.
    (cd "$TOOLS" && CARGO_TARGET_DIR="$CACHE/tools-build" CARGO_PROFILE_DEV_DEBUG=0 \
        cargo install "$crate@$version" --root "$TOOLS" --debug "$@" </dev/null)
    rm -rf "$CACHE/tools-build"
}

# The version that a program tells of itself, or nothing.
version_of() { "$@" --version 2>/dev/null | awk 'NR == 1 { print $2 }'; }

# at_least WANTED FOUND
at_least() { [ -n "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

install_wasm() {
    local libdir
    libdir="$(rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null || true)"
    [ ! -d "$libdir" ] || return 0
    command -v rustup >/dev/null || die "The target wasm32-unknown-unknown is missing, and there is no rustup to add it."
    say "Adding the target wasm32-unknown-unknown."
    rustup target add wasm32-unknown-unknown
}

install_site() {
    at_least "$CARGO_LEPTOS" "$(version_of cargo-leptos)" || cargo_install cargo-leptos "$CARGO_LEPTOS" 6 --locked
    # Not locked: its lock file names a crate that the registry does not have.
    [ "$(version_of wasm-bindgen)" = "$WASM_BINDGEN" ] ||
        CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS=fallback cargo_install wasm-bindgen-cli "$WASM_BINDGEN" 3
}

install_nextest() {
    at_least 0.9.100 "$(version_of cargo-nextest nextest)" || cargo_install cargo-nextest "$NEXTEST" 6 --locked
}

for purpose in "$@"; do
    case "$purpose" in
    wasm | site | nextest) "install_$purpose" ;;
    *) die "install-rust-tools.sh: '$purpose' is none of wasm, site, nextest." ;;
    esac
done
