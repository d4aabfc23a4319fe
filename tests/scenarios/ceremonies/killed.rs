//! SIGKILL at any line of the transcript: each key and each certificate is made once.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use acceptance::harness::{DatabaseKind, chance, empty_database, run, start};
use diesel::prelude::*;
use rand_core::Rng;
use store::schema::{authorities, certificates, service_keys};
use store::{Database, DatabaseRole};

use super::{Empty, objects_in_token, shipped, verify};

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_ceremony_that_is_killed_again_and_again_is_taken_up_and_makes_each_key_and_certificate_once() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let database = empty_database(kind);
        let empty = Empty::new(Some(&database));
        let transcript = empty.dir.join("ceremonies/demo/transcript.jsonl");
        let lines = || fs::read_to_string(&transcript).map_or(0, |text| text.lines().count());
        let mut kills = 0;
        loop {
            let until = lines() + 1 + (chance().next_u32() % 8) as usize;
            let mut running = start(&mut empty.hold(&shipped("demo")));
            let begun = Instant::now();
            let status = loop {
                assert!(begun.elapsed() < PATIENCE, "{}", running.stderr());
                if let Some(status) = running.ended() {
                    break Some(status);
                }
                if lines() >= until && running.kill_if(|| no_token_is_being_written(&empty.dir)) {
                    break None;
                }
                std::thread::sleep(Duration::from_millis(1));
            };
            match status {
                Some(status) => {
                    assert!(status.success(), "{}", running.stderr());
                    break;
                }
                None => kills += 1,
            }
        }
        assert!(kills >= 8, "only {kills} kills");
        // Taken up after its end it changes nothing.
        let (before, written) = (fs::read(&transcript).unwrap(), lines());
        run(&mut empty.hold(&shipped("demo"))).expect_exit(0);
        assert_eq!(fs::read(&transcript).unwrap(), before);
        assert!(written >= 2 * 43, "43 steps, each begun and done: {written}");

        for (label, keys) in [("igc-roots", 3), ("igc-issuing", 6), ("igc-services", 2), ("igc-status", 6)] {
            assert_eq!(objects_in_token(&empty.dir, label), 2 * keys, "{label}");
        }
        let mut db = database.open(DatabaseRole::Owner);
        let good: i64 =
            certificates::table.filter(certificates::status.eq("good")).count().get_result(&mut db).unwrap();
        assert_eq!(good, 9 + 6 + 1);
        assert_eq!(unsettled(&mut db), 0);
        let of_authorities: i64 = authorities::table.count().get_result(&mut db).unwrap();
        let of_services: i64 = service_keys::table.count().get_result(&mut db).unwrap();
        assert_eq!((of_authorities, of_services), (9, 8));
        run(&mut empty.command(&["publish", "crl"])).expect_exit(0);
        run(&mut empty.command(&["doctor"])).expect_exit(0);
        verify(&empty.report("demo")).expect_exit(0);
    }
}

/// SoftHSM writes the file of a token anew at each login, in place, and attribute by attribute when it makes one:
/// killed in that instant it forgets the token with all its keys, or never knows it. An HSM survives the death of
/// its client, and that is what is tried here.
fn no_token_is_being_written(dir: &Path) -> bool {
    let tokens = fs::read_dir(dir.join("tokens/store")).into_iter().flatten();
    tokens
        .filter_map(Result::ok)
        .all(|token| fs::metadata(token.path().join("token.object")).is_ok_and(|it| it.len() >= WHOLE_TOKEN))
}

/// The file of a token with its label and both PINs, octets.
const WHOLE_TOKEN: u64 = 320;

fn unsettled(db: &mut Database) -> i64 {
    let states = certificates::status.eq_any(["intended", "signing"]);
    certificates::table.filter(states).count().get_result(db).unwrap()
}
