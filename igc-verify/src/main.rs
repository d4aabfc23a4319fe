//! `igc-verify`: the command line over the library of that name.

use std::io::Write;
use std::process::ExitCode;

use igc_verify::{Arguments, Unreadable, verify};

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(usage) => return said(&usage.text, usage.exit),
    };
    match verify(&arguments) {
        Ok(findings) => {
            let text = if arguments.json { findings.json() } else { findings.text() };
            said(&text, if findings.hold() { 0 } else { 8 })
        }
        Err(Unreadable(what)) if arguments.json => {
            said(&format!("{}\n", serde_json::json!({ "ok": false, "unreadable": what })), 1)
        }
        Err(Unreadable(what)) => said(&format!("UNREADABLE {what}\n"), 1),
    }
}

/// What is found goes to standard output, whatever it is.
fn said(text: &str, exit: u8) -> ExitCode {
    // Where nobody reads, the exit code still tells.
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::from(exit)
}
