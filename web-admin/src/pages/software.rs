//! Software certificates of a person, as his page and his dossiers list them.

use ca_core::certificate::CertificateStatus;
use registration_authority::certificate_request::RequestState;
use registration_authority::officers::{Officer, Right};
use registration_authority::views::SoftwareCertificate;
use store::Timestamp;

use crate::messages::Key;
use crate::typography::Shown;
use crate::words;

/// A software certificate in a list.
pub(super) struct SoftwareRow {
    pub(super) number: String,
    pub(super) profile: String,
    pub(super) issuer: String,
    pub(super) serial: String,
    pub(super) state: Key,
    /// Of its chip, as cards have it.
    pub(super) class: &'static str,
    pub(super) until: Option<Shown>,
    /// Whether it can be revoked, and the reader may: at the command line, since the pages end the certificates of cards and no others.
    pub(super) revokes: bool,
}

impl SoftwareRow {
    pub(super) fn of(one: &SoftwareCertificate, reader: &Officer, at: Timestamp) -> Self {
        let is_over = one.not_after.is_some_and(|end| end < at);
        let (issuer, serial) = match &one.request.state {
            RequestState::Issued { issuer, serial, .. } => (issuer.clone(), serial.to_string()),
            _ => (String::new(), String::new()),
        };
        let lives = match &one.status {
            Some(CertificateStatus::Good { .. } | CertificateStatus::Held { .. }) => !is_over,
            _ => false,
        };
        let (state, class) = match &one.status {
            None => (Key::of("certificate-status-unknown"), "expired"),
            Some(CertificateStatus::Good { .. }) if is_over => (Key::of("software-over"), "expired"),
            Some(status) => (words::certificate_status(status.word()), class(status)),
        };
        Self {
            number: one.request.number.clone(),
            profile: one.request.profile.clone(),
            issuer,
            serial,
            state,
            class,
            until: one.not_after.map(Shown),
            revokes: lives && reader.role.may(Right::Oppose),
        }
    }
}

const fn class(status: &CertificateStatus) -> &'static str {
    match status {
        CertificateStatus::Good { .. } => "active",
        CertificateStatus::Held { .. } => "suspended",
        CertificateStatus::Revoked { .. } => "opposed",
        _ => "expired",
    }
}
