//! `igc coherence`

use std::process::ExitCode;

use clap::Subcommand;
use coherence::{NotLookedAt, Opposition, Round, Statement};
use store::{DatabaseRole, Timestamp};

use super::Global;
use crate::faults;
use crate::installation::Installation;
use crate::jobs;
use crate::output;
use crate::problem::Problem;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The last statement about the public faces: whether they agree, and how each recent opposition came through.
    Show,
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    let Command::Show = command;
    let installation = Installation::open(global)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    let stated = jobs::last_statement(&installation, &mut db)?.ok_or_else(|| {
        Problem::new(faults::COHERENCE_UNSTATED, "no statement of the list signer is published")
    })?;
    output::one(global.output, &stated, || words(&stated))?;
    match stated.differences.first() {
        None => Ok(ExitCode::SUCCESS),
        Some(first) => {
            let what = format!("{} {}: {}", first.place, first.subject, first.found);
            Err(Problem::new(coherence::faults::COHERENCE_BROKEN, what))
        }
    }
}

fn words(stated: &Statement) -> String {
    let mut text = format!(
        "{} at {}: {} files, {} OCSP answers, {} addresses of certificates, status log up to {}\n",
        if stated.coherent { "coherent" } else { "NOT COHERENT" },
        stated.looked_at,
        stated.faces.len(),
        stated.ocsp_questions,
        stated.addresses,
        stated.log_sequence
    );
    if let Some(walk) = &stated.ocsp_walk {
        text += &match &walk.last_round {
            Some(Round { began_at, ended_at }) => {
                format!(
                    "OCSP asked about every certificate of the status log from {began_at} to {ended_at}\n"
                )
            }
            None => format!(
                "OCSP asked about the status log since {} up to {}, and not yet about all of it\n",
                walk.round_began_at, walk.reached
            ),
        };
    }
    for one in &stated.differences {
        text += &format!("DIFFERS {} {}: {}\n", one.place, one.subject, one.found);
    }
    if stated.more_differences > 0 {
        text += &format!("and {} more\n", stated.more_differences);
    }
    stated.recent_oppositions.iter().for_each(|one| text += &line(one));
    if stated.more_recent_oppositions > 0 {
        text += &format!("and {} more recent oppositions\n", stated.more_recent_oppositions);
    }
    for host in &stated.hosts_not_asked {
        text += &format!(
            "not connected to: {host}, which certificates name; its paths were asked of the one address\n"
        );
    }
    for one in &stated.not_looked_at {
        text += match one {
            NotLookedAt::PublicPage => "not looked at: the public page of the web role, /pki\n",
            NotLookedAt::ObjectStore => "not looked at: the object store\n",
        };
    }
    text
}

fn line(one: &Opposition) -> String {
    let at = |moment: Option<Timestamp>| moment.map_or("not yet".to_owned(), |moment| moment.to_string());
    format!(
        "card {} opposed {}, committed {}; seen in OCSP {}, on a delta {}, on a CRL {}, on the list {}; last cached good until {}\n",
        one.card_number,
        one.received_at,
        at(one.committed_at),
        at(one.seen.ocsp),
        at(one.seen.delta),
        at(one.seen.crl),
        at(one.seen.list),
        at(one.last_good_until)
    )
}
