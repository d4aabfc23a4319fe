use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use registration_authority::approval::{Decidable, SubjectKind};
use registration_authority::enrolment::{self, Action, Credential, Enrolment, NewEnrolment};
use registration_authority::officers::{self, OfficerEmail, Right};
use registration_authority::views;
use serde::{Deserialize, Serialize};
use store::{Act, CryptoRng, Database, Timestamp};
use utoipa::ToSchema;

use super::BASE;
use super::body::{Body, field};
use super::caller::Caller;
use super::decided::{self, Given, Subject, Words, approved_by, state_of_two};
use super::decision::base64url;
use super::listing::{self, Which};
use super::once::{IdempotencyKey, send};
use super::problem::Problem;
use crate::failure::Failure;
use crate::pages::new_key::read_text;

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
    /// The authenticator's name for a passkey, base64url: what its end is asked for by.
    #[serde(skip_serializing_if = "Option::is_none")]
    credential_id: Option<String>,
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

/// What is proposed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "lowercase", deny_unknown_fields)]
#[schema(as = ProposedEnrolment)]
pub(super) enum Proposed {
    /// That a key, or a certificate, be an officer's.
    Enrol {
        /// `dominique.bernard`
        login: String,
        /// For people.
        display_name: String,
        /// What he is there for: `registration-officer`.
        role: String,
        /// For which orders, as it is signed: `profession:60 department:44`; for all where absent.
        #[serde(default)]
        scope: String,
        /// Where he is written to.
        email: Option<String>,
        /// The two lines that the page of a new key gives, or a certificate, PEM.
        credential: String,
    },
    /// That a key, or a certificate, be so no more.
    Revoke {
        /// The authenticator's name for the passkey, base64url.
        passkey: Option<String>,
        /// Or SHA-256 of the certificate, in hexadecimal.
        certificate: Option<String>,
    },
    /// That the officer who has a key, or a certificate, be written to elsewhere.
    Readdress {
        /// The authenticator's name for the passkey, base64url.
        passkey: Option<String>,
        /// Or SHA-256 of the certificate, in hexadecimal.
        certificate: Option<String>,
        /// Where.
        email: String,
    },
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

/// Proposes whose a key or a certificate is, that it count no more, or where its officer is written to: two administrators sign for it.
#[utoipa::path(post, path = "/enrolments", tag = "officers", request_body = Proposed,
    params(("Idempotency-Key" = Option<String>, Header)), responses(
    (status = 201, body = Shown, headers(("Location" = String), ("ETag" = String))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn propose(
    caller: Caller,
    key: IdempotencyKey,
    proposed: Body<Proposed>,
) -> Result<HttpResponse, Failure> {
    let once = key.of(proposed.digest);
    let reply = caller
        .work(move |work| {
            officers::require(work.db, Right::Enrol, work.act)?;
            let proposal = proposed.value.read()?;
            let verifier = work.state.verifier();
            let roster = verifier.roster(work.db)?;
            once.in_one_write(work, |db, rng, act| {
                let enrolment = match proposal {
                    Proposal::Enrol(new) => enrolment::propose(db, verifier, &roster, *new, rng, act)?,
                    Proposal::Revoke(id) => enrolment::propose_revocation(db, &roster, &id, rng, act)?,
                    Proposal::Readdress(id, email) => {
                        enrolment::propose_address(db, &roster, &id, email, rng, act)?
                    }
                };
                let location = format!("{BASE}/enrolments/{}", enrolment.number);
                Ok(decided::answer(StatusCode::CREATED, Some(location), &enrolment, act.at))
            })
        })
        .await?;
    Ok(send(reply))
}

/// What is proposed, read.
enum Proposal {
    Enrol(Box<NewEnrolment>),
    /// Of which key or certificate.
    Revoke(Vec<u8>),
    Readdress(Vec<u8>, OfficerEmail),
}

impl Proposed {
    fn read(self) -> Result<Proposal, Failure> {
        Ok(match self {
            Self::Enrol { login, display_name, role, scope, email, credential } => {
                Proposal::Enrol(Box::new(NewEnrolment {
                    login,
                    display_name,
                    role: role.parse()?,
                    scope: scope.parse()?,
                    email: email.as_deref().map(str::parse).transpose()?,
                    credential: read_text(&credential)?,
                }))
            }
            Self::Revoke { passkey, certificate } => Proposal::Revoke(known(passkey, certificate)?),
            Self::Readdress { passkey, certificate, email } => {
                Proposal::Readdress(known(passkey, certificate)?, email.parse()?)
            }
        })
    }
}

/// Which key, or which certificate: one of both.
fn known(passkey: Option<String>, certificate: Option<String>) -> Result<Vec<u8>, Failure> {
    match (passkey, certificate) {
        (Some(id), None) => field("passkey", &id, |text| URL_SAFE_NO_PAD.decode(text).ok()),
        (None, Some(digest)) => field("certificate", &digest, |text| hex::decode(text).ok()),
        (passkey, _) => field("passkey", &passkey.unwrap_or_default(), |_| None),
    }
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
            credential_id: match enrolment.credential {
                Credential::Passkey(_) => Some(base64url(enrolment.credential.id())),
                Credential::Certificate(_) => None,
            },
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
