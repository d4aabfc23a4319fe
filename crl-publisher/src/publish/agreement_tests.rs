//! Random courses of events, after each of which every public face says the same: the full CRL, its base and delta,
//! the union of the shards, OCSP from memory, the opposition list in each form, its signed changes, those that come
//! from the database, and their stream. All of it is fetched from a status role over HTTP, as relying systems do, and read by `x509-cert`, `openssl`, `serde_json` and
//! `opposition-list-reader`, which share nothing with what wrote it. A hold is lifted or becomes a revocation, which
//! nothing takes back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ca_core::identity::Identity;
use ca_core::revocation::RevocationReason;
use ca_core::shard::{self, ShardCounts, ShardError};
use proptest::prelude::*;
use store::{Act, Timestamp};

use super::tests::{DAY, run};
use super::*;
use crate::crl::{CrlError, CrlKind};
use crate::fixture::{ISSUING, OTHER, World, rng};
use client::{Client, Entries, ServedCrl, opposed_by_changes, opposed_on_list};
use follower::{Follower, on_compact_list};
use status_role::StatusRole;

mod client;
mod follower;
mod status_role;

/// What may happen. A card has a certificate of the authority with shards, and one of the authority without.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// A card that lasts so many days, in the shard that this number falls on.
    Issue {
        days: u8,
        shard: u8,
    },
    /// Of the cards that stand, this one.
    Oppose(u8),
    /// One certificate alone, of this card.
    Revoke {
        card: u8,
        sharded: bool,
        reason: u8,
    },
    /// The same of a hold, of one that is good.
    Hold {
        card: u8,
        sharded: bool,
    },
    /// The hold of one that is held is lifted.
    Lift {
        card: u8,
        sharded: bool,
    },
    Hours(u8),
    Days(u8),
    /// An operator asks for every list now.
    PublishNow,
    /// The clock is wrong by so many hours for one run, and right again.
    ClockBack(u8),
    /// So many shards from now on, where that may be.
    Shards(u8),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => (2..40_u8, any::<u8>()).prop_map(|(days, shard)| Event::Issue { days, shard }),
        3 => any::<u8>().prop_map(Event::Oppose),
        4 => (any::<u8>(), any::<bool>(), 0..3_u8)
            .prop_map(|(card, sharded, reason)| Event::Revoke { card, sharded, reason }),
        6 => (any::<u8>(), any::<bool>()).prop_map(|(card, sharded)| Event::Hold { card, sharded }),
        6 => (any::<u8>(), any::<bool>()).prop_map(|(card, sharded)| Event::Lift { card, sharded }),
        2 => (1..24_u8).prop_map(Event::Hours),
        3 => (1..14_u8).prop_map(Event::Days),
        2 => Just(Event::PublishNow),
        1 => (1..72_u8).prop_map(Event::ClockBack),
        1 => (1..5_u8).prop_map(Event::Shards),
    ]
}

/// The number of a card, and when it was opposed, as every face writes it.
type Opposition = (String, String);

/// One certificate, as the course of events has left it.
struct Issued {
    issuer: &'static str,
    shard: Option<u32>,
    not_after: Timestamp,
    standing: Standing,
}

/// What must be said of it, and since when.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Standing {
    Good,
    Held(Timestamp),
    Revoked(RevocationReason, Timestamp),
}

impl Standing {
    /// The reason code and the second under which it is listed.
    fn listed(self) -> Option<(u32, i64)> {
        match self {
            Self::Good => None,
            Self::Held(since) => Some((6, since.seconds())),
            Self::Revoked(reason, since) => Some((reason.code().into(), since.seconds())),
        }
    }
}

/// The world, what must be true in it, and what a relying party keeps of it.
struct Course {
    world: World,
    status: StatusRole,
    now: Act,
    shards: u32,
    /// By serial number: that of card `n` begins with `1D`, and its certificates end with `01` and `02`.
    certificates: BTreeMap<String, Issued>,
    cards: u8,
    /// When each card was given.
    given_at: Vec<Timestamp>,
    opposed: Vec<Opposition>,
    client: Client,
    follower: Follower,
}

const REASONS: [RevocationReason; 3] =
    [RevocationReason::KeyCompromise, RevocationReason::Superseded, RevocationReason::CessationOfOperation];

impl Course {
    fn begin(full_crl_at_once: u64) -> Self {
        let mut world = World::new();
        world.policy.full_crl_at_once = full_crl_at_once;
        let (status, now) = (StatusRole::of(&world), world.act(Duration::ZERO));
        let (client, follower) = (Client::default(), Follower::of(&status));
        let (certificates, opposed) = (BTreeMap::new(), Vec::new());
        let mut course = Self {
            world,
            status,
            now,
            shards: 0,
            certificates,
            cards: 0,
            given_at: Vec::new(),
            opposed,
            client,
            follower,
        };
        course.settle_shards(3).unwrap();
        course
    }

    fn settle_shards(&mut self, count: u32) -> Result<(), ShardError> {
        let counts = ShardCounts::new(BTreeMap::from([(ISSUING.to_owned(), count)])).unwrap();
        let rest = self.world.policy.full_crl.valid;
        shard::settle(&mut self.world.db, &Identity::demo(), &counts, rest, &mut rng(), &self.now)?;
        self.shards = count;
        Ok(())
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Issue { days, shard } if self.cards < 40 => self.issue(days, shard),
            Event::Oppose(which) if self.cards > 0 => self.oppose(which % self.cards),
            Event::Revoke { card, sharded, reason } if self.cards > 0 => {
                let serial = serial(card % self.cards, sharded);
                self.revoke(&serial, REASONS[usize::from(reason)]);
            }
            Event::Hold { card, sharded } if self.cards > 0 => {
                let good = |one: &Issued| one.standing == Standing::Good;
                let Some(serial) = self.nearest(&serial(card % self.cards, sharded), good) else { return };
                let certificate = self.certificates.get_mut(&serial).unwrap();
                certificate.standing = Standing::Held(self.world.hold(certificate.issuer, &serial));
            }
            Event::Lift { card, sharded } if self.cards > 0 => {
                let held = |one: &Issued| matches!(one.standing, Standing::Held(_));
                let Some(serial) = self.nearest(&serial(card % self.cards, sharded), held) else { return };
                let certificate = self.certificates.get_mut(&serial).unwrap();
                self.world.release(certificate.issuer, &serial);
                certificate.standing = Standing::Good;
            }
            Event::Hours(hours) => self.now.at = self.now.at.plus(Duration::from_secs(3600) * hours.into()),
            Event::Days(days) => self.now.at = self.now.at.plus(DAY * days.into()),
            Event::PublishNow => {
                let World { db, signer, folder, policy, .. } = &mut self.world;
                let report = publish_crls_now(db, signer, folder, policy, &mut rng(), &self.now).unwrap();
                assert!(report.failures.is_empty(), "{:?}", report.failures);
            }
            Event::ClockBack(hours) => self.clock_goes_back(Duration::from_secs(3600) * hours.into()),
            Event::Shards(count) => self.change_shards(count.into()),
            _ => {}
        }
    }

    /// The next certificate that is such a one, from this one on and round: whatever is drawn, enough are held and lifted.
    fn nearest(&self, from: &str, such: impl Fn(&Issued) -> bool) -> Option<String> {
        let all =
            self.certificates.range(from.to_owned()..).chain(self.certificates.range(..from.to_owned()));
        all.filter(|(_, one)| such(one)).map(|(serial, _)| serial.clone()).next()
    }

    fn issue(&mut self, days: u8, shard: u8) {
        let (card, not_after) = (self.cards, self.now.at.plus(DAY * days.into()));
        let shard = u32::from(shard) % self.shards + 1;
        self.world.give_cards(number(card)..=number(card));
        self.world.issue_in(ISSUING, shard, &serial(card, true), not_after);
        self.world.issue(OTHER, &serial(card, false), not_after);
        for (issuer, shard) in [(ISSUING, Some(shard)), (OTHER, None)] {
            let one = Issued { issuer, shard, not_after, standing: Standing::Good };
            self.certificates.insert(serial(card, shard.is_some()), one);
        }
        self.given_at.push(self.now.at.whole_second());
        self.cards += 1;
    }

    fn oppose(&mut self, card: u8) {
        let (number, at) = (number(card), self.now.at.whole_second());
        if self.is_opposed(number) {
            return;
        }
        self.opposed.push((number.to_string(), at.to_string()));
        self.world.oppose_at(self.opposed.len().try_into().unwrap(), number, at);
        for sharded in [true, false] {
            self.revoke(&serial(card, sharded), RevocationReason::KeyCompromise);
        }
    }

    fn is_opposed(&self, number: u64) -> bool {
        self.opposed.iter().any(|(card, _)| *card == number.to_string())
    }

    fn revoke(&mut self, serial: &str, reason: RevocationReason) {
        let certificate = self.certificates.get_mut(serial).unwrap();
        let held_since = match certificate.standing {
            Standing::Revoked(..) => return,
            Standing::Held(since) => Some(since),
            Standing::Good => None,
        };
        let revoked_at = self.world.revoke(certificate.issuer, serial, reason);
        certificate.standing = Standing::Revoked(reason, held_since.unwrap_or(revoked_at));
    }

    /// Nothing is signed, and what stands stays.
    fn clock_goes_back(&mut self, by: Duration) {
        let before = self.client.newest_of(&self.world, &self.status, self.shards);
        let wrong = Act { at: self.now.at.minus(by), ..self.now.clone() };
        let World { db, signer, folder, policy, .. } = &mut self.world;
        let report = publish_crls_now(db, signer, folder, policy, &mut rng(), &wrong).unwrap();
        let behind = |failure: &CrlFailure| matches!(failure.error, CrlError::Clock { .. });
        // A revocation since may be dated later than what stands: then the CRL is, and is right.
        assert!(report.failures.iter().all(behind), "{:?}", report.failures);
        let after = self.client.newest_of(&self.world, &self.status, self.shards);
        for (list, number) in before {
            assert!(after[&list] >= number, "{list:?} went back");
        }
    }

    fn change_shards(&mut self, count: u32) {
        let rest = self.world.policy.full_crl.valid;
        let lives = self.certificates.values().any(|one| {
            one.shard.is_some_and(|shard| shard > count) && one.not_after >= self.now.at.minus(rest)
        });
        match self.settle_shards(count) {
            Ok(()) => assert!(!lives, "shards ended that certificates name"),
            Err(ShardError::Living { .. }) => assert!(lives, "refused without a reason"),
            Err(error) => panic!("{error}"),
        }
    }

    /// One run of the worker and one look of the status role; then every face is asked.
    fn faces_agree(&mut self) {
        let act = self.now.clone();
        // Before it stands on a list, and after.
        self.follower.knows(&self.status, &self.opposed);
        let report = run(&mut self.world, &act);
        assert!(report.failures.is_empty(), "{:?}", report.failures);
        let World { db, signer, folder, policy, .. } = &mut self.world;
        publish_opposition_list(db, signer, folder, policy, &mut rng(), &act).unwrap();
        self.status.comes_to(&mut self.world, act.at);

        for issuer in [ISSUING, OTHER] {
            let all = self.listed(issuer, None);
            if issuer == ISSUING {
                let mut union = BTreeMap::new();
                for number in 1..=self.shards {
                    union.extend(self.listed(issuer, Some(number)));
                }
                // What has expired leaves each list by that list's own regular CRLs: not all at one moment.
                let lasts = |(serial, _): &(String, _)| self.certificates[serial].not_after >= act.at;
                let [union, all] =
                    [union, all].map(|list| list.into_iter().filter(lasts).collect::<Entries>());
                assert_eq!(union, all, "the shards together, and the CRL of every certificate");
            }
            for (serial, one) in self.certificates.iter().filter(|(_, one)| one.issuer == issuer) {
                let said = self.client.asks(&self.world, &self.status, issuer, serial);
                let must = one.standing.listed().map(|(reason, _)| reason);
                assert_eq!(said, must, "OCSP of {serial}");
            }
        }
        let opposed: BTreeSet<Opposition> = self.opposed.iter().cloned().collect();
        assert_eq!(opposed_on_list(&self.status), opposed);
        opposed_by_changes(&self.status, &mut self.client.opposed);
        assert_eq!(self.client.opposed.values().cloned().collect::<BTreeSet<Opposition>>(), opposed);
        self.follower.knows(&self.status, &self.opposed);
        self.is_on_the_compact_list();
    }

    /// Whichever card was given when the list was made is on it where it is opposed, and is not where it is not.
    fn is_on_the_compact_list(&mut self) {
        let (produced_at, opposed) = on_compact_list(&self.status, (0..self.cards).map(number));
        for card in 0..self.cards {
            let (number, given_at) = (number(card), self.given_at[usize::from(card)]);
            let must = self.is_opposed(number);
            match opposed.get(&number) {
                Some(said) => assert_eq!(*said, must, "{number} on the compact list"),
                None => assert!(!must && given_at >= produced_at, "{number} is not covered"),
            }
        }
    }

    /// What a relying party makes of the newest base and the delta, which is the truth; so is what another makes of the delta
    /// with a base that he has kept.
    fn listed(&mut self, issuer: &str, shard: Option<u32>) -> Entries {
        let [full, delta] = [CrlKind::Full, CrlKind::Delta].map(|kind| {
            ServedCrl::fetch(&self.world, &self.status, (issuer, shard, kind)).expect("it is served")
        });
        let mut all = self.client.keep(issuer, shard, (&full, &delta), self.now.at);
        all.iter().for_each(|listed| self.is_the_truth(issuer, shard, listed));
        all.swap_remove(0)
    }

    /// Whatever is revoked or held and has not expired stands there, with its reason and since when; what has expired
    /// leaves only after a complete CRL of this list from after its end had it (RFC 5280 §3.3); and nothing else stands there.
    fn is_the_truth(&self, issuer: &str, shard: Option<u32>, listed: &Entries) {
        let within = |one: &Issued| one.issuer == issuer && (shard.is_none() || one.shard == shard);
        for (serial, one) in self.certificates.iter().filter(|(_, one)| within(one)) {
            match (listed.get(serial), one.standing.listed()) {
                (Some(entry), must) => assert_eq!(Some(*entry), must, "{serial}"),
                (None, Some(_)) => {
                    assert!(one.not_after < self.now.at, "{serial} has not expired, and stands nowhere");
                    let stood = self.client.stood_after(issuer, shard, serial, one.not_after);
                    assert!(
                        stood,
                        "{serial} left {issuer} {shard:?} before it had stood there after its end"
                    );
                }
                (None, None) => {}
            }
        }
        let known = |serial: &String| self.certificates.get(serial).is_some_and(within);
        assert!(listed.keys().all(known), "{listed:?} of {issuer}");
    }
}

/// What is printed on card `n`.
fn number(card: u8) -> u64 {
    2_600_000_000 + u64::from(card)
}

fn serial(card: u8, sharded: bool) -> String {
    format!("1D{card:02X}{:02X}", if sharded { 1 } else { 2 })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, max_shrink_iters: 40, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happens_every_public_face_says_the_same(
        full_crl_at_once in prop::sample::select(&[0, 2, 1000]),
        events in proptest::collection::vec(event(), 1..30)
    ) {
        let mut course = Course::begin(full_crl_at_once);
        course.faces_agree();
        for event in events {
            course.happens(event);
            course.faces_agree();
        }
    }
}

/// A shard that is opened has the CRLs of all shards made anew, so that the shards and the list of everything do not
/// let an entry go on the same day.
#[test]
fn what_has_expired_leaves_each_list_after_that_list_has_had_it() {
    let mut course = Course::begin(0);
    let issued_and_held = [Event::Issue { days: 2, shard: 0 }, Event::Hold { card: 0, sharded: true }];
    let most_of_two_days = [Event::Hours(23), Event::Hours(23), Event::Hours(1)];
    let until_it_has_left = [Event::Hours(23); 14];
    for event in
        issued_and_held.into_iter().chain(most_of_two_days).chain([Event::Shards(4)]).chain(until_it_has_left)
    {
        course.happens(event);
        course.faces_agree();
    }
    let left = [course.listed(ISSUING, None), course.listed(ISSUING, Some(1))];
    assert!(left.iter().all(|list| !list.contains_key(&serial(0, true))), "{left:?}");
}
