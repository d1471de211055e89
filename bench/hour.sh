#!/usr/bin/env bash
# An hour of 20 moves a second on 20,000 deals with 50 live browsers: prints a line a minute with the memory of the
# server and of its PostgreSQL, and fails when the server's is not flat, when a move is refused or a message lost.
#
#   bench/hour.sh [MINUTES]    60 minutes when not said, 6 at least
#   DEALWRIGHT_BIN             the program; the debug build when not set
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"
# shellcheck source-path=SCRIPTDIR source=faults/lib.sh
. "$REPO/bench/faults/lib.sh"
harm hour --minutes "${1:-60}"
