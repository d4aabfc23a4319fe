#!/usr/bin/env bash
# As RUSTC_WRAPPER: compiles the crates of this repository so that libFuzzer sees which code an input reaches, and all
# others as they are, so that a build of the program has made them already. These flags need no nightly Rust.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
case "${CARGO_MANIFEST_DIR:-} ${CARGO_CRATE_NAME:-}" in
    *" build_script_"*) exec "$@" ;;
    "$here"/*)
        exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
            -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
            -Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0 \
            --cfg fuzzing
        ;;
    *) exec "$@" ;;
esac
