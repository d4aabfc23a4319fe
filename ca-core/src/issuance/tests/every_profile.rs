//! Every profile that may be issued, with each kind of key that it certifies: prepared, linted, signed and verified.

use openssl::rsa::Rsa;

use super::*;
use crate::certificate;
use crate::profile::{KeyKind, ProfileId};

const HERE: &str = module_path!();

#[test]
fn every_profile_that_may_be_issued_is_with_each_kind_of_key_that_it_certifies() {
    in_house_of(
        HERE,
        "every_profile_that_may_be_issued_is_with_each_kind_of_key_that_it_certifies",
        |house| {
            let mut lines: Vec<(ProfileId, KeyKind, String)> = Vec::new();
            for profile in house.profiles.iter() {
                // What an authority's certificate takes is a ceremony: its tests make each of them.
                if profile.key_escrow || profile.is_authority() {
                    continue;
                }
                for issuer in &profile.issuers {
                    lines.extend(
                        profile.keys.kinds().iter().map(|kind| (profile.id.clone(), *kind, issuer.clone())),
                    );
                }
            }
            let profiles: std::collections::BTreeSet<&ProfileId> =
                lines.iter().map(|(profile, ..)| profile).collect();
            assert_eq!(profiles.len(), 30, "{profiles:?}");
            assert_eq!(profiles.iter().filter(|profile| profile.as_str().ends_with("-tech")).count(), 6);
            for (at, (profile, kind, issuer)) in lines.iter().enumerate() {
                let key = key_of(*kind);
                let prepared =
                    house.prepare_under(profile.as_str(), issuer, &facts(profile.as_str(), at), &key);
                let prepared =
                    prepared.unwrap_or_else(|error| panic!("{profile}, {kind}, {issuer}: {error}"));
                let House { db, signer, rng, .. } = house;
                let issued = issue(db, signer, prepared, rng, &act()).unwrap();
                let found = certificate::find(db, issuer, &issued.serial).unwrap().unwrap();
                assert_eq!(
                    found.status.der(),
                    Some(issued.der.as_slice()),
                    "{profile}, {kind}: it stands as good"
                );
                let read = openssl::x509::X509::from_der(&issued.der).unwrap();
                assert_eq!(read.public_key().unwrap().public_key_to_der().unwrap(), key, "{profile}, {kind}");
            }
        },
    );
}

fn key_of(kind: KeyKind) -> Vec<u8> {
    let rsa = |bits| PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap().public_key_to_der().unwrap();
    match kind {
        KeyKind::P256 => key(),
        KeyKind::P384 => {
            let group = EcGroup::from_curve_name(Nid::SECP384R1).unwrap();
            PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap().public_key_to_der().unwrap()
        }
        KeyKind::Rsa2048 => rsa(2048),
        KeyKind::Rsa3072 => rsa(3072),
        KeyKind::Rsa4096 => rsa(4096),
    }
}

/// Facts that the profile's lint accepts, of somebody who is nobody: another one each time.
fn facts(profile: &str, at: usize) -> Facts {
    let number = format!("26{at:07}");
    let card = format!("{number}{}", check_digit(&number));
    let facts = match profile.split('-').collect::<Vec<_>>()[..] {
        ["fo", _, "cpf", ..] => person()
            .with(Fact::NationalIdentifier, "899700000131")
            .with(Fact::Title, "Sage-Femme en formation")
            .with(Fact::FutureProfession, "50"),
        ["fo", ..] | ["el", "pp", "soft", ..] => {
            person().with(Fact::NationalIdentifier, "899700000123").with(Fact::Profession, "50")
        }
        ["st", _, "cpe", "service", ..] => structure()
            .with(Fact::Pseudonym, "EMPLOYE000000042")
            .with(Fact::NationalIdentifier, "30B0057881/000000042"),
        ["st", _, "cpe" | "cde", ..] | ["el", "pp", "pro", "auth"] => {
            employee().with(Fact::NationalIdentifier, "30B0057881/CPET0002")
        }
        ["st", ..] | ["el", "pp", ..] => employee()
            .with(Fact::StructureIdentifier, "300000000029751")
            .with(Fact::NationalIdentifier, "500000000029751/CPAT0001"),
        ["el", "org", "test", ..] => structure().with(Fact::ServiceName, "TEST-VALABLE"),
        _ => structure()
            .with(Fact::ServiceName, "dossier.home.arpa")
            .with_all(Fact::DnsNames, ["dossier.home.arpa", "api.dossier.home.arpa"]),
    };
    facts.with(Fact::CardNumber, card).with(Fact::EmailAddress, "personne.essai@home.arpa")
}

/// Luhn, as the last digit of a card's number is reckoned.
fn check_digit(number: &str) -> u32 {
    let digits = number.bytes().rev().map(|digit| u32::from(digit - b'0'));
    let sum: u32 = digits
        .enumerate()
        .map(|(at, digit)| if at % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit })
        .sum();
    (10 - sum % 10) % 10
}

fn person() -> Facts {
    Facts::new()
        .with(Fact::GivenName, "Cécile")
        .with(Fact::FamilyName, "Dumoulin-Test")
        .with(Fact::Title, "Sage-Femme")
}

fn structure() -> Facts {
    Facts::new()
        .with(Fact::Department, "Paris (75)")
        .with(Fact::OrganisationName, "HOPITAL FICTIF")
        .with(Fact::StructureIdentifier, "10B0057881")
}

fn employee() -> Facts {
    structure()
        .with(Fact::Title, "Personnel santé ou social")
        .with(Fact::GivenName, "Charles")
        .with(Fact::FamilyName, "Essai")
}
