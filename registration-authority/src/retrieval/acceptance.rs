use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::certificate_terms_acceptances;
use store::{Act, Database, Timestamp, audit};

use super::{CertificateTerms, Retrieval, RetrievalError, issued, open};

/// That somebody accepted a text.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = certificate_terms_acceptances)]
pub struct Acceptance {
    /// His login.
    pub accepted_by: String,
    /// The name of the version.
    pub terms: String,
    /// SHA-256 of the text, in hexadecimal.
    pub text_sha256: String,
    /// The mandate by which he spoke for the structure; none of an officer.
    pub mandate: Option<String>,
    /// When.
    pub accepted_at: Timestamp,
}

/// Writes down that the officer who acts accepts the terms that he has read, `(version, SHA-256 of the text in hexadecimal)`: refused where
/// others are in force by now. Doing it again changes nothing. Inside the caller's write transaction.
pub fn accept(
    db: &mut Database,
    number: &str,
    terms: &CertificateTerms,
    (version, sha256): (&str, &str),
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Retrieval, RetrievalError> {
    db.refuse_on_reserve()?;
    let retrieval = open(db, number, terms, act)?;
    issued(&retrieval.request)?;
    if (version, sha256) != (terms.version(), terms.sha256()) {
        return Err(RetrievalError::OtherTerms(terms.version().to_owned(), terms.sha256().to_owned()));
    }
    if retrieval.accepted.is_some() {
        return Ok(retrieval);
    }
    let written = diesel::insert_into(certificate_terms_acceptances::table).values((
        certificate_terms_acceptances::request.eq(number),
        certificate_terms_acceptances::accepted_by.eq(act.actor.officer().unwrap_or_default()),
        certificate_terms_acceptances::terms.eq(version),
        certificate_terms_acceptances::text_sha256.eq(sha256),
        certificate_terms_acceptances::mandate.eq(&retrieval.mandate),
        certificate_terms_acceptances::accepted_at.eq(act.at),
    ));
    // `ON CONFLICT` is written once a backend: it does not compile on the enum. SQLite has one writer, and who comes second finds the row above.
    let written = match db {
        Database::Sqlite(c) => written.execute(c)?,
        Database::Postgresql(c) => written.on_conflict_do_nothing().execute(c)?,
    };
    // Twice at once: the other act has written it down, and waited for until here.
    if written == 0 {
        return open(db, number, terms, act);
    }
    let payload = json!({ "terms": version, "text_sha256": sha256, "mandate": retrieval.mandate });
    let subject = format!("certificate request {number}");
    audit::record(db, audit::Event { action: "request.terms-accepted", subject, payload }, rng, act)?;
    open(db, number, terms, act)
}

/// Whether anybody has accepted terms for this request, whichever were in force then.
pub fn is_retrieved(db: &mut Database, number: &str) -> QueryResult<bool> {
    let found: i64 = certificate_terms_acceptances::table
        .filter(certificate_terms_acceptances::request.eq(number))
        .count()
        .get_result(db)?;
    Ok(found > 0)
}

/// That he has accepted these very terms.
pub(super) fn find(
    db: &mut Database,
    number: &str,
    login: &str,
    terms: &CertificateTerms,
) -> QueryResult<Option<Acceptance>> {
    certificate_terms_acceptances::table
        .find((number, login, terms.version(), terms.sha256()))
        .select(Acceptance::as_select())
        .first(db)
        .optional()
}
