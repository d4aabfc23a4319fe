#!/usr/bin/env bash
# Fuzzes one target: `tests/fuzz/run.sh TARGET [SECONDS [an option of libFuzzer]...]` (docs/fuzzing.md).
# What breaks a promise is left in tests/fuzz/found/, what reaches new code in tests/fuzz/corpus/TARGET/.
set -eu
target=${1:?which target? one of the folders of tests/fuzz-targets/corpora}
seconds=${2:-300}
shift $(($# > 2 ? 2 : $#))
cd "$(dirname "$0")"

# The versions that the program is built with, and libFuzzer.
cp ../../Cargo.lock Cargo.lock
# What the tests have built of other people's crates is not built again.
if [ ! -e ../../target/fuzz ] && [ -e ../../target/debug/deps ]; then
    mkdir -p ../../target/fuzz/debug
    cp -al ../../target/debug/.fingerprint ../../target/debug/build ../../target/debug/deps ../../target/fuzz/debug
fi
RUSTC_WRAPPER=$PWD/instrument.sh cargo build --target-dir ../../target/fuzz

mkdir -p "corpus/$target" found
IGC_FUZZ_TARGET=$target exec nice -n 19 ../../target/fuzz/debug/readers \
    -max_total_time="$seconds" -max_len=16384 -timeout=5 -rss_limit_mb=2048 -artifact_prefix="found/$target-" \
    "$@" "corpus/$target" "../fuzz-targets/corpora/$target"
