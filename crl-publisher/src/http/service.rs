//! What the handlers share: the folder, the workers, the responder.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use store::{Act, Actor, RequestId, Timestamp};

use super::documents::POLICY_PAGE;
use super::ocsp_get;
use super::oppositions::{OppositionService, StreamLimits};
use super::pool::{OpenWorker, Pool, StatusWorker};
use super::published::PublishedFiles;
use super::reply::{Reply, etag};
use super::target::{PublishedName, Target};
use crate::faults;
use crate::folder::PublicFolder;
use crate::ocsp::response::OcspResponseStatus;
use crate::ocsp::{Answer, AnswerKind, Responder, ResponderError, StatusView};
use crate::policy::PublicationPolicy;

/// How long a loaded responder is used: a renewed or revoked responder certificate takes effect
/// within this time.
const RESPONDER_REFRESH: Duration = Duration::from_secs(30);

/// The clock of the outermost code: read once a request (invariant 5).
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What the status role is made of.
pub struct StatusSettings {
    /// What is published.
    pub folder: PublicFolder,
    /// For how long answers may be used and kept.
    pub policy: PublicationPolicy,
    /// How many connections and signers at most.
    pub workers: usize,
    /// Opens one of them.
    pub open: OpenWorker,
    /// What time it is.
    pub clock: Clock,
    /// What streams of oppositions may cost.
    pub streams: StreamLimits,
}

/// The status role's shared state. Cheap to clone: every server thread has the same one.
#[derive(Clone)]
pub struct StatusService {
    shared: Arc<Shared>,
}

struct Shared {
    folder: PublicFolder,
    policy: PublicationPolicy,
    clock: Clock,
    pool: Pool,
    files: PublishedFiles,
    oppositions: OppositionService,
    responder: Mutex<Option<(Timestamp, Arc<Responder>)>>,
}

impl StatusService {
    /// Opens nothing yet: a status role starts, and serves CRLs, without its database.
    pub fn new(settings: StatusSettings) -> Self {
        Self {
            shared: Arc::new(Shared {
                folder: settings.folder,
                policy: settings.policy,
                clock: settings.clock,
                pool: Pool::new(settings.workers, settings.open),
                files: PublishedFiles::default(),
                oppositions: OppositionService::new(settings.streams),
                responder: Mutex::default(),
            }),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.shared.clock)()
    }

    pub(crate) fn folder(&self) -> &PublicFolder {
        &self.shared.folder
    }

    pub(crate) fn policy(&self) -> &PublicationPolicy {
        &self.shared.policy
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.shared.pool
    }

    pub(super) fn oppositions(&self) -> &OppositionService {
        &self.shared.oppositions
    }

    /// Answers a GET. Blocks.
    pub(crate) fn get(&self, path: &str, query: &str, at: Timestamp) -> Reply {
        match Target::of(path) {
            Target::Published(name) => self.published(&name),
            Target::OppositionFile(file, part) => self.opposition_file(file, part),
            Target::OppositionChanges(form) => self.opposition_changes_reply(query, form),
            Target::Policy => Reply::cached(
                "text/html; charset=utf-8",
                Bytes::from_static(POLICY_PAGE.as_bytes()),
                etag(POLICY_PAGE.as_bytes()),
                Timestamp::from_seconds(0),
                self.shared.policy.file_max_age,
                None,
            ),
            Target::Other => match ocsp_get::request_in(path) {
                Some(request) => self.ocsp_get(&request, at),
                None if path.starts_with("/ocsp/") => {
                    ocsp_reply(Answer::error(OcspResponseStatus::MalformedRequest))
                }
                None => Reply::not_found(),
            },
        }
    }

    /// Answers an OCSP request by POST, whatever the path. Blocks.
    pub(crate) fn ocsp_post(&self, request: &[u8], at: Timestamp) -> Reply {
        ocsp_reply(self.answer(request, at))
    }

    /// As RFC 9919 §6 has it: kept for a moment by caches, unless bound to a nonce.
    fn ocsp_get(&self, request: &[u8], at: Timestamp) -> Reply {
        let answer = self.answer(request, at);
        match answer.kind {
            AnswerKind::Signed { this_update, next_update, nonce: false } => {
                let etag = etag(&answer.der);
                let max_age = self.shared.policy.ocsp_max_age;
                let body = Bytes::from(answer.der);
                Reply::cached(
                    "application/ocsp-response",
                    body,
                    etag,
                    this_update,
                    max_age,
                    Some(next_update),
                )
            }
            _ => ocsp_reply(answer),
        }
    }

    fn answer(&self, request: &[u8], at: Timestamp) -> Answer {
        let act = Act { at, actor: Actor::Job("ocsp"), request: RequestId(String::new()) };
        let answer = self.shared.pool.run(|worker| {
            let responder = self.responder(worker, &act).map_err(|error| error.to_string())?;
            let StatusWorker { db, signer } = worker;
            let answer = responder.answer(&mut StatusView::over(db), signer.as_mut(), request, &act);
            match answer.kind {
                AnswerKind::Error(OcspResponseStatus::TryLater) => Err("no signed answer".to_owned()),
                _ => Ok(answer),
            }
        });
        answer.unwrap_or_else(|| Answer::error(OcspResponseStatus::TryLater))
    }

    /// The responder, loaded again when it is older than half a minute.
    pub(crate) fn responder(
        &self,
        worker: &mut StatusWorker,
        act: &Act,
    ) -> Result<Arc<Responder>, ResponderError> {
        let known = self.shared.responder.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((loaded_at, responder)) = known
            && (loaded_at..loaded_at.plus(RESPONDER_REFRESH)).contains(&act.at)
        {
            return Ok(responder);
        }
        let responder = Arc::new(Responder::load(&mut worker.db, &self.shared.policy, act)?);
        let mut known = self.shared.responder.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((act.at, Arc::clone(&responder)));
        Ok(responder)
    }

    fn published(&self, name: &PublishedName) -> Reply {
        match self.shared.files.get(&self.shared.folder, name) {
            Ok(Some(file)) => Reply::cached(
                name.content_type(),
                file.body.clone(),
                file.etag.clone(),
                file.modified,
                name.max_age(&self.shared.policy),
                file.next_update,
            ),
            Ok(None) => Reply::not_found(),
            Err(error) => {
                tracing::error!(%error, ?name, "a published file cannot be read");
                unavailable()
            }
        }
    }
}

/// Errors and answers to one request alone; POST is not cached at all. The HTTP status is 200
/// whenever the body is an OCSP response (RFC 6960 appendix A.2).
fn ocsp_reply(answer: Answer) -> Reply {
    Reply::uncached(StatusCode::OK, "application/ocsp-response", answer.der)
}

pub(super) fn unavailable() -> Reply {
    Reply::problem(StatusCode::SERVICE_UNAVAILABLE, faults::STATUS_UNAVAILABLE, "try again in a moment")
}
