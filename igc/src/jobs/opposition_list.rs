//! The opposition list: published, and gone on with after a restored backup.

use ca_core::signer::Signer;
use crl_publisher::publish;
use serde::Serialize;
use store::{Act, Code, Database};

use super::Worker;
use super::object_store::take_back;
use super::publication::{folder, policy};
use crate::installation::{Installation, system_rng};
use crate::problem::Problem;

/// A card about which the database and the published list do not agree.
#[derive(Debug, Serialize)]
pub struct ListFinding {
    /// The stable code.
    #[serde(serialize_with = "name")]
    pub code: Code,
    /// The card.
    pub card: String,
}

fn name<S: serde::Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.name)
}

/// Signs and publishes the opposition list, where it changed or grew old. What it finds wrong does not keep the list
/// back.
pub fn publish_oppositions(worker: &mut Worker, act: &Act) -> Result<Vec<ListFinding>, Problem> {
    take_back(&worker.installation, &mut worker.db);
    publish_oppositions_with(&worker.installation, &mut worker.db, &mut worker.signer, act)
}

/// The same without a worker.
pub fn publish_oppositions_with(
    installation: &Installation,
    db: &mut Database,
    signer: &mut dyn Signer,
    act: &Act,
) -> Result<Vec<ListFinding>, Problem> {
    let (folder, policy) = (folder(installation), policy(&installation.config));
    let report = publish::publish_opposition_list(db, signer, &folder, &policy, &mut system_rng(), act)?;
    go_on_after(db, report.sequence, act)?;
    let findings =
        |code: Code, cards: Vec<String>| cards.into_iter().map(move |card| ListFinding { code, card });
    let findings: Vec<_> = findings(crl_publisher::faults::LIST_ENTRY_LOST, report.forgotten)
        .chain(findings(crl_publisher::faults::LIST_OVERTAKEN, report.overtaken))
        .collect();
    for ListFinding { code, card } in &findings {
        tracing::error!(code = code.name, card, "card {card}: {}", code.help);
    }
    Ok(findings)
}

/// Sees to it that no card is opposed under a number that was published for another: what restores a backup is
/// followed by a start, or by a command.
pub fn continue_opposition_list(
    installation: &Installation,
    db: &mut Database,
    act: &Act,
) -> Result<(), Problem> {
    let published = publish::published_sequence(db, &folder(installation))?;
    go_on_after(db, published, act)
}

fn go_on_after(db: &mut Database, published: i64, act: &Act) -> Result<(), Problem> {
    if db.write(|db| card::opposition::continue_after(db, published, &mut system_rng(), act))? {
        tracing::error!("a backup was restored: the opposition list goes on behind {published}");
    }
    Ok(())
}
