//! What a brake of the register stopped, what stands half-way, and what is read in part.

use professional_registry::extract::Form;
use professional_registry::import;
use registration_authority::decision::Standing;
use registration_authority::{entries, held_feed, lapse};
use store::Database;

use super::{Finding, Findings, Verdict};
use crate::installation::Installation;
use crate::problem::Problem;

pub(super) fn standing(db: &mut Database, findings: &mut Findings) -> Result<(), Problem> {
    let held = held_feed::waiting(db)?;
    if held.is_empty() {
        findings.push(Finding::well("register", "no feed is put aside"));
    }
    for feed in held {
        let hold = &feed.hold;
        let found = match &feed.case {
            Some(case) => format!(
                "{} and {} are one person's, or two: officers have to say (other {})",
                case.adeli,
                case.rpps,
                case.doubt.as_str()
            ),
            None => format!(
                "{} is put aside: it would cease {}, change {} and bring back {}, against {} living",
                hold.file_name,
                hold.difference.ceased,
                hold.difference.changed,
                hold.difference.reappeared,
                hold.living
            ),
        };
        let action = match feed.standing() {
            Standing::Held { .. } => "igc registry held; two officers release it, or one refuses it",
            Standing::Released | Standing::Refused if feed.case.is_some() => "igc job run revalidation",
            Standing::Released => "igc registry import, the same file again",
            Standing::Refused => "it was refused: import another extract",
        };
        findings.push(Finding::new(Verdict::Warning, "register", found, action));
    }
    if import::newest_feed(db, Form::ACTIVITIES)?.is_some_and(|feed| !feed.complete) {
        findings.push(Finding::new(
            Verdict::Warning,
            "register",
            "the newest extract is half imported: no card is held against the register meanwhile",
            "igc registry import, the same file again, unless it is being imported now",
        ));
    }
    if let (waiting @ 1.., since) = entries::refused::waiting(db)? {
        let since = since.map_or_else(String::new, |since| format!(", the first since {since}"));
        findings.push(Finding::new(
            Verdict::Warning,
            "registration",
            format!("cards that entries ask for and that wait for a day with room: {waiting}{since}"),
            "raise register.orders_a_day, or let them have their turn: none is forgotten",
        ));
    }
    read_in_part(db, findings)?;
    lapses(db, findings)
}

/// Extracts from which not all is concluded that they might say.
fn read_in_part(db: &mut Database, findings: &mut Findings) -> Result<(), Problem> {
    for feed in import::newest_of_each(db)? {
        if !feed.speaks_of_absent {
            let held = match feed.source == Form::ACTIVITIES.source {
                true => {
                    "nobody ceases, and no card or certificate ends because its holder or structure has left"
                }
                false => "what it no longer names is held as it was",
            };
            let found = format!(
                "{} does not say who has left: a line of it names nobody that can be read; {held}",
                feed.file_name
            );
            let action = "igc registry import, the same file again, shows the line; have it mended, or import the next \
                          extract with --accept-unidentified once somebody has looked";
            findings.push(Finding::new(Verdict::Warning, "register", found, action));
        }
        let unreadable = feed.difference.map_or(0, |difference| difference.unreadable);
        if unreadable > 0 {
            let found = format!(
                "{unreadable} rows of the register cannot be read: what {} says of them was not taken in",
                feed.file_name
            );
            let action = "the log of its import names them; restore the register tables";
            findings.push(Finding::new(Verdict::Broken, "register", found, action));
        }
    }
    Ok(())
}

/// Whether the directory answers, where there is one.
pub(super) fn directory(installation: &Installation, findings: &mut Findings) {
    let what = "directory";
    let asked = installation.directory().and_then(|directory| match directory {
        Some(mut directory) => Ok(directory.answers().map(|()| true)?),
        None => Ok(false),
    });
    findings.push(match asked {
        Ok(true) => Finding::well(what, "answers"),
        Ok(false) => Finding::well(what, "none is named: a second reading is the next feed's"),
        // Issuing goes on: the imported register suffices.
        Err(problem) => Finding::new(Verdict::Warning, what, problem.detail(), problem.code().help),
    });
}

/// Cards that the register no longer supports.
fn lapses(db: &mut Database, findings: &mut Findings) -> Result<(), Problem> {
    for plan in lapse::waiting(db)? {
        let waiting = plan.waiting();
        let found = format!("plan of oppositions {}: {waiting} cards or certificates wait", plan.id);
        let action = match plan.standing() {
            Standing::Held { .. } => "igc opposition plans; two officers release it, or one refuses it",
            Standing::Released => "igc job run revalidation",
            Standing::Refused => "it was refused: oppose its cards by name, or not",
        };
        findings.push(Finding::new(Verdict::Warning, "oppositions", found, action));
    }
    let lapses = lapse::open(db, i64::MAX)?;
    let certificates = lapse::open_certificates(db, i64::MAX)?;
    let by_name = certificates.iter().filter(|lapse| !lapse.ends_by_itself()).count();
    let by_name = by_name + lapses.iter().filter(|lapse| !lapse.ends_by_itself()).count();
    let found = format!(
        "the register no longer supports {} cards that live, and {} software certificates that are good",
        lapses.len(),
        certificates.len()
    );
    findings.push(match by_name {
        0 => Finding::well("re-validation", found),
        _ => Finding::new(
            Verdict::Warning,
            "re-validation",
            format!("{found}; of {by_name} an officer decides, since an ADELI number may have become an RPPS number"),
            "igc opposition lapses; igc opposition add CARD --ground GROUND; igc certificate lapses; igc certificate revoke",
        ),
    });
    Ok(())
}
