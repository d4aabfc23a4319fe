//! Answers that are signed before anybody asks, so that the first who does waits for no signature.
//!
//! Round after round, every certificate that has not ended is looked at, authority by authority, in the order of serial
//! numbers. What is not kept, or was kept for half of the time that it may be sent again, is signed, a few at once and
//! so many a second ([`SigningAhead`]). What memory has no room for is left out, and counted. Decision 0053 says
//! why so.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ca_core::serial::SerialNumber;
use ca_core::signer::SignerError;
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912::{ID_SHA_1, ID_SHA_256};
use diesel::prelude::*;
use store::schema::certificates;
use store::{Act, Database, Timestamp};
use thiserror::Error;

use super::answers::Answers;
use super::cache::{AnswerKey, Kept};
use super::delegate::{Delegate, Draft, Trouble};
use super::draft::Known;
use super::request::Question;
use super::responder::Responder;
use crate::pool::Missed;
use crate::status::{Standing, View};

/// How many signatures are asked for at once: enough to keep a token's sessions busy, few enough that whoever asks for
/// one of his own meanwhile waits for a moment only.
const AT_ONCE: usize = 16;

/// Rows of one statement.
const PAGE: i64 = 256;

/// From one step to the next at least: a round in which nothing is due takes no processor for itself.
const PAUSE: Duration = Duration::from_millis(2);

/// From one round to the next at most: a certificate, an authority or a responder that is new waits no longer.
const BETWEEN_ROUNDS: Duration = Duration::from_secs(900);

/// How long a round that failed anywhere waits for the next one.
const AFTER_TROUBLE: Duration = Duration::from_secs(60);

/// What is signed ahead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SigningAhead {
    /// For which hashes in CertIDs; for none, nothing is.
    pub hashes: Vec<CertIdHash>,
    /// How many signatures a second at most; with 0 none.
    pub per_second: u32,
}

/// How a CertID names an issuer (RFC 6960 §4.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertIdHash {
    /// What nearly every client sends.
    Sha1,
    /// What RFC 9919 §3.1.1 asks clients for.
    Sha256,
}

impl CertIdHash {
    pub(super) fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sha1 => ID_SHA_1,
            Self::Sha256 => ID_SHA_256,
        }
    }
}

/// What signing ahead has come to.
#[derive(Debug, Default)]
pub(crate) struct AheadCounts {
    /// Signatures since the start.
    pub(crate) signed: AtomicU64,
    /// Answers that the last whole round had no room for.
    pub(crate) left_out: AtomicU64,
}

/// What a step has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// There is more to do, after so long.
    More(Duration),
    /// The round is over; the next begins after so long.
    Over(Duration),
}

/// Why a step did nothing.
#[derive(Debug, Error)]
pub(crate) enum Halt {
    /// The status log has not been read yet.
    #[error("the statuses of the certificates are not in memory yet")]
    NotYet,
    /// The database does not answer.
    #[error("the database does not answer")]
    NoDatabase,
}

/// The rounds of one process.
#[derive(Debug)]
pub(crate) struct Rounds {
    settings: SigningAhead,
    round: Round,
}

/// One look at every certificate.
#[derive(Debug, Default)]
struct Round {
    begun: bool,
    /// Authorities that are still to be looked at, the one that is being looked at first.
    authorities: VecDeque<String>,
    /// The last serial number that was read of it.
    after: String,
    /// Read and not looked at yet.
    page: VecDeque<SerialNumber>,
    failed: bool,
    left_out: u64,
}

/// A certificate of which an answer is to be signed.
struct Due<'r> {
    delegate: &'r Delegate,
    key: AnswerKey,
    standing: Standing,
    draft: Draft,
}

impl Rounds {
    pub(crate) fn new(settings: SigningAhead) -> Self {
        Self { settings, round: Round::default() }
    }

    /// Looks at the next certificates, and has what is due among them signed. Blocks.
    pub(crate) fn step(&mut self, answers: &Answers, act: &Act) -> Result<Step, Halt> {
        let view = answers.statuses.view().ok_or(Halt::NotYet)?;
        let responder = answers.databases.run(|db| answers.responder(db, act)).ok_or(Halt::NoDatabase)?;
        let round = &mut self.round;
        if !round.begun {
            let authorities = responder.authorities().map(str::to_owned).collect();
            *round = Round { begun: true, authorities, ..Round::default() };
            // None answers yet, as before the first responder of an installation is certified.
            round.failed = round.authorities.is_empty();
        }
        let Some(authority) = round.authorities.front().cloned() else {
            answers.ahead.left_out.store(round.left_out, Ordering::Relaxed);
            let rest = (answers.policy.ocsp_reuse() / 4).min(BETWEEN_ROUNDS);
            let rest = if round.failed { AFTER_TROUBLE } else { rest };
            self.round = Round::default();
            return Ok(Step::Over(rest));
        };
        if round.page.is_empty() && !round.read_page(answers, &authority, act.at)? {
            round.next_authority();
            return Ok(Step::More(PAUSE));
        }
        let known = Known { since: view.synchronised_at, at: act.at };
        let due = due(round, &self.settings, answers, &view, &responder, &authority, known);
        let signed = answers.sign_ahead(&authority, &due, act.at);
        if signed < due.len() {
            // Its key is away, the token, or every signer at work for somebody who waits: later again, all of them.
            tracing::warn!(issuer = authority, "OCSP answers of {authority} are not signed ahead for now");
            round.failed = true;
            round.next_authority();
        }
        let pace = Duration::from_secs(signed as u64) / self.settings.per_second.max(1);
        Ok(Step::More(pace.max(PAUSE)))
    }
}

impl Round {
    fn next_authority(&mut self) {
        self.authorities.pop_front();
        self.page.clear();
        self.after.clear();
    }

    /// Reads on; false where there is nothing more. What has ended is left to whoever asks.
    fn read_page(&mut self, answers: &Answers, authority: &str, at: Timestamp) -> Result<bool, Halt> {
        let read = |db: &mut Database| page(db, authority, &self.after);
        let rows = answers.databases.run(read).ok_or(Halt::NoDatabase)?;
        let Some((last, _)) = rows.last() else { return Ok(false) };
        self.after.clone_from(last);
        let living = rows.iter().filter(|(_, not_after)| *not_after > at);
        // One that does not read is logged where statuses are loaded, and nobody can ask for it.
        self.page = living.filter_map(|(serial, _)| serial.parse().ok()).collect();
        Ok(true)
    }
}

fn page(db: &mut Database, issuer: &str, after: &str) -> QueryResult<Vec<(String, Timestamp)>> {
    certificates::table
        .filter(certificates::issuer.eq(issuer))
        .filter(certificates::serial.gt(after))
        .order(certificates::serial)
        .limit(PAGE)
        .select((certificates::serial, certificates::not_after))
        .load(db)
}

/// Takes certificates off the page until so many of them are due as are signed at once.
fn due<'r>(
    round: &mut Round,
    settings: &SigningAhead,
    answers: &Answers,
    view: &View,
    responder: &'r Responder,
    authority: &str,
    known: Known,
) -> Vec<Due<'r>> {
    let mut due = Vec::new();
    while due.len() < AT_ONCE {
        let Some(serial) = round.page.pop_front() else { break };
        for hash in &settings.hashes {
            let Some((delegate, cert_id)) = responder.ask_newest(authority, *hash, &serial) else { continue };
            let question = Question { certificates: vec![cert_id], nonce: None };
            let status = answers.statuses_of(&question, authority, Some(view)).map(|statuses| statuses[0]);
            let Some((status, standing)) = status.and_then(|status| Some((status, Standing::of(&status)?)))
            else {
                continue;
            };
            let Some(key) = AnswerKey::of(delegate, &question.certificates[0], &serial) else { continue };
            match answers.cache.get(&key, standing) {
                Some(kept) if is_fresh(&kept, known, answers.policy.ocsp_reuse()) => continue,
                Some(_) => {}
                None if answers.cache.has_room_ahead(&key) => {}
                None => {
                    round.left_out += 1;
                    continue;
                }
            }
            match delegate.draft(&answers.policy, &question, &[status], known) {
                Ok(draft) => due.push(Due { delegate, key, standing, draft }),
                Err(error) => note(round, authority, &error),
            }
        }
    }
    due
}

/// Whether half of the time for which it is sent is still to come. One that a clock dated ahead is not sent at all.
fn is_fresh(kept: &Kept, known: Known, reuse: Duration) -> bool {
    (kept.this_update()..kept.this_update().plus(reuse / 2)).contains(&known.at)
}

fn note(round: &mut Round, authority: &str, error: &Trouble) {
    if !round.failed {
        tracing::warn!(issuer = authority, %error, "an OCSP answer of {authority} is not signed ahead: {error}");
    }
    round.failed = true;
}

impl Answers {
    /// Has these signed and keeps them; how many were.
    fn sign_ahead(&self, authority: &str, due: &[Due<'_>], at: Timestamp) -> usize {
        if due.is_empty() {
            return 0;
        }
        let attempt = self.health.turn(authority, at, false);
        let messages: Vec<_> = due.iter().map(|one| one.draft.message(one.delegate)).collect();
        let signatures = self.signers.run_or_say(|signer| {
            let signatures = signer.sign_all(&messages);
            let of_the_signer = |error: &&SignerError| !matches!(error, SignerError::NoSuchKey { .. });
            match signatures.iter().filter_map(|signature| signature.as_ref().err()).find(of_the_signer) {
                // Another session with the token may do better.
                Some(error) => Err(error.clone()),
                None => Ok(signatures),
            }
        });
        let any = signatures.iter().flatten().any(Result::is_ok);
        match (attempt, &signatures) {
            (Some(attempt), Ok(_)) if any => attempt.signed(),
            (Some(attempt), Err(Missed::Busy)) => attempt.missed(),
            // Without a key on any token it fails, too.
            _ => {}
        }
        let mut signed = 0;
        for (one, signature) in due.iter().zip(signatures.into_iter().flatten()) {
            let Ok(signature) = signature else { continue };
            let moments = one.draft.moments;
            if let Some(kept) = Kept::new(one.standing, moments.this_update, moments.produced_at, signature) {
                self.cache.put(one.key, kept);
            }
            signed += 1;
        }
        self.ahead.signed.fetch_add(signed as u64, Ordering::Relaxed);
        signed
    }
}
