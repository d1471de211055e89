#!/usr/bin/env bash
# Takes pictures of every page into end2end/test-results/screenshots; the site must be built. Those that README shows
# are kept in docs/images, reduced to 256 colours.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

DEALWRIGHT_SCREENSHOTS=1 exec "$REPO/scripts/test-browser.sh" screenshots
