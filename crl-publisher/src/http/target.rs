//! What a path means.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::crl::CrlKind;
use crate::folder::PublicFolder;
use crate::policy::PublicationPolicy;
use crate::publish::coherence_statement::{STATEMENT, STATEMENT_SIGNATURE};
use crate::publish::list_file::{ListFile, ListForm, SIGNATURE};

/// A head of the audit tree is replaced every half second (C2SP tlog-tiles: "a few seconds").
const CHECKPOINT_MAX_AGE: Duration = Duration::from_secs(2);

/// A statement of coherence is made once a minute at most.
const STATEMENT_MAX_AGE: Duration = Duration::from_secs(10);

/// The short name of an authority, as it may stand in a URL: upper-case letters, digits and dashes.
/// Nothing else ever reaches the file system, so that no path can leave the public folder; and the
/// list of authorities need not be known, so that CRLs are served while the database is away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ShortName(String);

impl ShortName {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
        fits.then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which CRL: of every certificate of an authority, or of a shard by its number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CrlName {
    pub(crate) issuer: ShortName,
    pub(crate) shard: Option<u32>,
    pub(crate) kind: CrlKind,
}

impl CrlName {
    pub(crate) fn path(&self, folder: &PublicFolder) -> PathBuf {
        folder.scoped_crl_path(self.issuer.as_str(), self.shard, self.kind)
    }
}

/// `crl/ACI-FO-PP/7-delta.crl`.
impl fmt::Display for CrlName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "crl/{}", self.kind.file_name(self.issuer.as_str(), self.shard))
    }
}

/// A published file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum PublishedName {
    Crl(CrlName),
    CaCertificate(ShortName),
    /// One of a fixed list in `ca/`.
    Chain(&'static str),
    /// The newest head of the audit tree.
    AuditCheckpoint,
    /// The statement of coherence, or its signature.
    Coherence(&'static str),
}

impl PublishedName {
    pub(crate) fn content_type(&self) -> &'static str {
        match self {
            // RFC 2585 §4.
            Self::Crl(_) => "application/pkix-crl",
            Self::CaCertificate(_) => "application/pkix-cert",
            Self::Chain("chain.p7b") => "application/x-pkcs7-certificates",
            Self::Chain(_) => "application/x-pem-file",
            // C2SP tlog-tiles, "Checkpoints".
            Self::AuditCheckpoint => "text/plain; charset=utf-8",
            Self::Coherence(STATEMENT) => "application/json",
            Self::Coherence(_) => "application/pkcs7-signature",
        }
    }

    /// How long a cache may keep it.
    pub(crate) fn max_age(&self, policy: &PublicationPolicy) -> Duration {
        match self {
            Self::AuditCheckpoint => CHECKPOINT_MAX_AGE,
            Self::Coherence(_) => STATEMENT_MAX_AGE,
            _ => policy.file_max_age,
        }
    }
}

/// What a GET asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Published(PublishedName),
    /// A file in `oppositions/`, or its signature.
    OppositionFile(ListFile, Part),
    /// `/oppositions/changes`, and with `.csv` or `.json` behind it.
    OppositionChanges(ListForm),
    /// `/pc/`: where the CPS qualifier of the certificates points.
    Policy,
    /// Anything else: perhaps an OCSP request in base64.
    Other,
}

impl Target {
    /// From the raw path. The paths of the real IGC Santé (domain.md §1.2), `/CRL/…` and `/AC/…`,
    /// mean the same as our own.
    pub(crate) fn of(path: &str) -> Self {
        let Some((folder, name)) = path.strip_prefix('/').and_then(|path| path.split_once('/')) else {
            return if matches!(path, "/" | "/pc" | "/PC") { Self::Policy } else { Self::Other };
        };
        let published = match folder {
            "crl" | "CRL" => crl(name),
            "ca" | "AC" | "AC%20TEST" => ca(name),
            "oppositions" => return oppositions(name),
            "audit" if name == "checkpoint" => Some(PublishedName::AuditCheckpoint),
            "coherence" => [STATEMENT, STATEMENT_SIGNATURE]
                .into_iter()
                .find(|known| *known == name)
                .map(PublishedName::Coherence),
            "pc" | "PC" | "PC%20TEST" if name.is_empty() => return Self::Policy,
            _ => None,
        };
        published.map_or(Self::Other, Self::Published)
    }
}

/// Of a file that lies beside its signature, which one is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Content,
    Signature,
}

impl Part {
    pub(crate) const fn content_type(self, of: ListFile) -> &'static str {
        match self {
            Self::Content => of.content_type(),
            Self::Signature => "application/pkcs7-signature",
        }
    }
}

fn oppositions(name: &str) -> Target {
    match name {
        "changes" | "changes.json" => return Target::OppositionChanges(ListForm::Json),
        "changes.csv" => return Target::OppositionChanges(ListForm::Csv),
        _ => {}
    }
    let (name, part) = match name.strip_suffix(SIGNATURE) {
        Some(name) => (name, Part::Signature),
        None => (name, Part::Content),
    };
    ListFile::named(name).map_or(Target::Other, |file| Target::OppositionFile(file, part))
}

fn crl(name: &str) -> Option<PublishedName> {
    let name = name.strip_suffix(".crl")?;
    let (name, kind) = match name.strip_suffix("-delta") {
        Some(name) => (name, CrlKind::Delta),
        None => (name, CrlKind::Full),
    };
    let (short_name, shard) = match name.split_once('/') {
        Some((short_name, number)) => (short_name, Some(shard(number)?)),
        None => (name, None),
    };
    Some(PublishedName::Crl(CrlName { issuer: ShortName::parse(short_name)?, shard, kind }))
}

/// A number as we write it: one file has one path.
fn shard(text: &str) -> Option<u32> {
    let number = text.parse().ok().filter(|number| (1..=ca_core::shard::MOST).contains(number))?;
    (number.to_string() == text).then_some(number)
}

fn ca(name: &str) -> Option<PublishedName> {
    match name {
        "chain.pem" => Some(PublishedName::Chain("chain.pem")),
        "chain.p7b"
        | "Chaine_de_certification-IGC-Sante.p7b"
        | "Chaine_de_certification-IGC-Sante-TEST.p7b" => Some(PublishedName::Chain("chain.p7b")),
        _ => ShortName::parse(name.strip_suffix(".cer")?).map(PublishedName::CaCertificate),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_paths_and_the_reference_paths_name_the_same_files() {
        for (ours, reference) in [
            ("/crl/ACI-FO-PP.crl", "/CRL/ACI-FO-PP.crl"),
            ("/ca/ACI-FO-PP.cer", "/AC/ACI-FO-PP.cer"),
            ("/ca/chain.p7b", "/AC/Chaine_de_certification-IGC-Sante.p7b"),
            ("/pc/", "/PC/"),
        ] {
            assert_eq!(Target::of(ours), Target::of(reference));
            assert_ne!(Target::of(ours), Target::Other);
        }
        let delta = Target::of("/crl/ACI-FO-PP-2-delta.crl");
        let crl = |name: &str, shard, kind| {
            let issuer = ShortName(name.to_owned());
            Target::Published(PublishedName::Crl(CrlName { issuer, shard, kind }))
        };
        assert_eq!(delta, crl("ACI-FO-PP-2", None, CrlKind::Delta));
        for (path, kind) in
            [("/crl/ACI-FO-PP/7.crl", CrlKind::Full), ("/CRL/ACI-FO-PP/7-delta.crl", CrlKind::Delta)]
        {
            assert_eq!(Target::of(path), crl("ACI-FO-PP", Some(7), kind));
        }
    }

    #[test]
    fn no_path_leaves_the_public_folder() {
        for path in [
            "/crl/../igc.toml",
            "/crl/..%2Figc.toml.crl",
            "/crl/../../etc/passwd.crl",
            "/crl//ACI.crl",
            "/crl/ACI/.crl",
            "/crl/ACI/0.crl",
            "/crl/ACI/07.crl",
            "/crl/ACI/+7.crl",
            "/crl/ACI/257.crl",
            "/crl/ACI/7/7.crl",
            "/crl/../7.crl",
            "/crl/ACI/..-delta.crl",
            "/crl/.crl",
            "/crl/-delta.crl",
            "/crl/.ACI.crl.12",
            "/ca/..cer",
            "/ca/A\0B.cer",
            "/oppositions/../full.csv",
            "/oppositions/full.csv.tmp",
            "/oppositions/changes/../full.csv",
            "/oppositions/changes/1.csv.p7s.p7s",
            "/audit/checkpoints",
            "/audit/../igc.toml",
            "/coherence/",
            "/coherence/../igc.toml",
            "/coherence/statement",
        ] {
            assert_eq!(Target::of(path), Target::Other, "{path}");
        }
    }
}
