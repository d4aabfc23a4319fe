//! What is made in a workshop: orders, cards that wait to be certified, their certificates.

use std::fs;
use std::path::PathBuf;

use acceptance::harness::chance;
use card::personalisation::bureau::{BureauKey, personalise};
use card::personalisation::verify_return_file;
use card::{CardFilter, CardKind, CardNumber, CardStatus, KeyUsage};
use diesel::prelude::*;
use openssl::x509::X509;
use professional_registry::{Category, ImportedRegister, Profession, ProfessionalRecord, Registry};
use registration_authority::approval::{ApprovalVerifier, DemoApprover};
use registration_authority::eligibility::NotEligible;
use registration_authority::order::{self, CardOrder, NewCardOrder, SubmitError};
use registration_authority::personalisation;
use store::schema::professionals;
use store::{Database, DatabaseRole};

use super::{APPROVER, SECOND_APPROVER, SUBMITTER, Workshop, officer};

/// The bureau that the demonstration's configuration names.
const BUREAU: &str = "demo-bureau";

impl Workshop {
    /// What signs the decisions of this installation's officers.
    pub fn approver(&self) -> DemoApprover {
        DemoApprover::open(&self.dir.join("demo/approval.key")).unwrap()
    }

    /// Orders for `count` professionals who have neither card nor order yet.
    pub fn submit(&self, count: usize) -> Vec<CardOrder> {
        submit(&mut self.open(DatabaseRole::Owner), count)
    }

    /// The same, approved: what a batch waits for. Their numbers.
    pub fn approve(&self, count: usize) -> Vec<String> {
        let (orders, mut db) = (self.submit(count), self.open(DatabaseRole::Owner));
        let approver = self.approver();
        let verifier = approver.verifier();
        for order in &orders {
            let mut approve_as = |login| {
                let act = officer(&mut db, login);
                let proof = approver.approve(&order.decidable(), login, &mut chance(), act.at).unwrap();
                let (number, version, registry) = (&order.number, order.version, &mut ImportedRegister);
                db.write(|db| {
                    order::approve(db, registry, &verifier, number, version, &proof, &mut chance(), &act)
                })
                .unwrap()
            };
            // Two persons of the fictional register may look alike: then two officers must approve.
            if approve_as(APPROVER).is_undecided() {
                approve_as(SECOND_APPROVER);
            }
        }
        orders.into_iter().map(|order| order.number).collect()
    }

    /// Closes a batch of what was approved, and has a bureau make it: the return file.
    pub fn returned_batch(&self) -> Vec<u8> {
        self.returned_batch_of(&self.approver().verifier())
    }

    /// The same, of the orders whose approval holds for this verifier.
    pub fn returned_batch_of(&self, verifier: &ApprovalVerifier) -> Vec<u8> {
        let mut db = self.open(DatabaseRole::Owner);
        let act = officer(&mut db, APPROVER);
        let (prefix, name) = ("26".parse().unwrap(), BUREAU.parse().unwrap());
        let closed = db
            .write(|db| {
                personalisation::close_batch(
                    db,
                    &mut ImportedRegister,
                    verifier,
                    prefix,
                    &name,
                    &mut chance(),
                    &act,
                )
            })
            .unwrap();
        // The demonstration's bureau is gone with its key: another takes its place, and its pin.
        let home = tempfile::tempdir_in(self.folder.path()).unwrap();
        let key = BureauKey::create(&home.path().join("bureau"), name, &mut chance(), act.at).unwrap();
        fs::write(self.dir.join("bureau.pem"), key.certificate().to_pem().unwrap()).unwrap();
        fs::create_dir_all(self.chips()).unwrap();
        personalise(&closed.file.unwrap(), &key, Some(&self.chips()), &mut chance()).unwrap()
    }

    /// The private key in the chip of a card that was personalised here, PEM.
    pub fn chip_key(&self, card: CardNumber, usage: KeyUsage) -> PathBuf {
        self.chips().join(format!("{card}-{usage}.pem"))
    }

    fn chips(&self) -> PathBuf {
        self.folder.path().join("chips")
    }

    /// Makes `count` cards, up to the keys in their chips: what certification waits for. By number.
    pub fn personalise(&self, count: usize) -> Vec<CardNumber> {
        self.approve(count);
        let waiting = self.make_cards();
        assert_eq!(waiting.len(), count);
        waiting
    }

    /// Makes a card for each order that was approved, up to the keys in its chip. By number.
    pub fn make_cards(&self) -> Vec<CardNumber> {
        self.make_cards_of(&self.approver().verifier())
    }

    /// The same, for those whose approval holds for this verifier.
    pub fn make_cards_of(&self, verifier: &ApprovalVerifier) -> Vec<CardNumber> {
        let returned = self.returned_batch_of(verifier);
        let mut db = self.open(DatabaseRole::Owner);
        let act = officer(&mut db, APPROVER);
        let pinned = X509::stack_from_pem(&fs::read(self.dir.join("bureau.pem")).unwrap()).unwrap();
        let verified = verify_return_file(&returned, &pinned).unwrap();
        db.write(|db| personalisation::record_return(db, verified, &mut chance(), &act)).unwrap();
        self.cards(CardStatus::Personalised)
    }

    /// The cards in this state, by number.
    pub fn cards(&self, status: CardStatus) -> Vec<CardNumber> {
        let filter = CardFilter { status: Some(status), ..CardFilter::default() };
        let cards = card::list(&mut self.open(DatabaseRole::Owner), &filter, card::MOST_LISTED).unwrap();
        cards.into_iter().map(|card| card.number).collect()
    }

    /// Runs certification until no card waits for it; how many runs that took.
    #[track_caller]
    pub fn certify_the_rest(&self) -> usize {
        for runs in 1..=10 {
            let done = self.job("certification");
            if done["failed"] == serde_json::json!([]) && self.cards(CardStatus::Personalised).is_empty() {
                return runs;
            }
        }
        panic!("cards still wait: {}", self.job("certification"));
    }
}

fn sole_profession(record: &ProfessionalRecord) -> Option<Profession> {
    let mut living = record.exercises.iter().filter(|exercise| exercise.ceased_at.is_none());
    let first = living.next()?;
    let sole = living.next().is_none() && record.ceased_at.is_none() && first.category == Category::Civil;
    sole.then_some(first.profession)
}

/// Orders for `count` professionals who have neither card nor order yet.
pub fn submit(db: &mut Database, count: usize) -> Vec<CardOrder> {
    let people: Vec<String> =
        professionals::table.order(professionals::id_nat).select(professionals::id_nat).load(db).unwrap();
    let mut orders = Vec::with_capacity(count);
    for person in people {
        if orders.len() == count {
            return orders;
        }
        let holder = person.parse().unwrap();
        let record = ImportedRegister.professional(db, &holder).unwrap().unwrap();
        let Some(profession) = sole_profession(&record) else { continue };
        let new = NewCardOrder { kind: CardKind::Cps, holder, profession, replaces: None };
        let act = officer(db, SUBMITTER);
        match db.write(|db| order::submit(db, &mut ImportedRegister, new, &mut chance(), &act)) {
            Ok(submitted) => orders.push(submitted.into_order()),
            Err(SubmitError::NotEligible(NotEligible::Refused(_))) => {}
            Err(error) => panic!("{person}: {error}"),
        }
    }
    panic!("the fictional register has no {count} professionals without a card");
}
