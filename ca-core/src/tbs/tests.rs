use std::cell::OnceCell;

use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::X509;
use proptest::prelude::*;

use super::*;
use crate::profile::Profiles;

/// What the tests vary: an input that builds.
struct Case {
    profile: String,
    identity: Identity,
    issuer: Option<TbsIssuer>,
    shard: Option<Shard>,
    facts: Facts,
    public_key: Vec<u8>,
    serial: &'static str,
    not_before: &'static str,
    not_after: &'static str,
    algorithm: SignatureAlgorithm,
}

impl Case {
    fn build(&self) -> Result<Vec<u8>, BuildError> {
        let profiles = Profiles::embedded();
        build(&TbsInput {
            profile: profiles.get(&self.profile).unwrap(),
            identity: &self.identity,
            issuer: self.issuer.as_ref(),
            shard: self.shard.as_ref(),
            facts: &self.facts,
            public_key: &self.public_key,
            serial: &self.serial.parse().unwrap(),
            not_before: self.not_before.parse().unwrap(),
            not_after: self.not_after.parse().unwrap(),
            algorithm: self.algorithm,
        })
    }

    fn tbs(&self) -> TbsCertificate {
        TbsCertificate::from_der(&self.build().unwrap()).unwrap()
    }

    fn refused(&self) -> BuildError {
        self.build().expect_err("this input is refused")
    }
}

fn p256() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn spki() -> Vec<u8> {
    thread_local!(static KEY: OnceCell<Vec<u8>> = const { OnceCell::new() });
    KEY.with(|key| key.get_or_init(|| p256().public_key_to_der().unwrap()).clone())
}

fn issuer(short_name: &str, parent: &str) -> TbsIssuer {
    let name = "CN=Issuer,C=FR".parse::<Name>().unwrap().to_der().unwrap();
    TbsIssuer {
        short_name: short_name.into(),
        parent: parent.into(),
        name,
        public_key: spki(),
        key_identifier: vec![7; 20],
        not_after: "2040-01-01T00:00:00Z".parse().unwrap(),
    }
}

fn card() -> Case {
    Case {
        profile: "fo-pp-cps-sign".into(),
        identity: Identity::demo(),
        issuer: Some(issuer("ACI-FO-PP", "ACR-FO")),
        shard: None,
        facts: Facts::new()
            .with(Fact::GivenName, "Guy")
            .with(Fact::FamilyName, "Essai")
            .with(Fact::NationalIdentifier, "899700000123")
            .with(Fact::Title, "Infirmier")
            .with(Fact::Profession, "60")
            .with(Fact::CardNumber, "2600000017"),
        public_key: spki(),
        serial: "2A00000000000001F0F1F2F3F4F5F6F7",
        not_before: "2026-11-21T10:00:00Z",
        not_after: "2029-11-21T10:00:00Z",
        algorithm: SignatureAlgorithm::EcdsaWithSha256,
    }
}

fn server() -> Case {
    Case {
        profile: "el-org-serv-ssl".into(),
        issuer: Some(issuer("ACI-EL-ORG", "ACR-EL")),
        facts: Facts::new()
            .with(Fact::Department, "Paris (75)")
            .with(Fact::OrganisationName, "HOPITAL FICTIF")
            .with(Fact::StructureIdentifier, "10B0057881")
            .with(Fact::ServiceName, "a.home.arpa")
            .with_all(Fact::DnsNames, ["a.home.arpa", "b.home.arpa"]),
        ..card()
    }
}

#[test]
fn every_fact_that_is_missing_is_named_with_what_is_made_of_it() {
    let whole = card();
    whole.build().unwrap();
    for (fact, _) in whole.facts.iter() {
        let rest = whole.facts.iter().filter(|(other, _)| *other != fact);
        let facts = rest.fold(Facts::new(), |facts, (fact, texts)| facts.with(fact, texts[0].as_str()));
        let refused = Case { facts, ..card() }.refused();
        assert!(
            matches!(&refused, BuildError::FactMissing { fact: named, .. } if *named == fact),
            "{refused}"
        );
        assert!(refused.to_string().contains(&fact.to_string()), "{refused}");
    }
}

#[test]
fn a_text_that_no_certificate_may_hold_names_its_attribute() {
    let long = "X".repeat(65);
    for (fact, text, field) in [
        (Fact::FamilyName, long.as_str(), "surname"),
        (Fact::FamilyName, "ESS\0AI", "surname"),
        (Fact::GivenName, "GUY\u{202E}", "givenName"),
        (Fact::Title, "  ", "title"),
        (Fact::NationalIdentifier, "8997\n", "commonName"),
        (Fact::CardNumber, "260000001", "cardNumber"),
        (Fact::CardNumber, "26000000é7", "cardNumber"),
        (Fact::Profession, "6x", "profession"),
        (Fact::Profession, "70000", "profession"),
    ] {
        let refused = Case { facts: card().facts.with(fact, text), ..card() }.refused();
        assert!(
            matches!(&refused, BuildError::Text { field: named, .. } if *named == field),
            "{text:?}: {refused}"
        );
        assert_eq!(refused.code(), faults::CERTIFICATE_FACT_INVALID);
    }
}

#[test]
fn capitals_are_counted_after_they_are_made() {
    let sharp = "ß".repeat(33);
    let refused = Case { facts: card().facts.with(Fact::FamilyName, sharp), ..card() }.refused();
    assert!(refused.to_string().contains("66 characters"), "{refused}");
}

#[test]
fn the_attributes_of_one_rdn_are_sorted_by_their_encoding() {
    let order = |given: &str, family: &str| {
        let facts = card().facts.with(Fact::GivenName, given).with(Fact::FamilyName, family);
        let tbs = Case { facts, ..card() }.tbs();
        let last = tbs
            .subject()
            .iter_rdn()
            .last()
            .unwrap()
            .iter()
            .map(|attribute| attribute.oid)
            .collect::<Vec<_>>();
        assert_eq!(last.len(), 3, "one RDN of three attributes");
        last.iter().map(|oid| oid.as_bytes()[2]).collect::<Vec<u8>>()
    };
    let (common_name, surname, given_name) = (3, 4, 42);
    // A DER SET OF is sorted, so the shortest comes first.
    assert_eq!(order("GUY", "ESSAI-TEST-TRES-LONG"), [given_name, common_name, surname]);
    assert_eq!(order("MARIE-ANTOINETTE", "LI"), [surname, common_name, given_name]);
}

#[test]
fn a_corporate_name_is_cut_at_forty_characters() {
    let organisation = |name: &str| {
        let tbs = Case { facts: server().facts.with(Fact::OrganisationName, name), ..server() }.tbs();
        String::from(tbs.subject().organization().unwrap().unwrap())
    };
    assert_eq!(
        organisation("AGENCE DES SYSTEMES D'INFORMATION PARTAGES DE SANTE"),
        "AGENCE DES SYSTEMES D'INFORMATION PARTAG"
    );
    assert_eq!(organisation(&"É".repeat(41)), "É".repeat(40));
    assert_eq!(organisation(&format!("{} B", "A".repeat(39))), "A".repeat(39));
}

#[test]
fn a_profile_is_issued_by_its_authorities_alone() {
    let by = |issuer| Case { issuer, ..card() }.refused();
    assert!(matches!(by(Some(issuer("ACI-FO-ORG", "ACR-FO"))), BuildError::WrongIssuer { .. }));
    assert!(matches!(by(None), BuildError::WrongIssuer { .. }));
    let facts = Facts::new().with(Fact::Authority, "ACR-FO");
    let root = Case { profile: "root".into(), facts, issuer: Some(issuer("ACR-FO", "ACR-FO")), ..card() };
    assert!(matches!(root.refused(), BuildError::WrongIssuer { .. }), "a root issues no other root");
}

#[test]
fn a_later_generation_stands_in_every_address() {
    let second = Case { issuer: Some(issuer("ACI-FO-PP-2", "ACR-FO")), ..card() }.build().unwrap();
    let text = String::from_utf8_lossy(&second).into_owned();
    for address in
        ["/crl/ACI-FO-PP-2.crl", "/crl/ACI-FO-PP-2-delta.crl", "/ca/ACI-FO-PP-2.cer", "PERSONNES%202,ou="]
    {
        assert!(text.contains(address), "{address}");
    }
}

#[test]
fn a_key_of_another_kind_is_refused() {
    let rsa_1024 = openssl::rsa::Rsa::generate(1024).unwrap().public_key_to_der().unwrap();
    for public_key in [rsa_1024, vec![], vec![0x30, 0x00], spki()[..40].to_vec()] {
        let refused = Case { public_key, ..card() }.refused();
        assert!(matches!(refused, BuildError::KeyNotAllowed { .. }), "{refused}");
    }
    let p384_ca = Case { algorithm: SignatureAlgorithm::EcdsaWithSha384, ..card() };
    assert!(matches!(p384_ca.refused(), BuildError::Algorithm { .. }));
}

#[test]
fn no_certificate_outlives_its_issuer_or_ends_before_it_begins() {
    let until = |not_after| Case { not_after, ..card() };
    until("2040-01-01T00:00:00Z").build().unwrap();
    assert!(matches!(until("2040-01-01T00:00:01Z").refused(), BuildError::OutlivesIssuer { .. }));
    assert!(matches!(until("2026-11-21T10:00:00Z").refused(), BuildError::ValidityInverted { .. }));
    let before_time = Case { not_before: "1969-12-31T23:59:59Z", ..card() };
    assert!(matches!(before_time.refused(), BuildError::Encoding(_)));
}

#[test]
fn times_are_utc_time_through_2049_and_generalized_time_after() {
    let mut long_lived = issuer("ACI-FO-PP", "ACR-FO");
    long_lived.not_after = "2060-01-01T00:00:00Z".parse().unwrap();
    let end = |not_after| {
        let issuer = Some(long_lived.clone());
        Case { issuer, not_after, ..card() }.tbs().validity().not_after
    };
    assert!(matches!(end("2049-12-31T23:59:59Z"), Time::UtcTime(_)));
    assert!(matches!(end("2050-01-01T00:00:00Z"), Time::GeneralTime(_)));
}

#[test]
fn the_usage_follows_the_kind_of_key() {
    let usage = |public_key: Vec<u8>| {
        let (critical, usage) = Case { public_key, ..server() }
            .tbs()
            .get_extension::<x509_cert::ext::pkix::KeyUsage>()
            .unwrap()
            .unwrap();
        assert!(critical);
        (usage.digital_signature(), usage.key_encipherment(), usage.key_agreement())
    };
    let rsa =
        PKey::from_rsa(openssl::rsa::Rsa::generate(2048).unwrap()).unwrap().public_key_to_der().unwrap();
    assert_eq!(usage(rsa), (true, true, false));
    assert_eq!(usage(spki()), (true, false, true));
}

#[test]
fn host_names_are_checked_and_the_common_name_is_one_of_them() {
    let with = |names: &[&str]| Case {
        facts: server().facts.with_all(Fact::DnsNames, names.iter().copied()),
        ..server()
    };
    with(&["b.home.arpa", "a.home.arpa"]).build().unwrap();
    let many: Vec<String> = (0..101).map(|index| format!("a{index}.home.arpa")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for bad in [&["b.home.arpa"][..], &["a.home.arpa", "A.home.arpa"], &["a.home.arpa", "*.home.arpa"], &many]
    {
        assert!(matches!(with(bad).refused(), BuildError::Text { field: "subjectAltName", .. }), "{bad:?}");
    }
    assert!(matches!(with(&[]).refused(), BuildError::FactMissing { fact: Fact::DnsNames, .. }));
}

#[test]
fn the_test_bit_is_the_identitys() {
    let octet = |identity| {
        let tbs = Case { identity, ..card() }.tbs();
        let extensions = tbs.extensions().unwrap();
        let category =
            extensions.iter().find(|extension| extension.extn_id.to_string() == "1.2.250.1.71.1.2.5");
        category.unwrap().extn_value.as_bytes().to_vec()
    };
    let text = Identity::DEMO
        .replace("kind = \"demo\"", "kind = \"operator\"")
        .replace("test_bit = true", "test_bit = false");
    assert_eq!(octet(Identity::demo()), [0x04, 0x01, 0x80]);
    assert_eq!(octet(Identity::parse(&text).unwrap()), [0x04, 0x01, 0x00]);
}

#[test]
fn a_serial_with_its_high_bit_set_stays_positive() {
    let tbs = Case { serial: "FF00000000000001F0F1F2F3F4F5F6F7", ..card() }.build().unwrap();
    let at = tbs.windows(4).position(|window| window == [0x02, 0x11, 0x00, 0xFF]);
    assert!(at.is_some(), "seventeen octets, a zero first: {}", hex::encode(&tbs[..40]));
}

#[test]
fn an_issuer_is_read_from_its_certificate() {
    let facts = Facts::new().with(Fact::Authority, "ACR-FO");
    let group = EcGroup::from_curve_name(Nid::SECP384R1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let public_key = key.public_key_to_der().unwrap();
    let root = Case {
        profile: "root".into(),
        issuer: None,
        facts,
        public_key: public_key.clone(),
        algorithm: SignatureAlgorithm::EcdsaWithSha384,
        ..card()
    };
    let tbs = root.build().unwrap();
    let mut signer = openssl::sign::Signer::new(openssl::hash::MessageDigest::sha384(), &key).unwrap();
    let signature = signer.sign_oneshot_to_vec(&tbs).unwrap();
    assert!(root.algorithm.verify(&public_key, &tbs, &signature));
    let parts = [
        tbs.clone(),
        root.algorithm.algorithm_identifier().to_der().unwrap(),
        der::asn1::BitString::from_bytes(&signature).unwrap().to_der().unwrap(),
    ];
    let certificate = der::asn1::Any::new(der::Tag::Sequence, parts.concat()).unwrap().to_der().unwrap();
    X509::from_der(&certificate).unwrap();
    let read = TbsIssuer::of_certificate("ACR-FO", "ACR-FO", &certificate).unwrap();
    assert_eq!(read.public_key, public_key);
    assert_eq!(read.name, subject_of(&tbs).unwrap());
    assert_eq!(read.not_after.to_string(), root.not_after);
    assert_eq!(read.key_identifier.len(), 20);
    let refused = TbsIssuer::of_certificate("ACR-FO", "ACR-FO", &certificate[1..]).unwrap_err();
    assert!(refused.to_string().contains("ACR-FO"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever the register says, the builder answers with an error or with a TBS that reads back, and
    /// never with a panic.
    #[test]
    fn any_text_makes_a_certificate_or_an_error(texts in proptest::collection::vec(".{0,80}", 6)) {
        let facts = [
            Fact::GivenName, Fact::FamilyName, Fact::NationalIdentifier, Fact::Title, Fact::Department, Fact::ServiceName,
        ];
        let all = facts.iter().zip(&texts).fold(card().facts, |all, (fact, text)| all.with(*fact, text.as_str()));
        if let Ok(tbs) = (Case { facts: all, ..card() }).build() {
            let read = TbsCertificate::from_der(&tbs).unwrap();
            prop_assert_eq!(read.to_der().unwrap(), tbs);
        }
    }
}
