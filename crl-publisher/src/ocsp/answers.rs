//! Every answer: from memory where it can be, signed where it must be.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use ca_core::serial::SerialNumber;
use ca_core::signer::VerifiedSigner;
use diesel::result::{Error as DieselError, QueryResult};
use store::{Act, Database, Timestamp};

use super::ahead::AheadCounts;
use super::answer::Answer;
use super::cache::{AnswerCache, AnswerKey, Kept};
use super::delegate::{Delegate, Signed};
use super::draft::{Known, Moments};
use super::flights::Flights;
use super::ready::{Ready, ReadyAnswers};
use super::request::{CertId, Question};
use super::responder::{Responder, ResponderError};
use super::response::OcspResponseStatus;
use crate::entity_tag::entity_tag;
use crate::policy::PublicationPolicy;
use crate::pool::Pool;
use crate::status::{self, Standing, Status, Statuses, Step, View};

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
    ready: ReadyAnswers,
    pub(crate) policy: PublicationPolicy,
    pub(crate) given: Given,
    pub(crate) ahead: AheadCounts,
    responder: RwLock<Option<(Timestamp, Arc<Responder>)>>,
    flights: Flights<(AnswerKey, Standing), Option<Answer>>,
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
struct KeptAnswer {
    answer: Answer,
    /// Whether the newest responder of the authority signed it.
    by_newest: bool,
    serial: SerialNumber,
    standing: Standing,
    moments: Moments,
}

/// A question that memory alone cannot answer.
#[derive(Debug)]
pub(crate) struct Unanswered(Question);

impl Answers {
    pub(crate) fn new(
        policy: PublicationPolicy,
        cache_octets: usize,
        databases: Pool<Database>,
        signers: Pool<VerifiedSigner>,
    ) -> Self {
        Self {
            databases,
            signers,
            statuses: Statuses::default(),
            cache: AnswerCache::new(cache_octets - cache_octets / SHARE_OF_READY),
            ready: ReadyAnswers::new(cache_octets / SHARE_OF_READY),
            policy,
            given: Given::default(),
            ahead: AheadCounts::default(),
            responder: RwLock::default(),
            flights: Flights::default(),
            doubts: Flights::default(),
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
        let Some(kept) = self.kept_answer(&view, delegates, &question, known) else {
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
        let KeptAnswer { mut answer, by_newest, serial, standing, moments } = kept;
        if by_newest {
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
        *self.responder.write().unwrap_or_else(PoisonError::into_inner) = Some((loaded, responder));
    }

    /// With the moment at which it was loaded.
    fn known_responder(&self) -> Option<(Timestamp, Arc<Responder>)> {
        self.responder.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// One that answers for the issuer that is meant, if there is one: what is not known yet may be new. Anybody
    /// can ask about any issuer: all who do at the same time have it looked for once.
    fn responder_for(&self, question: &Question, act: &Act) -> Result<Arc<Responder>, OcspResponseStatus> {
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
        Ok(looked_for.flatten().unwrap_or(responder))
    }

    /// From the cache: one certificate, no nonce, a status that memory knows, and the same that was signed.
    fn kept_answer(
        &self,
        view: &View,
        delegates: &[Delegate],
        question: &Question,
        known: Known,
    ) -> Option<KeptAnswer> {
        let (cert_id, serial) = question.single()?;
        let standing = view.image.get(&delegates[0].authority, &serial)?;
        delegates.iter().enumerate().find_map(|(place, delegate)| {
            let key = AnswerKey::of(delegate, cert_id, &serial)?;
            let kept = self.cache.get(&key, standing)?;
            // What an older responder signed is sent for a moment only: then the newest is tried again.
            if place > 0 && !is_within(RESPONDER_REFRESH, kept.produced_at(), known.at) {
                return None;
            }
            let moments = Moments::again(delegate, &self.policy, kept.this_update(), kept.produced_at());
            if !moments.serve(standing, known, self.policy.ocsp_reuse()) {
                return None;
            }
            let statuses = [standing.status()];
            let answer =
                delegate.assemble(&self.policy, question, &statuses, moments, &kept.signature).ok()?;
            Some(KeptAnswer { answer, by_newest: place == 0, serial: serial.clone(), standing, moments })
        })
    }

    fn signed(&self, question: &Question, act: &Act) -> Result<Answer, OcspResponseStatus> {
        let later = OcspResponseStatus::TryLater;
        let view = self.statuses.view();
        let responder = self.responder_for(question, act)?;
        let delegates = responder.delegates(question).ok_or(OcspResponseStatus::Unauthorized)?;
        let issuer = &delegates[0].authority;
        let statuses = self.statuses_of(question, issuer, view.as_ref()).ok_or(later)?;
        let Some(view) = view else {
            // Nobody follows the log: what was looked up is known as of this request, and nothing is kept.
            let known = Known { since: act.at, at: act.at };
            return self.sign(delegates, question, &statuses, known).map(|(answer, _)| answer).ok_or(later);
        };
        let known = Known { since: view.synchronised_at, at: act.at };
        let sign = || {
            let (answer, kept) = self.sign(delegates, question, &statuses, known)?;
            if let Some((key, kept)) = kept {
                self.cache.put(key, kept);
            }
            Some(answer)
        };
        let answer = match shared_key(&delegates[0], question, &statuses) {
            // Whoever came too late for one flight may find what it brought.
            Some(key) => {
                let kept_or_signed = || {
                    let kept = self.kept_answer(&view, delegates, question, known);
                    kept.map(|kept| kept.answer).or_else(sign)
                };
                self.flights.share(&key, kept_or_signed).flatten()
            }
            None => sign(),
        };
        answer.ok_or(later)
    }

    /// From memory, and the rest in one go from the database: what is good or revoked there is remembered.
    pub(super) fn statuses_of(
        &self,
        question: &Question,
        issuer: &str,
        view: Option<&View>,
    ) -> Option<Vec<Status>> {
        let serials: Vec<Option<SerialNumber>> = question.certificates.iter().map(CertId::serial).collect();
        let known = |serial: &Option<SerialNumber>| match serial {
            // No serial number that could have been given.
            None => Some(Status::Unknown),
            Some(serial) => Some(view?.image.get(issuer, serial)?.status()),
        };
        if let Some(statuses) = serials.iter().map(known).collect() {
            return Some(statuses);
        }
        self.databases.run(|db| {
            let look_up = |serial: &Option<SerialNumber>| match (known(serial), serial) {
                (Some(status), _) => Ok(status),
                (None, None) => Ok(Status::Unknown),
                (None, Some(serial)) => {
                    let status = status::lookup(db, issuer, serial)?;
                    Ok::<_, DieselError>(match (view, Standing::of(&status)) {
                        (Some(view), Some(standing)) => view.image.learn(issuer, serial, standing).status(),
                        _ => status,
                    })
                }
            };
            serials.iter().map(look_up).collect::<Result<_, _>>()
        })
    }

    /// Has it signed: by the newest responder key, and where the token does not have it yet by the one before.
    /// With what may be kept of it.
    fn sign(
        &self,
        delegates: &[Delegate],
        question: &Question,
        statuses: &[Status],
        known: Known,
    ) -> Option<(Answer, Option<(AnswerKey, Kept)>)> {
        let (delegate, signed) = self.signers.run(|signer| {
            let mut failed = None;
            for delegate in delegates {
                match delegate.sign(&self.policy, question, statuses, known, signer) {
                    Ok(signed) => return Ok(Some((delegate, signed))),
                    Err(trouble) => {
                        let authority = &delegate.authority;
                        tracing::error!(issuer = authority, error = %trouble, "no OCSP answer for {authority}");
                        if trouble.is_of_this_key() {
                            continue;
                        }
                        failed = trouble.is_of_the_signer().then_some(trouble);
                        break;
                    }
                }
            }
            failed.map_or(Ok(None), Err)
        })??;
        let Signed { moments, signature } = signed;
        let answer = delegate.assemble(&self.policy, question, statuses, moments, &signature).ok()?;
        let kept = shared_key(delegate, question, statuses).and_then(|(key, standing)| {
            Some((key, Kept::new(standing, moments.this_update, moments.produced_at, signature)?))
        });
        Some((answer, kept))
    }
}

fn is_within(time: Duration, since: Timestamp, at: Timestamp) -> bool {
    (since..since.plus(time)).contains(&at)
}

fn unauthorized() -> Answer {
    Answer::error(OcspResponseStatus::Unauthorized)
}

/// Under which key one signature serves all who ask: one certificate, no nonce, a status that memory holds.
fn shared_key(
    delegate: &Delegate,
    question: &Question,
    statuses: &[Status],
) -> Option<(AnswerKey, Standing)> {
    let (cert_id, serial) = question.single()?;
    Some((AnswerKey::of(delegate, cert_id, &serial)?, Standing::of(&statuses[0])?))
}
