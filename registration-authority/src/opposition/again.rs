//! The opposition that somebody declared already, for a program that did not hear the answer and asks again.

use ca_core::certificate::{self, CertificateStatus};
use ca_core::revocation::Revoked;
use ca_core::status_log;
use card::{CardNumber, certificates};
use diesel::prelude::*;
use store::schema::{audit_events, card_oppositions, certificate_status_events, opposition_declarations};
use store::{Act, Database, Timestamp};

use super::requester::{Claim, Requested};
use super::{EndedCertificate, Ground, OpposeError, Opposition};
use crate::replies::REPLY_LIFE;

/// The opposition of this card that the one who acts declared himself within [`REPLY_LIFE`], for this ground and this claim; nothing where
/// another did, or he did otherwise. On one picture of the database.
pub fn declared_before(
    db: &mut Database,
    number: &CardNumber,
    (ground, claim): (Ground, &Claim),
    act: &Act,
) -> Result<Option<Opposition>, OpposeError> {
    type Row = (String, Timestamp, i64, String, String, Option<String>);
    let row: Option<Row> = opposition_declarations::table
        .inner_join(
            card_oppositions::table
                .on(card_oppositions::card_number.eq(opposition_declarations::card_number)),
        )
        .filter(opposition_declarations::card_number.eq(number.to_string()))
        .filter(opposition_declarations::declared_by.eq(act.actor.to_string()))
        .filter(opposition_declarations::ground.eq(ground.as_str()))
        .filter(opposition_declarations::requester.is_not_null())
        .filter(opposition_declarations::requested_by.is_not_null())
        .filter(opposition_declarations::received_at.gt(act.at.minus(REPLY_LIFE)))
        .select((
            opposition_declarations::receipt,
            card_oppositions::opposed_at,
            card_oppositions::sequence,
            opposition_declarations::requester.assume_not_null(),
            opposition_declarations::requested_by.assume_not_null(),
            opposition_declarations::mandate,
        ))
        .first(db)
        .optional()?;
    let Some((receipt, opposed_at, sequence, requester, by, mandate)) = row else { return Ok(None) };
    let Some(requested) = Requested::stored(&requester, by, mandate).filter(|stored| stored.is_of(claim))
    else {
        return Ok(None);
    };
    let request: Option<String> = audit_events::table
        .filter(audit_events::subject.eq(format!("card {number}")))
        .filter(audit_events::action.eq("opposition.declared"))
        .select(audit_events::request)
        .first(db)
        .optional()?;
    let mut attached = certificates::of_card(db, number)?;
    attached.sort();
    let mut ended = Vec::with_capacity(attached.len());
    for one in attached {
        let serial = one.serial.parse().map_err(|_| OpposeError::SerialUnreadable(*number))?;
        let (issuer, serial_text) = (one.issuer.as_str(), one.serial.as_str());
        let outcome = match certificate::find(db, issuer, &serial)?.map(|found| found.status) {
            _ if !ended_then(db, issuer, serial_text, request.as_deref())? => None,
            Some(CertificateStatus::Abandoned) => Some(Revoked::Abandoned),
            Some(CertificateStatus::Revoked { at, .. }) => {
                Some(Revoked::Published { sequence: place(db, issuer, serial_text)?, at })
            }
            _ => None,
        };
        ended.push(EndedCertificate { issuer: one.issuer, serial, outcome });
    }
    let status_sequence = status_log::newest(db)?;
    let (card, certificates) = (*number, ended);
    Ok(Some(Opposition { receipt, card, requested, opposed_at, sequence, certificates, status_sequence }))
}

/// Whether a certificate ended in this request, and not before it.
fn ended_then(db: &mut Database, issuer: &str, serial: &str, request: Option<&str>) -> QueryResult<bool> {
    let Some(request) = request else { return Ok(false) };
    let ended = audit_events::table
        .filter(audit_events::subject.eq(format!("certificate {issuer} {serial}")))
        .filter(audit_events::action.eq_any(["certificate.revoked", "certificate.abandoned"]))
        .filter(audit_events::request.eq(request));
    diesel::select(diesel::dsl::exists(ended)).get_result(db)
}

/// Where the revocation stands in the status log.
fn place(db: &mut Database, issuer: &str, serial: &str) -> QueryResult<i64> {
    certificate_status_events::table
        .filter(
            certificate_status_events::issuer.eq(issuer).and(certificate_status_events::serial.eq(serial)),
        )
        .order(certificate_status_events::sequence.desc())
        .select(certificate_status_events::sequence)
        .first(db)
}
