//! Brings back into the folder what the store has and the folder no longer has.

use ca_core::authority::{self, Authority};
use store::{Code, Database, Fault, fault};
use thiserror::Error;

use super::files::{FULL_LIST, Says};
use super::mirror::Mirror;
use super::store::ObjectStoreError;
use crate::crl::published::{head_of, published_head};
use crate::crl::{CrlKind, Scope};
use crate::folder::{FolderError, PublicFolder};
use crate::publish::list_file::{ListFile, ListForm, SIGNATURE};
use crate::publish::list_verifier::ListVerifier;

/// Why nothing more was brought back.
#[derive(Debug, Error)]
pub enum TakeBackError {
    /// The store.
    #[error(transparent)]
    Store(#[from] ObjectStoreError),
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database, which says whose signatures count.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for TakeBackError {
    fn code(&self) -> Code {
        match self {
            Self::Store(error) => error.code(),
            Self::Folder(error) => error.code(),
            Self::Database(_) => fault::DATABASE,
        }
    }
}

impl Mirror {
    /// Puts into the folder each CRL, and the opposition list, that stands in the store with more progress than in the folder:
    /// database and folder came out of a backup together, and the store alone knows what was public. To be called before
    /// anything is published: what comes next is compared with what was brought back as with any published file, so that no
    /// revocation and no card is lost and no sequence is given twice. Only what the authority or the list signer has signed is
    /// taken. The names of what was; what stands there as it should costs a question each.
    pub fn take_back(&self, db: &mut Database, folder: &PublicFolder) -> Result<Vec<String>, TakeBackError> {
        let mut taken = Vec::new();
        if self.take_back_list(db, folder)? {
            taken.push(FULL_LIST.to_owned());
        }
        for authority in authority::readable(db)?.authorities {
            for scope in Scope::of(db, &authority)? {
                for &kind in CrlKind::of(authority.kind) {
                    taken.extend(self.take_back_crl(folder, &authority, &scope, kind)?);
                }
            }
        }
        Ok(taken)
    }

    fn take_back_crl(
        &self,
        folder: &PublicFolder,
        authority: &Authority,
        scope: &Scope,
        kind: CrlKind,
    ) -> Result<Option<String>, TakeBackError> {
        let name = format!("crl/{}", kind.file_name(&authority.short_name, scope.shard()));
        let Some(octets) =
            self.further(&name, published_head(folder, authority, scope, kind)?.map(|head| head.number))?
        else {
            return Ok(None);
        };
        let Some(theirs) = head_of(&octets, authority, scope, kind) else {
            tracing::error!(object = name, "{name} in the object store is not the CRL of its authority");
            return Ok(None);
        };
        let turn = folder.turn()?;
        let ours = published_head(folder, authority, scope, kind)?;
        if ours.is_some_and(|ours| ours.number >= theirs.number) {
            return Ok(None);
        }
        turn.replace(&folder.root().join(&name), &octets)?;
        Ok(Some(name))
    }

    /// `full.json`: the other files are made anew from it, as the next list is.
    fn take_back_list(&self, db: &mut Database, folder: &PublicFolder) -> Result<bool, TakeBackError> {
        let (full, verifier) = (ListFile::Full(ListForm::Json), ListVerifier::load(db)?);
        let ours = || -> Result<Option<u64>, FolderError> {
            Ok(verifier.read(folder, full)?.and_then(|octets| Says::of(FULL_LIST, &octets).progress))
        };
        let Some(octets) = self.further(FULL_LIST, ours()?)? else { return Ok(false) };
        let beside = format!("{FULL_LIST}{SIGNATURE}");
        let Some(signature) = self.store().get(&beside)? else { return Ok(false) };
        if !verifier.verifies(&full.signed_name(), &octets, &signature) {
            tracing::error!(object = FULL_LIST, "{FULL_LIST} in the object store is not the list signer's");
            return Ok(false);
        }
        let turn = folder.turn()?;
        if Says::of(FULL_LIST, &octets).progress <= ours()? {
            return Ok(false);
        }
        turn.replace(&folder.root().join(beside), &signature)?;
        turn.replace(&folder.root().join(FULL_LIST), &octets)?;
        Ok(true)
    }

    /// What stands in the store, where it says more of itself than `ours`.
    fn further(&self, name: &str, ours: Option<u64>) -> Result<Option<Vec<u8>>, ObjectStoreError> {
        let theirs = self.store().standing(name)?.and_then(|standing| standing.progress);
        if theirs.is_some_and(|theirs| ours.is_none_or(|ours| theirs > ours)) {
            return self.store().get(name);
        }
        Ok(None)
    }
}
