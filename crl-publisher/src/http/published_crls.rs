//! Published CRLs as they are served: what its authority has signed for this name, and never an older one after a newer one.

use std::collections::HashMap;
use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use store::{Code, Database, Timestamp};

use super::crl_signers::{CrlSigners, Edition, Mismatch, Verified};
use super::not_served::NotServed;
use super::published::{PublishedFile, Version, stands};
use super::target::CrlName;
use crate::crl::CrlKind;
use crate::crl::read::Crl;
use crate::faults;
use crate::flights::{Flights, Patience, Waits};
use crate::folder::PublicFolder;
use crate::pool::Pool;

/// How far ahead of the database's time an honest thisUpdate may be: clocks of two machines differ (as much as
/// [`PublicationPolicy`](crate::policy::PublicationPolicy) lets them by default).
const CLOCKS_DIFFER: Duration = Duration::from_secs(60);

/// A CRL that was verified.
#[derive(Debug)]
pub(crate) struct ServedCrl {
    pub(super) file: Arc<PublishedFile>,
    number: u64,
    pub(super) this_update: Timestamp,
    pub(super) next_update: Timestamp,
    verified: Verified,
}

impl ServedCrl {
    /// Whether it was made before `served`, which may still be relied on. Numbers follow the clock, whatever was restored (decision
    /// 0079); where one ran ahead of it, and the backup does not know it, the next ones are smaller: nothing of them is older than what
    /// has ended.
    fn is_behind(&self, served: &Self) -> bool {
        (self.number, self.this_update) < (served.number, served.this_update)
            && self.this_update < served.next_update
    }

    fn is_dated_ahead(&self, now: Timestamp) -> bool {
        self.this_update > now.plus(CLOCKS_DIFFER)
    }
}

/// Why what stands under a name is not served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Unreadable(String),
    /// A delta in the place of a complete one, or the other way round.
    Kind(CrlKind),
    Mismatch(Mismatch),
    Behind {
        number: u64,
        served: u64,
    },
}

impl Refused {
    pub(super) const fn code(&self) -> Code {
        match self {
            Self::Behind { .. } => faults::CRL_BEHIND,
            Self::Unreadable(_) | Self::Kind(_) | Self::Mismatch(_) => faults::CRL_FOREIGN,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Unreadable(why) => why.clone(),
            Self::Kind(kind) => format!("it is a {kind} CRL"),
            Self::Mismatch(mismatch) => mismatch.words().to_owned(),
            Self::Behind { number, served } => format!("it is number {number}, and {served} was served"),
        }
    }
}

/// Bounded by what is published: a name under which nothing good ever stood, and nothing stands, leaves nothing here.
#[derive(Debug)]
pub(crate) struct PublishedCrls {
    known: Mutex<HashMap<CrlName, Known>>,
    signers: CrlSigners,
    /// A CRL may have 49 MB: each version is read, hashed and verified once, however many ask for it at the same time.
    flights: Flights<(CrlName, Version), Result<Known, NotServed>>,
}

/// What was looked at last, and what is served.
#[derive(Clone, Debug)]
struct Known {
    /// Nothing where none stood.
    version: Option<Version>,
    /// By which rows both were judged.
    edition: Edition,
    /// Why that version is not served.
    refused: Option<Refused>,
    /// The newest that was verified.
    served: Option<Arc<ServedCrl>>,
}

impl Known {
    fn served(self, name: &CrlName) -> Result<Option<Arc<ServedCrl>>, NotServed> {
        match (self.served, self.refused) {
            (None, Some(refused)) => Err(NotServed::Refused(format!("{name}: {}", refused.words()))),
            (served, _) => Ok(served),
        }
    }
}

impl Default for PublishedCrls {
    fn default() -> Self {
        let flights = Flights::new(Patience::OF_A_FILE);
        Self { known: Mutex::default(), signers: CrlSigners::default(), flights }
    }
}

impl PublishedCrls {
    /// Who signs, as far as it is known.
    pub(super) fn signers(&self) -> &CrlSigners {
        &self.signers
    }

    /// What is served under this name where a file stands there: that file, or where it is refused the last one before it that was
    /// not.
    pub(super) fn get(
        &self,
        folder: &PublicFolder,
        pool: &Pool<Database>,
        name: &CrlName,
    ) -> Result<Option<Arc<ServedCrl>>, NotServed> {
        self.get_as(Waits::Patiently, folder, pool, name)
    }

    /// The same for whoever may have another way where a slow disk takes long to give it.
    pub(super) fn get_as(
        &self,
        waits: Waits,
        folder: &PublicFolder,
        pool: &Pool<Database>,
        name: &CrlName,
    ) -> Result<Option<Arc<ServedCrl>>, NotServed> {
        let Some((version, file)) = stands(&name.path(folder))? else {
            self.gone(name);
            return Ok(None);
        };
        let known = self.looked_at(name, version);
        // A shard may have been opened since the rows were read.
        let is_in_doubt = |known: &Known| matches!(known.refused, Some(Refused::Mismatch(_)));
        let known = match known {
            Some(known) if is_in_doubt(&known) && self.signers.say_something_new(pool) => None,
            known => known,
        };
        let known = match known {
            Some(known) => known,
            None => {
                let look = || match self.looked_at(name, version) {
                    // Somebody has just done so.
                    Some(known) => Ok(known),
                    None => self.look(folder, pool, name, (version, file)),
                };
                self.flights.share_as(waits, &(name.clone(), version), look)??
            }
        };
        known.served(name)
    }

    /// What stands and is not served, each with its code, in the order of their names.
    pub(super) fn alarms(&self) -> Vec<String> {
        let all = self.lock();
        let mut refused: Vec<_> =
            all.iter().filter_map(|(name, known)| Some((name, known.refused.as_ref()?, known))).collect();
        refused.sort_unstable_by_key(|(name, ..)| *name);
        let alarm = |(name, refused, known): (&CrlName, &Refused, &Known)| {
            let instead = match &known.served {
                Some(served) => format!("number {} goes on being served", served.number),
                None => "nothing is served".to_owned(),
            };
            format!("{name}: {}; {instead} ({})", refused.words(), refused.code().name)
        };
        refused.into_iter().map(alarm).collect()
    }

    /// Nothing stands there: what was served before is remembered, for something older may be put there next.
    fn gone(&self, name: &CrlName) {
        let mut all = self.lock();
        match all.get_mut(name) {
            Some(known) if known.served.is_some() => (known.version, known.refused) = (None, None),
            _ => drop(all.remove(name)),
        }
    }

    fn looked_at(&self, name: &CrlName, version: Version) -> Option<Known> {
        let (edition, all) = (self.signers.edition(), self.lock());
        all.get(name).filter(|known| known.version == Some(version) && known.edition == edition).cloned()
    }

    /// Reads and verifies; what is served from here on.
    fn look(
        &self,
        folder: &PublicFolder,
        pool: &Pool<Database>,
        name: &CrlName,
        (version, file): (Version, File),
    ) -> Result<Known, NotServed> {
        if let Some(known) = self.judged_again(folder, name, version) {
            return Ok(known);
        }
        let file = PublishedFile::read(version, file)?;
        let (found, edition) = self.verified(folder, pool, name, file);
        // The worker may have replaced what was opened, and the new one have been looked at first.
        let is_overtaken = stands(&name.path(folder))?.is_none_or(|(now, _)| now != version);
        let overrules =
            found.as_ref().is_ok_and(|found| self.is_right_after_a_clock_ahead(pool, name, found));
        // Judged before the lock is taken, which all CRLs share; again where somebody has put another there in between.
        let (mut all, before) = loop {
            let before = self.lock().get(name).and_then(|known| Some((known.edition, known.served.clone()?)));
            let fits = before.as_ref().is_some_and(|(judged_by, served)| {
                *judged_by == edition || self.signers.still_fits(folder, name, &served.verified).0
            });
            let all = self.lock();
            let now = all.get(name).and_then(|known| known.served.as_ref());
            if now.map(Arc::as_ptr) == before.as_ref().map(|(_, served)| Arc::as_ptr(served)) {
                break (all, before.filter(|_| fits).map(|(_, served)| served));
            }
        };
        let known = |refused, served| Known { version: Some(version), edition, refused, served };
        let known = match (found, before) {
            (Ok(found), Some(before)) if found.is_behind(&before) && !overrules => {
                known(Some(Refused::Behind { number: found.number, served: before.number }), Some(before))
            }
            (Ok(found), _) => known(None, Some(Arc::new(found))),
            (Err(refused), before) => known(Some(refused), before),
        };
        if let Some(refused) = &known.refused {
            if is_overtaken {
                return Ok(known);
            }
            let Code { name: code, help, .. } = refused.code();
            tracing::error!(code, "{name}: {} ({help})", refused.words());
        }
        all.insert(name.clone(), known.clone());
        Ok(known)
    }

    /// What is served of this version already, where the rows say something else by now, and not of its authority.
    fn judged_again(&self, folder: &PublicFolder, name: &CrlName, version: Version) -> Option<Known> {
        let is_it = |known: &&Known| {
            known.version == Some(version) && known.refused.is_none() && known.served.is_some()
        };
        let mut known = self.lock().get(name).filter(is_it).cloned()?;
        let served = known.served.clone()?;
        let (fits, edition) = self.signers.still_fits(folder, name, &served.verified);
        let mut all = self.lock();
        let is_the_same = |now: &Known| now.served.as_ref().is_some_and(|now| Arc::ptr_eq(now, &served));
        let place = all.get_mut(name).filter(|now| is_it(&&**now) && is_the_same(now))?;
        if !fits {
            return None;
        }
        (place.edition, known.edition) = (edition, edition);
        Some(known)
    }

    /// Whether what is served was dated by a clock that was ahead, and what stands there now by one that is right: what was set right
    /// is not held up until the clock has come there. Asked of the database's time, where it is asked at all.
    fn is_right_after_a_clock_ahead(&self, pool: &Pool<Database>, name: &CrlName, found: &ServedCrl) -> bool {
        let served = self.lock().get(name).and_then(|known| known.served.clone());
        let Some(served) = served.filter(|served| found.is_behind(served)) else { return false };
        let now = pool.run(Database::now);
        now.is_some_and(|now| served.is_dated_ahead(now) && !found.is_dated_ahead(now))
    }

    fn verified(
        &self,
        folder: &PublicFolder,
        pool: &Pool<Database>,
        name: &CrlName,
        mut file: PublishedFile,
    ) -> (Result<ServedCrl, Refused>, Edition) {
        let body = file.body.clone();
        let crl = match Crl::read(&body) {
            Ok(crl) if crl.kind() == name.kind => crl,
            Ok(crl) => return (Err(Refused::Kind(crl.kind())), self.signers.edition()),
            Err(error) => return (Err(Refused::Unreadable(error.to_string())), self.signers.edition()),
        };
        let (judged, edition) = self.signers.judge(folder, pool, name, &crl);
        let found = judged.map_err(Refused::Mismatch).map(|verified| {
            file.next_update = Some(crl.next_update);
            let Crl { number, this_update, next_update, .. } = crl;
            ServedCrl { file: Arc::new(file), number, this_update, next_update, verified }
        });
        (found, edition)
    }

    /// As if what is served under this name had a number that was so far ahead.
    #[cfg(test)]
    pub(super) fn ran_ahead(&self, name: &CrlName, by: Duration) {
        let mut all = self.lock();
        let served = all.get_mut(name).and_then(|known| known.served.as_mut()).and_then(Arc::get_mut);
        served.expect("it is served, and nobody has it").number += by.as_millis() as u64;
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CrlName, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
