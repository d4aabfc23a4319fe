//! Random courses of events against a simple oracle.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use const_oid::db::rfc5912::{ID_SHA_1, ID_SHA_256};
use der::Encode;
use proptest::prelude::*;
use store::{Act, Timestamp};
use x509_cert::ext::pkix::CrlReason;

use super::kept_tests::{DAY, Desk, desk};
use super::response::{CertStatus, OcspResponseStatus};
use super::tests::{ask_at, basic, cert_id, request};
use super::{Answer, AnswerKind};
use crate::fixture::{ISSUING, World};
use ca_core::revocation::RevocationReason;

/// What may happen; `u8` names one of a few certificates.
#[derive(Clone, Copy, Debug)]
enum Event {
    Intend(u8),
    Issue(u8),
    Abandon(u8),
    Revoke(u8),
    Hold(u8),
    Lift(u8),
    Hours(u8),
    DatabaseGone,
    DatabaseBack,
    LogRead,
    Asked(u8),
}

const CERTIFICATES: u8 = 4;

fn event() -> impl Strategy<Value = Event> {
    let one = 0..CERTIFICATES;
    prop_oneof![
        2 => one.clone().prop_map(Event::Intend),
        4 => one.clone().prop_map(Event::Issue),
        1 => one.clone().prop_map(Event::Abandon),
        3 => one.clone().prop_map(Event::Revoke),
        3 => one.clone().prop_map(Event::Hold),
        3 => one.clone().prop_map(Event::Lift),
        2 => (1..60_u8).prop_map(Event::Hours),
        1 => Just(Event::DatabaseGone),
        2 => Just(Event::DatabaseBack),
        4 => Just(Event::LogRead),
        12 => one.prop_map(Event::Asked),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Said {
    Good,
    Held,
    Revoked,
    Unknown,
    TryLater,
}

/// The whole truth, and what of it the responder can know.
#[derive(Default)]
struct Oracle {
    rows: BTreeMap<u8, &'static str>,
    /// Of which the log has spoken since it was read last.
    logged: BTreeSet<u8>,
    known: Option<(BTreeMap<u8, Said>, Timestamp)>,
    gone: bool,
}

impl Oracle {
    fn row(&self, one: u8) -> Said {
        match self.rows.get(&one) {
            Some(&"good") => Said::Good,
            Some(&"held") => Said::Held,
            Some(&"revoked") => Said::Revoked,
            _ => Said::Unknown,
        }
    }

    fn logs(&mut self, one: u8, state: &'static str) {
        self.rows.insert(one, state);
        self.logged.insert(one);
    }

    fn reads_log(&mut self, now: Timestamp) {
        let first = self.known.is_none();
        let mut known = self.known.take().map(|(known, _)| known).unwrap_or_default();
        for one in 0..CERTIFICATES {
            let row = self.row(one);
            if row != Said::Unknown && (first || self.logged.contains(&one)) {
                known.insert(one, row);
            }
        }
        self.logged.clear();
        self.known = Some((known, now));
    }

    /// What must be said, and since when it may be said to be known.
    fn asked(&mut self, one: u8, now: Timestamp, validity: Duration) -> (Said, Timestamp) {
        let row = self.row(one);
        let Some((known, since)) = &mut self.known else {
            // Before the published CRLs were laid over it, nothing is called good by what the database says alone.
            return (if self.gone || row == Said::Good { Said::TryLater } else { row }, now);
        };
        let said = match known.get(&one) {
            Some(said) => *said,
            None if self.gone => Said::TryLater,
            None => {
                if row != Said::Unknown {
                    known.insert(one, row);
                }
                row
            }
        };
        let is_over = since.whole_second().plus(validity) <= now;
        (if is_over { Said::TryLater } else { said }, *since)
    }
}

fn said(answer: &Answer) -> Said {
    match answer.kind {
        AnswerKind::Error(OcspResponseStatus::TryLater) => Said::TryLater,
        AnswerKind::Error(other) => panic!("{other:?}"),
        AnswerKind::Signed { .. } => match basic(answer).tbs_response_data.responses[0].cert_status {
            CertStatus::Good(_) => Said::Good,
            CertStatus::Revoked(ref info) if info.revocation_reason == Some(CrlReason::CertificateHold) => {
                Said::Held
            }
            CertStatus::Revoked(_) => Said::Revoked,
            CertStatus::Unknown(_) => Said::Unknown,
        },
    }
}

fn happens(event: Event, world: &mut World, desk: &Desk, oracle: &mut Oracle, now: &mut Act) {
    let name = |one: u8| format!("1D{:02X}", one + 1);
    let state = |oracle: &Oracle, one| oracle.rows.get(&one).copied().unwrap_or("");
    match event {
        Event::Intend(one) if state(oracle, one).is_empty() => {
            world.intend(ISSUING, &name(one));
            oracle.rows.insert(one, "intended");
        }
        Event::Issue(one) if matches!(state(oracle, one), "" | "intended") => {
            if state(oracle, one).is_empty() {
                world.intend(ISSUING, &name(one));
            }
            world.settle(ISSUING, &name(one), "signing", None);
            world.settle(ISSUING, &name(one), "good", Some(b"DER".to_vec()));
            oracle.rows.insert(one, "good");
        }
        Event::Abandon(one) if state(oracle, one) == "intended" => {
            world.settle(ISSUING, &name(one), "abandoned", None);
            oracle.rows.insert(one, "abandoned");
        }
        Event::Revoke(one) if matches!(state(oracle, one), "good" | "held") => {
            world.revoke(ISSUING, &name(one), RevocationReason::KeyCompromise);
            oracle.logs(one, "revoked");
        }
        Event::Hold(one) if state(oracle, one) == "good" => {
            world.hold(ISSUING, &name(one));
            oracle.logs(one, "held");
        }
        Event::Lift(one) if state(oracle, one) == "held" => {
            world.release(ISSUING, &name(one));
            oracle.logs(one, "good");
        }
        Event::Hours(hours) => now.at = now.at.plus(Duration::from_secs(3600) * hours.into()),
        Event::DatabaseGone => {
            desk.cut();
            oracle.gone = true;
        }
        Event::DatabaseBack => {
            desk.give_back();
            oracle.gone = false;
        }
        Event::LogRead if !oracle.gone => {
            desk.answers.synchronise(&mut world.db, now).unwrap();
            oracle.reads_log(now.at);
        }
        Event::Asked(one) => {
            for hash in [ID_SHA_1, ID_SHA_256] {
                let id = cert_id(world, ISSUING, hash, &[0x1D, one + 1]);
                let request = request(vec![id], vec![]).to_der().unwrap();
                let answer = ask_at(&desk.answers, &request, now);
                let (must, since) = oracle.asked(one, now.at, world.policy.ocsp_validity);
                assert_eq!(said(&answer), must, "of {one} at {}", now.at);
                if let AnswerKind::Signed { this_update, next_update, .. } = answer.kind {
                    assert!(this_update <= since, "known {since}, said to be known {this_update}");
                    assert!(now.at < next_update);
                    assert!(next_update <= this_update.plus(world.policy.ocsp_validity));
                }
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happens_the_answer_is_what_is_known_and_no_newer(
        events in proptest::collection::vec(event(), 1..60)
    ) {
        let mut world = World::new();
        world.policy.ocsp_validity = 2 * DAY;
        let desk = desk(&world);
        let mut oracle = Oracle::default();
        let mut now = world.act(DAY);
        for event in events {
            happens(event, &mut world, &desk, &mut oracle, &mut now);
        }
    }
}
