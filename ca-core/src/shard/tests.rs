//! Shards under the authorities of a ceremony in SoftHSM: how they come, what their certificates say, when they go.

use std::collections::BTreeMap;
use std::time::Duration;

use der::Decode;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use store::schema::certificates;
use store::{Act, Database, Fault};
use x509_cert::Certificate;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{CrlDistributionPoints, FreshestCrl};

use super::*;
use crate::identity::Identity;
use crate::issuance::tests::{House, act, in_house_of, key, nurse};

const HERE: &str = module_path!();
const DAY: Duration = Duration::from_secs(86_400);

fn counts(count: u32) -> ShardCounts {
    ShardCounts::new(BTreeMap::from([("ACI-FO-PP".to_owned(), count)])).unwrap()
}

fn settle_at(house: &mut House, counts: &ShardCounts, act: &Act) -> Result<Vec<SettledShards>, ShardError> {
    settle(&mut house.db, &house.identity, counts, 10 * DAY, &mut house.rng, act)
}

fn numbers(db: &mut Database) -> Vec<u32> {
    open(db, "ACI-FO-PP").unwrap().into_iter().map(|shard| shard.number).collect()
}

/// The first URL of a cRLDistributionPoints or freshestCRL, as x509-cert reads it.
fn first_url(points: &[x509_cert::ext::pkix::crl::dp::DistributionPoint]) -> String {
    match &points[0].distribution_point {
        Some(DistributionPointName::FullName(names)) => match names.as_slice() {
            [GeneralName::UniformResourceIdentifier(url)] => url.to_string(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn shard_of(db: &mut Database, serial: &SerialNumber) -> Option<i64> {
    certificates::table.find(("ACI-FO-PP", serial.to_string())).select(certificates::shard).first(db).unwrap()
}

#[test]
fn a_certificate_names_the_shard_it_was_issued_into_whatever_the_number_of_shards_is_later() {
    in_house_of(
        HERE,
        "a_certificate_names_the_shard_it_was_issued_into_whatever_the_number_of_shards_is_later",
        |house| {
            let before = house.issue("fo-pp-cps-auth", &nurse("899700000107"), &key());
            assert_eq!(shard_of(&mut house.db, &before.serial), None);
            let settled = settle_at(house, &counts(3), &act()).unwrap();
            assert_eq!(settled, [SettledShards { authority: "ACI-FO-PP".to_owned(), before: 0, now: 3 }]);
            assert_eq!(settle_at(house, &counts(3), &act()).unwrap(), [], "nothing is left to do");

            let issued: Vec<_> =
                (0..12).map(|_| house.issue("fo-pp-cps-auth", &nurse("899700000107"), &key())).collect();
            let mut seen = std::collections::BTreeSet::new();
            for certificate in &issued {
                let number = shard_of(&mut house.db, &certificate.serial).unwrap();
                let parsed = Certificate::from_der(&certificate.der).unwrap();
                let tbs = parsed.tbs_certificate();
                let (_, points) = tbs.get_extension::<CrlDistributionPoints>().unwrap().unwrap();
                let (_, freshest) = tbs.get_extension::<FreshestCrl>().unwrap().unwrap();
                assert_eq!(first_url(&points.0), format!("http://localhost:8080/crl/ACI-FO-PP/{number}.crl"));
                assert_eq!(
                    first_url(&freshest.0),
                    format!("http://localhost:8080/crl/ACI-FO-PP/{number}-delta.crl")
                );
                seen.insert(number);
            }
            assert!(seen.len() > 1, "twelve certificates in one shard of three: {seen:?}");

            settle_at(house, &counts(7), &act()).unwrap();
            let after: Vec<_> =
                issued.iter().map(|issued| shard_of(&mut house.db, &issued.serial).unwrap()).collect();
            let fixed: Vec<_> = issued
                .iter()
                .map(|issued| {
                    i64::from(
                        of(&open(&mut house.db, "ACI-FO-PP").unwrap()[..3], &issued.serial).unwrap().number,
                    )
                })
                .collect();
            assert_eq!(after, fixed);
            // Not by hand either.
            for (sql, why) in [
                (
                    "UPDATE crl_shards SET crl_url = 'http://localhost:8080/crl/9.crl' WHERE number = 1",
                    "never moved",
                ),
                ("UPDATE crl_shards SET number = 9 WHERE number = 1", "never moved"),
                ("DELETE FROM crl_shards WHERE number = 1", "never deleted"),
            ] {
                let refused = house.db.batch_execute(sql).unwrap_err();
                assert!(refused.to_string().contains(why), "{sql}: {refused}");
            }
            let moved = diesel::update(certificates::table.find(("ACI-FO-PP", issued[0].serial.to_string())))
                .set(certificates::shard.eq(Some(7)))
                .execute(&mut house.db);
            assert!(moved.unwrap_err().to_string().contains("never changed"));
        },
    );
}

#[test]
fn fewer_shards_are_refused_while_a_certificate_of_one_that_would_end_lives() {
    in_house_of(HERE, "fewer_shards_are_refused_while_a_certificate_of_one_that_would_end_lives", |house| {
        settle_at(house, &counts(2), &act()).unwrap();
        let last = loop {
            let issued = house.issue("fo-pp-cps-auth", &nurse("899700000107"), &key());
            if shard_of(&mut house.db, &issued.serial) == Some(2) {
                break issued;
            }
        };
        let ends: store::Timestamp = certificates::table
            .find(("ACI-FO-PP", last.serial.to_string()))
            .select(certificates::not_after)
            .first(&mut house.db)
            .unwrap();
        for (later, refused) in [(Duration::ZERO, true), (10 * DAY, true), (11 * DAY, false)] {
            let at = if later.is_zero() { act().at } else { ends.plus(later) };
            let outcome = settle_at(house, &counts(1), &Act { at, ..act() });
            match outcome {
                Err(error) if refused => {
                    assert_eq!(error.code().name, "crl-shard-living");
                    assert!(matches!(error, ShardError::Living { number: 2, until, .. } if until == ends));
                    assert_eq!(numbers(&mut house.db), [1, 2], "nothing was changed");
                }
                Ok(settled) if !refused => assert_eq!(settled[0].now, 1),
                other => panic!("{later:?}: {other:?}"),
            }
        }
        assert_eq!(numbers(&mut house.db), [1]);
        // And back: the shard that had ended is opened again, at its address.
        settle_at(house, &counts(3), &act()).unwrap();
        assert_eq!(numbers(&mut house.db), [1, 2, 3]);
    });
}

#[test]
fn a_shard_never_moves_to_another_address() {
    in_house_of(HERE, "a_shard_never_moves_to_another_address", |house| {
        settle_at(house, &counts(2), &act()).unwrap();
        let text = Identity::DEMO
            .replace("localhost:8080/crl/{id}/{shard}.crl", "localhost:8080/lcr/{id}/{shard}.crl");
        house.identity = Identity::parse(&text).unwrap();
        let moved = settle_at(house, &counts(3), &act()).unwrap_err();
        assert_eq!(moved.code().name, "crl-shard-moved", "{moved}");
        assert_eq!(numbers(&mut house.db), [1, 2]);
    });
}

#[test]
fn shards_of_what_is_no_issuing_authority_or_without_an_address_are_refused() {
    in_house_of(HERE, "shards_of_what_is_no_issuing_authority_or_without_an_address_are_refused", |house| {
        let of = |name: &str| ShardCounts::new(BTreeMap::from([(name.to_owned(), 2)])).unwrap();
        for name in ["ACI-XX-YY", "ACR-FO"] {
            let refused = settle_at(house, &of(name), &act()).unwrap_err();
            assert_eq!(refused.code().name, "crl-shards-authority", "{refused}");
        }
        let without: Vec<_> = Identity::DEMO.lines().filter(|line| !line.starts_with("shard_")).collect();
        house.identity = Identity::parse(&without.join("\n")).unwrap();
        let refused = settle_at(house, &counts(2), &act()).unwrap_err();
        assert_eq!(refused.code().name, "crl-shards-no-address", "{refused}");
        settle_at(house, &ShardCounts::default(), &act()).unwrap();
    });
}

#[test]
fn numbers_of_shards_are_bounded_and_stand_beside_first_generations() {
    let of = |name: &str, count| ShardCounts::new(BTreeMap::from([(name.to_owned(), count)]));
    for count in [0, MOST + 1] {
        assert!(matches!(of("ACI-FO-PP", count), Err(BadShardCount::Count { .. })));
    }
    assert!(matches!(of("ACI-FO-PP-2", 4), Err(BadShardCount::Generation(_))));
    let counts = of("ACI-FO-PP", MOST).unwrap();
    assert_eq!((counts.of("ACI-FO-PP"), counts.of("ACI-FO-PP-2"), counts.of("ACI-EL-PP")), (MOST, MOST, 0));
}

#[test]
fn an_identity_whose_addresses_would_be_those_of_several_crls_is_refused() {
    for (from, to, field) in [
        ("/crl/{id}.crl\"", "/crl/{id}/{shard}.crl\"", "publication.crl"),
        ("/crl/{id}/{shard}.crl\"", "/crl/{id}.crl\"", "publication.shard_crl"),
        ("/crl/{id}/{shard}.crl\"", "/crl/{shard}.crl\"", "publication.shard_crl"),
        ("/crl/{id}/{shard}-delta.crl\"", "/crl/{id}/{shard}.crl\"", "publication.shard_delta_crl"),
        ("shard_delta_crl = ", "#", "publication.shard_delta_crl"),
    ] {
        let refused = Identity::parse(&Identity::DEMO.replacen(from, to, 1)).unwrap_err();
        assert!(refused.to_string().contains(field), "{from} -> {to}: {refused}");
    }
}
