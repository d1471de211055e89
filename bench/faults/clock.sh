#!/usr/bin/env bash
# Lets the clock jump while people move, edit, import, read and listen: back by an hour, forward by a day, and back to
# what it was; first the server's alone, then that of its PostgreSQL with it. Nobody may be refused or signed out, moves
# are heard live, events stay in order, no stay ends before it begins, totals equal a recount. Fails when anything is wrong.
#
#   bench/faults/clock.sh
#   DEALWRIGHT_BIN    the program; the debug build when not set
#   FAKETIME          libfaketime's library; looked for when not set (Debian, Ubuntu: apt install libfaketime)
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../../scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$REPO/bench/faults/lib.sh"

library="${FAKETIME:-$(find /usr/lib /usr/local/lib -name libfaketime.so.1 2>/dev/null | head -n 1)}"
[ -n "$library" ] || skip "libfaketime is not installed. Debian, Ubuntu: apt install libfaketime"
harm clock --library "$library"
