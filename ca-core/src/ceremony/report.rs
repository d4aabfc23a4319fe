//! What a ceremony made.

use serde::Serialize;

use crate::profile::KeyKind;
use crate::signer::KeyReference;

/// What a ceremony made, by fingerprints. In JSON it is what the witnesses sign; there is no secret
/// in it.
#[derive(Clone, Debug, Serialize)]
pub struct CeremonyReport {
    /// The ceremony's name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// SHA-256 of the ceremony file, lower-case hexadecimal.
    pub file_sha256: String,
    /// When it was held, RFC 3339.
    pub held_at: store::Timestamp,
    /// The tokens that were initialised.
    pub tokens: Vec<String>,
    /// Every key that was made, in order.
    pub keys: Vec<ReportedKey>,
    /// Every certificate that was issued, in order.
    pub certificates: Vec<ReportedCertificate>,
}

/// A key that was made.
#[derive(Clone, Debug, Serialize)]
pub struct ReportedKey {
    /// Its label in the token: `ACR-EL`, `ocsp-ACI-FO-PP`, `list-signer`, `audit`.
    pub label: String,
    /// Token and identifier.
    #[serde(flatten)]
    pub reference: KeyReference,
    /// Its kind.
    pub kind: KeyKind,
    /// SHA-256 of its SubjectPublicKeyInfo, lower-case hexadecimal.
    pub public_key_sha256: String,
}

/// A certificate that was issued.
#[derive(Clone, Debug, Serialize)]
pub struct ReportedCertificate {
    /// The label of its key.
    pub label: String,
    /// Identifier of its profile.
    pub profile: String,
    /// Short name of the authority that issued it.
    pub issuer: String,
    /// Its serial number, upper-case hexadecimal.
    pub serial: String,
    /// SHA-256 of the certificate, lower-case hexadecimal.
    pub sha256: String,
}
