mod lanes;

use ca_core::epoch::Epoch;
use ca_core::issuance::IssuanceContext;
use ca_core::signer::ProcessSigner;
use card::{CardFilter, CardNumber, CardStatus, MOST_LISTED};
use openssl::x509::X509;
use professional_registry::ImportedRegister;
use registration_authority::approval::ApprovalVerifier;
use registration_authority::certificate_request;
use registration_authority::certification::{CertificationContext, certify_request};
use registration_authority::faults;
use serde::Serialize;
use serde_json::{Value, json};
use store::{Act, Database, Fault};

use super::{Worker, pinned_bureaus};
use crate::installation::{Installation, system_rng};
use crate::officer;
use crate::problem::Problem;

/// Requests looked at in one run; the others wait for the next.
const REQUESTS: usize = 200;

/// What a run certified.
#[derive(Debug, Default, Serialize)]
pub struct Certified {
    /// Cards whose keys are all certified.
    pub cards: Vec<String>,
    /// Requests whose certificate was issued.
    pub requests: Vec<String>,
    /// What could not be certified, and why: subject, code, sentence.
    pub failed: Vec<(String, &'static str, String)>,
}

/// Where the last run stopped: what cannot be certified does not take the turn of what comes after it.
#[derive(Debug, Default)]
pub(super) struct Turn {
    cards: Option<CardNumber>,
    requests: Option<String>,
}

pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    worker.db.refuse_on_reserve()?;
    let done = certify_all(worker, act)?;
    for (subject, code, sentence) in &done.failed {
        tracing::error!(code, "{subject} was not certified: {sentence}");
    }
    Ok(json!(done))
}

/// Certifies personalised cards and approved requests, a page of each a run. One that fails does not hold up the
/// others; it is tried again when all others had their turn.
pub fn certify_all(worker: &mut Worker, act: &Act) -> Result<Certified, Problem> {
    let verifier = officer::verifier(&worker.installation)?;
    let bureaus = pinned_bureaus(&worker.installation)?;
    let Worker { installation, db, signer, epoch, role, turn, directory: _, log: _, alarm: _, began: _ } =
        worker;
    let issuance = installation.issuance()?;
    let certifier = Certifier { installation, verifier, bureaus, issuance, epoch, act };
    let filter =
        CardFilter { status: Some(CardStatus::Personalised), after: turn.cards, ..CardFilter::default() };
    let listed = card::list(db, &filter, MOST_LISTED)?;
    let numbers: Vec<CardNumber> = listed.iter().map(|card| card.number).collect();
    turn.cards = stopped_at(&numbers, MOST_LISTED);
    let mut done = lanes::certify_all(&certifier, db, signer, *role, &numbers)?;
    certifier.certify_requests(db, signer, &mut turn.requests, &mut done)?;
    Ok(done)
}

/// The last of a full page; the next run begins again from the first where the page was not full.
fn stopped_at<T: Clone>(page: &[T], full: usize) -> Option<T> {
    page.last().filter(|_| page.len() >= full).cloned()
}

/// What all lanes of a run certify with.
struct Certifier<'a> {
    installation: &'a Installation,
    verifier: ApprovalVerifier,
    bureaus: Vec<X509>,
    issuance: IssuanceContext<'a>,
    epoch: &'a Epoch,
    act: &'a Act,
}

impl Certifier<'_> {
    fn context<'c>(
        &'c self,
        signer: &'c mut ProcessSigner,
        registry: &'c mut ImportedRegister,
    ) -> CertificationContext<'c> {
        let Self { verifier, bureaus, issuance, epoch, .. } = self;
        CertificationContext { signer, registry, verifier, bureaus, issuance: *issuance, epoch }
    }

    /// The clock is read once for each batch or request, not once a job.
    fn act_of_now(&self) -> Act {
        Act { at: self.installation.clock.now(), ..self.act.clone() }
    }

    fn certify_requests(
        &self,
        db: &mut Database,
        signer: &mut ProcessSigner,
        turn: &mut Option<String>,
        done: &mut Certified,
    ) -> Result<(), Problem> {
        let mut registry = ImportedRegister;
        let mut context = self.context(signer, &mut registry);
        let listed = certificate_request::list(db, Some("approved"), turn.as_deref(), REQUESTS as i64)?;
        let numbers: Vec<String> = listed.into_iter().map(|request| request.number).collect();
        *turn = stopped_at(&numbers, REQUESTS);
        for number in numbers {
            // A run may take longer than the lease: it is extended once an item.
            self.epoch.renew(db)?;
            let act = self.act_of_now();
            match certify_request(db, &mut context, &number, &mut system_rng(), &act) {
                Ok(_) => done.requests.push(number),
                // Its officer can take the approval back.
                Err(error) if error.code() == faults::APPROVAL_NOT_EFFECTIVE => {}
                Err(error) => done.fail(format!("request {number}"), &error),
            }
        }
        Ok(())
    }
}

impl Certified {
    fn fail(&mut self, subject: String, error: &impl Fault) {
        self.failed.push((subject, error.code().name, error.to_string()));
    }
}
