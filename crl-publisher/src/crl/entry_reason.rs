//! Why a certificate stands on a CRL.

use std::str::FromStr;

use ca_core::revocation::{RevocationReason, RevokeError};
use ca_core::status_log::{CERTIFICATE_HOLD, REMOVE_FROM_CRL};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::sql_types::Text;

/// The reasonCode of an entry (RFC 5280 §5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromSqlRow)]
#[diesel(sql_type = Text)]
pub(crate) enum EntryReason {
    /// It is revoked, which is final.
    Revoked(RevocationReason),
    /// certificateHold (6): it is held.
    CertificateHold,
    /// removeFromCRL (8): its hold was lifted. On deltas alone.
    RemoveFromCrl,
}

impl EntryReason {
    /// The value of the CRLReason ENUMERATED.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Revoked(reason) => reason.code(),
            Self::CertificateHold => 6,
            Self::RemoveFromCrl => 8,
        }
    }
}

/// As the status log names it.
impl FromStr for EntryReason {
    type Err = RevokeError;

    fn from_str(text: &str) -> Result<Self, RevokeError> {
        match text {
            CERTIFICATE_HOLD => Ok(Self::CertificateHold),
            REMOVE_FROM_CRL => Ok(Self::RemoveFromCrl),
            other => other.parse().map(Self::Revoked),
        }
    }
}

/// By its name in RFC 5280 §5.3.1.
impl<DB: Backend> FromSql<Text, DB> for EntryReason
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let text = String::from_sql(bytes)?;
        text.parse().map_err(|_| format!("{text}: no reason of a revocation").into())
    }
}
