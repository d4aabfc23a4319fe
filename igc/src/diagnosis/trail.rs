//! What was recorded: the audit trail, rows that contradict each other, signatures that nobody intended.

use ca_core::signer::process::LedgerKind;
use ca_core::signing::{self, OpenAlarm};
use registration_authority::contradictions::contradictions;
use registration_authority::faults;
use registration_authority::unrecorded::{self, Alarm};
use store::audit::backlog;
use store::{Database, Timestamp};

use super::{Finding, Findings, Verdict};
use crate::cli::audit::verify_installation;
use crate::installation::Installation;
use crate::jobs;
use crate::problem::Problem;
use crate::signer::ledger_file;

/// The whole trail, recomputed.
pub(super) fn verified(
    installation: &Installation,
    db: &mut Database,
    findings: &mut Findings,
) -> Result<(), Problem> {
    let verified = verify_installation(installation, db, None)?;
    findings.push(match verified.contradictions.first() {
        None if verified.outside == 0 => Finding::new(
            Verdict::Warning,
            "audit trail",
            "nothing is kept outside the database to compare it with",
            "igc job run audit",
        ),
        None => Finding::well(
            "audit trail",
            format!(
                "{} events, {} signed heads, {} kept outside",
                verified.events, verified.checkpoints, verified.outside
            ),
        ),
        Some(first) => Finding::new(
            Verdict::Broken,
            "audit trail",
            first.to_string(),
            "tell the auditor; compare with a backup",
        ),
    });
    Ok(())
}

/// Whether events get their place under a signed head.
pub(super) fn sequencer(db: &mut Database, now: Timestamp, findings: &mut Findings) -> Result<(), Problem> {
    let waits = backlog::of(db)?;
    let found = format!("{} events wait, the oldest for {} s", waits.waiting, waits.age(now).as_secs());
    findings.push(if waits.is_late(now) {
        Finding::new(Verdict::Warning, "audit sequencer", found, "is the worker running? igc job run audit")
    } else {
        Finding::well("audit sequencer", found)
    });
    Ok(())
}

/// Rows that contradict each other, as after a restored backup.
pub(super) fn rows(db: &mut Database, findings: &mut Findings) -> Result<(), Problem> {
    const TELL: &str = "oppose the card again, or tell the auditor; compare with a backup";
    let broken = contradictions(db)?;
    if broken.is_empty() {
        findings.push(Finding::well("rows", "cards, certificates, status log and opposition list agree"));
    }
    for one in broken {
        let found = format!("{}: {} ({} in all)", one.rule, one.example, one.count);
        findings.push(Finding::new(Verdict::Broken, "rows", found, TELL));
    }
    Ok(())
}

/// What to do about an alarm of this code. Those without one were about signatures that nobody intended.
fn advice(code: Option<&str>) -> &'static str {
    const REFUSED: &str = ca_core::faults::SIGNER_WRONG_SIGNATURE.name;
    const BROKEN: &str = ca_core::faults::SIGNING_LEDGER_BROKEN.name;
    const UNFOLLOWED: &str = ca_core::faults::SIGNING_LEDGER_UNFOLLOWED.name;
    match code {
        Some(REFUSED) => {
            "take the token out of service: does it hold another key, or does it fail? docs/signer-faults.md; then igc audit acknowledge LEDGER SEQUENCE --reason TEXT"
        }
        Some(BROKEN) => {
            "keep the file as it is, compare it with a backup, tell the security officer; then igc audit acknowledge LEDGER SEQUENCE --reason TEXT"
        }
        Some(UNFOLLOWED) => {
            "let a worker run on that node, or igc doctor every hour; where the node is gone: igc audit acknowledge LEDGER SEQUENCE --reason TEXT"
        }
        _ => {
            "tell the security officer; was the HSM used by somebody else? then igc audit acknowledge LEDGER SEQUENCE --reason TEXT"
        }
    }
}

/// Every line of the ledgers of signed digests that the worker has not looked at is looked at now.
pub(super) fn reconciled(
    installation: &Installation,
    db: &mut Database,
    findings: &mut Findings,
) -> Result<(), Problem> {
    const FOLLOW: &str =
        "let a worker run on this node, too, or igc doctor every hour: it looks at what waits";
    let act = installation.operator_act();
    let answers = ledger_file(LedgerKind::Answers, installation);
    // What does not read is found below.
    if let Ok(Some(since)) = signing::waiting_since(db, &answers, act.at) {
        let found = format!("nobody has looked at its lines since {since}; they were looked at now");
        findings.push(Finding::new(Verdict::Warning, "ledger of answers", found, FOLLOW));
    }
    let looked = jobs::reconcile(db, installation, act.at, &act);
    let again = looked.and_then(|_| jobs::read_again(db, installation, &act));
    if let Err(problem) = again {
        let found = problem.detail().to_owned();
        findings.push(Finding::new(Verdict::Broken, "signatures", found, advice(Some(problem.code().name))));
    }
    alarms(db, findings)
}

/// Signatures that nobody intended, as far as the ledgers were looked at.
pub(super) fn alarms(db: &mut Database, findings: &mut Findings) -> Result<(), Problem> {
    let standing = signing::standing(db)?;
    findings.push(match &standing.newest_open {
        Some(newest) => {
            let OpenAlarm { ledger, sequence, what, code } = newest;
            let found = format!("{} alarms, the newest: {ledger} {sequence}: {what}", standing.open);
            Finding::new(Verdict::Broken, "signatures", found, advice(code.as_deref()))
        }
        None => {
            let lines: i64 = standing.ledgers.iter().map(|ledger| ledger.sequence).sum();
            let seen_to = match standing.alarms {
                0 => "each of them intended".to_owned(),
                alarms => format!("{alarms} alarms acknowledged, each other line intended"),
            };
            let superseded = match standing.superseded {
                0 => String::new(),
                crls => format!("; {crls} CRLs signed whose number another one took (signing.superseded)"),
            };
            Finding::well("signatures", format!("{lines} in the ledgers, {seen_to}{superseded}"))
        }
    });
    Ok(())
}

const RECORDED_BY_NOBODY: &str =
    "tell the security officer: was the key used past this program, or a backup restored?";

/// Certificates of ours that somebody has shown, and that no row explains.
pub(super) fn unrecorded(db: &mut Database, now: Timestamp, findings: &mut Findings) -> Result<(), Problem> {
    let alarms = unrecorded::alarms(db, now)?;
    findings.push(match alarms.first() {
        Some(Alarm { certificate, at }) => {
            let (count, code) = (alarms.len(), faults::CERTIFICATE_UNRECORDED.name);
            let found =
                format!("{count} of ours that no row explains, the newest: {certificate}, at {at} ({code})");
            Finding::new(Verdict::Broken, "certificates shown", found, RECORDED_BY_NOBODY)
        }
        None => Finding::well("certificates shown", "none of ours without a record within thirty days"),
    });
    Ok(())
}
