//! What a key ceremony certifies: the certificates that its file names, each in a step of its own, and no others.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};

use toml::{Table, Value};

use crate::certified::{self, Content, Wanted};
use crate::findings::Findings;
use crate::key::{hex, sha256};
use crate::{responder, tbs};

/// The profiles of authorities.
const ROOT: &str = "root";
const ISSUING: &str = "issuing";

/// A ceremony's file.
#[derive(Debug)]
pub struct Ceremony {
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// As the audit trail calls it.
    subject: String,
    /// By the label of its key, which is the name of its step behind `certificate `.
    certificates: BTreeMap<String, Planned>,
}

/// A certificate that a ceremony makes.
#[derive(Clone, Debug)]
struct Planned {
    profile: String,
    issuer: String,
    /// Of a service that signs for the installation: what its file says of it. An authority and its responder are named by the
    /// identity of the installation, which is not in the bundle.
    wanted: Option<Wanted>,
}

/// What rests on a ceremony.
#[derive(Debug)]
pub struct Made {
    /// SHA-256 of the file.
    file: String,
    profile: String,
    issuer: String,
}

impl Ceremony {
    /// Reads the file; one that does not read names no certificate.
    pub fn read(octets: &[u8]) -> Self {
        let text = std::str::from_utf8(octets).unwrap_or_default();
        let plan = text.parse::<Table>().unwrap_or_default();
        let name = plan.get("name").and_then(Value::as_str).unwrap_or_default();
        Self {
            sha256: hex(&sha256(octets)),
            subject: format!("ceremony {name}"),
            certificates: planned(&plan, name).unwrap_or_default(),
        }
    }

    /// Whether it makes such a certificate, of a subject that its file says.
    pub fn check(&self, profile: &str, issuer: &str, tbs: &tbs::Tbs<'_>) -> Result<Made, String> {
        let mut planned =
            self.certificates.values().filter(|one| one.profile == profile && one.issuer == issuer);
        let one = planned.next().ok_or(format!(
            "its evidence is a {}, whose file names no certificate of profile {profile} by {issuer}",
            self.subject
        ))?;
        match &one.wanted {
            // Of the file's facts, nothing is the register's word.
            Some(wanted) => wanted.check(tbs).map(|_| ())?,
            None => certified::check_of_installation(tbs)?,
        }
        Ok(Made { file: self.sha256.clone(), profile: profile.to_owned(), issuer: issuer.to_owned() })
    }

    /// Whether the step of this name makes such a certificate.
    fn makes(&self, made: &Made, step: &Step) -> bool {
        let label = step.name.strip_prefix("certificate ").unwrap_or_default();
        let planned = self.certificates.get(label);
        step.ceremony == self.subject
            && step.file.as_ref().is_none_or(|file| *file == self.sha256)
            && planned.is_some_and(|one| one.profile == made.profile && one.issuer == made.issuer)
    }
}

/// Whether certificates of this profile are authorities'.
pub fn is_of_authority(profile: &str) -> bool {
    [ROOT, ISSUING].contains(&profile)
}

/// `[[root]]`, `[[issuing]]` with its responder, `[[responder]]` and `[list_signer]`; none where one of them says not what it must.
fn planned(plan: &Table, name: &str) -> Option<BTreeMap<String, Planned>> {
    let mut all = BTreeMap::new();
    let mut put = |label: String, profile: &str, issuer: &str, wanted: Option<Wanted>| {
        let planned = Planned { profile: profile.to_owned(), issuer: issuer.to_owned(), wanted };
        all.insert(label, planned).is_none().then_some(())
    };
    for root in section(plan, "root")? {
        let short_name = text(root, "short_name")?;
        put(short_name.to_owned(), ROOT, short_name, None)?;
    }
    for authority in section(plan, "issuing")? {
        let short_name = text(authority, "short_name")?;
        put(short_name.to_owned(), ISSUING, text(authority, "parent")?, None)?;
        put(format!("ocsp-{short_name}"), responder::PROFILE, short_name, None)?;
    }
    for responder in section(plan, "responder")? {
        let authority = text(responder, "authority")?;
        put(format!("ocsp-{authority}-{name}"), responder::PROFILE, authority, None)?;
    }
    if let Some(signer) = plan.get("list_signer") {
        let signer = signer.as_table()?;
        let label = match plan.get("kind")?.as_str()? {
            "installation" => "list-signer".to_owned(),
            _ => format!("list-signer-{name}"),
        };
        let profile = Some(text(signer, "profile")?).filter(|profile| profile.contains("-org-"))?;
        let wanted = service(signer.get("facts")?.as_table()?)?;
        put(label, profile, text(signer, "authority")?, Some(wanted))?;
    }
    Some(all)
}

/// The tables of a section that may stand more than once.
fn section<'a>(plan: &'a Table, name: &str) -> Option<Vec<&'a Table>> {
    match plan.get(name) {
        None => Some(Vec::new()),
        Some(list) => list.as_array()?.iter().map(Value::as_table).collect(),
    }
}

fn text<'a>(table: &'a Table, key: &str) -> Option<&'a str> {
    table.get(key)?.as_str()
}

/// What the facts of a service say that its certificate must.
fn service(facts: &Table) -> Option<Wanted> {
    let of = |key: &str| text(facts, key).map(str::to_owned);
    let subject = vec![
        certified::country(),
        (tbs::STATE, Content::Text(of("department")?)),
        (tbs::ORGANISATION, Content::CutOf(of("organisation-name")?)),
        (tbs::UNIT, Content::Text(of("structure-identifier")?)),
        (tbs::COMMON_NAME, Content::Text(of("service-name")?)),
    ];
    Some(Wanted { subject, ..Wanted::default() })
}

/// A leaf of a step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// `ceremony demo`.
    pub ceremony: String,
    /// `certificate ACR-EL`.
    pub name: String,
    /// SHA-256 of the file, hexadecimal; leaves of before do not say it.
    pub file: Option<String>,
}

/// What the leaves of all steps say.
#[derive(Default)]
pub struct Steps {
    /// By the SHA-256 of the certificate that was made.
    made: HashMap<String, Vec<Step>>,
    /// Files by their SHA-256, each with a ceremony whose steps name it.
    files: HashMap<String, String>,
    /// Steps that a certificate which holds has come from.
    taken: HashSet<(String, String)>,
}

impl Steps {
    /// A leaf of a step, and the certificate that it names.
    pub fn leaf(&mut self, step: Step, certificate: Option<String>) {
        if let Some(file) = &step.file {
            self.files.insert(file.clone(), step.ceremony.clone());
        }
        if let Some(certificate) = certificate {
            self.made.entry(certificate).or_default().push(step);
        }
    }

    /// After the last leaf: whether a step made this certificate, and no other.
    pub fn made(
        &mut self,
        ceremonies: &[Ceremony],
        made: &Made,
        certificate: &str,
    ) -> Result<(), &'static str> {
        let ceremony = ceremonies.iter().find(|one| one.sha256 == made.file);
        let steps = self.made.get(certificate).map(Vec::as_slice).unwrap_or_default();
        let step = steps.iter().find(|step| ceremony.is_some_and(|one| one.makes(made, step)));
        let step = step.ok_or("no step of a ceremony names it")?;
        match self.taken.insert((made.file.clone(), step.name.clone())) {
            true => Ok(()),
            false => Err("the step that names it has made another certificate"),
        }
    }

    /// After the last leaf: every file that a step names is there.
    pub fn conclude(&self, ceremonies: &[Ceremony], findings: &mut Findings) {
        let mut absent: Vec<_> =
            self.files.iter().filter(|(file, _)| ceremonies.iter().all(|one| one.sha256 != **file)).collect();
        absent.sort();
        for (file, ceremony) in absent {
            let what = format!("its steps name the file {file}, which is not in ceremonies/");
            findings.contradiction(ceremony, what);
        }
    }
}
