use actix_web::{HttpResponse, web};
use registration_authority::approval::{Decidable, SubjectKind};
use registration_authority::enrolment::{self, Action, Credential, Enrolment};
use registration_authority::views;
use serde::Serialize;
use store::{Act, CryptoRng, Database, Timestamp};
use utoipa::ToSchema;

use super::caller::Caller;
use super::decided::{Given, Subject, Words, approved_by, state_of_two};
use super::listing::{self, Which};
use super::problem::Problem;
use crate::failure::Failure;

/// That a key, or a certificate, be an officer's, or be so no more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Enrolment)]
pub(super) struct Shown {
    /// `EN-2026-000001`
    number: String,
    /// held, until two administrators have signed; released; refused.
    status: &'static str,
    /// The first of the two, where it waits for the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_by: Option<String>,
    /// enrol, revoke or readdress.
    action: &'static str,
    /// passkey or certificate.
    credential: &'static str,
    /// What people compare: SHA-256 of the key, or of the certificate, in hexadecimal.
    fingerprint: String,
    /// Whose.
    login: String,
    /// For people.
    display_name: String,
    /// What he is there for.
    role: &'static str,
    /// For which orders, as it is signed.
    scope: String,
    /// Where he is written to from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// Not before then, RFC 3339.
    not_before: String,
    /// The administrator who proposed it.
    proposed_by: String,
    /// When, RFC 3339.
    proposed_at: String,
}

/// A page of enrolments.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Enrolments {
    /// Every one, in the order of the chain.
    enrolments: Vec<Shown>,
    /// Where the next page begins: `after` of the next request. Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// The enrolments, page after page.
#[utoipa::path(get, path = "/enrolments", tag = "officers", params(Which), responses(
    (status = 200, body = Enrolments, headers(("Link" = String, description = "rel=\"next\""))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn list(caller: Caller, which: web::Query<Which>) -> Result<HttpResponse, Failure> {
    let Which { after, limit } = which.into_inner();
    let (after, limit) = (after.unwrap_or_default(), listing::length(limit));
    let found = caller.work(move |work| Ok(views::enrolments(work.db, &after, limit, work.act)?)).await?;
    let next = listing::last_of_full(&found, limit).map(|last| last.number.clone());
    let follows = next.as_ref().map(|next| format!("/enrolments?after={next}&limit={limit}"));
    Ok(listing::send_page(&Enrolments { enrolments: found.iter().map(Shown::from).collect(), next }, follows))
}

impl Subject for Enrolment {
    type Shown = Shown;

    const KIND: SubjectKind = SubjectKind::OfficerEnrolment;
    const ADDRESS: &str = "/enrolments/{number}";
    const TAG: &str = "officers";
    const WORDS: Words = Words {
        show: "One enrolment.",
        challenge: "Gives what an administrator's passkey must sign for the enrolment, or against it.",
        decide: "Takes the administrator's signature. Two must sign, neither for himself; one refusal ends it.",
    };

    fn read(db: &mut Database, number: &str, act: &Act) -> Result<Self, Failure> {
        Ok(views::enrolment(db, number, act)?)
    }

    fn decidable(&self) -> Decidable {
        self.decidable()
    }

    fn state(&self, _: Timestamp) -> &'static str {
        state_of_two(&self.standing())
    }

    fn shown(&self, _: Timestamp) -> Shown {
        Shown::from(self)
    }

    fn decide(
        db: &mut Database,
        given: &Given<'_>,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<Self, Failure> {
        let Given { number, verdict, proof, text, verifier, .. } = *given;
        Ok(enrolment::decide(db, verifier, number, verdict, proof, text, rng, act)?)
    }
}

impl From<&Enrolment> for Shown {
    fn from(enrolment: &Enrolment) -> Self {
        Self {
            number: enrolment.number.clone(),
            status: enrolment.standing().as_str(),
            approved_by: approved_by(enrolment.standing()),
            action: match enrolment.action {
                Action::Enrol => "enrol",
                Action::Revoke => "revoke",
                Action::Readdress => "readdress",
            },
            credential: match enrolment.credential {
                Credential::Passkey(_) => "passkey",
                Credential::Certificate(_) => "certificate",
            },
            fingerprint: enrolment.credential.fingerprint(),
            login: enrolment.login.clone(),
            display_name: enrolment.display_name.clone(),
            role: enrolment.role.as_str(),
            scope: enrolment.scope.to_string(),
            email: enrolment.email.as_ref().map(ToString::to_string),
            not_before: enrolment.not_before.to_string(),
            proposed_by: enrolment.proposed_by.clone(),
            proposed_at: enrolment.proposed_at.to_string(),
        }
    }
}
