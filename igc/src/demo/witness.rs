//! What somebody outside sees of a demonstration: `openssl` asks the OCSP responder and reads the CRLs;
//! files are left for whoever wants to look again.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use ca_core::authority::{self, AuthorityKind};
use ca_core::certificate::{self, Certificate, CertificateStatus};
use ca_core::serial::SerialNumber;
use card::{CardFilter, CardNumber, MOST_LISTED};
use crl_publisher::crl::CrlKind;
use crl_publisher::crl::read::Crl;
use openssl::x509::X509;
use store::Database;

use crate::faults;
use crate::problem::Problem;
use crate::setup::file_problem;

use super::report::{CardReport, CertificateReport, CrlReport, Report};
use super::stage::Stage;

const PAGE: i64 = 1_000;

/// Before or after the opposition.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    /// The card is in its holder's pocket.
    Before,
    /// The card is opposed.
    After,
}

/// What the responder said of one certificate.
#[derive(Clone, Debug)]
pub struct OcspAnswer {
    serial: SerialNumber,
    word: String,
}

/// Writes every end-entity certificate to `certificates/<serial>.pem`; how many there are.
pub fn write_certificates(stage: &mut Stage) -> Result<usize, Problem> {
    let folder = stage.path("certificates");
    std::fs::create_dir_all(&folder).map_err(|error| file_problem(&folder, &error))?;
    let certificates = end_entity_certificates(&mut stage.worker.db)?;
    for certificate in &certificates {
        let Some(der) = certificate.status.der() else { continue };
        write_pem(&pem_path(stage, &certificate.serial), der)?;
    }
    Ok(certificates.len())
}

/// Asks the responder about every certificate of the card that is stolen, with `openssl ocsp`, and
/// keeps the answers as they were sent.
pub fn ask_ocsp(stage: &mut Stage, status: SocketAddr, moment: Moment) -> Result<Vec<OcspAnswer>, Problem> {
    let folder = stage.path("ocsp");
    std::fs::create_dir_all(&folder).map_err(|error| file_problem(&folder, &error))?;
    let stolen = stolen_card(stage)?;
    let mut answers = Vec::new();
    for carried in card::certificates::of_card(&mut stage.worker.db, &stolen)? {
        let serial: SerialNumber =
            carried.serial.parse().map_err(|_| step_failed("a serial number does not read"))?;
        let suffix = match moment {
            Moment::Before => "before",
            Moment::After => "after",
        };
        let question = Question {
            url: format!("http://{status}/ocsp"),
            issuer: published_ca(stage, &carried.issuer),
            certificate: pem_path(stage, &serial),
            trusted: stage.installation().config.public_folder.join("ca/chain.pem"),
            answer: folder.join(format!("{serial}-{suffix}.der")),
        };
        answers.push(OcspAnswer { word: question.ask()?, serial });
    }
    Ok(answers)
}

/// Refuses to go on unless the responder said this word of every certificate.
pub fn all_say(answers: &[OcspAnswer], word: &str) -> Result<(), Problem> {
    match answers.iter().find(|answer| answer.word != word) {
        None if answers.is_empty() => Err(step_failed("the card carries no certificate to ask about")),
        None => Ok(()),
        Some(answer) => {
            Err(step_failed(&format!("openssl ocsp says {} of {}, not {word}", answer.word, answer.serial)))
        }
    }
}

/// The card of the player who is robbed.
pub fn stolen_card(stage: &mut Stage) -> Result<CardNumber, Problem> {
    let holder = stage.cast.as_ref().map(|cast| cast.robbed.id.to_string());
    let filter = CardFilter { holder, ..CardFilter::default() };
    let cards = card::list(&mut stage.worker.db, &filter, MOST_LISTED)?;
    cards.first().map(|card| card.number).ok_or_else(|| step_failed("the player who is robbed has no card"))
}

/// Looks for a serial number on the published CRL and on the delta, with `openssl crl`.
pub fn stands_on_crl(stage: &Stage, issuer: &str, serial: &SerialNumber) -> Result<(), Problem> {
    let folder = crate::jobs::folder(stage.installation());
    for kind in [CrlKind::Full, CrlKind::Delta] {
        let path = folder.crl_path(issuer, kind);
        let text = openssl(
            Command::new("openssl").args(["crl", "-inform", "DER", "-noout", "-text", "-in"]).arg(&path),
        )?;
        if !text.contains(&format!("Serial Number: {serial}")) {
            return Err(step_failed(&format!("{} does not carry {serial}", path.display())));
        }
    }
    Ok(())
}

/// Whether the published opposition list carries the card.
pub fn stands_on_opposition_list(stage: &Stage, card: &CardNumber) -> Result<bool, Problem> {
    let path = crate::jobs::folder(stage.installation()).oppositions_path("full.csv");
    let list = std::fs::read_to_string(&path).map_err(|error| file_problem(&path, &error))?;
    let card = card.to_string();
    Ok(list.lines().skip(1).any(|line| line.split(';').nth(1) == Some(&card)))
}

/// Fills in what stands in the database and the public folder at the end.
pub fn describe(stage: &mut Stage, report: &mut Report) -> Result<(), Problem> {
    let folder = crate::jobs::folder(stage.installation());
    let db = &mut stage.worker.db;
    for card in card::list(db, &CardFilter::default(), MOST_LISTED)? {
        let certificates = card::certificates::of_card(db, &card.number)?;
        report.cards.push(CardReport {
            number: card.number.to_string(),
            kind: card.kind.to_string(),
            holder: card.holder.clone(),
            state: card.life.status().to_string(),
            certificates: certificates.into_iter().map(|carried| carried.serial).collect(),
        });
    }
    for certificate in end_entity_certificates(db)? {
        let reason = match &certificate.status {
            CertificateStatus::Revoked { reason, .. } => Some(reason.clone()),
            _ => None,
        };
        report.certificates.push(CertificateReport {
            serial: certificate.serial.to_string(),
            profile: certificate.profile,
            issuer: certificate.issuer,
            status: certificate.status.word().to_owned(),
            reason,
        });
    }
    for authority in authority::all(db)? {
        for kind in [CrlKind::Full, CrlKind::Delta] {
            let path = folder.crl_path(&authority.short_name, kind);
            let Some(der) = folder.read(&path)? else { continue };
            let crl =
                Crl::read(&der).map_err(|error| step_failed(&format!("{}: {error}", path.display())))?;
            report.crls.push(CrlReport {
                id: authority.short_name.clone(),
                kind: kind.name().to_owned(),
                number: crl.number,
                entries: crl.entries().count(),
            });
        }
    }
    Ok(())
}

/// Every certificate that is not an authority's and was signed.
fn end_entity_certificates(db: &mut Database) -> Result<Vec<Certificate>, Problem> {
    let roots: Vec<String> = authority::all(db)?
        .into_iter()
        .filter(|authority| authority.kind == AuthorityKind::Root)
        .map(|authority| authority.short_name)
        .collect();
    let mut found: Vec<Certificate> = Vec::new();
    let mut after: Option<(String, String)> = None;
    loop {
        let cursor = after.as_ref().map(|(issuer, serial)| (issuer.as_str(), serial.as_str()));
        let page = certificate::list(db, cursor, PAGE)?;
        let Some(last) = page.last() else { return Ok(found) };
        after = Some((last.issuer.clone(), last.serial.to_string()));
        found.extend(
            page.into_iter().filter(|one| one.status.der().is_some() && !roots.contains(&one.issuer)),
        );
    }
}

struct Question {
    url: String,
    issuer: PathBuf,
    certificate: PathBuf,
    trusted: PathBuf,
    answer: PathBuf,
}

impl Question {
    /// The word `openssl ocsp` prints, once it has verified the answer.
    fn ask(&self) -> Result<String, Problem> {
        let text = openssl(
            Command::new("openssl")
                .args(["ocsp", "-no_nonce", "-url", &self.url, "-issuer"])
                .arg(&self.issuer)
                .arg("-cert")
                .arg(&self.certificate)
                .arg("-CAfile")
                .arg(&self.trusted)
                .arg("-respout")
                .arg(&self.answer),
        )?;
        // It exits with 0 whatever the answer: the words count.
        if !text.contains("Response verify OK") || text.contains("WARNING") {
            return Err(step_failed(&format!("openssl ocsp does not trust the answer: {}", text.trim())));
        }
        let prefix = format!("{}: ", self.certificate.display());
        text.lines()
            .find_map(|line| line.strip_prefix(&prefix))
            .map(str::to_owned)
            .ok_or_else(|| step_failed("openssl ocsp names no status"))
    }
}

/// What `openssl` printed, both ways.
fn openssl(command: &mut Command) -> Result<String, Problem> {
    let output = command
        .output()
        .map_err(|error| Problem::new(faults::TOOL, format!("openssl does not run: {error}")))?;
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() {
        Ok(text)
    } else {
        Err(Problem::new(faults::TOOL, format!("openssl: {}", text.trim())))
    }
}

fn write_pem(path: &Path, der: &[u8]) -> Result<(), Problem> {
    let pem = X509::from_der(der)
        .and_then(|certificate| certificate.to_pem())
        .map_err(|error| step_failed(&format!("a certificate does not read: {error}")))?;
    std::fs::write(path, pem).map_err(|error| file_problem(path, &error))
}

fn pem_path(stage: &Stage, serial: &SerialNumber) -> PathBuf {
    stage.path("certificates").join(format!("{serial}.pem"))
}

fn published_ca(stage: &Stage, short_name: &str) -> PathBuf {
    crate::jobs::folder(stage.installation()).ca_path(&format!("{short_name}.cer"))
}

fn step_failed(what: &str) -> Problem {
    Problem::new(faults::DEMO_STEP, what)
}
