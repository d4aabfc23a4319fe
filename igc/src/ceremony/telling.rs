//! What is told of each step: the figures that the printed script has room for.

use std::io::Write;

use ca_core::ceremony::{
    CertificateMade, CertificatesRevoked, Course, CrlMade, KeyDestroyed, KeyMade, Opened, Step,
};
use openssl::sha::sha256;
use serde::de::DeserializeOwned;

/// A line for those who are there; stdout stays free for answers.
pub fn tell(course: &Course<'_>, step: &Step, place: usize, count: usize) {
    let figures = figures(course, step).map_or_else(String::new, |figures| format!("\n      {figures}"));
    // Where stderr is closed nobody watches.
    let _ = writeln!(std::io::stderr(), "✓ step {place} of {count}: {step}{figures}");
}

fn figures(course: &Course<'_>, step: &Step) -> Option<String> {
    Some(match step {
        Step::Open => {
            let opened: Opened = outcome(course, step)?;
            format!("ceremony file SHA-256 {}, igc {}", opened.file_sha256, opened.program)
        }
        Step::Key(_) => {
            let made: KeyMade = outcome(course, step)?;
            let public_key = hex::decode(&made.public_key).ok()?;
            format!("public key SHA-256 {}", hex::encode(sha256(&public_key)))
        }
        Step::Certificate(_) => {
            let made: CertificateMade = outcome(course, step)?;
            format!("certificate SHA-256 {}", made.sha256)
        }
        Step::Crl(_) => {
            let made: CrlMade = outcome(course, step)?;
            format!("number {}, until {}, SHA-256 {}", made.number, made.next_update, made.sha256)
        }
        Step::Revoke(_) => {
            let revoked: CertificatesRevoked = outcome(course, step)?;
            let serials: Vec<_> = revoked.certificates.iter().map(|one| one.serial.as_str()).collect();
            let spared = revoked.spared.iter().flatten();
            let spared: Vec<_> =
                spared.map(|one| format!("{} ({})", one.serial, one.because.words())).collect();
            let stay = match spared.as_slice() {
                [] => String::new(),
                some => format!("\n      {} stay: {}", some.len(), some.join(", ")),
            };
            format!("{} revoked for {}: {}{stay}", serials.len(), revoked.reason, serials.join(", "))
        }
        Step::Destroy(_) => {
            let gone: KeyDestroyed = outcome(course, step)?;
            format!("key {}: a find finds {}", gone.reference, gone.found)
        }
        Step::Administrator(key) => format!("key of {}, SHA-256 {}", key.login, key.fingerprint()),
        Step::Close => format!("head of the transcript {}", course.head()),
        Step::Share(_) | Step::Acknowledge(..) | Step::Token(_) | Step::End(_) | Step::Publish => {
            return None;
        }
    })
}

fn outcome<T: DeserializeOwned>(course: &Course<'_>, step: &Step) -> Option<T> {
    serde_json::from_value(course.outcome_of(step)?.clone()).ok()
}
