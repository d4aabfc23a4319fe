//! A revocation of long ago that a responder has lost: nothing that is new, and nothing that is drawn.

use std::net::{Ipv4Addr, SocketAddr};

use coherence::fetch::Fetcher;
use coherence::{Difference, Face, Kind, Observation, Sample, look, observe};
use store::{Act, Actor, RequestId};

use super::planted::{Fives, altered};
use super::*;

/// More events than the newest that are asked about each time.
const NEWER: u32 = 70;

/// What [`Fives`] draw, behind the octets of the authority, and the seven that follow.
const DRAWN: std::ops::RangeInclusive<u64> = 0x5555_5555_5555_5555..=0x5555_5555_5555_555C;

/// As many events of another certificate as if years had gone by since these were revoked, and so many certificates beside what is
/// drawn that they are none of its neighbours.
fn long_ago(workshop: &Workshop, lost: &[Certificate], other: &Certificate) {
    let mut sql = String::new();
    for one in lost {
        let (issuer, serial) = (&one.issuer, &one.serial);
        sql += &format!(
            "UPDATE certificate_status_events SET occurred_at = occurred_at - 864000000 WHERE issuer = '{issuer}' AND serial = '{serial}';
             CREATE TEMP TABLE beside AS SELECT * FROM certificates WHERE issuer = '{issuer}' AND serial = '{serial}';
             UPDATE beside SET status = 'good', revoked_at = NULL, revocation_reason = NULL;"
        );
        for drawn in DRAWN {
            sql += &format!(
                "UPDATE beside SET serial = (SELECT hex(serial_prefix) FROM authorities WHERE short_name = '{issuer}') || '{drawn:016X}';
                 INSERT OR IGNORE INTO certificates SELECT * FROM beside;"
            );
        }
        sql += "DROP TABLE beside;";
    }
    let (issuer, serial) = (&other.issuer, &other.serial);
    for n in 0..NEWER {
        let (event, reason) = if n % 2 == 0 { ("held", "certificateHold") } else { ("released", "") };
        sql += &format!(
            "INSERT INTO certificate_status_events (sequence, issuer, serial, event, reason, occurred_at)
             SELECT max(sequence) + 1, '{issuer}', '{serial}', '{event}', '{reason}', max(occurred_at) FROM certificate_status_events;"
        );
    }
    sql +=
        "UPDATE certificate_status_counter SET last = (SELECT max(sequence) FROM certificate_status_events);";
    altered(workshop, &sql);
}

/// Of which certificates OCSP lacks the revocation.
fn lacking(differences: &[Difference]) -> BTreeSet<String> {
    let of_ocsp = differences.iter().filter(|one| (one.face, one.kind) == (Face::Ocsp, Kind::Missing));
    of_ocsp.map(|one| one.subject.clone()).collect()
}

#[test]
fn a_revocation_of_long_ago_that_ocsp_has_lost_is_found_by_the_walk_and_by_nothing_else() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let stale = workshop.copied();
    let status = status_service(&stale);
    let cards = workshop.cards(CardStatus::Active);
    let other = of_card(&mut workshop.open(DatabaseRole::Owner), &cards[1]).remove(0).1;
    let lost = oppose(&workshop, &cards[0]);
    long_ago(&workshop, &lost, &other);
    let expected: BTreeSet<String> = lost.iter().map(subject).collect();

    let fetcher = Fetcher::at(SocketAddr::from((Ipv4Addr::LOCALHOST, status.port())));
    let mut db = workshop.open(DatabaseRole::Owner);
    let act =
        Act { at: db.now().unwrap(), actor: Actor::Job("coherence"), request: RequestId("test".into()) };
    let sample = Sample::draw(&mut db, &mut Fives, act.at).unwrap();
    let looked = look(&mut db, &fetcher, &sample, &act).unwrap();
    assert_eq!(lacking(&looked.differences), BTreeSet::new(), "they are neither new nor drawn");

    let (mut walk, mut found, mut looks) = (None, BTreeSet::new(), 0);
    loop {
        let mut wait = |_| Some(act.clone());
        let ocsp_validity = Duration::from_secs(86_400);
        let mut observation = Observation {
            fetcher: &fetcher,
            ocsp_validity,
            walk,
            not_looked_at: Vec::new(),
            wait: &mut wait,
        };
        let stated = observe(&mut db, &mut observation, &mut Fives, &act).unwrap().unwrap();
        found.extend(lacking(&stated.differences));
        looks += 1;
        walk = stated.ocsp_walk;
        if walk.as_ref().unwrap().last_round.is_some() {
            break;
        }
        assert!(looks < 20, "the walk comes to no end: {walk:?}");
    }
    assert!(looks > 2, "a share at a time");
    assert_eq!(found, expected);

    // Nobody listens there: a look ends all the same, and the walk has gone nowhere.
    drop(status);
    let mut wait = |_| Some(act.clone());
    let mut observation = Observation {
        fetcher: &fetcher,
        ocsp_validity: Duration::from_secs(86_400),
        walk: walk.clone(),
        not_looked_at: Vec::new(),
        wait: &mut wait,
    };
    let stated = observe(&mut db, &mut observation, &mut Fives, &act).unwrap().unwrap();
    assert_eq!((stated.ocsp_questions, stated.ocsp_walk), (3, walk));
    let silent: BTreeSet<_> = stated.differences.iter().map(|one| (one.face, one.kind)).collect();
    assert!(silent.contains(&(Face::Ocsp, Kind::Unreachable)), "{silent:?}");
}
