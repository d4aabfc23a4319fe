//! Brings back into the folder what the store has and the folder no longer has.

use std::time::{Duration, Instant};

use diesel::QueryResult;
use store::{Code, Database, Timestamp};

use super::files::{FULL_LIST, Says};
use super::mirror::{Mirror, MirrorError, MirrorFailure, UNANSWERED};
use super::objects::{CrlObject, list_of, list_signature};
use super::store::ObjectStoreError;
use crate::crl::CrlKind;
use crate::crl::published::published_head;
use crate::faults;
use crate::folder::{FolderError, PublicFolder};
use crate::publish::list_content::csv;
use crate::publish::list_file::{ListFile, ListForm};
use crate::publish::list_pages;
use crate::publish::list_verifier::ListVerifier;
use crate::publish::opposition_list::OppositionList;

/// Whether something stands there is said at once, or not today.
const SAYS_SO: Duration = Duration::from_secs(10);

/// What is asked for, and how long it may take.
pub struct Errand<'a> {
    /// A CRL whose thisUpdate lies later was dated by a clock that was ahead, and is not brought back.
    pub latest: Timestamp,
    /// How long all of it may take; what was not asked by then is left to the next time.
    pub within: Duration,
    /// Whether it is to go on, asked before each object.
    pub goes_on: &'a dyn Fn() -> bool,
    /// The authority whose CRLs alone are asked for; where there is none those of all, and the opposition list.
    pub authority: Option<&'a str>,
}

/// What has come of it.
#[derive(Debug, Default)]
pub struct Brought {
    /// The names of what was brought back.
    pub taken: Vec<String>,
    /// What the store did not answer, or the folder did not take.
    pub failures: Vec<MirrorFailure>,
    /// How many objects have not been asked about, besides these.
    pub unasked: usize,
}

impl Brought {
    /// Whether each object was answered for, now or before.
    pub fn is_complete(&self) -> bool {
        self.failures.is_empty() && self.unasked == 0
    }
}

/// One that is asked about.
enum Wanted {
    Crl(Box<CrlObject>),
    List,
}

impl Wanted {
    fn name(&self) -> &str {
        match self {
            Self::Crl(crl) => &crl.name,
            Self::List => FULL_LIST,
        }
    }
}

impl Mirror {
    /// Puts into the folder each CRL, and the opposition list, that stands in the store with more progress than in the folder:
    /// database and folder came out of a backup together, and the store alone knows what was public. To be called before
    /// anything is published, and again until each object was answered for: what comes next is compared with what was brought back as
    /// with any published file, so that no revocation and no card is lost and no sequence is given twice. Only what the authority or
    /// the list signer has signed is taken. What ends certificates now comes first, and what one object fails at keeps no other
    /// back. An object that was answered for is not asked about again.
    pub fn take_back(
        &mut self,
        db: &mut Database,
        folder: &PublicFolder,
        errand: &Errand<'_>,
    ) -> QueryResult<Brought> {
        let (until, mut brought, mut unanswered) = (Instant::now() + errand.within, Brought::default(), 0);
        let verifier = ListVerifier::load(db)?;
        for wanted in wanted(db, errand.authority)? {
            if self.answered.contains(wanted.name()) {
                continue;
            }
            if unanswered >= UNANSWERED || Instant::now() >= until || !(errand.goes_on)() {
                brought.unasked += 1;
                continue;
            }
            let done = match &wanted {
                Wanted::Crl(crl) => self.take_back_crl(folder, crl, errand.latest, until).map(Vec::from_iter),
                Wanted::List => self.take_back_list(&verifier, folder, until),
            };
            let object = wanted.name().to_owned();
            match done {
                Ok(taken) => {
                    brought.taken.extend(taken);
                    self.answered.insert(object);
                }
                Err(error) => {
                    let store_is_away = matches!(error, MirrorError::Store(ObjectStoreError::Unreachable(_)));
                    unanswered += usize::from(store_is_away);
                    brought.failures.push(MirrorFailure { object, error });
                }
            }
        }
        Ok(brought)
    }

    fn take_back_crl(
        &self,
        folder: &PublicFolder,
        crl: &CrlObject,
        latest: Timestamp,
        until: Instant,
    ) -> Result<Option<String>, MirrorError> {
        let CrlObject { name, authority, scope, kind } = crl;
        let ours = || published_head(folder, authority, scope, *kind);
        let Some(octets) = self.further(name, ours()?.map(|head| head.number), until)? else {
            return Ok(None);
        };
        let Some(theirs) = crl.head_of(&octets) else {
            tracing::error!(object = name, "{name} in the object store is not the CRL of its authority");
            return Ok(None);
        };
        if theirs.this_update > latest {
            let (Code { name: code, help, .. }, dated) =
                (faults::OBJECT_STORE_DATED_AHEAD, theirs.this_update);
            tracing::error!(code, object = name, %dated, "{name} in the object store is dated {dated}: {help}");
            return Ok(None);
        }
        let turn = folder.turn()?;
        if ours()?.is_some_and(|ours| ours.number >= theirs.number) {
            return Ok(None);
        }
        turn.replace(&folder.root().join(name), &octets)?;
        Ok(Some(name.clone()))
    }

    /// `full.json` last, and before it each file of the list that says something else in the folder: it speaks for all of them, and
    /// the mirror would put the older ones over the newer. Those that the store has not, or that are not the list signer's, are made
    /// anew with the next list.
    fn take_back_list(
        &self,
        verifier: &ListVerifier,
        folder: &PublicFolder,
        until: Instant,
    ) -> Result<Vec<String>, MirrorError> {
        let full = ListFile::Full(ListForm::Json);
        let ours = || -> Result<Option<u64>, FolderError> {
            Ok(verifier.read(folder, full)?.and_then(|octets| Says::of(FULL_LIST, &octets).progress))
        };
        let Some(octets) = self.further(FULL_LIST, ours()?, until)? else { return Ok(Vec::new()) };
        let Some(signature) = self.store().get(&list_signature(), left(until))? else {
            return Ok(Vec::new());
        };
        let Some(list) = list_of(verifier, &octets, &signature) else {
            tracing::error!(object = FULL_LIST, "{FULL_LIST} in the object store is not the list signer's");
            return Ok(Vec::new());
        };
        let mut files = Vec::new();
        for file in differing(verifier, folder, &list)? {
            files.extend(self.list_file(verifier, file, until)?);
        }
        files.push((full, octets, signature));
        let turn = folder.turn()?;
        if Says::of(FULL_LIST, &files[files.len() - 1].1).progress <= ours()? {
            return Ok(Vec::new());
        }
        for (file, octets, signature) in &files {
            turn.replace(&folder.oppositions_path(&file.signature_name()), signature)?;
            turn.replace(&folder.oppositions_path(&file.name()), octets)?;
        }
        Ok(files.into_iter().map(|(file, ..)| file.signed_name()).collect())
    }

    /// A file of the list and its signature, as the list signer made them.
    fn list_file(
        &self,
        verifier: &ListVerifier,
        file: ListFile,
        until: Instant,
    ) -> Result<Option<SignedOctets>, ObjectStoreError> {
        let (name, beside) = (file.signed_name(), format!("oppositions/{}", file.signature_name()));
        let Some(octets) = self.store().get(&name, left(until))? else { return Ok(None) };
        let Some(signature) = self.store().get(&beside, left(until))? else { return Ok(None) };
        if verifier.verifies(&name, &octets, &signature) {
            return Ok(Some((file, octets, signature)));
        }
        tracing::error!(object = name, "{name} in the object store is not the list signer's");
        Ok(None)
    }

    /// What stands in the store, where it says more of itself than `ours`.
    fn further(
        &self,
        name: &str,
        ours: Option<u64>,
        until: Instant,
    ) -> Result<Option<Vec<u8>>, ObjectStoreError> {
        let standing = self.store().standing(name, left(until).min(SAYS_SO))?;
        let theirs = standing.and_then(|standing| standing.progress);
        if theirs.is_some_and(|theirs| ours.is_none_or(|ours| theirs > ours)) {
            return self.store().get(name, left(until));
        }
        Ok(None)
    }
}

/// A file of the list, its octets and its signature.
type SignedOctets = (ListFile, Vec<u8>, Vec<u8>);

/// Deltas, the list, the CRLs of roots, then complete ones, which may be large.
fn wanted(db: &mut Database, authority: Option<&str>) -> QueryResult<Vec<Wanted>> {
    let of_it = |crl: &CrlObject| authority.is_none_or(|authority| crl.authority.short_name == authority);
    let crls = CrlObject::all(db)?.into_iter().filter(of_it);
    let (deltas, complete): (Vec<_>, Vec<_>) = crls.partition(|crl| crl.kind == CrlKind::Delta);
    let list = authority.is_none().then_some(Wanted::List);
    let crl = |crl| Wanted::Crl(Box::new(crl));
    let deltas = deltas.into_iter().map(crl);
    Ok(deltas.chain(list).chain(complete.into_iter().map(crl)).collect())
}

/// The files of the list in the folder that do not say what `list` says; the compact one, which says it in its own way, always.
fn differing(
    verifier: &ListVerifier,
    folder: &PublicFolder,
    list: &OppositionList,
) -> Result<Vec<ListFile>, FolderError> {
    let as_csv = ListFile::Full(ListForm::Csv);
    let csv_stands = |octets: Vec<u8>| octets == csv(&list.oppositions).as_bytes();
    let mut files = Vec::new();
    if !verifier.read(folder, as_csv)?.is_some_and(csv_stands) {
        files.push(as_csv);
    }
    files.extend(list_pages::differing(folder, verifier, list)?.into_iter().map(|(file, _)| file));
    files.push(ListFile::Compact);
    Ok(files)
}

fn left(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now())
}

#[cfg(test)]
mod tests;
