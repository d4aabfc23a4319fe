use professional_registry::import::{ImportError, Release};
use professional_registry::{ImportedRegister, Registry};

use super::*;
use crate::testing::*;

/// A register of a crowd, and a feed of the next day that names ten of them: put aside. Its digest.
fn put_aside(house: &mut House) -> String {
    house.import_day(2, &crowd(40));
    match house.try_import(4, &crowd(10), None).unwrap_err() {
        ImportError::Held { hold, .. } => hold.feed,
        other => panic!("{other}"),
    }
}

fn decide(house: &mut House, login: &str, feed: &str, verdict: Verdict) -> Result<HeldFeed, HeldFeedError> {
    let subject = get(&mut house.db, feed).unwrap().decidable();
    let proof = match verdict {
        Verdict::Approve => house.proof(login, &subject),
        Verdict::Refuse => {
            house.approver.refuse(&subject, ("file-wrong", None), login, &mut house.rng, house.at).unwrap()
        }
    };
    let act = house.officer(login);
    let House { db, rng, verifier, .. } = house;
    db.write(|db| super::decide(db, verifier, feed, subject.version, verdict, &proof, None, rng, &act))
}

fn released(house: &mut House, feed: &str) -> Result<Option<Release>, ReleaseError> {
    let at = house.at;
    release(&mut house.db, &house.verifier, feed, at)
}

fn standing(house: &mut House, feed: &str) -> &'static str {
    get(&mut house.db, feed).unwrap().standing().as_str()
}

fn lives(house: &mut House, number: u32) -> bool {
    let record = ImportedRegister.professional(&mut house.db, &one_of_the_crowd(number)).unwrap();
    record.is_some_and(|record| record.ceased_at.is_none())
}

/// What a program without a right to, or without a thought, would write.
fn forced(house: &mut House, feed: &str) -> String {
    let refused = house.sql(&format!(
        "INSERT INTO register_feeds (id, source, file_name, extracted_at, imported_at, status, sequence, rows_read, \
         rows_rejected, writes) VALUES ('{feed}', 'ps-libreacces-personne-activite', 'x', 9, 9, 'importing', 99, 0, 0, 0)"
    ));
    refused.unwrap_err().to_string()
}

#[test]
fn a_feed_that_ends_too_many_waits_for_two_different_officers() {
    on_both(|house| {
        let feed = put_aside(house);
        assert!(lives(house, 39), "nothing of it is written");
        assert_eq!(waiting(&mut house.db).unwrap().len(), 1);
        assert!(forced(house, &feed).contains("two officers release"));
        decide(house, "alice", &feed, Verdict::Approve).unwrap();
        assert_eq!(released(house, &feed).unwrap(), None);
        assert_eq!(code(decide(house, "alice", &feed, Verdict::Approve)), "release-another-officer");
        assert_eq!(code(decide(house, "rita", &feed, Verdict::Approve)), "officer-role-missing");
        assert!(forced(house, &feed).contains("two officers release"));
        assert_eq!(code(house.try_import(4, &crowd(10), None)), "register-feed-held");
        decide(house, "bob", &feed, Verdict::Approve).unwrap();

        let release = released(house, &feed).unwrap().unwrap();
        let report = house.try_import(4, &crowd(10), Some(release)).unwrap();
        assert_eq!(report.difference.ceased, 30);
        assert_eq!(report.released_by, Some(["alice".to_owned(), "bob".to_owned()]));
        assert!(!lives(house, 39));
        assert_eq!(waiting(&mut house.db).unwrap(), []);
    });
}

#[test]
fn one_refusal_ends_it_whoever_approved() {
    on_both(|house| {
        let feed = put_aside(house);
        decide(house, "alice", &feed, Verdict::Approve).unwrap();
        decide(house, "bob", &feed, Verdict::Refuse).unwrap();
        assert_eq!(standing(house, &feed), "refused");
        assert_eq!(code(decide(house, "clara", &feed, Verdict::Approve)), "release-not-open");
        let third = house.sql(&format!(
            "INSERT INTO decisions (subject_kind, subject_number, subject_version, decided_by, decision, decided_at, \
             proof_kind, proof) SELECT subject_kind, subject_number, subject_version, 'clara', 'approve', decided_at, \
             proof_kind, proof FROM decisions WHERE subject_number = '{feed}' AND decided_by = 'alice'"
        ));
        assert!(third.unwrap_err().to_string().contains("one refusal ends"));
        assert_eq!(released(house, &feed).unwrap(), None);
        assert!(forced(house, &feed).contains("two officers release"));
    });
}

#[test]
fn a_release_is_worth_what_the_officers_were_told_and_no_more() {
    on_both(|house| {
        let feed = put_aside(house);
        let newest = |house: &mut House| get(&mut house.db, &feed).unwrap().hold.version;
        // The same file again: nobody is asked twice.
        assert_eq!(code(house.try_import(4, &crowd(10), None)), "register-feed-held");
        assert_eq!(newest(house), 1);
        decide(house, "alice", &feed, Verdict::Approve).unwrap();
        decide(house, "bob", &feed, Verdict::Approve).unwrap();
        let release = released(house, &feed).unwrap();
        // Another feed comes between: the register is no longer the one that they were told of.
        house.import_day(3, &crowd(41));
        assert_eq!(code(house.try_import(4, &crowd(10), release.clone())), "register-feed-held");
        assert_eq!(newest(house), 2);
        assert_eq!(standing(house, &feed), "held", "nobody has decided on what it would do now");
        assert!(forced(house, &feed).contains("two officers release"));
        assert!(lives(house, 39));
        // Nor is it worth anything for another file.
        assert_eq!(code(house.try_import(5, &crowd(9), release)), "register-feed-held");
    });
}

#[test]
fn decisions_that_nobody_signed_release_nothing() {
    on_both(|house| {
        let feed = put_aside(house);
        decide(house, "alice", &feed, Verdict::Approve).unwrap();
        house
            .sql(&format!(
                "INSERT INTO decisions (subject_kind, subject_number, subject_version, decided_by, decision, \
                 decided_at, proof_kind, proof) SELECT subject_kind, subject_number, subject_version, 'bob', 'approve', \
                 decided_at, proof_kind, proof FROM decisions WHERE subject_number = '{feed}'"
            ))
            .unwrap();
        assert_eq!(standing(house, &feed), "released", "so the rows say");
        assert_eq!(code(released(house, &feed)), "approval-proof-invalid");
    });
}

#[test]
fn who_was_refused_by_the_worker_is_as_who_never_decided_and_another_approves_in_his_place() {
    on_both(|house| {
        let feed = put_aside(house);
        decide(house, "alice", &feed, Verdict::Approve).unwrap();
        decide(house, "bob", &feed, Verdict::Approve).unwrap();
        assert_eq!(standing(house, &feed), "released");
        refused_by_the_worker(house, &feed, "alice");
        assert_eq!(standing(house, &feed), "held");
        assert_eq!(released(house, &feed).unwrap(), None);
        assert_eq!(code(decide(house, "alice", &feed, Verdict::Approve)), "release-another-officer");
        decide(house, "clara", &feed, Verdict::Approve).unwrap();
        let release = released(house, &feed).unwrap().unwrap();
        assert_eq!(release.officers(), &["bob".to_owned(), "clara".to_owned()]);
        house.try_import(4, &crowd(10), Some(release)).unwrap();
    });
}
