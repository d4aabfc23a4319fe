//! What each step leaves in the transcript, in a form that reads back.

use serde::{Deserialize, Serialize};
use store::Timestamp;

use super::custodians::CustodianSet;
use super::{AdministratorKey, CeremonyKind};
use crate::profile::KeyKind;
use crate::revocation::RevocationReason;
use crate::signer::{KeyAttributes, KeyReference};

/// Of [`super::Step::Open`]: who is there, with which file and program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// The ceremony's name.
    pub ceremony: String,
    /// Its kind.
    pub kind: CeremonyKind,
    /// SHA-256 of the ceremony file.
    pub file_sha256: String,
    /// Version of the program.
    pub program: String,
    /// Who types.
    pub operator: String,
    /// Who watches.
    pub witnesses: Vec<String>,
    /// SHA-256 of the text of the identity, hexadecimal: the one it is held with, but where it was taken up with another
    /// ([`TakenUp::identity_sha256`]). Absent where a program of before held the ceremony.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_sha256: Option<String>,
    /// Every sharing of PINs that stood. Absent where a program of before held the ceremony.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custodians: Option<Vec<CustodianSet>>,
}

/// Of the first line of a process that takes a ceremony up, under `taken_up_by`: who is there then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakenUp {
    /// Who types.
    pub operator: String,
    /// Who watches.
    pub witnesses: Vec<String>,
    /// SHA-256 of the text of the identity that it goes on with, hexadecimal, where that is another than the one it was opened with:
    /// nothing else had been begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_sha256: Option<String>,
}

/// Of [`super::Step::Acknowledge`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledged {
    /// Who has his share.
    pub custodian: String,
    /// The commitment to it.
    pub commitment: String,
    /// Whether the program read the share back from where it had written it; it cannot from a pipe.
    pub read_back: bool,
}

/// Of [`super::Step::Token`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenInitialised {
    /// Its name in `tokens.toml`.
    pub token: String,
    /// Its label in the HSM.
    pub label: String,
}

/// Of [`super::Step::Key`]: a key that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyMade {
    /// Its label: the short name of its authority, or the name of its service.
    pub label: String,
    /// Token and `CKA_ID`.
    #[serde(flatten)]
    pub reference: KeyReference,
    /// Which kind.
    pub kind: KeyKind,
    /// SubjectPublicKeyInfo in DER, hexadecimal.
    pub public_key: String,
    /// How the token says it is protected.
    pub attributes: KeyAttributes,
}

/// Of [`super::Step::Certificate`]: a certificate that was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateMade {
    /// The label of its key.
    pub label: String,
    /// Identifier of its profile.
    pub profile: String,
    /// Short name of the issuer.
    pub issuer: String,
    /// Serial number, upper-case hexadecimal.
    pub serial: String,
    /// SHA-256 of its DER, lower-case hexadecimal.
    pub sha256: String,
}

/// Of [`super::Step::Crl`]: a CRL that was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrlMade {
    /// Short name of the authority.
    pub issuer: String,
    /// CRLNumber.
    pub number: u64,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// SHA-256 of its DER, lower-case hexadecimal.
    pub sha256: String,
}

/// Of [`super::Step::Revoke`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificatesRevoked {
    /// Short name of the authority: its own certificate, or those of its responders.
    pub authority: String,
    /// Why.
    pub reason: RevocationReason,
    /// Which.
    pub certificates: Vec<RevokedCertificate>,
    /// Of responders: which others go on answering, since they are no earlier ones. None of an authority's own certificate, and where a program
    /// of before has revoked, which did not write it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spared: Option<Vec<SparedCertificate>>,
}

/// A responder's certificate that was not revoked with those before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SparedCertificate {
    /// Short name of its issuer.
    pub issuer: String,
    /// Serial number, upper-case hexadecimal.
    pub serial: String,
    /// Why it is no earlier one.
    pub because: Spared,
}

/// Why a responder is no earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spared {
    /// This ceremony has made it.
    Own,
    /// Another ceremony has, since this one was opened.
    LaterCeremony,
    /// One of these has asked for it as its successor.
    Successor,
}

impl Spared {
    /// The same for a person to read.
    pub fn words(self) -> &'static str {
        match self {
            Self::Own => "made here",
            Self::LaterCeremony => "made by another ceremony since this one was opened",
            Self::Successor => "asked for by a responder that stays",
        }
    }
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevokedCertificate {
    /// Short name of its issuer.
    pub issuer: String,
    /// Serial number, upper-case hexadecimal.
    pub serial: String,
    /// Since when it is revoked.
    pub revoked_at: Timestamp,
}

/// Of [`super::Step::End`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndDecided {
    /// Short name of the authority.
    pub authority: String,
    /// The end of the last certificate it gave.
    pub covered_until: Timestamp,
    /// Certificates that are good and stay so.
    pub living_certificates: i64,
}

/// Of [`super::Step::Destroy`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyDestroyed {
    /// Short name of the authority.
    pub authority: String,
    /// Token and `CKA_ID`.
    #[serde(flatten)]
    pub reference: KeyReference,
    /// How many objects a find finds afterwards: none.
    pub found: usize,
}

/// What a ceremony has made so far, by fingerprints; there is no secret in it.
#[derive(Clone, Debug, Serialize)]
pub struct CeremonyOutcome {
    /// The ceremony's name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its kind.
    pub kind: CeremonyKind,
    /// SHA-256 of the ceremony file, lower-case hexadecimal.
    pub file_sha256: String,
    /// Whether it had come to its end before, and nothing was done now.
    pub held_before: bool,
    /// Head of the transcript.
    pub transcript_head: String,
    /// The tokens that were initialised.
    pub tokens: Vec<TokenInitialised>,
    /// Every key that was made, in order.
    pub keys: Vec<KeyMade>,
    /// Every certificate that was issued, in order.
    pub certificates: Vec<CertificateMade>,
    /// Every CRL that was signed.
    pub crls: Vec<CrlMade>,
    /// Every revocation.
    pub revoked: Vec<CertificatesRevoked>,
    /// Every key that was destroyed.
    pub destroyed: Vec<KeyDestroyed>,
    /// Every administrator's key that was recorded.
    pub administrators: Vec<AdministratorKey>,
}
