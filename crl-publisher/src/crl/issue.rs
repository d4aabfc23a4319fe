//! Cuts CRLs from one picture of the database, has them linted, signed and verified.

use std::time::Duration;

use ca_core::authority::Authority;
use ca_core::lint::{self, CrlLintContext};
use ca_core::revocation::RevocationReason;
use ca_core::signer::Signer;
use ca_core::status_log;
use der::Decode;
use store::{Act, Database, Timestamp};
use x509_cert::ext::pkix::SubjectKeyIdentifier;

use super::encode::{CrlEncoder, CrlHead, UnsignedCrl};
use super::entries::{self, RegularCrl};
use super::read::Crl;
use super::verify::Intended;
use super::{CrlError, CrlKind, CrlRefused, VerifiedCrl, record};
use crate::folder::PublicFolder;
use crate::policy::{PublicationPolicy, Schedule};

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

/// Issues CRLs of these kinds with one number: a delta, or a complete CRL and the delta beside it. Runs in a snapshot of its own and writes nothing: the caller records what comes back.
///
/// The number is `max(last in the database, last published) + 1` (invariant 17), so that a
/// restored backup cannot go back.
#[expect(clippy::too_many_arguments, reason = "the house's parameter order, and what is wanted")]
pub(crate) fn issue(
    db: &mut Database,
    signer: &mut dyn Signer,
    folder: &PublicFolder,
    policy: &PublicationPolicy,
    authority: &Authority,
    kinds: &[CrlKind],
    reach: Reach,
    act: &Act,
) -> Result<Vec<VerifiedCrl>, CrlError> {
    db.snapshot(|db| {
        let standing = Standing::load(db, folder, authority)?;
        let cut = status_log::newest(db)?;
        let this_update = this_update(db, &standing, policy, cut, act)?;
        let mut issued = Vec::with_capacity(2);
        for &kind in kinds {
            let next_update = match reach {
                Reach::Policy => this_update.plus(schedule(policy, kind).valid),
                Reach::For(duration) => this_update.plus(duration),
                Reach::Until(moment) => moment.whole_second(),
            };
            let base = match kind {
                CrlKind::Full => None,
                // A first delta starts from the complete CRL that is issued with it, and is empty.
                CrlKind::Delta => Some(record::newest(db, &authority.short_name, CrlKind::Full)?
                    .map_or((standing.next_number(), cut), |full| (full.number, full.log_sequence))),
            };
            let intended = Intended {
                kind,
                number: standing.next_number(),
                base_number: base.map(|(number, _)| number),
                this_update,
                next_update,
                cut,
                base_cut: base.map_or(0, |(_, sequence)| sequence),
                standing_number: standing.highest_number,
                regular: regular_crl(db, authority, policy, this_update)?,
            };
            let unsigned = write(db, authority, &intended, standing.full_entries)?;
            tracing::debug!(issuer = authority.short_name, %kind, entries = unsigned.entries(), "CRL written");
            lint(authority, &intended, &unsigned, act)?;
            let digest = authority.algorithm.digest(unsigned.tbs());
            let signature = signer.sign(&authority.key, &digest)?;
            let der = unsigned.assemble(&signature);
            let previous = standing.previous_full(kind)?;
            issued.push(VerifiedCrl::verify(db, authority, &intended, previous.as_ref(), der)?);
        }
        Ok(issued)
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
pub(crate) fn authority_key_id(authority: &Authority) -> Result<Vec<u8>, CrlError> {
    let missing = || CrlError::AuthorityCertificate(authority.short_name.clone());
    let certificate = x509_cert::Certificate::from_der(&authority.certificate).map_err(|_| missing())?;
    let ski = certificate.tbs_certificate().get_extension::<SubjectKeyIdentifier>().map_err(|_| missing())?;
    let (_, ski) = ski.ok_or_else(missing)?;
    Ok(ski.0.as_bytes().to_vec())
}

/// What stands: in the database and before the world.
struct Standing {
    highest_number: u64,
    newest_this_update: Option<Timestamp>,
    /// The full CRL that relying systems hold: the published one, else the recorded one.
    full: Option<Vec<u8>>,
    full_entries: u64,
}

impl Standing {
    fn load(db: &mut Database, folder: &PublicFolder, authority: &Authority) -> Result<Self, CrlError> {
        let issuer = authority.short_name.as_str();
        let mut highest_number = record::highest_number(db, issuer)?;
        let mut newest_this_update = None;
        let mut published = None;
        for kind in [CrlKind::Full, CrlKind::Delta] {
            if let Some(recorded) = record::newest(db, issuer, kind)? {
                newest_this_update = newest_this_update.max(Some(recorded.this_update));
            }
            let Some(bytes) = crate::publish::crls::published(folder, authority, kind)? else { continue };
            let crl = Crl::read(&bytes).map_err(CrlRefused::from)?;
            highest_number = highest_number.max(crl.number);
            newest_this_update = newest_this_update.max(Some(crl.this_update));
            if kind == CrlKind::Full {
                published = Some(bytes);
            }
        }
        let recorded = record::newest(db, issuer, CrlKind::Full)?;
        let full_entries = recorded.as_ref().map_or(0, |crl| crl.entries);
        let full = match (published, recorded) {
            (Some(bytes), _) => Some(bytes),
            (None, Some(crl)) => record::der(db, issuer, CrlKind::Full, crl.number)?,
            (None, None) => None,
        };
        Ok(Self { highest_number, newest_this_update, full, full_entries })
    }

    fn next_number(&self) -> u64 {
        self.highest_number + 1
    }

    fn previous_full(&self, kind: CrlKind) -> Result<Option<Crl<'_>>, CrlError> {
        match (&self.full, kind) {
            (Some(bytes), CrlKind::Full) => Ok(Some(Crl::read(bytes).map_err(CrlRefused::from)?)),
            _ => Ok(None),
        }
    }
}

/// The moment of the act, or of the newest revocation where that was committed since the act began;
/// a clock that is further off signs nothing.
fn this_update(
    db: &mut Database,
    standing: &Standing,
    policy: &PublicationPolicy,
    cut: i64,
    act: &Act,
) -> Result<Timestamp, CrlError> {
    const RECENT: i64 = 100;
    let recent = status_log::since(db, cut - RECENT, RECENT)?;
    let newest = recent.iter().map(|event| event.occurred_at).max().unwrap_or(act.at);
    if newest > act.at.plus(policy.clock_tolerance) {
        return Err(CrlError::Clock { now: act.at, what: "a revocation", standing: newest });
    }
    let this_update = act.at.max(newest).whole_second();
    match standing.newest_this_update {
        Some(last) if last > this_update => {
            Err(CrlError::Clock { now: act.at, what: "the CRL that stands", standing: last })
        }
        _ => Ok(this_update),
    }
}

fn regular_crl(
    db: &mut Database,
    authority: &Authority,
    policy: &PublicationPolicy,
    this_update: Timestamp,
) -> Result<Option<RegularCrl>, CrlError> {
    let until = this_update.minus(schedule(policy, CrlKind::Full).every);
    let crl = record::newest_until(db, &authority.short_name, CrlKind::Full, until)?;
    Ok(crl.map(|crl| RegularCrl { this_update: crl.this_update, log_sequence: crl.log_sequence }))
}

fn write(
    db: &mut Database,
    authority: &Authority,
    intended: &Intended,
    full_entries: u64,
) -> Result<UnsignedCrl, CrlError> {
    let key_id = authority_key_id(authority)?;
    let head = CrlHead {
        algorithm: authority.algorithm,
        issuer: &authority.subject,
        this_update: intended.this_update,
        next_update: intended.next_update,
        authority_key_id: &key_id,
        number: intended.number,
        base_number: intended.base_number,
    };
    let issuer = authority.short_name.as_str();
    match intended.kind {
        CrlKind::Full => {
            let expected = usize::try_from(full_entries + full_entries / 16).unwrap_or(0);
            let mut encoder = CrlEncoder::new(&head, expected)?;
            entries::for_each_by_state(db, issuer, intended.cut, &mut |row| {
                if RegularCrl::releases(intended.regular, row) {
                    return Ok(());
                }
                write_entry(&mut encoder, issuer, &row.serial, row.revoked_at, &row.reason)
            })?;
            Ok(encoder.finish())
        }
        CrlKind::Delta => {
            let changes = changes(db, issuer, intended)?;
            let mut encoder = CrlEncoder::new(&head, changes.len())?;
            for event in &changes {
                write_entry(&mut encoder, issuer, &event.serial, event.occurred_at, &event.reason)?;
            }
            Ok(encoder.finish())
        }
    }
}

/// What the log says of this authority since the base, in the order of serial numbers. An expired
/// certificate stays on every delta until a complete CRL has shown it (RFC 5280 §5.2.4).
fn changes(
    db: &mut Database,
    issuer: &str,
    intended: &Intended,
) -> Result<Vec<status_log::StatusEvent>, CrlError> {
    const PAGE: i64 = 10_000;
    let mut found = Vec::new();
    let mut after = intended.base_cut;
    loop {
        let page = status_log::since(db, after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = last.sequence;
        found.extend(
            page.into_iter().filter(|event| event.issuer == issuer && event.sequence <= intended.cut),
        );
    }
    found.sort_unstable_by(|a, b| a.serial.cmp(&b.serial));
    Ok(found)
}

fn write_entry(
    encoder: &mut CrlEncoder,
    issuer: &str,
    serial: &str,
    revoked_at: Timestamp,
    reason: &str,
) -> Result<(), CrlError> {
    let unwritable = |why| CrlError::Entry { issuer: issuer.to_owned(), serial: serial.to_owned(), why };
    let octets = hex::decode(serial).map_err(|_| unwritable("its serial number is not hexadecimal"))?;
    let reason: RevocationReason = reason.parse().map_err(|_| unwritable("its reason is unknown"))?;
    encoder.entry(&octets, revoked_at.whole_second(), Some(reason))?;
    Ok(())
}
