//! `igc certificate compromised-key`

use std::fmt::Write;
use std::path::PathBuf;

use ca_core::certificate;
use ca_core::compromised_key::{self, CompromisedKey, LONGEST_FILE, ToldKey};
use ca_core::revocation::Revoked;
use ca_core::tbs;
use clap::{Args, Subcommand};
use registration_authority::key_compromise::{self, RecordedKey};
use registration_authority::opposition::Publication;
use serde::Serialize;
use store::{Database, DatabaseRole, Timestamp};

use super::unknown;
use crate::cli::Global;
use crate::faults;
use crate::installation::{Installation, system_rng};
use crate::officer::AsOfficer;
use crate::output::{self, Row};
use crate::problem::Problem;
use crate::setup::read_bounded;
use crate::status_hint;

/// How the digest of a key is computed, of a certificate in FILE.
const DIGEST: &str =
    "openssl x509 -in FILE -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Record, for good, that somebody else has a key: it is certified for nobody any more, and every software certificate over it is
    /// revoked as keyCompromise. Also where its certificates have ended, or none was ever given.
    Add(Add),
    /// The keys that were recorded, newest first.
    List {
        /// At most this many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
        /// After this one: its SHA-256 and how it is known, as the last line of the page before says them: `63da…/key`.
        #[arg(long, value_name = "HEX/HOW")]
        after: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct Add {
    #[command(flatten)]
    key: WhichKey,
    /// How it was learnt, in a sentence of 500 characters at most. It is kept for good: name nobody.
    #[arg(long, value_name = "TEXT")]
    source: String,
    #[command(flatten)]
    officer: AsOfficer,
}

/// The key, in one of three ways.
#[derive(Debug, Args)]
#[group(id = "key", required = true, multiple = false)]
struct WhichKey {
    /// A public key, a certificate over it or a PKCS#10 request, PEM or DER; never a private key.
    file: Option<PathBuf>,
    /// The key of this certificate of the database: `ACI-EL-ORG/63DA…`.
    #[arg(long, value_name = "ISSUER/SERIAL")]
    certificate: Option<String>,
    /// SHA-256 of its SubjectPublicKeyInfo, hexadecimal, where nobody has shown the key itself. An RSA key that is known by its digest alone is
    /// not known again under another exponent.
    #[arg(long, value_name = "HEX")]
    spki_sha256: Option<String>,
}

impl WhichKey {
    fn told(&self, db: &mut Database) -> Result<ToldKey, Problem> {
        if let Some(file) = &self.file {
            let read = ToldKey::read(&read_bounded(file, LONGEST_FILE as u64)?);
            return read.map_err(|error| {
                Problem::new(
                    ca_core::faults::COMPROMISED_KEY_UNREADABLE,
                    format!("{}: {error}", file.display()),
                )
            });
        }
        if let Some(text) = &self.certificate {
            let named =
                text.split_once('/').and_then(|(issuer, serial)| Some((issuer, serial.parse().ok()?)));
            let (issuer, serial) = named.ok_or_else(|| {
                Problem::new(faults::ARGUMENT, format!("--certificate {text:?}: write ISSUER/SERIAL"))
            })?;
            let found = certificate::find(db, issuer, &serial)?.ok_or_else(|| unknown(issuer, &serial))?;
            return Ok(ToldKey::Whole(tbs::public_key_of(&found.tbs)?));
        }
        let (text, mut digest) = (self.spki_sha256.as_deref().unwrap_or_default(), [0; 32]);
        hex::decode_to_slice(text, &mut digest).map_err(|_| {
            Problem::new(
                faults::ARGUMENT,
                format!("--spki-sha256 {text:?}: 64 hexadecimal digits are required"),
            )
        })?;
        Ok(ToldKey::Digest(digest))
    }
}

pub(super) fn run(global: &Global, command: &Command) -> Result<(), Problem> {
    let installation = Installation::open(global)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    let add = match command {
        Command::Add(add) => add,
        Command::List { limit, after } => {
            let after = after.as_deref().map(|text| recorded_before(&mut db, text)).transpose()?;
            let keys = compromised_key::list(&mut db, after.as_ref(), *limit)?;
            return output::list(global.output, &keys.into_iter().map(KeyRow::of).collect::<Vec<_>>());
        }
    };
    // Safety first, as of an opposition: whoever owns the machine may, and it is written down who did.
    let act = match &add.officer.login {
        Some(_) => add.officer.act(&installation)?,
        None => installation.operator_act(),
    };
    let key = add.key.told(&mut db)?;
    let recorded = key_compromise::record(&mut db, &key, &add.source, &mut system_rng(), &act)?;
    let publication = newest(&recorded).map(|sequence| status_hint::ask(&installation.dir, sequence));
    let receipt = Receipt::of(&recorded, &key, publication);
    output::one(global.output, &receipt, || receipt.words(publication))
}

/// The record that a page ended with.
fn recorded_before(db: &mut Database, text: &str) -> Result<CompromisedKey, Problem> {
    let malformed = || {
        let why = "write the SHA-256 and how it is known of the last line: HEX/key, or HEX/digest";
        Problem::new(faults::ARGUMENT, format!("--after {text:?}: {why}"))
    };
    let (digest, known_by) = text.split_once('/').ok_or_else(malformed)?;
    let digest = hex::decode(digest).map_err(|_| malformed())?;
    compromised_key::record_of(db, &digest, known_by)?.ok_or_else(malformed)
}

/// The newest event of the status log that it has left: who has applied this one knows of every certificate.
fn newest(recorded: &RecordedKey) -> Option<i64> {
    let sequences = recorded.ended.iter().filter_map(|ended| match ended.outcome {
        Revoked::Published { sequence, .. } => Some(sequence),
        Revoked::Abandoned => None,
    });
    sequences.max()
}

#[derive(Serialize)]
struct Receipt {
    spki_sha256: String,
    learnt_at: Timestamp,
    /// Whether it was recorded before.
    already: bool,
    /// The certificates that were revoked with it.
    revoked: Vec<String>,
    /// Of these: `published`, the status role of this node has applied it; `under-way`, it is recorded for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    publication: Option<&'static str>,
    /// What the PKI goes on signing with it, and what is left to do about that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    goes_on: Vec<GoesOn>,
    /// The open requests for a certificate over it: none is given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    open_requests: Vec<String>,
    /// That nothing here has a key of the digest that was told, and how a digest is computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

/// A service of the PKI that stays as it is.
#[derive(Serialize)]
struct GoesOn {
    service: String,
    to_do: &'static str,
}

impl Receipt {
    fn of(recorded: &RecordedKey, told: &ToldKey, publication: Option<Publication>) -> Self {
        let is_strange = matches!(told, ToldKey::Digest(_)) && !recorded.is_known;
        Self {
            spki_sha256: hex::encode(&recorded.key.spki_sha256),
            learnt_at: recorded.key.learnt_at,
            already: recorded.already,
            revoked: recorded
                .ended
                .iter()
                .map(|ended| format!("{}/{}", ended.issuer, ended.serial))
                .collect(),
            publication: publication.map(|publication| match publication {
                Publication::Published => "published",
                Publication::UnderWay => "under-way",
            }),
            goes_on: recorded
                .goes_on
                .iter()
                .map(|service| GoesOn { service: service.to_string(), to_do: service.what_ends_it() })
                .collect(),
            open_requests: recorded.open_requests.clone(),
            hint: is_strange.then(|| {
                format!(
                    "no certificate, authority, service or open request here has a key of this digest; where one should, tell of \
                     the key again: by its certificate, or by the digest of its SubjectPublicKeyInfo, not of the certificate ({DIGEST})"
                )
            }),
        }
    }

    fn words(&self, publication: Option<Publication>) -> String {
        let Self { spki_sha256, learnt_at, already, revoked, .. } = self;
        let known =
            if *already { "was recorded as compromised" } else { "is recorded as compromised, since" };
        let ended = match (revoked.as_slice(), publication) {
            ([], _) => "no certificate over it was living".to_owned(),
            (some, Some(Publication::Published)) => {
                format!("revoked: {}; OCSP on this node says so", some.join(", "))
            }
            (some, _) => format!("revoked: {}; recorded, publication under way", some.join(", ")),
        };
        let mut words = format!("key {spki_sha256} {known} {learnt_at}; {ended}\n");
        for GoesOn { service, to_do } in &self.goes_on {
            let _ = writeln!(words, "it is that of {service}, which goes on signing with it: {to_do}");
        }
        if !self.open_requests.is_empty() {
            let _ = writeln!(
                words,
                "asked for by {}: no certificate is given; withdraw or refuse it",
                self.open_requests.join(", ")
            );
        }
        if let Some(hint) = &self.hint {
            let _ = writeln!(words, "{hint}");
        }
        words
    }
}

#[derive(Serialize)]
struct KeyRow {
    spki_sha256: String,
    known_by: String,
    learnt_at: Timestamp,
    recorded_by: String,
    source: String,
}

impl KeyRow {
    fn of(key: CompromisedKey) -> Self {
        let CompromisedKey { spki_sha256, known_by, learnt_at, source, recorded_by } = key;
        Self { spki_sha256: hex::encode(spki_sha256), known_by, learnt_at, recorded_by, source }
    }
}

impl Row for KeyRow {
    const HEADINGS: &'static [&'static str] = &["SHA-256 OF THE KEY", "KNOWN BY", "LEARNT AT", "BY", "HOW"];

    fn cells(&self) -> Vec<String> {
        let Self { spki_sha256, known_by, learnt_at, recorded_by, source } = self;
        vec![
            spki_sha256.clone(),
            known_by.clone(),
            learnt_at.to_string(),
            recorded_by.clone(),
            source.clone(),
        ]
    }
}
