//! What a demonstration's report says of cards, certificates and CRLs, and the certificates it leaves as files.

use std::path::{Path, PathBuf};

use ca_core::authority::{self, AuthorityKind};
use ca_core::certificate::{self, Certificate, CertificateStatus};
use ca_core::serial::SerialNumber;
use card::{CardFilter, MOST_LISTED};
use crl_publisher::crl::CrlKind;
use crl_publisher::crl::read::Crl;
use openssl::x509::X509;
use store::{Database, Timestamp};

use crate::problem::Problem;
use crate::setup::file_problem;

use super::report::{CardReport, CertificateReport, CrlReport, Report};
use super::stage::Stage;
use super::witness::step_failed;

const PAGE: i64 = 1_000;

/// Writes every end-entity certificate that stands to `certificates/<serial>.pem`; how many there are.
pub fn write_certificates(stage: &mut Stage) -> Result<usize, Problem> {
    let folder = stage.path("certificates");
    std::fs::create_dir_all(&folder).map_err(|error| file_problem(&folder, &error))?;
    let now = stage.installation().clock.now();
    let certificates = standing(&mut stage.worker.db, now)?;
    for certificate in &certificates {
        let Some(der) = certificate.status.der() else { continue };
        write_pem(&pem_path(stage, &certificate.serial), der)?;
    }
    Ok(certificates.len())
}

/// Where a certificate is left.
pub fn pem_path(stage: &Stage, serial: &SerialNumber) -> PathBuf {
    stage.path("certificates").join(format!("{serial}.pem"))
}

/// Fills in what stands in the database and the public folder at the end.
pub fn describe(stage: &mut Stage, report: &mut Report) -> Result<(), Problem> {
    let folder = crate::jobs::folder(stage.installation());
    let now = stage.installation().clock.now();
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
    for certificate in standing(db, now)? {
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

/// Every certificate that is not an authority's, was signed and has not ended.
fn standing(db: &mut Database, now: Timestamp) -> Result<Vec<Certificate>, Problem> {
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
            page.into_iter().filter(|one| {
                one.status.der().is_some() && one.not_after > now && !roots.contains(&one.issuer)
            }),
        );
    }
}

fn write_pem(path: &Path, der: &[u8]) -> Result<(), Problem> {
    let pem = X509::from_der(der)
        .and_then(|certificate| certificate.to_pem())
        .map_err(|error| step_failed(&format!("a certificate does not read: {error}")))?;
    std::fs::write(path, pem).map_err(|error| file_problem(path, &error))
}
