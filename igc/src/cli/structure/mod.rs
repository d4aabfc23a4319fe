//! `igc structure`

mod mandates;
mod staff;

use std::path::PathBuf;
use std::process::ExitCode;

use card::{CardKind, CardNumber};
use clap::Subcommand;
use professional_registry::IdNatPs;
use professional_registry::identifiers::TechnicalStructureId;
use registration_authority::mandate::Quality;
use registration_authority::opposition::Ground;
use registration_authority::staff::Post;
use serde_json::json;
use store::{DatabaseRole, Timestamp};

use super::Global;
use super::decision::{address, plain};
use super::remote::{self, Remote, SignedRemote};
use crate::installation::Installation;
use crate::officer::AsOfficer;
use crate::problem::Problem;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Who speaks for a structure, and its staff; through the API its staff, a page at a time.
    Show {
        /// The structure: F and its FINESS, or C and its SIRET.
        structure: TechnicalStructureId,
        /// Through the API, after this local number: `next` of the page before.
        #[arg(long, value_name = "NUMBER", requires = "server")]
        after: Option<String>,
        #[command(flatten)]
        remote: Remote,
    },
    /// Propose that an agent speak for a structure, on the ground of a document.
    Propose {
        /// The structure.
        structure: TechnicalStructureId,
        /// The agent's login.
        #[arg(long, value_name = "LOGIN")]
        agent: String,
        /// As whom he speaks: director, professional or delegate.
        #[arg(long)]
        quality: Quality,
        /// IdNat_PS of a professional.
        #[arg(long, value_name = "ID")]
        identifier: Option<IdNatPs>,
        /// What the document is called.
        #[arg(long, value_name = "TEXT")]
        reference: String,
        /// The document; its SHA-256 is kept, and nothing else of it.
        #[arg(long, value_name = "FILE")]
        document: PathBuf,
        /// Until when at most: 2027-12-31T23:00:00Z.
        #[arg(long, value_name = "TIME")]
        until: Option<Timestamp>,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: Remote,
    },
    /// Approve a mandate that somebody else proposed.
    Approve {
        /// Its number.
        mandate: String,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: SignedRemote,
    },
    /// Refuse a mandate, with a reason.
    Reject {
        /// Its number.
        mandate: String,
        /// The reason's code.
        #[arg(long, value_name = "CODE")]
        reason: String,
        /// The officer's own sentence.
        #[arg(long, value_name = "TEXT")]
        text: Option<String>,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: SignedRemote,
    },
    /// End a mandate before its time.
    End {
        /// Its number.
        mandate: String,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: Remote,
    },
    /// Declare one of the staff, as the agent of the structure.
    Declare {
        /// The structure.
        structure: TechnicalStructureId,
        /// The number that the structure gives.
        local_id: String,
        /// What he is there: employee, head or service.
        #[arg(long, default_value = "employee")]
        post: Post,
        /// His family name; none of a service.
        #[arg(long, value_name = "NAME", default_value = "")]
        family_name: String,
        /// His given name; none of a service.
        #[arg(long, value_name = "NAME", default_value = "")]
        given_name: String,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: Remote,
    },
    /// Declare that one of the staff has left.
    Leave {
        /// The structure.
        structure: TechnicalStructureId,
        /// The number that the structure gave.
        local_id: String,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: Remote,
    },
    /// Declare the staff of a CSV file or an XLSX workbook, all of it or nothing.
    Import {
        /// The structure.
        structure: TechnicalStructureId,
        /// The file.
        file: PathBuf,
        /// Say what it would do, and declare nobody.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        officer: AsOfficer,
    },
    /// Ask for the card of one of the staff.
    Order {
        /// The structure.
        structure: TechnicalStructureId,
        /// The number that the structure gives.
        local_id: String,
        /// Which kind of card: CPE, CDE, CPA or CDA.
        #[arg(long)]
        kind: CardKind,
        /// The card it takes the place of.
        #[arg(long, value_name = "CARD")]
        replaces: Option<CardNumber>,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: Remote,
    },
    /// Ask for the opposition of a card of the staff, as the agent of the structure: the worker judges it.
    Oppose {
        /// The structure.
        structure: TechnicalStructureId,
        /// The card.
        card: CardNumber,
        /// lost, stolen, … as its page offers them.
        #[arg(long)]
        ground: Ground,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: Remote,
    },
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    if let Some(done) = through_api(global, command)? {
        return Ok(done);
    }
    let installation = Installation::open(global)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    let db = &mut db;
    match command {
        Command::Show { structure, .. } => staff::show(global, &installation, db, structure),
        Command::Propose {
            structure,
            agent,
            quality,
            identifier,
            reference,
            document,
            until,
            officer,
            ..
        } => {
            let new = mandates::proposal(
                (structure, agent, *quality),
                identifier.as_ref(),
                (reference, document),
                *until,
            )?;
            mandates::propose(global, &installation, db, new, officer)
        }
        Command::Approve { mandate, officer, .. } => {
            mandates::decide(global, &installation, db, mandate, None, officer)
        }
        Command::Reject { mandate, reason, text, officer, .. } => {
            let refused = Some((reason.as_str(), text.as_deref()));
            mandates::decide(global, &installation, db, mandate, refused, officer)
        }
        Command::End { mandate, officer, .. } => mandates::end(global, &installation, db, mandate, officer),
        Command::Declare { structure, local_id, post, family_name, given_name, officer, .. } => {
            let new = registration_authority::staff::NewMember {
                local_id: local_id.clone(),
                post: *post,
                family_name: family_name.clone(),
                given_name: given_name.clone(),
            };
            staff::declare(global, &installation, db, structure, &new, officer)
        }
        Command::Leave { structure, local_id, officer, .. } => {
            staff::leave(global, &installation, db, structure, local_id, officer)
        }
        Command::Import { structure, file, dry_run, officer } => {
            staff::import(global, &installation, db, structure, (file, *dry_run), officer)
        }
        Command::Order { structure, local_id, kind, replaces, officer, .. } => {
            let new = registration_authority::order::NewStaffOrder {
                kind: *kind,
                structure: structure.clone(),
                local_id: local_id.clone(),
                replaces: *replaces,
            };
            staff::order(global, &installation, db, new, officer)
        }
        Command::Oppose { structure, card, ground, officer, .. } => {
            staff::oppose(global, &installation, db, structure, (card, *ground), officer)
        }
    }
}

/// What is done on another machine, through its API; nothing where the command is about this one.
fn through_api(global: &Global, command: &Command) -> Result<Option<ExitCode>, Problem> {
    match command {
        Command::Propose {
            structure,
            agent,
            quality,
            identifier,
            reference,
            document,
            until,
            remote,
            ..
        } => {
            let Some(api) = remote.api()? else { return Ok(None) };
            let new = mandates::proposal(
                (structure, agent, *quality),
                identifier.as_ref(),
                (reference, document),
                *until,
            )?;
            remote::post(global, &api, "/mandates", &mandates::as_json(&new)).map(Some)
        }
        Command::Approve { mandate, remote, .. } => remote.decide(global, mandate, None),
        Command::Reject { mandate, reason, text, remote, .. } => {
            remote.decide(global, mandate, Some((reason.as_str(), text.as_deref())))
        }
        Command::End { mandate, remote, .. } => {
            let Some(api) = remote.api()? else { return Ok(None) };
            remote::act_on(global, &api, (&address(mandate)?, "end"), &json!({})).map(Some)
        }
        Command::Show { structure, after, remote } => {
            let Some(api) = remote.api()? else { return Ok(None) };
            let after = after.as_deref().map(plain).transpose()?;
            let after = after.map_or_else(String::new, |after| format!("?after={after}"));
            remote::show(global, &api, &format!("/structures/{structure}/staff{after}")).map(Some)
        }
        Command::Declare { structure, local_id, post, family_name, given_name, remote, .. } => {
            let Some(api) = remote.api()? else { return Ok(None) };
            let declared = json!({
                "local_id": local_id, "post": post.as_str(), "family_name": family_name, "given_name": given_name,
            });
            remote::post(global, &api, &format!("/structures/{structure}/staff"), &declared).map(Some)
        }
        Command::Leave { structure, local_id, remote, .. } => {
            let Some(api) = remote.api()? else { return Ok(None) };
            let member = format!("/structures/{structure}/staff/{}", plain(local_id)?);
            remote::act_on(global, &api, (&member, "departure"), &json!({})).map(Some)
        }
        Command::Order { structure, local_id, kind, replaces, remote, .. } => {
            let Some(api) = remote.api()? else { return Ok(None) };
            let wanted =
                json!({ "kind": kind.to_string(), "replaces": replaces.as_ref().map(ToString::to_string) });
            let card = format!("/structures/{structure}/staff/{}/card", plain(local_id)?);
            remote::post(global, &api, &card, &wanted).map(Some)
        }
        Command::Oppose { structure, card, ground, remote, .. } => {
            let Some(api) = remote.api()? else { return Ok(None) };
            let asked = json!({ "card": card.to_string(), "ground": ground.as_str() });
            let requests = format!("/structures/{structure}/opposition-requests");
            remote::post(global, &api, &requests, &asked).map(Some)
        }
        Command::Import { .. } => Ok(None),
    }
}
