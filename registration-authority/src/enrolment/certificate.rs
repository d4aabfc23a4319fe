use ca_core::authority::{self, AuthorityError};
use ca_core::certificate::{self, CertificateStatus};
use card::{CardStatus, certificates};
use openssl::x509::X509;
use store::{Code, Database, Fault, Timestamp};
use thiserror::Error;

use super::{ClientCertificate, EnrolledCertificate, Roster};
use crate::faults;

/// Longest certificate that is looked at, in octets.
pub const CERTIFICATE_BOUND: usize = 16 * 1024;

/// What an officer, or a system, signs in with: a key that its holder's code opens, in a card that names him; or that of a
/// structure's software. Never a `-tech` one, whose key a card uses for whoever comes near it, nor one of a service.
pub(super) const SIGN_IN_PROFILES: [&str; 7] = [
    "fo-pp-cps-auth",
    "fo-pp-cpf-auth",
    "st-pp-cpe-auth",
    "st-pp-cde-auth",
    "st-pp-cpa-auth",
    "st-pp-cda-auth",
    "el-org-auth-cli",
];

/// Why nobody signs in with a certificate.
#[derive(Debug, Error)]
pub enum CertificateRefused {
    /// It is none that this installation recorded, octet by octet.
    #[error("the certificate is none of ours")]
    Unknown,
    /// It is not for signing in.
    #[error("a certificate of profile {0} signs nobody in")]
    Purpose(String),
    /// It stood, or will; why it does not now.
    #[error("the certificate does not stand: {0}")]
    Ended(&'static str),
    /// No officer has it.
    #[error("the certificate {0} is enrolled for nobody, or no longer")]
    NotEnrolled(String),
    /// Its authority cannot be read.
    #[error(transparent)]
    Authority(AuthorityError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for CertificateRefused {
    fn code(&self) -> Code {
        match self {
            Self::Unknown => faults::ENROLMENT_CERTIFICATE_UNKNOWN,
            Self::Purpose(_) => faults::ENROLMENT_CERTIFICATE_PURPOSE,
            Self::Ended(_) => faults::ENROLMENT_CERTIFICATE_ENDED,
            Self::NotEnrolled(_) => faults::ENROLMENT_CERTIFICATE_MISSING,
            Self::Authority(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The certificate (DER) as an enrolment names it, when it stands at `at` and signs people in: recorded here octet by octet,
/// good, in its validity and its authority's, of a profile for signing in, and in no card that has not been activated or is
/// over.
pub fn standing(
    db: &mut Database,
    der: &[u8],
    at: Timestamp,
) -> Result<ClientCertificate, CertificateRefused> {
    let unknown = CertificateRefused::Unknown;
    if der.len() > CERTIFICATE_BOUND {
        return Err(unknown);
    }
    let public_key = X509::from_der(der)
        .and_then(|certificate| certificate.public_key())
        .and_then(|key| key.public_key_to_der())
        .map_err(|_| CertificateRefused::Unknown)?;
    let of_key = certificate::with_key(db, &public_key)?;
    let recorded = of_key.into_iter().find(|one| one.status.der() == Some(der)).ok_or(unknown)?;
    if !SIGN_IN_PROFILES.contains(&recorded.profile.as_str()) {
        return Err(CertificateRefused::Purpose(recorded.profile));
    }
    if !matches!(recorded.status, CertificateStatus::Good { .. }) {
        return Err(CertificateRefused::Ended("it is revoked"));
    }
    if !(recorded.not_before..=recorded.not_after).contains(&at) {
        return Err(CertificateRefused::Ended("it is not in its validity"));
    }
    match authority::load(db, &recorded.issuer) {
        Ok(authority) if authority.revoked_at.is_some() => {
            return Err(CertificateRefused::Ended("its authority is revoked"));
        }
        Ok(authority) if (authority.not_before..=authority.not_after).contains(&at) => {}
        Ok(_) => return Err(CertificateRefused::Ended("its authority is not in its validity")),
        Err(AuthorityError::Unknown(_)) => return Err(CertificateRefused::Ended("its authority is revoked")),
        Err(error) => return Err(CertificateRefused::Authority(error)),
    }
    if let Some(number) = certificates::card_of(db, &recorded.issuer, &recorded.serial.to_string())? {
        let active = card::find(db, &number)?.is_some_and(|card| card.life.status() == CardStatus::Active);
        if !active {
            return Err(CertificateRefused::Ended("its card is not active"));
        }
    }
    Ok(ClientCertificate::new(der, public_key))
}

/// Whose certificate it is, when it [stands](standing) and counts at `at`. To be asked at each request: an opposition ends
/// what was begun with the card.
pub fn whose(
    db: &mut Database,
    roster: &Roster,
    der: &[u8],
    at: Timestamp,
) -> Result<EnrolledCertificate, CertificateRefused> {
    let certificate = standing(db, der, at)?;
    let enrolled = roster.certificate(&certificate.fingerprint).filter(|enrolled| enrolled.counts(at));
    enrolled.cloned().ok_or_else(|| CertificateRefused::NotEnrolled(hex::encode(certificate.fingerprint)))
}
