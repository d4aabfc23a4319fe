//! What goes back, signed or not.

use store::Timestamp;

use super::response::OcspResponseStatus;

/// What goes back, and what HTTP may say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The DER of the OCSPResponse.
    pub(crate) der: Vec<u8>,
    /// What it is.
    pub(crate) kind: AnswerKind,
}

/// What an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnswerKind {
    /// Signed.
    Signed {
        /// thisUpdate of each single response.
        this_update: Timestamp,
        /// nextUpdate of each single response.
        next_update: Timestamp,
        /// Bound to a nonce: of no use to anyone else, so never cached.
        nonce: bool,
    },
    /// An error: not signed, never cached.
    Error(OcspResponseStatus),
}

impl Answer {
    /// An answer that says only a status.
    pub(crate) fn error(status: OcspResponseStatus) -> Self {
        Self { der: status.bare_response(), kind: AnswerKind::Error(status) }
    }
}
