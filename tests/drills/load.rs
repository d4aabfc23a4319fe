//! What goes on while things fail: officers who oppose cards, relying systems that ask for their status.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::sleep;
use std::time::Instant;

use acceptance::harness::run;
use card::CardNumber;
use openssl::ocsp::OcspCertStatus;
use openssl::x509::X509;
use serde_json::Value;
use store::Database;

use super::chance::Chance;
use crate::scenarios::invariants::of_card;
use crate::scenarios::status_service::{Question, StatusService};
use crate::scenarios::workshop::{REVOKER, Workshop};

/// A card, and what is asked of its certificates.
pub struct Subject {
    /// Which card.
    pub card: CardNumber,
    /// Its certificates that were recorded whole, each beside its issuer.
    pub certificates: Vec<(String, X509)>,
    /// One for each of them.
    pub questions: Vec<Question>,
}

impl Subject {
    /// The card and every certificate of it that was recorded whole.
    pub fn of(workshop: &Workshop, db: &mut Database, card: CardNumber) -> Arc<Self> {
        let mut whole = of_card(db, &card);
        whole.retain(|(_, one)| one.status.der().is_some());
        let questions = whole.iter().map(|(_, one)| Question::about(workshop, one)).collect();
        let certificates = whole
            .iter()
            .map(|(_, one)| (one.issuer.clone(), X509::from_der(one.status.der().unwrap()).unwrap()));
        Arc::new(Self { card, certificates: certificates.collect(), questions })
    }

    /// A card of which no certificate is asked.
    pub fn unasked(card: CardNumber) -> Arc<Self> {
        Arc::new(Self { card, certificates: vec![], questions: vec![] })
    }
}

impl Subject {
    /// Whether OCSP says of each of its certificates that it is revoked.
    pub fn is_revoked(&self, status: &StatusService) -> bool {
        self.questions.iter().all(|question| {
            let answered = status.answer(question).ok().and_then(Result::ok);
            answered.is_some_and(|one| question.verified_status_in(&one) == Ok(OcspCertStatus::REVOKED))
        })
    }
}

/// An opposition that was acknowledged.
pub struct Opposed {
    /// Of which card.
    pub subject: Arc<Subject>,
    /// When its receipt was there.
    pub at: Instant,
    /// Whether the receipt said that the responder of this node knows.
    pub published: bool,
}

/// What is shared by those who make the load.
pub struct Load<'w> {
    workshop: &'w Workshop,
    stock: Mutex<Vec<Arc<Subject>>>,
    opposed: Mutex<Vec<Opposed>>,
    refused: AtomicUsize,
    over: AtomicBool,
}

impl<'w> Load<'w> {
    /// None yet.
    pub fn on(workshop: &'w Workshop) -> Self {
        let (stock, opposed) = (Mutex::default(), Mutex::default());
        Self { workshop, stock, opposed, refused: AtomicUsize::new(0), over: AtomicBool::new(false) }
    }

    /// These may be opposed from now on.
    pub fn may_oppose(&self, subjects: impl IntoIterator<Item = Arc<Subject>>) {
        self.stock.lock().unwrap().extend(subjects);
    }

    /// One that may be opposed, for whoever opposes it otherwise than [`Load::oppose`].
    pub fn drawn(&self, chance: &mut Chance) -> Option<Arc<Subject>> {
        chance.draw(&mut self.stock.lock().unwrap())
    }

    /// What was acknowledged so far.
    pub fn opposed(&self) -> MutexGuard<'_, Vec<Opposed>> {
        self.opposed.lock().unwrap()
    }

    /// Remembers that an opposition was acknowledged now.
    pub fn acknowledged(&self, subject: Arc<Subject>, published: bool) {
        self.opposed().push(Opposed { subject, at: Instant::now(), published });
    }

    /// The cards whose opposition was acknowledged.
    pub fn opposed_cards(&self) -> Vec<CardNumber> {
        self.opposed().iter().map(|one| one.subject.card).collect()
    }

    /// How many times the program said no.
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Ends it when dropped: a drill that panics leaves no thread that goes on.
    pub fn until_dropped(&self) -> UntilDropped<'_> {
        UntilDropped(&self.over)
    }

    /// Opposes one card of the stock as the officer does; whether it was acknowledged. One that was refused stays in stock.
    pub fn oppose(&self, subject: Arc<Subject>) -> bool {
        let card = subject.card.to_string();
        let add = ["opposition", "add", &card, "--ground", "stolen", "--as", REVOKER];
        let ended = run(&mut self.workshop.command(&add));
        let receipt: Option<Value> = serde_json::from_str(&ended.stdout).ok();
        let acknowledged = receipt.filter(|receipt| receipt["receipt"].is_string());
        if let Some(receipt) = &acknowledged {
            self.acknowledged(subject, receipt["publication"] == "published");
        } else if !ended.stderr.contains("\"card-opposed\"") {
            self.refused.fetch_add(1, Ordering::Relaxed);
            self.may_oppose([subject]);
        }
        acknowledged.is_some()
    }

    /// Opposes one card after the other, with pauses of up to so many milliseconds.
    pub fn oppose_until_over(&self, mut chance: Chance, pause: usize) {
        while !self.is_over() {
            sleep(chance.up_to_millis(pause));
            if let Some(subject) = self.drawn(&mut chance) {
                self.oppose(subject);
            }
        }
    }

    /// Asks one question after the other, with pauses of up to so many milliseconds.
    pub fn ask_until_over(
        &self,
        status: &StatusService,
        about: &Known,
        mut chance: Chance,
        pause: usize,
        said: &Said,
    ) {
        while !self.is_over() {
            sleep(chance.up_to_millis(pause + 1));
            match chance.below(4) {
                0 => said.ask(
                    status,
                    chance.one_of(&about.never_issued),
                    "never issued",
                    &[OcspCertStatus::UNKNOWN],
                ),
                1 => {
                    let opposed = {
                        let all = self.opposed();
                        let at = all.len().checked_sub(1).map(|last| last - chance.below(all.len().min(8)));
                        at.map(|at| (all[at].subject.clone(), all[at].published))
                    };
                    let Some((subject, published)) =
                        opposed.filter(|(subject, _)| !subject.questions.is_empty())
                    else {
                        continue;
                    };
                    let may_say = [OcspCertStatus::REVOKED, OcspCertStatus::GOOD];
                    let may_say = if published { &may_say[..1] } else { &may_say[..] };
                    said.ask(status, chance.one_of(&subject.questions), "opposed", may_say);
                }
                _ => {
                    let subject = chance.one_of(&about.spared);
                    said.ask(status, chance.one_of(&subject.questions), "in use", &[OcspCertStatus::GOOD]);
                }
            }
        }
    }
}

/// Says that it is over.
pub struct UntilDropped<'l>(&'l AtomicBool);

impl Drop for UntilDropped<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What is asked about besides the cards that are opposed.
pub struct Known {
    /// Cards that nobody opposes.
    pub spared: Vec<Arc<Subject>>,
    /// Serial numbers that were never given.
    pub never_issued: Vec<Question>,
}

impl Known {
    /// These cards, and as many numbers that were never given.
    pub fn of(workshop: &Workshop, spared: Vec<Arc<Subject>>) -> Self {
        let never_issued = (0..8).map(|_| Question::never_issued(workshop, "ACI-FO-PP")).collect();
        Self { spared, never_issued }
    }
}

/// What was answered.
#[derive(Default)]
pub struct Said {
    answers: AtomicUsize,
    try_later: AtomicUsize,
    nothing: AtomicUsize,
    wrong: Mutex<Vec<String>>,
}

impl Said {
    fn ask(&self, status: &StatusService, question: &Question, what: &str, may_say: &[OcspCertStatus]) {
        let count = match status.answer(question) {
            Err(_) => &self.nothing,
            Ok(Err(_)) => &self.try_later,
            Ok(Ok(answered)) => {
                match question.verified_status_in(&answered) {
                    Ok(said) if may_say.contains(&said) => {}
                    Ok(said) => self.wrong.lock().unwrap().push(format!("{what}: status {}", said.as_raw())),
                    Err(how) => self.wrong.lock().unwrap().push(format!("{what}: {how}")),
                }
                &self.answers
            }
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// Answers that said a status, right or wrong.
    pub fn answers(&self) -> usize {
        self.answers.load(Ordering::Relaxed)
    }

    /// Answers that said *try later* or another error.
    pub fn try_later(&self) -> usize {
        self.try_later.load(Ordering::Relaxed)
    }

    /// Questions that were not answered.
    pub fn nothing(&self) -> usize {
        self.nothing.load(Ordering::Relaxed)
    }

    /// What was wrong.
    pub fn wrong(&self) -> Vec<String> {
        self.wrong.lock().unwrap().clone()
    }
}
