#!/usr/bin/env bash
# Kills the server (odd rounds) and its PostgreSQL (even rounds) with -9 under moves, edits and imports, starts it again,
# and looks whether all that was acknowledged is there, nothing is half there, and totals equal a recount.
# Prints a line a round and a summary; fails when anything is wrong.
#
#   bench/faults/kill.sh [ROUNDS]    10 rounds when not said
#   DEALWRIGHT_BIN                   the program; the debug build when not set
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../../scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$REPO/bench/faults/lib.sh"
harm kill --rounds "${1:-10}"
