//! Logs go to stderr; stdout is for answers.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::cli::Global;
use crate::output::OutputFormat;

/// Starts the log: `IGC_LOG` chooses what is written (`info`, `ca_core=debug`, …), warnings by default.
pub fn start(global: &Global) {
    let filter = EnvFilter::try_from_env("IGC_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match global.output {
        OutputFormat::Table => builder.with_target(false).with_ansi(has_colours()).init(),
        OutputFormat::Json | OutputFormat::Jsonl => builder.json().init(),
    }
}

/// Colours are for a terminal, and for who has not said no to them (<https://no-color.org>).
fn has_colours() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
