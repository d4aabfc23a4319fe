//! What is published of CRLs: whether each reads, and how long it lasts.

use ca_core::authority::{self, Authority};
use crl_publisher::crl::read::Crl;
use crl_publisher::crl::{CrlKind, Scope};
use crl_publisher::folder::PublicFolder;
use crl_publisher::publish::{RootCrl, Urgency, last_crl_of, root_crls};
use store::{Database, Timestamp};

use super::{Finding, Findings, Verdict};
use crate::installation::Installation;
use crate::jobs;
use crate::problem::Problem;

const CEREMONY: &str = "hold a ceremony of kind root-crl (docs/ceremonies.md)";

/// A line for each authority, and one for each delta that is not well; of its shards one line for all that are well, and
/// one for each that is not.
pub(super) fn lists(
    installation: &Installation,
    db: &mut Database,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<(), Problem> {
    let folder = jobs::folder(installation);
    let policy = jobs::policy(&installation.config);
    let roots = root_crls(db)?;
    for authority in authority::readable(db)?.authorities {
        let root = roots.iter().find(|root| root.authority == authority.short_name);
        let root = root.map(|root| (root, root.urgency(&policy, now)));
        let last = last_crl_of(db, &authority.short_name)?;
        let mut well = 0;
        for scope in Scope::of(db, &authority).map_err(authority::AuthorityError::from)? {
            for &kind in CrlKind::of(authority.kind) {
                let found = list(&folder, (&authority, scope.shard(), kind), (root, last), now)?;
                match (kind, scope.shard(), found.verdict) {
                    (CrlKind::Full, Some(_), Verdict::Well) => well += 1,
                    (CrlKind::Delta, _, Verdict::Well) => {}
                    _ => findings.push(found),
                }
            }
        }
        if well > 0 {
            let what = format!("CRLs of shards of {}", authority.short_name);
            findings.push(Finding::well(what, format!("{well} are well")));
        }
    }
    Ok(())
}

fn list(
    folder: &PublicFolder,
    (authority, shard, kind): (&Authority, Option<u32>, CrlKind),
    (root, last): (Option<(&RootCrl, Urgency)>, Option<Timestamp>),
    now: Timestamp,
) -> Result<Finding, Problem> {
    let short_name = &authority.short_name;
    let name = match kind {
        CrlKind::Full => "CRL",
        CrlKind::Delta => "delta CRL",
    };
    let what = match shard {
        None => format!("{name} {short_name}"),
        Some(number) => format!("{name} {short_name}/{number}"),
    };
    let action = if root.is_some() { CEREMONY } else { "igc publish crl" };
    let der = folder.read(&folder.scoped_crl_path(short_name, shard, kind))?;
    let broken = |what, found| Finding::new(Verdict::Broken, what, found, action);
    Ok(match (der.as_deref().map(Crl::read), root) {
        (None, _) => broken(what, "never published".to_owned()),
        (Some(Err(error)), _) => broken(what, error.to_string()),
        (Some(Ok(crl)), _) if crl.this_update > now => Finding::new(
            Verdict::Broken,
            what,
            format!("dated {}, and this machine says {now}", crl.this_update),
            "set this machine's clock by NTP: nothing is signed before that date",
        ),
        (Some(Ok(crl)), _) if Some(crl.next_update) == last => {
            Finding::well(what, format!("number {}, its last one, until {}", crl.number, crl.next_update))
        }
        (Some(Ok(crl)), _) if crl.next_update <= now => broken(what, format!("ended {}", crl.next_update)),
        (Some(Ok(_)), Some((root, urgency))) => match urgency {
            Urgency::Well => Finding::well(what, root.words(now)),
            Urgency::Warning => Finding::new(Verdict::Warning, what, root.words(now), action),
            Urgency::Alarm => broken(what, root.words(now)),
        },
        (Some(Ok(crl)), None) => {
            let late = format!("not made anew since {}, lasts until {}", crl.this_update, crl.next_update);
            match Urgency::of_life(crl.this_update, crl.next_update, now) {
                Urgency::Well => {
                    Finding::well(what, format!("number {}, until {}", crl.number, crl.next_update))
                }
                Urgency::Warning => Finding::new(Verdict::Warning, what, late, action),
                Urgency::Alarm => broken(what, late),
            }
        }
    })
}
