//! Software certificates, as the page of a person, his dossiers and the page of a structure list them.

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
    /// Whether it can be revoked, and the reader may.
    pub(super) revokes: bool,
}

impl SoftwareRow {
    pub(super) fn of(one: &SoftwareCertificate, reader: &Officer, at: Timestamp) -> Self {
        let is_over = one.not_after.is_some_and(|end| end < at);
        let (issuer, serial) = match &one.request.state {
            RequestState::Issued { issuer, serial, .. } => (issuer.clone(), serial.to_string()),
            _ => (String::new(), String::new()),
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
            revokes: revokes(one, reader, at),
        }
    }
}

/// Whether it lives, the reader may revoke it, and nobody has asked for that yet.
pub(super) fn revokes(one: &SoftwareCertificate, reader: &Officer, at: Timestamp) -> bool {
    let lives = matches!(one.status, Some(CertificateStatus::Good { .. } | CertificateStatus::Held { .. }));
    lives
        && !one.is_being_revoked()
        && one.not_after.is_some_and(|end| at <= end)
        && reader.role.may(Right::Oppose)
}

const fn class(status: &CertificateStatus) -> &'static str {
    match status {
        CertificateStatus::Good { .. } => "active",
        CertificateStatus::Held { .. } => "suspended",
        CertificateStatus::Revoked { .. } => "opposed",
        _ => "expired",
    }
}
