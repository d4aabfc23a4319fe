//! Cuts CRLs from one picture of the database, has them linted, signed and verified.

use std::time::Duration;

use ca_core::authority::Authority;
use ca_core::lint::{self, CrlLintContext};
use ca_core::serial::SerialNumber;
use ca_core::signer::{Signer, SignerError};
use ca_core::signing::{IntendedError, IntendedSignature, sign_intended};
use ca_core::status_log::StatusEvent;
use der::Decode;
use diesel::QueryResult;
use store::{Act, Database, Timestamp, crash_point};
use x509_cert::ext::pkix::SubjectKeyIdentifier;

use super::cut::Cut;
use super::encode::{CrlEncoder, CrlHead, UnsignedCrl};
use super::entries::{self, RegularCrl};
use super::entry_dates::EntryDates;
use super::entry_reason::EntryReason;
use super::intended::Intended;
use super::record::RecordedCrl;
use super::standing::Standing;
use super::verify::ComparedCrl;
use super::{CrlError, CrlKind, CrlRefused, Scope, VerifiedCrl, record};
use crate::folder::PublicFolder;
use crate::policy::{PublicationPolicy, Schedule};

/// The complete CRL that a delta starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// The oldest that somebody may still go by, so that whoever holds one reads what was revoked since from the newest delta
    /// and none other. Many a verifier passes over a delta that starts from a later one than his without a word. After a
    /// storm of revocations the oldest of those since which no more changed than the policy lets a delta tell of, and at
    /// least the newest.
    OldestInUse,
    /// The newest: the fewest entries.
    Newest,
}

/// How far a CRL reaches: its nextUpdate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// As the policy says.
    Policy,
    /// This long after its thisUpdate.
    For(Duration),
    /// Up to this moment.
    Until(Timestamp),
}

impl Reach {
    /// The nextUpdate beside this thisUpdate; none where the policy says it.
    pub(crate) fn next_update(self, this_update: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Policy => None,
            Self::For(duration) => Some(this_update.plus(duration)),
            Self::Until(moment) => Some(moment.whole_second()),
        }
    }
}

/// CRLs of one scope that are issued together, with one number: a delta, or a complete CRL and the delta beside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) scope: &'a Scope,
    pub(crate) kinds: &'a [CrlKind],
    pub(crate) reach: Reach,
    /// Of a delta.
    pub(crate) base: Base,
    pub(crate) cut: Cut,
}

/// Issues CRLs. Writes down the intention of each and nothing else: the caller records what comes back.
///
/// The number is thisUpdate in milliseconds, or `max(last in the database, last published) + 1` of the scope where that is more
/// (invariant 17): it does not go back where a backup was restored, of the database, of the folder or of both.
pub(crate) fn issue(
    db: &mut Database,
    signer: &mut dyn Signer,
    folder: &PublicFolder,
    policy: &PublicationPolicy,
    authority: &Authority,
    wanted: &Wanted<'_>,
    act: &Act,
) -> Result<Vec<VerifiedCrl>, CrlError> {
    let prepared = prepare(db, folder, policy, authority, wanted, act)?;
    sign_all(db, signer, authority, prepared, act)
}

/// A CRL that only lacks its signature.
pub(crate) struct Prepared {
    draft: Draft,
    compared: ComparedCrl,
}

impl Prepared {
    /// How many certificates stand on a complete CRL, and have not expired at its thisUpdate.
    pub(crate) fn unexpired(&self) -> u64 {
        self.compared.unexpired()
    }
}

/// Cuts CRLs from one picture of the database and compares them with a second one: the log they are cut from only grows,
/// so that it says the same up to the cut. What the comparison refuses reaches no key, or each new attempt would leave one
/// more signature that nobody recorded.
pub(crate) fn prepare(
    db: &mut Database,
    folder: &PublicFolder,
    policy: &PublicationPolicy,
    authority: &Authority,
    wanted: &Wanted<'_>,
    act: &Act,
) -> Result<Vec<Prepared>, CrlError> {
    let (standing, drafts) = db.snapshot(|db| draft(db, folder, policy, authority, wanted, act))?;
    let mut prepared = Vec::with_capacity(2);
    for draft in drafts {
        let Draft { intended, unsigned } = &draft;
        let previous = standing.previous(intended.kind)?;
        let compared = db.snapshot(|db| {
            ComparedCrl::compare(db, authority, intended, &previous, unsigned.tbs()).map_err(CrlError::from)
        })?;
        prepared.push(Prepared { draft, compared });
    }
    Ok(prepared)
}

/// Signs what was prepared, while no transaction is open.
pub(crate) fn sign_all(
    db: &mut Database,
    signer: &mut dyn Signer,
    authority: &Authority,
    prepared: Vec<Prepared>,
    act: &Act,
) -> Result<Vec<VerifiedCrl>, CrlError> {
    let mut issued = Vec::with_capacity(prepared.len());
    for Prepared { draft: Draft { intended, unsigned }, compared } in prepared {
        let signature = sign(db, signer, authority, &intended, &unsigned, act)?;
        issued.push(compared.signed(authority, &intended, unsigned.assemble(&signature))?);
    }
    crash_point("crl.verified");
    Ok(issued)
}

/// A CRL that the lint accepts, and what it was meant to be.
struct Draft {
    intended: Intended,
    unsigned: UnsignedCrl,
}

fn draft(
    db: &mut Database,
    folder: &PublicFolder,
    policy: &PublicationPolicy,
    authority: &Authority,
    wanted: &Wanted<'_>,
    act: &Act,
) -> Result<(Standing, Vec<Draft>), CrlError> {
    let &Wanted { scope, kinds, reach, cut, .. } = wanted;
    let standing = Standing::load(db, folder, authority, scope, kinds)?;
    let this_update = cut.this_update;
    refuse_clock_behind(&standing, this_update, act)?;
    let number = standing.next_number(this_update);
    let mut drafts = Vec::with_capacity(2);
    for &kind in kinds {
        let by_policy = || this_update.plus(schedule(policy, kind).valid);
        let next_update = reach.next_update(this_update).unwrap_or_else(by_policy);
        let base = match kind {
            CrlKind::Full => None,
            // A first delta starts from the complete CRL that is issued with it, and is empty.
            CrlKind::Delta => Some(
                base(db, authority, policy, wanted)?
                    .map_or((number, cut.sequence), |full| (full.number, full.log_sequence)),
            ),
        };
        let base_cut = base.map_or(0, |(_, sequence)| sequence);
        let intended = Intended {
            scope: scope.clone(),
            kind,
            number,
            base_number: base.map(|(number, _)| number),
            this_update,
            next_update,
            cut: cut.sequence,
            base_cut,
            standing_number: standing.highest_number,
            authority_key_id: authority_key_id(authority)?,
            regular: regular_crl(db, authority, scope, policy, this_update)?,
            dates: EntryDates::load(db, &authority.short_name, scope, base_cut, this_update)?,
        };
        let unsigned = write(db, authority, &intended, standing.full_entries)?;
        tracing::debug!(issuer = authority.short_name, %scope, %kind, entries = unsigned.entries(), "CRL written");
        lint(authority, &intended, &unsigned, act)?;
        drafts.push(Draft { intended, unsigned });
    }
    Ok((standing, drafts))
}

/// What a delta starts from.
fn base(
    db: &mut Database,
    authority: &Authority,
    policy: &PublicationPolicy,
    &Wanted { scope, base, cut, .. }: &Wanted<'_>,
) -> Result<Option<RecordedCrl>, CrlError> {
    let issuer = authority.short_name.as_str();
    let oldest = match base {
        Base::OldestInUse => {
            let oldest = oldest_in_reach(db, issuer, policy, scope, cut)?;
            if let Some((crl, passed_over)) = &oldest
                && *passed_over > 0
            {
                let (most, from) = (policy.delta_entries, crl.number);
                tracing::warn!(
                    issuer, %scope, passed_over, from,
                    "more than {most} certificates have changed: whoever keeps an older complete CRL finds no delta for it"
                );
            }
            oldest.map(|(crl, _)| crl)
        }
        Base::Newest => None,
    };
    match oldest {
        Some(full) => Ok(Some(full)),
        None => Ok(record::newest(db, issuer, scope, CrlKind::Full)?),
    }
}

/// The oldest complete CRL in use since which no more certificates changed than a delta tells of, and how many older ones are
/// in use. None where none is in reach.
fn oldest_in_reach(
    db: &mut Database,
    issuer: &str,
    policy: &PublicationPolicy,
    scope: &Scope,
    cut: Cut,
) -> QueryResult<Option<(RecordedCrl, usize)>> {
    // A clock that is a little behind finds one in use a little longer.
    let mut in_use = record::in_use(db, issuer, scope, cut.this_update.minus(policy.clock_tolerance))?;
    let (mut passed_over, mut end) = (0, in_use.len());
    let Some(oldest) = in_use.first() else { return Ok(None) };
    // No scope has more changes than the log of all of them.
    if (cut.sequence - oldest.log_sequence).unsigned_abs() > policy.delta_entries {
        while passed_over < end {
            let middle = usize::midpoint(passed_over, end);
            let span = (in_use[middle].log_sequence, cut.sequence);
            match entries::count_by_log(db, issuer, scope, span)? > policy.delta_entries {
                true => passed_over = middle + 1,
                false => end = middle,
            }
        }
    }
    let in_reach = passed_over < in_use.len();
    Ok(in_reach.then(|| (in_use.swap_remove(passed_over), passed_over)))
}

fn sign(
    db: &mut Database,
    signer: &mut dyn Signer,
    authority: &Authority,
    intended: &Intended,
    unsigned: &UnsignedCrl,
    act: &Act,
) -> Result<Vec<u8>, CrlError> {
    let subject = record::subject(&authority.short_name, &intended.scope, intended.kind, intended.number);
    let wanted = IntendedSignature {
        key: &authority.key,
        public_key: &authority.public_key,
        subject: &subject,
        message: unsigned.tbs(),
    };
    sign_intended(db, signer, &wanted, act).map_err(|error| match error {
        IntendedError::Signer(SignerError::WrongSignature { .. }) => {
            CrlRefused::Signature(authority.short_name.clone()).into()
        }
        IntendedError::Signer(error) => error.into(),
        IntendedError::Database(error) => error.into(),
    })
}

/// The first lock on a CRL: a lint that shares no code with the encoder reads the bytes before the key
/// does (invariant 3). It judges at thisUpdate where that is later than the act: a revocation committed
/// since the act began.
fn lint(
    authority: &Authority,
    intended: &Intended,
    unsigned: &UnsignedCrl,
    act: &Act,
) -> Result<(), CrlError> {
    let context = CrlLintContext {
        issuer_certificate: &authority.certificate,
        kind: match intended.kind {
            CrlKind::Full => lint::CrlKind::Full,
            CrlKind::Delta => lint::CrlKind::Delta,
        },
        shard: intended.scope.distribution_point(),
        at: act.at.max(intended.this_update),
    };
    let findings = lint::check_crl(unsigned.tbs(), &context);
    if findings.is_empty() { Ok(()) } else { Err(CrlError::Lint(findings)) }
}

/// When CRLs of this kind are made.
pub(crate) fn schedule(policy: &PublicationPolicy, kind: CrlKind) -> Schedule {
    match kind {
        CrlKind::Full => policy.full_crl,
        CrlKind::Delta => policy.delta_crl,
    }
}

/// The keyIdentifier that the authority's CRLs carry: its subject key identifier (RFC 5280 §5.2.1).
fn authority_key_id(authority: &Authority) -> Result<Vec<u8>, CrlError> {
    let missing = || CrlError::AuthorityCertificate(authority.short_name.clone());
    let certificate = x509_cert::Certificate::from_der(&authority.certificate).map_err(|_| missing())?;
    let ski = certificate.tbs_certificate().get_extension::<SubjectKeyIdentifier>().map_err(|_| missing())?;
    let (_, ski) = ski.ok_or_else(missing)?;
    Ok(ski.0.as_bytes().to_vec())
}

/// thisUpdate never goes back: a clock behind the CRL that stands signs nothing.
fn refuse_clock_behind(standing: &Standing, this_update: Timestamp, act: &Act) -> Result<(), CrlError> {
    match standing.newest_this_update {
        Some(last) if last > this_update => {
            Err(CrlError::Clock { now: act.at, what: "the CRL that stands", standing: last })
        }
        _ => Ok(()),
    }
}

fn regular_crl(
    db: &mut Database,
    authority: &Authority,
    scope: &Scope,
    policy: &PublicationPolicy,
    this_update: Timestamp,
) -> Result<Option<RegularCrl>, CrlError> {
    let until = this_update.minus(schedule(policy, CrlKind::Full).every);
    let crl = record::newest_until(db, &authority.short_name, scope, CrlKind::Full, until)?;
    Ok(crl.map(|crl| RegularCrl { this_update: crl.this_update, log_sequence: crl.log_sequence }))
}

fn write(
    db: &mut Database,
    authority: &Authority,
    intended: &Intended,
    full_entries: u64,
) -> Result<UnsignedCrl, CrlError> {
    let head = CrlHead {
        algorithm: authority.algorithm,
        issuer: &authority.subject,
        this_update: intended.this_update,
        next_update: intended.next_update,
        authority_key_id: &intended.authority_key_id,
        number: intended.number,
        base_number: intended.base_number,
        distribution_point: intended.scope.distribution_point(),
    };
    let issuer = authority.short_name.as_str();
    match intended.kind {
        CrlKind::Full => {
            let expected = usize::try_from(full_entries + full_entries / 16).unwrap_or(0);
            let mut encoder = CrlEncoder::new(&head, expected)?;
            entries::for_each_by_state(db, issuer, &intended.scope, intended.cut, &mut |row| {
                if RegularCrl::releases(intended.regular, row) {
                    return Ok(());
                }
                let date = intended.dates.of(row.sequence, row.revoked_at);
                encoder.entry(row.serial.octets(), date, Some(row.reason)).map_err(CrlError::from)
            })?;
            Ok(encoder.finish())
        }
        CrlKind::Delta => {
            // An expired certificate stays on every delta until a complete CRL has shown it, and one whose hold was
            // lifted stands there for removeFromCRL, "even if [it] was not on hold in the referenced base CRL"
            // (RFC 5280 §5.2.4).
            let changes = entries::by_log(db, issuer, &intended.scope, (intended.base_cut, intended.cut))?;
            let mut encoder = CrlEncoder::new(&head, changes.len())?;
            for event in &changes {
                let date = intended.dates.of(event.sequence, event.dated());
                write_change(&mut encoder, event, date)?;
            }
            Ok(encoder.finish())
        }
    }
}

fn write_change(encoder: &mut CrlEncoder, event: &StatusEvent, date: Timestamp) -> Result<(), CrlError> {
    let unwritable =
        |why| CrlError::Entry { issuer: event.issuer.clone(), serial: event.serial.clone(), why };
    let serial: SerialNumber =
        event.serial.parse().map_err(|_| unwritable("its serial number does not read"))?;
    let reason: EntryReason = event.reason.parse().map_err(|_| unwritable("its reason is unknown"))?;
    Ok(encoder.entry(serial.octets(), date, Some(reason))?)
}
