//! What the certificate of a responder rests on that no ceremony made: the ceremony's file, which provides for a
//! responder of this kind, and the request.
//!
//! ```text
//! ResponderEvidence ::= SEQUENCE {
//!     ceremony      OCTET STRING (SIZE (32)),   -- SHA-256 of the file
//!     statement     OCTET STRING,               -- DER of ResponderStatement
//!     possession    OCTET STRING,               -- signature of the new key over it
//!     authorisation OCTET STRING }              -- signature of the predecessor over it
//! ```

use der::asn1::OctetString;
use der::{Encode, Sequence};
use diesel::prelude::*;
use store::Database;
use store::schema::{responder_certifications, responder_request_proofs, responder_requests};

use super::inbox::Proofs;
use crate::serial::SerialNumber;

pub(super) fn encode(ceremony: &[u8], statement: &[u8], proofs: &Proofs) -> der::Result<Vec<u8>> {
    ResponderEvidence {
        ceremony: OctetString::new(ceremony)?,
        statement: OctetString::new(statement)?,
        possession: OctetString::new(proofs.possession.as_slice())?,
        authorisation: OctetString::new(proofs.authorisation.as_slice())?,
    }
    .to_der()
}

/// The evidence of a responder's certificate, DER; nothing where no request led to it.
pub fn evidence_of(db: &mut Database, issuer: &str, serial: &SerialNumber) -> QueryResult<Option<Vec<u8>>> {
    type Row = (Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>);
    let row: Option<Row> = responder_certifications::table
        .inner_join(
            responder_requests::table.on(responder_requests::digest.eq(responder_certifications::digest)),
        )
        .inner_join(
            responder_request_proofs::table
                .on(responder_request_proofs::digest.eq(responder_certifications::digest)),
        )
        .filter(responder_certifications::issuer.eq(issuer))
        .filter(responder_certifications::serial.eq(serial.to_string()))
        .select((
            responder_certifications::ceremony,
            responder_requests::statement,
            responder_request_proofs::possession,
            responder_request_proofs::authorisation,
        ))
        .first(db)
        .optional()?;
    let Some((ceremony, statement, possession, authorisation)) = row else { return Ok(None) };
    let proofs = Proofs { possession, authorisation };
    Ok(Some(encode(&ceremony, &statement, &proofs).expect("rows are far below the length DER can say")))
}

#[derive(Sequence)]
struct ResponderEvidence {
    ceremony: OctetString,
    statement: OctetString,
    possession: OctetString,
    authorisation: OctetString,
}
