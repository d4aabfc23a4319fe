//! The published files, for a role that hands them to people beside the status role: the same bytes, and what must be
//! signed is verified in the same way.

use std::io;

use actix_web::web::Bytes;
use store::{Database, Timestamp};

use super::oppositions::VerifiedFiles;
use super::published::PublishedFiles;
use super::target::{Part, Target};
use crate::folder::PublicFolder;
use crate::pool::{Open, Pool};
use crate::publish::list_file::{ListFile, ListForm};

/// Files of the public folder, kept in memory between as the status role keeps them.
pub struct Downloads {
    folder: PublicFolder,
    databases: Pool<Database>,
    files: PublishedFiles,
    lists: VerifiedFiles,
}

/// One file as it stands.
#[derive(Clone, Debug)]
pub struct Download {
    /// The media type that the status role gives it.
    pub content_type: &'static str,
    /// What stands in it.
    pub body: Bytes,
}

/// What the published opposition list says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandingList {
    /// The sequence of the newest opposition on it.
    pub sequence: i64,
    /// Before when its successor comes.
    pub next_update: Timestamp,
}

impl Downloads {
    /// Opens nothing yet. A connection is asked only who signs lists and CRLs.
    pub fn new(folder: PublicFolder, open_database: Open<Database>) -> Self {
        Self {
            folder,
            databases: Pool::new(1, open_database),
            files: PublishedFiles::default(),
            lists: VerifiedFiles::default(),
        }
    }

    /// The file with this path below the status role's address, `ca/ACI-FO-PP.cer`; nothing where none is published
    /// there. Blocks.
    pub fn get(&self, path: &str) -> io::Result<Option<Download>> {
        match Target::of(&format!("/{path}")) {
            Target::Published(name) => {
                let file = self.files.get(&self.folder, &self.databases, &name).map_err(io::Error::other)?;
                Ok(file.map(|file| Download { content_type: name.content_type(), body: file.body.clone() }))
            }
            Target::OppositionFile(list, part) => {
                let file = self.lists.get(&self.folder, &self.databases, list).map_err(io::Error::other)?;
                Ok(file.map(|file| Download {
                    content_type: part.content_type(list),
                    body: match part {
                        Part::Content => file.content.body.clone(),
                        Part::Signature => file.signature.body.clone(),
                    },
                }))
            }
            Target::OppositionChanges(_) | Target::Policy | Target::Other => Ok(None),
        }
    }

    /// The opposition list that [`Self::get`] gives; nothing where none is published. Blocks.
    pub fn opposition_list(&self) -> io::Result<Option<StandingList>> {
        let full = ListFile::Full(ListForm::Json);
        let file = self.lists.get(&self.folder, &self.databases, full).map_err(io::Error::other)?;
        Ok(file.and_then(|file| {
            let list = file.list.as_ref()?;
            Some(StandingList { sequence: list.sequence, next_update: list.next_update })
        }))
    }
}
