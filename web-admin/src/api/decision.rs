//! Deciding by API: as on the pages, what decides is the officer's passkey. He asks for a challenge over the version that he has
//! read, signs it wherever his authenticator is, and sends the answer.

use actix_web::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use registration_authority::approval::passkey::Assertion;
use registration_authority::approval::{
    ApprovalProof, BulkStatement, Decidable, NONCE_LENGTH, PROOF_BOUND, PasskeyProof, Statement, SubjectKind,
    Verdict,
};
use registration_authority::decision::{ground, may_decide, nonce};
use registration_authority::replies::Reply;
use registration_authority::{faults as rules, refusal_reasons};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::body::field;
use super::once::reply;
use crate::desk::Work;
use crate::failure::Failure;
use crate::faults;

/// Yes or no, before it is signed.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Wish {
    /// It may go on.
    Approve,
    /// It ends here.
    Refuse,
}

/// What the officer means to decide.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// Yes or no.
    decision: Wish,
    /// The code of why not; for a refusal.
    reason: Option<String>,
    /// The officer's own sentence, of a refusal: it is signed, and sent once more with the signature.
    reason_text: Option<String>,
}

impl Asked {
    /// Whether he means no.
    pub(super) const fn refuses(&self) -> bool {
        matches!(self.decision, Wish::Refuse)
    }
}

/// What his authenticator must sign. All octets are base64url without padding.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Challenge {
    /// The DER of the decision, whose nonce the worker drew: sent back as it is, within half an hour.
    statement: String,
    /// The challenge: SHA-256 of the statement.
    challenge: String,
    /// What the client data must name.
    origin: String,
    /// For whom the authenticator signs.
    rp_id: String,
    /// The officer's keys.
    credentials: Vec<String>,
}

/// The authenticator's answer (`AuthenticatorAssertionResponse`, Web Authentication Level 3 §5.2.2). All octets are base64url
/// without padding.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Signed {
    /// As the challenge gave it.
    statement: String,
    /// Which key.
    credential_id: String,
    /// What the authenticator says.
    authenticator_data: String,
    /// What the client says: JSON.
    client_data: String,
    /// ECDSA-Sig-Value.
    signature: String,
    /// The officer's own sentence, of a refusal, as the challenge had it.
    pub(super) reason_text: Option<String>,
}

/// What was signed, read and not yet verified: the rule does.
pub(super) struct Proof {
    pub(super) verdict: Verdict,
    pub(super) version: i64,
    pub(super) proof: ApprovalProof,
}

/// A challenge for the officer who asks, where he may decide on this version.
pub(super) fn challenge(work: &mut Work<'_>, subject: &Decidable, asked: &Asked) -> Result<Reply, Failure> {
    let officer = may_decide(work.db, subject, subject.version, work.act)?;
    let (verdict, reason) = asked.decision.read(asked.reason.as_deref(), subject.kind)?;
    let at = work.act.at;
    let by = ground(work.db, &officer, subject)?.map(|one| one.number);
    let challenge = ask(work, |nonce| {
        let statement = Statement::over_nonce(subject, verdict, reason, &officer.login, nonce, at);
        Ok(statement.by_delegation(by).saying(asked.reason_text.as_deref()).encode())
    })?;
    Ok(reply(StatusCode::OK, None, None, &challenge))
}

/// What the keys of the officer who asks must sign: a statement over a nonce that the worker drew.
pub(super) fn ask(
    work: &mut Work<'_>,
    statement: impl FnOnce([u8; NONCE_LENGTH]) -> Result<Vec<u8>, Failure>,
) -> Result<Challenge, Failure> {
    let (login, at) = (&work.officer.login, work.act.at);
    let roster = work.state.verifier().roster(work.db)?;
    let keys = roster.keys_of(login).filter(|key| key.counts(at));
    let credentials: Vec<String> = keys.map(|key| base64url(&key.credential_id)).collect();
    let relying_party = work.state.verifier().relying_party().filter(|_| !credentials.is_empty());
    let relying_party = relying_party.ok_or(Failure::of(faults::DECISION_PROOF_MISSING))?;
    if !work.state.verifier().can_tell(&roster, login) {
        return Err(Failure::of(rules::OFFICER_ADDRESS_MISSING));
    }
    let statement = statement(work.db.write(|db| nonce::take(db, login, at))?)?;
    Ok(Challenge {
        challenge: base64url(&Sha256::digest(&statement)),
        statement: base64url(&statement),
        origin: relying_party.origin().to_owned(),
        rp_id: relying_party.id().to_owned(),
        credentials,
    })
}

impl Wish {
    /// The same with the code of its reason, as it is signed.
    pub(super) fn read(
        self,
        reason: Option<&str>,
        kind: SubjectKind,
    ) -> Result<(Verdict, Option<&'static str>), Failure> {
        match self {
            Self::Approve => Ok((Verdict::Approve, None)),
            Self::Refuse => {
                let code = reason.ok_or(Failure::of(rules::ORDER_REASON_MISSING))?;
                let known = refusal_reasons::of(kind).find(|reason| reason.code == code);
                let known = known.ok_or(Failure::of(rules::ORDER_REASON_UNKNOWN))?;
                Ok((Verdict::Refuse, Some(known.code)))
            }
        }
    }
}

impl Signed {
    /// The proof in it.
    pub(super) fn read(&self) -> Result<Proof, Failure> {
        let (der, proof) = self.proof()?;
        let statement = Statement::decode(&der).ok_or(Failure::of(rules::APPROVAL_PROOF_INVALID))?;
        Ok(Proof { verdict: statement.verdict(), version: statement.version(), proof })
    }

    /// The same over several orders, and what was signed.
    pub(super) fn read_bulk(&self) -> Result<(BulkStatement, ApprovalProof), Failure> {
        let (der, proof) = self.proof()?;
        let statement = BulkStatement::decode(&der).ok_or(Failure::of(rules::APPROVAL_PROOF_INVALID))?;
        Ok((statement, proof))
    }

    /// The DER of what was signed, and the proof.
    fn proof(&self) -> Result<(Vec<u8>, ApprovalProof), Failure> {
        let octets = |name, text: &str| {
            field(name, text, |text| {
                URL_SAFE_NO_PAD.decode(text).ok().filter(|octets| (1..=PROOF_BOUND).contains(&octets.len()))
            })
        };
        let der = octets("statement", &self.statement)?;
        let assertion = Assertion {
            credential_id: octets("credential_id", &self.credential_id)?,
            authenticator_data: octets("authenticator_data", &self.authenticator_data)?,
            client_data: octets("client_data", &self.client_data)?,
            signature: octets("signature", &self.signature)?,
        };
        let proof = ApprovalProof::Passkey(PasskeyProof::new(&der, &assertion)?);
        Ok((der, proof))
    }
}

/// As the API writes octets.
pub(super) fn base64url(octets: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}
