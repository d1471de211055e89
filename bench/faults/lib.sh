# shellcheck shell=bash
# What the scripts of this folder share. Sourced after scripts/lib.sh.

# What a script ends with where the machine lacks what it needs; automake's word for "skipped".
SKIPPED=77

skip() {
    say "Skipped: $*"
    exit "$SKIPPED"
}

# harm ARGUMENTS...: runs the harmful part of the crate `bench` on a database in a new folder HARMED.
# What a failing run leaves behind is kept, and named; KEEP=1 keeps that of any.
harm() {
    local program="${DEALWRIGHT_BIN:-$CARGO_TARGET_DIR/debug/dealwright}" parent="${TMPDIR:-/tmp}" status=0
    cd "$REPO" || return
    [ -x "$program" ] || die "$program is missing: scripts/build-site.sh makes it."
    cargo build --quiet --package bench
    # Root's PostgreSQL runs as the user postgres, who must get there.
    ! is_root || parent=/var/tmp
    HARMED="$(mktemp -d "$parent/dealwright-faults.XXXXXX")"
    chmod 0755 "$HARMED"
    trap 'forget_harmed' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    prepare_harmed
    "$CARGO_TARGET_DIR/debug/bench" "$@" --binary "$program" --data "$HARMED" --repository "$REPO" || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 20 "$HARMED"/server.log "$HARMED"/*/server.log >&2 2>/dev/null || true
        keep_harmed
        exit "$status"
    fi
    [ -z "${KEEP:-}" ] || keep_harmed
}

# For a script that needs more than an empty folder; called before, and after whatever happens.
prepare_harmed() { :; }
unprepare_harmed() { :; }

# Copies what a run has left to where it stays: server.log, postgres.log and the stopped cluster.
keep_harmed() {
    local kept
    kept="$(dirname "$HARMED")/dealwright-faults-kept.$(date +%Y%m%d-%H%M%S).$$"
    cp -a "$HARMED" "$kept"
    rm -f "$kept"/*/ballast
    say "Kept in $kept: server.log, and in the folder of the size postgres.log and the cluster in postgres/."
    say "To look into it: DATABASE_URL= DEALWRIGHT_DATA=$kept/2000 dealwright serve"
}

forget_harmed() {
    unprepare_harmed
    rm -rf "$HARMED"
}
