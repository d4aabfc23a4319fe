use std::collections::BTreeSet;

use super::*;
use crate::identity::Identity;
use crate::profile::subject_layout::Source;

const AUTHORITIES: [&str; 9] = [
    "ACR-EL",
    "ACR-ST",
    "ACR-FO",
    "ACI-EL-PP",
    "ACI-EL-ORG",
    "ACI-ST-PP",
    "ACI-ST-ORG",
    "ACI-FO-PP",
    "ACI-FO-ORG",
];

#[test]
fn the_file_of_each_profile_bears_its_identifier_and_no_other_file_is_there() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/profiles");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let profiles: BTreeSet<String> =
        Profiles::embedded().iter().map(|profile| profile.id.to_string()).collect();
    assert_eq!(profiles, files);
}

#[test]
fn every_profile_is_issued_by_authorities_that_exist_or_by_itself() {
    for profile in Profiles::embedded().iter() {
        assert_eq!(profile.self_signed, profile.issuers.is_empty(), "{}", profile.id);
        for issuer in &profile.issuers {
            assert!(AUTHORITIES.contains(&issuer.as_str()), "{}: {issuer}", profile.id);
            let is_root = issuer.starts_with("ACR");
            assert_eq!(
                is_root,
                profile.id.as_str() == "issuing",
                "only authorities stand below a root: {}",
                profile.id
            );
        }
    }
}

#[test]
fn a_later_generation_of_an_authority_issues_what_the_first_did() {
    let profiles = Profiles::embedded();
    let card = profiles.get("fo-pp-cps-auth").unwrap();
    assert!(card.issued_by("ACI-FO-PP", AuthorityKind::Issuing));
    assert!(card.issued_by("ACI-FO-PP-2", AuthorityKind::Issuing));
    for other in ["ACI-FO-ORG", "ACI-FO-PP-1", "ACI-FO", "ACR-FO", "ACI-FO-PP-x"] {
        assert!(!card.issued_by(other, AuthorityKind::Issuing), "{other}");
    }
    let root = profiles.get("root").unwrap();
    assert!(root.issued_by("ACR-FO-3", AuthorityKind::Root));
    assert!(!root.issued_by("ACI-FO-PP", AuthorityKind::Issuing));
}

#[test]
fn no_key_but_an_rsa_one_may_encipher_keys_or_data() {
    for profile in Profiles::embedded().iter() {
        for extension in &profile.extensions {
            if let Extension::KeyUsage { usages, ec_usages, .. } = extension {
                let enciphers =
                    |usage: &Usage| matches!(usage, Usage::KeyEncipherment | Usage::DataEncipherment);
                assert!(!usages.iter().chain(ec_usages).any(enciphers), "{}: RFC 8813 §3", profile.id);
            }
        }
    }
}

#[test]
fn the_extensions_every_certificate_needs_are_in_every_profile() {
    for profile in Profiles::embedded().iter() {
        let has = |wanted: fn(&Extension) -> bool| profile.extensions.iter().any(wanted);
        let id = &profile.id;
        assert!(has(|extension| matches!(extension, Extension::SubjectKeyIdentifier {})), "{id}");
        assert!(has(|extension| matches!(extension, Extension::AuthorityKeyIdentifier {})), "{id}");
        assert!(has(|extension| matches!(extension, Extension::KeyUsage { critical: true, .. })), "{id}");
        let nocheck = has(|extension| matches!(extension, Extension::OcspNocheck {}));
        let points = has(|extension| matches!(extension, Extension::CrlDistributionPoints {}));
        assert!(points || nocheck || profile.self_signed, "{id} says where its status is, or need not");
        // RFC 5280 §4.2: "A certificate MUST NOT include more than one instance of a particular extension."
        let kinds: Vec<_> = profile.extensions.iter().map(std::mem::discriminant).collect();
        for (index, kind) in kinds.iter().enumerate() {
            assert!(!kinds[..index].contains(kind), "{id}: an extension stands twice");
        }
    }
}

#[test]
fn an_authority_is_critically_one_and_nobody_else_is() {
    for profile in Profiles::embedded().iter() {
        for extension in &profile.extensions {
            if let Extension::BasicConstraints { critical, ca, path_length } = extension {
                let is_authority = ["root", "issuing"].contains(&profile.id.as_str());
                assert_eq!((*critical, *ca), (is_authority, is_authority), "{}", profile.id);
                assert_eq!(*path_length, (profile.id.as_str() == "issuing").then_some(0), "{}", profile.id);
            }
        }
    }
}

#[test]
fn organisations_are_cut_at_forty_and_countries_are_printable() {
    for profile in Profiles::embedded().iter() {
        for attribute in profile.subject.iter().flatten() {
            let is_country = attribute.attribute_type == AttributeType::CountryName;
            assert_eq!(attribute.string == StringType::Printable, is_country, "{}", profile.id);
            let is_structure = attribute.value == Source::Fact(crate::subject::Fact::OrganisationName);
            assert_eq!(attribute.cut, is_structure.then_some(40), "{}", profile.id);
        }
    }
}

#[test]
fn each_end_entity_profile_has_a_policy_of_its_own_in_the_demo() {
    let demo = Identity::demo();
    let profiles = Profiles::embedded();
    let end_entities: Vec<&Profile> = profiles.iter().filter(|profile| !profile.is_authority()).collect();
    let policies: BTreeSet<String> =
        end_entities.iter().map(|profile| demo.policies.of(&profile.id).to_string()).collect();
    assert_eq!(policies.len(), end_entities.len());
    let default = demo.policies.of(&"nobody".parse().unwrap()).to_string();
    assert!(!policies.contains(&default), "the default stands for none of them");
    assert!(policies.iter().all(|policy| policy.starts_with("1.3.6.1.4.1.32473.")));
}

#[test]
fn a_profile_with_a_key_nobody_knows_is_refused() {
    let text = include_str!("../../profiles/fo-pp-cps-sign.toml");
    toml::from_str::<Profile>(text).unwrap();
    for (from, to) in [
        ("id = \"fo-pp-cps-sign\"", "id = \"fo-pp-cps-sign\"\ncolour = 1"),
        ("{ id = \"subjectKeyIdentifier\" }", "{ id = \"subjectKeyIdentifier\", critical = true }"),
        ("critical = true, usages", "critical = true, colour = 1, usages"),
        ("case = \"upper\"", "case = \"upper\", colour = 1"),
        ("past_issuer = \"refuse\"", "past_issuer = \"refuse\", colour = 1"),
        ("\"nonRepudiation\"", "\"nonrepudiation\""),
        ("\"P-256\"", "\"P-257\""),
        ("fact = \"title\"", "fact = \"colour\""),
    ] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text, "{from}");
        assert!(toml::from_str::<Profile>(&changed).is_err(), "{to}");
    }
}

#[test]
fn a_term_is_counted_on_the_calendar() {
    let profiles = Profiles::embedded();
    let not_before = "2024-02-29T10:00:00Z".parse().unwrap();
    let end = |id: &str| profiles.get(id).unwrap().not_after(not_before, None).to_string();
    assert_eq!(end("fo-pp-cps-auth"), "2027-02-28T10:00:00Z");
    assert_eq!(end("root"), "2044-02-29T10:00:00Z");
    assert_eq!(end("issuing"), "2044-02-28T10:00:00Z");
    assert_eq!(end("ocsp-responder"), "2024-05-29T10:00:00Z");
}

#[test]
fn machines_are_cut_to_the_end_of_their_issuer_and_persons_are_not() {
    let profiles = Profiles::embedded();
    let not_before = "2026-11-21T10:00:00Z".parse().unwrap();
    let issuer_end = "2026-12-24T00:00:00Z".parse().unwrap();
    let end = |id: &str| profiles.get(id).unwrap().not_after(not_before, Some(issuer_end));
    assert_eq!(end("ocsp-responder"), issuer_end);
    assert_eq!(end("issuing"), issuer_end);
    assert!(end("fo-pp-cps-auth") > issuer_end, "which the builder refuses");
}

#[test]
fn keys_are_told_apart_by_algorithm_and_size() {
    let der =
        |pem: &[u8]| openssl::pkey::PKey::public_key_from_pem(pem).unwrap().public_key_to_der().unwrap();
    let rsa = |bits| {
        openssl::pkey::PKey::from_rsa(openssl::rsa::Rsa::generate(bits).unwrap())
            .unwrap()
            .public_key_to_der()
            .unwrap()
    };
    let p256 = der(include_bytes!("../../../tests/fixtures/public-keys/p256-end-entity.pem"));
    assert_eq!(KeyKind::of(&p256), Some(KeyKind::P256));
    assert_eq!(
        KeyKind::of(&der(include_bytes!("../../../tests/fixtures/public-keys/p384-root.pem"))),
        Some(KeyKind::P384)
    );
    assert_eq!(KeyKind::of(&rsa(2048)), Some(KeyKind::Rsa2048));
    assert_eq!(KeyKind::of(&rsa(1024)), None);
    assert_eq!(KeyKind::of(&p256[1..]), None);
    assert_eq!(KeyKind::of(&[]), None);
}

#[test]
fn a_profile_is_shown_to_people_with_all_it_says() {
    let profiles = Profiles::embedded();
    let shown = profiles.get("el-org-serv-ssl").unwrap().to_string();
    for line in [
        "issuers: ACI-EL-ORG",
        "keys:    RSA-2048, RSA-3072, RSA-4096, P-256",
        "term:    3 years, refused past the end of the issuer",
        "   3. organizationName = fact organisation-name, UTF8String, cut to 40 characters",
        "   1. basicConstraints, not critical: no authority",
        "   4. keyUsage, critical: digitalSignature; for RSA keys keyEncipherment; for EC keys keyAgreement",
        "   6. extKeyUsage, not critical: serverAuth, clientAuth",
        "  usages      1.8 [S-cert PROD-EL-ORG_SERV-SSL]; EC by RFC 8813 3 [ours]",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }
    let conf = profiles.get("el-org-conf").unwrap().to_string();
    assert!(conf.contains("escrow:  required; there is none, so nothing is issued"), "{conf}");
    assert_eq!(profiles.require("nobody").unwrap_err(), UnknownProfile("nobody".into()));
}

#[test]
fn every_part_of_every_profile_says_how_surely_it_is_known() {
    const MARKS: [&str; 6] = ["[S]", "[S-cert", "[C]", "[M]", "[?]", "[ours]"];
    for profile in Profiles::embedded().iter() {
        let source = &profile.source;
        let parts = [
            &source.issuers,
            &source.keys,
            &source.term,
            &source.subject,
            &source.usages,
            &source.extensions,
        ];
        for part in parts {
            assert!(MARKS.iter().any(|mark| part.contains(mark)), "{}: {part:?} bears no mark", profile.id);
        }
    }
}

#[test]
fn whatever_is_for_confidentiality_needs_an_escrow_and_nothing_else_does() {
    for profile in Profiles::embedded().iter() {
        let id = profile.id.as_str();
        let confidential = id.ends_with("-conf") || id.ends_with("-smime");
        assert_eq!(profile.key_escrow, confidential, "{id}");
        let enciphers = profile.extensions.iter().any(|extension| {
            matches!(extension, Extension::KeyUsage { usages, rsa_usages, .. }
                if usages.is_empty() && rsa_usages.contains(&Usage::KeyEncipherment))
        });
        assert_eq!(enciphers, confidential, "{id}: such a key does nothing but that");
    }
}

#[test]
fn a_certificate_that_is_read_without_a_pin_says_nothing_of_the_holder() {
    use crate::subject::Fact;
    let profiles = Profiles::embedded();
    let technical: Vec<&Profile> =
        profiles.iter().filter(|profile| profile.id.as_str().ends_with("-tech")).collect();
    assert_eq!(technical.len(), 6, "one for each kind of card");
    for profile in technical {
        let facts = profile.subject.iter().flatten().filter_map(|attribute| match attribute.value {
            Source::Fact(fact) => Some(fact),
            _ => None,
        });
        assert_eq!(facts.collect::<Vec<_>>(), [Fact::CardNumber], "{}", profile.id);
        let of_holder = |extension: &Extension| {
            matches!(
                extension,
                Extension::Profession {}
                    | Extension::FutureProfession { .. }
                    | Extension::SubjectAltName { .. }
            )
        };
        assert!(!profile.extensions.iter().any(of_holder), "{}", profile.id);
    }
}

/// In what two profiles differ, and what each says of it.
fn differences(first: &str, second: &str) -> Vec<(String, Option<String>, Option<String>)> {
    let profiles = Profiles::embedded();
    let (first, second) = (profiles.get(first).unwrap(), profiles.get(second).unwrap());
    let differences = first.differences(second).into_iter();
    differences.map(|Difference { part, first, second }| (part, first, second)).collect()
}

#[test]
fn two_profiles_are_compared_part_by_part_in_words() {
    let says = |words: &str| Some(words.to_owned());
    assert_eq!(differences("fo-pp-cps-sign", "fo-pp-cps-sign"), []);
    assert_eq!(
        differences("fo-pp-cps-auth", "fo-pp-cps-sign"),
        [
            (
                "extension keyUsage".to_owned(),
                says("critical: digitalSignature"),
                says("critical: nonRepudiation")
            ),
            (
                "extension extKeyUsage".to_owned(),
                says("not critical: clientAuth, msSmartcardLogin"),
                says("not critical: emailProtection")
            ),
            (
                "extension subjectAltName".to_owned(),
                says("not critical: user principal name, fact national-identifier @ suffix of the identity"),
                None
            ),
            ("extension privateKeyUsagePeriod".to_owned(), None, says("not critical: the validity")),
        ]
    );
    let parts_of_second = |first, second| -> Vec<String> {
        let only = differences(first, second).into_iter().filter(|(_, first, _)| first.is_none());
        only.map(|(part, ..)| part).collect()
    };
    assert_eq!(
        parts_of_second("st-pp-cpe-auth", "st-pp-cpe-service-auth"),
        ["subject pseudonym", "subject commonName"]
    );
    assert!(parts_of_second("el-org-sign", "el-org-conf").contains(&"escrow".to_owned()));
}

#[test]
fn two_profiles_that_differ_in_order_alone_differ() {
    let profiles = Profiles::embedded();
    let first = profiles.get("fo-pp-cps-sign").unwrap();
    let mut second = first.clone();
    second.extensions.swap(1, 2);
    let found = first.differences(&second);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].part, "order of extensions");
    second = first.clone();
    second.subject.swap(0, 1);
    assert_eq!(first.differences(&second)[0].part, "order of the subject");
}
