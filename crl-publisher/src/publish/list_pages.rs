//! The changes as signed files, a thousand sequences a page: what may be kept and passed on, and needs no database.

use super::list_content::{ChangesPage, OppositionEntry, OppositionList, csv, page_of};
use super::list_file::{ListFile, ListForm};
use super::list_verifier::ListVerifier;
use super::opposition_list::OppositionListError;
use crate::folder::{FolderError, PublicFolder};

/// The pages whose published files do not say what the list says, with what they should say.
pub(super) fn to_be_written(
    folder: &PublicFolder,
    verifier: &ListVerifier,
    list: &OppositionList,
) -> Result<Vec<(ListFile, Vec<u8>)>, OppositionListError> {
    let written = |(file, oppositions): (ListFile, &[OppositionEntry])| {
        let octets = match file {
            ListFile::Page(page, ListForm::Json) => serde_json::to_vec(&ChangesPage {
                issued_at: list.issued_at,
                page,
                sequence: list.sequence,
                oppositions: oppositions.to_vec(),
            })?,
            _ => csv(oppositions).into_bytes(),
        };
        Ok((file, octets))
    };
    differing(folder, verifier, list)?.into_iter().map(written).collect()
}

/// The pages whose published files do not say what the list says, and what they should say.
pub(crate) fn differing<'l>(
    folder: &PublicFolder,
    verifier: &ListVerifier,
    list: &'l OppositionList,
) -> Result<Vec<(ListFile, &'l [OppositionEntry])>, FolderError> {
    let mut files = Vec::new();
    for oppositions in list.oppositions.chunk_by(|one, next| page_of(one.sequence) == page_of(next.sequence))
    {
        let Some(first) = oppositions.first() else { continue };
        let number = page_of(first.sequence);
        let as_csv = ListFile::Page(number, ListForm::Csv);
        if verifier.read(folder, as_csv)?.is_none_or(|stands| stands != csv(oppositions).as_bytes()) {
            files.push((as_csv, oppositions));
        }
        let as_json = ListFile::Page(number, ListForm::Json);
        if standing(folder, verifier, as_json)?.is_none_or(|standing| standing != oppositions) {
            files.push((as_json, oppositions));
        }
    }
    Ok(files)
}

fn standing(
    folder: &PublicFolder,
    verifier: &ListVerifier,
    file: ListFile,
) -> Result<Option<Vec<OppositionEntry>>, FolderError> {
    let page: Option<ChangesPage> =
        verifier.read(folder, file)?.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    Ok(page.map(|page| page.oppositions))
}
