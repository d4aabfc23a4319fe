//! The keys: three roots, six issuing authorities, and those that sign answers, lists and checkpoints.

use std::path::Path;

use registration_authority::officers::{self, Role};
use store::DatabaseRole;

use crate::bureau_process::BureauProcess;
use crate::demo::Demonstration;
use crate::demo::stage::{ADMINISTRATOR, APPROVER, AUDITOR, REVOKER, SECOND_APPROVER, SUBMITTER, Stage};
use crate::faults;
use crate::installation::system_rng;
use crate::jobs::Worker;
use crate::officer;
use crate::problem::Problem;
use crate::setup::{self, Plan};

const OFFICERS: [(&str, &str, Role); 6] = [
    (ADMINISTRATOR, "Alix MOREAU", Role::Administrator),
    (SUBMITTER, "Camille MARTIN", Role::RegistrationOfficer),
    (APPROVER, "Dominique BERNARD", Role::RegistrationOfficer),
    (SECOND_APPROVER, "Louison DURAND", Role::RegistrationOfficer),
    (REVOKER, "Sacha PETIT", Role::RevocationOfficer),
    (AUDITOR, "Andréa LEROY", Role::Auditor),
];

/// Where the status services answer where nobody names a port, as the identity has it.
const USUAL: &str = "http://localhost:8080/";

/// The identity of a demonstration, in whose certificates every address is one that answers.
fn identity(port: Option<u16>) -> String {
    match port {
        Some(port) => setup::DEMO_IDENTITY.replace(USUAL, &format!("http://localhost:{port}/")),
        None => setup::DEMO_IDENTITY.to_owned(),
    }
}

pub fn ceremony(demonstration: &Demonstration, home: &Path) -> Result<(Stage, String), Problem> {
    let (bureau, certificate) = BureauProcess::create(home)?;
    let made = setup::make(&Plan {
        dir: demonstration.dir.clone(),
        ceremony: Some(setup::DEMO_CEREMONY.to_owned()),
        identity: identity(demonstration.port),
        database_url: demonstration.database_url.clone(),
        demo: Some(setup::DemoParts {
            bureau_home: home.to_owned(),
            bureau_certificate: certificate,
            status_port: demonstration.port,
        }),
    })?;
    let installation = made.installation;
    let approver = officer::approver(&installation)?;
    let mut worker = Worker::begin(&installation, DatabaseRole::Owner)?;
    let act = installation.operator_act();
    worker.db.write(|db| {
        OFFICERS.iter().try_for_each(|(login, name, role)| {
            officers::enrol(db, login, name, *role, &mut system_rng(), &act).map(drop)
        })
    })?;
    let outcome = made.outcome.ok_or_else(|| Problem::new(faults::DEMO_STEP, "no ceremony was held"))?;
    let detail = format!(
        "{} keys, {} certificates and {} CRLs in {} tokens; {} officers",
        outcome.keys.len(),
        outcome.certificates.len(),
        outcome.crls.len(),
        outcome.tokens.len(),
        OFFICERS.len()
    );
    Ok((Stage { worker, approver, bureau, cast: None }, detail))
}

#[cfg(test)]
mod tests {
    use ca_core::identity::Identity;

    use super::*;

    #[test]
    fn no_address_of_a_demonstration_on_another_port_names_the_usual_one() {
        let text = identity(Some(18_080));
        assert!(Identity::parse(&text).is_ok() && !text.contains(":8080"), "{text}");
        assert_eq!(
            text.matches("http://localhost:18080/").count(),
            setup::DEMO_IDENTITY.matches(USUAL).count()
        );
        assert_eq!(identity(None), setup::DEMO_IDENTITY);
    }
}
