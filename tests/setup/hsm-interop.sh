#!/usr/bin/env bash
# What a PKCS#11 module can do of what igc needs, and what happens when it fails: written into
# docs/hsm-interoperability.md and docs/signer-faults.md.
#
#   tests/setup/hsm-interop.sh                                    SoftHSM2 and NSS softoken, which the tests run on
#   tests/setup/hsm-interop.sh NAME LIBRARY LABEL PIN_FILE        a token of a module of your own
#
# LIBRARY is the module's absolute path, LABEL that of an initialised token, PIN_FILE a file of mode 0600 with its user's
# PIN. Keys are made in the token and stay there: use a partition for tests.
set -eu
cd "$(dirname "$0")/../.."
cargo build --quiet -p igc -p hsm-fault
case $# in
0)
    export UPDATE_HSM_INTEROP=1 UPDATE_SIGNER_FAULTS=1
    cargo test --quiet -p acceptance -- scenarios::hsm_interop::what_ scenarios::signer_faults::
    ;;
4)
    export HSM_NAME="$1" HSM_LIBRARY="$2" HSM_LABEL="$3" HSM_PIN_FILE="$4"
    cargo test --quiet -p acceptance -- --ignored --exact scenarios::hsm_interop::a_module_that_is_given
    ;;
*)
    sed -n '2,9p' "$0" >&2
    exit 2
    ;;
esac
