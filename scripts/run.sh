#!/usr/bin/env bash
# Builds Dealwright and starts it with its demonstration data and a PostgreSQL of its own.
#
#   DEALWRIGHT_ADDR  where it listens, 127.0.0.1:3000 if not given
#   DEALWRIGHT_DATA  where it keeps its data, .dealwright in the repository if not given
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$REPO"

export DEALWRIGHT_ADDR="${DEALWRIGHT_ADDR:-127.0.0.1:3000}"
host="${DEALWRIGHT_ADDR%:*}"
port="${DEALWRIGHT_ADDR##*:}"

port_is_taken() { (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null; }

# Root's PostgreSQL runs as the user postgres, who cannot go through a folder such as /root.
data_folder() {
    if is_root && ! (cd / && runuser -u postgres -- test -x "$REPO"); then
        echo /var/tmp/dealwright-root/demo
    else
        echo "$REPO/.dealwright"
    fi
}

install() {
    need_rust &&
        scripts/install-packages.sh build serve &&
        scripts/install-rust-tools.sh wasm site
}

# Said now rather than after the build.
! port_is_taken || die "Something already listens on $DEALWRIGHT_ADDR. Stop it, or choose another address:
    DEALWRIGHT_ADDR=127.0.0.1:3100 make run"

step "Installing what is missing" install
say ""
say "The first build takes about 8 minutes on two cores, the later ones seconds."
step "Building" scripts/build-site.sh

export DEALWRIGHT_DATA="${DEALWRIGHT_DATA:-$(data_folder)}"
export LEPTOS_SITE_ROOT="$REPO/target/site"
say ""
say "Starting on http://$DEALWRIGHT_ADDR with the data in $DEALWRIGHT_DATA. Ctrl-C stops it."
exec "$CARGO_TARGET_DIR/debug/dealwright" demo
