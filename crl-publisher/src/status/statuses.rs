//! The image, kept in step with the log.

use std::collections::HashSet;
use std::mem::take;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use ca_core::status_log::{self, StatusEvent};
use diesel::prelude::*;
use store::{Database, Timestamp};

use super::applied::{Applied, Look};
use super::image::Place;
use super::issued::Issued;
use super::load::{Loaded, apply, follow, load, place_of};
use super::{Standing, StatusImage, published};
use crate::folder::PublicFolder;

/// What is known of every certificate, and since when.
#[derive(Debug, Default)]
pub struct Statuses {
    /// Where CRLs stand that are heard when everything is read.
    folder: Option<PublicFolder>,
    followed: AtomicBool,
    view: RwLock<Option<View>>,
    /// Held by whoever synchronises, and by nobody who answers.
    progress: Mutex<Progress>,
    applied: Applied,
}

/// The image, with every event in it that was committed before a moment.
#[derive(Clone, Debug)]
pub struct View {
    /// What is known.
    pub image: Arc<StatusImage>,
    /// When the last successful synchronisation began, by our own clock: what is said on the strength of the
    /// image was known then, whatever the database's clock says.
    pub synchronised_at: Timestamp,
    /// Revocations and holds that this process has seen, or that a published CRL has, and that the database has forgotten:
    /// until they are made again.
    pub forgotten: usize,
}

/// What a synchronisation did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Whether everything was loaded again: at first, and after the log went back.
    pub loaded: bool,
    /// The certificates that ended, were held or released since the last one, issuer and serial, oldest first.
    pub changed: Vec<(String, String)>,
}

#[derive(Debug, Default)]
struct Progress {
    begun: bool,
    /// The last event that was applied.
    last: Option<StatusEvent>,
    /// Of which certificates events were applied, and no step has told yet.
    changed: Vec<(String, String)>,
    /// What is revoked or held here and no longer in the database.
    forgotten: HashSet<Place>,
    /// How far issuing was followed; nothing before everything was read.
    issued: Option<Issued>,
}

impl Statuses {
    /// Statuses that never say *good* of what a published CRL of this folder has, whatever the database says.
    pub fn beside(folder: PublicFolder) -> Self {
        Self { folder: Some(folder), ..Self::default() }
    }

    /// Whether what the published CRLs say is still to be laid over the image: nothing was read yet.
    pub(crate) fn waits_for_published(&self) -> bool {
        self.folder.is_some() && self.view().is_none()
    }

    /// Somebody reads the log from now on, again and again.
    pub(crate) fn are_followed(&self) {
        self.followed.store(true, Ordering::Relaxed);
    }

    /// Whether the log comes to be read within this time, where somebody reads it.
    pub(crate) fn come_within(&self, patience: Duration) -> bool {
        let began = Instant::now();
        while self.view().is_none() {
            if !self.followed.load(Ordering::Relaxed) || began.elapsed() >= patience {
                return false;
            }
            thread::sleep(Duration::from_millis(10));
        }
        true
    }

    /// What is known at this moment; nothing before the first synchronisation.
    pub fn view(&self) -> Option<View> {
        self.view.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Brings the image into step with the log. `at` is read from our clock before the call: everything that
    /// was committed by then is applied when it returns.
    ///
    /// Where the log no longer holds the last event that was applied, a backup was restored: everything is
    /// loaded again, and what was revoked or held stays so.
    pub fn synchronise(&self, db: &mut Database, at: Timestamp) -> QueryResult<Step> {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let look = self.applied.begin();
        let known = self.view();
        if let Some(view) = known.as_ref().filter(|_| progress.begun) {
            if still_holds(db, progress.last.as_ref())? {
                let Progress { last, changed, forgotten, .. } = &mut *progress;
                follow(db, last, |event| {
                    apply(&view.image, event);
                    changed.push((event.issuer.clone(), event.serial.clone()));
                    // Revoked or held again, as it was asked for.
                    if !forgotten.is_empty()
                        && let Some(place) = place_of(event)
                    {
                        forgotten.remove(&place);
                    }
                })?;
                let (changed, forgotten) = (take(changed), forgotten.len());
                self.publish(look, View { synchronised_at: at, forgotten, ..view.clone() }, last.as_ref());
                return Ok(Step { loaded: false, changed });
            }
            tracing::error!("the status log went back, as after a restored backup: everything is read again");
        }
        let Loaded { image, mut last, issued } = load(db)?;
        let mut kept = known.map(|view| image.keep_revocations_of(&view.image)).unwrap_or_default();
        kept.extend(self.lay_published_over(db, &image, &mut last)?);
        let forgotten = kept.len();
        if forgotten > 0 {
            tracing::error!(
                "{forgotten} revocations or holds that were answered or published are no longer in the database; make them again"
            );
        }
        self.publish(look, View { image: Arc::new(image), synchronised_at: at, forgotten }, last.as_ref());
        let issued = Some(issued);
        *progress = Progress { begun: true, last, changed: Vec::new(), forgotten: kept, issued };
        Ok(Step { loaded: true, changed: Vec::new() })
    }

    /// Takes in certificates that became good since, a page of them; whether there may be more. Nothing before the first
    /// synchronisation. What the log has said of one is not taken back.
    pub fn take_in_issued(&self, db: &mut Database) -> QueryResult<bool> {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        match (self.view(), &mut progress.issued) {
            (Some(view), Some(issued)) => issued.follow(db, &view.image),
            _ => Ok(false),
        }
    }

    /// Makes the image say what published CRLs have and the database does not; which certificates these are.
    pub(super) fn lay_published_over(
        &self,
        db: &mut Database,
        image: &StatusImage,
        last: &mut Option<StatusEvent>,
    ) -> QueryResult<HashSet<Place>> {
        let Some(folder) = &self.folder else { return Ok(HashSet::new()) };
        let mut forgotten = published::forgotten(db, folder, image)?;
        // A CRL that was made since the image was read has events of the log that are not in it yet.
        follow(db, last, |event| {
            apply(image, event);
            place_of(event).and_then(|place| forgotten.remove(&place));
        })?;
        let lay = |(place, standing): (Place, Standing)| {
            image.follow_key(&place.0, place.1, standing);
            place
        };
        Ok(forgotten.into_iter().map(lay).collect())
    }

    /// The look that begins next: whatever is committed by now, it reads.
    pub fn next_look(&self) -> Look {
        self.applied.next_look()
    }

    /// Whether the event `sequence` of the status log is in memory, by this look or a later one, now or within `at_most`.
    pub fn wait_for(&self, look: Look, sequence: i64, at_most: Duration) -> bool {
        self.applied.wait_for(look, sequence, at_most)
    }

    fn publish(&self, look: Look, view: View, last: Option<&StatusEvent>) {
        *self.view.write().unwrap_or_else(PoisonError::into_inner) = Some(view);
        self.applied.reach(look, last.map_or(0, |event| event.sequence));
    }
}

/// Whether the log still holds, under its number, the very event that was applied last.
fn still_holds(db: &mut Database, last: Option<&StatusEvent>) -> QueryResult<bool> {
    let Some(last) = last else { return Ok(true) };
    Ok(status_log::since(db, last.sequence - 1, 1)?.first() == Some(last))
}
