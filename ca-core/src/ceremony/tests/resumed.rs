//! A crash at every step, and between the halves of a step: taken up again, nothing is made twice.

use diesel::prelude::*;
use store::schema::{certificates, issuance_epochs};

use super::hall::{Hall, act, chance, good_certificates, take};
use super::{END, INSTALLATION, ROOT};
use crate::authority;
use crate::ceremony::{CeremonyError, Step, TranscriptError, work};
use crate::signer::soft_token::in_child;

const HERE: &str = module_path!();

#[test]
fn after_a_crash_before_the_end_of_any_step_no_second_key_and_no_second_certificate_is_made() {
    in_child(
        HERE,
        "after_a_crash_before_the_end_of_any_step_no_second_key_and_no_second_certificate_is_made",
        |module| {
            let mut hall = Hall::new(module);
            for text in [INSTALLATION, END] {
                // Each step is done once, its last line is not written, and the process is another one.
                let mut steps = 0;
                loop {
                    let more = hall
                        .within(text, |db, course, crls| {
                            let Some(step) = course.next() else { return Ok(false) };
                            if !matches!(step, Step::Crl(_) | Step::Publish) {
                                course.begin(db, &step, &mut chance(), &act())?;
                                work::perform(course, db, &step, &mut chance(), &act())?;
                            }
                            steps += 1;
                            // Taken up: as far as the next step.
                            take(db, course, &step, crls)?;
                            Ok(true)
                        })
                        .unwrap();
                    if !more {
                        break;
                    }
                }
                assert!(steps > 5);
            }
            assert_eq!(good_certificates(&mut hall.db), 9 + 6 + 1);
            for (token, keys) in [("roots", 3), ("issuing", 5), ("services", 2), ("status", 6)] {
                assert_eq!(hall.module.token(token).unwrap().count_private_keys(), keys, "{token}");
            }
        },
    );
}

#[test]
fn a_certificate_that_was_only_intended_or_perhaps_signed_is_settled_and_made_anew_for_the_same_key() {
    in_child(
        HERE,
        "a_certificate_that_was_only_intended_or_perhaps_signed_is_settled_and_made_anew_for_the_same_key",
        |module| {
            let mut hall = Hall::new(module);
            for (label, signing) in
                [("ACR-EL", true), ("ACI-EL-PP", false), ("ACI-ST-PP", true), ("ocsp-ACI-EL-PP", true)]
            {
                hall.within(INSTALLATION, |db, course, crls| {
                    loop {
                        let step = course.next().unwrap();
                        match &step {
                            Step::Certificate(certificate) if certificate.label == label => {
                                course.begin(db, &step, &mut chance(), &act())?;
                                let prepared = work::prepare(course, db, certificate, &mut chance(), &act())?;
                                if signing {
                                    diesel::update(
                                        certificates::table
                                            .find((prepared.issuer(), prepared.serial().to_string())),
                                    )
                                    .set(certificates::status.eq("signing"))
                                    .execute(db)?;
                                }
                                return Ok(());
                            }
                            step => take(db, course, step, crls)?,
                        }
                    }
                })
                .unwrap();
            }
            hall.hold(INSTALLATION).unwrap();
            let states: Vec<String> = certificates::table
                .select(certificates::status)
                .order(certificates::status)
                .load(&mut hall.db)
                .unwrap();
            let count = |state: &str| states.iter().filter(|one| *one == state).count();
            assert_eq!((count("good"), count("abandoned"), count("revoked")), (16, 1, 3), "{states:?}");
            for authority in authority::all(&mut hall.db).unwrap() {
                assert_eq!(hall.public_key_of(&authority.short_name), Some(authority.public_key));
            }
        },
    );
}

#[test]
fn a_transcript_that_was_cut_altered_or_begun_with_another_file_is_refused() {
    in_child(HERE, "a_transcript_that_was_cut_altered_or_begun_with_another_file_is_refused", |module| {
        let mut hall = Hall::new(module);
        let some_steps = |hall: &mut Hall| {
            hall.within(INSTALLATION, |db, course, crls| {
                for _ in 0..4 {
                    let step = course.next().unwrap();
                    take(db, course, &step, crls)?;
                }
                Ok(())
            })
        };
        some_steps(&mut hall).unwrap();
        let path = hall.folder.path().join("ceremonies/demo/transcript.jsonl");
        let text = std::fs::read_to_string(&path).unwrap();

        let other = INSTALLATION.replace("Key ceremony of a demonstration", "Another");
        let refused = hall.hold(&other).unwrap_err();
        assert!(matches!(&refused, CeremonyError::Transcript(TranscriptError::OtherFile)), "{refused}");

        let cut: String = text.lines().take(4).map(|line| format!("{line}\n")).collect();
        std::fs::write(&path, &cut).unwrap();
        assert!(matches!(some_steps(&mut hall), Err(CeremonyError::TranscriptCut)));

        std::fs::write(&path, text.replacen("Alix", "Alex", 1)).unwrap();
        let refused = some_steps(&mut hall).unwrap_err();
        assert!(
            matches!(&refused, CeremonyError::Transcript(TranscriptError::Broken { line: 3, .. })),
            "{refused}"
        );

        // A line that a crash cut off was never acted on, not even one that ends in half a letter.
        let cut = "{\"number\":9,\"prev… Dominique LEFÈ".as_bytes();
        std::fs::write(&path, [text.as_bytes(), &cut[..cut.len() - 1]].concat()).unwrap();
        hall.operator = "Camille ROUX".to_owned();
        assert!(!hall.hold(INSTALLATION).unwrap().held_before);
        assert!(hall.hold(INSTALLATION).unwrap().held_before);
        let text = std::fs::read_to_string(&path).unwrap();
        let said: Vec<&str> = text.lines().filter(|line| line.contains("Camille ROUX")).collect();
        assert!(said.len() == 1 && said[0].contains("taken_up_by"), "{said:?}");

        std::fs::remove_file(&path).unwrap();
        assert!(matches!(some_steps(&mut hall), Err(CeremonyError::TranscriptCut)), "nothing is left of it");
    });
}

#[test]
fn a_ceremony_is_not_taken_up_with_a_database_that_does_not_know_what_was_done() {
    in_child(HERE, "a_ceremony_is_not_taken_up_with_a_database_that_does_not_know_what_was_done", |module| {
        let mut hall = Hall::new(module);
        let some_steps = |hall: &mut Hall| {
            hall.within(INSTALLATION, |db, course, crls| {
                for _ in 0..6 {
                    let step = course.next().unwrap();
                    take(db, course, &step, crls)?;
                }
                Ok(())
            })
        };
        some_steps(&mut hall).unwrap();
        let other = hall.with_empty_database().hold(INSTALLATION).unwrap_err();
        assert!(matches!(&other, CeremonyError::OtherDatabase(name) if name == "demo"), "{other}");
        assert_eq!(good_certificates(&mut hall.db), 0);
    });
}

#[test]
fn between_two_steps_no_epoch_is_open_that_would_lead_the_workers() {
    in_child(HERE, "between_two_steps_no_epoch_is_open_that_would_lead_the_workers", |module| {
        let mut hall = Hall::new(module);
        hall.within(INSTALLATION, |db, course, crls| {
            while let Some(step) = course.next() {
                take(db, course, &step, crls)?;
                let open: i64 = issuance_epochs::table
                    .filter(issuance_epochs::closed_at.is_null())
                    .count()
                    .get_result(db)?;
                assert_eq!(open, 0, "after {step}");
            }
            Ok(())
        })
        .unwrap();
        let epochs: i64 = issuance_epochs::table.count().get_result(&mut hall.db).unwrap();
        assert_eq!(epochs, 9 + 6 + 1, "one for each certificate");
    });
}

#[test]
fn shares_that_a_crash_cut_off_open_nothing_and_are_drawn_anew() {
    in_child(HERE, "shares_that_a_crash_cut_off_open_nothing_and_are_drawn_anew", |module| {
        let mut hall = Hall::new(module);
        hall.within(ROOT, |db, course, crls| {
            let open = course.next().unwrap();
            take(db, course, &open, crls)?;
            let share = course.next().unwrap();
            course.begin(db, &share, &mut chance(), &act())?;
            work::perform(course, db, &share, &mut chance(), &act()).map(drop)
        })
        .unwrap();
        let mut hall = hall.in_another_process();
        let refused = hall.hold(ROOT).unwrap_err().to_string();
        assert!(refused.contains("a share is never overwritten"), "{refused}");
        (1..=5).for_each(|number| std::fs::remove_file(hall.share_file(number)).unwrap());
        hall.hold(ROOT).unwrap();
    });
}

#[test]
fn one_process_at_a_time_holds_a_ceremony() {
    in_child(HERE, "one_process_at_a_time_holds_a_ceremony", |module| {
        let mut hall = Hall::new(module.clone());
        let folder = hall.folder.path().join("ceremonies/demo");
        std::fs::create_dir_all(&folder).unwrap();
        let other = std::fs::File::create(folder.join("transcript.jsonl")).unwrap();
        other.lock().unwrap();
        let refused = hall.hold(INSTALLATION).unwrap_err();
        assert!(matches!(&refused, CeremonyError::Transcript(TranscriptError::Locked(_))), "{refused}");
        drop(other);
        hall.hold(INSTALLATION).unwrap();
    });
}
