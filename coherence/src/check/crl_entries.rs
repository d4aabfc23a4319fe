//! The entries of one CRL, in one pass over the part of the status log that it was cut from.

use store::{Database, Timestamp};

use crate::LookError;
use crate::difference::{Differences, Face, Kind};
use crate::logged::{self, Logged};
use crate::readers::crl::Entry;
use crate::recorded::{self, RecordedCrl};
use crate::scope::Scope;

/// Which entries a CRL must have.
pub(super) struct Expected<'a> {
    pub(super) face: Face,
    pub(super) place: &'a str,
    pub(super) scope: &'a Scope,
    /// The log after the first and up to the second.
    pub(super) between: (i64, i64),
    pub(super) this_update: Timestamp,
    /// The complete CRL before a complete one.
    pub(super) before: Option<&'a RecordedCrl>,
}

impl Expected<'_> {
    /// "An entry MUST NOT be removed from the CRL until it appears on one regularly scheduled CRL issued beyond the
    /// revoked certificate's validity period." (RFC 5280 §3.3) Numbers, dates and cuts grow together: if any CRL
    /// showed it past its end, the one before this did.
    fn may_lack(&self, row: &Logged) -> bool {
        let shown =
            |before: &RecordedCrl| before.this_update > row.not_after && before.log_sequence >= row.sequence;
        row.not_after < self.this_update && self.before.is_some_and(shown)
    }
}

/// Compares. The rows come page by page in the order of their serial numbers, in which the entries stand too.
pub(super) fn compare(
    db: &mut Database,
    expected: &Expected<'_>,
    entries: &[Entry<'_>],
    differences: &mut Differences,
) -> Result<(), LookError> {
    let (face, place) = (expected.face, expected.place);
    let subject = |serial: &[u8]| format!("{} {}", expected.scope.issuer, hex::encode_upper(serial));
    let mut left = entries.iter().peekable();
    logged::for_each(db, expected.scope, expected.between, &mut |db, row| -> Result<(), LookError> {
        let serial = hex::decode(&row.serial).unwrap_or_default();
        if let Some(contradiction) = row.contradiction()
            && (row.is_revocation()
                || logged::last(db, &row.issuer, &row.serial)?.is_some_and(|last| last == *row))
        {
            differences.add(Face::Database, "certificates", Kind::Differs, subject(&serial), contradiction);
        }
        // removeFromCRL stands on deltas alone (RFC 5280 §5.3.1).
        if row.is_release() && face == Face::Crl {
            return Ok(());
        }
        while let Some(entry) = left.next_if(|entry| entry.serial < serial.as_slice()) {
            differences.add(face, place, Kind::Surplus, subject(entry.serial), unknown(expected));
        }
        let Some(entry) = left.next_if(|entry| entry.serial == serial.as_slice()) else {
            if !expected.may_lack(row) {
                let found =
                    format!("{} at {} (event {}), and not on it", row.event, row.occurred_at, row.sequence);
                differences.add(face, place, Kind::Missing, subject(&serial), found);
            }
            return Ok(());
        };
        if entry.revoked_at != row.dated().seconds()
            && !recorded::was_first_shown_at(db, expected.scope, row, entry.revoked_at)?
        {
            let stated = Timestamp::from_seconds(entry.revoked_at);
            let found = format!("{} at {} by the log, at {stated} on it", row.event, row.dated());
            differences.add(face, place, Kind::Differs, subject(&serial), found);
        }
        if reason(entry.reason) != Some(row.reason.as_str()) {
            let found = format!("reason {} in the log, {} on it", row.reason, entry.reason);
            differences.add(face, place, Kind::Differs, subject(&serial), found);
        }
        Ok(())
    })?;
    for entry in left {
        differences.add(face, place, Kind::Surplus, subject(entry.serial), unknown(expected));
    }
    Ok(())
}

fn unknown(expected: &Expected<'_>) -> String {
    let (base, cut) = expected.between;
    format!("stands on it, and by the log between {base} and {cut} it should not")
}

/// CRLReason (RFC 5280 §5.3.1), as the log names those that this PKI gives.
pub(crate) fn reason(code: u8) -> Option<&'static str> {
    Some(match code {
        1 => "keyCompromise",
        2 => "cACompromise",
        3 => "affiliationChanged",
        4 => "superseded",
        5 => "cessationOfOperation",
        6 => "certificateHold",
        8 => "removeFromCRL",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
