//! Points between two durable steps, at which a test kills the program.
//!
//! What stands at each of them, and what the next start makes of it, is the table of `docs/crash-points.md`; a point
//! without a row there fails the tests.

/// Says that the step `name`, written `area.step`, is done, and that a crash here leaves something else than a
/// crash before it.
///
/// In a release build this is nothing at all.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub const fn crash_point(_name: &'static str) {}

/// Says that the step `name`, written `area.step`, is done, and that a crash here leaves something else than a
/// crash before it.
///
/// In a release build this is nothing at all. In a debug build whose environment says `IGC_CRASH_POINT=name#n`, the
/// `n`-th thread of this process that passes here makes the file `IGC_CRASH_FILE`, with the number of its process in
/// one line, and waits to be killed. Where the file stands already somebody has waited, and everybody passes.
#[cfg(debug_assertions)]
pub fn crash_point(name: &'static str) {
    use std::io::Write;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static PASSED: AtomicUsize = AtomicUsize::new(0);

    let (Ok(asked), Some(file)) = (std::env::var("IGC_CRASH_POINT"), std::env::var_os("IGC_CRASH_FILE"))
    else {
        return;
    };
    let Some((_, pass)) = asked.split_once('#').filter(|(point, _)| *point == name) else { return };
    if pass.parse() != Ok(PASSED.fetch_add(1, Ordering::Relaxed) + 1) {
        return;
    }
    let told = std::fs::File::create_new(file)
        .and_then(|mut file| file.write_all(format!("{}\n", std::process::id()).as_bytes()));
    while told.is_ok() {
        std::thread::park();
    }
}
