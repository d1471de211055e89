#!/usr/bin/env bash
# Measures: builds the release, seeds a database of its own (once for each size), and prints one table, which is also
# written to target/bench/N.json (N.board,list.json where ONLY says so). docs/PERFORMANCE.md explains the rows.
#
#   N=100000         deals in the database, three events each
#   ONLY=board,list  measures these groups of rows only
#   QUICK=1          fewer samples: to see that everything works, not to be published
#   RESEED=1         seeds anew even where the database is there
#   DEALWRIGHT_BIN   measures this program instead of building one
#   DEALWRIGHT_BENCH where the databases are kept
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$REPO"

N="${N:-100000}"
[[ "$N" =~ ^[0-9]{1,7}$ ]] && ((10#$N >= 2000 && 10#$N <= 5000000)) ||
    die "N is '$N', but must be a number of deals from 2000 to 5000000."
[[ "${ONLY:-}" != *" "* ]] || die "ONLY is '$ONLY', but must have commas alone between its groups."

install() {
    need_rust && need_node &&
        scripts/install-packages.sh build serve browse &&
        scripts/install-rust-tools.sh wasm site &&
        scripts/install-node-packages.sh
}

# Root's PostgreSQL runs as the user postgres, who cannot go through a folder such as /root.
databases() {
    if [ -n "${DEALWRIGHT_BENCH:-}" ]; then
        echo "$DEALWRIGHT_BENCH"
    elif is_root; then
        echo /var/tmp/dealwright-root/bench
    else
        echo "$CACHE/bench"
    fi
}

step "Installing what is missing" install

# Measured as it is delivered; the measuring itself is optimised too, since half of the rows run the engine in it.
profile=(--release)
folder=release
if [ -z "${DEALWRIGHT_BIN:-}" ]; then
    step "Building, optimised" scripts/build-site.sh --release --precompress
    DEALWRIGHT_BIN="$CARGO_TARGET_DIR/release/dealwright"
elif [[ "$DEALWRIGHT_BIN" == */debug/* ]]; then
    # Somebody tries whether the measurements work: not worth an optimised build.
    profile=()
    folder=debug
fi
step "Building the measurements" cargo build --package bench "${profile[@]}"

arguments=(--records "$N" --binary "$DEALWRIGHT_BIN" --data "$(databases)" --out "target/bench/$N${ONLY:+.$ONLY}.json" --repository "$REPO")
[ -z "${ONLY:-}" ] || arguments+=(--only "$ONLY")
[ -z "${QUICK:-}" ] || arguments+=(--quick)
[ -z "${RESEED:-}" ] || arguments+=(--reseed)
if chromium="$(chromium_path)"; then
    arguments+=(--chromium "$chromium")
fi
step "Measuring $N deals" "$CARGO_TARGET_DIR/$folder/bench" "${arguments[@]}"
