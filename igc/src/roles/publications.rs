//! What the public page tells: authorities and CRLs of the database, addresses of the identity, the plan of the
//! configuration, the opposition list of the public folder. Nothing of it needs the worker.

use ca_core::authority;
use crl_publisher::crl::CrlKind;
use crl_publisher::publish::{StandingCrl, standing_crls};
use serde::Deserialize;
use store::{Database, Timestamp};
use web_admin::{Publications, PublishedAuthority, PublishedCrl, PublishedOppositions};

use crate::installation::Installation;
use crate::jobs;
use crate::problem::Problem;

/// Reads it.
pub fn read(installation: &Installation, db: &mut Database, at: Timestamp) -> Result<Publications, Problem> {
    let policy = jobs::policy(&installation.config);
    let addresses = &installation.identity.publication;
    let mut authorities = Vec::new();
    for authority in authority::all(db)? {
        let id = &authority.short_name;
        let planned = installation.config.schedules.full_crl.next_after(at);
        let crls = standing_crls(db, &authority, &policy)?.into_iter().map(|crl| {
            let address = match crl.kind {
                CrlKind::Full => &addresses.crl,
                CrlKind::Delta => &addresses.delta_crl,
            };
            told(crl, planned, address.of_short_name(id))
        });
        authorities.push(PublishedAuthority {
            crls: crls.collect(),
            certificate_url: addresses.ca_certificate.of_short_name(id),
            authority,
        });
    }
    Ok(Publications {
        authorities,
        ocsp: addresses.ocsp.of_short_name("").unwrap_or_default(),
        // It lies beside the certificates (contract, "HTTP").
        chain: addresses
            .ca_certificate
            .of_short_name("chain")
            .map(|url| url.replace("chain.cer", "chain.p7b")),
        oppositions: oppositions(installation)?,
    })
}

/// The job by the clock comes first, or half of a list's life is over first.
fn told(crl: StandingCrl, planned: Option<Timestamp>, url: Option<String>) -> PublishedCrl {
    PublishedCrl {
        is_delta: crl.kind == CrlKind::Delta,
        number: crl.number,
        this_update: crl.this_update,
        next_update: crl.next_update,
        planned_at: crl.due.map(|due| planned.map_or(due, |planned| planned.min(due))),
        url,
    }
}

#[derive(Deserialize)]
struct List {
    sequence: i64,
    next_update: Timestamp,
}

fn oppositions(installation: &Installation) -> Result<Option<PublishedOppositions>, Problem> {
    let folder = jobs::folder(installation);
    let Some(bytes) = folder.read(&folder.oppositions_path("full.json"))? else { return Ok(None) };
    // One that does not read is not told of; the status role says so loudly.
    let list: Option<List> = serde_json::from_slice(&bytes).ok();
    Ok(list.map(|List { sequence, next_update }| PublishedOppositions { sequence, next_update }))
}
