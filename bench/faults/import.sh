#!/usr/bin/env bash
# Streams a large CSV file through `dealwright import` into a scratch database, and tells rows a
# second and the most memory that the program held. The file is in Windows-1251 and never wholly in
# anybody's memory.
#
#   bench/faults/import.sh [MB]     the size of the file, 50 when not given, up to 1024
#
#   DATABASE_URL    a PostgreSQL server on which a database may be made; it is dropped again
#   DEALWRIGHT_BIN  the program, what `make release` makes when not given
#   MOST_MB         the script fails when the program held more memory than this, 200 when not given
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../../scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
size="${1:-50}"
if ! [[ "$size" =~ ^[0-9]+$ ]] || ((size < 1 || size > 1024)); then
    echo "The size is 1 to 1024 MB." >&2
    exit 2
fi
[ -n "${DATABASE_URL:-}" ] || skip "DATABASE_URL must name a PostgreSQL server, such as postgres://user:password@localhost/postgres."
dealwright="${DEALWRIGHT_BIN:-$CARGO_TARGET_DIR/release/dealwright}"
[ -x "$dealwright" ] || die "$dealwright is missing: make release makes it."
most="${MOST_MB:-200}"

server="$DATABASE_URL"
scratch="faults_import_$$"
work="$(mktemp -d)"
child=""
cleanup() {
    [ -z "$child" ] || kill "$child" 2>/dev/null || true
    [ -z "$child" ] || wait "$child" 2>/dev/null || true
    psql "$server" --no-psqlrc --quiet --command "drop database if exists $scratch with (force)"
    rm -rf "$work"
}
trap cleanup EXIT
psql "$server" --no-psqlrc --quiet --command "create database $scratch"
# The same address with another database; what stands behind a question mark is kept.
DATABASE_URL="$(sed -E "s#^([a-z]+://[^/]*)(/[^?]*)?#\1/$scratch#" <<<"$server")"
export DATABASE_URL DEALWRIGHT_LOG=warn
ask() { psql "$DATABASE_URL" --no-psqlrc --quiet --tuples-only --no-align --command "$1"; }

cat >"$work/map.toml" <<'MAP'
kind = "company"
label = "Large file"
[file]
encoding = "windows-1251"
[key]
[fields]
external_id = "id"
name = "name"
revenue = { column = "revenue", currency = "EUR", decimal = "," }
created_at = { column = "since", format = "%d.%m.%Y" }
MAP

echo "Writing $size MB."
# awk ends at the size itself, so that no broken pipe hides a mistake.
LC_ALL=C awk -v bytes="$((size * 1024 * 1024))" -v name="$(printf 'Общество с ограниченной ответственностью' | iconv -t WINDOWS-1251)" '
    BEGIN {
        line = "id;name;revenue;since;remark"
        for (n = 0; written < bytes; n++) {
            print line
            written += length(line) + 1
            remark = "remark " n % 97 " of a row that is as long as rows of an old system are; it is read, and not kept"
            line = n ";" name " " n ";" n % 90000 ",50;" sprintf("%02d.%02d.20%02d", 1 + n % 28, 1 + n % 12, n % 26) ";\"" remark "\""
        }
    }' >"$work/large.csv"
rows=$(($(wc -l <"$work/large.csv") - 1))

"$dealwright" migrate
ask "insert into organisation (name, currency, time_zone, country, created_at)
     values ('Large', 'EUR', 'Europe/Warsaw', 'PL', now()) on conflict do nothing"

started=$(date +%s%N)
"$dealwright" import --map "$work/map.toml" "$work/large.csv" 2>"$work/progress" &
child=$!
peak=0 early=0
while kill -0 "$child" 2>/dev/null; do
    # The kernel keeps the peak, so nothing is missed between two looks.
    now=$(awk '/^VmHWM/ { print $2 }' "/proc/$child/status" 2>/dev/null || true)
    [ -z "$now" ] || peak=$now
    # What a sixth of the rows took. Flat memory has no more to say after that.
    read_rows=$(sed -n '$s/ rows read.*//p' "$work/progress")
    if ((early == 0 && ${read_rows:-0} * 6 > rows)); then early=$peak; fi
    sleep 0.1
done
failed=0
wait "$child" || failed=$?
child=""
millis=$((($(date +%s%N) - started) / 1000000))
((failed == 0)) || { tail -5 "$work/progress" >&2; exit "$failed"; }

there=$(ask "select count(*) from company")
echo "$size MB, $rows rows in $((millis / 1000)).$((millis / 100 % 10)) s: $((rows * 1000 / millis)) rows a second."
echo "Memory at most $((peak / 1024)) MB$( ((early == 0)) || echo ", after a sixth of the rows $((early / 1024)) MB")."
((there == rows)) || { echo "$there of $rows rows are there." >&2; exit 1; }
((peak / 1024 <= most)) || { echo "That is more than $most MB." >&2; exit 1; }
