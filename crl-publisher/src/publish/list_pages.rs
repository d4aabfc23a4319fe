//! The changes as signed files, a thousand sequences a page: what may be kept and passed on, and needs no database.

use super::list_content::{ChangesPage, OppositionEntry, OppositionList, csv, page_of};
use super::list_file::{ListFile, ListForm};
use super::list_verifier::ListVerifier;
use super::opposition_list::OppositionListError;
use crate::folder::PublicFolder;

/// The pages whose published files do not say what the list says, with what they should say.
pub(super) fn to_be_written(
    folder: &PublicFolder,
    verifier: &ListVerifier,
    list: &OppositionList,
) -> Result<Vec<(ListFile, Vec<u8>)>, OppositionListError> {
    let mut files = Vec::new();
    for oppositions in list.oppositions.chunk_by(|one, next| page_of(one.sequence) == page_of(next.sequence))
    {
        let Some(first) = oppositions.first() else { continue };
        let number = page_of(first.sequence);
        let as_csv = (ListFile::Page(number, ListForm::Csv), csv(oppositions).into_bytes());
        if verifier.read(folder, as_csv.0)?.as_ref() != Some(&as_csv.1) {
            files.push(as_csv);
        }
        let file = ListFile::Page(number, ListForm::Json);
        if standing(folder, verifier, file)?.is_none_or(|standing| standing != oppositions) {
            let page = ChangesPage {
                issued_at: list.issued_at,
                page: number,
                sequence: list.sequence,
                oppositions: oppositions.to_vec(),
            };
            files.push((file, serde_json::to_vec(&page)?));
        }
    }
    Ok(files)
}

fn standing(
    folder: &PublicFolder,
    verifier: &ListVerifier,
    file: ListFile,
) -> Result<Option<Vec<OppositionEntry>>, OppositionListError> {
    let page: Option<ChangesPage> =
        verifier.read(folder, file)?.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    Ok(page.map(|page| page.oppositions))
}
