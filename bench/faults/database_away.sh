#!/usr/bin/env bash
# Takes PostgreSQL away from a server and brings it back: meanwhile the server says 503 in words and on /readyz, and
# afterwards it works again by itself, the session and live connections too. Fails when anything is wrong.
#
#   bench/faults/database_away.sh [SECONDS]    a minute when not said
#   DEALWRIGHT_BIN                             the program; the debug build when not set
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../../scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$REPO/bench/faults/lib.sh"
harm away --seconds "${1:-60}"
