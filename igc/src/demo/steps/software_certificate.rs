//! A server of a structure: its own key pair, a name that the structure may have.

use professional_registry::ImportedRegister;
use rcgen::{CertificateParams, DnType, KeyPair};
use registration_authority::certificate_request::{self, NewCertificateRequest, Wanted, structure_names};
use registration_authority::test_certificates::TestCertificate;
use store::Actor;

use crate::demo::describe;
use crate::demo::stage::{APPROVER, SUBMITTER, Stage};
use crate::faults;
use crate::installation::system_rng;
use crate::jobs;
use crate::problem::Problem;

/// A host under the domain that no one may own (RFC 8375).
const HOST: &str = "dossiers.demo.home.arpa";
const OTHER_HOST: &str = "autre.demo.home.arpa";

pub fn software_certificate(stage: &mut Stage) -> Result<((), String), Problem> {
    let structure = stage.cast().structure.clone();
    let csr = server_request(HOST)?;
    refuses_a_name_not_allowed(stage, &server_request(OTHER_HOST)?)?;

    // The worker asks for the certificates of the names of tests when the demonstration is served.
    for name in TestCertificate::ALL.map(TestCertificate::name).into_iter().chain([HOST]) {
        let act = stage.officer(APPROVER);
        stage
            .worker
            .db
            .write(|db| structure_names::allow(db, &structure.technical_id, name, &mut system_rng(), &act))?;
    }
    let number = submit(stage, csr)?;
    let request = certificate_request::get(&mut stage.worker.db, &number)?;
    let act = stage.officer(APPROVER);
    let proof = stage.approver.approve(&request.decidable(), APPROVER, &mut system_rng(), act.at)?;
    let verifier = stage.approver.verifier();
    stage.worker.db.write(|db| {
        let (number, version) = (&request.number, request.version);
        certificate_request::approve(
            db,
            &mut ImportedRegister,
            &verifier,
            number,
            version,
            &proof,
            &mut system_rng(),
            &act,
        )
    })?;

    let act = stage.installation().act(Actor::Job("certification"));
    let done = jobs::certify_all(&mut stage.worker, &act)?;
    if let Some((subject, code, sentence)) = done.failed.first() {
        return Err(Problem::new(faults::DEMO_STEP, format!("{subject}: [{code}] {sentence}")));
    }
    describe::write_certificates(stage)?;
    Ok(((), format!("{HOST} for {}; a name not on its list refused", structure.corporate_name)))
}

fn submit(stage: &mut Stage, csr: Vec<u8>) -> Result<String, Problem> {
    let structure = stage.cast().structure.clone();
    let act = stage.officer(SUBMITTER);
    let installation = stage.installation().clone();
    let issuance = installation.issuance()?;
    let new = NewCertificateRequest {
        profile: "el-org-serv-ssl".to_owned(),
        wanted: Wanted::Structure(structure.technical_id),
        csr,
    };
    let request = stage.worker.db.write(|db| {
        certificate_request::submit(db, &mut ImportedRegister, issuance, new, &mut system_rng(), &act)
    })?;
    Ok(request.number)
}

fn refuses_a_name_not_allowed(stage: &mut Stage, csr: &[u8]) -> Result<(), Problem> {
    match submit(stage, csr.to_vec()) {
        Err(problem) if problem.code().name == "request-name-not-approved" => Ok(()),
        Err(problem) => Err(problem),
        Ok(number) => {
            Err(Problem::new(faults::DEMO_STEP, format!("{number} should have been refused: {OTHER_HOST}")))
        }
    }
}

/// What the structure's administrator sends: PKCS#10 over an RSA-2048 key of his own.
fn server_request(host: &str) -> Result<Vec<u8>, Problem> {
    let failed =
        |error: String| Problem::new(faults::TOOL, format!("the request could not be made: {error}"));
    let rsa = openssl::rsa::Rsa::generate(2048)
        .and_then(openssl::pkey::PKey::from_rsa)
        .and_then(|key| key.private_key_to_pem_pkcs8())
        .map_err(|error| failed(error.to_string()))?;
    let pem = String::from_utf8(rsa).map_err(|error| failed(error.to_string()))?;
    let made = || -> Result<Vec<u8>, rcgen::Error> {
        let key = KeyPair::from_pem_and_sign_algo(&pem, &rcgen::PKCS_RSA_SHA256)?;
        let mut params = CertificateParams::new(vec![host.to_owned()])?;
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, host);
        Ok(params.serialize_request(&key)?.pem()?.into_bytes())
    };
    made().map_err(|error| failed(error.to_string()))
}
