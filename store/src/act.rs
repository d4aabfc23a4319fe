//! Who acts, when, and for which request: what every change of state is told.

use std::fmt;

use crate::Timestamp;

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// An enrolled officer, by login.
    Officer(String),
    /// A job of the worker, by name.
    Job(&'static str),
    /// The person at the command line of the machine, by Unix user name.
    Operator(String),
    /// A key ceremony, by the name in its file.
    Ceremony(String),
    /// Someone who proved to be the holder of a card.
    Holder(String),
    /// Whoever uses a public page: nobody has proved who he is.
    Anyone,
}

impl Actor {
    /// The officer's login, or nothing where no officer acts.
    pub fn officer(&self) -> Option<&str> {
        match self {
            Self::Officer(login) => Some(login),
            _ => None,
        }
    }
}

impl fmt::Display for Actor {
    /// `officer:alice`, `job:sweep`, `operator:root`: as stored in the audit trail.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Officer(login) => write!(f, "officer:{login}"),
            Self::Job(name) => write!(f, "job:{name}"),
            Self::Operator(user) => write!(f, "operator:{user}"),
            Self::Ceremony(name) => write!(f, "ceremony:{name}"),
            Self::Holder(id) => write!(f, "holder:{id}"),
            Self::Anyone => f.write_str("anyone"),
        }
    }
}

/// Ties together the log lines, the audit events and the answer of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who, when, which request. Made once a request, or once an item of a job, by the outermost
/// code; the domain never reads a clock (architecture invariant 5).
#[derive(Clone, Debug)]
pub struct Act {
    /// The moment of the act.
    pub at: Timestamp,
    /// Who acts.
    pub actor: Actor,
    /// For which request.
    pub request: RequestId,
}
