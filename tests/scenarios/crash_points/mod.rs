//! SIGKILL at every named point of the code (`store::crash_point`): the process dies there, what it was told is told
//! again, a worker starts, and after each death the same things must be true.
//!
//! Points and kills are the rows of `docs/crash-points.md`; the tidy test holds them against the code.

mod ceremonies;
mod certificates;
mod dying;
pub mod outside;
mod revalidation;
mod rotation;
pub mod scenes;
mod successors;
pub mod table;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use acceptance::harness::{DatabaseKind, run, start};
use ca_core::certificate::{self, Certificate, CertificateStatus};
use diesel::prelude::*;
use store::schema::signing_ledgers;
use store::{Database, DatabaseRole, Timestamp};

use super::signer_faults::behind_the_library_that_fails;
use super::standstill::{PATIENCE, until};
use super::workshop::{Workshop, workshop};
use ceremonies::{CEREMONIES, Hall};
use dying::run_to;
use outside::Outside;
use scenes::{Next, SCENES, Scene, scene};
use table::{How, Kill};

/// Seconds for which the dead are taken for alive: enough to come to every point on a busy machine.
const SHORT_LEASE: i64 = 3;
/// Seconds that those have who are to live.
const LEASE: i64 = 20;
/// How many signatures a signer has in its hands at most, of which no line is written yet: one in each of its sessions.
const MOST_IN_HAND: usize = 2;
/// How many die side by side: most of the time they wait for a lease to pass.
const LANES: usize = 4;

/// A test a line, with the scenes that it plays on SQLite: what stands in no line is played by nobody, which a test finds.
macro_rules! plays {
    ($($test:ident: $scenes:expr;)*) => {
        $(#[test]
        fn $test() {
            play(DatabaseKind::Sqlite, &$scenes);
        })*

        const PLAYED: &[&[&str]] = &[$(&$scenes),*];
    };
}

plays! {
    killed_while_a_card_is_certified_no_certificate_is_without_a_record_and_none_is_lost: ["certification", "request", "sweep"];
    killed_while_a_card_is_certified_that_is_stolen_before_anyone_comes_back_it_never_has_a_good_certificate: ["stolen-meanwhile"];
    killed_while_test_certificates_are_kept_each_is_asked_for_once_and_one_is_revoked: ["test-certificates", "test-revocation"];
    killed_while_crls_lists_and_certificates_are_published_nothing_goes_back_and_nothing_is_left_out: ["publication", "opposition-list", "authorities"];
    killed_between_the_crls_of_two_shards_each_goes_on_and_what_was_revoked_stands_in_its_own: ["shards"];
    killed_in_the_middle_of_an_opposition_or_before_its_answer_the_card_is_opposed_once_and_as_a_whole: ["opposition"];
    killed_while_the_head_of_the_audit_tree_is_signed_the_log_goes_on_from_what_is_kept: ["audit"];
    killed_between_order_and_bureau_an_order_has_one_card_and_its_files_can_be_had_again: ["batch", "return-file"];
    killed_while_a_register_is_imported_the_same_file_is_read_again_and_the_register_is_what_it_says: ["register", "register-held"];
    killed_while_cards_are_held_against_the_register_each_is_opposed_once_and_planned_once: ["revalidation", "revalidation-plan"];
    killed_between_two_transactions_of_a_big_batch_the_rest_of_it_is_certified_by_the_next_worker: ["big-batch"];
    killed_while_cards_are_renewed_each_has_one_successor_and_its_holder_one_active_card: ["renewal-plan", "renewal", "delivery", "activation"];
    killed_while_a_responder_is_followed_by_the_next_one_key_one_request_and_one_certificate_are_made: ["responder-request", "responder", "responder-end"];
}

#[test]
fn killed_again_and_again_at_each_point_of_a_ceremony_it_makes_all_of_it_once_and_its_report_verifies() {
    let mut hall = Hall::empty();
    for held in CEREMONIES {
        let plays: Vec<_> = table::kills_in(held.scene).into_iter().map(|kill| (held, kill)).collect();
        on_lanes(&plays, |held, kill| {
            assert_eq!(kill.how, How::EachTime, "{kill:?}");
            hall.die_and_take_up(held, kill)
        });
        run(&mut hall.hold(held)).expect_exit(0);
    }
}

#[test]
fn on_postgresql_too_where_the_server_has_to_notice_that_somebody_died() {
    play(DatabaseKind::Postgresql, &["stolen-meanwhile", "opposition", "register"]);
}

#[test]
fn every_kill_of_the_table_is_in_a_scene_and_every_scene_has_one() {
    let told: BTreeSet<_> =
        table::rows().into_iter().flat_map(|row| row.kills).map(|kill| kill.scene).collect();
    let played = SCENES.iter().map(|scene| scene.name).chain(CEREMONIES.iter().map(|held| held.scene));
    assert_eq!(told, played.map(str::to_owned).collect());
}

#[test]
fn every_scene_is_played_by_a_test_and_by_one() {
    let mut played: Vec<&str> = PLAYED.concat();
    let mut there: Vec<&str> = SCENES.iter().map(|scene| scene.name).collect();
    played.sort_unstable();
    there.sort_unstable();
    assert_eq!(played, there);
}

/// Every kill of these scenes, each in a copy of its scene.
fn play(kind: DatabaseKind, names: &[&str]) {
    let plays: Vec<_> = names
        .iter()
        .flat_map(|name| {
            let stage = Arc::new(Stage::arrange(kind, scene(name)));
            table::kills_in(name).into_iter().map(move |kill| (stage.clone(), kill))
        })
        .collect();
    on_lanes(&plays, |stage, kill| {
        stage.die_and_go_on(kill);
        1
    });
}

/// A few at a time; prints how often somebody died, and what each took.
fn on_lanes<S: Sync>(plays: &[(S, Kill)], play: impl Fn(&S, &Kill) -> usize + Sync) {
    let next = AtomicUsize::new(0);
    let lane = || {
        let mut told = String::new();
        while let Some((scene, kill)) = plays.get(next.fetch_add(1, Ordering::Relaxed)) {
            let started = Instant::now();
            let _told = ToldWherePanicking(kill);
            let kills = play(scene, kill);
            let seconds = started.elapsed().as_secs_f64();
            writeln!(told, "{} {} {:?}: {kills} kills, {seconds:.1} s", kill.scene, kill.point, kill.how)
                .unwrap();
        }
        told
    };
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES).map(|_| scope.spawn(lane)).collect();
        lanes.into_iter().for_each(|lane| note(&lane.join().expect("every kill holds")));
    });
}

/// An installation that is ready for a scene; each death is in a copy of it.
struct Stage {
    scene: &'static Scene,
    template: Workshop,
    command: Vec<String>,
}

impl Stage {
    fn arrange(kind: DatabaseKind, scene: &'static Scene) -> Self {
        let template = workshop(kind);
        // The bureau of the demonstration is gone; what a scene sends to one stays there.
        let nobody = template.dir().join("demo").display().to_string();
        template.configure("demo", "bureau_home", nobody);
        template.configure("jobs", "lease_seconds", SHORT_LEASE);
        // A signer that stands at a point is to be killed by the test, not by its worker.
        template.configure("hsm", "deadline_seconds", 60);
        let command = (scene.arrange)(&template);
        Self { scene, template, command }
    }

    fn die_and_go_on(&self, kill: &Kill) {
        let mut workshop = self.template.copied();
        let hsm = behind_the_library_that_fails(&workshop);
        workshop.steered_by(hsm);
        let mut db = workshop.open(DatabaseRole::Owner);
        let mut outside = Outside::of(&workshop);
        outside.look(&mut db);

        let mut command = workshop.command(&[]);
        command.args(&self.command);
        match kill.how {
            How::AtPass(pass) => {
                let answered = run_to(&mut command, &kill.point, pass).kill();
                // A role says where it listens.
                assert!(answered.is_empty() || self.command[0] == "serve", "it promised nothing: {answered}");
            }
            How::SignerAlone => run_to(&mut command, &kill.point, 1).kill_the_signer(),
            How::EachTime => panic!("ceremonies alone are taken up where they stopped: {kill:?}"),
        }
        workshop.configure("jobs", "lease_seconds", LEASE);
        outside.look(&mut db);
        let left = certificate::list(&mut db, None, 10_000).unwrap();

        self.go_on(&workshop);
        if left
            .iter()
            .any(|one| matches!(one.status, CertificateStatus::Intended | CertificateStatus::Signing))
        {
            // It is nobody's to settle while the dead may still be alive.
            workshop.let_leases_pass();
        }
        restart(&workshop, &mut db);
        outside.look(&mut db);

        outside.is_complete(&mut db);
        outside.was_signed_for_a_reason(&mut db, in_hand_at(&kill.point));
        check_what_was_left(&mut db, &left);
        (self.scene.outcome)(&workshop, &mut db);
        workshop.check();
    }

    /// What people do next.
    fn go_on(&self, workshop: &Workshop) {
        match &self.scene.next {
            Next::Again(codes) => {
                let ended = run(workshop.command(&[]).args(&self.command));
                assert!(ended.status.code().is_some_and(|code| codes.contains(&code)), "{ended:?}");
            }
            Next::Instead(other) => {
                run(workshop.command(&[]).args(other(workshop))).expect_exit(0);
            }
        }
    }
}

/// How many signatures a signer that dies there has in its hands, which nobody ever gets.
fn in_hand_at(point: &str) -> RangeInclusive<usize> {
    match point {
        "signer.signed" | "signer.ledger-made" => 1..=MOST_IN_HAND,
        // Another session may have signed while this one stood there.
        "signer.recorded" => 0..=MOST_IN_HAND,
        _ => 0..=0,
    }
}

/// A worker starts, does everything there is to do, and is asked to end.
fn restart(workshop: &Workshop, db: &mut Database) {
    let started = workshop.now();
    let mut worker = start(&mut workshop.command(&["serve", "--role", "worker"]));
    until("the worker has looked at everything", || {
        assert_eq!(worker.ended(), None, "{}", worker.stderr());
        let reconciled: Option<Timestamp> = signing_ledgers::table
            .select(diesel::dsl::max(signing_ledgers::reconciled_at))
            .first(db)
            .unwrap();
        // The last of the jobs that matter here, in a round that begins with the sweep; what is published is published beside it.
        reconciled.is_some_and(|at| at > started) && Outside::of(workshop).is_published(db)
    });
    assert!(worker.stop(PATIENCE).success(), "{}", worker.stderr());
}

/// What was good stays so; what was never sent is given up; what may have been signed is revoked.
fn check_what_was_left(db: &mut Database, left: &[Certificate]) {
    for before in left {
        let after = certificate::find(db, &before.issuer, &before.serial).unwrap().expect("no row goes away");
        let told =
            format!("{} {}: {:?}, then {:?}", before.issuer, before.serial, before.status, after.status);
        match (&before.status, &after.status) {
            // Only an opposition after the death does that, and the outcome of its scene says so.
            (CertificateStatus::Good { .. }, CertificateStatus::Revoked { der: Some(_), .. }) => {}
            (CertificateStatus::Intended, now) => assert_eq!(*now, CertificateStatus::Abandoned, "{told}"),
            (CertificateStatus::Signing, now) => {
                assert!(matches!(now, CertificateStatus::Revoked { der: None, .. }), "{told}");
            }
            (before, now) => assert_eq!(now, before, "{told}"),
        }
    }
}

/// Says which kill it was where one does not hold.
struct ToldWherePanicking<'k>(&'k Kill);

impl Drop for ToldWherePanicking<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            note(&format!("this kill does not hold: {:?}\n", self.0));
        }
    }
}

/// Into the captured output of the test.
#[expect(clippy::print_stdout, reason = "captured by the test runner, shown on failure")]
fn note(text: &str) {
    print!("{text}");
}
