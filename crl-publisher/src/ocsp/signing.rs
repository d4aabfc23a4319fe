//! Answers that take the database or a signature.

use std::time::Duration;

use ca_core::serial::SerialNumber;
use diesel::result::Error as DieselError;
use store::{Act, Timestamp};

use super::Answer;
use super::answers::{Answers, Due};
use super::cache::{AnswerKey, Kept};
use super::delegate::{Delegate, Signed};
use super::draft::Known;
use super::request::{CertId, Question};
use super::response::OcspResponseStatus;
use crate::pool::Missed;
use crate::status::{self, Standing, Status, View};

/// How often an answer is made at most that a change of its certificates overtakes while it is being signed.
const ATTEMPTS: usize = 4;

/// How long whoever asks at the start waits for the log to be read for the first time.
const FIRST_LOOK: Duration = Duration::from_secs(2);

impl Answers {
    /// *Good* never leaves once the event that ended it was applied: what is known is compared again after the signer, who
    /// may have taken his time.
    pub(super) fn signed(&self, question: &Question, act: &Act) -> Result<Answer, OcspResponseStatus> {
        let later = OcspResponseStatus::TryLater;
        for _ in 0..ATTEMPTS {
            let view = self.statuses.view();
            let responder = self.responder_for(question, act)?;
            let delegates = responder.delegates(question).ok_or(OcspResponseStatus::Unauthorized)?;
            let issuer = &delegates[0].authority;
            let statuses = self.statuses_of(question, issuer, view.as_ref()).ok_or(later)?;
            let answer = match view {
                Some(view) => self.kept_or_signed(&view, delegates, question, &statuses, act.at),
                // A database that was restored may call good what a published CRL has as revoked: once all of them are read, it is known.
                None if self.statuses.waits_for_published() && statuses.contains(&Status::Good) => {
                    match self.statuses.come_within(FIRST_LOOK) {
                        true => continue,
                        false => return Err(later),
                    }
                }
                // Nobody follows the log: what was looked up is known as of this request, and nothing is kept.
                None => {
                    let known = Known { since: act.at, at: act.at };
                    let signed = self.signed_in_turn(delegates, question, &statuses, known, false);
                    signed.map(|(answer, _)| answer)
                }
            };
            if self.is_still_so(question, issuer, &statuses) {
                return answer.ok_or(later);
            }
            tracing::debug!(issuer, "a certificate of {issuer} changed while an answer about it was signed");
        }
        Err(later)
    }

    /// One signature for all who ask the same at the same time; where none is to be had, the one that was kept, for as long
    /// as it lasts.
    fn kept_or_signed(
        &self,
        view: &View,
        delegates: &[Delegate],
        question: &Question,
        statuses: &[Status],
        at: Timestamp,
    ) -> Option<Answer> {
        let known = Known { since: view.synchronised_at, at };
        let kept = |due| self.kept_answer(view, delegates, question, known, due).map(|kept| kept.answer);
        let sign = || {
            let can_wait = kept(Due::Sent).is_some();
            let (answer, kept) = self.signed_in_turn(delegates, question, statuses, known, can_wait)?;
            if let Some((key, kept)) = kept {
                self.cache.put(key, kept);
            }
            Some(answer)
        };
        let Some(key) = shared_key(&delegates[0], question, statuses) else { return sign() };
        // Whoever came too late for one flight may find what it brought.
        let answer = self.flights.share(&key, || kept(Due::Refused).or_else(sign));
        answer.ok().flatten().or_else(|| kept(Due::Sent))
    }

    /// Signed, unless the signer rests and whoever asks can do without.
    fn signed_in_turn(
        &self,
        delegates: &[Delegate],
        question: &Question,
        statuses: &[Status],
        known: Known,
        can_wait: bool,
    ) -> Option<(Answer, Option<(AnswerKey, Kept)>)> {
        let attempt = self.health.turn(&delegates[0].authority, known.at, can_wait)?;
        match self.sign(delegates, question, statuses, known) {
            Tried::Signed(answer, kept) => {
                attempt.signed();
                Some((answer, kept))
            }
            Tried::NotTheSigner => {
                attempt.says_nothing();
                None
            }
            Tried::Busy => {
                attempt.missed();
                None
            }
            Tried::Failed => None,
        }
    }

    /// Whether memory still says what was signed, or nothing. A serial number that was never issued stands in no memory.
    fn is_still_so(&self, question: &Question, issuer: &str, statuses: &[Status]) -> bool {
        let Some(view) = self.statuses.view() else { return true };
        question.certificates.iter().zip(statuses).all(|(cert_id, said)| {
            let now = cert_id.serial().and_then(|serial| view.image.get(issuer, &serial));
            now.is_none_or(|now| Standing::of(said) == Some(now))
        })
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
    fn sign(&self, delegates: &[Delegate], question: &Question, statuses: &[Status], known: Known) -> Tried {
        let signed = self.signers.run_or_say(|signer| {
            let mut failed = None;
            for delegate in delegates {
                match delegate.sign(&self.policy, question, statuses, known, signer) {
                    Ok(signed) => return Ok(Ok((delegate, signed))),
                    Err(trouble) => {
                        let authority = &delegate.authority;
                        tracing::error!(issuer = authority, error = %trouble, "no OCSP answer for {authority}");
                        let goes_on = trouble.is_of_this_key();
                        failed = Some(trouble);
                        if !goes_on {
                            break;
                        }
                    }
                }
            }
            match failed {
                Some(trouble) if trouble.is_of_the_signer() && !trouble.is_of_this_key() => Err(trouble),
                failed => Ok(Err(failed)),
            }
        });
        let (delegate, Signed { moments, signature }) = match signed {
            Ok(Ok(signed)) => signed,
            Ok(Err(trouble)) if trouble.as_ref().is_some_and(|trouble| !trouble.is_of_this_key()) => {
                return Tried::NotTheSigner;
            }
            Ok(Err(_)) | Err(Missed::Failed) => return Tried::Failed,
            Err(Missed::Busy) => return Tried::Busy,
        };
        let Ok(answer) = delegate.assemble(&self.policy, question, statuses, moments, &signature) else {
            return Tried::NotTheSigner;
        };
        let kept = shared_key(delegate, question, statuses).and_then(|(key, standing)| {
            Some((key, Kept::new(standing, moments.this_update, moments.produced_at, signature)?))
        });
        Tried::Signed(answer, kept)
    }
}

/// What asking a signer has come to.
enum Tried {
    /// The answer, with what may be kept of it.
    Signed(Answer, Option<(AnswerKey, Kept)>),
    /// Nothing was to be signed: the log was read too long ago, or something does not encode.
    NotTheSigner,
    /// Every signer is at work for somebody else, or stands in a call that does not come back.
    Busy,
    /// No signer, or no key, or the responder's certificate has ended.
    Failed,
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
