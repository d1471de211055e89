#!/usr/bin/env bash
# Installs the Debian packages that are missing, for each purpose named:
#
#   build   compiling: a C compiler, perl
#   serve   running: PostgreSQL's programs; no cluster is made and nothing is started
#   browse  browser tests: Chromium, and fonts for Latin, Cyrillic and Devanagari
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lists_read=no

# apt_install PACKAGE...: asks nothing, and shows what apt said only when it failed.
apt_install() {
    local log
    command -v apt-get >/dev/null || die "There is no apt-get here. Install these yourself, then start again: $*."
    log="$(mktemp)"
    if [ "$lists_read" = no ]; then
        say "Reading Debian's package lists."
        as_root apt-get -q update >"$log" 2>&1 </dev/null || say "They could not be read; going on with the old ones."
        lists_read=yes
    fi
    say "Installing Debian's $*."
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install --yes --no-install-recommends \
        --option DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1 </dev/null || {
        cat "$log" >&2
        rm -f "$log"
        die "apt-get could not install $*."
    }
    rm -f "$log"
}

install_build() {
    # Perl is for the OpenSSL that cargo-leptos brings.
    { command -v cc && command -v perl; } >/dev/null || apt_install build-essential
}

# Debian's package makes a cluster and starts it. We need neither, so it is told not to, for this once.
NO_CLUSTER=/etc/postgresql-common/createcluster.d/dealwright.conf

install_serve() {
    postgres_bin >/dev/null && return
    as_root mkdir -p "$(dirname "$NO_CLUSTER")"
    echo "create_main_cluster = false" | as_root tee "$NO_CLUSTER" >/dev/null
    trap 'as_root rm -f "$NO_CLUSTER"' EXIT
    apt_install postgresql
}

has_font() { [ -n "$(fc-list "$1" family 2>/dev/null)" ]; }

install_browse() {
    local missing=()
    if ! chromium_path >/dev/null; then
        # Ubuntu's package has another name.
        if grep -q '^ID=ubuntu' /etc/os-release; then
            missing+=(chromium-browser)
        else
            missing+=(chromium)
        fi
    fi
    command -v fc-list >/dev/null || missing+=(fontconfig)
    # The same fonts on every machine, so that screenshots are alike.
    if ! has_font 'Noto Sans' || ! has_font 'Noto Sans Devanagari'; then
        missing+=(fonts-noto-core)
    fi
    [ "${#missing[@]}" -eq 0 ] || apt_install "${missing[@]}"
}

for purpose in "$@"; do
    case "$purpose" in
    build | serve | browse) "install_$purpose" ;;
    *) die "install-packages.sh: '$purpose' is none of build, serve, browse." ;;
    esac
done
