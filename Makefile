# Every target but `screenshots` installs what it is missing, asks nothing, and works as root or as a user with sudo.
.DEFAULT_GOAL := help
.PHONY: help run test check bench release screenshots

help: ## Tells what there is
	@echo "Dealwright. Needs Debian or Ubuntu with Rust (rustup) and Node.js; installs the rest."
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*##/ { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  DEALWRIGHT_ADDR   where 'make run' listens          127.0.0.1:3000"
	@echo "  DEALWRIGHT_DATA   where 'make run' keeps its data   .dealwright"
	@echo "  N                 how many deals 'make bench' has     100000"
	@echo "  DEALWRIGHT_CACHE  build output and tools            ~/.cache/dealwright"
	@echo "  CARGO_TARGET_DIR  build output                      DEALWRIGHT_CACHE/target"

run: ## Builds Dealwright and starts it with demonstration data on http://127.0.0.1:3000
	@scripts/run.sh

test: ## Every check and every test: format, lints, crates, browser
	@scripts/test.sh

check: ## Format, lints, types, and the bytes that a board needs
	@scripts/check.sh

screenshots: ## Pictures of every page, of what was built last
	@scripts/screenshots.sh

bench: ## Measurements on a database of N deals (100000), as a table; see docs/PERFORMANCE.md
	@scripts/bench.sh

release: ## Builds the optimised binary
	@scripts/release.sh
