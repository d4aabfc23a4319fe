//! Compares the entries of a CRL, one by one, with the database and with the CRLs before it.

use std::iter::Peekable;

use ca_core::authority::Authority;
use ca_core::status_log::{CERTIFICATE_HOLD, REMOVE_FROM_CRL, StatusChange};
use diesel::prelude::*;
use store::schema::certificates;
use store::{Database, Timestamp};
use x509_cert::ext::pkix::CrlReason;

use super::entries::holds::{self, UnfinalRow};
use super::entries::{self, RegularCrl, RevokedRow};
use super::entry_reason::EntryReason;
use super::intended::Intended;
use super::read::{Crl, CrlEntry, UnreadEntries, UnreadEntry, UnreadableCrl};
use super::{CrlRefused, Scope};

/// The CRLs that relying systems hold: the published ones, else the recorded ones.
#[derive(Debug, Default)]
pub(crate) struct Previous<'a> {
    /// Where a complete CRL is to be compared.
    pub(crate) full: Option<Crl<'a>>,
    pub(crate) delta: Option<Crl<'a>>,
}

/// One walk over the log, the CRL and its predecessor, all in the order of serial numbers. How many entries there
/// are, and how many of them of certificates that had not expired at thisUpdate.
pub(crate) fn check_full(
    db: &mut Database,
    authority: &Authority,
    intended: &Intended,
    crl: &Crl<'_>,
    previous: Option<&Crl<'_>>,
) -> Result<(u64, u64), CrlRefused> {
    let (mut count, mut unexpired) = (0, 0);
    let mut entries = crl.entries().peekable();
    let mut before = Before::of(previous);
    entries::for_each_by_log(db, &authority.short_name, &intended.scope, intended.cut, &mut |row| {
        let serial = row.serial.octets();
        if row.not_after.is_none() {
            return Err(CrlRefused::Entry {
                serial: row.serial.to_string(),
                what: "is revoked in the status log and not in its row",
            });
        }
        let entry = take(
            &mut entries,
            |entry| entry.serial,
            serial,
            |foreign| CrlRefused::Entry {
                serial: hex::encode_upper(foreign),
                what: "stands on the CRL and is neither revoked nor held in the status log",
            },
        )?;
        match entry {
            Some(entry) => {
                let date = intended.dates.of(row.sequence, row.revoked_at);
                check_entry(&entry, date, Some(row.reason), intended.this_update)?;
                count += 1;
                unexpired += u64::from(row.not_after >= Some(intended.this_update));
            }
            None if RegularCrl::releases(intended.regular, row) => {}
            None => {
                return Err(CrlRefused::Entry {
                    serial: row.serial.to_string(),
                    what: "is revoked or held in the status log and is not on the CRL",
                });
            }
        }
        before.compare(row, entry.is_some())
    })?;
    if let Some(entry) = entries.next() {
        return Err(CrlRefused::Entry {
            serial: hex::encode_upper(entry?.serial),
            what: "stands on the CRL and is neither revoked nor held in the status log",
        });
    }
    before.finish(db, authority, intended)?;
    Ok((count, unexpired))
}

/// The entries of the CRL before, each of which must stay or be explained.
struct Before<'a> {
    crl: Option<(u64, Timestamp)>,
    entries: Option<Peekable<UnreadEntries<'a>>>,
    /// Those that are neither revoked nor held now.
    gone: Vec<CrlEntry<'a>>,
}

impl<'a> Before<'a> {
    fn of(previous: Option<&Crl<'a>>) -> Self {
        Self {
            crl: previous.map(|crl| (crl.number, crl.this_update)),
            entries: previous.map(|crl| crl.unread_entries().peekable()),
            gone: Vec::new(),
        }
    }

    fn compare(&mut self, row: &RevokedRow, stays: bool) -> Result<(), CrlRefused> {
        let serial = row.serial.octets();
        let (Some(entries), Some((number, this_update))) = (self.entries.as_mut(), self.crl) else {
            return Ok(());
        };
        let up_to = |stood: &Result<UnreadEntry<'_>, _>| !matches!(stood, Ok(stood) if stood.serial > serial);
        while let Some(stood) = entries.next_if(up_to).transpose()? {
            let lost = |why| CrlRefused::Lost { serial: row.serial.to_string(), previous: number, why };
            if stood.serial != serial {
                self.gone.push(stood.read()?);
            } else if !stays && Some(this_update) <= row.not_after {
                return Err(lost("it has not stood on a CRL issued past its expiry"));
            } else if row.reason == EntryReason::CertificateHold && !is_hold(&stood.read()?) {
                return Err(lost("it was revoked for good, and the database knows no more than a hold"));
            }
        }
        Ok(())
    }

    /// What is gone was held, and that hold was lifted.
    fn finish(
        mut self,
        db: &mut Database,
        authority: &Authority,
        intended: &Intended,
    ) -> Result<(), CrlRefused> {
        for stood in self.entries.into_iter().flatten() {
            self.gone.push(stood?.read()?);
        }
        let Some((previous, _)) = self.crl else { return Ok(()) };
        for gone in self.gone.chunks(CHUNK) {
            let serials = serials(gone);
            let rows = holds::of(db, &authority.short_name, &intended.scope, &serials, intended.cut)?;
            let held = holds::all_of(db, &authority.short_name, &serials, intended.cut)?;
            for (entry, serial) in gone.iter().zip(serials) {
                let is_released =
                    |row: &UnfinalRow| row.serial == serial && row.change == StatusChange::Released;
                if !is_hold(entry) || !rows.iter().any(is_released) || !is_known(&held, &serial, entry) {
                    return Err(forgotten(db, &authority.short_name, serial, previous)?);
                }
            }
        }
        Ok(())
    }
}

fn is_hold(entry: &CrlEntry<'_>) -> bool {
    entry.reason == Some(CrlReason::CertificateHold)
}

/// Whether the log knows of the hold that the entry tells of, and not only of one before it: a restored backup may have
/// forgotten the second. No entry is dated after its event (`EntryDates`). When the hold was lifted says nothing: a clock
/// may have been set right in between.
fn is_known(held: &[(String, Timestamp)], serial: &str, entry: &CrlEntry<'_>) -> bool {
    held.iter().any(|(known, at)| known == serial && at.whole_second() >= entry.revoked_at)
}

/// Why it disappears: what is to be done depends on whether there is a certificate that could be revoked again.
fn forgotten(db: &mut Database, issuer: &str, serial: String, previous: u64) -> QueryResult<CrlRefused> {
    let known = certificates::table.find((issuer, &serial)).select(certificates::serial);
    Ok(match known.first::<String>(db).optional()? {
        Some(_) => CrlRefused::Lost { serial, previous, why: FORGOTTEN },
        None => CrlRefused::Unknown { serial, previous },
    })
}

const FORGOTTEN: &str = "the database knows neither its revocation nor the end of its hold";

/// How many certificates one query asks for.
const CHUNK: usize = 500;

/// The delta's entries are as many as the certificates that the log speaks of since the base, all different, and each
/// says what the state says.
pub(crate) fn check_delta(
    db: &mut Database,
    authority: &Authority,
    intended: &Intended,
    crl: &Crl<'_>,
) -> Result<u64, CrlRefused> {
    let span = (intended.base_cut, intended.cut);
    let expected = entries::count_by_log(db, &authority.short_name, &intended.scope, span)?;
    let mut found = 0;
    let mut last: &[u8] = &[];
    for_each_chunk(crl, |chunk| {
        for entry in chunk {
            if last >= entry.serial {
                return Err(CrlRefused::Entry {
                    serial: hex::encode_upper(entry.serial),
                    what: "stands twice or out of order",
                });
            }
            last = entry.serial;
        }
        found += chunk.len() as u64;
        check_by_state(db, authority, intended, chunk)
    })?;
    if found == expected { Ok(found) } else { Err(CrlRefused::Count { found, expected }) }
}

/// Every revocation on the published delta is known to the database: so it stands on the next delta,
/// or on a complete CRL that the next delta starts from.
pub(crate) fn check_nothing_of_delta_is_lost(
    db: &mut Database,
    authority: &Authority,
    intended: &Intended,
    published: &Crl<'_>,
) -> Result<(), CrlRefused> {
    check_nothing_is_lost(db, &authority.short_name, &intended.scope, intended.cut, published)
}

/// Every revocation, and every hold, on a CRL that was published is known to the database at `cut` of the log, or what ended it.
pub(crate) fn check_nothing_is_lost(
    db: &mut Database,
    issuer: &str,
    scope: &Scope,
    cut: i64,
    published: &Crl<'_>,
) -> Result<(), CrlRefused> {
    for_each_chunk(published, |chunk| {
        let serials = serials(chunk);
        let revoked = entries::by_state(db, issuer, scope, &serials, (0, cut))?;
        let unfinal = holds::of(db, issuer, scope, &serials, cut)?;
        let held = holds::all_of(db, issuer, &serials, cut)?;
        let lost = chunk.iter().zip(serials).find(|(entry, serial)| {
            let is_told = |row: &UnfinalRow| match entry.reason {
                Some(CrlReason::CertificateHold) => {
                    row.change == StatusChange::Held || is_known(&held, serial, entry)
                }
                reason => reason == Some(CrlReason::RemoveFromCRL),
            };
            let is_revoked = revoked.iter().any(|(known, ..)| known == serial);
            !is_revoked && !unfinal.iter().any(|row| row.serial == *serial && is_told(row))
        });
        match lost {
            Some((_, serial)) => Err(forgotten(db, issuer, serial, published.number)?),
            None => Ok(()),
        }
    })
}

/// The entries, as many at a time as one query asks for.
fn for_each_chunk<'a>(
    crl: &Crl<'a>,
    mut f: impl FnMut(&[CrlEntry<'a>]) -> Result<(), CrlRefused>,
) -> Result<(), CrlRefused> {
    let mut chunk = Vec::with_capacity(CHUNK);
    for entry in crl.entries() {
        chunk.push(entry?);
        if chunk.len() == CHUNK {
            f(&chunk)?;
            chunk.clear();
        }
    }
    if chunk.is_empty() { Ok(()) } else { f(&chunk) }
}

fn serials(chunk: &[CrlEntry<'_>]) -> Vec<String> {
    chunk.iter().map(|entry| hex::encode_upper(entry.serial)).collect()
}

fn check_by_state(
    db: &mut Database,
    authority: &Authority,
    intended: &Intended,
    chunk: &[CrlEntry<'_>],
) -> Result<(), CrlRefused> {
    let serials = serials(chunk);
    let span = (intended.base_cut, intended.cut);
    let (issuer, scope) = (&authority.short_name, &intended.scope);
    let revoked = entries::by_state(db, issuer, scope, &serials, span)?;
    let mut unfinal = holds::of(db, issuer, scope, &serials, intended.cut)?;
    unfinal.retain(|row| row.sequence > intended.base_cut);
    for (entry, serial) in chunk.iter().zip(&serials) {
        let revoked = revoked.binary_search_by(|(row, ..)| row.cmp(serial)).map(|at| &revoked[at]);
        let unfinal = unfinal.binary_search_by(|row| row.serial.cmp(serial)).map(|at| &unfinal[at]);
        let (sequence, dated, reason) = match (revoked, unfinal) {
            (Ok((_, sequence, revoked_at, reason)), _) => (*sequence, *revoked_at, reason.as_str()),
            (Err(_), Ok(row)) if row.change == StatusChange::Held => {
                (row.sequence, row.occurred_at, CERTIFICATE_HOLD)
            }
            (Err(_), Ok(row)) => (row.sequence, row.occurred_at, REMOVE_FROM_CRL),
            (Err(_), Err(_)) => {
                return Err(CrlRefused::Entry {
                    serial: serial.clone(),
                    what: "stands on the delta, and has not changed since its base, by log and row",
                });
            }
        };
        let reason = reason.parse().ok();
        check_entry(entry, intended.dates.of(sequence, dated), reason, intended.this_update)?;
    }
    Ok(())
}

fn check_entry(
    entry: &CrlEntry<'_>,
    date: Timestamp,
    reason: Option<EntryReason>,
    this_update: Timestamp,
) -> Result<(), CrlRefused> {
    let wrong = |what| CrlRefused::Entry { serial: hex::encode_upper(entry.serial), what };
    if entry.revoked_at != date {
        return Err(wrong("has another revocation date on the CRL"));
    }
    if entry.revoked_at > this_update {
        return Err(wrong("has a revocation date after thisUpdate"));
    }
    let code = entry.reason.map(|reason| reason as u32);
    let expected = reason.map(|reason| u32::from(reason.code()));
    if code != expected { Err(wrong("has another reason on the CRL")) } else { Ok(()) }
}

/// Takes what has this serial number, if it is next. One that sorts before it is `foreign`: the other side has passed
/// it by.
fn take<'a, T>(
    listed: &mut Peekable<impl Iterator<Item = Result<T, UnreadableCrl>>>,
    serial_of: impl Fn(&T) -> &'a [u8],
    serial: &[u8],
    foreign: impl Fn(&'a [u8]) -> CrlRefused,
) -> Result<Option<T>, CrlRefused> {
    let next = listed.next_if(|one| match one {
        Ok(one) => serial_of(one) <= serial,
        Err(_) => true,
    });
    match next.transpose()? {
        Some(one) if serial_of(&one) == serial => Ok(Some(one)),
        Some(one) => Err(foreign(serial_of(&one))),
        None => Ok(None),
    }
}
