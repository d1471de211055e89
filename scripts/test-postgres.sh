#!/usr/bin/env bash
# A PostgreSQL cluster for tests: fast, unsafe, on 127.0.0.1 and a free port. The machine's own clusters are left alone.
#
#   test-postgres.sh ensure           starts the lasting development cluster unless it runs, and prints its URL
#   test-postgres.sh stop             stops the lasting cluster (its data stay)
#   test-postgres.sh drop             stops it and removes its data
#   test-postgres.sh with COMMAND...  runs COMMAND with TEST_DATABASE_URL set to a throw-away cluster, gone afterwards
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

BIN="$(postgres_bin)" || die "PostgreSQL is not installed: run scripts/install-packages.sh serve first."

# PostgreSQL refuses to run as root, so then it runs as the user that Debian's package made.
# That user cannot enter /root, hence /var/tmp.
if is_root; then
    LASTING=/var/tmp/dealwright-root/test-postgres
    as_postgres() { (cd / && exec runuser -u postgres -- "$@"); }
else
    LASTING="$CACHE/test-postgres"
    as_postgres() { "$@"; }
fi

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        if port_is_free "$port"; then
            printf '%s\n' "$port"
            return
        fi
    done
}

# make_cluster HOME: HOME/data holds the cluster, HOME/password its superuser's password.
make_cluster() {
    local home="$1"
    mkdir -p "$home"
    chmod 0700 "$home"
    ! is_root || chown postgres: "$home"
    # As root, /var/tmp/dealwright-root itself must let the user postgres through.
    ! is_root || chmod 0755 "$(dirname "$home")"
    (umask 077 && od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$home/password")
    ! is_root || chown postgres: "$home/password"
    as_postgres "$BIN/initdb" --pgdata="$home/data" --username=dealwright --pwfile="$home/password" \
        --auth=password --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$home.initdb.log" 2>&1 || {
        cat "$home.initdb.log" >&2
        die "initdb failed."
    }
    rm -f "$home.initdb.log"
    # Nothing here must survive a crash, so nothing waits for the disk.
    as_postgres tee -a "$home/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = '256MB'
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = '2GB'
checkpoint_timeout = '30min'
timezone = 'UTC'
log_timezone = 'UTC'
CONF
}

# Both, since either alone can be mistaken after a crash: a pid used again, a port taken by another server.
is_running() {
    as_postgres "$BIN/pg_ctl" status --pgdata="$1/data" >/dev/null 2>&1 &&
        "$BIN/pg_isready" --quiet --host=127.0.0.1 --port="$(cat "$1/port")"
}

# start_cluster HOME: starts it on the port that it had last, or on another free one, and tells it in HOME/port.
start_cluster() {
    local home="$1" port attempt
    for attempt in 1 2 3 4 5; do
        port="$(cat "$home/port" 2>/dev/null || free_port)"
        port_is_free "$port" || port="$(free_port)"
        if as_postgres "$BIN/pg_ctl" start --wait --silent --pgdata="$home/data" --log="$home/log" \
            --options="-p $port" >/dev/null 2>&1 </dev/null; then
            printf '%s\n' "$port" >"$home/port"
            return
        fi
        say "PostgreSQL did not start on port $port (attempt $attempt)."
    done
    tail -n 20 "$home/log" >&2
    die "PostgreSQL did not start."
}

stop_cluster() { as_postgres "$BIN/pg_ctl" stop --mode=immediate --silent --pgdata="$1/data" >/dev/null 2>&1 || true; }

url_of() { printf 'postgres://dealwright:%s@127.0.0.1:%s/postgres\n' "$(cat "$1/password")" "$(cat "$1/port")"; }

ensure() {
    local parent
    parent="$(dirname "$LASTING")"
    mkdir -p "$parent"
    # /var/tmp is everybody's: do not trust a folder that someone else made there.
    [ -O "$parent" ] || die "$parent belongs to somebody else."
    # Two callers at once must not both make it.
    exec 9>"$parent/test-postgres.lock"
    flock 9
    if [ ! -f "$LASTING/data/PG_VERSION" ]; then
        say "Making the development cluster in $LASTING."
        rm -rf "$LASTING"
        make_cluster "$LASTING" 9>&-
    fi
    if ! is_running "$LASTING"; then
        say "Starting the development cluster."
        start_cluster "$LASTING" 9>&-
    fi
    url_of "$LASTING"
}

with() {
    local parent status=0
    [ "$#" -gt 0 ] || die "with: which command?"
    parent="${TMPDIR:-/tmp}"
    ! is_root || parent=/var/tmp
    THROWAWAY="$(mktemp -d "$parent/dealwright-test-postgres.XXXXXX")"
    trap 'stop_cluster "$THROWAWAY/pg"; rm -rf "$THROWAWAY"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    make_cluster "$THROWAWAY/pg"
    start_cluster "$THROWAWAY/pg"
    TEST_DATABASE_URL="$(url_of "$THROWAWAY/pg")"
    export TEST_DATABASE_URL
    "$@" || status=$?
    exit "$status"
}

case "${1:-}" in
ensure) ensure ;;
stop) stop_cluster "$LASTING" ;;
drop)
    stop_cluster "$LASTING"
    rm -rf "$LASTING"
    ;;
with)
    shift
    with "$@"
    ;;
*) die "Usage: $0 ensure | stop | drop | with COMMAND..." ;;
esac
