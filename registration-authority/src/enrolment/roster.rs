use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use diesel::prelude::*;
use sha2::{Digest, Sha256};
use store::schema::{decision_receipts, decisions, officer_enrolments};
use store::{Code, Database, Fault, Timestamp};
use thiserror::Error;

use super::{Action, ClientCertificate, Credential, Enrolment, EnrolmentError, Row};
use crate::approval::passkey::{PasskeyKey, RelyingParty};
use crate::approval::{ApprovalProof, SubjectKind, Verdict, verify_passkey};
use crate::decision::{Decision, Receipt};
use crate::officers::{OfficerEmail, Right, Role, Scope};

/// An officer's key that the chain leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolledKey {
    /// Whose.
    pub login: String,
    /// For pages and letters.
    pub display_name: String,
    /// What he is there for.
    pub role: Role,
    /// For which orders.
    pub scope: Scope,
    /// The authenticator's name for the key.
    pub credential_id: Vec<u8>,
    /// The key.
    pub key: PasskeyKey,
    /// From when on it counts.
    pub from: Timestamp,
    /// Until when, where it was revoked.
    pub until: Option<Timestamp>,
    /// The enrolment that made it; none where the configuration pins it.
    pub enrolment: Option<String>,
}

impl EnrolledKey {
    /// Whether what it signed at that moment counts.
    pub fn counts(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }
}

/// A certificate that the chain leads to: whoever has its key signs in as this officer, or this system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolledCertificate {
    /// Whose.
    pub login: String,
    /// For pages and letters.
    pub display_name: String,
    /// What he is there for.
    pub role: Role,
    /// For which orders.
    pub scope: Scope,
    /// The certificate.
    pub certificate: ClientCertificate,
    /// From when on it counts.
    pub from: Timestamp,
    /// Until when, where it was revoked in the chain.
    pub until: Option<Timestamp>,
    /// The enrolment that made it.
    pub enrolment: String,
}

impl EnrolledCertificate {
    /// Whether it counts at that moment, as far as the chain goes.
    pub fn counts(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }
}

/// An enrolment that two administrators have signed for, and that has made a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Of whom.
    pub login: String,
    /// What it did.
    pub action: Action,
    /// Since when.
    pub at: Timestamp,
    /// Where he is told of it: at the address that he had before, so that a changed one hides nothing; where he had none, at
    /// the one that it gave him.
    pub told_at: Option<OfficerEmail>,
}

/// The officers' keys and certificates that the pinned roots lead to, those that were revoked among them; where each officer
/// is written to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    keys: BTreeMap<Vec<u8>, EnrolledKey>,
    certificates: BTreeMap<[u8; 32], EnrolledCertificate>,
    addresses: BTreeMap<String, OfficerEmail>,
    counted: BTreeMap<String, Counted>,
}

/// Why the officers' keys are not known.
#[derive(Debug, Error)]
pub enum RosterError {
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for RosterError {
    fn code(&self) -> Code {
        store::fault::DATABASE
    }
}

/// Everything that the chain is worked out from, and the digest of it.
pub(super) struct Links {
    pub(super) digest: [u8; 32],
    links: Vec<Link>,
}

/// An enrolment, where its row reads, and the decisions on it that the worker has seen.
struct Link {
    enrolment: Result<Enrolment, EnrolmentError>,
    decisions: Vec<(Decision, Receipt)>,
}

impl Roster {
    /// The key of this identifier, also one that was revoked.
    pub fn key(&self, credential_id: &[u8]) -> Option<&EnrolledKey> {
        self.keys.get(credential_id)
    }

    /// The keys of this officer.
    pub fn keys_of<'a>(&'a self, login: &'a str) -> impl Iterator<Item = &'a EnrolledKey> {
        self.keys.values().filter(move |key| key.login == login)
    }

    /// Every key, by its identifier.
    pub fn keys(&self) -> impl Iterator<Item = &EnrolledKey> {
        self.keys.values()
    }

    /// The certificate of this fingerprint (SHA-256), also one that was revoked.
    pub fn certificate(&self, fingerprint: &[u8]) -> Option<&EnrolledCertificate> {
        self.certificates.get(<&[u8; 32]>::try_from(fingerprint).ok()?)
    }

    /// Every certificate, by its fingerprint.
    pub fn certificates(&self) -> impl Iterator<Item = &EnrolledCertificate> {
        self.certificates.values()
    }

    /// Where this officer is written to, as the chain says; the configuration may say otherwise
    /// ([`ApprovalVerifier::address_of`](crate::approval::ApprovalVerifier::address_of)).
    pub fn address_of(&self, login: &str) -> Option<&OfficerEmail> {
        self.addresses.get(login)
    }

    /// Every enrolment that has made a difference, by its number.
    pub fn counted(&self) -> impl Iterator<Item = (&str, &Counted)> {
        self.counted.iter().map(|(number, counted)| (number.as_str(), counted))
    }

    /// What the enrolment of this number did; nothing where it counts for nothing.
    pub fn counted_as(&self, number: &str) -> Option<&Counted> {
        self.counted.get(number)
    }

    /// Under which names and roles this login is enrolled: one person has one of each.
    pub(super) fn persons_of<'a>(
        &'a self,
        login: &'a str,
    ) -> impl Iterator<Item = (&'a str, Role, &'a Scope)> {
        let by_key = self.keys_of(login).map(|key| (key.display_name.as_str(), key.role, &key.scope));
        let certificates = self.certificates.values().filter(move |one| one.login == login);
        by_key.chain(certificates.map(|one| (one.display_name.as_str(), one.role, &one.scope)))
    }

    /// Walks the chain from the roots, each enrolment in the order of its number: nobody is enrolled by a key that a
    /// later one made, and so no circle of rows holds itself up.
    pub(super) fn walk(
        roots: impl Iterator<Item = EnrolledKey>,
        links: &Links,
        relying_party: &RelyingParty,
    ) -> Self {
        let keys = roots.map(|key| (key.credential_id.clone(), key)).collect();
        let mut roster = Self { keys, ..Self::default() };
        for Link { enrolment, decisions } in &links.links {
            let Ok(enrolment) = enrolment else { continue };
            if let Some(at) = roster.signed_by_two(enrolment, decisions, relying_party) {
                roster.apply(enrolment, at);
            }
        }
        roster
    }

    /// When the worker saw the second of two administrators' signatures; none where two do not hold, or one refuses.
    fn signed_by_two(
        &self,
        enrolment: &Enrolment,
        decisions: &[(Decision, Receipt)],
        relying_party: &RelyingParty,
    ) -> Option<Timestamp> {
        let subject = enrolment.decidable();
        let mut seen = Vec::new();
        for (decision, receipt) in decisions {
            let held = receipt.refusal.is_none() && receipt.is_of(&decision.proof);
            let Some(ApprovalProof::Passkey(proof)) =
                ApprovalProof::decode(&decision.proof_kind, &decision.proof).filter(|_| held)
            else {
                continue;
            };
            let Ok(verified) = verify_passkey(&proof, &subject, self, relying_party) else { continue };
            let (statement, signer) = (&verified.statement, &verified.passkey);
            let administrator = signer.as_ref().is_some_and(|(key, _)| key.role.may(Right::Enrol));
            if !administrator || statement.officer() != decision.decided_by || !statement.is_about(&subject) {
                continue;
            }
            if statement.verdict() == Verdict::Refuse {
                return None;
            }
            if statement.officer() != enrolment.login {
                seen.push(receipt.seen_at);
            }
        }
        // One decision a person: the key of the table says so.
        seen.sort();
        seen.get(1).copied()
    }

    fn apply(&mut self, enrolment: &Enrolment, at: Timestamp) {
        let person = (enrolment.display_name.as_str(), enrolment.role, &enrolment.scope);
        if self.persons_of(&enrolment.login).any(|other| other != person)
            || !self.apply_to_credential(enrolment, at)
        {
            return;
        }
        let before = match &enrolment.email {
            Some(email) => self.addresses.insert(enrolment.login.clone(), email.clone()),
            None => self.addresses.get(&enrolment.login).cloned(),
        };
        let (login, action) = (enrolment.login.clone(), enrolment.action);
        let told_at = before.or_else(|| enrolment.email.clone());
        self.counted.insert(enrolment.number.clone(), Counted { login, action, at, told_at });
    }

    /// Whether it makes a difference to the key, or is about one that counts.
    fn apply_to_credential(&mut self, enrolment: &Enrolment, at: Timestamp) -> bool {
        match &enrolment.credential {
            Credential::Passkey(passkey) => {
                match (enrolment.action, self.keys.entry(passkey.credential_id.clone())) {
                    (Action::Enrol, Entry::Vacant(place)) => {
                        place.insert(EnrolledKey {
                            login: enrolment.login.clone(),
                            display_name: enrolment.display_name.clone(),
                            role: enrolment.role,
                            scope: enrolment.scope.clone(),
                            credential_id: passkey.credential_id.clone(),
                            key: passkey.key.clone(),
                            from: enrolment.not_before.max(at),
                            until: None,
                            enrolment: Some(enrolment.number.clone()),
                        });
                        true
                    }
                    (action @ (Action::Revoke | Action::Readdress), Entry::Occupied(mut place)) => {
                        let key = place.get_mut();
                        let counts =
                            key.login == enrolment.login && key.key == passkey.key && key.until.is_none();
                        if counts && action == Action::Revoke {
                            key.until = Some(at);
                        }
                        counts
                    }
                    _ => false,
                }
            }
            Credential::Certificate(certificate) => {
                match (enrolment.action, self.certificates.entry(certificate.fingerprint)) {
                    (Action::Enrol, Entry::Vacant(place)) => {
                        place.insert(EnrolledCertificate {
                            login: enrolment.login.clone(),
                            display_name: enrolment.display_name.clone(),
                            role: enrolment.role,
                            scope: enrolment.scope.clone(),
                            certificate: certificate.clone(),
                            from: enrolment.not_before.max(at),
                            until: None,
                            enrolment: enrolment.number.clone(),
                        });
                        true
                    }
                    (action @ (Action::Revoke | Action::Readdress), Entry::Occupied(mut place)) => {
                        let enrolled = place.get_mut();
                        let counts = enrolled.login == enrolment.login && enrolled.until.is_none();
                        if counts && action == Action::Revoke {
                            enrolled.until = Some(at);
                        }
                        counts
                    }
                    _ => false,
                }
            }
        }
    }
}

/// Reads every enrolment with its decisions and what the worker made of them, in one order.
pub(super) fn links(db: &mut Database) -> Result<Links, RosterError> {
    let rows: Vec<Row> =
        officer_enrolments::table.order(officer_enrolments::number).select(Row::as_select()).load(db)?;
    let mut digest = Sha256::new();
    let mut all: BTreeMap<String, Vec<(Decision, Receipt)>> = BTreeMap::new();
    if !rows.is_empty() {
        let decided: Vec<(Decision, Receipt)> = decisions::table
            .inner_join(
                decision_receipts::table.on(decision_receipts::subject_kind
                    .eq(decisions::subject_kind)
                    .and(decision_receipts::subject_number.eq(decisions::subject_number))
                    .and(decision_receipts::subject_version.eq(decisions::subject_version))
                    .and(decision_receipts::decided_by.eq(decisions::decided_by))),
            )
            .filter(decisions::subject_kind.eq(SubjectKind::OfficerEnrolment.as_str()))
            .order((decisions::subject_number, decisions::subject_version, decisions::decided_by))
            .select((Decision::as_select(), Receipt::as_select()))
            .load(db)?;
        for (decision, receipt) in decided {
            hash(&mut digest, &[b"decision", format!("{decision:?}{receipt:?}").as_bytes()]);
            all.entry(decision.subject_number.clone()).or_default().push((decision, receipt));
        }
    }
    let mut links = Vec::with_capacity(rows.len());
    for row in rows {
        hash(&mut digest, &[b"enrolment", format!("{row:?}").as_bytes()]);
        let decisions = all.remove(&row.number).unwrap_or_default();
        links.push(Link { enrolment: row.read(Vec::new()), decisions });
    }
    Ok(Links { digest: digest.finalize().into(), links })
}

/// Each part with its length, so that no two lists of parts are one text.
fn hash(digest: &mut Sha256, parts: &[&[u8]]) {
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
}
