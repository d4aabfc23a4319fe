//! Every kind of decision, from a command line to its effect: the officer's card opens the connection, his passkey signs, the API
//! takes it in, and the worker of the installation, or its operator's next command, does what was decided.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use acceptance::harness::{DatabaseKind, Finished, chance, free_port, openssl, run};
use ca_core::certificate;
use card::{CardNumber, CardStatus, KeyUsage};
use registration_authority::approval::SubjectKind;
use registration_authority::approval::passkey::NewPasskey;
use registration_authority::certificate_request::structure_names;
use registration_authority::enrolment::NewCredential;
use registration_authority::officers::{self, Role};
use registration_authority::{decision, mandate, order, suspension};
use serde_json::{Value, json};
use store::{Database, DatabaseRole};

use super::super::card_sign_in::{Held, Served, cards};
use super::super::officers_keys::OfficersKeys;
use super::super::officers_keys::authenticator::Authenticator;
use super::super::register_days::WITHOUT_A_CARD;
use super::super::register_holds::another_register;
use super::super::standstill::until;
use super::super::structures::{AGENT, enrol_agent, establishment};
use super::super::workshop::{APPROVER, SECOND_APPROVER, Workshop, officer, workshop};
use super::{answer, remote};

/// Two administrators beside those whose keys are pinned, who would sign for themselves otherwise.
const ADMINISTRATORS: [(&str, &str); 2] = [("charlie.blanc", "Charlie BLANC"), ("jo.noir", "Jo NOIR")];

/// Who acts from a machine of his own: his card, and his passkey.
struct Actor {
    held: Held,
    key: Authenticator,
}

/// An installation in production that is served, and the four who decide on it.
struct Desk {
    workshop: Workshop,
    served: Served,
    officers: [Actor; 2],
    administrators: [Actor; 2],
    keys: OfficersKeys,
    /// A card that nobody signs in with.
    spare: CardNumber,
}

impl Desk {
    /// With what `prepare` makes of the demonstration before it is put into production, where approvals wait for `delay` seconds.
    fn open<T>(delay: i64, prepare: impl FnOnce(&Workshop) -> T) -> (Self, T) {
        // With the rights of the web role alone.
        let workshop = workshop(DatabaseKind::Postgresql);
        let prepared = prepare(&workshop);
        let made = cards(&workshop, 5, 5);
        let web = free_port();
        workshop.configure("decisions", "approval_delay_seconds", delay);
        workshop.put_into_production();
        let origin = format!("https://localhost:{web}");
        let keys = OfficersKeys::pin(workshop.dir(), &origin);
        workshop.job("decisions");
        let enrolled = |at: usize, login: &str, name: &str, role: Role| {
            let mut db = workshop.open(DatabaseRole::Owner);
            let held = Held::of(&workshop, made[at], KeyUsage::Authentication);
            let key = Authenticator { origin: origin.clone(), ..Authenticator::new(login) };
            let passkey = NewPasskey { credential_id: key.credential_id.clone(), key: key.public_key() };
            for credential in [NewCredential::Certificate(held.der.clone()), NewCredential::Passkey(passkey)]
            {
                keys.enrol_as(&mut db, (login, name, role), credential);
            }
            assert_eq!(workshop.job("decisions")["failed"], json!([]));
            Actor { held, key }
        };
        let officers = [
            enrolled(0, APPROVER, "Dominique BERNARD", Role::RegistrationOfficer),
            enrolled(1, SECOND_APPROVER, "Louison DURAND", Role::RegistrationOfficer),
        ];
        let administrators = [0, 1]
            .map(|at| enrolled(2 + at, ADMINISTRATORS[at].0, ADMINISTRATORS[at].1, Role::Administrator));
        let served = Served::start(&workshop, web);
        (Self { workshop, served, officers, administrators, keys, spare: made[4] }, prepared)
    }

    fn command(&self, actor: &Actor, arguments: &[&str]) -> Command {
        let trusted = self.workshop.dir().join("tls/web.pem");
        remote(&self.served.for_cards, &actor.held, &trusted, arguments)
    }

    fn run(&self, actor: &Actor, arguments: &[&str]) -> Finished {
        run(&mut self.command(actor, arguments))
    }

    /// The actor's passkey signs what a command prints; the file of his proof.
    #[track_caller]
    fn sign(&self, actor: &Actor, number: &str, refuse: &[&str]) -> PathBuf {
        let challenge = [&["decision", "challenge", number], refuse].concat();
        let challenge = self.run(actor, &challenge).expect_exit(0).json();
        let file =
            self.workshop.dir().join(format!("proof-{}.json", challenge["challenge"].as_str().unwrap()));
        fs::write(&file, answer(&challenge, &actor.key).to_string()).unwrap();
        file
    }

    /// Signs, and hands it in by `command`; what it prints.
    #[track_caller]
    fn decide(&self, actor: &Actor, number: &str, command: &[&str], exit: i32) -> Value {
        let proof = self.sign(actor, number, &[]);
        let command = [command, &["--proof", proof.to_str().unwrap()]].concat();
        let decided = self.run(actor, &command).expect_exit(exit).json();
        assert_eq!(
            self.run(actor, &command).expect_exit(exit).json(),
            decided,
            "sent again, it is done once"
        );
        decided
    }

    /// Two officers, by the same command; what the second one's prints.
    #[track_caller]
    fn by_both(&self, actors: &[Actor; 2], number: &str, command: &[&str]) -> Value {
        let first = self.decide(&actors[0], number, command, 6);
        assert_eq!(first["status"], "held", "{first}");
        let second = self.decide(&actors[1], number, command, 0);
        assert_eq!(second["status"], "released", "{second}");
        second
    }

    fn owner(&self) -> Database {
        self.workshop.open(DatabaseRole::Owner)
    }

    /// The worker has verified every approval of this, and refused none. (A refusal that began the next version is about none that
    /// stands, and it passes it over.)
    #[track_caller]
    fn worker_takes_in(&self, kind: SubjectKind, number: &str, approvals: usize) {
        let mut db = self.owner();
        let mut taken = decision::of(&mut db, kind, number).unwrap();
        taken.retain(decision::Decision::approves);
        assert_eq!(taken.len(), approvals, "{number}");
        for one in taken {
            until("the worker has seen the decision", || decision::receipt(&mut db, &one).unwrap().is_some());
            assert_eq!(decision::receipt(&mut db, &one).unwrap().unwrap().refusal, None, "{number}");
        }
    }
}

/// A card whose holder two feeds no longer name, in a plan, since no more than none may end in a day; and the plan.
fn planned_opposition(workshop: &Workshop) -> (CardNumber, String) {
    let card = workshop.cards(CardStatus::Active)[0];
    let holder = card::get(&mut workshop.open(DatabaseRole::Owner), &card).unwrap().holder;
    workshop.configure("register", "oppositions_a_day", 0);
    workshop.a_day_comes(1, &[&holder[1..]]);
    workshop.import(&workshop.extract(2, &[&holder[1..], WITHOUT_A_CARD[0]])).expect_exit(0);
    let planned = workshop.job("revalidation")["planned"].clone();
    (card, planned[0].as_str().unwrap().to_owned())
}

#[test]
fn what_the_register_stopped_is_released_from_two_command_lines() {
    let (desk, (card, plan)) = Desk::open(0, planned_opposition);
    let Desk { workshop, officers, .. } = &desk;

    let waiting = desk.run(&officers[0], &["decision", "waiting", "opposition-plans"]).expect_exit(0).json();
    assert_eq!(waiting["opposition_plans"][0]["cards"][0]["card"], card.to_string());
    desk.by_both(officers, &plan, &["opposition", "release", &plan]);
    desk.worker_takes_in(SubjectKind::OppositionPlan, &plan, 2);
    workshop.job("revalidation");
    assert!(workshop.cards(CardStatus::Opposed).contains(&card), "the job opposes what two have released");

    let file = another_register(workshop, 3);
    let import = ["registry", "import", &file];
    run(&mut workshop.command(&import)).expect_exit(6);
    let waiting = desk.run(&officers[0], &["decision", "waiting", "register-feeds"]).expect_exit(0).json();
    let feed = waiting["register_feeds"][0]["feed"].as_str().unwrap();
    desk.by_both(officers, feed, &["registry", "release", feed]);
    desk.worker_takes_in(SubjectKind::RegisterFeed, feed, 2);
    let report = run(&mut workshop.command(&import)).expect_exit(0).json();
    assert_eq!(report[0]["released_by"], json!([APPROVER, SECOND_APPROVER]), "{report}");
}

#[test]
fn cards_are_suspended_released_and_renewed_from_a_command_line() {
    let (desk, ()) = Desk::open(0, |workshop| {
        workshop.configure("opposition", "holds", true);
        workshop.configure("jobs", "renewal_horizon_days", 3000);
    });
    let Desk { workshop, officers, spare, .. } = &desk;

    let card = spare.to_string();
    let suspended = desk.run(&officers[0], &["opposition", "add", &card, "--ground", "suspended"]);
    let suspended = suspended.expect_exit(0).json();
    let number = suspended["number"].as_str().unwrap().to_owned();
    // One officer refuses that it is lifted, and it may be asked for again.
    let proof = desk.sign(&officers[1], &card, &["--refuse", "doubt-remains"]);
    let keep = ["opposition", "lift", &card, "--refuse", "doubt-remains", "--proof", proof.to_str().unwrap()];
    assert_eq!(desk.run(&officers[1], &keep).expect_exit(0).json()["version"], 2);
    desk.by_both(officers, &card, &["opposition", "lift", &card]);
    desk.worker_takes_in(SubjectKind::SuspensionLift, &number, 2);
    let mut db = desk.owner();
    until("the worker has lifted it", || suspension::of_card(&mut db, spare).unwrap().is_none());

    // The operator plans, an officer approves, the operator applies.
    let plan = workshop.igc(&["renew", "plan"]).json();
    let plan = plan["plan"].as_str().unwrap();
    let approved = desk.decide(&officers[0], plan, &["renew", "approve", "--plan", plan], 0);
    assert_eq!(approved["status"], "approved");
    desk.worker_takes_in(SubjectKind::RenewalPlan, plan, 1);
    workshop.igc(&["renew", "apply", "--plan", plan]);
    let applied = desk.run(&officers[0], &["decision", "show", plan]).expect_exit(0).json();
    let items = applied["items"].as_array().unwrap();
    let renewed = items.iter().find(|item| item["card"] == card.as_str()).unwrap();
    assert!(renewed["order"].as_str().unwrap().starts_with("CO-"), "{applied}");
}

#[test]
fn mandates_certificates_and_keys_are_decided_from_a_command_line() {
    let (desk, establishment) = Desk::open(0, |workshop| {
        enrol_agent(workshop);
        let establishment = establishment(workshop);
        let mut db = workshop.open(DatabaseRole::Owner);
        let act = officer(&mut db, APPROVER);
        let of = establishment.parse().unwrap();
        db.write(|db| structure_names::allow(db, &of, "cachet-de-test", &mut chance(), &act)).unwrap();
        establishment
    });
    let Desk { workshop, officers, administrators, keys, .. } = &desk;
    let mut db = desk.owner();

    let document = workshop.dir().join("contract.pdf");
    fs::write(&document, "Contrat d'adhésion").unwrap();
    let document = document.to_str().unwrap();
    let proposed =
        ["--quality", "director", "--reference", "Contrat d'adhésion 2026-0412", "--document", document];
    let propose = [&["structure", "propose", &establishment, "--agent", AGENT][..], &proposed].concat();
    let proposed = desk.run(&officers[0], &propose).expect_exit(0).json();
    let mandate = proposed["number"].as_str().unwrap();
    let own = desk.run(&officers[0], &["decision", "challenge", mandate]).expect_exit(4);
    assert!(own.stderr.contains("mandate-self-approval"), "{}", own.stderr);
    let approved = desk.decide(&officers[1], mandate, &["structure", "approve", mandate], 0);
    assert_eq!(approved["status"], "approved");
    desk.worker_takes_in(SubjectKind::StructureMandate, mandate, 1);
    let of = establishment.parse().unwrap();
    let agent = officer(&mut db, AGENT);
    assert!(mandate::standing(&mut db, &of, &agent).unwrap().is_some(), "he speaks for it");
    let unsigned = desk.run(&officers[0], &["structure", "end", mandate]).expect_exit(4);
    assert!(unsigned.stderr.contains("mandate-not-yours"), "{}", unsigned.stderr);
    let proof = desk.sign(&officers[0], mandate, &["--refuse", "mandate-over"]);
    let proof = proof.to_str().unwrap();
    let end = ["structure", "reject", mandate, "--reason", "mandate-over", "--proof", proof];
    assert_eq!(desk.run(&officers[0], &end).expect_exit(0).json()["status"], "ended");
    until("the worker has seen its end", || mandate::get(&mut db, mandate).unwrap().end_is_signed());
    let agent = officer(&mut db, AGENT);
    assert!(mandate::standing(&mut db, &of, &agent).unwrap().is_none(), "and no longer");

    let csr = workshop.dir().join("seal.csr");
    let key = workshop.dir().join("seal.key");
    let (csr, key) = (csr.to_str().unwrap(), key.to_str().unwrap());
    let subject = ["-subj", "/CN=cachet-de-test", "-keyout", key, "-out", csr];
    openssl([&["req", "-new", "-newkey", "rsa:2048", "-nodes", "-outform", "DER"][..], &subject].concat())
        .expect_exit(0);
    let request = ["certificate", "request", "--profile", "el-org-sign", "--csr", csr];
    let request = [&request[..], &["--structure", &establishment]].concat();
    let request = desk.run(&officers[0], &request).expect_exit(0).json();
    let request = request["number"].as_str().unwrap();
    let approved = desk.decide(&officers[1], request, &["certificate", "approve", request], 0);
    assert_eq!(approved["status"], "approved");
    desk.worker_takes_in(SubjectKind::CertificateRequest, request, 1);
    let show = ["decision", "show", request];
    until("the worker has certified it", || {
        desk.run(&officers[0], &show).expect_exit(0).json()["status"] == "issued"
    });
    let issued = desk.run(&officers[0], &show).expect_exit(0).json()["certificate"].clone();
    let serial = issued["serial"].as_str().unwrap().parse().unwrap();
    let issued = certificate::find(&mut db, issued["issuer"].as_str().unwrap(), &serial).unwrap().unwrap();
    assert_eq!(issued.status.word(), "good");

    let (login, name) = ("nova.petit", "Nova PETIT");
    let nova = Authenticator::new(login);
    let passkey = NewPasskey { credential_id: nova.credential_id.clone(), key: nova.public_key() };
    let who = (login, name, Role::Auditor);
    let enrolment = keys.propose(&mut db, who, None, NewCredential::Passkey(passkey));
    desk.by_both(administrators, &enrolment, &["decision", "approve", &enrolment]);
    desk.worker_takes_in(SubjectKind::OfficerEnrolment, &enrolment, 2);
    until("the worker has given her a row", || officers::find(&mut db, login).unwrap().is_some());
    let roster = keys.verifier.roster(&mut db).unwrap();
    let key = roster.key(&nova.credential_id).expect("two administrators have signed for it");
    assert!(key.counts(db.now().unwrap()));
}

#[test]
fn an_order_is_asked_about_decided_taken_back_and_refused_from_a_command_line() {
    let (desk, ()) = Desk::open(600, |_| ());
    let Desk { workshop, officers, administrators, .. } = &desk;
    let order = workshop.submit(1).remove(0).number;
    let state = |status: &str, version: i64| {
        let stands = desk.run(&officers[0], &["decision", "show", &order]).expect_exit(0).json();
        assert_eq!((&stands["status"], &stands["version"]), (&json!(status), &json!(version)), "{stands}");
    };

    let ask = ["order", "ask", &order, "--question", "Quel est le contrat ?"];
    assert_eq!(desk.run(&officers[0], &ask).expect_exit(0).json()["status"], "waiting");
    let reply = ["order", "answer", &order, "--text", "Le contrat 12."];
    assert_eq!(desk.run(&officers[1], &reply).expect_exit(0).json()["status"], "submitted");
    state("submitted", 2);

    // Another role, not even to read; a card alone decides nothing.
    let by_role = desk.run(&administrators[0], &["decision", "challenge", &order]).expect_exit(5);
    assert!(by_role.stderr.contains("reading-not-allowed"), "{}", by_role.stderr);
    let bare = desk.run(&officers[0], &["order", "approve", &order]).expect_exit(6);
    assert!(bare.stderr.contains("decision-needed"), "{}", bare.stderr);

    let stale = desk.sign(&officers[1], &order, &[]);
    let approve = ["order", "approve", &order];
    assert_eq!(desk.decide(&officers[0], &order, &approve, 0)["status"], "approved");
    desk.worker_takes_in(SubjectKind::CardOrder, &order, 1);
    let others = desk.run(&officers[1], &["order", "take-back", &order]).expect_exit(5);
    assert!(others.stderr.contains("decision-not-yours"), "{}", others.stderr);
    let back = desk.run(&officers[0], &["order", "take-back", &order]).expect_exit(0).json();
    assert_eq!((&back["status"], &back["version"]), (&json!("submitted"), &json!(3)));

    // What was signed for the version before is worth nothing, as it was and under another key of the request.
    let replayed = ["order", "approve", &order, "--proof", stale.to_str().unwrap()];
    let replayed = desk.run(&officers[1], &replayed).expect_exit(4);
    assert!(replayed.stderr.contains("api-version-changed"), "{}", replayed.stderr);
    let mut altered: Value = serde_json::from_slice(&fs::read(&stale).unwrap()).unwrap();
    altered["etag"] = json!("\"3.submitted\"");
    fs::write(&stale, altered.to_string()).unwrap();
    let altered = ["order", "approve", &order, "--proof", stale.to_str().unwrap()];
    let altered = desk.run(&officers[1], &altered).expect_exit(4);
    assert!(altered.stderr.contains("order-stale-version"), "{}", altered.stderr);
    state("submitted", 3);

    let proof = desk.sign(&officers[1], &order, &["--refuse", "duplicate"]);
    let reject = ["order", "reject", &order, "--reason", "duplicate", "--proof", proof.to_str().unwrap()];
    assert_eq!(desk.run(&officers[1], &reject).expect_exit(0).json()["status"], "refused");
    let mut db = desk.owner();
    let decided = decision::of(&mut db, SubjectKind::CardOrder, &order).unwrap();
    assert_eq!(decided.last().unwrap().reason_code.as_deref(), Some("duplicate"));
    assert!(!order::get(&mut db, &order).unwrap().is_undecided());
}
