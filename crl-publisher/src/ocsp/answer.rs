//! What goes back, signed or not.

use std::sync::Arc;

use actix_web::web::Bytes;
use store::Timestamp;

use super::response::OcspResponseStatus;

/// What goes back, and what HTTP may say about it.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The DER of the OCSPResponse.
    pub(crate) der: Bytes,
    /// The SHA-256 of the DER as an HTTP entity tag, where it was worked out already.
    pub(crate) etag: Option<Arc<str>>,
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
        /// Bound to a nonce: of no use to anyone else.
        nonce: bool,
    },
    /// An error: not signed, never cached.
    Error(OcspResponseStatus),
}

/// The entity tag follows from the DER.
impl PartialEq for Answer {
    fn eq(&self, other: &Self) -> bool {
        (&self.der, self.kind) == (&other.der, other.kind)
    }
}

impl Answer {
    /// An answer that says only a status.
    pub(crate) fn error(status: OcspResponseStatus) -> Self {
        Self { der: status.bare_response().into(), etag: None, kind: AnswerKind::Error(status) }
    }
}
