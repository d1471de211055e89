# Shared by the scripts of this folder: speaking, root rights, where things are.
# shellcheck shell=bash

# The repository, whatever folder the caller stands in.
REPO="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
export REPO

# Everything that outlives one run and may be thrown away at any time.
CACHE="${DEALWRIGHT_CACHE:-$HOME/.cache/dealwright}"
export CACHE

say() { printf '%s\n' "$*" >&2; }

die() {
    say "$*"
    exit 1
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# Runs a command with root rights: plainly when we have them, through sudo when not.
# `sudo -n` asks nothing: without a password-less sudo it fails instead of waiting for an answer.
as_root() {
    if is_root; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -n "$@" || die "Root rights are needed for: $*. Run that yourself, or run 'sudo -v' first, then start again."
    else
        die "Root rights are needed for: $*. There is no sudo here: run it as root, then start again."
    fi
}

# The folder with initdb and postgres: of $DEALWRIGHT_PG_BIN, or the newest one that Debian installed, or of the PATH.
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
