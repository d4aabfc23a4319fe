//! Publishes the CRLs that are due, and what a crash left between record and publication.

use ca_core::authority::{self, Authority, AuthorityError, AuthorityKind, Readable};
use ca_core::authority_end;
use ca_core::signer::Signer;
use ca_core::status_log;
use store::{Act, CryptoRng, Database, Timestamp};

use crate::crl::issue::{self, Reach, schedule};
use crate::crl::standing::published_number;
use crate::crl::{CrlError, CrlKind, VerifiedCrl, entries, record};
use crate::folder::PublicFolder;
use crate::policy::PublicationPolicy;

/// What was done.
#[derive(Debug, Default)]
pub struct CrlReport {
    /// Issued and published now.
    pub issued: Vec<PublishedCrl>,
    /// Recorded earlier, and published only now: a crash stood between.
    pub republished: Vec<PublishedCrl>,
    /// Authorities whose CRL could not be published; what they had before still stands.
    pub failures: Vec<CrlFailure>,
}

/// A CRL that went out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedCrl {
    /// Short name of the authority.
    pub issuer: String,
    /// Full or delta.
    pub kind: CrlKind,
    /// CRLNumber.
    pub number: u64,
    /// BaseCRLNumber of a delta.
    pub base_number: Option<u64>,
    /// How many certificates stand on it.
    pub entries: u64,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
}

/// One authority's CRL that did not go out.
#[derive(Debug)]
pub struct CrlFailure {
    /// Short name of the authority.
    pub issuer: String,
    /// Why.
    pub error: CrlError,
}

/// Issues and publishes what is due of the issuing authorities: by the schedule, or, a delta, because
/// something was revoked since. Roots sign at ceremonies ([`super::ceremony_crl`]), their tokens are
/// unplugged: what was signed there is published here where it is not yet. Runs its own transactions. One
/// authority's failure does not keep the others back.
pub fn publish_crls(
    db: &mut Database,
    signer: &mut dyn Signer,
    folder: &PublicFolder,
    policy: &PublicationPolicy,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CrlReport, AuthorityError> {
    for_each_authority(db, |db, authority, report| {
        reconcile(db, folder, authority, report)?;
        if !signs_in_normal_running(db, authority)? {
            return Ok(());
        }
        let kinds = due(db, folder, policy, authority, act)?;
        issue_and_publish(db, signer, folder, policy, authority, &kinds, report, rng, act)
    })
}

/// Issues and publishes a full CRL of every issuing authority and the delta beside it, whether due or not:
/// what an operator asks for after a revocation that cannot wait.
pub fn publish_crls_now(
    db: &mut Database,
    signer: &mut dyn Signer,
    folder: &PublicFolder,
    policy: &PublicationPolicy,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CrlReport, AuthorityError> {
    for_each_authority(db, |db, authority, report| {
        reconcile(db, folder, authority, report)?;
        if !signs_in_normal_running(db, authority)? {
            return Ok(());
        }
        let kinds = CrlKind::of(authority.kind);
        issue_and_publish(db, signer, folder, policy, authority, kinds, report, rng, act)
    })
}

fn for_each_authority(
    db: &mut Database,
    mut publish: impl FnMut(&mut Database, &Authority, &mut CrlReport) -> Result<(), CrlError>,
) -> Result<CrlReport, AuthorityError> {
    let mut report = CrlReport::default();
    let Readable { authorities, unreadable } = authority::readable(db)?;
    for (issuer, error) in unreadable {
        report.failures.push(CrlFailure { issuer, error: error.into() });
    }
    for authority in authorities {
        if let Err(error) = publish(db, &authority, &mut report) {
            report.failures.push(CrlFailure { issuer: authority.short_name, error });
        }
    }
    Ok(report)
}

#[allow(clippy::too_many_arguments, reason = "the house's parameter order, and the report")]
fn issue_and_publish(
    db: &mut Database,
    signer: &mut dyn Signer,
    folder: &PublicFolder,
    policy: &PublicationPolicy,
    authority: &Authority,
    kinds: &[CrlKind],
    report: &mut CrlReport,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), CrlError> {
    if kinds.is_empty() {
        return Ok(());
    }
    let issued = issue::issue(db, signer, folder, policy, authority, kinds, Reach::Policy, act)?;
    record::insert(db, authority, &issued, rng, act)?;
    for crl in issued {
        report.issued.extend(put_out(folder, authority, crl)?);
    }
    Ok(())
}

/// Puts a recorded CRL before the world, unless another worker has put out a newer one since.
pub(super) fn put_out(
    folder: &PublicFolder,
    authority: &Authority,
    crl: VerifiedCrl,
) -> Result<Option<PublishedCrl>, CrlError> {
    let turn = folder.turn()?;
    if published_number(folder, authority, crl.kind())?.is_some_and(|standing| standing >= crl.number()) {
        return Ok(None);
    }
    let published = PublishedCrl::from(&crl);
    turn.publish_crl(crl)?;
    Ok(Some(published))
}

/// A root's key is away, and after its last CRL that of an authority that has ended is gone.
fn signs_in_normal_running(db: &mut Database, authority: &Authority) -> Result<bool, CrlError> {
    if authority.kind == AuthorityKind::Root {
        return Ok(false);
    }
    let Some(end) = authority_end::find(db, &authority.short_name)? else { return Ok(true) };
    let newest = record::newest(db, &authority.short_name, CrlKind::Full)?;
    Ok(newest.is_none_or(|crl| crl.next_update <= end.covered_until))
}

/// Publishes the newest recorded CRLs where the folder has older ones or none.
pub(super) fn reconcile(
    db: &mut Database,
    folder: &PublicFolder,
    authority: &Authority,
    report: &mut CrlReport,
) -> Result<(), CrlError> {
    for &kind in CrlKind::of(authority.kind) {
        let Some(recorded) = record::newest(db, &authority.short_name, kind)? else { continue };
        let published = published_number(folder, authority, kind)?.unwrap_or(0);
        if recorded.number <= published {
            continue;
        }
        let Some(crl) = record::verified(db, authority, kind, &recorded, published)? else { continue };
        tracing::warn!(issuer = authority.short_name, %kind, number = recorded.number, "recorded, not published: published now");
        report.republished.extend(put_out(folder, authority, crl)?);
    }
    Ok(())
}

fn due(
    db: &mut Database,
    folder: &PublicFolder,
    policy: &PublicationPolicy,
    authority: &Authority,
    act: &Act,
) -> Result<Vec<CrlKind>, CrlError> {
    if is_due(db, folder, policy, authority, CrlKind::Full, false, act)? {
        return Ok(CrlKind::of(authority.kind).to_vec());
    }
    if is_due(db, folder, policy, authority, CrlKind::Delta, true, act)? {
        return Ok(vec![CrlKind::Delta]);
    }
    Ok(Vec::new())
}

fn is_due(
    db: &mut Database,
    folder: &PublicFolder,
    policy: &PublicationPolicy,
    authority: &Authority,
    kind: CrlKind,
    on_revocation: bool,
    act: &Act,
) -> Result<bool, CrlError> {
    let Some(last) = record::newest(db, &authority.short_name, kind)? else { return Ok(true) };
    // The folder is ahead of the database: a backup was restored. A new one settles which stands.
    if published_number(folder, authority, kind)?.is_some_and(|number| number > last.number) {
        return Ok(true);
    }
    if act.at >= last.this_update.plus(schedule(policy, kind).every) {
        return Ok(true);
    }
    let cut = status_log::newest(db)?;
    Ok(on_revocation && entries::count_by_log(db, &authority.short_name, last.log_sequence, cut)? > 0)
}

impl From<&VerifiedCrl> for PublishedCrl {
    fn from(crl: &VerifiedCrl) -> Self {
        Self {
            issuer: crl.issuer().to_owned(),
            kind: crl.kind(),
            number: crl.number(),
            base_number: crl.base_number(),
            entries: crl.entries(),
            this_update: crl.this_update(),
            next_update: crl.next_update(),
        }
    }
}
