//! What signs an officer's decision: his passkey, on a page of its own between the form and the act; or, in a demonstration,
//! its visible key.

use askama::Template;
use registration_authority::approval::passkey::RelyingParty;
use registration_authority::approval::{
    ApprovalProof, Decidable, DemoApprover, PasskeyProof, Statement, Verdict,
};
use registration_authority::decision::{ground, nonce};
use registration_authority::enrolment::EnrolledKey;
use registration_authority::faults as rules;
use registration_authority::letter::Letter;
use registration_authority::notices::Wording;
use sha2::{Digest, Sha256};

use super::release::text;
use crate::desk::Work;
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
use crate::messages::Key;
use crate::passkey_answer::{assertion, encode, octets};
use crate::posted::Fields;
use crate::sessions::Means;

/// What an officer is asked to sign.
pub(super) struct Asked<'a> {
    /// What is decided on, as he has read it.
    pub(super) subject: &'a Decidable,
    /// Yes or no.
    pub(super) verdict: Verdict,
    /// The code of why not.
    pub(super) reason: Option<&'static str>,
    /// In words.
    pub(super) what: Key,
    /// What it is about, line by line.
    pub(super) lines: Vec<(Key, String)>,
    /// What the holder is sent because of it.
    pub(super) leaves: Option<Leaves>,
    /// Where the form goes: to the address that asks.
    pub(super) action: String,
    /// Where one goes who thinks again.
    pub(super) back: String,
}

/// What leaves once a decision has taken effect, word for word.
pub(super) struct Leaves {
    /// By mail.
    pub(super) mail: Wording,
    /// On paper.
    pub(super) letter: Option<Letter>,
}

/// A proof, or the page that asks for it.
pub(super) enum Signed {
    Proof(ApprovalProof),
    Ask(Box<SignPage>),
}

#[derive(Template)]
#[template(path = "sign.html")]
pub(super) struct SignPage {
    frame: Frame,
    what: Key,
    lines: Vec<(Key, String)>,
    leaves: Option<Leaves>,
    digest: String,
    action: String,
    back: String,
    fields: Vec<(String, String)>,
    request: Request,
}

/// What an authenticator is asked for, as the script reads it.
pub(super) struct Request {
    pub(super) declaration: String,
    pub(super) challenge: String,
    pub(super) rp_id: String,
    pub(super) keys: String,
}

impl Request {
    /// A signature over this statement, by one of these keys.
    pub(super) fn over(statement: &[u8], keys: &[EnrolledKey], relying_party: &RelyingParty) -> Self {
        let keys: Vec<String> = keys.iter().map(|key| encode(&key.credential_id)).collect();
        Self {
            declaration: encode(statement),
            challenge: encode(&Sha256::digest(statement)),
            rp_id: relying_party.id().to_owned(),
            keys: keys.join(" "),
        }
    }
}

/// What an officer signs with here.
pub(super) enum Pen<'a> {
    /// His passkeys: who has one decides by nothing else.
    Passkey { keys: Vec<EnrolledKey>, relying_party: RelyingParty },
    /// The demonstration's key.
    Demo(&'a DemoApprover),
}

/// What this officer signs with; refused where there is nothing.
pub(super) fn pen<'a>(work: &mut Work<'a>) -> Result<Pen<'a>, Failure> {
    let keys = keys(work)?;
    match (work.state.verifier().relying_party(), work.state.approver()) {
        (Some(relying_party), _) if !keys.is_empty() => {
            let verifier = work.state.verifier();
            if !verifier.can_tell(&*verifier.roster(work.db)?, &work.officer.login) {
                return Err(Failure::of(rules::OFFICER_ADDRESS_MISSING));
            }
            Ok(Pen::Passkey { keys, relying_party: relying_party.clone() })
        }
        (_, Some(approver)) => Ok(Pen::Demo(approver)),
        _ => Err(Failure::of(faults::DECISION_PROOF_MISSING)),
    }
}

/// A line that is in French whatever the language of the page: the letter says it so.
pub(super) const REFUSAL_REASON: Key = Key::of("sign-line-refusal-reason");

impl SignPage {
    fn section(&self) -> &'static str {
        ""
    }

    fn is_french(&self, line: &Key) -> bool {
        *line == REFUSAL_REASON
    }
}

/// Whether this officer can sign a decision here at all.
pub(super) fn can_sign(work: &mut Work<'_>) -> Result<bool, Failure> {
    Ok(work.state.is_demo() || has_key(work)?)
}

/// Whether this officer has a passkey that counts.
pub(super) fn has_key(work: &mut Work<'_>) -> Result<bool, Failure> {
    Ok(!keys(work)?.is_empty())
}

/// The proof of a decision: what the form brings from the officer's authenticator, or, where it brings nothing yet, the
/// page that asks for it.
pub(super) fn sign(
    work: &mut Work<'_>,
    frame: Frame,
    asked: Asked<'_>,
    fields: &Fields,
) -> Result<Signed, Failure> {
    match pen(work)? {
        Pen::Passkey { .. } if fields.has("declaration") => {
            let statement = octets(fields, "declaration")?;
            Ok(Signed::Proof(ApprovalProof::Passkey(PasskeyProof::new(&statement, &assertion(fields)?)?)))
        }
        Pen::Passkey { keys, relying_party } => {
            Ok(Signed::Ask(Box::new(ask(work, frame, asked, fields, &keys, &relying_party)?)))
        }
        Pen::Demo(approver) => {
            let (login, at) = (work.officer.login.as_str(), work.act.at);
            let Asked { subject, verdict, reason, .. } = asked;
            let by = ground(work.db, work.officer, subject)?.map(|one| one.number);
            let statement = Statement::new(subject, verdict, reason, login, work.rng, at).by_delegation(by);
            Ok(Signed::Proof(approver.sign(&statement.saying(text(fields)))?))
        }
    }
}

fn ask(
    work: &mut Work<'_>,
    frame: Frame,
    asked: Asked<'_>,
    fields: &Fields,
    keys: &[EnrolledKey],
    relying_party: &RelyingParty,
) -> Result<SignPage, Failure> {
    let (login, at) = (work.officer.login.as_str(), work.act.at);
    let Asked { subject, verdict, reason, what, mut lines, leaves, action, back } = asked;
    let by = ground(work.db, work.officer, subject)?;
    if let Some(by) = &by {
        let said = frame
            .say("delegation-of")
            .with("number", by.number.clone())
            .with("for", by.delegator_name.clone());
        lines.push((Key::of("sign-line-delegation"), said.to_string()));
    }
    let nonce = work.db.write(|db| nonce::take(db, login, at))?;
    let statement = Statement::over_nonce(subject, verdict, reason, login, nonce, at);
    let statement = statement.by_delegation(by.map(|one| one.number)).saying(text(fields)).encode();
    Ok(SignPage {
        frame,
        what,
        lines,
        leaves,
        digest: hex::encode(Sha256::digest(&subject.canonical)),
        action,
        back,
        fields: fields.others(),
        request: Request::over(&statement, keys, relying_party),
    })
}

/// The officer's keys that count now; none where a card signed him in: its listener is not where passkeys sign.
fn keys(work: &mut Work<'_>) -> Result<Vec<EnrolledKey>, Failure> {
    if matches!(work.means, Means::Certificate(_)) {
        return Ok(Vec::new());
    }
    let roster = work.state.verifier().roster(work.db)?;
    let (login, at) = (&work.officer.login, work.act.at);
    Ok(roster.keys_of(login).filter(|key| key.counts(at)).cloned().collect())
}
