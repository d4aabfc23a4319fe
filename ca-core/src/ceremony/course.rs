//! Holding a ceremony, step by step; taking it up again where a crash left it.
//!
//! A step that begins and a step that is done are lines of the transcript. What is done is never done
//! again; what only began is looked for first, in the token and in the database, so that no second key and
//! no second good certificate is made.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use store::audit::{Event, record};
use store::{Act, CryptoRng, Database, Timestamp, crash_point};

use super::custodians::{CustodianSet, Share};
use super::making::Bench;
use super::outcome::{CeremonyOutcome, TakenUp};
use super::transcript::{Entry, EntryEvent, Transcript};
use super::verify::sha256;
use super::{Ceremony, CeremonyError, Step, check, custodian_file, held_identity, standing, taking_up, work};
use crate::authority;
use crate::epoch::Epoch;
use crate::issuance::{Evidence, EvidenceKind, IssuanceContext};
use crate::signer::{LedgeredSigner, Pkcs11Module, Pkcs11Token};

/// Of one certificate: no epoch is open while a ceremony waits for people, or for a key that an HSM makes for
/// minutes. A worker that starts meanwhile leads as ever.
const LEASE: Duration = Duration::from_secs(5 * 60);

/// Who is there.
#[derive(Clone, Debug, Default)]
pub struct Attendance {
    /// Who types.
    pub operator: String,
    /// Who watches.
    pub witnesses: Vec<String>,
    /// Where the custodians' new shares go, in their order; none where no PIN is shared.
    pub share_files: Vec<PathBuf>,
}

/// The tokens, and where it stands what they have signed.
#[derive(Clone, Copy, Debug)]
pub struct CeremonyTokens<'a> {
    /// The library, in this process.
    pub module: &'a Pkcs11Module,
    /// The installation's ledger of issuing signatures.
    pub ledger: &'a Path,
}

/// A ceremony that is being held, by this process alone.
#[derive(Debug)]
pub struct Course<'a> {
    pub(super) module: &'a Pkcs11Module,
    ledger: &'a Path,
    pub(super) context: IssuanceContext<'a>,
    pub(super) ceremony: &'a Ceremony,
    pub(super) attendance: Attendance,
    pub(super) folder: PathBuf,
    /// While a certificate is made.
    epoch: Option<Epoch>,
    pub(super) evidence: Evidence,
    pub(super) transcript: Transcript,
    steps: Vec<Step>,
    /// Who is there now must be said with the next step: another process has begun this ceremony.
    taken_up: bool,
    /// SHA-256 of the identity, where it is another than the one that it was opened with: to be said there too.
    other_identity: Option<String>,
    held_before: bool,
    /// A session with each token that was used, so that this process logs in once: some tokens write their
    /// own state at each login, and a crash in that instant is theirs to survive.
    sessions: BTreeMap<String, Pkcs11Token>,
    /// Who brought shares for a token, in this process.
    opened_by: BTreeMap<String, Vec<String>>,
}

impl<'a> Course<'a> {
    /// Opens a ceremony, or takes it up again. `folder` holds the ceremonies of the installation, each in
    /// a folder of its name, and must exist.
    ///
    /// Refused before anything is touched: a file that breaks a rule, a database or tokens that do not
    /// allow it, PIN files that are not as the file says, another file or identity than it was begun with.
    #[expect(clippy::too_many_arguments, reason = "the house's parameter order")]
    pub fn open(
        db: &mut Database,
        tokens: CeremonyTokens<'a>,
        context: IssuanceContext<'a>,
        ceremony: &'a Ceremony,
        folder: &Path,
        attendance: Attendance,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<Self, CeremonyError> {
        let CeremonyTokens { module, ledger } = tokens;
        check(ceremony, context.identity)?;
        let transcript =
            Transcript::open(&folder.join(ceremony.name()).join("transcript.jsonl"), &ceremony.sha256())?;
        let told = taking_up::lines_told(db, ceremony, &transcript)?;
        let other_identity = held_identity::settle(ceremony, transcript.entries(), context.identity)?;
        if transcript.entries().is_empty() {
            standing::check(db, module, ceremony, act.at)?;
        } else {
            taking_up::tell_the_rest(db, ceremony, &transcript, told, rng, act)?;
            taking_up::bury(db, &transcript, rng, act)?;
        }
        #[expect(clippy::disallowed_methods, reason = "the checked ceremony file is the evidence")]
        let evidence = Evidence::verified(EvidenceKind::Ceremony, ceremony.text().as_bytes());
        let mut course = Self {
            module,
            ledger,
            context,
            ceremony,
            attendance,
            folder: folder.to_owned(),
            epoch: None,
            evidence,
            taken_up: !transcript.entries().is_empty(),
            other_identity,
            held_before: false,
            transcript,
            steps: ceremony.steps(),
            sessions: BTreeMap::new(),
            opened_by: BTreeMap::new(),
        };
        course.held_before = course.next().is_none();
        Ok(course)
    }

    /// What this ceremony signs with at the time of `act`.
    pub fn signer(&self, rng: &mut dyn CryptoRng, act: &Act) -> LedgeredSigner {
        LedgeredSigner::new(self.module.clone(), self.ledger, rng, act.at)
    }

    pub(super) fn bench(&self) -> Bench<'_> {
        let epoch = self.epoch.as_ref().expect("the step of a certificate opens an epoch when it begins");
        Bench { context: self.context, evidence: &self.evidence, epoch }
    }

    /// The first step that is not done; none at the end.
    pub fn next(&self) -> Option<Step> {
        self.steps.iter().find(|step| self.transcript.outcome_of(step).is_none()).cloned()
    }

    /// The place of a step, from 1, and how many there are.
    pub fn place(&self, step: &Step) -> (usize, usize) {
        let name = step.to_string();
        let place = self.steps.iter().position(|other| other.to_string() == name).unwrap_or_default();
        (place + 1, self.steps.len())
    }

    /// The custodians whose shares must be brought before this step: they hold the PINs of a token it
    /// uses, and none of them has been here.
    pub fn wants_shares(
        &self,
        db: &mut Database,
        step: &Step,
    ) -> Result<Option<CustodianSet>, CeremonyError> {
        let Some(token) = self.token_of(db, step)? else { return Ok(None) };
        if self.module.has_brought_pins(&token) {
            return Ok(None);
        }
        custodian_file::read(&self.folder, &token)
    }

    /// Opens a token with the shares of its custodians.
    pub fn bring_shares(&mut self, set: &CustodianSet, shares: &[Share]) -> Result<(), CeremonyError> {
        let pins = set.open(shares)?;
        let names: Result<Vec<String>, _> =
            shares.iter().map(|share| set.holder(share).map(|custodian| custodian.name.clone())).collect();
        self.opened_by.insert(set.token.clone(), names?);
        self.module.bring_pins(&set.token, pins);
        Ok(())
    }

    /// Says that `step` begins. Says so again where a crash came between.
    pub fn begin(
        &mut self,
        db: &mut Database,
        step: &Step,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<(), CeremonyError> {
        let mut detail = json!({});
        if std::mem::take(&mut self.taken_up) {
            let Attendance { operator, witnesses, .. } = self.attendance.clone();
            let identity_sha256 = self.other_identity.take();
            detail["taken_up_by"] = json!(TakenUp { operator, witnesses, identity_sha256 });
        }
        if let Some(token) = self.token_of(db, step)? {
            detail["token"] = json!(token);
            if let Some(names) = self.opened_by.get(&token) {
                detail["opened_by"] = json!(names);
            }
            // A token that does not answer stops the ceremony before anything is recorded.
            if !matches!(step, Step::Token(_)) && !self.sessions.contains_key(&token) {
                self.sessions.insert(token.clone(), self.module.token(&token)?);
            }
        }
        if matches!(step, Step::Open) {
            detail["after_epoch"] = json!(Epoch::newest(db)?);
        }
        if matches!(step, Step::Certificate(_)) {
            let epoch = Epoch::open(db, LEASE, act)?;
            detail["epoch"] = json!(epoch.number());
            self.epoch = Some(epoch);
        }
        self.append(db, step, EntryEvent::Begun, detail, rng, act)
    }

    /// Does one step of this crate: all but [`Step::Crl`] and [`Step::Publish`], which the program has done by
    /// the publisher between [`Self::begin`] and [`Self::finish`].
    pub fn perform(
        &mut self,
        db: &mut Database,
        step: &Step,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<(), CeremonyError> {
        self.begin(db, step, rng, act)?;
        let outcome = work::perform(self, db, step, rng, act)?;
        self.finish(db, step, &outcome, rng, act)
    }

    /// Says that `step` is done, and what it gave.
    pub fn finish(
        &mut self,
        db: &mut Database,
        step: &Step,
        outcome: &impl Serialize,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<(), CeremonyError> {
        let detail = serde_json::to_value(outcome).expect("an outcome is plain data");
        self.append(db, step, EntryEvent::Done, detail, rng, act)?;
        self.close_epoch(db, act)
    }

    /// What a step gave, once it is done.
    pub fn outcome_of(&self, step: &Step) -> Option<&Value> {
        self.transcript.outcome_of(step)
    }

    /// The text of the identity, to be kept beside the transcript: a report is asked for when the installation may have another. None where
    /// the transcript names another, since it has come to its end, or a program of before has opened it and named none.
    pub fn identity_to_keep(&self) -> Option<&str> {
        let text = self.context.identity.text();
        let held_with = held_identity::of(self.transcript.entries());
        let is_its_own = held_with == Some(sha256(text.as_bytes()))
            || self.other_identity.is_some()
            || self.outcome_of(&Step::Open).is_none();
        is_its_own.then_some(text)
    }

    /// SHA-256 of the transcript's last line.
    pub fn head(&self) -> &str {
        self.transcript.head()
    }

    /// When this step was first begun: what it made before a crash is not older.
    pub fn begun_at(&self, step: &Step) -> Option<Timestamp> {
        self.transcript.begun_at(step).map(Timestamp::whole_second)
    }

    /// The newest epoch when the ceremony was opened first: each certificate of a ceremony stands in an epoch of its own, so those of ceremonies
    /// before stand in this one at the latest. None where a program of before has opened it.
    pub(super) fn after_epoch(&self) -> Option<i64> {
        self.transcript.entries().first().and_then(|opening| opening.detail["after_epoch"].as_i64())
    }

    /// Whether nobody began this step before this process did.
    pub(super) fn is_first_attempt(&self, step: &Step) -> bool {
        let name = step.to_string();
        self.transcript.entries().iter().filter(|entry| entry.step == name).count() <= 1
    }

    /// What has been made so far.
    pub fn outcome(&self) -> CeremonyOutcome {
        CeremonyOutcome {
            name: self.ceremony.name().to_owned(),
            title: self.ceremony.title().to_owned(),
            kind: self.ceremony.kind(),
            file_sha256: self.ceremony.sha256(),
            held_before: self.held_before,
            transcript_head: self.transcript.head().to_owned(),
            tokens: self.made(|step| matches!(step, Step::Token(_))),
            keys: self.made(|step| matches!(step, Step::Key(_))),
            certificates: self.made(|step| matches!(step, Step::Certificate(_))),
            crls: self.made(|step| matches!(step, Step::Crl(_))),
            revoked: self.made(|step| matches!(step, Step::Revoke(_))),
            destroyed: self.made(|step| matches!(step, Step::Destroy(_))),
            administrators: self.made(|step| matches!(step, Step::Administrator(_))),
        }
    }

    /// Ends this process's part: nothing more is signed in its epoch.
    pub fn leave(mut self, db: &mut Database, act: &Act) -> Result<(), CeremonyError> {
        self.close_epoch(db, act)
    }

    fn close_epoch(&mut self, db: &mut Database, act: &Act) -> Result<(), CeremonyError> {
        Ok(self.epoch.take().map_or(Ok(()), |epoch| epoch.close(db, act))?)
    }

    fn made<T: serde::de::DeserializeOwned>(&self, of: impl Fn(&Step) -> bool) -> Vec<T> {
        let done =
            self.steps.iter().filter(|step| of(step)).filter_map(|step| self.transcript.outcome_of(step));
        done.filter_map(|detail| serde_json::from_value(detail.clone()).ok()).collect()
    }

    /// The token whose PIN a step needs.
    fn token_of(&self, db: &mut Database, step: &Step) -> Result<Option<String>, CeremonyError> {
        Ok(match step {
            Step::Token(name) => Some(name.clone()),
            Step::Key(key) => Some(key.token.clone()),
            Step::Certificate(certificate) => match work::key_of(self, &certificate.issuer) {
                Some(made) => Some(made.reference.token),
                None => Some(authority::load(db, &certificate.issuer)?.key.token),
            },
            Step::Crl(crl) => Some(authority::load(db, &crl.authority)?.key.token),
            Step::Destroy(authority) => Some(authority::load(db, authority)?.key.token),
            _ => None,
        })
    }

    /// The line first, durably, then the event with its head: a crash between leaves a line more than the
    /// audit trail knows of, never one less. It is told when the ceremony is taken up.
    fn append(
        &mut self,
        db: &mut Database,
        step: &Step,
        event: EntryEvent,
        detail: Value,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<(), CeremonyError> {
        self.transcript.append(step, event, detail, act.at)?;
        crash_point("ceremony.line-written");
        let (line, head) =
            (self.transcript.entries().last().expect("one was appended"), self.transcript.head());
        db.write(|db| record(db, event_of(self.ceremony, line, head), rng, act))?;
        crash_point("ceremony.line-recorded");
        Ok(())
    }
}

/// What the audit trail is told of a line whose SHA-256 is `head`.
pub(super) fn event_of(ceremony: &Ceremony, line: &Entry, head: &str) -> Event {
    let of_certificate = ceremony
        .steps()
        .iter()
        .any(|step| matches!(step, Step::Certificate(_)) && step.to_string() == line.step);
    let certificate_sha256 = line.detail["sha256"].as_str().filter(|_| of_certificate);
    Event {
        action: ACTION,
        subject: subject(ceremony),
        payload: json!({
            "step": line.step,
            "event": line.event,
            "line": line.number,
            "head": head,
            "certificate_sha256": certificate_sha256,
            "ceremony_sha256": ceremony.sha256(),
        }),
    }
}

/// The action of a step's event. The index `audit_events_of_ceremonies` (migration 0029) knows the same word.
pub(super) const ACTION: &str = "ceremony.step";

pub(super) fn subject(ceremony: &Ceremony) -> String {
    format!("ceremony {}", ceremony.name())
}
