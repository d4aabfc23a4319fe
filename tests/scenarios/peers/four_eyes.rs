//! T27: what two persons must agree on, one person does not do: by another role, another session, an older version
//! or at the same moment. (Two officers who decide on one order at once: `race`; one person under two logins, known by the number on his
//! cards: `registration-authority/src/four_eyes/tests/one_person.rs`.)

use std::sync::Barrier;

use acceptance::harness::{DatabaseKind, chance, run};
use diesel::connection::SimpleConnection;
use professional_registry::ImportedRegister;
use registration_authority::approval::SubjectKind;
use registration_authority::approval::passkey::NewPasskey;
use registration_authority::enrolment::NewCredential;
use registration_authority::officers::{self, Role};
use registration_authority::order::CardOrder;
use registration_authority::{decision, held_feed, order};
use store::{Database, DatabaseRole, Fault};

use crate::scenarios::officers_keys::authenticator::{Authenticator, ORIGIN};
use crate::scenarios::officers_keys::{OfficersKeys, proof_by};
use crate::scenarios::workshop::{APPROVER, SECOND_APPROVER, SUBMITTER, Workshop, officer, workshop};

fn code(workshop: &Workshop, command: &[&str], exit: i32) -> String {
    let answer = run(&mut workshop.command(command)).expect_exit(exit);
    let problem: serde_json::Value = serde_json::from_str(answer.stderr.lines().last().unwrap()).unwrap();
    problem["code"].as_str().unwrap().to_owned()
}

#[test]
fn nobody_approves_what_he_submitted_by_any_door() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let order = workshop.submit(1).remove(0);
        let approve = ["order", "approve", &order.number, "--as", SUBMITTER];
        assert_eq!(code(&workshop, &approve, 4), "order-self-approval");
        // With the rights of the web role, and a proof that is good in every other way.
        let (mut db, approver) = (workshop.open(DatabaseRole::Web), workshop.approver());
        let act = officer(&mut db, SUBMITTER);
        let proof = approver.approve(&order.decidable(), SUBMITTER, &mut chance(), act.at).unwrap();
        let (verifier, registry) = (approver.verifier(), &mut ImportedRegister);
        let refused = db
            .write(|db| {
                order::approve(
                    db,
                    registry,
                    &verifier,
                    &order.number,
                    order.version,
                    &proof,
                    &mut chance(),
                    &act,
                )
            })
            .unwrap_err();
        assert_eq!(refused.code().name, "order-self-approval");
        // By whoever writes to the table itself.
        let forged = format!(
            "INSERT INTO decisions (subject_kind, subject_number, subject_version, decided_by, decision, decided_at,
                 proof_kind, proof)
             VALUES ('card-order', '{}', {}, '{SUBMITTER}', 'approve', 1, 'demo', '\\x00')",
            order.number, order.version
        );
        let refused = db.batch_execute(&forged).unwrap_err().to_string();
        assert!(refused.contains("self-approval"), "on {kind}: {refused}");
        let decisions = decision::of(&mut db, SubjectKind::CardOrder, &order.number).unwrap();
        assert!(decisions.is_empty());
    }
}

#[test]
fn one_login_has_one_role_and_one_decision_whatever_he_signs_in_with() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let mut db = workshop.open(DatabaseRole::Owner);
        let administrator = officer(&mut db, "alix.moreau");
        let second = db.write(|db| {
            officers::enrol(
                db,
                SUBMITTER,
                "Camille MARTIN",
                Role::RevocationOfficer,
                &mut chance(),
                &administrator,
            )
        });
        assert!(second.is_err(), "a login is enrolled once");
        // Two sessions of one officer, two proofs that he has signed: one decision.
        let order = workshop.submit(1).remove(0);
        let approve = ["order", "approve", &order.number, "--as", APPROVER];
        workshop.igc(&approve);
        assert_eq!(code(&workshop, &approve, 4), "order-not-open");
        assert_eq!(decision::of(&mut db, SubjectKind::CardOrder, &order.number).unwrap().len(), 1);
    }
}

/// An order for which an officer in doubt asks for two.
fn asks_for_two(workshop: &Workshop) -> CardOrder {
    let order = workshop.submit(1).remove(0);
    let mut db = workshop.open(DatabaseRole::Owner);
    let act = officer(&mut db, SECOND_APPROVER);
    db.write(|db| order::ask_second_officer(db, &order.number, order.version, &mut chance(), &act)).unwrap();
    order
}

#[test]
fn one_officer_gives_one_of_two_approvals_by_whatever_session() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let order = asks_for_two(&workshop);
        let approve = |login: &str| workshop.command(&["order", "approve", &order.number, "--as", login]);
        let gate = Barrier::new(4);
        let session = || {
            let mut approve = approve(APPROVER);
            gate.wait();
            run(&mut approve).status.code()
        };
        // At the same moment, and once more after that.
        let ended: Vec<_> = std::thread::scope(|scope| {
            let sessions: Vec<_> = (0..4).map(|_| scope.spawn(session)).collect();
            sessions.into_iter().map(|session| session.join().unwrap()).collect()
        });
        assert_eq!(
            ended.iter().filter(|exit| **exit == Some(0) || **exit == Some(6)).count(),
            1,
            "{ended:?}"
        );
        assert_ne!(run(&mut approve(APPROVER)).status.code(), Some(0));
        let mut db = workshop.open(DatabaseRole::Owner);
        let stands = |db: &mut Database| order::get(db, &order.number).unwrap().state.name();
        assert_eq!(decision::of(&mut db, SubjectKind::CardOrder, &order.number).unwrap().len(), 1);
        assert_eq!(stands(&mut db), "submitted", "on {kind}: he is one of two");
        run(&mut approve(SECOND_APPROVER)).expect_exit(0);
        assert_eq!(stands(&mut db), "approved");
    }
}

#[test]
fn one_login_with_two_keys_gives_one_of_two_approvals() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let order = asks_for_two(&workshop);
    workshop.put_into_production();
    let keys = OfficersKeys::pin(workshop.dir(), ORIGIN);
    workshop.job("decisions");
    let mut db = workshop.open(DatabaseRole::Owner);
    let mut enrolled = |seed: &str, (login, name): (&str, &str)| {
        let key = Authenticator::new(seed);
        let passkey = NewPasskey { credential_id: key.credential_id.clone(), key: key.public_key() };
        keys.enrol(&mut db, login, name, NewCredential::Passkey(passkey));
        key
    };
    let (one, other) = (("zephyrine.queneaux", "Zéphyrine QUENEAUX"), ("ysee.waquier", "Ysée WAQUIER"));
    let hers = [enrolled("hers", one), enrolled("hers too", one)];
    let his = enrolled("his", other);
    assert_eq!(workshop.job("decisions")["failed"], serde_json::json!([]));
    let mut web = workshop.open(DatabaseRole::Web);
    let mut approve = |key: &Authenticator, login: &str| {
        let proof = proof_by(&mut web, key, login, &order.decidable());
        let (act, registry) = (officer(&mut web, login), &mut ImportedRegister);
        let (number, version) = (&order.number, order.version);
        web.write(|db| {
            order::approve(db, registry, &keys.verifier, number, version, &proof, &mut chance(), &act)
        })
        .map(|order| order.state.name())
        .map_err(|error| error.code().name)
    };
    assert_eq!(approve(&hers[0], one.0), Ok("submitted"));
    assert!(approve(&hers[1], one.0).is_err(), "her other key is hers");
    assert_eq!(workshop.job("decisions")["failed"], serde_json::json!([]));
    assert_eq!(order::get(&mut db, &order.number).unwrap().state.name(), "submitted");
    assert_eq!(approve(&his, other.0), Ok("approved"));
}

#[test]
fn an_approval_of_what_was_changed_since_is_refused() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let before = workshop.submit(1).remove(0);
        let (mut db, approver) = (workshop.open(DatabaseRole::Web), workshop.approver());
        let act = officer(&mut db, APPROVER);
        let proof = approver.approve(&before.decidable(), APPROVER, &mut chance(), act.at).unwrap();
        let (verifier, registry) = (approver.verifier(), &mut ImportedRegister);
        let submitter = officer(&mut db, SUBMITTER);
        let after = db
            .write(|db| {
                order::refresh(db, registry, &before.number, before.version, &mut chance(), &submitter)
            })
            .unwrap();
        assert!(after.version > before.version);
        let mut approve = |version| {
            let number = &before.number;
            let decided = db.write(|db| {
                order::approve(db, registry, &verifier, number, version, &proof, &mut chance(), &act)
            });
            decided.unwrap_err().code().name
        };
        assert_eq!(approve(before.version), "order-stale-version");
        // The new version, with what was signed of the old one.
        assert!(approve(after.version).starts_with("approval-proof"), "{}", approve(after.version));
        assert_eq!(order::get(&mut db, &before.number).unwrap().state.name(), "submitted");
    }
}

#[test]
fn one_officer_who_releases_a_feed_twice_at_once_counts_once() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let file = workshop.extract(1, &[]);
    let text = std::fs::read_to_string(&file).unwrap();
    let kept = text.lines().count() * 3 / 4;
    let part: String = text.lines().take(kept).map(|line| format!("{line}\n")).collect();
    std::fs::write(&file, part).unwrap();
    workshop.import(&file).expect_exit(6);
    let feed = workshop.igc(&["registry", "held"]).json()[0]["feed"].as_str().unwrap().to_owned();
    let gate = Barrier::new(4);
    let release = || {
        let mut release = workshop.command(&["registry", "release", &feed, "--as", APPROVER]);
        gate.wait();
        run(&mut release).status.code()
    };
    let ended: Vec<_> = std::thread::scope(|scope| {
        let sessions: Vec<_> = (0..4).map(|_| scope.spawn(release)).collect();
        sessions.into_iter().map(|session| session.join().unwrap()).collect()
    });
    assert_eq!(ended.iter().filter(|exit| **exit == Some(0)).count(), 1, "{ended:?}");
    let held = held_feed::get(&mut workshop.open(DatabaseRole::Owner), &feed).unwrap();
    assert_eq!((held.decisions.len(), held.standing().as_str()), (1, "held"));
    workshop.import(&file).expect_exit(6);
}
