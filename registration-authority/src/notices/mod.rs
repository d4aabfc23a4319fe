//! Notices leave the outbox as mail: French, in plain text and HTML, with neither a secret nor a ground in them. To which holder is
//! read from the register when one leaves, and kept nowhere; to which officer from what two administrators signed for.
//!
//! A notice is taken before the server is asked, and is *sent* once the server has accepted it: nothing is sent again that
//! is known to be accepted. Where nobody knows, since the connection broke before the answer, it is sent again under the
//! same Message-ID, by which the holder's mailbox tells the second from the first.

mod dead;
mod message;
mod officers;
mod one_time;
mod postman;
mod staff;
mod standing;

#[cfg(test)]
mod tests;

use std::time::Duration;

use diesel::prelude::*;
use store::schema::outbox;
use store::{Act, Code, Database, Fault, Timestamp};

use self::message::Letter;
use self::postman::Refusal;
use crate::approval::ApprovalVerifier;
use crate::contact;
use crate::decision;
use crate::enrolment::{Roster, RosterError};
use crate::faults;
use crate::outbox::Notice;

pub use dead::{RetryError, UnsentNotice, retry, unsent};
pub use message::{Wording, wording};
pub(crate) use one_time::one_time_codes;
pub use postman::{Login, MailServer, Postman, PostmanError, Security};
pub use standing::{NoticesStanding, standing};

/// How long a worker may take for one notice before another takes it. Longer than the patience with a server.
const LEASE: Duration = Duration::from_secs(600);

/// What is told late tells nothing.
const TOO_OLD: Duration = Duration::from_secs(7 * 86_400);

/// Longest thing that a notice is about, in octets: a feed is named by 64 digits, and its decision by what follows.
const LONGEST_SUBJECT: usize = 160;

/// How long after each attempt that came to nothing the next one follows; after the last, none does.
const PAUSES: [Duration; 7] = [
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(6 * 3600),
    Duration::from_secs(12 * 3600),
    Duration::from_secs(24 * 3600),
];

/// What leaves after everything else: it has weeks.
const LAST: [&str; 3] = [
    Notice::CardExpiring.as_str(),
    Notice::StaffCardExpiring.as_str(),
    Notice::CertificateNotRetrieved.as_str(),
];

/// What a round did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Notices that the server has accepted.
    pub sent: u64,
    /// Notices that are tried again later, each with the code of why.
    pub postponed: Vec<(String, Code)>,
    /// Notices that nobody will get, each with the code of why.
    pub dead: Vec<(String, Code)>,
}

#[derive(Clone, Debug, Queryable)]
struct Taken {
    id: String,
    recipient: String,
    notice: String,
    subject: String,
    created_at: Timestamp,
    attempts: i64,
}

/// What became of one attempt.
enum Attempt {
    Accepted,
    Again(Code),
    Never(Code),
}

/// Sends the notices that are due, `most` at most: first what officers are told of what was decided in their names, then the others,
/// oldest first, and last those of cards that are about to end and of certificates that nobody fetches, of which there may be thousands
/// at once. What is written meanwhile
/// takes its place at once. For the worker, which alone reads the register's contacts, and what it told officers of.
pub fn send_due(
    db: &mut Database,
    postman: &Postman,
    verifier: &ApprovalVerifier,
    most: u16,
    act: &Act,
) -> Result<Round, RosterError> {
    let mut round = Round::default();
    if next_due(db, act)?.is_none() {
        return Ok(round);
    }
    let roster = verifier.roster(db)?;
    for _ in 0..most {
        let Some(id) = next_due(db, act)? else { break };
        let Some(taken) = take(db, &id, act)? else { continue };
        let attempt = attempt(db, postman, (verifier, &roster), &taken, act);
        match (attempt, pause_after(taken.attempts)) {
            (Attempt::Accepted, _) => {
                settle(db, &id, Settled { sent_at: Some(act.at), ..Settled::default() })?;
                round.sent += 1;
            }
            (Attempt::Again(code), Some(pause)) => {
                let next_attempt_at = Some(act.at.plus(pause));
                let settled = Settled { next_attempt_at, last_error: Some(code.name), ..Settled::default() };
                settle(db, &id, settled)?;
                round.postponed.push((id, code));
            }
            (Attempt::Again(code) | Attempt::Never(code), _) => {
                let failed_at = Some(act.at);
                settle(db, &id, Settled { failed_at, last_error: Some(code.name), ..Settled::default() })?;
                round.dead.push((id, code));
            }
        }
    }
    Ok(round)
}

fn pause_after(attempts: i64) -> Option<Duration> {
    usize::try_from(attempts - 1).ok().and_then(|at| PAUSES.get(at)).copied()
}

fn next_due(db: &mut Database, act: &Act) -> QueryResult<Option<String>> {
    let due = outbox::table
        .filter(outbox::sent_at.is_null().and(outbox::failed_at.is_null()))
        .filter(outbox::next_attempt_at.is_null().or(outbox::next_attempt_at.le(act.at)))
        .filter(outbox::taken_until.is_null().or(outbox::taken_until.le(act.at)))
        .order((outbox::leaves_first.desc(), outbox::created_at, outbox::id))
        .select(outbox::id);
    // Two queries, each in the order of the index: one that sorted would read all that waits, for every notice.
    match due.filter(outbox::notice.ne_all(LAST)).first(db).optional()? {
        Some(id) => Ok(Some(id)),
        None => due.filter(outbox::notice.eq_any(LAST)).first(db).optional(),
    }
}

/// Takes a notice for this worker; nothing where another has it.
fn take(db: &mut Database, id: &str, act: &Act) -> QueryResult<Option<Taken>> {
    db.write(|db| {
        let taken = diesel::update(outbox::table.find(id))
            .filter(outbox::sent_at.is_null().and(outbox::failed_at.is_null()))
            .filter(outbox::taken_until.is_null().or(outbox::taken_until.le(act.at)))
            .set((outbox::attempts.eq(outbox::attempts + 1), outbox::taken_until.eq(act.at.plus(LEASE))))
            .execute(db)?;
        if taken != 1 {
            return Ok(None);
        }
        outbox::table
            .find(id)
            .select((
                outbox::id,
                outbox::recipient,
                outbox::notice,
                outbox::subject,
                outbox::created_at,
                outbox::attempts,
            ))
            .first(db)
            .map(Some)
    })
}

/// What became of it; what is nothing stays as it is.
#[derive(Default, AsChangeset)]
#[diesel(table_name = outbox)]
struct Settled {
    /// Let go of in any case.
    taken_until: Option<Option<Timestamp>>,
    sent_at: Option<Timestamp>,
    next_attempt_at: Option<Timestamp>,
    failed_at: Option<Timestamp>,
    last_error: Option<&'static str>,
}

fn settle(db: &mut Database, id: &str, settled: Settled) -> QueryResult<()> {
    let settled = Settled { taken_until: Some(None), ..settled };
    db.write(|db| {
        let unsettled = outbox::sent_at.is_null().and(outbox::failed_at.is_null());
        diesel::update(outbox::table.find(id)).filter(unsettled).set(settled).execute(db).map(drop)
    })
}

fn attempt(
    db: &mut Database,
    postman: &Postman,
    officers: (&ApprovalVerifier, &Roster),
    taken: &Taken,
    act: &Act,
) -> Attempt {
    if taken.created_at.plus(TOO_OLD) < act.at {
        return Attempt::Never(faults::NOTICE_TOO_OLD);
    }
    let Some(notice) = Notice::from_stored(&taken.notice).filter(|_| is_plain(&taken.subject)) else {
        return Attempt::Never(faults::NOTICE_UNKNOWN);
    };
    let address = match taken.recipient.split_once(':') {
        Some(("holder", holder)) => match contact::address_of_holder(db, holder) {
            Ok(address) => address,
            Err(error) => return Attempt::Again(error.code()),
        },
        Some(("officer", login)) => address_of(officers, login, notice, &taken.subject),
        _ => None,
    };
    let Some(address) = address else { return Attempt::Never(faults::NOTICE_NO_ADDRESS) };
    let wording = match wording_of(db, &taken.id, notice, &taken.subject) {
        Ok(Some(wording)) => wording,
        Ok(None) => return Attempt::Never(faults::NOTICE_UNKNOWN),
        Err(_) => return Attempt::Again(store::fault::DATABASE),
    };
    match deliver(postman, (&taken.id, taken.created_at), wording, &address) {
        Delivery::Accepted => Attempt::Accepted,
        Delivery::Refused(code) => Attempt::Never(code),
        Delivery::NotNow => Attempt::Again(faults::MAIL_SERVER),
    }
}

/// What became of one mail.
pub(crate) enum Delivery {
    /// The server has accepted it.
    Accepted,
    /// It never will, or the register's address is none.
    Refused(Code),
    /// It may later, or may even have accepted it: it did not answer.
    NotNow,
}

/// Carries one mail to the server, under an identifier of 32 hexadecimal digits and the time at which it was written.
pub(crate) fn deliver(
    postman: &Postman,
    (id, written_at): (&str, Timestamp),
    wording: Wording,
    address: &str,
) -> Delivery {
    let letter = Letter { id, wording, written_at };
    let Some(message) = message::compose(&letter, postman.from(), address) else {
        return Delivery::Refused(faults::NOTICE_NO_ADDRESS);
    };
    match postman.send(&message) {
        Ok(()) => Delivery::Accepted,
        Err(Refusal::Never) => Delivery::Refused(faults::NOTICE_REFUSED),
        Err(Refusal::NotNow) => Delivery::NotNow,
    }
}

/// What the mail of this notice says; nothing where it is a digest that the worker has not composed.
fn wording_of(db: &mut Database, id: &str, notice: Notice, subject: &str) -> QueryResult<Option<Wording>> {
    if notice != Notice::DecisionsDigest {
        return Ok(Some(wording(notice, subject)));
    }
    let (lines, all) = decision::lines_of(db, id)?;
    Ok((all > 0).then(|| message::digest(&lines, all)))
}

/// What the mail of the notice with this identifier says, sent or not; nothing where there is none of it.
pub fn read(db: &mut Database, id: &str) -> QueryResult<Option<Wording>> {
    let found: Option<(String, String)> =
        outbox::table.find(id).select((outbox::notice, outbox::subject)).first(db).optional()?;
    match found.and_then(|(notice, subject)| Some((Notice::from_stored(&notice)?, subject))) {
        Some((notice, subject)) => wording_of(db, id, notice, &subject),
        None => Ok(None),
    }
}

/// Where an officer is written to; of an enrolment where he was before it.
fn address_of(
    (verifier, roster): (&ApprovalVerifier, &Roster),
    login: &str,
    notice: Notice,
    subject: &str,
) -> Option<String> {
    let address = match notice {
        Notice::KeyAdded | Notice::KeyRevoked | Notice::AddressChanged => {
            let enrolment = subject.strip_prefix("enrolment ")?;
            let is_his = roster.counted_as(enrolment).is_some_and(|counted| counted.login == login);
            is_his.then(|| verifier.told_at(roster, enrolment)).flatten()
        }
        _ => verifier.address_of(roster, login),
    };
    address.map(ToString::to_string)
}

/// Whether it names things and nothing else: the web role writes notices, and what it writes is read in a mailbox.
fn is_plain(subject: &str) -> bool {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b' ';
    subject.len() <= LONGEST_SUBJECT && subject.bytes().all(plain)
}
