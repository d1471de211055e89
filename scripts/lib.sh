# Shared by the scripts of this folder: where things are, speaking, root rights.
# shellcheck shell=bash

# The repository, whatever folder the caller stands in.
REPO="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# Everything that outlives one run and may be thrown away at any time: build output, tools, npm's downloads.
CACHE="${DEALWRIGHT_CACHE:-$HOME/.cache/dealwright}"
TOOLS="$CACHE/tools"

export REPO CACHE TOOLS
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$CACHE/target}"
# As cargo-leptos sets it: leptos notes whether it is there, so a plain cargo without it would compile leptos and all
# that depends on it anew, and cargo-leptos once more after that.
export LEPTOS_OUTPUT_NAME=dealwright
export npm_config_cache="${npm_config_cache:-$CACHE/npm}"
# Our own tools first: cargo-leptos takes the first wasm-bindgen and wasm-opt that it finds, of whatever version.
export PATH="$TOOLS/bin:$REPO/end2end/node_modules/.bin:$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"

say() { printf '%s\n' "$*" >&2; }

die() {
    say "$*"
    exit 1
}

# step HEADING COMMAND...: runs COMMAND under a heading and tells how long it took.
# A function given as COMMAND must chain its commands with &&: bash does not stop inside it by itself.
step() {
    local heading="$1" started=$SECONDS
    shift
    say ""
    say "== $heading"
    "$@" || {
        say "== $heading: failed after $((SECONDS - started)) s"
        return 1
    }
    say "== $heading: $((SECONDS - started)) s"
}

# What is not ours to install; asked for before anything else is done.
need_rust() {
    command -v cargo >/dev/null || die "Rust is not installed. Install it with rustup (https://rustup.rs), then start again."
}

need_node() {
    local major
    major="$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')"
    { [ "${major:-0}" -ge 20 ] && command -v npm >/dev/null; } ||
        die "Node.js 20 or newer with npm is not installed. Install it, then start again."
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# Runs a command with root rights: plainly when we have them, through sudo when not.
# `sudo -n` asks nothing: where sudo wants a password it fails instead of waiting for one.
as_root() {
    if is_root; then
        "$@"
    elif ! command -v sudo >/dev/null; then
        die "Root rights are needed for: $*. There is no sudo here: run that as root, then start again."
    else
        sudo -n true 2>/dev/null || die "Root rights are needed for: $*. Run 'sudo -v' first, then start again."
        sudo -n "$@"
    fi
}

# The folder with initdb and postgres: $DEALWRIGHT_PG_BIN, or the newest that Debian's packages put there, or of the PATH.
postgres_bin() {
    local bin
    if [ -n "${DEALWRIGHT_PG_BIN:-}" ]; then
        printf '%s\n' "$DEALWRIGHT_PG_BIN"
        return
    fi
    bin="$(find /usr/lib/postgresql -mindepth 3 -maxdepth 3 -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)"
    [ -n "$bin" ] || bin="$(command -v initdb || true)"
    [ -n "$bin" ] || return 1
    dirname "$bin"
}

# The browser for the tests: $DEALWRIGHT_CHROMIUM, or what the PATH has.
chromium_path() {
    local name
    if [ -n "${DEALWRIGHT_CHROMIUM:-}" ]; then
        printf '%s\n' "$DEALWRIGHT_CHROMIUM"
        return
    fi
    for name in chromium chromium-browser google-chrome-stable google-chrome; do
        command -v "$name" && return
    done
    return 1
}

# The version of a crate in Cargo.lock.
locked_version() {
    awk -v want="name = \"$1\"" '$0 == want { getline; gsub(/version = |"/, ""); print; exit }' "$REPO/Cargo.lock"
}
