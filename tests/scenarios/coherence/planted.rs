//! One difference after the other, planted in each place that a look looks at, in each way in which it can be wrong: an
//! entry left out, one too many, another date, another sequence, a good signature over something else, a bad one over
//! the right thing. What is signed is signed by the real keys, of installations that know something else.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use acceptance::harness::{DatabaseKind, chance};
use coherence::fetch::Fetcher;
use coherence::{Difference, Face, Kind, Looked, Sample, look};
use crl_publisher::policy::Schedule;
use crl_publisher::publish::publish_crls_now;
use crl_publisher::{PublicFolder, PublicationPolicy};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::{Connection, SqliteConnection};
use store::schema::{card_certificates, certificates};
use store::{Act, Actor, CryptoRng, DatabaseRole, RequestId};

use self::server::{Plant, Plants, Server};
use super::super::status_service::StatusService;
use super::super::two_publishers::signer_beside_the_worker;
use super::shards::{AUTHORITY, sharded};
use super::*;

mod lists;
mod others;
mod server;

/// How many seconds after everything was published a look is taken, so that nothing is under way any more.
const LATER: i64 = 86_400;

/// A difference that is planted, and as what it must be found.
struct Planted {
    face: Face,
    place: String,
    kind: Kind,
    /// What the difference is about; any, where there is none.
    subject: Option<String>,
    /// What is planted.
    what: &'static str,
    plants: Plants,
    /// When a look finds it, from now.
    seconds_later: i64,
}

impl Planted {
    /// The places that it changes. Which page of the changes is looked at depends on the list in CSV.
    fn touches(&self) -> BTreeSet<String> {
        let list = |path: &String| {
            let depends =
                path.starts_with("/oppositions/changes/") || path.starts_with("/oppositions/full.csv");
            if depends { "/oppositions/full.csv".to_owned() } else { path.clone() }
        };
        self.plants.keys().map(list).collect()
    }

    fn is_found_in(&self, differences: &[Difference]) -> bool {
        differences.iter().any(|one| {
            (one.face, &one.place, one.kind) == (self.face, &self.place, self.kind)
                && self.subject.as_ref().is_none_or(|subject| *subject == one.subject)
        })
    }
}

/// One look from outside, with everything that this installation knows.
fn looked(workshop: &Workshop, address: SocketAddr, seconds_later: i64, rng: &mut dyn CryptoRng) -> Looked {
    let mut db = workshop.open(DatabaseRole::Owner);
    let at = Timestamp::from_millis(db.now().unwrap().millis() + seconds_later * 1000);
    let act = Act { at, actor: Actor::Job("coherence"), request: RequestId("test".into()) };
    let sample = Sample::draw(&mut db, rng, at).unwrap();
    look(&mut db, &Fetcher::at(address), &sample, &act).unwrap()
}

/// Chance that is none: what it draws is known before.
pub(super) struct Fives;

impl rand_core::TryRng for Fives {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(0x5555_5555)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(0x5555_5555_5555_5555)
    }

    fn try_fill_bytes(&mut self, octets: &mut [u8]) -> Result<(), Self::Error> {
        octets.fill(0x55);
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Fives {}

/// Somebody who owns the file does this to it: no trigger lets it be done.
pub(super) fn altered(workshop: &Workshop, sql: &str) {
    let mut db = SqliteConnection::establish(workshop.dir().join("igc.sqlite").to_str().unwrap()).unwrap();
    for trigger in triggers(&mut db) {
        db.batch_execute(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    db.batch_execute("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;").unwrap();
    db.batch_execute(sql).unwrap();
}

/// Installations that were one until a moment ago.
struct World {
    /// What is looked at: the first card was opposed and published, then the second.
    right: Workshop,
    /// The second was not opposed.
    without: Workshop,
    /// The third card was opposed in the place of the second.
    swapped: Workshop,
    /// The third was opposed too.
    extra: Workshop,
    /// The second was opposed a minute before.
    redated: Workshop,
    /// The second was opposed ten sequences later.
    resequenced: Workshop,
    /// Knows nothing of the first opposition, nor that a fourth card was ever given.
    gap: Workshop,
    cards: [CardNumber; 4],
    /// The certificates of one shard, of the first three cards.
    certificates: [Certificate; 3],
    shard: i64,
    status: StatusService,
    /// The status roles of the others, in the order above.
    others: [StatusService; 5],
    server: Server,
}

/// Makes every CRL of the issuing authorities and publishes it, at this moment.
fn full_crls_at(workshop: &Workshop, at: Timestamp) {
    let act = Act { at, actor: Actor::Job("full-crl"), request: RequestId("test".into()) };
    let process = signer_beside_the_worker(workshop);
    let mut db = workshop.open(DatabaseRole::Owner);
    let folder = PublicFolder::at(workshop.dir().join("public"));
    let day = Duration::from_secs(86_400);
    let schedule = Schedule { every: 5 * day, valid: 10 * day };
    let policy =
        PublicationPolicy { full_crl: schedule, delta_crl: schedule, ..PublicationPolicy::default() };
    let done =
        publish_crls_now(&mut db, &mut process.signer(), &folder, &policy, &mut chance(), &act).unwrap();
    assert!(done.failures.is_empty(), "{:?}", done.failures);
}

/// Cards with a good certificate in one shard, at least three: the shard, and each card with that certificate.
fn cards_of_one_shard(workshop: &Workshop) -> (i64, Vec<(CardNumber, Certificate)>) {
    let mut db = workshop.open(DatabaseRole::Owner);
    for shard in 1..=2 {
        let found: Vec<(String, String)> = card_certificates::table
            .inner_join(
                certificates::table.on(certificates::issuer
                    .eq(card_certificates::issuer)
                    .and(certificates::serial.eq(card_certificates::serial))),
            )
            .filter(certificates::shard.eq(shard).and(certificates::status.eq("good")))
            .order(card_certificates::card_number)
            .select((card_certificates::card_number, card_certificates::serial))
            .load(&mut db)
            .unwrap();
        let mut cards: Vec<(CardNumber, Certificate)> = Vec::new();
        for (card, serial) in found {
            let card: CardNumber = card.parse().unwrap();
            if cards.last().is_some_and(|(last, _)| *last == card) {
                continue;
            }
            let certificate = of_card(&mut db, &card).into_iter().map(|(_, one)| one);
            let certificate = certificate.into_iter().find(|one| one.serial.to_string() == serial).unwrap();
            cards.push((card, certificate));
        }
        if cards.len() >= 3 {
            return (shard, cards);
        }
    }
    panic!("six cards with certificates of two shards: three of them have one of the same");
}

impl World {
    fn begin() -> Self {
        let right = sharded(DatabaseKind::Sqlite);
        let (shard, cards) = cards_of_one_shard(&right);
        let [first, second, third] = &cards[..3] else { unreachable!() };
        let fourth = right.cards(CardStatus::Certified);
        let fourth =
            *fourth.iter().rev().find(|card| cards[..3].iter().all(|(one, _)| one != *card)).unwrap();
        // Cards that were made a moment before a compact list may not be on it yet.
        altered(&right, "UPDATE cards SET ordered_at = ordered_at - 3600000");
        oppose(&right, &first.0);
        for job in ["publication", "full-crl", "audit"] {
            right.job(job);
        }
        let [without, swapped] = std::array::from_fn(|_| right.copied());
        oppose(&swapped, &third.0);
        oppose(&right, &second.0);
        let [extra, redated, resequenced, gap] = std::array::from_fn(|_| right.copied());
        oppose(&extra, &third.0);
        let of_second = format!("(SELECT serial FROM card_certificates WHERE card_number = '{}')", second.0);
        altered(
            &redated,
            &format!(
                "UPDATE certificate_status_events SET occurred_at = occurred_at - 60000 WHERE serial IN {of_second};
                 UPDATE certificates SET revoked_at = revoked_at - 60000 WHERE serial IN {of_second};
                 UPDATE card_oppositions SET opposed_at = opposed_at - 60000 WHERE card_number = '{}';",
                second.0
            ),
        );
        altered(
            &resequenced,
            &format!(
                "UPDATE card_oppositions SET sequence = sequence + 10 WHERE card_number = '{}'",
                second.0
            ),
        );
        altered(
            &gap,
            &format!(
                "DELETE FROM card_oppositions WHERE card_number = '{}'; DELETE FROM cards WHERE number = '{fourth}';",
                first.0
            ),
        );
        // What was published stays on a list: who has forgotten must not see it.
        fs::remove_dir_all(public(&gap, "oppositions")).unwrap();
        for workshop in [&right, &swapped, &extra, &redated, &resequenced, &gap] {
            workshop.igc(&["publish", "oppositions"]);
        }
        // Each with the same number: they are made at one moment.
        let at = right.open(DatabaseRole::Owner).now().unwrap();
        for workshop in [&right, &without, &extra, &redated] {
            full_crls_at(workshop, at);
        }
        // Their logs have grown apart: each has heads of its own, by the same key.
        for workshop in [&right, &gap] {
            workshop.job("audit");
        }
        altered(&gap, &others::everything_revoked());
        altered(&resequenced, &others::another_issued(&resequenced));
        let status = status_service(&right);
        let others = [&swapped, &extra, &redated, &resequenced, &gap].map(status_service);
        status.comes_to_say(&right, &second.1, "revoked");
        let server = Server::before(status.port());
        let certificates = [&first.1, &second.1, &third.1].map(Clone::clone);
        let cards = [first.0, second.0, third.0, fourth];
        Self {
            right,
            without,
            swapped,
            extra,
            redated,
            resequenced,
            gap,
            cards,
            certificates,
            shard,
            status,
            others,
            server,
        }
    }

    fn card(&self, which: usize) -> Option<String> {
        Some(format!("card {}", self.cards[which]))
    }

    /// What is planted and was not found. What does not touch the same places is planted at the same time.
    fn not_found(&self, planted: &[Planted]) -> Vec<String> {
        let mut missed = Vec::new();
        let mut left: Vec<&Planted> = planted.iter().collect();
        while let Some(seconds_later) = left.first().map(|one| one.seconds_later) {
            let mut plants = Plants::new();
            let mut touched = BTreeSet::new();
            let (now, later) = left.into_iter().partition::<Vec<_>, _>(|one| {
                let touches = one.touches();
                let fits = one.seconds_later == seconds_later && touched.is_disjoint(&touches);
                if fits {
                    touched.extend(touches);
                    plants.extend(one.plants.clone());
                }
                fits
            });
            left = later;
            self.server.plant(plants);
            let looked = looked(&self.right, self.server.address, seconds_later, &mut Fives);
            for one in now.into_iter().filter(|one| !one.is_found_in(&looked.differences)) {
                let expected = (one.face, one.kind, &one.subject);
                let found: Vec<_> =
                    looked.differences.iter().filter(|found| found.place == one.place).collect();
                missed.push(format!("{} at {}: {expected:?}, found {found:#?}", one.what, one.place));
            }
        }
        self.server.plant(Plants::new());
        missed
    }
}

/// What a place is one of many of.
fn sort_of(place: &str, roots: &BTreeSet<String>) -> String {
    let name = place.rsplit('/').next().unwrap_or_default();
    let delta = if name.ends_with("-delta.crl") { " delta" } else { "" };
    if place.starts_with("/ca/") {
        "certificate of an authority".to_owned()
    } else if roots.contains(place) {
        "CRL of a root".to_owned()
    } else if place.starts_with("/crl/") {
        let whole = if place.matches('/').count() == 2 { "CRL" } else { "CRL of a shard" };
        format!("{whole}{delta}")
    } else {
        place.to_owned()
    }
}

#[test]
fn whatever_is_planted_in_any_place_is_found_and_no_place_goes_without() {
    let world = World::begin();
    let well = looked(&world.right, world.server.address, LATER, &mut chance());
    assert_eq!(well.differences, []);

    let mut planted = lists::planted(&world);
    planted.extend(others::crls(&world));
    planted.extend(others::answers(&world));
    planted.extend(others::heads(&world));
    let mut missed = world.not_found(&planted);
    // All complete CRLs but the newest have ended: the next delta starts from that one.
    altered(&world.right, others::OLDER_ENDED);
    world.right.job("full-crl");
    let bases = others::bases(&world);
    missed.extend(world.not_found(&bases));
    planted.extend(bases);
    missed.extend(others::altered_rows(&world, &mut planted));
    assert!(missed.is_empty(), "{} of {}: {}", missed.len(), planted.len(), missed.join("\n"));

    // A face, or a place, that is looked at and where nothing is planted.
    let faces: BTreeSet<Face> = planted.iter().map(|one| one.face).collect();
    assert_eq!(faces, Face::ALL.iter().copied().collect());
    let roots = others::roots(&world);
    let sorts: BTreeSet<String> = planted.iter().map(|one| sort_of(&one.place, &roots)).collect();
    for seen in &well.seen {
        let sort = sort_of(&seen.place, &roots);
        assert!(sorts.contains(&sort), "nothing is planted in {sort}: {sorts:?}");
    }
}
