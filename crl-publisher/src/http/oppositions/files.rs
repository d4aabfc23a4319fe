//! The files of the opposition list as they are served: only what the list signer has signed, and never an older
//! list after a newer one.

use std::collections::HashMap;
use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use opposition_list_reader::CompactList;
use store::{Database, Timestamp};

use super::super::not_served::NotServed;
use super::super::published::{PublishedFile, Version, stands};
use crate::flights::{Flights, Patience, Waits};
use crate::folder::PublicFolder;
use crate::pool::Pool;
use crate::publish::list_file::{ListFile, ListForm};
use crate::publish::list_verifier::ListVerifier;
use crate::publish::opposition_list::{ChangesPage, OppositionList};

/// How long the list signers' certificates are believed before a file that does not verify makes us look again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// A file of the list that was verified.
#[derive(Debug)]
pub(crate) struct VerifiedFile {
    pub(crate) content: PublishedFile,
    pub(crate) signature: PublishedFile,
    sequence: i64,
    /// What it says, of `full.json`.
    pub(crate) list: Option<OppositionList>,
}

/// Of content and signature.
type Versions = (Version, Version);

/// What is served of a file from here on, if anything.
type Served = Option<Arc<VerifiedFile>>;

/// Bounded by what is published: a name without a file leaves nothing here.
#[derive(Debug)]
pub(crate) struct VerifiedFiles {
    known: Mutex<HashMap<ListFile, Known>>,
    signers: Mutex<Option<(Instant, Arc<ListVerifier>)>>,
    /// Each version is read and verified once, however many ask for it at the same time.
    flights: Flights<(ListFile, Versions), Result<Served, NotServed>>,
}

#[derive(Clone, Debug)]
struct Known {
    /// What was looked at last: content and signature.
    versions: Versions,
    /// Whether that is what is served.
    accepted: bool,
    /// The newest that was verified; older than what was looked at last where that was refused.
    file: Option<Arc<VerifiedFile>>,
    looked_at: Instant,
}

impl Default for VerifiedFiles {
    fn default() -> Self {
        let flights = Flights::new(Patience::OF_A_FILE);
        Self { known: Mutex::default(), signers: Mutex::default(), flights }
    }
}

impl VerifiedFiles {
    /// The file, where it and its signature are published and verify. What does not verify leaves what was served
    /// before in its place, and where there is nothing before, it is an error.
    pub(crate) fn get(
        &self,
        folder: &PublicFolder,
        pool: &Pool<Database>,
        file: ListFile,
    ) -> Result<Option<Arc<VerifiedFile>>, NotServed> {
        self.get_as(Waits::Patiently, folder, pool, file)
    }

    /// The same for whoever may have another way where a slow disk takes long to give it.
    pub(crate) fn get_as(
        &self,
        waits: Waits,
        folder: &PublicFolder,
        pool: &Pool<Database>,
        file: ListFile,
    ) -> Result<Option<Arc<VerifiedFile>>, NotServed> {
        let content = stands(&folder.oppositions_path(&file.name()))?;
        let signature = stands(&folder.oppositions_path(&file.signature_name()))?;
        let (Some((content_version, content)), Some((signature_version, signature))) = (content, signature)
        else {
            self.known().remove(&file);
            return Ok(None);
        };
        let versions = (content_version, signature_version);
        if let Some(known) = self.looked_at(file, versions) {
            return served(known);
        }
        let look = || match self.looked_at(file, versions) {
            // Somebody has just done so.
            Some(known) => Ok(known),
            None => {
                let content = (content_version, content);
                self.look(pool, file, content, (signature_version, signature))
            }
        };
        served(self.flights.share_as(waits, &(file, versions), look)??)
    }

    /// What is served where these versions were looked at. What was refused is looked at again now and then: the signers
    /// may not have been known.
    fn looked_at(&self, file: ListFile, versions: Versions) -> Option<Served> {
        let all = self.known();
        let known = all.get(&file).filter(|known| known.versions == versions)?;
        (known.accepted || known.looked_at.elapsed() < LOOK_AGAIN).then(|| known.file.clone())
    }

    /// Reads and verifies; what is served from here on.
    fn look(
        &self,
        pool: &Pool<Database>,
        file: ListFile,
        (content_version, content): (Version, File),
        (signature_version, signature): (Version, File),
    ) -> Result<Served, NotServed> {
        let versions = (content_version, signature_version);
        let content = PublishedFile::read(content_version, content)?;
        let signature = PublishedFile::read(signature_version, signature)?;
        let verified = self.verified(pool, file, content, signature);
        let mut known = self.known();
        let before = known.get(&file).and_then(|known| known.file.clone());
        let (accepted, stands) = match verified {
            Some(verified) if before.as_ref().is_none_or(|before| before.sequence <= verified.sequence) => {
                (true, Some(Arc::new(verified)))
            }
            refused => {
                let why =
                    if refused.is_some() { "older than what was served" } else { "not the list signer's" };
                tracing::error!(file = file.name(), "oppositions/{} is {why}", file.name());
                (false, before)
            }
        };
        let now = Known { versions, accepted, file: stands.clone(), looked_at: Instant::now() };
        known.insert(file, now);
        Ok(stands)
    }

    fn verified(
        &self,
        pool: &Pool<Database>,
        file: ListFile,
        mut content: PublishedFile,
        mut signature: PublishedFile,
    ) -> Option<VerifiedFile> {
        let verifies =
            |signers: &ListVerifier| signers.verifies(&file.signed_name(), &content.body, &signature.body);
        let known = self.signers().clone();
        let recent = known.as_ref().is_some_and(|(loaded, _)| loaded.elapsed() < LOOK_AGAIN);
        let mut holds = known.is_some_and(|(_, signers)| verifies(&signers));
        if !holds && !recent {
            let loaded = Arc::new(pool.run(ListVerifier::load)?);
            *self.signers() = Some((Instant::now(), Arc::clone(&loaded)));
            holds = verifies(&loaded);
        }
        if !holds {
            return None;
        }
        let (sequence, next_update, list) = said(file, &content.body)?;
        content.next_update = next_update;
        signature.next_update = next_update;
        Some(VerifiedFile { content, signature, sequence, list })
    }

    fn known(&self) -> MutexGuard<'_, HashMap<ListFile, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn signers(&self) -> MutexGuard<'_, Option<(Instant, Arc<ListVerifier>)>> {
        self.signers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn served(file: Option<Arc<VerifiedFile>>) -> Result<Option<Arc<VerifiedFile>>, NotServed> {
    let refused = || NotServed::Refused("not a file that the list signer has signed".to_owned());
    file.map(Some).ok_or_else(refused)
}

/// The sequence a file goes up to, when its successor comes where it says so, and the list itself of `full.json`;
/// nothing where the content is not that of such a file.
fn said(file: ListFile, content: &[u8]) -> Option<(i64, Option<Timestamp>, Option<OppositionList>)> {
    match file {
        ListFile::Full(ListForm::Json) => {
            let list: OppositionList = serde_json::from_slice(content).ok()?;
            Some((list.sequence, Some(list.next_update), Some(list)))
        }
        ListFile::Page(number, ListForm::Json) => {
            let page: ChangesPage = serde_json::from_slice(content).ok()?;
            (page.page == number).then_some((page.sequence, None, None))
        }
        ListFile::Full(ListForm::Csv) | ListFile::Page(_, ListForm::Csv) => {
            let lines = std::str::from_utf8(content).ok()?.lines();
            let last = lines.skip(1).last().map_or("0", |line| line.split(';').next().unwrap_or_default());
            Some((last.parse().ok()?, None, None))
        }
        ListFile::Compact => {
            let list = CompactList::read(content).ok()?;
            let next_update = Timestamp::from_seconds(i64::try_from(list.next_update()).ok()?);
            Some((i64::try_from(list.sequence()).ok()?, Some(next_update), None))
        }
    }
}
