//! How long each responder still answers, and what is becoming of its successor.

use diesel::prelude::*;
use store::schema::responder_refusals;
use store::{Database, Timestamp};

use super::newest::newest;
use super::{DUE, MOST_ATTEMPTS, inbox};
use crate::authority::{self, AuthorityKind};
use crate::certificate::CertificateStatus;
use crate::faults;

/// After this time a successor that was due is late.
const LATE: std::time::Duration = std::time::Duration::from_secs(7 * 86_400);

/// How things stand with the responder of one authority.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// Short name of the authority.
    pub authority: String,
    /// The end of the newest responder's certificate; none where it is not good.
    pub until: Option<Timestamp>,
    /// Its beginning, which is ahead of a clock that was set back since.
    pub from: Option<Timestamp>,
    /// When it last asked for its successor.
    pub asked_at: Option<Timestamp>,
    /// Code and words of the worker's last refusal.
    pub refused: Option<(String, String)>,
    /// Whether it has used up its requests, or somebody who writes as the status role has, and none of them waits
    /// for the worker.
    pub exhausted: bool,
}

impl Outlook {
    /// Whether the newest responder answers no more.
    pub fn has_ended(&self, at: Timestamp) -> bool {
        self.until.is_none_or(|until| until <= at)
    }

    /// Whether an operator must look: it has ended or has not begun, its successor was refused, is a week late, or
    /// cannot be asked for.
    pub fn is_trouble(&self, at: Timestamp) -> bool {
        let late = self.until.is_some_and(|until| until <= at.plus(DUE).minus(LATE));
        self.has_ended(at)
            || self.begins_after(at).is_some()
            || self.refused.is_some()
            || late
            || self.exhausted
    }

    fn begins_after(&self, at: Timestamp) -> Option<Timestamp> {
        self.from.filter(|from| *from > at)
    }

    /// In words.
    pub fn words(&self, at: Timestamp) -> String {
        let Some(until) = self.until.filter(|until| *until > at) else {
            return "no responder stands (responder-ended)".to_owned();
        };
        if let Some(from) = self.begins_after(at) {
            return format!("the newest begins at {from}: it was certified under a clock that was ahead");
        }
        let successor = match (&self.refused, self.asked_at) {
            (Some((code, why)), _) => format!(", and its successor was refused: {why} ({code})"),
            (None, Some(asked)) => format!(", and asked for its successor at {asked}"),
            (None, None) if until <= at.plus(DUE) => ", and has not asked for its successor".to_owned(),
            (None, None) => String::new(),
        };
        let exhausted = match self.exhausted {
            true => format!(
                ", and all its {MOST_ATTEMPTS} requests are used up ({})",
                faults::RESPONDER_REQUESTS_EXHAUSTED.name
            ),
            false => String::new(),
        };
        format!("until {until}{successor}{exhausted}")
    }
}

/// The outlook of each issuing authority that gives certificates and whose record reads.
pub fn outlook(db: &mut Database) -> QueryResult<Vec<Outlook>> {
    let mut found = Vec::new();
    let authorities = authority::readable(db)?.authorities;
    for authority in authorities.into_iter().filter(|one| one.kind == AuthorityKind::Issuing) {
        if !authority::gives_certificates(db, &authority)? {
            continue;
        }
        let mut outlook = Outlook {
            authority: authority.short_name,
            until: None,
            from: None,
            asked_at: None,
            refused: None,
            exhausted: false,
        };
        if let Some(newest) = newest(db, &outlook.authority)? {
            let good = matches!(newest.status, CertificateStatus::Good { .. });
            (outlook.from, outlook.until) = good.then_some((newest.not_before, newest.not_after)).unzip();
            // What is not signed was not put before the worker.
            let requests = inbox::of_predecessor(db, &newest.name)?;
            let last = requests.iter().find(|request| request.proofs.is_some());
            if let Some(last) = last {
                outlook.asked_at = last.stated().map(|stated| stated.requested_at);
                outlook.refused = refusal(db, &last.digest)?;
            }
            let waits = last.is_some() && outlook.refused.is_none();
            outlook.exhausted = !waits && requests.iter().any(|request| request.attempt >= MOST_ATTEMPTS);
        }
        found.push(outlook);
    }
    Ok(found)
}

/// What the worker has ever refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusals {
    /// How many requests.
    pub all: i64,
    /// How many of them no responder had signed as it stood: somebody else wrote into the inbox. They stay.
    pub forged: i64,
}

/// Counts what the worker has refused.
pub fn refusals(db: &mut Database) -> QueryResult<Refusals> {
    let forged = [faults::RESPONDER_REQUEST_MALFORMED.name, faults::RESPONDER_REQUEST_SIGNATURE.name];
    Ok(Refusals {
        all: responder_refusals::table.count().get_result(db)?,
        forged: responder_refusals::table
            .filter(responder_refusals::code.eq_any(forged))
            .count()
            .get_result(db)?,
    })
}

fn refusal(db: &mut Database, digest: &[u8]) -> QueryResult<Option<(String, String)>> {
    responder_refusals::table
        .find(digest)
        .select((responder_refusals::code, responder_refusals::why))
        .first(db)
        .optional()
}
