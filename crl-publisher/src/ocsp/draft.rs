//! What an answer will say, before it is signed.

use std::time::Duration;

use const_oid::db::rfc6960::{ID_PKIX_OCSP_EXTENDED_REVOKE, ID_PKIX_OCSP_NONCE};
use der::Encode;
use der::asn1::{Null, OctetString};
use store::Timestamp;
use x509_cert::ext::Extension;

use super::delegate::{Delegate, Trouble};
use super::encode;
use super::request::Question;
use crate::policy::{NeverIssued, PublicationPolicy};
use crate::status::{Standing, Status};

/// The moments of an answer, whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moments {
    /// When what is said was known to be so.
    pub(crate) this_update: Timestamp,
    /// When it is signed.
    pub(crate) produced_at: Timestamp,
    /// Until when it may be relied on.
    pub(crate) next_update: Timestamp,
}

/// When the statuses were known, and what time it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    /// Everything committed before this moment is in the statuses.
    pub(crate) since: Timestamp,
    /// The moment of the request.
    pub(crate) at: Timestamp,
}

impl Moments {
    /// A revocation may have been committed since `since`: no answer about one certificate is older than what it
    /// says. A date that is further ahead than `clock_tolerance` was left by a clock; it is cut where it is written
    /// and moves nothing.
    pub(super) fn of(
        delegate: &Delegate,
        policy: &PublicationPolicy,
        statuses: &[Status],
        known: Known,
    ) -> Result<Self, Trouble> {
        let latest = known.at.plus(policy.clock_tolerance);
        let committed = match statuses {
            [one] => one.revoked_at().filter(|at| *at <= latest),
            // One moment for all: the revocation of one makes nothing known of the others.
            _ => None,
        };
        let since = known.since.min(known.at);
        let this_update = committed.map_or(since, |at| at.max(since)).whole_second();
        let produced_at = known.at.whole_second().max(this_update);
        if !delegate.is_valid_at(produced_at) {
            return Err(Trouble::ResponderExpired(delegate.authority.clone()));
        }
        let moments = Self::again(delegate, policy, this_update, produced_at);
        if moments.next_update <= known.at {
            return Err(Trouble::OutOfStep(known.since));
        }
        Ok(moments)
    }

    /// An answer is of no use once the certificate that signed it has ended.
    pub(super) fn again(
        delegate: &Delegate,
        policy: &PublicationPolicy,
        this_update: Timestamp,
        produced_at: Timestamp,
    ) -> Self {
        let next_update = this_update.plus(policy.ocsp_validity).min(delegate.not_after);
        Self { this_update, produced_at, next_update }
    }

    /// Whether an answer of these moments that says `standing` may still be sent at `at`, when everything is known
    /// since `since`, and is to be sent rather than a new one: not past `reuse` where that would say anything newer.
    pub(super) fn serve(&self, standing: Standing, known: Known, reuse: Duration) -> bool {
        let is_due = self.this_update.plus(reuse) <= known.at;
        self.stand(standing, known)
            && !(is_due && self.this_update < known.since.min(known.at).whole_second())
    }

    /// Whether it may be sent at all: not from the future, not past its end. Nor one that claims to know more than is
    /// known, as of a clock that was ahead and went back; what is revoked is so for ever.
    pub(super) fn stand(&self, standing: Standing, known: Known) -> bool {
        self.this_update <= known.at
            && known.at < self.next_update
            && (standing.is_final() || self.this_update <= known.since)
    }
}

/// The DER of the ResponseData: the same octets for the same arguments, whenever they are put together.
pub(super) fn response_data(
    delegate: &Delegate,
    policy: &PublicationPolicy,
    question: &Question,
    statuses: &[Status],
    moments: Moments,
) -> der::Result<Vec<u8>> {
    let revoked_if_never_issued = policy.ocsp_never_issued == NeverIssued::Revoked;
    let mut responses = Vec::with_capacity(160 * statuses.len());
    for (cert_id, status) in question.certificates.iter().zip(statuses) {
        let said = match status {
            Status::Unknown if revoked_if_never_issued => encode::never_issued()?,
            status => encode::cert_status(status, moments.this_update)?,
        };
        encode::single_response(
            &mut responses,
            &cert_id.to_der()?,
            &said,
            moments.this_update,
            moments.next_update,
            &delegate.single_extensions,
        )?;
    }
    let mut extensions = Vec::new();
    if let Some(nonce) = &question.nonce {
        extensions.push(extension(ID_PKIX_OCSP_NONCE, nonce.clone()));
    }
    if revoked_if_never_issued && statuses.contains(&Status::Unknown) {
        // RFC 6960 §4.4.8: such an answer says that "revoked" is meant in the extended sense.
        extensions.push(extension(ID_PKIX_OCSP_EXTENDED_REVOKE, OctetString::new(Null.to_der()?)?));
    }
    let extensions = if extensions.is_empty() { Vec::new() } else { extensions.to_der()? };
    encode::response_data(&delegate.key_hash, moments.produced_at, &responses, &extensions)
}

fn extension(extn_id: const_oid::ObjectIdentifier, extn_value: OctetString) -> Extension {
    Extension { extn_id, critical: false, extn_value }
}
