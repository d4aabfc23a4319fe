//! `igc ceremony`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ca_core::ceremony::{self, Ceremony, ReportIdentity, Spared, VerifiedReport};
use ca_core::identity::Identity;
use clap::Subcommand;
use crl_publisher::publish::recorded_crl;
use openssl::pkey::PKey;
use serde::Serialize;
use store::DatabaseRole;

use super::{Global, PARTLY_DONE};
use crate::ceremony::{Session, attendance, hold, kept_identity, person, recorded};
use crate::faults;
use crate::installation::Installation;
use crate::output::{self, OutputFormat};
use crate::problem::Problem;
use crate::setup::{self, LONGEST_TEXT, read_bounded, read_text};

/// The longest report: a transcript, and the certificates beside it.
const LONGEST_REPORT: u64 = 64 * 1024 * 1024;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read a ceremony file and apply its rules; touch nothing. With --dir, also ask whether the installation allows it.
    Check {
        /// The ceremony.
        file: PathBuf,
        /// Whose PKI it would be; by default that of the installation, else the demonstration's.
        #[arg(long, value_name = "FILE")]
        identity: Option<PathBuf>,
    },
    /// The script to be printed and signed, in French, as Markdown.
    Script {
        /// The ceremony.
        file: PathBuf,
    },
    /// Hold a ceremony, step by step; take it up again where it stopped.
    Run(RunArgs),
    /// Write and sign the report of a ceremony that has come to its end.
    Report {
        /// The ceremony's name.
        name: String,
        /// Where; by default beside its transcript.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Verify a report offline: no installation, no database.
    Verify {
        /// `report.json`.
        report: PathBuf,
        /// Its signature; by default beside it, with `.sig`.
        #[arg(long, value_name = "FILE")]
        signature: Option<PathBuf>,
        /// The audit key, PEM, known otherwise. Without it the one beside the report is taken, and the command ends with 9: anybody can sign a report with a key of his own.
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// The SHA-256 of the audit key, known otherwise: it stands on the printed script.
        #[arg(long, value_name = "HEX", conflicts_with = "key")]
        key_sha256: Option<String>,
    },
}

#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// The ceremony.
    file: PathBuf,
    /// Who types; asked at a terminal where absent.
    #[arg(long, value_name = "NAME", value_parser = person)]
    operator: Option<String>,
    /// Who watches; as often as there are witnesses. Asked at a terminal where absent.
    #[arg(long = "witness", value_name = "NAME", value_parser = person)]
    witnesses: Vec<String>,
    /// Confirm every step beforehand; otherwise each is confirmed at the terminal.
    #[arg(long)]
    yes: bool,
    /// Where a custodian's new share goes, in the order of the custodians: a new file, or /dev/fd/N.
    #[arg(long = "share-out", value_name = "FILE")]
    share_out: Vec<PathBuf>,
    /// A share that a custodian brings to open a token: a file of mode 0600, or /dev/fd/N.
    #[arg(long = "share", value_name = "FILE")]
    shares: Vec<PathBuf>,
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    match command {
        Command::Check { file, identity } => check(global, file, identity.as_deref()),
        Command::Script { file } => {
            output::print(&ceremony::script(&read(file)?, env!("CARGO_PKG_VERSION")))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Run(args) => run_ceremony(global, args),
        Command::Report { name, out } => report(global, name, out.as_deref()),
        Command::Verify { report, signature, key, key_sha256 } => {
            verify(global, report, signature.as_deref(), key.as_deref(), key_sha256.as_deref())
        }
    }
}

fn read(file: &Path) -> Result<Ceremony, Problem> {
    Ok(Ceremony::parse(&read_text(file, LONGEST_TEXT)?)?)
}

fn check(global: &Global, file: &Path, identity: Option<&Path>) -> Result<ExitCode, Problem> {
    let ceremony = read(file)?;
    let installation = global.installation_dir().map(|_| Installation::open(global)).transpose()?;
    let identity = match (identity, &installation) {
        (Some(path), _) => Identity::parse(&read_text(path, LONGEST_TEXT)?)?,
        (None, Some(installation)) => (*installation.identity).clone(),
        (None, None) => Identity::parse(setup::DEMO_IDENTITY)?,
    };
    ceremony::check(&ceremony, &identity)?;
    if let Some(installation) = &installation {
        let mut db = installation.database(DatabaseRole::Owner)?;
        ceremony::check_standing(&mut db, &installation.module()?, &ceremony, installation.clock.now())?;
    }
    let found = serde_json::json!({
        "ceremony": ceremony.name(),
        "kind": ceremony.kind(),
        "sha256": ceremony.sha256(),
        "steps": ceremony.steps().iter().map(ToString::to_string).collect::<Vec<_>>(),
        "ok": true,
    });
    output::one(global.output, &found, || {
        let file = file.display();
        format!(
            "{} may be held; `igc ceremony run {file}` holds it\nSHA-256 {}\n",
            ceremony.name(),
            ceremony.sha256()
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

fn run_ceremony(global: &Global, args: &RunArgs) -> Result<ExitCode, Problem> {
    let ceremony = read(&args.file)?;
    let installation = Installation::open(global)?;
    let session = Session {
        attendance: attendance(args.operator.clone(), args.witnesses.clone(), args.share_out.clone())?,
        confirmed: args.yes,
        shares: args.shares.clone(),
        talk: global.output == OutputFormat::Table,
    };
    let mut db = installation.database(DatabaseRole::Owner)?;
    let outcome = hold(&installation, &mut db, &ceremony, &session)?;
    output::one(global.output, &outcome, || {
        if outcome.held_before {
            return format!(
                "{} was held before, and nothing is done again: the next ceremony has a name of its own\n",
                outcome.name
            );
        }
        format!(
            "{} was held: {} keys, {} certificates, {} CRLs, {} keys destroyed, {} administrators' keys recorded\nhead of the transcript {}\nNext: igc ceremony report {}\n",
            outcome.name,
            outcome.keys.len(),
            outcome.certificates.len(),
            outcome.crls.len(),
            outcome.destroyed.len(),
            outcome.administrators.len(),
            outcome.transcript_head,
            outcome.name
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

fn report(global: &Global, name: &str, out: Option<&Path>) -> Result<ExitCode, Problem> {
    let installation = Installation::open(global)?;
    let (ceremony, transcript, own) = recorded(&installation, name)?;
    let kept = kept_identity(&own)?;
    let identity = match &kept {
        Some(text) => ReportIdentity::Kept(text),
        None => ReportIdentity::OfToday(installation.identity.text()),
    };
    let mut db = installation.database(DatabaseRole::Owner)?;
    let mut signer = installation.signer()?;
    let signed = ceremony::report(
        &mut db,
        &mut signer,
        identity,
        &ceremony,
        &transcript,
        &mut |db, made| recorded_crl(db, &made.issuer, made.number).ok().flatten(),
        &installation.operator_act(),
    )?;
    let key = PKey::public_key_from_der(&signed.audit_key)
        .and_then(|key| key.public_key_to_pem())
        .map_err(|error| Problem::new(faults::FILE, format!("the audit key does not encode: {error}")))?;
    let folder = out.unwrap_or(&own);
    for (file, octets) in
        [("report.json", &signed.json), ("report.json.sig", &signed.signature), ("audit-key.pem", &key)]
    {
        setup::replace_file(&folder.join(file), setup::SHARED_FILE, octets)?;
    }
    let report = folder.join("report.json").display().to_string();
    let sha256 = hex::encode(openssl::sha::sha256(&signed.json));
    let not_proven = &signed.not_proven;
    let written = serde_json::json!({ "report": report, "sha256": sha256, "not_proven": not_proven });
    output::one(global.output, &written, || {
        let open: String = not_proven.iter().map(|what| format!("NOT PROVEN: {what}\n")).collect();
        format!("{report}\nSHA-256 {sha256}\n{open}")
    })?;
    Ok(ExitCode::SUCCESS)
}

fn verify(
    global: &Global,
    report: &Path,
    signature: Option<&Path>,
    key: Option<&Path>,
    key_sha256: Option<&str>,
) -> Result<ExitCode, Problem> {
    let audit_key_known = key.is_some() || key_sha256.is_some();
    let beside = |name: &str| report.with_file_name(name);
    let default_signature =
        beside(&format!("{}.sig", report.file_name().unwrap_or_default().to_string_lossy()));
    let json = read_bounded(report, LONGEST_REPORT)?;
    let signature = read_bounded(signature.unwrap_or(&default_signature), LONGEST_TEXT)?;
    let key_file = key.map_or_else(|| beside("audit-key.pem"), Path::to_owned);
    let pem = read_bounded(&key_file, LONGEST_TEXT)?;
    let key = PKey::public_key_from_pem(&pem).and_then(|key| key.public_key_to_der()).map_err(|_| {
        Problem::new(
            ca_core::faults::CEREMONY_REPORT,
            format!("{}: is no public key in PEM", key_file.display()),
        )
    })?;
    let verified = ceremony::verify(&json, &signature, &key)?;
    let signed_by = &verified.audit_key_sha256;
    if let Some(known) = key_sha256.filter(|known| !known.eq_ignore_ascii_case(signed_by)) {
        let detail = format!("signed by the audit key {signed_by}, not by {known}");
        return Err(Problem::new(ca_core::faults::CEREMONY_REPORT, detail));
    }
    let said = Said { report: &verified, audit_key_known };
    output::one(global.output, &said, || words(&said))?;
    if !audit_key_known {
        tracing::warn!("the report came with its own key {signed_by}: whose that is is not proven");
    }
    Ok(if audit_key_known { ExitCode::SUCCESS } else { ExitCode::from(PARTLY_DONE) })
}

/// What a report that holds says, and whether the key it is signed by was known otherwise.
#[derive(Serialize)]
struct Said<'a> {
    #[serde(flatten)]
    report: &'a VerifiedReport,
    audit_key_known: bool,
}

fn words(Said { report: verified, audit_key_known }: &Said<'_>) -> String {
    let witnesses = |names: &[String]| match names {
        [] => "without a witness".to_owned(),
        [one] => format!("witness {one}"),
        several => format!("witnesses {}", several.join(", ")),
    };
    let taken_up = verified.taken_up_by.iter().map(|who| {
        let with = match who.identity_sha256 {
            Some(_) => ", with another identity than it was opened with",
            None => "",
        };
        format!("taken up again: operator {}, {}{with}\n", who.operator, witnesses(&who.witnesses))
    });
    let mut text = format!(
        "the report of {} holds: {} steps, held by igc {}, operator {}, {}\n{}\
         ceremony file SHA-256 {}\n\
         signed by the audit key SHA-256 {}{}\n",
        verified.ceremony,
        verified.steps,
        verified.program,
        verified.operator,
        witnesses(&verified.witnesses),
        taken_up.collect::<String>(),
        verified.file_sha256,
        verified.audit_key_sha256,
        match audit_key_known {
            true => ", which you named",
            false => {
                ", WHICH CAME WITH THE REPORT: anybody can make such a key; compare it with the printed script, \
                 and name it with --key-sha256"
            }
        },
    );
    for shared in &verified.shared_tokens {
        let opened_by = match shared.opened_by.iter().map(String::as_str).collect::<Vec<_>>().join(", ") {
            nobody if nobody.is_empty() => "not opened with shares here".to_owned(),
            names => format!("opened here by {names}"),
        };
        let (needed, of) = (shared.needed, shared.custodians.len());
        text += &format!("token {}: {needed} of {of} custodians, {opened_by}\n", shared.token);
    }
    if let Some(sha256) = &verified.identity_sha256 {
        text += &format!("certificates under the identity SHA-256 {sha256}\n");
    }
    for what in &verified.not_proven {
        text += &format!("NOT PROVEN: {what}\n");
    }
    for (name, sha256) in &verified.certificates {
        text += &format!("certificate {name} SHA-256 {sha256}\n");
    }
    for (name, sha256) in &verified.revoked {
        text += &format!("revoked here: {name} SHA-256 {sha256}, compare it with its own ceremony's\n");
    }
    for one in &verified.spared {
        let by_itself =
            if one.because == Spared::LaterCeremony { ": compare it with that one's report" } else { "" };
        text += &format!(
            "stays: responder {} of {}, {}{by_itself}\n",
            one.serial,
            one.issuer,
            one.because.words()
        );
    }
    for (login, name, sha256) in &verified.administrators {
        text += &format!(
            "administrator {login} ({name}) key SHA-256 {sha256}: compare it with what igc.toml pins\n"
        );
    }
    for (name, sha256) in &verified.issuers {
        text += &format!("not made here: {name} SHA-256 {sha256}, compare it with its own ceremony's\n");
    }
    text
}
