use std::path::PathBuf;
use std::process::ExitCode;

use ca_core::authority;
use ca_core::certificate;
use ca_core::serial::SerialNumber;
use ca_core::signer::process::LedgerKind;
use coherence::history::{CrlThen, History, Ocsp, tell};
use serde::Serialize;
use serde_json::Value;
use store::audit::export;
use store::{Database, DatabaseRole, Timestamp};

use super::answer::{self, Brought};
use super::unknown;
use crate::audit_log::AuditLog;
use crate::audit_log::proof::{self, Proven};
use crate::cli::Global;
use crate::faults;
use crate::installation::Installation;
use crate::jobs;
use crate::output;
use crate::problem::Problem;
use crate::signer::ledger_file;

/// Events of one subject that are proven.
const MOST_EVENTS: i64 = 50;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its serial number, hexadecimal.
    serial: SerialNumber,
    /// Short name of its authority, where two have given that number.
    #[arg(long, value_name = "ID")]
    issuer: Option<String>,
    /// The moment that is asked about, RFC 3339; by default now.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// An OCSP answer that somebody kept, DER: whether it is ours, and what it says.
    #[arg(long, value_name = "FILE")]
    answer: Option<PathBuf>,
}

/// What is printed.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    history: History,
    /// The events of the certificate and of these CRLs, each with its proof, oldest first.
    proofs: Vec<Value>,
    /// The answer that somebody brought.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Brought>,
    /// What nobody can know here.
    not_known: &'static str,
}

const NOT_KNOWN: &str = "OCSP answers are not kept, but for the digests of the newest in the answers' ledger: what they said \
                         follows from the status log. Whether a relying party asked, and what a cache elsewhere gave it, is \
                         not known here; what it may have held is bounded by nextUpdate. What was seen from outside was \
                         seen at one address, `coherence.address` of whoever looked: another node than the one \
                         that answered there may have said good for as long after, which ocsp_good_until bounds.";

pub(super) fn run(global: &Global, args: &Args) -> Result<ExitCode, Problem> {
    let installation = Installation::open(global)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    let at = args.at.unwrap_or_else(|| installation.clock.now());
    let issuer = issuer(&mut db, args)?;
    let log = AuditLog::of(&mut db)?;
    let (history, proven) = db.snapshot(|db| -> Result<_, Problem> {
        let of_certificate =
            export::about(db, &format!("certificate {issuer} {}", args.serial), MOST_EVENTS)?;
        let issued = of_certificate.iter().find(|event| event.action == "certificate.issued");
        let issued_at = issued.map(|event| Timestamp::from_millis(event.occurred_at));
        let validity = jobs::policy(&installation.config).ocsp_validity;
        let history = tell(db, (&issuer, &args.serial), issued_at, validity, at)?;
        let mut events = of_certificate;
        for crl in &history.crls {
            events.extend(export::about(db, &crl.audit_subject, MOST_EVENTS)?);
        }
        events.sort_by_key(|event| event.sequence);
        Ok((history, proof::prove(db, &log, events)?))
    })?;
    let answer = match &args.answer {
        Some(file) => {
            let ledger = ledger_file(LedgerKind::Answers, &installation);
            Some(answer::read(&mut db, file, &ledger, (&issuer, &args.serial), at)?)
        }
        None => None,
    };
    let told =
        Told { proofs: proven.iter().map(Proven::as_json).collect(), history, answer, not_known: NOT_KNOWN };
    output::one(global.output, &told, || words(&told, &proven))?;
    Ok(ExitCode::SUCCESS)
}

/// The authority that gave this serial number.
fn issuer(db: &mut Database, args: &Args) -> Result<String, Problem> {
    if let Some(issuer) = &args.issuer {
        return Ok(issuer.clone());
    }
    let mut givers = Vec::new();
    for authority in authority::all(db)? {
        if certificate::find(db, &authority.short_name, &args.serial)?.is_some() {
            givers.push(authority.short_name);
        }
    }
    match givers.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(unknown("any authority", &args.serial)),
        several => {
            let detail = format!("{} gave that number: say which with --issuer", several.join(" and "));
            Err(Problem::new(faults::ARGUMENT, detail))
        }
    }
}

fn words(told: &Told, proven: &[Proven]) -> String {
    let History { issuer, serial, profile, at, ended, held_elsewhere, .. } = &told.history;
    let mut text = format!("certificate {serial} of {issuer} ({profile}), at {at}\n");
    if !(told.history.not_before..=told.history.not_after).contains(at) {
        text +=
            &format!("  outside its validity, {} to {}\n", told.history.not_before, told.history.not_after);
    }
    for hold in &told.history.holds {
        let until = hold.until.map_or("and it still is".to_owned(), |until| format!("until {until}"));
        text += &format!("  status log: held since {} {until}, event {}\n", hold.since, hold.sequence);
    }
    text += &match ended {
        None => "  status log: it has not ended\n".to_owned(),
        Some(ended) => format!(
            "  status log: ended {} ({}), event {}; {} then\n",
            ended.at,
            ended.reason,
            ended.sequence,
            if ended.at <= *at { "it had ended" } else { "it had not ended yet" }
        ),
    };
    let seen = ended.as_ref().and_then(|ended| ended.seen_in_ocsp_at);
    let seen = seen.map_or(String::new(), |seen| {
        format!("; seen to say revoked at the one address that is looked at, {seen}")
    });
    text += &format!("  OCSP said: {}{seen}\n", said(told.history.ocsp));
    told.history.crls.iter().for_each(|crl| text += &of_crl(crl));
    let until = |moment: Option<Timestamp>| moment.map_or("never".to_owned(), |moment| moment.to_string());
    if ended.is_some() {
        text += &format!(
            "  held elsewhere: a good OCSP answer until {}, a complete CRL without it until {}, a delta until {}\n",
            until(held_elsewhere.ocsp_good_until),
            until(held_elsewhere.crl_without_until),
            until(held_elsewhere.delta_without_until)
        );
    }
    if let Some(brought) = &told.answer {
        text += &format!("  the answer that was brought is ours: {}\n", brought.words());
    }
    for one in proven {
        let event = &one.event;
        let at = Timestamp::from_millis(event.occurred_at);
        text += &format!("proof of {} {} at {at}:\n{}\n", event.action, event.subject, one.tlog_proof());
    }
    text + told.not_known + "\n"
}

fn of_crl(crl: &CrlThen) -> String {
    let seen = crl.seen_at.map_or("not seen from outside".to_owned(), |seen| format!("first seen {seen}"));
    let stands = match (crl.revoked_at, crl.reason) {
        (None, _) => "not on it".to_owned(),
        (Some(at), Some("certificateHold")) => format!("on it, held {at}"),
        (Some(at), Some("removeFromCRL")) => format!("removed from it, its hold was lifted {at}"),
        (Some(at), _) => format!("on it, revoked {at}"),
    };
    format!(
        "  {} CRL {} ({} to {}, recorded {}, {seen}): {stands}; SHA-256 {}\n",
        crl.kind, crl.number, crl.this_update, crl.next_update, crl.recorded_at, crl.sha256
    )
}

const fn said(ocsp: Ocsp) -> &'static str {
    match ocsp {
        Ocsp::Unknown => "unknown",
        Ocsp::Good => "good",
        Ocsp::GoodOrRevoked => "good or revoked: it had ended a moment before",
        Ocsp::Revoked => "revoked",
        Ocsp::GoodOrHeld => "good or held: a moment before, it was held or its hold lifted",
        Ocsp::Held => "revoked for certificateHold: it was held",
        Ocsp::HeldOrRevoked => "held or revoked: it had ended a moment before",
        Ocsp::GoodHeldOrRevoked => "good, held or revoked: a moment before, it was held and had ended",
    }
}
