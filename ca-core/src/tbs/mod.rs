//! The certificate before it is signed: profile, identity and facts become the DER of a `TBSCertificate`.

mod extensions;
mod issuer;
mod name;

use der::asn1::GeneralizedTime;
use der::{Decode, Encode};
use spki::SubjectPublicKeyInfoOwned;
use store::{Code, Fault, Timestamp};
use thiserror::Error;
use x509_cert::TbsCertificate;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{self, Builder, CertificateBuilder};
use x509_cert::ext::Extension;
use x509_cert::name::Name;
use x509_cert::time::{Time, Validity};

pub use issuer::{TbsIssuer, UnreadableIssuer};

use crate::faults;
use crate::identity::Identity;
use crate::profile::{KeyKind, Profile, ProfileId};
use crate::serial::SerialNumber;
use crate::shard::Shard;
use crate::signer::{SignatureAlgorithm, UnsupportedKey};
use crate::subject::{BadText, Fact, Facts};

/// Everything a `TBSCertificate` is made of. The same input gives the same bytes.
#[derive(Clone, Copy, Debug)]
pub struct TbsInput<'a> {
    /// What kind of certificate.
    pub profile: &'a Profile,
    /// Whose PKI.
    pub identity: &'a Identity,
    /// Who issues it; none for a root, which issues its own.
    pub issuer: Option<&'a TbsIssuer>,
    /// The shard of the issuer's CRL that it is of; none where it names the full CRL.
    pub shard: Option<&'a Shard>,
    /// What is known of the subject.
    pub facts: &'a Facts,
    /// The key it certifies: the DER of a `SubjectPublicKeyInfo`.
    pub public_key: &'a [u8],
    /// Its serial number.
    pub serial: &'a SerialNumber,
    /// Valid from, in whole seconds.
    pub not_before: Timestamp,
    /// Valid until, that second included.
    pub not_after: Timestamp,
    /// What it will be signed with.
    pub algorithm: SignatureAlgorithm,
}

/// Why no certificate can be made of the input.
#[derive(Debug, Error)]
pub enum BuildError {
    /// A fact that the profile needs is absent, or has several values where one is needed.
    #[error("profile {profile}: the fact {fact} is missing or not single, and {wanted_by} is made of it")]
    FactMissing {
        /// The profile.
        profile: ProfileId,
        /// The fact.
        fact: Fact,
        /// The attribute or extension.
        wanted_by: &'static str,
    },
    /// A text that cannot stand where the profile puts it.
    #[error("profile {profile}: {field}: {why}")]
    Text {
        /// The profile.
        profile: ProfileId,
        /// The attribute or extension.
        field: &'static str,
        /// The rule.
        why: BadText,
    },
    /// The identity names no such authority.
    #[error("the identity names no authority {0:?}")]
    UnknownAuthority(String),
    /// This authority may not issue this profile.
    #[error("{issuer} does not issue profile {profile}")]
    WrongIssuer {
        /// The profile.
        profile: ProfileId,
        /// The authority's short name, or `itself`.
        issuer: String,
    },
    /// The profile does not certify such keys.
    #[error("profile {profile}: a key of kind {kind} is not allowed")]
    KeyNotAllowed {
        /// The profile.
        profile: ProfileId,
        /// The kind of key, or `unknown`.
        kind: String,
    },
    /// The public key is no `SubjectPublicKeyInfo`, or one that signs with nothing known here.
    #[error("public key: {0}")]
    Key(#[from] UnsupportedKey),
    /// The issuer's key does not sign with this algorithm.
    #[error("the issuer's key signs with {expected}, not with {asked}")]
    Algorithm {
        /// What the key signs with.
        expected: SignatureAlgorithm,
        /// What was asked for.
        asked: SignatureAlgorithm,
    },
    /// It would end before it begins.
    #[error("it would be valid from {not_before} to {not_after}")]
    ValidityInverted {
        /// Valid from.
        not_before: Timestamp,
        /// Valid until.
        not_after: Timestamp,
    },
    /// It would outlive its issuer (invariant 17).
    #[error("it would end at {not_after}, after its issuer {issuer}, which ends at {issuer_end}")]
    OutlivesIssuer {
        /// The authority's short name.
        issuer: String,
        /// Valid until.
        not_after: Timestamp,
        /// The end of the issuer.
        issuer_end: Timestamp,
    },
    /// The DER could not be written.
    #[error("encoding: {0}")]
    Encoding(String),
}

/// Builds the DER of the `TBSCertificate` (RFC 5280 §4.1). Nothing is signed, read or drawn.
pub fn build(input: &TbsInput<'_>) -> Result<Vec<u8>, BuildError> {
    check_issuer(input)?;
    check_key(input)?;
    check_validity(input)?;
    let subject = name::build(input)?;
    let layout = Layout {
        issuer: match input.issuer {
            Some(issuer) => Name::from_der(&issuer.name).map_err(encoding)?,
            None => subject.clone(),
        },
        subject,
        extensions: extensions::build(input)?,
    };
    let signatory = issuer::Signatory::of(input);
    let serial = x509_cert::serial_number::SerialNumber::new(input.serial.octets()).map_err(encoding)?;
    let validity = Validity::new(time(input.not_before)?, time(input.not_after)?);
    let public_key = SubjectPublicKeyInfoOwned::from_der(input.public_key).map_err(encoding)?;
    CertificateBuilder::new(layout, serial, validity, public_key)
        .and_then(|mut builder| builder.finalize(&signatory))
        .map_err(encoding)
}

/// The DER of the subject of a `TBSCertificate` that was built here.
pub fn subject_of(tbs: &[u8]) -> Result<Vec<u8>, BuildError> {
    TbsCertificate::from_der(tbs).and_then(|tbs| tbs.subject().to_der()).map_err(encoding)
}

/// The SubjectPublicKeyInfo of a TBS, DER.
pub fn public_key_of(tbs: &[u8]) -> Result<Vec<u8>, BuildError> {
    TbsCertificate::from_der(tbs).and_then(|tbs| tbs.subject_public_key_info().to_der()).map_err(encoding)
}

/// What the builder of `x509-cert` asks a profile for. Names and extensions are made beforehand, where an
/// error can say which attribute it is about.
struct Layout {
    issuer: Name,
    subject: Name,
    extensions: Vec<Extension>,
}

impl BuilderProfile for Layout {
    fn get_issuer(&self, _subject: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        _subject_key: spki::SubjectPublicKeyInfoRef<'_>,
        _issuer_key: spki::SubjectPublicKeyInfoRef<'_>,
        _tbs: &TbsCertificate,
    ) -> builder::Result<Vec<Extension>> {
        Ok(self.extensions.clone())
    }
}

fn check_issuer(input: &TbsInput<'_>) -> Result<(), BuildError> {
    if input.profile.self_signed && input.issuer.is_none() {
        return Ok(());
    }
    let short_name = &input.issuer()?.short_name;
    if input.profile.may_be_issued_by(short_name) { Ok(()) } else { Err(input.wrong_issuer(short_name)) }
}

fn check_key(input: &TbsInput<'_>) -> Result<(), BuildError> {
    let kind = KeyKind::of(input.public_key);
    if !kind.is_some_and(|kind| input.profile.keys.allows(kind)) {
        return Err(BuildError::KeyNotAllowed {
            profile: input.profile.id.clone(),
            kind: kind.map_or("unknown".to_owned(), |kind| kind.to_string()),
        });
    }
    let signing_key = input.issuer.map_or(input.public_key, |issuer| &issuer.public_key);
    let expected = SignatureAlgorithm::of_key(signing_key)?;
    if expected == input.algorithm {
        Ok(())
    } else {
        Err(BuildError::Algorithm { expected, asked: input.algorithm })
    }
}

fn check_validity(input: &TbsInput<'_>) -> Result<(), BuildError> {
    let (not_before, not_after) = (input.not_before.whole_second(), input.not_after.whole_second());
    if not_before >= not_after {
        return Err(BuildError::ValidityInverted { not_before, not_after });
    }
    match input.issuer {
        Some(issuer) if not_after > issuer.not_after => Err(BuildError::OutlivesIssuer {
            issuer: issuer.short_name.clone(),
            not_after,
            issuer_end: issuer.not_after,
        }),
        _ => Ok(()),
    }
}

/// The builder turns it into UTCTime through 2049 (RFC 5280 §4.1.2.5).
fn time(moment: Timestamp) -> Result<Time, BuildError> {
    generalized_time(moment).map(Time::GeneralTime)
}

fn generalized_time(moment: Timestamp) -> Result<GeneralizedTime, BuildError> {
    let seconds = u64::try_from(moment.seconds()).map_err(|_| {
        BuildError::Encoding(format!("{moment} is before 1970, which no certificate here is"))
    })?;
    GeneralizedTime::from_unix_duration(std::time::Duration::from_secs(seconds)).map_err(encoding)
}

fn encoding(error: impl std::fmt::Display) -> BuildError {
    BuildError::Encoding(error.to_string())
}

impl TbsInput<'_> {
    /// The issuer, for what only a certificate that somebody issues has.
    fn issuer(&self) -> Result<&TbsIssuer, BuildError> {
        self.issuer.ok_or_else(|| self.wrong_issuer("itself"))
    }

    fn wrong_issuer(&self, issuer: &str) -> BuildError {
        BuildError::WrongIssuer { profile: self.profile.id.clone(), issuer: issuer.to_owned() }
    }

    /// The text of a fact that something in the certificate is made of.
    fn fact(&self, fact: Fact, wanted_by: &'static str) -> Result<&str, BuildError> {
        self.facts.text(fact).ok_or_else(|| BuildError::FactMissing {
            profile: self.profile.id.clone(),
            fact,
            wanted_by,
        })
    }

    fn bad_text(&self, field: &'static str) -> impl FnOnce(BadText) -> BuildError {
        let profile = self.profile.id.clone();
        move |why| BuildError::Text { profile, field, why }
    }

    fn authority_name(&self, short_name: &str) -> Result<String, BuildError> {
        self.identity
            .authorities
            .common_name(short_name)
            .ok_or_else(|| BuildError::UnknownAuthority(short_name.to_owned()))
    }
}

impl Fault for BuildError {
    fn code(&self) -> Code {
        match self {
            Self::FactMissing { .. } => faults::CERTIFICATE_FACT_MISSING,
            Self::Text { .. } => faults::CERTIFICATE_FACT_INVALID,
            Self::UnknownAuthority(_) => faults::CERTIFICATE_AUTHORITY_UNKNOWN,
            Self::WrongIssuer { .. } => faults::CERTIFICATE_ISSUER_REFUSED,
            Self::KeyNotAllowed { .. } | Self::Key(_) => faults::CERTIFICATE_KEY_REFUSED,
            Self::ValidityInverted { .. } | Self::OutlivesIssuer { .. } => {
                faults::CERTIFICATE_VALIDITY_REFUSED
            }
            Self::Algorithm { .. } | Self::Encoding(_) => faults::CERTIFICATE_ENCODING,
        }
    }
}

#[cfg(test)]
mod tests;
