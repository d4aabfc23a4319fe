//! Decisions that proved nothing when the worker saw them; officers who cannot be told of any; questions that nobody answers.

use std::time::Duration;

use registration_authority::{decision, mandate, officers, order};
use store::{Database, Timestamp};

use super::{Finding, Findings, Verdict};
use crate::installation::Installation;
use crate::officer;
use crate::problem::Problem;

/// How long one is worth a warning.
const REMEMBERED: Duration = Duration::from_secs(30 * 86_400);
/// How long an applicant is awaited before somebody looks after it: the clock of his order stands still meanwhile, so that no list
/// calls it late.
const AWAITED: Duration = Duration::from_secs(30 * 86_400);
/// Most that are counted.
const MOST: i64 = 1000;
/// Most mandates of a sort that are named.
const MANDATES: u32 = 10;
/// What to do about a mandate that was ended without a signature.
const END_IT: &str = "ask its agent whether he has laid it down, and end it on the page of its structure: renewals go on until an \
                      officer has signed";
/// What to do about a sentence that another wrote.
const ASK_THE_OFFICER: &str =
    "ask the officer what he wrote, and the database's operator who changed it: no letter of it leaves";
/// Most officers that are named.
const NAMED: usize = 5;

pub(super) fn decisions(db: &mut Database, now: Timestamp, findings: &mut Findings) -> Result<(), Problem> {
    const ASK: &str =
        "ask the officer who is named whether he decided; if not, the web role is owned by somebody";
    let what = "officers' decisions";
    let refused = decision::refused_since(db, now.minus(REMEMBERED), MOST)?;
    findings.push(match refused.first() {
        None => Finding::well(what, "all that the worker saw in the last 30 days hold"),
        Some(last) => {
            let found = format!(
                "{} in the last 30 days prove nothing, the last at {}: {} {}, in the name of {}",
                refused.len(),
                last.seen_at,
                last.subject_kind,
                last.subject_number,
                last.decided_by
            );
            Finding::new(Verdict::Warning, what, found, ASK)
        }
    });
    let what = "mandates of structures";
    let unsigned = mandate::unsigned(db, now, MANDATES)?;
    if unsigned.decided.is_empty() && unsigned.ended.is_empty() {
        findings.push(Finding::well(what, "what their rows say, officers have signed"));
    }
    if !unsigned.decided.is_empty() {
        let found = format!("nobody has signed what rows say of {}", unsigned.decided.join(", "));
        findings.push(Finding::new(Verdict::Warning, what, found, ASK));
    }
    if !unsigned.ended.is_empty() {
        let found = format!("no officer has signed for the end of {}", unsigned.ended.join(", "));
        findings.push(Finding::new(Verdict::Warning, what, found, END_IT));
    }
    let what = "refusals' sentences";
    let altered = decision::altered_sentences_since(db, now.minus(REMEMBERED), MOST)?;
    findings.push(match altered.first() {
        None => Finding::well(what, "those of the last 30 days are what their officers signed"),
        Some((number, officer)) => {
            let found = format!(
                "{} in the last 30 days are not what was signed, the last of {number}, refused by {officer}",
                altered.len()
            );
            Finding::new(Verdict::Broken, what, found, ASK_THE_OFFICER)
        }
    });
    Ok(())
}

/// Applicants who have been awaited for too long.
pub(super) fn questions(db: &mut Database, now: Timestamp, findings: &mut Findings) -> Result<(), Problem> {
    const CALL: &str = "call the applicant or, where a job submitted the order, the holder; record what he answers, or \
                        withdraw the order";
    let what = "questions to applicants";
    let waiting = order::unanswered(db, now.minus(AWAITED), MOST)?;
    findings.push(match waiting.first() {
        None => Finding::well(what, "nobody has been awaited for more than 30 days"),
        Some((number, since)) => {
            let found = format!(
                "{} orders have waited for an answer for more than 30 days, {number} since {since}",
                waiting.len()
            );
            Finding::new(Verdict::Warning, what, found, CALL)
        }
    });
    Ok(())
}

/// Who is told of nothing, since nobody has signed for where he is written to.
pub(super) fn addresses(
    installation: &Installation,
    db: &mut Database,
    findings: &mut Findings,
) -> Result<(), Problem> {
    const ENROL: &str = "propose an address on the officers' keys page, for two administrators to sign; for a root write \
                         email beside it in igc.toml";
    let what = "officers' addresses";
    let verifier = officer::verifier(installation)?;
    let roster = verifier.roster(db)?;
    let standing = officers::list(db)?.into_iter().filter(|officer| officer.ended_at.is_none());
    let without: Vec<String> = standing
        .map(|officer| officer.login)
        .filter(|login| verifier.address_of(&roster, login).is_none())
        .collect();
    findings.push(match without.len() {
        0 => Finding::well(what, "every officer can be written to"),
        count => {
            let named = without.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
            let more = if count > NAMED { ", …" } else { "" };
            let found = format!(
                "{count} are told of nothing that is decided in their names, and decide nothing by a passkey: {named}{more}"
            );
            Finding::new(Verdict::Warning, what, found, ENROL)
        }
    });
    Ok(())
}
