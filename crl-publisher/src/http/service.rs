//! What the handlers share: the folder, the answers, the thread that follows the status log.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use ca_core::signer::process::SignerFigures;
use ca_core::signer::{Signer, VerifiedSigner};
use ca_core::signer_standing::SignerStanding;
use store::{Act, Actor, Database, RequestId, Timestamp};

use super::answers_by_minute::AnswersByMinute;
use super::background::Wake;
use super::documents::POLICY_PAGE;
use super::follower::Following;
use super::fresh_files::FileLooks;
use super::not_served::NotServed;
use super::oppositions::{OppositionService, StreamLimits};
use super::public_server::ConnectionLimits;
use super::published::PublishedFiles;
use super::published_crls::PublishedCrls;
use super::reply::Reply;
use super::target::PublishedName;
use crate::entity_tag::entity_tag;
use crate::faults;
use crate::folder::PublicFolder;
use crate::ocsp::ahead::SigningAhead;
use crate::ocsp::answers::{Answers, Unanswered};
use crate::ocsp::response::OcspResponseStatus;
use crate::ocsp::{Answer, AnswerKind};
use crate::policy::PublicationPolicy;
use crate::pool::{Open, Pool};
use crate::status::Statuses;

/// The clock of the outermost code: read once a request (invariant 5).
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Reads how a signer's process works.
pub type ReadSignerFigures = Arc<dyn Fn() -> Option<SignerFigures> + Send + Sync>;

/// What the status role is made of.
pub struct StatusSettings {
    /// What is published.
    pub folder: PublicFolder,
    /// For how long answers may be used and kept.
    pub policy: PublicationPolicy,
    /// How many octets of signed answers are kept at most.
    pub answer_cache_octets: usize,
    /// What is signed before anybody asks.
    pub ahead: SigningAhead,
    /// How many connections, and how many signers, at most.
    pub workers: usize,
    /// Opens a connection of the status role.
    pub open_database: Open<Database>,
    /// Makes a signer that holds the OCSP keys and no other.
    pub open_signer: Open<Box<dyn Signer>>,
    /// How the process works that holds these keys; nothing before it was needed.
    pub signer_figures: ReadSignerFigures,
    /// Where it stands what these keys have signed: nobody else on this node may follow it.
    pub answers_ledger: PathBuf,
    /// What time it is.
    pub clock: Clock,
    /// What streams of oppositions may cost.
    pub streams: StreamLimits,
    /// What connections may cost.
    pub connections: ConnectionLimits,
}

/// The status role's shared state. Cheap to clone: every server thread has the same one.
#[derive(Clone)]
pub struct StatusService {
    shared: Arc<Shared>,
}

pub(super) struct Shared {
    folder: PublicFolder,
    clock: Clock,
    signer_figures: ReadSignerFigures,
    answers_ledger: PathBuf,
    pub(super) answers: Answers,
    pub(super) ahead: SigningAhead,
    pub(super) files: PublishedFiles,
    pub(super) wake: Arc<Wake>,
    file_looks: FileLooks,
    oppositions: OppositionService,
    connections: ConnectionLimits,
    by_minute: Mutex<AnswersByMinute>,
}

/// What a status role has answered by OCSP since it started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswersGiven {
    /// When the status log was last read; none before the first time.
    pub log_read_at: Option<Timestamp>,
    /// Answers that memory gave, errors included.
    pub from_memory: u64,
    /// Answers for which the database was asked, or a signature made.
    pub by_signing: u64,
    /// The last whole minutes, an hour at most, oldest first: when each began, and how many answers it saw.
    pub by_minute: Vec<(Timestamp, u64)>,
    /// How the process works that signs them; none before the first signature.
    pub signer: Option<SignerStanding>,
}

impl StatusService {
    /// Opens nothing yet: a status role starts, and serves CRLs, without its database.
    pub fn new(settings: StatusSettings) -> Self {
        let databases = Pool::new(settings.workers, settings.open_database);
        let statuses = Statuses::beside(settings.folder.clone());
        let open_signer = settings.open_signer;
        let signers = Pool::new(settings.workers, Box::new(move || open_signer().map(VerifiedSigner::new)));
        Self {
            shared: Arc::new(Shared {
                folder: settings.folder,
                clock: settings.clock,
                signer_figures: settings.signer_figures,
                answers_ledger: settings.answers_ledger,
                answers: Answers::new(
                    settings.policy,
                    settings.answer_cache_octets,
                    statuses,
                    databases,
                    signers,
                ),
                ahead: settings.ahead,
                files: PublishedFiles::default(),
                wake: Arc::default(),
                file_looks: FileLooks::default(),
                oppositions: OppositionService::new(settings.streams),
                connections: settings.connections,
                by_minute: Mutex::default(),
            }),
        }
    }

    /// Starts the thread that keeps the statuses of all certificates in memory and in step with the status log, and the
    /// one that signs ahead, until what this gives is dropped. Without it, every answer is looked up and signed anew.
    pub fn follow(&self) -> io::Result<Following> {
        self.shared.answers.statuses.are_followed();
        Following::start(Arc::clone(&self.shared))
    }

    /// One look at the status log, here and now.
    #[cfg(test)]
    pub(super) fn look(&self) {
        super::follower::Follower::default().look(&self.shared);
    }

    /// What all clones share.
    #[cfg(test)]
    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Has the status log read now, and not when its turn comes; whether every answer given from here on knows
    /// its event `sequence`, or does within `at_most`. A hint: nothing is lost without it.
    pub fn has_applied(&self, sequence: i64, at_most: Duration) -> bool {
        let statuses = &self.shared.answers.statuses;
        let look = statuses.next_look();
        self.shared.wake.now();
        statuses.wait_for(look, sequence, at_most)
    }

    /// What was answered by OCSP since the start.
    pub fn answers_given(&self) -> AnswersGiven {
        self.shared.count_answers();
        let given = &self.answers().given;
        let by_minute = self.shared.by_minute.lock().unwrap_or_else(PoisonError::into_inner);
        AnswersGiven {
            log_read_at: self.answers().statuses.view().map(|view| view.synchronised_at),
            from_memory: given.from_memory.load(Ordering::Relaxed),
            by_signing: given.by_signing.load(Ordering::Relaxed),
            by_minute: by_minute.whole().collect(),
            signer: self.signer(self.now()),
        }
    }

    /// How the process works that signs OCSP answers; none before the first.
    pub(super) fn signer(&self, at: Timestamp) -> Option<SignerStanding> {
        (self.shared.signer_figures)().map(|figures| SignerStanding::of(&figures, at))
    }

    pub(super) fn answers_ledger(&self) -> &Path {
        &self.shared.answers_ledger
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.shared.clock)()
    }

    pub(crate) fn folder(&self) -> &PublicFolder {
        &self.shared.folder
    }

    pub(crate) fn policy(&self) -> &PublicationPolicy {
        &self.shared.answers.policy
    }

    pub(crate) fn answers(&self) -> &Answers {
        &self.shared.answers
    }

    pub(crate) fn databases(&self) -> &Pool<Database> {
        &self.shared.answers.databases
    }

    pub(super) fn connection_limits(&self) -> ConnectionLimits {
        self.shared.connections
    }

    pub(super) fn file_looks(&self) -> &FileLooks {
        &self.shared.file_looks
    }

    /// The CRLs that are served, and what stands in their place and is not.
    pub(super) fn crls(&self) -> &PublishedCrls {
        self.shared.files.crls()
    }

    pub(super) fn oppositions(&self) -> &OppositionService {
        &self.shared.oppositions
    }

    /// The page behind the addresses of the certificate policies.
    pub(crate) fn policy_page(&self) -> Reply {
        Reply::cached(
            "text/html; charset=utf-8",
            Bytes::from_static(POLICY_PAGE.as_bytes()),
            entity_tag(POLICY_PAGE.as_bytes()),
            Timestamp::from_seconds(0),
            self.policy().file_max_age,
            None,
        )
    }

    /// The answer to an OCSP request, where memory has it. Waits for nothing.
    pub(crate) fn ocsp_at_once(&self, request: &[u8], at: Timestamp) -> Result<Answer, Unanswered> {
        self.shared.answers.at_once(request, at)
    }

    /// The answer to what memory alone could not answer. Blocks.
    pub(crate) fn ocsp(&self, unanswered: &Unanswered, at: Timestamp) -> Answer {
        let act = Act { at, actor: Actor::Job("ocsp"), request: RequestId(String::new()) };
        let answer = self.shared.answers.by_signing(unanswered, &act);
        // The signer may have taken his time, and a kept answer have ended meanwhile.
        match answer.kind {
            AnswerKind::Signed { next_update, .. } if next_update <= self.now() => {
                Answer::error(OcspResponseStatus::TryLater)
            }
            _ => answer,
        }
    }

    /// By GET, as RFC 9919 §6 has it: kept for a moment by caches, unless bound to a nonce. Good and revoked may have
    /// one thisUpdate, which has no fraction of a second, and a clock may have gone back between them: a date
    /// alone never makes a *good* last longer.
    pub(crate) fn ocsp_get_reply(&self, answer: Answer) -> Reply {
        match answer.kind {
            AnswerKind::Signed { this_update, next_update, nonce: false } => Reply::cached_by_etag(
                OCSP_RESPONSE,
                answer.etag.unwrap_or_else(|| entity_tag(&answer.der).into()),
                answer.der,
                this_update,
                self.policy().ocsp_max_age,
                next_update,
            ),
            _ => self.ocsp_post_reply(answer),
        }
    }

    /// By POST, which caches on the way do not keep: how long whoever asked may, by the same words (RFC 9919 §6 has none of the words that
    /// forbid it in what is signed). What is bound to a nonce is nobody else's, and old at once.
    pub(crate) fn ocsp_post_reply(&self, answer: Answer) -> Reply {
        match answer.kind {
            AnswerKind::Signed { next_update, nonce: false, .. } => {
                Reply::lasting(OCSP_RESPONSE, answer.der, self.policy().ocsp_max_age, next_update)
            }
            AnswerKind::Signed { .. } => Reply::bound(OCSP_RESPONSE, answer.der),
            AnswerKind::Error(_) => ocsp_error(answer),
        }
    }

    /// A published file. Blocks.
    pub(crate) fn published(&self, name: &PublishedName) -> Reply {
        match self.shared.files.get(self.folder(), self.databases(), name) {
            Ok(Some(file)) => Reply::cached(
                name.content_type(),
                file.body.clone(),
                file.etag.clone(),
                file.modified,
                name.max_age(self.policy()),
                file.next_update,
            ),
            Ok(None) => Reply::not_found(),
            Err(error) => not_served(&error, &format!("{name:?}")),
        }
    }
}

/// The type of an OCSP response (RFC 6960 appendix A.2).
const OCSP_RESPONSE: &str = "application/ocsp-response";

/// Errors, which no cache keeps. The HTTP status is 200 whenever the body is an OCSP response (RFC 6960 appendix A.2).
pub(crate) fn ocsp_error(answer: Answer) -> Reply {
    Reply::uncached(StatusCode::OK, OCSP_RESPONSE, answer.der)
}

/// Where a file is not served: whoever asks is told whether it is worth his while to wait, and the log what is the matter.
pub(super) fn not_served(why: &NotServed, path: &str) -> Reply {
    let says = match why {
        NotServed::StillRead => {
            tracing::warn!("{path} is not served yet: {why}");
            "the file is being read, and many wait for it already; try again in a moment"
        }
        NotServed::Lost | NotServed::Disk(_) => {
            tracing::error!("{path} cannot be read: {why}");
            "the file could not be read; try again in a moment"
        }
        NotServed::Refused(_) => {
            tracing::error!("{path} is not to be served: {why}");
            "what stands there is not what should; the right one is put there in a moment"
        }
    };
    Reply::problem(StatusCode::SERVICE_UNAVAILABLE, faults::STATUS_UNAVAILABLE, says)
}

pub(super) fn unavailable() -> Reply {
    Reply::problem(StatusCode::SERVICE_UNAVAILABLE, faults::STATUS_UNAVAILABLE, "try again in a moment")
}

impl Shared {
    pub(super) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Notes how many answers there are, so that each minute has its own; asked several times a second.
    pub(super) fn count_answers(&self) {
        let mut by_minute = self.by_minute.lock().unwrap_or_else(PoisonError::into_inner);
        by_minute.count(self.now(), self.answers.given.total());
    }
}
