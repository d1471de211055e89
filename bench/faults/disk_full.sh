#!/usr/bin/env bash
# Fills the disk of the server and its PostgreSQL while people move, edit, import and read, first so that tables cannot
# grow, then so that PostgreSQL's log cannot either, and makes room again. Meanwhile changes are refused in words and
# reading goes on; when PostgreSQL crashes for want of room, the server ends and says why, and so does every start until
# there is room. Afterwards the same session works on, and all that was acknowledged is there. Fails when anything is wrong.
#
#   bench/faults/disk_full.sh [SECONDS]    how long the disk is full, 15 when not said
#   DEALWRIGHT_BIN                         the program; the debug build when not set
#   SIZE_MB                                how large the disk is, 768 when not set
#
# The disk is a file system in memory, which only root may mount. Where that is not allowed it is skipped, with 77.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../../scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$REPO/bench/faults/lib.sh"

is_root || skip "only root may mount the small disk that is filled. Try: sudo $0"

# The folder of the database of 2,000 deals, as crate bench calls it.
prepare_harmed() {
    mkdir "$HARMED/2000"
    mount -t tmpfs -o "size=${SIZE_MB:-768}m,mode=0755" tmpfs "$HARMED/2000" ||
        skip "no file system can be mounted here (a container without CAP_SYS_ADMIN?)."
}
unprepare_harmed() {
    if mountpoint -q "$HARMED/2000"; then umount "$HARMED/2000" || umount --lazy "$HARMED/2000"; fi
}

harm full --seconds "${1:-15}"
