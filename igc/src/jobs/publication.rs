use ca_core::signer::Signer;
use crl_publisher::folder::PublicFolder;
use crl_publisher::policy::{self, PublicationPolicy, Schedule};
use crl_publisher::publish::{self, CrlFailure};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Act, Code, Database, Fault};

use super::object_store::take_back;
use super::opposition_list::{ListFinding, publish_oppositions_with};
use super::{Worker, shards};
use crate::config::{Config, NeverIssued};
use crate::installation::{Installation, system_rng};
use crate::problem::Problem;

/// What a run published.
#[derive(Debug, Serialize)]
pub struct Published {
    /// CRLs and deltas that went out.
    pub crls: Vec<PublishedList>,
    /// Authorities whose CRL could not be published, and why; what they had before still stands.
    pub failed: Vec<(String, String)>,
    /// What is wrong with the opposition list, which was published all the same.
    pub oppositions: Vec<ListFinding>,
}

/// A CRL that went out.
#[derive(Debug, Serialize)]
pub struct PublishedList {
    /// Short name of the authority.
    pub id: String,
    /// The number of its shard; absent where it is about every certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<u32>,
    /// `full` or `delta`.
    pub kind: &'static str,
    /// CRLNumber.
    pub number: u64,
    /// How many certificates stand on it.
    pub entries: u64,
}

/// What is due: authorities' certificates, lists, deltas after a revocation, and any CRL half of whose
/// life is over.
pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    Ok(json!(publish(worker, false, act)?))
}

/// Every CRL of the issuing authorities, now.
pub fn run_full(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    Ok(json!(publish_everything(worker, act)?))
}

/// Publishes everything, every CRL of the issuing authorities included.
pub fn publish_everything(worker: &mut Worker, act: &Act) -> Result<Published, Problem> {
    publish(worker, true, act)
}

/// Publishes the authorities' certificates, where they changed.
pub fn publish_certificates(worker: &mut Worker) -> Result<(), Problem> {
    publish::publish_certificates(&mut worker.db, &folder(&worker.installation))?;
    Ok(())
}

fn publish(worker: &mut Worker, every_crl: bool, act: &Act) -> Result<Published, Problem> {
    let (db, signer) = (&mut worker.db, &mut worker.signer);
    take_back(&worker.installation, db);
    let (published, trouble) = publish_with(&worker.installation, db, signer, every_crl, act)?;
    if let Some(code) = trouble {
        worker.raise(code);
    }
    Ok(published)
}

/// The same without a worker: what went out, and the code of the first thing that did not.
pub fn publish_with(
    installation: &Installation,
    db: &mut Database,
    signer: &mut dyn Signer,
    every_crl: bool,
    act: &Act,
) -> Result<(Published, Option<Code>), Problem> {
    let folder = folder(installation);
    let policy = policy(&installation.config);
    let mut rng = system_rng();
    // What is published goes on being published, whatever is wrong with the shards.
    let settled = shards::settle(installation, db, act);
    publish::publish_certificates(db, &folder)?;
    let report = if every_crl {
        publish::publish_crls_now(db, signer, &folder, &policy, &mut rng, act)?
    } else {
        publish::publish_crls(db, signer, &folder, &policy, &mut rng, act)?
    };
    let crls = report.issued.iter().chain(&report.republished).map(|crl| PublishedList {
        id: crl.issuer.clone(),
        shard: crl.shard,
        kind: crl.kind.name(),
        number: crl.number,
        entries: crl.entries,
    });
    let crls = crls.collect();
    let unsettled =
        settled.err().map(|problem| ("shards".to_owned(), problem.code(), problem.detail().to_owned()));
    let failures = report.failures.into_iter().map(|failure| {
        let CrlFailure { issuer, error } = failure;
        (issuer, error.code(), error.to_string())
    });
    let (mut failed, mut trouble) = (Vec::new(), None);
    for (issuer, code, error) in unsettled.into_iter().chain(failures) {
        tracing::error!(
            authority = issuer,
            code = code.name,
            "the CRL of {issuer} was not published: {error} ({})",
            code.help
        );
        trouble.get_or_insert(code);
        failed.push((issuer, error));
    }
    let oppositions = publish_oppositions_with(installation, db, signer, act)?;
    Ok((Published { crls, failed, oppositions }, trouble))
}

/// Where an installation publishes.
pub fn folder(installation: &Installation) -> PublicFolder {
    installation.public.clone()
}

/// How long what an installation publishes lives. When it is made is the schedule's to say; the policy
/// only makes sure that nothing gets older than half its life.
pub fn policy(config: &Config) -> PublicationPolicy {
    let publication = &config.publication;
    let half_life = |valid| Schedule { every: valid / 2, valid };
    PublicationPolicy {
        root_crl_warning: publication.root_crl_warning,
        root_crl_alarm: publication.root_crl_alarm,
        full_crl: half_life(publication.crl_lifetime),
        full_crl_at_once: u64::from(publication.full_crl_at_once_entries),
        delta_crl: half_life(publication.delta_crl_lifetime),
        opposition_list: Schedule {
            valid: publication.crl_lifetime,
            ..PublicationPolicy::default().opposition_list
        },
        ocsp_validity: publication.ocsp_lifetime,
        ocsp_never_issued: match publication.ocsp_never_issued {
            NeverIssued::Unknown => policy::NeverIssued::Unknown,
            NeverIssued::Revoked => policy::NeverIssued::Revoked,
        },
        ..PublicationPolicy::default()
    }
}
