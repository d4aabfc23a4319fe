//! What a line of a ledger says, held against what the database holds.

use diesel::prelude::*;
use store::audit::checkpoint::Checkpoint;
use store::audit::sequencer::root_at;
use store::audit::tree::stored::TreeError;
use store::schema::{
    authorities, ceremony_reports, certificates, responder_requests, service_keys, signing_intents,
};
use store::{Database, Timestamp};

use super::crl_record;
use super::reconciliation::CLOCK_TOLERANCE;
use crate::ceremony;
use crate::service_key::Purpose;
use crate::signer::ledger::Entry;
use crate::signer::{KeyReference, SignatureAlgorithm};

/// What was found about a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is what was intended and what is stored.
    Fits,
    /// It is what was intended, and what it belongs to is not stored yet: what is missing.
    Awaited(&'static str),
    /// It is what was intended and will never be stored: what stands in its place.
    Superseded(String),
    /// It tells of signatures that did not verify.
    Refused,
    /// It must not be: why.
    Objection(String),
}

impl Verdict {
    pub(super) fn objection(why: impl Into<String>) -> Self {
        Self::Objection(why.into())
    }

    fn fits_where(fits: bool, why: &str) -> Self {
        if fits { Self::Fits } else { Self::objection(why) }
    }
}

/// Of a line of the ledger of what is issued. `since` is when it was first looked at; `log` names the audit log.
pub(super) fn of_issuing(
    db: &mut Database,
    entry: &Entry,
    since: Timestamp,
    log: Option<&str>,
) -> QueryResult<Verdict> {
    let words: Vec<&str> = entry.subject.split(' ').collect();
    if let ["certificate", issuer, serial] = words[..] {
        return of_certificate(db, entry, issuer, serial);
    }
    let Some((intended_at, subject)) = intended(db, entry)? else {
        return Ok(Verdict::objection("nobody intended it"));
    };
    if subject != entry.subject {
        return Ok(Verdict::objection(format!("it was intended for {subject:?}")));
    }
    let key = &entry.key;
    Ok(match words[..] {
        ["crl", issuer, kind, number] => {
            crl_record::verdict(db, entry, (issuer, "all", kind, number), since)?
        }
        ["crl", issuer, scope, kind, number] => {
            crl_record::verdict(db, entry, (issuer, scope, kind, number), since)?
        }
        ["opposition-list" | "compact-opposition-list" | "coherence-statement", _] => {
            Verdict::fits_where(is_service_key(db, Purpose::List, key)?, "the key is no list signer's")
        }
        ["audit-checkpoint", size] => of_checkpoint(db, entry, (size, intended_at), log)?,
        ["ceremony", "report", name] => of_report(db, entry, name)?,
        ["trial", "of", "key", named] => Verdict::fits_where(
            named == key.to_string() && is_digest_of(entry, ceremony::KEY_TRIAL),
            "it is no trial of this key",
        ),
        ["opposition-code" | "one-time-code", _] => {
            Verdict::fits_where(!signs(db, key)?, "the key is one that signs")
        }
        _ => Verdict::objection("nothing of this kind is signed"),
    })
}

/// Of a line of the ledger of answers: they are stored nowhere, so that their keys are held against what they may say.
pub(super) fn of_answer(db: &mut Database, entry: &Entry) -> QueryResult<Verdict> {
    let words: Vec<&str> = entry.subject.split(' ').collect();
    Ok(match words[..] {
        ["ocsp", authority] => {
            let responders: i64 = service_keys::table
                .filter(service_keys::purpose.eq(Purpose::Ocsp.name()))
                .filter(service_keys::authority.eq(authority))
                .filter(service_keys::token.eq(&entry.key.token))
                .filter(service_keys::key_id.eq(entry.key.id.to_string()))
                .count()
                .get_result(db)?;
            Verdict::fits_where(responders > 0, "the key is no OCSP responder's of this authority")
        }
        ["responder", "request", digest] => of_request(db, entry, digest)?,
        _ => Verdict::objection("nothing of this kind is signed by a responder"),
    })
}

/// A request for a responder's successor, which is in the inbox before anybody signs it: by the key that it asks for, and
/// by that of its predecessor.
fn of_request(db: &mut Database, entry: &Entry, digest: &str) -> QueryResult<Verdict> {
    type Row = (Vec<u8>, String, String, String, String);
    let row: Option<Row> = responder_requests::table
        .inner_join(service_keys::table.on(service_keys::name.eq(responder_requests::predecessor)))
        .filter(responder_requests::digest.eq(hex::decode(digest).unwrap_or_default()))
        .select((
            responder_requests::statement,
            responder_requests::token,
            responder_requests::key_id,
            service_keys::token,
            service_keys::key_id,
        ))
        .first(db)
        .optional()?;
    let Some((statement, token, key_id, asking_token, asking_id)) = row else {
        return Ok(Verdict::objection("there is no such request"));
    };
    let (own_token, own_id) = (&entry.key.token, entry.key.id.to_string());
    let by_one_of_the_two =
        (&token, &key_id) == (own_token, &own_id) || (&asking_token, &asking_id) == (own_token, &own_id);
    Ok(match by_one_of_the_two {
        true => Verdict::fits_where(
            is_digest_of(entry, &statement),
            "the digest is not that of the recorded request",
        ),
        false => Verdict::objection("the key is neither the one asked for nor its predecessor's"),
    })
}

fn of_certificate(db: &mut Database, entry: &Entry, issuer: &str, serial: &str) -> QueryResult<Verdict> {
    let row: Option<(Vec<u8>, String)> = certificates::table
        .find((issuer, serial))
        .select((certificates::tbs, certificates::status))
        .first(db)
        .optional()?;
    let (Some((tbs, status)), Some(authority)) = (row, AuthorityKey::of(db, issuer)?) else {
        return Ok(Verdict::objection("there is no such certificate"));
    };
    Ok(if authority.algorithm.is_none_or(|algorithm| algorithm.digest(&tbs).value != entry.digest) {
        Verdict::objection("the digest is not that of the recorded certificate")
    } else if !authority.is(&entry.key) {
        Verdict::objection("the key is not its issuer's")
    } else if status == "intended" || status == "abandoned" {
        Verdict::objection("the certificate was never sent to be signed")
    } else {
        Verdict::Fits
    })
}

/// The head is made again from the stored tree: over as many leaves, at the time of its intention.
fn of_checkpoint(
    db: &mut Database,
    entry: &Entry,
    (size, at): (&str, Timestamp),
    log: Option<&str>,
) -> QueryResult<Verdict> {
    let (Some(origin), true) = (log, is_service_key(db, Purpose::Audit, &entry.key)?) else {
        return Ok(Verdict::objection("the key is not the audit log's"));
    };
    let Ok(size) = size.parse::<u64>() else { return Ok(Verdict::objection("it says no size of a tree")) };
    let root = match root_at(db, size) {
        Ok(root) => root,
        Err(TreeError::Database(error)) => return Err(error),
        Err(_) => None,
    };
    let text = root.map(|root| Checkpoint { origin: origin.to_owned(), size, root, at }.text());
    Ok(Verdict::fits_where(
        text.is_some_and(|text| is_digest_of(entry, text.as_bytes())),
        "the head is not that of the stored tree",
    ))
}

/// A report is recorded before it is signed, once it verifies. Here its octets and its form are looked at, and that the audit log was told the end of
/// its transcript; not its content again: the rules about that grow, and what was rightly signed under those of then is no alarm.
fn of_report(db: &mut Database, entry: &Entry, ceremony: &str) -> QueryResult<Verdict> {
    let recorded: Option<Vec<u8>> = ceremony_reports::table
        .filter(ceremony_reports::ceremony.eq(ceremony))
        .filter(ceremony_reports::digest.eq(&entry.digest))
        .select(ceremony_reports::report)
        .first(db)
        .optional()?;
    Ok(if !is_service_key(db, Purpose::Audit, &entry.key)? {
        Verdict::objection("the key is not the audit log's")
    } else if !ceremony::was_held(db, ceremony)? {
        Verdict::objection("no ceremony of this name was held")
    } else {
        let recorded = recorded.filter(|json| is_digest_of(entry, json));
        match recorded.and_then(|json| ceremony::head_of_report(&json, ceremony)) {
            None => Verdict::objection("it is no recorded report of this ceremony"),
            Some(head) => Verdict::fits_where(
                !ceremony::contradicts_the_trail(db, ceremony, &head)?,
                "the audit log was told another transcript of this ceremony",
            ),
        }
    })
}

/// When the line's octets were intended to be signed with its key, and what for.
fn intended(db: &mut Database, entry: &Entry) -> QueryResult<Option<(Timestamp, String)>> {
    signing_intents::table
        .find((&entry.digest, entry.key.to_string()))
        .filter(signing_intents::intended_at.le(entry.at.plus(CLOCK_TOLERANCE)))
        .select((signing_intents::intended_at, signing_intents::subject))
        .first(db)
        .optional()
}

/// The key of an authority.
pub(super) struct AuthorityKey {
    key: (String, String),
    algorithm: Option<SignatureAlgorithm>,
}

impl AuthorityKey {
    pub(super) fn of(db: &mut Database, short_name: &str) -> QueryResult<Option<Self>> {
        let row: Option<(String, String, Vec<u8>)> = authorities::table
            .filter(authorities::short_name.eq(short_name))
            .select((authorities::token, authorities::key_id, authorities::public_key))
            .first(db)
            .optional()?;
        Ok(row.map(|(token, key_id, public_key)| Self {
            key: (token, key_id),
            algorithm: SignatureAlgorithm::of_key(&public_key).ok(),
        }))
    }

    pub(super) fn is(&self, key: &KeyReference) -> bool {
        self.key.0 == key.token && self.key.1 == key.id.to_string()
    }
}

fn is_service_key(db: &mut Database, purpose: Purpose, key: &KeyReference) -> QueryResult<bool> {
    let keys: i64 = service_keys::table
        .filter(service_keys::purpose.eq(purpose.name()))
        .filter(service_keys::token.eq(&key.token))
        .filter(service_keys::key_id.eq(key.id.to_string()))
        .count()
        .get_result(db)?;
    Ok(keys > 0)
}

/// Whether the key is an authority's or a service's, and so makes no codes.
fn signs(db: &mut Database, key: &KeyReference) -> QueryResult<bool> {
    let of_authority: i64 = authorities::table
        .filter(authorities::token.eq(&key.token).and(authorities::key_id.eq(key.id.to_string())))
        .count()
        .get_result(db)?;
    let of_service: i64 = service_keys::table
        .filter(service_keys::token.eq(&key.token).and(service_keys::key_id.eq(key.id.to_string())))
        .count()
        .get_result(db)?;
    Ok(of_authority + of_service > 0)
}

/// Whether the line's digest is one of these octets. Its length says which.
pub(super) fn is_digest_of(entry: &Entry, message: &[u8]) -> bool {
    let digest = SignatureAlgorithm::EcdsaWithSha384;
    let algorithm = match entry.digest.len() == digest.digest_length() {
        true => digest,
        false => SignatureAlgorithm::EcdsaWithSha256,
    };
    algorithm.digest(message).value == entry.digest
}
