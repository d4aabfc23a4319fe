//! Publishes the CRLs that are due, and what a crash left between record and publication.

use ca_core::authority::{self, Authority, AuthorityError, AuthorityKind, Readable};
use ca_core::authority_end;
use ca_core::signer::Signer;
use ca_core::status_log;
use diesel::result::Error as DieselError;
use store::{Act, CryptoRng, Database, Timestamp};

use super::ceremony_crl::last_crl_until;
use crate::crl::cut::Cut;
use crate::crl::issue::{self, Base, Reach, Wanted, schedule};
use crate::crl::published::published_head;
use crate::crl::{CrlError, CrlKind, CrlRefused, Scope, VerifiedCrl, entries, record, shards};
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
    /// The number of its shard; none where it is about every certificate.
    pub shard: Option<u32>,
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

/// Issues and publishes what is due of the issuing authorities: by the schedule, or because something was revoked
/// since, which makes a delta, and a full CRL where it is small. Roots sign at ceremonies ([`super::ceremony_crl`]), their tokens are
/// unplugged: what was signed there is published here where it is not yet. Runs its own transactions. One
/// authority's failure does not keep the others back, nor that of its shards its own CRL.
pub fn publish_crls(
    db: &mut Database,
    signer: &mut dyn Signer,
    folder: &PublicFolder,
    policy: &PublicationPolicy,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CrlReport, AuthorityError> {
    Publication { signer, folder, policy, rng, act, everything: false, report: CrlReport::default() }.run(db)
}

/// Issues and publishes a full CRL of every scope of every issuing authority and the delta beside it, whether due or
/// not: what an operator asks for after a revocation that cannot wait.
pub fn publish_crls_now(
    db: &mut Database,
    signer: &mut dyn Signer,
    folder: &PublicFolder,
    policy: &PublicationPolicy,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CrlReport, AuthorityError> {
    Publication { signer, folder, policy, rng, act, everything: true, report: CrlReport::default() }.run(db)
}

/// One run over all authorities.
struct Publication<'a> {
    signer: &'a mut dyn Signer,
    folder: &'a PublicFolder,
    policy: &'a PublicationPolicy,
    rng: &'a mut dyn CryptoRng,
    act: &'a Act,
    /// Whether it is due or not.
    everything: bool,
    report: CrlReport,
}

impl Publication<'_> {
    fn run(mut self, db: &mut Database) -> Result<CrlReport, AuthorityError> {
        let Readable { authorities, unreadable } = authority::readable(db)?;
        for (issuer, error) in unreadable {
            self.report.failures.push(CrlFailure { issuer, error: error.into() });
        }
        for authority in authorities {
            let scopes = match Scope::of(db, &authority) {
                Ok(scopes) => scopes,
                Err(error) => {
                    self.failed(&authority, error.into());
                    continue;
                }
            };
            for scopes in [&scopes[..1], &scopes[1..]] {
                if let Err(error) = self.publish(db, &authority, scopes) {
                    self.failed(&authority, error);
                }
            }
        }
        Ok(self.report)
    }

    fn failed(&mut self, authority: &Authority, error: CrlError) {
        self.report.failures.push(CrlFailure { issuer: authority.short_name.clone(), error });
    }

    /// The scope of every certificate by itself, or all shards.
    fn publish(
        &mut self,
        db: &mut Database,
        authority: &Authority,
        scopes: &[Scope],
    ) -> Result<(), CrlError> {
        for scope in scopes {
            reconcile(db, self.folder, authority, scope, &mut self.report)?;
        }
        if scopes.is_empty() || !signs_in_normal_running(db, authority, scopes)? {
            return Ok(());
        }
        if self.everything || self.any_is_due(db, authority, scopes, CrlKind::Full)? {
            return match self.complete(db, authority, scopes) {
                Ok(issued) => self.put_out(db, authority, issued),
                Err(error) => {
                    // What is wrong with an old entry keeps no new one back: a delta tells what was revoked since.
                    if is_of_an_entry(&error)
                        && let Err(error) = self.deltas(db, authority, scopes)
                    {
                        let issuer = &authority.short_name;
                        tracing::warn!(issuer, %error, "the delta beside the complete CRL that was refused");
                    }
                    Err(error)
                }
            };
        }
        self.deltas(db, authority, scopes)
    }

    /// Those that are due, where there is a complete CRL to start from. What keeps one scope's back keeps no other's.
    fn deltas(&mut self, db: &mut Database, authority: &Authority, scopes: &[Scope]) -> Result<(), CrlError> {
        let mut first = Ok(());
        for scope in scopes {
            let done = self.delta(db, authority, scope);
            first = first.and(done);
        }
        first
    }

    /// Where an entry of some days ago is wrong, the delta from the newest complete CRL goes out, and the fault is told: at
    /// every look, until one that starts from the oldest in use has gone out again.
    fn delta(&mut self, db: &mut Database, authority: &Authority, scope: &Scope) -> Result<(), CrlError> {
        let has_base = record::newest(db, &authority.short_name, scope, CrlKind::Full)?.is_some();
        let is_due =
            has_base && self.any_is_due(db, authority, std::slice::from_ref(scope), CrlKind::Delta)?;
        if !has_base || !is_due && !self.starts_too_late(db, authority, scope)? {
            return Ok(());
        }
        match self.issue(db, authority, scope, (&[CrlKind::Delta], Base::OldestInUse)) {
            Ok(issued) => self.put_out(db, authority, issued),
            Err(error) if is_due && is_of_an_entry(&error) => {
                let issued = self.issue(db, authority, scope, (&[CrlKind::Delta], Base::Newest))?;
                self.put_out(db, authority, issued)?;
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether the delta that stands starts from a later complete CRL than it should: an entry was wrong when it was made. Asked at
    /// every look, and so answered by what costs nothing: where the whole log has had more changes since than a delta tells
    /// of, the next one that is made sees to it.
    fn starts_too_late(
        &self,
        db: &mut Database,
        authority: &Authority,
        scope: &Scope,
    ) -> Result<bool, CrlError> {
        let issuer = authority.short_name.as_str();
        let Some(base) = record::newest_base(db, issuer, scope)? else { return Ok(false) };
        let in_use = record::in_use(db, issuer, scope, self.act.at)?;
        let Some(older) = in_use.iter().rfind(|crl| crl.number < base) else { return Ok(false) };
        let changes = status_log::newest(db)? - older.log_sequence;
        Ok(changes.unsigned_abs() <= self.policy.delta_entries)
    }

    /// Complete CRLs, each with the delta beside it.
    fn complete(
        &mut self,
        db: &mut Database,
        authority: &Authority,
        scopes: &[Scope],
    ) -> Result<Vec<VerifiedCrl>, CrlError> {
        match scopes {
            [Scope::All] => {
                self.issue(db, authority, &Scope::All, (CrlKind::of(authority.kind), Base::OldestInUse))
            }
            shards => {
                let (signer, folder, policy) = (&mut *self.signer, self.folder, self.policy);
                shards::issue_all(db, signer, folder, policy, authority, shards, Reach::Policy, self.act)
            }
        }
    }

    fn issue(
        &mut self,
        db: &mut Database,
        authority: &Authority,
        scope: &Scope,
        (kinds, base): (&[CrlKind], Base),
    ) -> Result<Vec<VerifiedCrl>, CrlError> {
        let cut = Cut::now(db, self.policy, authority, self.act)?;
        let wanted = Wanted { scope, kinds, reach: Reach::Policy, base, cut };
        issue::issue(db, self.signer, self.folder, self.policy, authority, &wanted, self.act)
    }

    fn put_out(
        &mut self,
        db: &mut Database,
        authority: &Authority,
        issued: Vec<VerifiedCrl>,
    ) -> Result<(), CrlError> {
        record::insert(db, authority, &issued, self.rng, self.act)?;
        for crl in issued {
            self.report.issued.extend(put_out(self.folder, authority, crl)?);
        }
        Ok(())
    }

    fn any_is_due(
        &self,
        db: &mut Database,
        authority: &Authority,
        scopes: &[Scope],
        kind: CrlKind,
    ) -> Result<bool, CrlError> {
        for scope in scopes {
            if is_due(db, self.folder, self.policy, authority, scope, kind, self.act)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Puts a recorded CRL before the world, unless another worker has put out a newer one since.
pub(super) fn put_out(
    folder: &PublicFolder,
    authority: &Authority,
    crl: VerifiedCrl,
) -> Result<Option<PublishedCrl>, CrlError> {
    let turn = folder.turn()?;
    if published_head(folder, authority, crl.scope(), crl.kind())?
        .is_some_and(|standing| standing.number >= crl.number())
    {
        return Ok(None);
    }
    let published = PublishedCrl::from(&crl);
    turn.publish_crl(crl)?;
    Ok(Some(published))
}

/// A root's key is away, and after the last CRLs of an authority that has ended its own is gone. One of these scopes that
/// has none yet is published on: the ceremony may have been interrupted.
pub(super) fn signs_in_normal_running(
    db: &mut Database,
    authority: &Authority,
    scopes: &[Scope],
) -> Result<bool, CrlError> {
    if authority.kind == AuthorityKind::Root {
        return Ok(false);
    }
    let Some(end) = authority_end::find(db, &authority.short_name)? else { return Ok(true) };
    for scope in scopes {
        let newest = record::newest(db, &authority.short_name, scope, CrlKind::Full)?;
        if newest.is_none_or(|crl| crl.next_update != last_crl_until(&end)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Publishes the newest recorded CRLs where the folder has older ones or none.
pub(super) fn reconcile(
    db: &mut Database,
    folder: &PublicFolder,
    authority: &Authority,
    scope: &Scope,
    report: &mut CrlReport,
) -> Result<(), CrlError> {
    for &kind in CrlKind::of(authority.kind) {
        let Some(recorded) = record::newest(db, &authority.short_name, scope, kind)? else { continue };
        let published = published_head(folder, authority, scope, kind)?.map_or(0, |head| head.number);
        if recorded.number <= published {
            continue;
        }
        let Some(crl) = record::verified(db, authority, scope, kind, &recorded, published)? else { continue };
        tracing::warn!(issuer = authority.short_name, %scope, %kind, number = recorded.number, "recorded, not published: published now");
        report.republished.extend(put_out(folder, authority, crl)?);
    }
    Ok(())
}

/// By the schedule, because a backup was restored, or because something was revoked since: that makes a delta, and a
/// full CRL where it is small.
fn is_due(
    db: &mut Database,
    folder: &PublicFolder,
    policy: &PublicationPolicy,
    authority: &Authority,
    scope: &Scope,
    kind: CrlKind,
    act: &Act,
) -> Result<bool, CrlError> {
    let Some(last) = record::newest(db, &authority.short_name, scope, kind)? else { return Ok(true) };
    // The folder is ahead of the database: a backup was restored. A new one settles which stands.
    if published_head(folder, authority, scope, kind)?.is_some_and(|head| head.number > last.number) {
        return Ok(true);
    }
    if act.at >= last.this_update.plus(schedule(policy, kind).every) {
        return Ok(true);
    }
    if !follows_at_once(policy, scope, kind, last.entries) {
        return Ok(false);
    }
    let span = (last.log_sequence, status_log::newest(db)?);
    Ok(entries::count_by_log(db, &authority.short_name, scope, span)? > 0)
}

/// Whether something that stands in the database or on a CRL is wrong, and nothing that another attempt would pass.
fn is_of_an_entry(error: &CrlError) -> bool {
    match error {
        // A row that does not read is one that is wrong; any other failure is the database's own.
        CrlError::Database(error) | CrlError::Refused(CrlRefused::Database(error)) => {
            matches!(error, DieselError::DeserializationError(_))
        }
        CrlError::Refused(CrlRefused::Signature(_)) => false,
        CrlError::Refused(_) | CrlError::Lint(_) | CrlError::Entry { .. } => true,
        _ => false,
    }
}

/// Whether a revocation makes this CRL anew. A full one is fetched whole by everybody, and is kept for good; shards go
/// out together or not at all, one revocation would make all of them.
fn follows_at_once(policy: &PublicationPolicy, scope: &Scope, kind: CrlKind, entries: u64) -> bool {
    match (kind, scope) {
        (CrlKind::Delta, _) => true,
        (CrlKind::Full, Scope::All) => policy.full_crl_at_once > 0 && entries <= policy.full_crl_at_once,
        (CrlKind::Full, Scope::Shard(_)) => false,
    }
}

impl From<&VerifiedCrl> for PublishedCrl {
    fn from(crl: &VerifiedCrl) -> Self {
        Self {
            issuer: crl.issuer().to_owned(),
            shard: crl.scope().shard(),
            kind: crl.kind(),
            number: crl.number(),
            base_number: crl.base_number(),
            entries: crl.entries(),
            this_update: crl.this_update(),
            next_update: crl.next_update(),
        }
    }
}
