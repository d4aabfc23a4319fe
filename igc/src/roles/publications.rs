//! What the public page tells: authorities and CRLs of the database, addresses of the identity, the plan of the
//! configuration, the files of the public folder. Nothing of it needs the worker.

use std::io;

use ca_core::authority::{self, Authority, AuthorityKind};
use crl_publisher::crl::CrlKind;
use crl_publisher::http::Downloads;
use crl_publisher::policy::PublicationPolicy;
use crl_publisher::publish::{
    self, ListsInStep, RootCrl, StandingCrl, StandingShards, root_crls, standing_crls, standing_shards,
};
use store::{Database, DatabaseRole, Timestamp};
use web_admin::{
    ListProgress, NextCrl, Publications, PublishedAuthority, PublishedCoherence, PublishedCrl, PublishedFile,
    PublishedOppositions, PublishedShards, Urgency,
};

use crate::installation::Installation;
use crate::jobs;
use crate::problem::Problem;

/// What an installation publishes, for people.
pub struct PublicSide {
    installation: Installation,
    policy: PublicationPolicy,
    downloads: Downloads,
}

impl PublicSide {
    /// Of an installation, read as the web role.
    pub fn of(installation: &Installation) -> Self {
        let opened = installation.clone();
        let open =
            move || Ok(opened.database(DatabaseRole::Web).map_err(|problem| problem.detail().to_owned())?);
        Self {
            policy: jobs::policy(&installation.config),
            downloads: Downloads::new(jobs::folder(installation), Box::new(open)),
            installation: installation.clone(),
        }
    }

    /// What there is.
    pub fn list(&self, db: &mut Database, at: Timestamp) -> Result<Publications, Problem> {
        let publication = &self.installation.identity.publication;
        let (authorities, roots) = (authority::readable(db)?, root_crls(db)?);
        for (name, error) in authorities.unreadable {
            tracing::error!(%error, "{name} is not shown on the public page: {error}");
        }
        let authorities = authorities.authorities.into_iter();
        let authorities = authorities.map(|authority| self.authority(db, authority, &roots, at));
        Ok(Publications {
            authorities: authorities.collect::<Result<_, _>>()?,
            // It lies beside the certificates (contract, "HTTP").
            chain: publication
                .ca_certificate
                .of_short_name("chain")
                .map(|url| url.replace("chain.cer", "chain.p7b")),
            practice_statement: self
                .installation
                .identity
                .policies
                .practice_statement
                .as_shared_url()
                .to_owned(),
            oppositions: self.oppositions(),
            coherence: self.coherence(db)?,
        })
    }

    /// How far the revocation lists are.
    pub fn list_progress(&self, db: &mut Database, at: Timestamp) -> Result<ListProgress, Problem> {
        let authorities = authority::readable(db)?.authorities;
        let ListsInStep { all, current, due_since } =
            publish::lists_in_step(db, &authorities, &self.policy, at)?;
        Ok(ListProgress { all, current, due_since })
    }

    /// A published file by its path below the status role's address.
    pub fn file(&self, path: &str) -> io::Result<Option<PublishedFile>> {
        let file = self.downloads.get(path)?;
        Ok(file.map(|file| PublishedFile { content_type: file.content_type, body: file.body }))
    }

    fn authority(
        &self,
        db: &mut Database,
        authority: Authority,
        roots: &[RootCrl],
        at: Timestamp,
    ) -> Result<PublishedAuthority, Problem> {
        let publication = &self.installation.identity.publication;
        let id = &authority.short_name;
        let planned = self.installation.config.schedules.full_crl.next_after(at);
        let root = roots.iter().find(|root| root.authority == authority.short_name);
        let root = root.map(|root| root.urgency(&self.policy, at));
        let told_at = |crl: StandingCrl, url| {
            let urgency = match (root, crl.next) {
                (Some(urgency), _) => urgency,
                (None, publish::NextCrl::Never) => publish::Urgency::Well,
                (None, _) => publish::Urgency::of_life(crl.this_update, crl.next_update, at),
            };
            told(crl, planned, urgency, url)
        };
        let crls = standing_crls(db, &authority, &self.policy)?.into_iter().map(|crl| {
            let address = match crl.kind {
                CrlKind::Full => &publication.crl,
                CrlKind::Delta => &publication.delta_crl,
            };
            told_at(crl, address.of_short_name(id))
        });
        let shards = standing_shards(db, &authority, &self.policy)?;
        Ok(PublishedAuthority {
            crls: crls.collect(),
            shards: shards.map(|StandingShards { count, first, first_url }| PublishedShards {
                count,
                first: told_at(first, Some(first_url)),
            }),
            certificate_url: publication.ca_certificate.of_short_name(id),
            ocsp_url: match authority.kind {
                AuthorityKind::Issuing => publication.ocsp.of_short_name(id),
                AuthorityKind::Root => None,
            },
            authority,
        })
    }

    /// One that does not verify is not told of: the log says so, and the rest of the page stands.
    fn oppositions(&self) -> Option<PublishedOppositions> {
        let list = self.downloads.opposition_list().unwrap_or_else(|error| {
            tracing::error!(%error, "the opposition list is not shown on the public page: {error}");
            None
        })?;
        Some(PublishedOppositions { sequence: list.sequence, next_update: list.next_update })
    }

    fn coherence(&self, db: &mut Database) -> Result<Option<PublishedCoherence>, Problem> {
        let statement = jobs::last_statement(&self.installation, db)?;
        Ok(statement.map(|statement| PublishedCoherence {
            looked_at: statement.looked_at,
            differences: statement.differences.len() as u64 + statement.more_differences,
        }))
    }
}

/// The job by the clock comes first, or half of a list's life is over first.
fn told(
    crl: StandingCrl,
    planned: Option<Timestamp>,
    urgency: publish::Urgency,
    url: Option<String>,
) -> PublishedCrl {
    PublishedCrl {
        is_delta: crl.kind == CrlKind::Delta,
        number: crl.number,
        this_update: crl.this_update,
        next_update: crl.next_update,
        next: match crl.next {
            publish::NextCrl::By(due) => NextCrl::By(planned.map_or(due, |planned| planned.min(due))),
            publish::NextCrl::AtCeremony => NextCrl::AtCeremony,
            publish::NextCrl::Never => NextCrl::Never,
        },
        urgency: match urgency {
            publish::Urgency::Well => Urgency::Well,
            publish::Urgency::Warning => Urgency::Warning,
            publish::Urgency::Alarm => Urgency::Alarm,
        },
        url,
    }
}
