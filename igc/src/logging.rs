//! Logs go to stderr; stdout is for answers.

use std::io;

use tracing_subscriber::EnvFilter;

use crate::cli::Global;
use crate::output::OutputFormat;

/// Starts the log: `IGC_LOG` chooses what is written (`info`, `ca_core=debug`, …), warnings by default.
pub fn start(global: &Global) {
    let filter = EnvFilter::try_from_env("IGC_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match global.output {
        OutputFormat::Table => builder.with_target(false).init(),
        OutputFormat::Json | OutputFormat::Jsonl => builder.json().init(),
    }
}
