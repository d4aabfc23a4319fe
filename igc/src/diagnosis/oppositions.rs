//! Who waits for an opposition, or for a notice.

use std::time::Duration;

use registration_authority::opposition::{declaration, one_time, request, ticket};
use registration_authority::{certificate_request, notices};
use store::{Database, Timestamp};

use super::{Finding, Findings, Verdict};
use crate::problem::Problem;

/// Within which time somebody is called back: a revocation is public within a day of its request (ETSI EN 319 411-1
/// §6.2.4), and a call takes a while.
const CALL_BACK: Duration = Duration::from_secs(12 * 3600);

/// Most declarations that are counted.
const MOST: i64 = 1000;

/// How long the worker may take for a declaration with a code, or for what a structure or an officer asks.
const ANSWER: Duration = Duration::from_secs(60);

const HOUR: Duration = Duration::from_secs(3600);

/// How long it may take until a code has been mailed: it counts for ten minutes.
const CODE: Duration = Duration::from_secs(180);

pub(super) fn waiting(db: &mut Database, now: Timestamp, findings: &mut Findings) -> Result<(), Problem> {
    let open = ticket::open_since(db, MOST)?;
    let late = open.iter().filter(|opened_at| opened_at.plus(CALL_BACK) < now).count();
    let found = format!("{} declarations without proof wait for a call", open.len());
    findings.push(match late {
        0 => Finding::well("declarations", found),
        _ => Finding::new(
            Verdict::Warning,
            "declarations",
            format!("{found}, {late} of them for more than half a day"),
            "igc opposition tickets; call, then igc opposition add or dismiss",
        ),
    });
    // That a person has no address is no fault of anybody here.
    let dead = notices::standing(db)?.dead;
    findings.push(match dead {
        0 => Finding::well("notices", "no notice was given up"),
        _ => Finding::new(
            Verdict::Warning,
            "notices",
            format!("{dead} notices were given up"),
            "igc notice list says why; igc notice retry",
        ),
    });
    if declaration::oldest_waiting(db)?.is_some_and(|at| at.plus(ANSWER) < now) {
        findings.push(Finding::new(
            Verdict::Broken,
            "declarations",
            "a holder's declaration with his code is not answered",
            "is the worker running, and does the token services answer?",
        ));
    }
    if one_time::oldest_waiting(db)?.is_some_and(|at| at.plus(CODE) < now) {
        findings.push(Finding::new(
            Verdict::Broken,
            "declarations",
            "a holder waits for the one-time code that he asked for",
            "is the worker running, and does the mail server of [mail] answer?",
        ));
    }
    if request::oldest_waiting(db)?.is_some_and(|at| at.plus(ANSWER) < now) {
        findings.push(Finding::new(
            Verdict::Broken,
            "declarations",
            "what a structure asks for a card of its staff is not answered",
            "is the worker running? igc job run opposition-requests says what holds it up",
        ));
    }
    if certificate_request::oldest_revocation_waiting(db)?.is_some_and(|at| at.plus(ANSWER) < now) {
        findings.push(Finding::new(
            Verdict::Broken,
            "revocations",
            "the revocation of a software certificate that an officer asked for is not answered",
            "is the worker running? igc job run certificate-revocations says what holds it up",
        ));
    }
    Ok(())
}

/// Strangers can use up what everybody together is mailed within an hour.
pub(super) fn one_time_codes(
    db: &mut Database,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<(), Problem> {
    let most = one_time::AN_HOUR;
    findings.push(match one_time::budget_spent(db, now)? {
        None => Finding::well("one-time codes", format!("fewer than {most} mailed within any hour since {}", now.minus(HOUR))),
        Some(at) => Finding::new(
            Verdict::Warning,
            "one-time codes",
            format!("{most} were mailed within an hour, the last at {at}: holders who ask now may get none"),
            "the code of the letter and the call back go on working: have officers answer igc opposition tickets at once; see \
             in the log of the proxy before the web role which networks ask at /opposition/code-unique, and stop them there",
        ),
    });
    Ok(())
}
