//! What was attached to an order.

use registration_authority::order::{Document, DocumentKind};
use store::Database;

use super::name_of;
use crate::failure::Failure;
use crate::language::Language;
use crate::messages::Key;
use crate::typography::Shown;

/// A document on the page: a line, never what stands in it.
pub(super) struct Attached {
    /// Where it is taken from, and what its file was called; nothing once it is erased.
    pub(super) file: Option<(String, String)>,
    pub(super) kind: &'static str,
    /// Its length in words.
    pub(super) length: String,
    pub(super) by: String,
    pub(super) at: Shown,
    /// SHA-256, in hexadecimal.
    pub(super) digest: String,
}

impl Attached {
    pub(super) fn of(
        db: &mut Database,
        language: Language,
        number: &str,
        document: &Document,
    ) -> Result<Self, Failure> {
        let address = format!("/ra/dossiers/{number}/documents/{}", document.id);
        // Kibioctets, rounded up: none is empty.
        let length = language.thousands(document.octets.unsigned_abs().div_ceil(1024) as i64);
        Ok(Self {
            file: document.name.clone().map(|name| (address, name)),
            kind: match document.kind {
                DocumentKind::Pdf => "PDF",
                DocumentKind::Jpeg => "JPEG",
                DocumentKind::Png => "PNG",
            },
            length: language.say(Key::of("dossier-document-length")).with("length", length).to_string(),
            by: name_of(db, &document.attached_by)?,
            at: Shown(document.attached_at),
            digest: document.sha256.clone(),
        })
    }
}
