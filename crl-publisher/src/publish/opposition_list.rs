//! The opposition list: every card that was opposed, for systems that read cards off line.
//!
//! It says the card's number, the date and the sequence, never the ground.

use std::collections::{HashMap, HashSet};

use ca_core::signer::Signer;
use serde_json::json;
use store::audit::{self, Event};
use store::{Act, Code, CryptoRng, Database, Fault, crash_point, fault};
use thiserror::Error;

use super::compact_list;
use super::detached_signature::ListSigner;
pub use super::detached_signature::SignatureError;
use super::list_content::csv;
pub(crate) use super::list_content::newest_entry;
pub use super::list_content::{ChangesPage, OppositionEntry, OppositionList, PAGE_SEQUENCES, newest, since};
use super::list_file::{ListFile, ListForm};
use super::list_pages;
use super::list_verifier::ListVerifier;
use crate::compact_list::CompactListError;
use crate::faults;
use crate::folder::{FolderError, PublicFolder, Turn};
use crate::policy::PublicationPolicy;

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OppositionListReport {
    /// False where the published list says the same and is recent enough, or already knows more.
    pub written: bool,
    /// The newest sequence on it. Where it is ahead of the database's, a backup was restored, and the next
    /// opposition must not take a number that was published for another card.
    pub sequence: i64,
    /// How many cards stand on it.
    pub entries: u64,
    /// Cards that are public as opposed and that the database does not know as such: a backup was restored. They
    /// stay on the list; they are to be opposed again.
    pub forgotten: Vec<String>,
    /// Cards that were opposed under a number that was published for another before, and that stand on the list
    /// under a new one from now on.
    pub overtaken: Vec<String>,
    /// Whether the compact list was written.
    pub compact_written: bool,
}

/// An opposition list that could not be published; what is published stays.
#[derive(Debug, Error)]
pub enum OppositionListError {
    /// It could not be signed.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The compact list does not hold together.
    #[error(transparent)]
    Compact(#[from] CompactListError),
    /// The list does not encode.
    #[error("the list does not encode: {0}")]
    Encoding(#[from] serde_json::Error),
    /// The public folder cannot be read or written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for OppositionListError {
    fn code(&self) -> Code {
        match self {
            Self::Signature(error) => signature_code(error),
            Self::Compact(_) => faults::LIST_COMPACT,
            Self::Encoding(_) => faults::FOLDER,
            Self::Folder(error) => error.code(),
            Self::Database(_) => fault::DATABASE,
        }
    }
}

/// The code of what the list signer did not sign.
pub(super) fn signature_code(error: &SignatureError) -> Code {
    match error {
        SignatureError::NoSigner | SignatureError::Key(_) | SignatureError::Der(_) => faults::LIST_SIGNER,
        SignatureError::Signer(error) => error.code(),
        SignatureError::Wrong(_) => faults::LIST_SIGNATURE,
        SignatureError::Authority(error) => error.code(),
        SignatureError::Database(_) => fault::DATABASE,
    }
}

/// Publishes `oppositions/full.csv`, `full.json` and the pages of the changes, each with its detached signature
/// beside it, where a card was opposed since, or the list is older than the policy says; then `full.bin`.
///
/// What was public stays public: the list that stands, where it is the list signer's, is the base of the next one.
/// After a restored backup the cards that the database has forgotten stay on it, and the sequence does not go back.
pub fn publish_opposition_list(
    db: &mut Database,
    signer: &mut dyn Signer,
    folder: &PublicFolder,
    policy: &PublicationPolicy,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<OppositionListReport, OppositionListError> {
    let verifier = ListVerifier::load(db)?;
    let standing = published(folder, &verifier)?;
    let mut report = OppositionListReport {
        written: false,
        sequence: 0,
        entries: 0,
        forgotten: Vec::new(),
        overtaken: Vec::new(),
        compact_written: false,
    };
    let list = next_list(db, policy, standing.as_ref(), &mut report, act)?;
    let stands = standing.is_some_and(|standing| {
        act.at < standing.issued_at.plus(policy.opposition_list.every)
            && standing.oppositions == list.oppositions
    });
    // A crash between the two, or `full.json` alone was brought back: the other files are made anew from it.
    let csv_stands = |octets: Vec<u8>| octets == csv(&list.oppositions).as_bytes();
    if !stands || !verifier.read(folder, ListFile::Full(ListForm::Csv))?.is_some_and(csv_stands) {
        let files = signed_files(db, signer, folder, &verifier, &list, act)?;
        db.write(|db| {
            let event = Event {
                action: "opposition-list.issued",
                subject: subject(&list),
                payload: json!({ "entries": report.entries, "files": files.len() }),
            };
            audit::record(db, event, rng, act)
        })?;
        crash_point("opposition-list.recorded");
        let turn = folder.turn()?;
        if published(folder, &verifier)?.is_some_and(|standing| standing.sequence > list.sequence) {
            return Ok(report); // another worker was quicker, and knows more
        }
        files.iter().try_for_each(|file| file.replace(folder, &turn))?;
        report.written = true;
    }
    report.compact_written = compact_list::publish(db, signer, folder, policy, &verifier, &list, rng, act)?;
    Ok(report)
}

/// The newest sequence that was published, by the list that stands; zero where none does.
pub fn published_sequence(db: &mut Database, folder: &PublicFolder) -> Result<i64, OppositionListError> {
    let verifier = ListVerifier::load(db)?;
    Ok(published(folder, &verifier)?.map_or(0, |standing| standing.sequence))
}

/// A file of the list and its signature, to be put before the world.
pub(super) struct SignedFile {
    file: ListFile,
    content: Vec<u8>,
    signature: Vec<u8>,
}

impl SignedFile {
    pub(super) fn sign(
        db: &mut Database,
        signer: &mut dyn Signer,
        list_signer: &ListSigner,
        subject: &str,
        (file, content): (ListFile, Vec<u8>),
        act: &Act,
    ) -> Result<Self, SignatureError> {
        let signature = list_signer.sign(db, signer, subject, (&file.signed_name(), &content), act)?;
        Ok(Self { file, content, signature })
    }

    /// The signature first: a reader who comes in between is served what he knew before.
    pub(super) fn replace(&self, folder: &PublicFolder, turn: &Turn<'_>) -> Result<(), FolderError> {
        turn.replace(&folder.oppositions_path(&self.file.signature_name()), &self.signature)?;
        turn.replace(&folder.oppositions_path(&self.file.name()), &self.content)
    }
}

/// full.json last: it is what the next run compares with, so that a crash before it is repaired.
fn signed_files(
    db: &mut Database,
    signer: &mut dyn Signer,
    folder: &PublicFolder,
    verifier: &ListVerifier,
    list: &OppositionList,
    act: &Act,
) -> Result<Vec<SignedFile>, OppositionListError> {
    let mut contents = vec![(ListFile::Full(ListForm::Csv), csv(&list.oppositions).into_bytes())];
    contents.extend(list_pages::to_be_written(folder, verifier, list)?);
    contents.push((ListFile::Full(ListForm::Json), serde_json::to_vec(list)?));
    let list_signer = ListSigner::load(db, act.at)?;
    let sign = |content| SignedFile::sign(db, signer, &list_signer, &subject(list), content, act);
    Ok(contents.into_iter().map(sign).collect::<Result<_, _>>()?)
}

fn subject(list: &OppositionList) -> String {
    format!("opposition-list {}", list.sequence)
}

/// What the database says, and what was public and the database has forgotten.
fn next_list(
    db: &mut Database,
    policy: &PublicationPolicy,
    standing: Option<&OppositionList>,
    report: &mut OppositionListReport,
    act: &Act,
) -> Result<OppositionList, OppositionListError> {
    let mut oppositions = since(db, 0, i64::MAX)?;
    if let Some(standing) = standing {
        let forgotten = forgotten(standing, &oppositions);
        report.overtaken = renumber(standing, &mut oppositions);
        report.forgotten = forgotten.iter().map(|entry| entry.card_number.clone()).collect();
        oppositions.extend(forgotten);
        oppositions.sort_by_key(|entry| entry.sequence);
    }
    let newest = oppositions.last().map_or(0, |entry| entry.sequence);
    report.sequence = newest.max(standing.map_or(0, |standing| standing.sequence));
    report.entries = oppositions.len() as u64;
    Ok(OppositionList {
        issued_at: act.at.whole_second(),
        next_update: act.at.plus(policy.opposition_list.valid).whole_second(),
        sequence: report.sequence,
        oppositions,
    })
}

/// What stands and the database does not know.
fn forgotten(standing: &OppositionList, known: &[OppositionEntry]) -> Vec<OppositionEntry> {
    let known: HashSet<&str> = known.iter().map(|entry| entry.card_number.as_str()).collect();
    let entries = standing.oppositions.iter();
    entries.filter(|entry| !known.contains(entry.card_number.as_str())).cloned().collect()
}

/// Who follows the changes has passed every number up to that of the list that stands, so a card that was opposed
/// under one of them since a backup was restored gets a new one, by which it is known from then on. Which cards. A page of
/// numbers stays empty before the first: who follows was told of oppositions before they stood on a list.
fn renumber(standing: &OppositionList, oppositions: &mut [OppositionEntry]) -> Vec<String> {
    let public: HashMap<&str, i64> =
        standing.oppositions.iter().map(|entry| (entry.card_number.as_str(), entry.sequence)).collect();
    let highest = oppositions.last().map_or(0, |entry| entry.sequence).max(standing.sequence);
    let mut last = highest.saturating_add(PAGE_SEQUENCES);
    let mut overtaken = Vec::new();
    for entry in oppositions {
        match public.get(entry.card_number.as_str()) {
            Some(published) => entry.sequence = entry.sequence.max(*published),
            None if entry.sequence > standing.sequence => {}
            None => {
                last += 1;
                entry.sequence = last;
                overtaken.push(entry.card_number.clone());
            }
        }
    }
    overtaken
}

/// The published list; nothing where there is none, or it is not the list signer's or does not read: it must be
/// replaced.
fn published(folder: &PublicFolder, verifier: &ListVerifier) -> Result<Option<OppositionList>, FolderError> {
    let bytes = verifier.read(folder, ListFile::Full(ListForm::Json))?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}
