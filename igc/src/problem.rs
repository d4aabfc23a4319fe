//! What the command line says when something does not work.

use std::io::{self, Write};
use std::process::ExitCode;

use serde_json::json;
use store::{BrokenRule, Code, Fault};

use crate::output::OutputFormat;

/// An error on its way out: a stable code and a sentence, and every rule of eligibility that was broken.
#[derive(Debug)]
pub struct Problem {
    code: Code,
    detail: String,
    rules: Vec<BrokenRule>,
}

impl Problem {
    /// A problem that no crate below has a type for.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), rules: Vec::new() }
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The sentence.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Writes the problem to stderr, as words or as a problem object (RFC 9457), and gives the exit code.
    pub fn report(&self, format: OutputFormat) -> ExitCode {
        self.report_ending(format, self.code.kind.exit_code())
    }

    /// The same of a command that ends with `exit`: what it did before the problem counts too.
    pub fn report_ending(&self, format: OutputFormat, exit: u8) -> ExitCode {
        let text = match format {
            OutputFormat::Table => {
                let mut text =
                    format!("error[{}]: {}\n  help: {}\n", self.code.name, self.detail, self.code.help);
                for BrokenRule { rule, sentence, helper, .. } in &self.rules {
                    text.push_str(&format!("  {rule} : {sentence}\n    {helper}\n"));
                }
                text
            }
            OutputFormat::Json | OutputFormat::Jsonl => {
                let mut object = json!({
                    "type": format!("urn:igc-sante:problem:{}", self.code.name),
                    "code": self.code.name,
                    "detail": self.detail,
                    "help": self.code.help,
                    "exit": exit,
                });
                if !self.rules.is_empty() {
                    object["rules"] = json!(self.rules);
                }
                format!("{object}\n")
            }
        };
        // Where stderr is closed there is nobody left to tell.
        let _ = io::stderr().write_all(text.as_bytes());
        ExitCode::from(exit)
    }
}

impl<E: Fault> From<E> for Problem {
    fn from(error: E) -> Self {
        Self { code: error.code(), detail: error.to_string(), rules: error.broken_rules() }
    }
}
