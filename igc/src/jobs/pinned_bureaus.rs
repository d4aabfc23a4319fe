//! The certificates of the bureaux that the configuration pins: their return files are read, and the
//! keys they attested are certified.

use std::fs;
use std::path::Path;

use openssl::x509::X509;

use crate::faults;
use crate::installation::Installation;
use crate::problem::Problem;
use crate::setup::file_problem;

/// Reads the certificate of each configured bureau. Read for each run of a job, so that a pin taken away
/// counts no longer.
pub fn pinned_bureaus(installation: &Installation) -> Result<Vec<X509>, Problem> {
    let mut pinned = Vec::new();
    for bureau in &installation.config.bureaus {
        pinned.extend(certificates(&bureau.certificate)?);
    }
    Ok(pinned)
}

/// One certificate, or several: an old one stays pinned until the cards it attested are certified.
fn certificates(path: &Path) -> Result<Vec<X509>, Problem> {
    let pem = fs::read(path).map_err(|error| file_problem(path, &error))?;
    let invalid = |what: String| Problem::new(faults::CONFIG_INVALID, format!("{}: {what}", path.display()));
    let stack = X509::stack_from_pem(&pem).map_err(|error| invalid(error.to_string()))?;
    if stack.is_empty() { Err(invalid("no PEM certificate in it".to_owned())) } else { Ok(stack) }
}
