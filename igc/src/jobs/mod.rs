//! Jobs: idempotent reconcilers that compare what is with what should be (architecture invariant 12).
//! There is no queue. The worker runs them by the clock, `igc job run` by hand.

mod audit;
pub mod bureau;
pub mod certificate_revocations;
mod certification;
mod coherence;
mod decisions;
mod holder_declarations;
mod job_log;
mod notices;
mod object_store;
mod officer_digests;
pub mod one_time_codes;
mod opposition_callbacks;
mod opposition_codes;
mod opposition_list;
mod opposition_requests;
mod order_flags;
mod pinned_bureaus;
mod publication;
mod registration;
mod renewal;
mod reserve;
mod responders;
mod retrieval_reminders;
mod revalidation;
mod root_crls;
mod shards;
mod signatures;
mod sweep;
mod test_certificates;
mod tokens;

use ca_core::epoch::Epoch;
use ca_core::job_run::JobOutcome;
use ca_core::signer::ProcessSigner;
use professional_registry::fhir::AnnuaireSante;
use serde_json::Value;
use store::{Act, Actor, Code, Database, DatabaseRole, Timestamp};

use crate::installation::Installation;
use crate::problem::Problem;

pub use audit::{sequence, sequence_with};
pub use certification::certify_all;
pub use coherence::{last_statement, look_and_state};
pub use holder_declarations::answer_with;
pub use job_log::{Began, JobLog, outcome_of};
pub use notices::send_with;
pub use object_store::{
    TakingBack, failed as object_store_failed, follow as follow_with_object_store, mirror as object_store,
    take_back_of,
};
pub use opposition_list::{ListFinding, continue_opposition_list, publish_oppositions};
pub use opposition_requests::answer_requests_with;
pub use pinned_bureaus::pinned_bureaus;
pub use publication::{
    PublishedList, folder, policy, publish_certificates, publish_everything, publish_with,
};
pub use signatures::{read_again, reconcile};
pub use tokens::ask_with as ask_tokens_with;

/// What every job works with.
pub struct Worker {
    /// The installation.
    pub installation: Installation,
    /// The worker's own connection.
    pub db: Database,
    /// Signs through the signer's process.
    pub signer: ProcessSigner,
    /// This run.
    pub epoch: Epoch,
    /// When it began.
    pub began: Timestamp,
    /// The client of the directory, once somebody needed it: it remembers what failed.
    directory: Option<AnnuaireSante>,
    role: DatabaseRole,
    turn: certification::Turn,
    log: JobLog,
    /// What the job that runs has met and went on past.
    alarm: Option<Code>,
}

/// One job.
pub struct Job {
    /// Its name on the command line and in the audit trail.
    pub name: &'static str,
    /// What it makes true.
    pub purpose: &'static str,
    /// Runs it; what it did, for people and programs.
    pub run: fn(&mut Worker, &Act) -> Result<Value, Problem>,
}

/// Every job.
pub const JOBS: &[Job] = &[
    Job { name: "sweep", purpose: "settles what dead workers left unsigned", run: sweep::run },
    Job {
        name: "certification",
        purpose: "certifies personalised cards and approved requests",
        run: certification::run,
    },
    Job {
        name: "decisions",
        purpose: "receives what officers decided, draws the nonces of what they decide next",
        run: decisions::run,
    },
    Job {
        name: "order-flags",
        purpose: "looks at open orders for holders who are entered twice in the register, or whose contact has changed",
        run: order_flags::run,
    },
    Job {
        name: "responders",
        purpose: "certifies the next OCSP responders, which the status role has asked for",
        run: responders::run,
    },
    Job {
        name: "publication",
        purpose: "publishes what is due: CRLs, deltas, lists, authorities",
        run: publication::run,
    },
    Job {
        name: "object-store",
        purpose: "copies what is published to the object store of the configuration",
        run: object_store::run,
    },
    Job {
        name: "full-crl",
        purpose: "issues and publishes every CRL of the issuing authorities now",
        run: publication::run_full,
    },
    Job {
        name: "reserve",
        purpose: "keeps room on the disk for oppositions, which are never refused",
        run: reserve::run,
    },
    Job { name: "root-crls", purpose: "says how long the CRL of each root still lasts", run: root_crls::run },
    Job {
        name: "renewal",
        purpose: "plans the successors of cards that expire, applies approved plans",
        run: renewal::run,
    },
    Job {
        name: "registration",
        purpose: "orders the card of who was entered in the register, where that is turned on",
        run: registration::run,
    },
    Job {
        name: "revalidation",
        purpose: "ends the cards that two feeds of the register no longer support",
        run: revalidation::run,
    },
    Job {
        name: "opposition-codes",
        purpose: "draws the opposition codes of certified cards, for the letters to their holders",
        run: opposition_codes::run,
    },
    Job {
        name: "opposition-callbacks",
        purpose: "finds in the register whom to call back about a declaration without proof",
        run: opposition_callbacks::run,
    },
    Job {
        name: "holder-declarations",
        purpose: "opposes the cards of holders who prove themselves by their opposition code",
        run: holder_declarations::run,
    },
    Job {
        name: one_time_codes::NAME,
        purpose: "mails a one-time code to each holder who asks for one to block his card",
        run: one_time_codes::run,
    },
    Job {
        name: "opposition-requests",
        purpose: "opposes the cards that whoever speaks for their structure asks for, where he may",
        run: opposition_requests::run,
    },
    Job {
        name: certificate_revocations::NAME,
        purpose: "revokes the software certificates that officers ask for",
        run: certificate_revocations::run,
    },
    Job {
        name: "officer-digests",
        purpose: "writes to each officer what was decided in his name since the last time",
        run: officer_digests::run,
    },
    Job { name: "notices", purpose: "sends the notices of the outbox by mail", run: notices::run },
    Job {
        name: "expiry-notices",
        purpose: "tells of cards that end within sixty, thirty and seven days",
        run: renewal::tell_of_ends,
    },
    Job {
        name: "retrieval-reminders",
        purpose: "reminds of software certificates that nobody has fetched",
        run: retrieval_reminders::run,
    },
    Job { name: "expiry", purpose: "ends the life of cards past their last day", run: renewal::expire },
    Job {
        name: "demo-bureau",
        purpose: "in a demonstration, plays the personalisation bureau",
        run: bureau::run,
    },
    Job {
        name: "test-certificates",
        purpose: "in a demonstration, keeps a valid, a revoked and an expired certificate for tests",
        run: test_certificates::run,
    },
    Job {
        name: "signatures",
        purpose: "holds every digest that was signed against what was intended",
        run: signatures::run,
    },
    Job {
        name: "tokens",
        purpose: "asks each token for one of its keys, says how the HSM works",
        run: tokens::run,
    },
    Job {
        name: "coherence",
        purpose: "looks at every public face from outside, states whether they agree",
        run: coherence::run,
    },
    Job {
        name: "audit",
        purpose: "orders the audit events, signs the head of their tree, keeps and publishes it",
        run: audit::run,
    },
];

/// The job called `name`.
pub fn find(name: &str) -> Option<&'static Job> {
    JOBS.iter().find(|job| job.name == name)
}

/// Whether a job's answer names something that it could not do, in `failed`, or that somebody must see to, in
/// `oppositions`; the rest is done.
pub fn left_something(done: &Value) -> bool {
    ["failed", "oppositions"].iter().any(|left| done[left].as_array().is_some_and(|left| !left.is_empty()))
}

/// Whether a job's answer names something that contradicts what is stored.
pub fn found_contradictions(done: &Value) -> bool {
    done["differences"].as_array().is_some_and(|found| !found.is_empty())
}

impl Worker {
    /// Begins a run of the worker.
    pub fn begin(installation: &Installation, role: DatabaseRole) -> Result<Self, Problem> {
        let mut db = installation.database(role)?;
        let act = installation.act(Actor::Job("worker"));
        shards::settle(installation, &mut db, &act)?;
        ::coherence::note_ocsp_lifetime(&mut db, policy(&installation.config).ocsp_validity, &act)?;
        let epoch = Epoch::open(&mut db, installation.config.schedules.lease, &act)?;
        Ok(Self {
            installation: installation.clone(),
            signer: installation.signer()?,
            db,
            epoch,
            began: act.at,
            directory: None,
            role,
            turn: certification::Turn::default(),
            log: JobLog::default(),
            alarm: None,
        })
    }

    /// Runs a job once, as that job, and has it written down.
    pub fn run(&mut self, job: &Job) -> Result<Value, Problem> {
        self.attempt(job).1
    }

    /// The same, and how it ended: one that did something may have failed all the same ([`Self::raise`]).
    pub fn attempt(&mut self, job: &Job) -> (JobOutcome, Result<Value, Problem>) {
        if let Err(error) = self.epoch.renew(&mut self.db) {
            let problem = Problem::from(error);
            return (JobOutcome::Failed(problem.code()), Err(problem));
        }
        let began = Began::now(&self.installation);
        let act = self.installation.act(Actor::Job(job.name));
        let done = (job.run)(self, &act);
        let outcome = self.alarm.take().map_or_else(|| outcome_of(&done), JobOutcome::Failed);
        self.log.note(&mut self.db, job.name, &began, outcome);
        (outcome, done)
    }

    /// Has the run of this job written down as one that failed, although it goes on with the rest: for what nobody may
    /// overlook. The first one stands.
    fn raise(&mut self, code: Code) {
        self.alarm.get_or_insert(code);
    }

    /// Begins another run, on a new connection and with new sessions, and ends this one: what it left
    /// unsettled is then the sweep's. For a worker whose database went away, or whose lease has passed; it
    /// works on one thing at a time, so nothing of the old run is under way any more.
    pub fn begin_again(&mut self) -> Result<(), Problem> {
        let mut next = Self::begin(&self.installation, self.role)?;
        std::mem::swap(self, &mut next);
        let act = self.installation.act(Actor::Job("worker"));
        next.epoch.close(&mut self.db, &act)?;
        Ok(())
    }

    /// Ends the run in good order.
    pub fn end(mut self) -> Result<(), Problem> {
        let act = self.installation.act(Actor::Job("worker"));
        self.epoch.close(&mut self.db, &act)?;
        Ok(())
    }
}
