//! Every answer: from memory where it can be, signed where it must be.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use ca_core::serial::SerialNumber;
use ca_core::signer::VerifiedSigner;
use diesel::result::QueryResult;
use store::{Act, Database, Timestamp};

use super::ahead::AheadCounts;
use super::answer::Answer;
use super::cache::{AnswerCache, AnswerKey};
use super::delegate::Delegate;
use super::draft::{Known, Moments};
use super::ready::{Ready, ReadyAnswers};
use super::request::Question;
use super::responder::{Responder, ResponderError};
use super::response::OcspResponseStatus;
use super::signing_health::SigningHealth;
use crate::entity_tag::entity_tag;
use crate::flights::{Flights, Patience};
use crate::policy::PublicationPolicy;
use crate::pool::Pool;
use crate::status::{Standing, Statuses, Step, View};

/// How long a loaded responder is used: a renewed responder certificate takes effect within this time, a revoked
/// one as soon as the status log says so.
const RESPONDER_REFRESH: Duration = Duration::from_secs(30);

/// How long ago the responders may have been loaded for an issuer that is not among them to be none of ours: a
/// responder that has just been certified is not kept waiting, and nobody has them loaded more often than this.
const DOUBT: Duration = Duration::from_millis(50);

/// Of the octets for answers, one in so many is for whole ones.
const SHARE_OF_READY: usize = 8;

/// All that answering takes.
pub(crate) struct Answers {
    pub(crate) databases: Pool<Database>,
    pub(crate) signers: Pool<VerifiedSigner>,
    pub(crate) statuses: Statuses,
    pub(super) cache: AnswerCache,
    pub(crate) health: SigningHealth,
    ready: ReadyAnswers,
    pub(crate) policy: PublicationPolicy,
    pub(crate) given: Given,
    pub(crate) ahead: AheadCounts,
    responder: RwLock<Option<(Timestamp, Arc<Responder>)>>,
    pub(super) flights: Flights<(AnswerKey, Standing), Option<Answer>>,
    doubts: Flights<(), Option<Arc<Responder>>>,
}

/// How many answers were given since the start, errors included.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// From memory, at once.
    pub(crate) from_memory: AtomicU64,
    /// With the database, or a signature, or both.
    pub(crate) by_signing: AtomicU64,
}

impl Given {
    /// How many, however they came about.
    pub(crate) fn total(&self) -> u64 {
        self.from_memory.load(Ordering::Relaxed) + self.by_signing.load(Ordering::Relaxed)
    }
}

/// An answer around a signature that was kept, and what it rests on.
pub(super) struct KeptAnswer {
    pub(super) answer: Answer,
    /// Whether it may be kept whole: the newest responder of the authority signed it, and it is not due.
    may_be_ready: bool,
    serial: SerialNumber,
    standing: Standing,
    moments: Moments,
}

/// What becomes of a kept answer that is due: one that a newer one could follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// A newer one is signed.
    Refused,
    /// It goes out until its end, since nobody signs a newer one.
    Sent,
}

/// A question that memory alone cannot answer.
#[derive(Debug)]
pub(crate) struct Unanswered(Question);

impl Answers {
    pub(crate) fn new(
        policy: PublicationPolicy,
        cache_octets: usize,
        statuses: Statuses,
        databases: Pool<Database>,
        signers: Pool<VerifiedSigner>,
    ) -> Self {
        Self {
            databases,
            signers,
            statuses,
            cache: AnswerCache::new(cache_octets - cache_octets / SHARE_OF_READY),
            ready: ReadyAnswers::new(cache_octets / SHARE_OF_READY),
            health: SigningHealth::default(),
            policy,
            given: Given::default(),
            ahead: AheadCounts::default(),
            responder: RwLock::default(),
            flights: Flights::new(Patience::OF_A_SIGNATURE),
            doubts: Flights::new(Patience::OF_A_SIGNATURE),
        }
    }

    /// The answer, where it takes neither the database nor a signature. Waits for nothing.
    pub(crate) fn at_once(&self, request: &[u8], at: Timestamp) -> Result<Answer, Unanswered> {
        let answer = self.remembered(request, at)?;
        self.given.from_memory.fetch_add(1, Ordering::Relaxed);
        Ok(answer)
    }

    fn remembered(&self, request: &[u8], at: Timestamp) -> Result<Answer, Unanswered> {
        let standing = self.statuses.view().zip(self.known_responder());
        if let Some((view, (_, responder))) = &standing {
            let known = Known { since: view.synchronised_at, at };
            if let Some(answer) = self.ready.get(request, view, responder, known, &self.policy) {
                return Ok(answer);
            }
        }
        let question = match Question::read(request) {
            Ok(question) => question,
            Err(malformed) => {
                tracing::debug!(%malformed, "OCSP request refused");
                return Ok(Answer::error(OcspResponseStatus::MalformedRequest));
            }
        };
        let Some((view, (loaded, responder))) = standing else { return Err(Unanswered(question)) };
        let Some(delegates) = responder.delegates(&question) else {
            let doubted = !is_within(DOUBT, loaded, at);
            return if doubted { Err(Unanswered(question)) } else { Ok(unauthorized()) };
        };
        let known = Known { since: view.synchronised_at, at };
        let kept = |due| self.kept_answer(&view, delegates, &question, known, due);
        let rests = || self.health.rests(&delegates[0].authority, at);
        let Some(kept) = kept(Due::Refused).or_else(|| kept(Due::Sent).filter(|_| rests())) else {
            return Err(Unanswered(question));
        };
        Ok(self.made_ready(request, kept, &delegates[0], &responder))
    }

    /// Keeps a whole answer for who asks the same in the same octets, if the newest responder signed it.
    fn made_ready(
        &self,
        request: &[u8],
        kept: KeptAnswer,
        newest: &Delegate,
        responder: &Arc<Responder>,
    ) -> Answer {
        let KeptAnswer { mut answer, may_be_ready, serial, standing, moments } = kept;
        if may_be_ready {
            answer.etag = Some(entity_tag(&answer.der).into());
            let (authority, responder) = (newest.authority.as_str().into(), Arc::downgrade(responder));
            let ready = Ready { answer: answer.clone(), responder, authority, serial, standing, moments };
            self.ready.put(request, ready);
        }
        answer
    }

    /// The answer to what memory alone could not answer. Blocks: looks up what memory does not know, and signs.
    pub(crate) fn by_signing(&self, Unanswered(question): &Unanswered, act: &Act) -> Answer {
        self.given.by_signing.fetch_add(1, Ordering::Relaxed);
        self.signed(question, act).unwrap_or_else(Answer::error)
    }

    /// What is kept of answers: signatures, and octets at most, those of whole answers among them.
    pub(crate) fn kept(&self) -> (usize, usize) {
        let (signatures, octets) = self.cache.size();
        (signatures, octets + self.ready.size().1)
    }

    /// How many whole answers are kept.
    #[cfg(test)]
    pub(super) fn whole(&self) -> usize {
        self.ready.size().0
    }

    /// Brings memory into step with the status log, and renews the responder when it is due or concerned. `db`
    /// is the follower's own connection, `at` was read before the call.
    pub(crate) fn synchronise(&self, db: &mut Database, act: &Act) -> QueryResult<Step> {
        let step = self.statuses.synchronise(db, act.at)?;
        let known = self.known_responder();
        let is_fresh = match known.as_ref().map(|(_, known)| known.without(&step.changed)) {
            // Whatever the database says next, what was revoked signs no more; and it is asked at each look.
            Some(Some(rest)) => {
                self.put_responder(Timestamp::from_seconds(0), Arc::new(rest));
                false
            }
            _ => known.is_some_and(|(loaded, _)| is_within(RESPONDER_REFRESH, loaded, act.at)),
        };
        if (step.loaded || !is_fresh)
            && let Err(error) = self.load_responder(db, act)
        {
            tracing::error!(%error, "the OCSP responders cannot be loaded; those that are known go on");
        }
        Ok(step)
    }

    /// The responder: the follower's, or loaded again here where nothing follows and it is older than half a
    /// minute.
    pub(crate) fn responder(&self, db: &mut Database, act: &Act) -> Result<Arc<Responder>, ResponderError> {
        let following = self.statuses.view().is_some();
        match self.known_responder() {
            Some((loaded, responder)) if following || is_within(RESPONDER_REFRESH, loaded, act.at) => {
                Ok(responder)
            }
            _ => self.load_responder(db, act),
        }
    }

    fn load_responder(&self, db: &mut Database, act: &Act) -> Result<Arc<Responder>, ResponderError> {
        let responder = Arc::new(Responder::load(db, act)?);
        self.put_responder(act.at, Arc::clone(&responder));
        Ok(responder)
    }

    fn put_responder(&self, loaded: Timestamp, responder: Arc<Responder>) {
        // Where nobody is left to sign, no signer can be put right.
        self.health.keep_only(|authority| responder.newest(authority).is_some());
        *self.responder.write().unwrap_or_else(PoisonError::into_inner) = Some((loaded, responder));
    }

    /// With the moment at which it was loaded.
    pub(super) fn known_responder(&self) -> Option<(Timestamp, Arc<Responder>)> {
        self.responder.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// One that answers for the issuer that is meant, if there is one: what is not known yet may be new. Anybody
    /// can ask about any issuer: all who do at the same time have it looked for once.
    pub(super) fn responder_for(
        &self,
        question: &Question,
        act: &Act,
    ) -> Result<Arc<Responder>, OcspResponseStatus> {
        let known = || self.known_responder().filter(|_| self.statuses.view().is_some());
        let Some((_, responder)) = known() else {
            return self.databases.run(|db| self.responder(db, act)).ok_or(OcspResponseStatus::TryLater);
        };
        if responder.delegates(question).is_some() {
            return Ok(responder);
        }
        let looked_for = self.doubts.share(&(), || match known() {
            // Loaded while this request was on its way, or a moment before.
            Some((loaded, known)) if act.at < loaded.plus(DOUBT) => Some(known),
            _ => self.databases.run(|db| self.load_responder(db, act)),
        });
        Ok(looked_for.ok().flatten().unwrap_or(responder))
    }

    /// From the cache: one certificate, no nonce, a status that memory knows, and the same that was signed.
    pub(super) fn kept_answer(
        &self,
        view: &View,
        delegates: &[Delegate],
        question: &Question,
        known: Known,
        due: Due,
    ) -> Option<KeptAnswer> {
        let (cert_id, serial) = question.single()?;
        let standing = view.image.get(&delegates[0].authority, &serial)?;
        delegates.iter().enumerate().find_map(|(place, delegate)| {
            let key = AnswerKey::of(delegate, cert_id, &serial)?;
            let kept = self.cache.get(&key, standing)?;
            // What an older responder signed is sent for a moment only: then the newest is tried again.
            let is_recent = place == 0 || is_within(RESPONDER_REFRESH, kept.produced_at(), known.at);
            let moments = Moments::again(delegate, &self.policy, kept.this_update(), kept.produced_at());
            let serves = match due {
                Due::Refused => is_recent && moments.serve(standing, known, self.policy.ocsp_reuse()),
                Due::Sent => moments.stand(standing, known),
            };
            if !serves {
                return None;
            }
            let statuses = [standing.status()];
            let answer =
                delegate.assemble(&self.policy, question, &statuses, moments, &kept.signature).ok()?;
            let may_be_ready = place == 0 && due == Due::Refused;
            Some(KeptAnswer { answer, may_be_ready, serial: serial.clone(), standing, moments })
        })
    }
}

fn is_within(time: Duration, since: Timestamp, at: Timestamp) -> bool {
    (since..since.plus(time)).contains(&at)
}

fn unauthorized() -> Answer {
    Answer::error(OcspResponseStatus::Unauthorized)
}
