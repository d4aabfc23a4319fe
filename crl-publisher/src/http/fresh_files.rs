//! Whether the published files are fresh, within a time that is the disk's alone.

use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Instant;

use store::Timestamp;

use super::readiness::{Checks, Outcome};
use super::service::StatusService;
use super::target::{CrlName, ShortName};
use crate::crl::CrlKind;
use crate::flights::Waits;
use crate::publish::{ListFile, Urgency};

/// How many looks may be under way at a time: a disk that is silent lets go of none, and monitoring asks again and again.
const MOST_LOOKS: usize = 4;

/// A look at one file, or at several that one line is about.
pub(super) struct FileLook {
    name: String,
    says: Says,
    look: Box<dyn FnOnce(&StatusService) -> Outcome + Send>,
}

/// What its outcome is.
#[derive(Clone, Copy)]
enum Says {
    Check,
    /// No reason to send relying parties away, whatever it says.
    Alarm,
}

/// What came of the looks.
#[derive(Default)]
pub(super) struct LookedAt {
    pub(super) checks: Checks,
    pub(super) alarms: Vec<String>,
}

/// The looks that are under way.
#[derive(Debug, Default)]
pub(super) struct FileLooks(Arc<Places>);

#[derive(Debug, Default)]
struct Places {
    taken: Mutex<usize>,
    freed: Condvar,
}

/// One of them, until it has ended.
struct UnderWay(Arc<Places>);

impl FileLooks {
    /// One more look, once there is a place for it; nothing where all are taken until then.
    fn begin(&self, until: Instant) -> Option<UnderWay> {
        let Places { taken, freed } = &*self.0;
        let patience = until.saturating_duration_since(Instant::now());
        let taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = freed.wait_timeout_while(taken, patience, |taken| *taken >= MOST_LOOKS);
        let (mut taken, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if *taken >= MOST_LOOKS {
            return None;
        }
        *taken += 1;
        Some(UnderWay(Arc::clone(&self.0)))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        *self.0.taken.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.freed.notify_one();
    }
}

impl FileLook {
    pub(super) fn check(name: String, look: impl FnOnce(&StatusService) -> Outcome + Send + 'static) -> Self {
        Self { name, says: Says::Check, look: Box::new(look) }
    }

    /// One whose word, if it has any, is an alarm.
    pub(super) fn alarm(name: &str, look: impl FnOnce(&StatusService) -> Outcome + Send + 'static) -> Self {
        Self { name: name.to_owned(), says: Says::Alarm, look: Box::new(look) }
    }
}

/// Looks at one after the other, on a thread of its own. Where one is not done by `until`, those before it are told as they were found,
/// and it and those behind it as not read, and for what they wait.
pub(super) fn looked_at(
    service: &StatusService,
    looks: Vec<FileLook>,
    waits_for: &str,
    until: Instant,
) -> LookedAt {
    let names: Vec<_> = looks.iter().map(|look| (look.name.clone(), look.says)).collect();
    let awaited = begin(service, looks, until);
    let mut hangs = None;
    let mut found = LookedAt::default();
    for (name, says) in names {
        let outcome = match (&awaited, &hangs) {
            (None, _) => Err(format!("not read: earlier looks still wait for {waits_for}")),
            (_, Some(first)) => Err(format!("not read: {first} comes before it")),
            (Some(awaited), None) => {
                let left = until.saturating_duration_since(Instant::now());
                awaited.recv_timeout(left).unwrap_or_else(|_| {
                    hangs = Some(name.clone());
                    Err(format!("not read, {waits_for} did not answer in time"))
                })
            }
        };
        match (says, outcome) {
            (Says::Check, outcome) => found.checks.push((name, outcome)),
            (Says::Alarm, Ok(word)) => found.alarms.extend(word),
            (Says::Alarm, Err(why)) => found.alarms.push(format!("{name}: {why}")),
        }
    }
    found
}

/// The outcomes, one by one; nothing where too many looks hang already.
fn begin(service: &StatusService, looks: Vec<FileLook>, until: Instant) -> Option<mpsc::Receiver<Outcome>> {
    let under_way = service.file_looks().begin(until)?;
    let (given, awaited) = mpsc::channel();
    let service = service.clone();
    let looking = move || {
        let _under_way = under_way;
        for FileLook { look, .. } in looks {
            // Nobody listens any more where it comes too late.
            if given.send(look(&service)).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().name("readyz-files".to_owned()).spawn(looking).ok()?;
    Some(awaited)
}

/// One line for all shards of the authority, of which there may be hundreds: the first that is not well.
pub(super) fn fresh_shards(
    service: &StatusService,
    short_name: &str,
    shards: &[u32],
    last: Option<Timestamp>,
    at: Timestamp,
) -> Outcome {
    let mut word = shards.len().to_string();
    for &number in shards {
        for kind in [CrlKind::Full, CrlKind::Delta] {
            let late = fresh_crl(service, (short_name, Some(number), kind), last, at)
                .map_err(|error| format!("{number} {kind}: {error}"))?;
            if let Some(late) = late {
                word = format!("{number} {kind}: {late}");
            }
        }
    }
    Ok(Some(word))
}

/// Whether what is served lasts; and where it should have a successor by now, since when: it is still good, and takes nobody out of
/// traffic. That of an authority which ended has none: it ends, at `last`, after everything that it is about.
pub(super) fn fresh_crl(
    service: &StatusService,
    (short_name, shard, kind): (&str, Option<u32>, CrlKind),
    last: Option<Timestamp>,
    at: Timestamp,
) -> Outcome {
    let issuer = ShortName::parse(short_name).ok_or("no address has a name like this")?;
    let name = CrlName { issuer, shard, kind };
    let crl = service.crls().get_as(Waits::Briefly, service.folder(), service.databases(), &name);
    let crl = crl.map_err(|error| error.to_string())?.ok_or("not published")?;
    if Some(crl.next_update) == last {
        return Ok(None);
    }
    if crl.next_update <= at {
        return Err(format!("its nextUpdate was {}", crl.next_update));
    }
    let late =
        |word| format!("{word}: not made anew since {}, lasts until {}", crl.this_update, crl.next_update);
    Ok(match Urgency::of_life(crl.this_update, crl.next_update, at) {
        Urgency::Well => None,
        Urgency::Warning => Some(late("WARNING")),
        Urgency::Alarm => Some(late("ALARM")),
    })
}

pub(super) fn fresh_list(service: &StatusService, file: ListFile, at: Timestamp) -> Result<(), String> {
    let published = service.opposition_list(file).map_err(|error| error.to_string())?;
    match published.ok_or("not published")?.content.next_update {
        Some(next_update) if next_update <= at => Err(format!("its next update was {next_update}")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_look_that_finds_all_places_taken_waits_for_one_and_no_longer_than_it_may() {
        let looks = FileLooks::default();
        let in_a_while = |millis| Instant::now() + Duration::from_millis(millis);
        let mut taken: Vec<_> = (0..MOST_LOOKS).map(|_| looks.begin(Instant::now()).unwrap()).collect();
        let began = Instant::now();
        assert!(looks.begin(in_a_while(50)).is_none());
        assert!(began.elapsed() >= Duration::from_millis(50), "it waits");
        thread::scope(|scope| {
            let waits = scope.spawn(|| looks.begin(in_a_while(600_000)));
            thread::sleep(Duration::from_millis(20));
            drop(taken.pop());
            taken.extend(waits.join().unwrap());
        });
        assert_eq!(taken.len(), MOST_LOOKS, "it came in, and at once");
        assert!(began.elapsed() < Duration::from_secs(300) && looks.begin(Instant::now()).is_none());
    }
}
