use std::collections::BTreeSet;
use std::time::Duration;

use diesel::prelude::*;
use jiff::civil::{Weekday, time};
use professional_registry::ImportedRegister;
use store::schema::outbox;
use store::{Act, Fault, Timestamp};

use super::*;
use crate::approval::{ApprovalProof, Statement, Verdict};
use crate::certification::one_decision::Place;
use crate::certification::verify_evidence;
use crate::enrolment;
use crate::four_eyes::review;
use crate::officers::Role;
use crate::order::{self, OrderState};
use crate::queue::{Count, Filter, WorkingHours, next, page};
use crate::testing::*;

mod forged;
mod persons;

fn hours() -> WorkingHours {
    let all_day = (time(0, 0, 0, 0), time(23, 59, 59, 0));
    WorkingHours::new(&[Weekday::Monday], all_day, "Europe/Paris", BTreeSet::new(), Duration::from_secs(3600))
        .unwrap()
}

/// Dora is there for nurses, eve for physiotherapists, fay for both; all three have keys, and eve decides for dora where dora delegates.
struct Desk {
    house: House,
    chain: Chain,
    dora: Authenticator,
    eve: Authenticator,
    fay: Authenticator,
}

impl Desk {
    fn new() -> Self {
        Self::of(House::new())
    }

    fn of(mut house: House) -> Self {
        let chain = house.pin();
        let mut enrolled = |login, scope: &str| {
            let (role, scope) = (Role::RegistrationOfficer, scope.parse().unwrap());
            house.enrolled_key_within(&chain, login, role, scope)
        };
        let dora = enrolled("dora", "profession:60");
        let eve = enrolled("eve", "profession:70");
        let fay = enrolled("fay", "profession:60 profession:70");
        let act = house.job();
        let roster = house.verifier.roster(&mut house.db).unwrap();
        let House { db, rng, .. } = &mut house;
        db.write(|db| enrolment::settle(db, &roster, rng, &act)).unwrap();
        Self { house, chain, dora, eve, fay }
    }

    /// A week from now on, of all that dora is there for.
    fn week(&self) -> NewDelegation {
        let begins_at = self.house.at;
        let ends_at = begins_at.plus(Duration::from_secs(7 * 86_400));
        NewDelegation {
            delegate: "eve".to_owned(),
            scope: "profession:60".parse().unwrap(),
            begins_at,
            ends_at,
        }
    }

    fn propose(&mut self, login: &str, new: NewDelegation) -> Result<Delegation, ProposeDelegationError> {
        let act = self.house.officer(login);
        let House { db, rng, .. } = &mut self.house;
        db.write(|db| propose(db, new, rng, &act))
    }

    fn sign_with(
        &mut self,
        login: &str,
        number: &str,
        proof: &ApprovalProof,
    ) -> Result<Delegation, DecideDelegationError> {
        let act = self.house.officer(login);
        let House { db, rng, verifier, .. } = &mut self.house;
        db.write(|db| decide(db, verifier, number, proof, rng, &act))
    }

    /// Dora delegates, signs, and the worker has seen it.
    fn delegated(&mut self, new: NewDelegation) -> String {
        let number = self.propose("dora", new).unwrap().number;
        let subject = get(&mut self.house.db, &number).unwrap().decidable();
        let proof = self.house.key_proof(("dora", &self.dora), &subject);
        self.sign_with("dora", &number, &proof).unwrap();
        assert_eq!(self.house.refused(), [""; 0]);
        number
    }

    fn end(&mut self, login: &str, number: &str) -> Result<Delegation, EndDelegationError> {
        let act = self.house.officer(login);
        let House { db, rng, .. } = &mut self.house;
        db.write(|db| end(db, number, rng, &act))
    }

    /// What eve signs of this order under that delegation.
    fn proof_under(&mut self, number: &str, delegation: Option<&str>) -> ApprovalProof {
        let subject = order::get(&mut self.house.db, number).unwrap().decidable();
        let (nonce, at) = (self.house.nonce("eve"), self.house.at);
        let statement = Statement::over_nonce(&subject, Verdict::Approve, None, "eve", nonce, at);
        self.eve.prove(&statement.by_delegation(delegation.map(str::to_owned)))
    }

    fn approve_under(&mut self, number: &str, delegation: Option<&str>) -> Result<(), &'static str> {
        let proof = self.proof_under(number, delegation);
        self.house.approve_with("eve", number, 1, &proof).map(drop).map_err(|error| error.code().name)
    }

    /// The same as whoever owns the web process writes it; what the worker says of it.
    fn by_hand(&mut self, number: &str, delegation: Option<&str>) -> Vec<&'static str> {
        let subject = order::get(&mut self.house.db, number).unwrap().decidable();
        let (proof, at) = (self.proof_under(number, delegation), self.house.at);
        self.house.write_decision(&subject, "eve", at.millis(), &proof);
        self.house
            .sql(&format!("UPDATE card_orders SET status = 'approved' WHERE number = '{number}'"))
            .unwrap();
        self.house.refused()
    }

    fn evidence(&mut self, number: &str) -> Result<(), &'static str> {
        let at = self.house.at;
        let House { db, verifier, .. } = &mut self.house;
        let found = verify_evidence(db, &mut ImportedRegister, verifier, number, at);
        found.map(drop).map_err(|error| error.code().name)
    }

    /// The worker refused what was decided on it: it waits in its next version, for which nothing was signed.
    #[track_caller]
    fn given_back(&mut self, number: &str) {
        let order = order::get(&mut self.house.db, number).unwrap();
        assert_eq!((order.state, order.version), (OrderState::Submitted, 2));
        assert_eq!(self.evidence(number), Err("approval-evidence-missing"));
    }

    /// An order for a nurse's card, which is dora's to decide.
    fn for_nurse(&mut self) -> String {
        self.house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned()
    }

    /// What eve would be told, and what the worker would say, of the delegation at that moment.
    fn at(&mut self, number: &str, delegation: &str, at: Timestamp) -> (bool, bool) {
        let subject = order::get(&mut self.house.db, number).unwrap().decidable();
        let act = Act { at, ..self.house.officer("eve") };
        let House { db, verifier, .. } = &mut self.house;
        let page = decision::may_decide(db, &subject, 1, &act).is_ok();
        let roster = verifier.roster(db).unwrap();
        (page, verify(db, verifier, &roster, (delegation, "eve"), Place::AsOfNow, at).is_ok())
    }
}

#[test]
fn a_scope_contains_what_is_as_narrow_in_each_of_its_limits() {
    for (own, other, contained) in [
        ("", "", true),
        ("", "profession:10 card:CPS", true),
        ("profession:60", "", false),
        ("profession:60", "profession:60", true),
        ("profession:60", "profession:60 structure:R1 department:2A card:CPS", true),
        ("profession:60", "profession:10 profession:60", false),
        ("profession:60", "structure:R1", false),
        ("structure:R1 structure:R2", "structure:R2", true),
        ("department:2A card:CPS", "department:2A", false),
        ("department:2A card:CPS", "card:CPS", false),
        ("department:2A card:CPS", "department:2A card:CPS", true),
    ] {
        let (own, other): (Scope, Scope) = (own.parse().unwrap(), other.parse().unwrap());
        assert_eq!(own.contains(&other), contained, "{own} / {other}");
    }
}

#[test]
fn outside_his_scope_an_officer_decides_by_a_delegation_and_no_longer_than_it_lasts() {
    let mut desk = Desk::new();
    let mut worker = desk.house.worker();
    let order = desk.for_nurse();
    assert_eq!(desk.approve_under(&order, None), Err("officer-outside-scope"));
    let week = desk.week();
    let number = desk.delegated(week);
    assert_eq!(get(&mut desk.house.db, &number).unwrap().state(desk.house.at), DelegationState::Standing);
    // The signature says by which delegation, and by no other.
    assert_eq!(desk.approve_under(&order, None), Err("approval-proof-invalid"));
    assert_eq!(desk.approve_under(&order, Some(&number)), Ok(()));
    assert_eq!(desk.house.refused(), [""; 0]);
    assert_eq!(desk.evidence(&order), Ok(()));
    let card = desk.house.personalise()[0];
    assert_eq!(desk.house.certify(&mut worker, &card).unwrap().certificates.len(), 2);
    // Who delegated reads it at once: by whom, and under what.
    let told: Vec<String> = outbox::table
        .filter(outbox::recipient.eq("officer:dora").and(outbox::notice.eq("decision-seen")))
        .order(outbox::subject)
        .select(outbox::subject)
        .load(&mut desk.house.db)
        .unwrap();
    let [decided, signed] = &told[..] else { panic!("{told:?}") };
    assert!(decided.contains(&order) && decided.ends_with(&format!(" by eve under {number}")), "{decided}");
    assert!(signed.contains(&number) && signed.ends_with(" to eve"), "{signed}");

    let other = desk.house.submit("alice", cps(&other_nurse(), "60")).unwrap().number().to_owned();
    desk.house.later(7 * 86_400);
    assert_eq!(desk.approve_under(&other, Some(&number)), Err("officer-outside-scope"));
    assert_eq!(desk.by_hand(&other, Some(&number)), ["delegation-not-standing"]);
    // What was decided by it stands.
    assert_eq!(desk.evidence(&order), Ok(()));
}

#[test]
fn a_delegation_begins_and_ends_at_the_very_moment() {
    let mut desk = Desk::new();
    let order = desk.for_nurse();
    let week = desk.week();
    let begins_at = desk.house.at.plus(Duration::from_secs(3600));
    let number = desk.delegated(NewDelegation { begins_at, ..week.clone() });
    let before = |at: Timestamp| Timestamp::from_millis(at.millis() - 1);
    for (at, gives) in
        [(before(begins_at), false), (begins_at, true), (before(week.ends_at), true), (week.ends_at, false)]
    {
        assert_eq!(desk.at(&order, &number, at), (gives, gives), "{at}");
    }
    // Ended before: from that moment on, and not before it.
    desk.house.later(7200);
    desk.end("eve", &number).unwrap();
    let ended = desk.house.at;
    for (at, gives) in [(before(ended), true), (ended, false)] {
        let (_, worker) = desk.at(&order, &number, at);
        assert_eq!(worker, gives, "{at}");
    }
    assert_eq!(desk.approve_under(&order, Some(&number)), Err("officer-outside-scope"));
    assert_eq!(code(desk.end("dora", &number)), "delegation-not-open");
}

#[test]
fn nobody_delegates_more_than_he_has_nor_to_whom_his_role_is_not_nor_for_longer() {
    let mut desk = Desk::new();
    let week = desk.week();
    let with = |scope: &str| NewDelegation { scope: scope.parse().unwrap(), ..week.clone() };
    for scope in ["", "profession:70", "profession:60 profession:70", "card:CPS"] {
        assert_eq!(code(desk.propose("dora", with(scope))), "delegation-wider", "{scope}");
    }
    for delegate in ["dora", "agent", "rita", "admin", "audrey", "nobody"] {
        let new = NewDelegation { delegate: delegate.to_owned(), ..week.clone() };
        assert_eq!(code(desk.propose("dora", new)), "delegation-no-delegate", "{delegate}");
    }
    for login in ["agent", "rita", "admin", "audrey"] {
        assert_eq!(code(desk.propose(login, week.clone())), "officer-role-missing", "{login}");
    }
    let (at, day) = (desk.house.at, Duration::from_secs(86_400));
    let dates = |begins_at, ends_at| NewDelegation { begins_at, ends_at, ..week.clone() };
    for (begins_at, ends_at) in [
        (at, at),
        (at, at.minus(day)),
        (at.minus(day), at),
        (at, at.plus(LONGEST).plus(Duration::from_millis(1))),
        (at.plus(day * 91), at.plus(day * 92)),
    ] {
        assert_eq!(code(desk.propose("dora", dates(begins_at, ends_at))), "delegation-field-invalid");
    }
    assert!(desk.propose("dora", dates(at, at.plus(LONGEST))).is_ok());
    assert!(desk.propose("dora", with("profession:60 card:CPS")).is_ok());
    for _ in 0..18 {
        desk.propose("dora", week.clone()).unwrap();
    }
    assert_eq!(code(desk.propose("dora", week.clone())), "delegation-too-many");
    // What nobody signs for is in the way for a day.
    desk.house.later(86_401);
    desk.propose("dora", week).unwrap();
}

#[test]
fn who_delegates_signs_and_neither_his_delegate_nor_anybody_else() {
    let mut desk = Desk::new();
    let week = desk.week();
    let number = desk.propose("dora", week).unwrap().number;
    let subject = get(&mut desk.house.db, &number).unwrap().decidable();
    for login in ["eve", "fay"] {
        let key = if login == "eve" { &desk.eve } else { &desk.fay };
        let proof = desk.house.key_proof((login, key), &subject);
        assert_eq!(code(desk.sign_with(login, &number, &proof)), "delegation-not-yours");
        assert_eq!(code(desk.sign_with("dora", &number, &proof)), "approval-proof-invalid");
    }
    let order = desk.for_nurse();
    assert_eq!(desk.approve_under(&order, Some(&number)), Err("officer-outside-scope"));
    let proof = desk.house.key_proof(("dora", &desk.dora), &subject);
    desk.sign_with("dora", &number, &proof).unwrap();
    assert_eq!(code(desk.sign_with("dora", &number, &proof)), "delegation-not-open", "once");
    // Not before the worker has seen it.
    assert_eq!(desk.approve_under(&order, Some(&number)), Err("officer-outside-scope"));
    assert_eq!(desk.house.refused(), [""; 0]);
    assert_eq!(code(desk.end("fay", &number)), "delegation-not-yours");
    assert_eq!(code(desk.end("audrey", &number)), "delegation-not-yours");
    assert_eq!(desk.approve_under(&order, Some(&number)), Ok(()));
    desk.end("admin", &number).unwrap();
}

#[test]
fn the_queue_the_dossier_and_what_comes_next_follow_a_delegation() {
    on_both(|house| {
        let mut desk = Desk::of(std::mem::replace(house, House::new()));
        let order = desk.for_nurse();
        let own = desk.house.submit("alice", cps(&twofold(), "70")).unwrap().number().to_owned();
        let filter = Filter::of(order::OrderStatus::Submitted);
        let listed = |desk: &mut Desk| {
            let eve = desk.house.officer("eve");
            let page = page(&mut desk.house.db, &hours(), &filter, None, 50, &eve).unwrap();
            let numbers: Vec<String> = page.lines.into_iter().map(|line| line.order.number).collect();
            (numbers, page.hidden)
        };
        let hidden = Count::Exactly;
        assert_eq!(listed(&mut desk), (vec![own.clone()], hidden(1)));
        let eve = desk.house.officer("eve");
        assert_eq!(code(crate::views::order(&mut desk.house.db, &order, &eve)), "officer-outside-scope");
        let week = desk.week();
        let number = desk.delegated(week);
        assert_eq!(listed(&mut desk), (vec![order.clone(), own.clone()], hidden(0)));
        let House { db, rng, .. } = &mut desk.house;
        assert!(crate::views::order(db, &order, &eve).is_ok());
        let taken = db.write(|db| next(db, &hours(), &filter, rng, &eve)).unwrap();
        assert_eq!(taken, order);
        desk.end("dora", &number).unwrap();
        assert_eq!(listed(&mut desk), (vec![own.clone()], hidden(1)));
        *house = desk.house;
    });
}
