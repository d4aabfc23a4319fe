# make demo   the whole main job on one machine; ARGS="--once --dir DIR" plays it without a person
# make build  target/release/igc and igc-verify
# make test   every test, on SQLite and PostgreSQL, real components included
# make bench  the figures of docs/performance.md, each beside its yardstick; ONLY=P4 runs one
# make drill  long runs under faults (docs/reliability.md); ONLY=kill runs one, ROUNDS=, SECONDS= lengthen it, SEED= gives one again
# make check  format, lints, documentation, the tidy test, licences
# Each installs what it misses (Debian 12, root or sudo) and is quick when everything is there.

SHELL := /bin/bash
export CARGO_TARGET_DIR := $(abspath $(or $(CARGO_TARGET_DIR),target))
cargo_tool = $(shell command -v cargo-$(1) 2>/dev/null)

.PHONY: demo build test check bench drill
.DEFAULT_GOAL := build

demo:
	@tests/setup/install.sh build
	cargo build --locked -p igc
	$(CARGO_TARGET_DIR)/debug/igc demo $(ARGS)

build:
	@tests/setup/install.sh build
	cargo build --locked --release -p igc -p igc-verify

test:
	@tests/setup/install.sh test
	@tests/setup/with-postgres.sh tests/setup/suites.sh

check:
	@tests/setup/install.sh build
	@tests/setup/timed.sh "format" cargo fmt --all --check
	@tests/setup/timed.sh "lints" cargo clippy --locked --workspace --all-targets -- -D warnings
	@RUSTDOCFLAGS="-D warnings" tests/setup/timed.sh "documentation" cargo doc --locked --workspace --no-deps
	@tests/setup/timed.sh "tidy" cargo test --locked --workspace --test acceptance scenarios::tidy
ifneq ($(call cargo_tool,deny),)
	@tests/setup/timed.sh "bans and licences" cargo deny --locked check bans licenses
else
	@echo "== bans and licences: cargo-deny is not installed, not checked"
endif

bench:
	@tests/setup/install.sh test
	cargo build --locked --release -p bench -p hsm-fault
	IGC_POSTGRES_FSYNC=on tests/setup/with-postgres.sh $(CARGO_TARGET_DIR)/release/bench $(ONLY)

# The whole programs of `make test`, and nothing beside it on the database server.
drill:
	@tests/setup/install.sh test
	cargo build --locked -p igc -p igc-verify -p hsm-fault
	@DRILL_ONLY="$(ONLY)" DRILL_ROUNDS="$(ROUNDS)" DRILL_SECONDS="$(SECONDS)" DRILL_SEED="$(SEED)" tests/setup/with-postgres.sh \
		cargo test --quiet --locked -p acceptance --test acceptance drills::what_is_promised -- --ignored --nocapture
