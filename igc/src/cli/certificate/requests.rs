//! `igc certificate request | approve | take-back | reject`: software certificates.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use openssl::x509::X509Req;
use professional_registry::{IdNatPs, ImportedRegister, Profession, TechnicalStructureId};
use registration_authority::certificate_request::{self, CertificateRequest, NewCertificateRequest, Wanted};
use serde_json::json;
use store::DatabaseRole;

use crate::api::Api;
use crate::cli::decision::address;
use crate::cli::remote::{self, Refusal, Remote};
use crate::cli::{Global, arguments};
use crate::faults;
use crate::installation::{Installation, system_rng};
use crate::officer::{self, AsOfficer};
use crate::output;
use crate::problem::Problem;
use crate::setup::read_bounded;

/// The longest request that is read.
const LONGEST_CSR: u64 = 64 * 1024;

/// Whose certificate it will be: a structure's, a professional's, or that of one of a structure's staff.
#[derive(Debug, Args)]
#[group(id = "whose", required = true, multiple = true)]
pub struct Whose {
    /// The structure's technical identifier (F…, C…, R…).
    #[arg(long, value_name = "ID", conflicts_with = "holder")]
    structure: Option<TechnicalStructureId>,
    /// One of its staff, by the local number under which its agent declared him.
    #[arg(long, value_name = "NUMBER", requires = "structure")]
    member: Option<String>,
    /// A professional, by his IdNat_PS: 8 and the RPPS number.
    #[arg(long, value_name = "ID", requires = "profession")]
    holder: Option<IdNatPs>,
    /// For the exercise of which profession: its code in TRE_G15.
    #[arg(long, value_name = "CODE", requires = "holder", value_parser = arguments::profession)]
    profession: Option<Profession>,
}

impl Whose {
    fn wanted(&self) -> Result<Wanted, Problem> {
        match (&self.structure, &self.member, &self.holder, self.profession) {
            (Some(structure), None, None, None) => Ok(Wanted::Structure(structure.clone())),
            (Some(structure), Some(local_id), None, None) => {
                Ok(Wanted::Member { structure: structure.clone(), local_id: local_id.clone() })
            }
            (None, None, Some(holder), Some(profession)) => {
                Ok(Wanted::Professional { holder: holder.clone(), profession })
            }
            _ => Err(Problem::new(faults::ARGUMENT, "--structure, or --holder and --profession".to_owned())),
        }
    }
}

pub(super) fn submit(
    global: &Global,
    (profile, csr, whose): (&str, &Path, &Whose),
    officer: &AsOfficer,
    remote: &Remote,
) -> Result<ExitCode, Problem> {
    let wanted = whose.wanted()?;
    let csr = read_bounded(csr, LONGEST_CSR)?;
    if let Some(api) = remote.api()? {
        return there(global, &api, profile, &csr, whose);
    }
    let installation = Installation::open(global)?;
    let act = officer.act(&installation)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    let new = NewCertificateRequest { profile: profile.to_owned(), wanted, csr };
    let issuance = installation.issuance()?;
    let submitted = db.write(|db| {
        certificate_request::submit(db, &mut ImportedRegister, issuance, new, &mut system_rng(), &act)
    })?;
    output::one(global.output, &json!({ "number": submitted.number }), || {
        format!("request {} waits for another person's decision\n", submitted.number)
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The same through the API, which reads PEM.
fn there(global: &Global, api: &Api, profile: &str, csr: &[u8], whose: &Whose) -> Result<ExitCode, Problem> {
    let malformed = || Problem::new(faults::ARGUMENT, "--csr: no PKCS#10 request, PEM or DER");
    let read = if csr.starts_with(b"-----BEGIN") { X509Req::from_pem(csr) } else { X509Req::from_der(csr) };
    let pem = read.and_then(|request| request.to_pem()).map_err(|_| malformed())?;
    let wanted = json!({
        "profile": profile,
        "structure": whose.structure.as_ref().map(ToString::to_string),
        "member": whose.member,
        "holder": whose.holder.as_ref().map(ToString::to_string),
        "profession": whose.profession.map(Profession::code),
        "csr": String::from_utf8_lossy(&pem),
    });
    remote::post(global, api, "/certificate-requests", &wanted)
}

/// Approves, or refuses for a reason and with the officer's own sentence.
pub(super) fn decide(
    global: &Global,
    number: &str,
    refusal: Option<Refusal<'_>>,
    officer: &AsOfficer,
) -> Result<ExitCode, Problem> {
    let installation = Installation::open(global)?;
    let act = officer.act(&installation)?;
    let approver = officer::approver(&installation)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    let request = certificate_request::get(&mut db, number)?;
    let (subject, version, rng) = (request.decidable(), request.version, &mut system_rng());
    let (login, verifier) = (act.actor.officer().unwrap_or_default(), officer::verifier(&installation)?);
    let decided = match refusal {
        None => {
            let proof = approver.approve(&subject, login, rng, act.at)?;
            let registry = &mut ImportedRegister;
            db.write(|db| {
                certificate_request::approve(db, registry, &verifier, number, version, &proof, rng, &act)
            })?
        }
        Some((reason, text)) => {
            let proof = approver.refuse(&subject, (reason, text), login, rng, act.at)?;
            db.write(|db| {
                certificate_request::refuse(db, &verifier, number, version, &proof, text, rng, &act)
            })?
        }
    };
    show(global, &decided)
}

/// Takes the officer's own decision back.
pub(super) fn take_back(
    global: &Global,
    number: &str,
    officer: &AsOfficer,
    remote: &Remote,
) -> Result<ExitCode, Problem> {
    if let Some(api) = remote.api()? {
        let address = address(number)?;
        return remote::act_on(global, &api, (&address, "retraction"), &json!({}));
    }
    let installation = Installation::open(global)?;
    let act = officer.act(&installation)?;
    let verifier = officer::verifier(&installation)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    let version = certificate_request::get(&mut db, number)?.version;
    let rng = &mut system_rng();
    let open = db.write(|db| certificate_request::take_back(db, &verifier, number, version, rng, &act))?;
    show(global, &open)
}

fn show(global: &Global, request: &CertificateRequest) -> Result<ExitCode, Problem> {
    let (number, version, status) = (&request.number, request.version, request.state.name());
    output::one(global.output, &json!({ "number": number, "version": version, "status": status }), || {
        format!("request {number} is {status}\n")
    })?;
    Ok(ExitCode::SUCCESS)
}
