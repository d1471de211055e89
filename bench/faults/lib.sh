# shellcheck shell=bash
# What the scripts of this folder share. Sourced after scripts/lib.sh.

# harm ARGUMENTS...: runs the harmful part of the crate `bench` on a database in a temporary folder.
harm() {
    local program="${DEALWRIGHT_BIN:-$CARGO_TARGET_DIR/debug/dealwright}" parent="${TMPDIR:-/tmp}"
    cd "$REPO" || return
    [ -x "$program" ] || die "$program is missing: cargo build --package server makes it."
    cargo build --quiet --package bench
    # Root's PostgreSQL runs as the user postgres, who must get there.
    ! is_root || parent=/var/tmp
    HARMED="$(mktemp -d "$parent/dealwright-faults.XXXXXX")"
    chmod 0755 "$HARMED"
    trap 'rm -rf "$HARMED"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    "$CARGO_TARGET_DIR/debug/bench" "$@" --binary "$program" --data "$HARMED" --repository "$REPO" || {
        status=$?
        tail -n 20 "$HARMED"/*/server.log >&2 || true
        exit "$status"
    }
}
