//! What the status role answers of the opposition list.

use std::any::Any;
use std::sync::Arc;

use actix_web::dev::Extensions;
use actix_web::http::StatusCode;
use actix_web::rt::net::TcpStream;
use rustix::net::sockopt::set_tcp_user_timeout;
use store::Timestamp;

use super::super::not_served::NotServed;
use super::super::published::PublishedFile;
use super::super::reply::Reply;
use super::super::service::{StatusService, not_served};
use super::super::target::Part;
use super::changes::{Changes, ChangesRefused, Wanted};
use super::events::Newest;
use super::files::{VerifiedFile, VerifiedFiles};
use super::stream_slots::{StreamLimits, StreamSlots};
use crate::flights::Waits;
use crate::publish::list_file::{ListFile, ListForm};
use crate::publish::opposition_list;

/// What all threads of the process share of the list.
pub(in super::super) struct OppositionService {
    files: VerifiedFiles,
    pub(super) slots: StreamSlots,
    pub(super) newest: Newest,
}

impl OppositionService {
    pub(in super::super) fn new(limits: StreamLimits) -> Self {
        Self { files: VerifiedFiles::default(), slots: StreamSlots::new(limits), newest: Newest::default() }
    }
}

impl StatusService {
    pub(in super::super) fn opposition_file(&self, file: ListFile, part: Part) -> Reply {
        let (folder, databases) = (self.folder(), self.databases());
        let verified = match self.oppositions().files.get(folder, databases, file) {
            Ok(Some(verified)) => verified,
            Ok(None) => return Reply::not_found(),
            Err(error) => return not_served(&error, &format!("oppositions/{}", file.name())),
        };
        let (content_type, list) = (part.content_type(file), file);
        let file = match part {
            Part::Content => &verified.content,
            Part::Signature => &verified.signature,
        };
        Reply::cached(
            content_type,
            file.body.clone(),
            file.etag.clone(),
            file.modified,
            self.policy().file_max_age,
            self.end_of(list, file),
        )
    }

    /// When the successor of a file comes: `full.csv` does not say so itself, and ends with `full.json`, which is made with it.
    fn end_of(&self, list: ListFile, file: &PublishedFile) -> Option<Timestamp> {
        match list {
            ListFile::Full(ListForm::Csv) => self.published_list().and_then(|full| full.content.next_update),
            _ => file.next_update,
        }
    }

    /// `?since=N&limit=M`: the oppositions after sequence N, oldest first, at most M, and the sequence to ask from
    /// next.
    pub(in super::super) fn opposition_changes_reply(&self, query: &str, form: ListForm) -> Reply {
        match Wanted::parse(query) {
            Err((code, rule)) => Reply::problem(StatusCode::BAD_REQUEST, code, rule),
            Ok(wanted) => match self.opposition_changes(wanted) {
                Ok(changes) => changes.reply(wanted.since, form, self.now()),
                Err(refused) => refused.reply(wanted.since),
            },
        }
    }

    /// What came after a sequence. Blocks.
    pub(super) fn opposition_changes(&self, wanted: Wanted) -> Result<Changes, ChangesRefused> {
        Changes::read(self.published_list().as_ref(), self.databases(), wanted)
    }

    /// The sequence of the newest opposition; nothing while the database is away: the published list may be behind
    /// what was already told. Blocks.
    pub(super) fn newest_opposition(&self) -> Option<i64> {
        let newest = self.databases().run(opposition_list::newest)?;
        let published = self.published_list();
        let listed = published.and_then(|file| file.list.as_ref().map(|list| list.sequence));
        Some(listed.unwrap_or(0).max(newest))
    }

    /// `full.json`; nothing where none is published, or it is not to be served.
    fn published_list(&self) -> Option<Arc<VerifiedFile>> {
        self.opposition_list(ListFile::Full(ListForm::Json)).ok().flatten()
    }

    /// A file of the list as it is served, for who asks for something else; nothing where none is published. Blocks, and not for
    /// long where somebody else reads it.
    pub(in super::super) fn opposition_list(
        &self,
        file: ListFile,
    ) -> Result<Option<Arc<VerifiedFile>>, NotServed> {
        self.oppositions().files.get_as(Waits::Briefly, self.folder(), self.databases(), file)
    }

    /// For `HttpServer::on_connect`: cuts off whoever has not taken what was sent to him for as long as the limits
    /// of the streams say, so that he keeps no place. The system does it, also where nothing is left to be sent.
    pub fn on_connect(&self) -> impl Fn(&dyn Any, &mut Extensions) + Send + Sync + use<> {
        let patience =
            u32::try_from(self.oppositions().slots.limits.patience.as_millis()).unwrap_or(u32::MAX);
        move |connection, _| {
            let Some(connection) = connection.downcast_ref::<TcpStream>() else { return };
            if let Err(error) = set_tcp_user_timeout(connection, patience) {
                tracing::warn!(%error, "a connection has no time limit: {error}");
            }
        }
    }
}
