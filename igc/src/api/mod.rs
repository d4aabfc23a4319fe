//! `/api/v1` of an installation, as its client: the officer whose certificate opens the connection acts.

mod connection;

use serde_json::Value;
use store::Code;

use connection::Connection;
pub use connection::Identity;

use crate::faults;
use crate::problem::Problem;

/// The API of one installation, and as whom.
pub struct Api {
    connection: Connection,
}

/// What was answered.
pub struct Answer {
    /// The entity tag; empty where there is none.
    pub etag: String,
    /// The JSON.
    pub body: Value,
}

impl Api {
    /// At `https://host:port`, with this certificate and key.
    pub fn at(server: &str, identity: &Identity<'_>) -> Result<Self, Problem> {
        Ok(Self { connection: Connection::to(server, identity)? })
    }

    /// What stands at an address below `/api/v1`.
    pub fn get(&self, path: &str) -> Result<Answer, Problem> {
        self.ask("GET", path, &[], None)
    }

    /// An act there, with these headers.
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Result<Answer, Problem> {
        self.ask("POST", path, headers, Some(body))
    }

    /// What was refused there later than the act was taken in, under the code that is said of it.
    pub fn refused(code: &str, detail: &str) -> Problem {
        match known(code) {
            Some(code) => Problem::new(code, detail),
            None => Problem::new(faults::API_REFUSED, format!("{code}: {detail}")),
        }
    }

    fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer, Problem> {
        let path = format!("/api/v1{path}");
        let body = body.map(Value::to_string);
        let said = self.connection.ask(method, &path, headers, body.as_deref())?;
        let body: Value = serde_json::from_slice(&said.body).map_err(|error| {
            Problem::new(faults::API_UNREADABLE, format!("{path}: status {}: {error}", said.status))
        })?;
        match said.status {
            200..=299 => Ok(Answer { etag: said.etag, body }),
            status => Err(refusal(status, &body)),
        }
    }
}

/// What the installation refused, under its own code.
fn refusal(status: u16, problem: &Value) -> Problem {
    let text = |name: &str| problem[name].as_str().unwrap_or_default();
    let detail = format!("{} ({})", text("detail"), text("help"));
    match known(text("code")) {
        Some(code) => Problem::new(code, detail),
        None => Problem::new(faults::API_REFUSED, format!("status {status} {}: {detail}", text("code"))),
    }
}

/// The code of this name: the exit code follows from it.
fn known(name: &str) -> Option<Code> {
    let all = [
        registration_authority::faults::ALL,
        web_admin::faults::ALL,
        professional_registry::faults::ALL,
        card::faults::ALL,
        ca_core::faults::ALL,
        store::fault::ALL,
    ];
    all.into_iter().flatten().find(|code| code.name == name).copied()
}
