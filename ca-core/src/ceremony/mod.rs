//! Key ceremonies: from one reviewable file to authorities, their CRLs, and their end.
//!
//! A [`Ceremony`] is read from a TOML file and checked without touching anything ([`check()`]). It is a
//! list of [`Step`]s: [`script()`] prints them for people, [`Course`] takes them one by one and can be taken up
//! again after a crash, and each leaves its lines in a hash-chained transcript. Every certificate goes the same
//! way as all others ([`crate::issuance`]), with the file itself as its evidence. The [`Report`] holds all an
//! auditor needs to verify it offline. The short-lived OCSP responders that it
//! provides for follow each other without another ceremony ([`crate::responder`]).

mod administrators;
mod check;
mod course;
mod custodian_file;
pub mod custodians;
mod error;
mod file;
mod held_identity;
mod making;
mod not_proven;
mod outcome;
mod report;
mod report_form;
mod revoking;
mod script;
mod sections;
mod standing;
mod steps;
mod taking_up;
#[cfg(test)]
pub(crate) mod tests;
mod transcript;
mod verify;
mod verify_custodians;
mod verify_lint;
mod verify_objects;
mod verify_revocations;
mod work;

pub use administrators::{AdministratorKey, RecordedAdministrators, recorded_administrators};
pub use check::check;
pub use course::{Attendance, CeremonyTokens, Course};
pub use error::CeremonyError;
pub use file::{Ceremony, CeremonyKind};
pub use held_identity::ReportIdentity;
pub use outcome::{
    Acknowledged, CeremonyOutcome, CertificateMade, CertificatesRevoked, CrlMade, EndDecided, KeyDestroyed,
    KeyMade, Opened, RevokedCertificate, Spared, SparedCertificate, TakenUp, TokenInitialised,
};
pub use report::{NamedPem, Report, SignedReport, report};
pub(crate) use report_form::head_of_report;
pub use script::script;
pub use standing::check as check_standing;
pub use steps::{CertificateStep, CrlReach, CrlStep, EndStep, KeyStep, RevokeStep, ShareStep, Step};
pub use taking_up::{administrators_in_the_trail, is_in_the_trail};
pub(crate) use taking_up::{contradicts_the_trail, was_held};
pub use transcript::{Entry, EntryEvent, TranscriptError, read_chain};
pub use verify::{ReportError, VerifiedReport, verify};
pub use verify_custodians::SharedToken;
pub(crate) use work::KEY_TRIAL;
