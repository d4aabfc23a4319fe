//! One program for all targets: which one reads is said by `IGC_FUZZ_TARGET` (docs/fuzzing.md).

#![no_main]

use std::sync::LazyLock;

static READ: LazyLock<fn(&[u8]) -> bool> = LazyLock::new(|| {
    let name = std::env::var("IGC_FUZZ_TARGET").unwrap_or_default();
    let names: Vec<_> = fuzz_targets::TARGETS.iter().map(|target| target.name).collect();
    let target = fuzz_targets::named(&name);
    target.unwrap_or_else(|| panic!("IGC_FUZZ_TARGET={name}: one of {}", names.join(", "))).read
});

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    READ(octets);
});
