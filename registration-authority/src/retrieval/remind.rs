use std::time::Duration;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use rand_core::CryptoRng;
use store::schema::{
    certificate_requests as requests, certificate_retrieval_reminders,
    certificate_terms_acceptances as acceptances, certificates,
};
use store::{Act, Database, Fault, MultiBackend, Timestamp, database};

use super::issued_at;
use crate::certificate_request::{self, CertificateRequest, RequestError};
use crate::officers::{self, NotAuthorised, Right, Within, rows};
use crate::outbox::{self, Notice, Recipient};
use crate::structure_notices;
use crate::test_certificates::TestCertificate;

/// Requests that one transaction takes.
const AT_ONCE: i64 = 100;

/// A certificate that nobody has fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unretrieved {
    /// The request that it answers.
    pub request: CertificateRequest,
    /// Since when there is one.
    pub issued_at: Timestamp,
}

/// The certificates that stand and were issued at `before` or earlier, for which nobody has accepted terms, oldest first, `limit` at
/// most: of them those of the reader's scope.
pub fn unretrieved(
    db: &mut Database,
    before: Timestamp,
    limit: i64,
    act: &Act,
) -> Result<Within<Unretrieved>, NotAuthorised> {
    let officer = officers::require(db, Right::ReadQueue, act)?;
    let scopes = officer.scopes();
    let within = || rows::requests_read_by(&officer, &scopes);
    let hidden: i64 = match within() {
        Some(within) => waiting(before, act.at).filter(not(within)).count().get_result(db)?,
        None => 0,
    };
    let mut his = waiting(before, act.at);
    if let Some(within) = within() {
        his = his.filter(within);
    }
    let numbers = his.order((requests::changed_at, requests::number)).limit(limit).select(requests::number);
    let numbers = numbers.load(db)?;
    Ok(Within { shown: read(db, numbers)?, hidden: usize::try_from(hidden).unwrap_or(usize::MAX) })
}

/// Tells, once, of each certificate that nobody has fetched for so long: who asked for it, and who speaks for its structure. How many. Each
/// hundred in a transaction of its own. Can be called any number of times.
pub fn remind(db: &mut Database, after: Duration, rng: &mut dyn CryptoRng, act: &Act) -> QueryResult<usize> {
    let mut reminded = 0;
    loop {
        let reminded_of = certificate_retrieval_reminders::table
            .filter(certificate_retrieval_reminders::request.eq(requests::number));
        let round: Vec<String> = waiting(act.at.minus(after), act.at)
            .filter(not(exists(reminded_of)))
            .order((requests::changed_at, requests::number))
            .limit(AT_ONCE)
            .select(requests::number)
            .load(db)?;
        if round.is_empty() {
            return Ok(reminded);
        }
        reminded += db.write(|db| {
            let mut reminded = 0;
            for number in &round {
                reminded += usize::from(remind_of(db, number, rng, act)?);
            }
            QueryResult::Ok(reminded)
        })?;
    }
}

fn remind_of(db: &mut Database, number: &str, rng: &mut dyn CryptoRng, act: &Act) -> QueryResult<bool> {
    let noted = db.attempt(|db| {
        let row = (
            certificate_retrieval_reminders::request.eq(number),
            certificate_retrieval_reminders::reminded_at.eq(act.at),
        );
        diesel::insert_into(certificate_retrieval_reminders::table).values(row).execute(db)
    });
    match noted {
        Err(error) if database::is_unique_violation(&error) => return Ok(false), // Another worker was quicker.
        noted => drop(noted?),
    }
    let Some(Unretrieved { request, .. }) = read(db, vec![number.to_owned()])?.pop() else {
        return Ok(false);
    };
    let mut told = match request.subject.structure() {
        Some(structure) => structure_notices::agents(db, structure.as_str(), act.at)?,
        None => Default::default(),
    };
    told.insert(request.submitted_by);
    let subject = format!("certificate request {number}");
    for login in told {
        outbox::put(db, Recipient::Officer(&login), Notice::CertificateNotRetrieved, &subject, rng, act)?;
    }
    Ok(true)
}

/// Those that wait; test certificates are nobody's, and wait for nobody.
fn waiting<'a>(before: Timestamp, at: Timestamp) -> requests::BoxedQuery<'a, MultiBackend> {
    requests::table
        .filter(requests::status.eq("issued").and(requests::changed_at.le(before)))
        .filter(requests::profile.ne_all(TestCertificate::ALL.map(TestCertificate::profile)))
        .filter(not(exists(acceptances::table.filter(acceptances::request.eq(requests::number)))))
        .filter(exists(
            certificates::table
                .filter(certificates::issuer.nullable().eq(requests::issuer))
                .filter(certificates::serial.nullable().eq(requests::serial))
                .filter(certificates::status.eq("good").and(certificates::not_after.gt(at))),
        ))
        .into_boxed()
}

/// The requests of these numbers; one that cannot be read is logged, and keeps no other back.
fn read(db: &mut Database, numbers: Vec<String>) -> QueryResult<Vec<Unretrieved>> {
    let mut read = Vec::with_capacity(numbers.len());
    for number in numbers {
        match certificate_request::get(db, &number) {
            Ok(request) => {
                read.extend(issued_at(&request).map(|issued_at| Unretrieved { request, issued_at }));
            }
            Err(RequestError::Database(error)) => return Err(error),
            Err(error) => tracing::error!(code = error.code().name, "{error}, and is not told of"),
        }
    }
    Ok(read)
}
