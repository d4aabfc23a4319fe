use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::workspace::{root, target_folder};
use super::{Finished, run};

/// A file for pkilint, DER or PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linted {
    /// An X.509 certificate, of an authority or not.
    Certificate(PathBuf),
    /// A certificate revocation list, base or delta.
    Crl(PathBuf),
    /// An OCSP response.
    OcspResponse(PathBuf),
    /// A certificate, by EN 319 412: of which type, as `lint_etsi_cert` names it.
    ByEtsi(PathBuf, &'static str),
    /// A certificate under its issuer's.
    UnderIssuer(PathBuf, PathBuf),
}

/// What a judge has to say about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which file.
    pub file: PathBuf,
    /// `FATAL`, `ERROR`, `WARNING`, `NOTICE`, `INFO` or `DEBUG`.
    pub severity: String,
    /// The judge's name of the rule.
    pub code: String,
    /// Where in the file, and what.
    pub message: String,
}

impl Finding {
    /// Whether it is a warning or worse: what a decision record must explain.
    pub fn is_serious(&self) -> bool {
        !matches!(self.severity.as_str(), "NOTICE" | "INFO" | "DEBUG")
    }
}

/// Everything pkilint finds in `files`: one process for all of them.
#[track_caller]
pub fn pkilint(files: &[Linted]) -> Vec<Finding> {
    judge(files.iter().map(|file| match file {
        Linted::Certificate(path) => json!({"judge": "certificate", "file": path}),
        Linted::Crl(path) => json!({"judge": "crl", "file": path}),
        Linted::OcspResponse(path) => json!({"judge": "ocsp", "file": path}),
        Linted::ByEtsi(path, kind) => json!({"judge": "etsi", "file": path, "type": kind}),
        Linted::UnderIssuer(path, issuer) => json!({"judge": "chain", "file": path, "issuer": issuer}),
    }))
}

/// Sends requests to `judges.py` and reads its findings.
#[track_caller]
pub(super) fn judge(requests: impl Iterator<Item = Value>) -> Vec<Finding> {
    let python = target_folder().join("judges/bin/python");
    assert!(
        python.exists(),
        "{} is missing: use `make test`, or run tests/setup/install.sh test first",
        python.display()
    );
    let mut input = tempfile::NamedTempFile::new().expect("the temporary folder can be written");
    for request in requests {
        writeln!(input, "{request}").expect("the temporary folder can be written");
    }
    let reader = std::fs::File::open(input.path()).expect("an open file can be opened again");
    let script = root().join("tests/harness/judges.py");
    let finished = run(Command::new(python).arg("-B").arg(script).stdin(reader)).expect_exit(0);
    finished.stdout.lines().map(|line| finding(line, &finished)).collect()
}

#[track_caller]
fn finding(line: &str, finished: &Finished) -> Finding {
    let value: Value =
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {}", finished.said()));
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    Finding {
        file: Path::new(&text("file")).to_owned(),
        severity: text("severity"),
        code: text("code"),
        message: text("message"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{folder, openssl};

    #[test]
    fn pkilint_tells_a_good_certificate_from_a_bad_one_and_from_none() {
        let folder = folder();
        let at = |name: &str| folder.path().join(name);
        let make = |file: &PathBuf, key_usage: &str| {
            openssl([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-sha256",
                "-days",
                "30",
                "-subj",
                "/C=FR/O=Test/CN=Judge",
                "-addext",
                key_usage,
                "-keyout",
                at("key.pem").to_str().unwrap(),
                "-out",
                file.to_str().unwrap(),
            ])
            .expect_exit(0);
        };
        let (good, bad, none) = (at("good.pem"), at("bad.pem"), at("none.der"));
        make(&good, "keyUsage=critical,keyCertSign,cRLSign");
        // RFC 5280 §4.2.1.9: a CA certificate must say keyCertSign when it says a key usage.
        make(&bad, "keyUsage=critical,digitalSignature");
        std::fs::write(&none, b"\x30\x03no").unwrap();
        let findings = pkilint(&[good.clone(), bad.clone(), none.clone()].map(Linted::Certificate));
        let serious = |file: &PathBuf| findings.iter().filter(|f| f.is_serious() && f.file == *file).count();
        assert_eq!(serious(&good), 0, "{findings:#?}");
        assert!(serious(&bad) > 0, "{findings:#?}");
        assert_eq!(serious(&none), 1, "{findings:#?}");
    }
}
