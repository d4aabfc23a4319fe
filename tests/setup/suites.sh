#!/usr/bin/env bash
# Every suite of `make test`, one after the other, also when one fails; then the seconds of each.
set -u
cd "$(dirname "$0")/../.."

suites=$(mktemp)
export IGC_SUITES=$suites
# A panic says what and where (the helpers are `track_caller`); backtraces would bury that.
export RUST_BACKTRACE=0
status=0
suite() {
    tests/setup/timed.sh "$@" || status=1
}

# One build for all suites: the same packages and features each time, so that nothing is built
# twice, and target/debug/igc is the program that the acceptance tests run.
suite "build" cargo build --locked --workspace --all-targets
if [ "$status" = 0 ]; then
    suite "unit tests of every crate" cargo test --locked --workspace --no-fail-fast --lib --bins
    suite "documentation examples" cargo test --locked --workspace --no-fail-fast --doc
    suite "acceptance, on SQLite and PostgreSQL" cargo test --locked --workspace --no-fail-fast --test '*'
fi
echo
cat "$suites"
rm -f "$suites"
exit "$status"
