//! One signature for several orders: the page that asks for it, and what it covers when it comes.

use askama::Template;
use registration_authority::approval::{
    ApprovalProof, BulkRow, BulkStatement, PasskeyProof, Statement, Verdict,
};
use registration_authority::decision::nonce;
use registration_authority::faults as rules;
use registration_authority::order::bulk::Chosen;
use registration_authority::refusal_reasons;
use sha2::{Digest, Sha256};

use super::asked::Asked;
use super::rows::Row;
use crate::desk::Work;
use crate::failure::Failure;
use crate::frame::Frame;
use crate::messages::Key;
use crate::pages::filters;
use crate::pages::signing::{Pen, Request, pen};
use crate::passkey_answer::{assertion, octets};
use crate::posted::Fields;

/// What was signed, row by row; or the page that asks for the signature.
pub(super) enum Signed {
    By(SignedRows),
    Ask(Box<BulkSignPage>),
}

/// The rows that a signature covers, whatever the rest of the form says.
pub(super) struct SignedRows {
    pub(super) verdict: Verdict,
    pub(super) rows: Vec<(Chosen, ApprovalProof)>,
    /// Whether it is one signature for all of them, so that the worker takes all or none.
    pub(super) in_one: bool,
}

#[derive(Template)]
#[template(path = "bulk_sign.html")]
pub(super) struct BulkSignPage {
    frame: Frame,
    verdict: Verdict,
    query: String,
    rows: Vec<Row>,
    reason: Option<&'static str>,
    /// SHA-256 of what is signed.
    digest: String,
    fields: Vec<(String, String)>,
    request: Request,
}

impl BulkSignPage {
    fn section(&self) -> &'static str {
        "file"
    }

    fn what(&self) -> Key {
        match self.verdict {
            Verdict::Approve => Key::of("bulk-approve-these"),
            Verdict::Refuse => Key::of("bulk-refuse-these"),
        }
    }
}

/// The page that asks the officer's authenticator for one signature over the rows that can be decided so. A demonstration's key,
/// which needs no gesture, signs for each row alone.
pub(super) fn sign(
    work: &mut Work<'_>,
    frame: Frame,
    asked: &Asked,
    mut rows: Vec<Row>,
    fields: &Fields,
) -> Result<Signed, Failure> {
    rows.retain(|row| row.refusal.is_none());
    let reason = asked.letter_of().map(|(reason, _)| reason);
    let (login, at) = (work.officer.login.clone(), work.act.at);
    match pen(work)? {
        Pen::Passkey { keys, relying_party } => {
            let nonce = work.db.write(|db| nonce::take(db, &login, at))?;
            let subjects: Vec<_> =
                rows.iter().filter_map(|row| row.order.as_ref()).map(|order| order.subject.clone()).collect();
            let statement = BulkStatement::over_nonce(&subjects, asked.verdict, reason, &login, nonce, at)
                .ok_or(Failure::of(rules::BULK_EMPTY))?
                .saying(asked.text())
                .encode();
            Ok(Signed::Ask(Box::new(BulkSignPage {
                frame,
                verdict: asked.verdict,
                query: asked.query.clone(),
                rows,
                reason: reason.and_then(refusal_reasons::find).map(|reason| reason.sentence),
                digest: hex::encode(Sha256::digest(&statement)),
                fields: fields.others(),
                request: Request::over(&statement, &keys, &relying_party),
            })))
        }
        Pen::Demo(approver) => {
            let mut signed = Vec::new();
            for row in rows {
                let Some(order) = row.order else { continue };
                let statement = Statement::new(&order.subject, asked.verdict, reason, &login, work.rng, at);
                signed.push((row.chosen, approver.sign(&statement.saying(asked.text()))?));
            }
            Ok(Signed::By(SignedRows { verdict: asked.verdict, rows: signed, in_one: false }))
        }
    }
}

/// The bulk that an officer's authenticator has signed, and its proof beside each of its rows; none where it was not asked yet.
pub(super) fn answered(fields: &Fields) -> Result<Option<SignedRows>, Failure> {
    if !fields.has("declaration") {
        return Ok(None);
    }
    let octets = octets(fields, "declaration")?;
    let statement = BulkStatement::decode(&octets).ok_or(Failure::of(rules::APPROVAL_PROOF_INVALID))?;
    let proof = ApprovalProof::Passkey(PasskeyProof::new(&octets, &assertion(fields)?)?);
    let chosen = |row: &BulkRow| (Chosen { number: row.number.clone(), version: row.version }, proof.clone());
    let rows = statement.rows().iter().map(chosen).collect();
    Ok(Some(SignedRows { verdict: statement.verdict(), rows, in_one: true }))
}
