//! `igc doctor`: looks at everything, and says of each thing whether it is well, and what to do.

mod coherence;
mod crls;
mod object_store;
mod officers;
mod oppositions;
mod personal_data;
mod register;
mod responders;

use std::process::ExitCode;
use std::time::Duration;

use ca_core::authority::{self, AuthorityKind, Readable};
use ca_core::authority_end;
use ca_core::service_key::{self, Purpose};
use ca_core::signer::process::LedgerKind;
use ca_core::signer::{Signer, SignerError};
use ca_core::signing::{self, OpenAlarm};
use openssl::x509::X509;
use registration_authority::contradictions::contradictions;
use serde::Serialize;
use store::audit::backlog;
use store::database::{RESERVE, Reserve};
use store::{Database, DatabaseRole, Timestamp};

use super::Global;
use crate::installation::Installation;
use crate::jobs;
use crate::output::{self, Row};
use crate::problem::Problem;

const CEREMONY: &str = "hold a ceremony of kind root-crl (docs/ceremonies.md)";

/// How long before its end something is worth a warning.
const SOON: Duration = Duration::from_secs(30 * 86_400);

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A warning is a failure.
    #[arg(long)]
    strict: bool,
}

pub fn run(global: &Global, args: &Args) -> Result<ExitCode, Problem> {
    let installation = Installation::open(global)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    let now = installation.clock.now();
    let mut findings = Vec::new();
    clocks(&mut db, now, &mut findings)?;
    reserve(&mut db, &mut findings)?;
    keys(&installation, &mut db, now, &mut findings)?;
    responders::outlook(&mut db, now, &mut findings)?;
    crls::lists(&installation, &mut db, now, &mut findings)?;
    coherence::last_look(&installation, &mut db, now, &mut findings)?;
    object_store::in_step(&installation, &mut findings);
    register::standing(&mut db, &mut findings)?;
    oppositions::waiting(&installation, &mut db, now, &mut findings)?;
    register::directory(&installation, &mut findings);
    officers::decisions(&mut db, now, &mut findings)?;
    own_certificate(&installation, now, &mut findings);
    trail(&installation, &mut db, now, &mut findings)?;
    signatures(&installation, &mut db, &mut findings)?;
    rows(&mut db, &mut findings)?;
    personal_data::past_its_time(&installation, &mut db, &mut findings)?;
    output::list(global.output, &findings)?;
    let worst = findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Well);
    Ok(match worst {
        Verdict::Well => ExitCode::SUCCESS,
        Verdict::Warning if args.strict => ExitCode::from(1),
        Verdict::Warning => ExitCode::SUCCESS,
        Verdict::Broken => ExitCode::from(1),
    })
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Well,
    Warning,
    Broken,
}

#[derive(Serialize)]
struct Finding {
    verdict: Verdict,
    what: String,
    found: String,
    action: &'static str,
}

impl Finding {
    fn new(
        verdict: Verdict,
        what: impl Into<String>,
        found: impl Into<String>,
        action: &'static str,
    ) -> Self {
        Self { verdict, what: what.into(), found: found.into(), action }
    }

    /// What is well needs no action.
    fn well(what: impl Into<String>, found: impl Into<String>) -> Self {
        Self::new(Verdict::Well, what, found, "")
    }
}

impl Row for Finding {
    const HEADINGS: &'static [&'static str] = &["", "WHAT", "FOUND", "DO"];

    fn cells(&self) -> Vec<String> {
        let mark = match self.verdict {
            Verdict::Well => "✓",
            Verdict::Warning => "▲",
            Verdict::Broken => "✗",
        };
        vec![mark.to_owned(), self.what.clone(), self.found.clone(), self.action.to_owned()]
    }
}

fn clocks(db: &mut Database, now: Timestamp, findings: &mut Vec<Finding>) -> Result<(), Problem> {
    let away = (db.now()?.millis() - now.millis()).unsigned_abs();
    findings.push(if away < 5_000 {
        Finding::well("clock", format!("{away} ms from the database's"))
    } else {
        let found = format!("{} s from the database's", away / 1000);
        Finding::new(Verdict::Warning, "clock", found, "set this machine's clock by NTP")
    });
    Ok(())
}

/// What a full disk leaves to oppositions.
fn reserve(db: &mut Database, findings: &mut Vec<Finding>) -> Result<(), Problem> {
    let mebibytes = RESERVE / (1024 * 1024);
    let what = "room for oppositions";
    findings.push(match db.reserve()? {
        Reserve::Held => Finding::well(what, format!("{mebibytes} MiB kept on the disk")),
        Reserve::Used => Finding::new(
            Verdict::Broken,
            what,
            "the disk is full, the room is in use and nothing is issued",
            "free space; the worker keeps it again by itself",
        ),
        Reserve::None if db.is_on_server() => {
            Finding::well(what, "on the disk of the database server, whose operator keeps it")
        }
        Reserve::None => Finding::new(Verdict::Warning, what, "not kept", "igc job run reserve"),
    });
    Ok(())
}

const TOKENS_WANTED: &str = "is the HSM up, its settings and PIN file right?";

/// Every key the database knows is asked for its public half, in its token.
fn keys(
    installation: &Installation,
    db: &mut Database,
    now: Timestamp,
    findings: &mut Vec<Finding>,
) -> Result<(), Problem> {
    let Readable { authorities, unreadable } = authority::readable(db)?;
    for (short_name, error) in unreadable {
        let what = format!("authority {short_name}");
        let action = "compare with a backup; it issues nothing, and the others go on";
        findings.push(Finding::new(Verdict::Broken, what, error.to_string(), action));
    }
    let roots: Vec<_> = authorities
        .iter()
        .filter(|authority| authority.kind == AuthorityKind::Root)
        .map(|root| root.short_name.clone())
        .collect();
    let mut known = Vec::new();
    for authority in authorities {
        if authority_end::find(db, &authority.short_name)?.is_none() {
            known.push((authority.short_name, authority.key, authority.public_key));
        }
    }
    for purpose in [Purpose::List, Purpose::Audit] {
        for key in service_key::of_purpose(db, purpose)? {
            known.push((key.name, key.key, key.public_key));
        }
    }
    for key in service_key::of_purpose(db, Purpose::Ocsp)? {
        // The status role destroys the key of a responder that has ended.
        if responders::has_not_ended(&key, now) {
            known.push((key.name, key.key, key.public_key));
        }
    }
    let mut signer = match installation.signer() {
        Ok(signer) => signer,
        Err(problem) => {
            findings.push(Finding::new(Verdict::Broken, "tokens", problem.detail(), TOKENS_WANTED));
            return Ok(());
        }
    };
    // A tokens file of the worker alone does not name the status role's.
    let answers = installation.signer_process(LedgerKind::Answers);
    let mut answers = answers.ok().map(|process| process.signer());
    let status_token = &installation.config.status_token;
    for (name, key, public_key) in known {
        let what = format!("key {name}");
        let signer = match (&mut answers, key.token == *status_token) {
            (_, false) => &mut signer,
            (Some(answers), true) => answers,
            (None, true) => {
                findings.push(Finding::well(what, format!("token {status_token} is the status role's")));
                continue;
            }
        };
        findings.push(match signer.public_key(&key) {
            Ok(found) if found == public_key => Finding::well(what, format!("in token {}", key.token)),
            Ok(_) => Finding::new(
                Verdict::Broken,
                what,
                "the token holds another key",
                "stop issuing; see the ceremony report",
            ),
            // The roots' token is plugged in at ceremonies only, and custodians may hold its PIN.
            Err(
                SignerError::Unavailable { .. }
                | SignerError::UnknownToken { .. }
                | SignerError::PinFile { .. },
            ) if roots.contains(&name) => Finding::well(what, format!("token {} is away", key.token)),
            // The library itself: what is true of one key is true of all.
            Err(SignerError::Unavailable { token, detail }) if token != key.token => {
                findings.push(Finding::new(
                    Verdict::Broken,
                    "tokens",
                    format!("{token}: {detail}"),
                    TOKENS_WANTED,
                ));
                return Ok(());
            }
            Err(error) => Finding::new(Verdict::Broken, what, error.to_string(), TOKENS_WANTED),
        });
    }
    Ok(())
}

/// The installation's own TLS certificate: forgetting it has kept other systems from starting.
fn own_certificate(installation: &Installation, now: Timestamp, findings: &mut Vec<Finding>) {
    const RENEW: &str = "put a new certificate and key in its place";
    let path = &installation.config.tls.certificate;
    let what = format!("TLS certificate {}", path.display());
    let days_left =
        std::fs::read(path).ok().and_then(|pem| X509::from_pem(&pem).ok()).and_then(|certificate| {
            let now = openssl::asn1::Asn1Time::from_unix(now.seconds()).ok()?;
            now.diff(certificate.not_after()).ok().map(|left| left.days)
        });
    findings.push(match days_left {
        None => Finding::new(Verdict::Broken, what, "does not read", RENEW),
        Some(days) if days < 0 => Finding::new(Verdict::Broken, what, "has ended", RENEW),
        Some(days) if u64::from(days.unsigned_abs()) * 86_400 < SOON.as_secs() => {
            Finding::new(Verdict::Warning, what, format!("ends in {days} days"), RENEW)
        }
        Some(days) => Finding::well(what, format!("ends in {days} days")),
    });
}

fn trail(
    installation: &Installation,
    db: &mut Database,
    now: Timestamp,
    findings: &mut Vec<Finding>,
) -> Result<(), Problem> {
    let verified = super::audit::verify_installation(installation, db, None)?;
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
fn rows(db: &mut Database, findings: &mut Vec<Finding>) -> Result<(), Problem> {
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

/// Every line of the ledgers of signed digests that the worker has not looked at is looked at now.
fn signatures(
    installation: &Installation,
    db: &mut Database,
    findings: &mut Vec<Finding>,
) -> Result<(), Problem> {
    const TELL: &str = "tell the security officer; was the HSM used by somebody else? then igc audit acknowledge LEDGER SEQUENCE --reason TEXT";
    let broken = |found: String| Finding::new(Verdict::Broken, "signatures", found, TELL);
    if let Err(problem) = jobs::reconcile(db, installation, &installation.operator_act()) {
        findings.push(broken(problem.detail().to_owned()));
    }
    let standing = signing::standing(db)?;
    findings.push(match &standing.newest_open {
        Some(newest) => {
            let OpenAlarm { ledger, sequence, what } = newest;
            broken(format!("{} alarms, the newest: {ledger} {sequence}: {what}", standing.open))
        }
        None => {
            let lines: i64 = standing.ledgers.iter().map(|ledger| ledger.sequence).sum();
            let seen_to = match standing.alarms {
                0 => "each of them intended".to_owned(),
                alarms => format!("{alarms} alarms acknowledged, each other line intended"),
            };
            Finding::well("signatures", format!("{lines} in the ledgers, {seen_to}"))
        }
    });
    Ok(())
}
