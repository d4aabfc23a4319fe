//! The lint's own table of professions against the public nomenclature, the data file that the register's crate reads, by what
//! the lint lets be signed. The auditor's verifier, which has a third one, is held against the same file beside its code
//! (`igc-verify/src/tests/professions.rs`).

use std::collections::BTreeMap;
use std::fs;

use acceptance::harness::root;
use ca_core::identity::Identity;
use ca_core::lint::{DeclaredIdentity, IssuerCertificate, LintContext, check_certificate};
use ca_core::subject::Fact;

use super::profile_samples::{Builder, Sample, authority, samples};
use super::profiles_golden::builder;

/// Code and label of each line of a table, those that are no longer given included.
fn nomenclature(file: &str) -> BTreeMap<u16, String> {
    let path = root().join("professional-registry/src/nomenclature/data").join(file);
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let known = lines.map(|line| {
        let mut cells = line.split('\t');
        (cells.next().unwrap().parse().unwrap(), cells.next().unwrap().to_owned())
    });
    known.collect()
}

/// What stands around the TBS of an authority's certificate; nobody asks who signed it.
fn unsigned(tbs: &[u8]) -> Vec<u8> {
    // ecdsa-with-SHA256, and one octet of nothing.
    let rest = [0x30, 0x0A, 6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2, 0x03, 2, 0, 0];
    let length = u16::try_from(tbs.len() + rest.len()).unwrap().to_be_bytes();
    [&[0x30, 0x82], length.as_slice(), tbs, &rest].concat()
}

/// The rules that a certificate of this sample breaks.
fn broken(builder: &Builder<'_>, issuer: &IssuerCertificate, sample: &Sample) -> Vec<&'static str> {
    let context = LintContext {
        profile: sample.profile,
        issuer: Some(issuer.clone()),
        at: "2026-11-21T10:00:00Z".parse().unwrap(),
        serial_prefix: Some([0x2A, 0, 0, 0, 0, 0, 0, 1]),
        declared: &DeclaredIdentity::read(Identity::DEMO).of(sample.issuer, "ACR-FO"),
        authority: None,
        shard: None,
    };
    check_certificate(&builder.build(sample), &context).into_iter().map(|finding| finding.rule).collect()
}

#[test]
fn the_lint_lets_each_profession_of_the_nomenclature_be_signed_under_its_label_and_no_other() {
    let builder = builder();
    let issuer = IssuerCertificate::read(&unsigned(&builder.build(&authority("ACI-FO-PP"))));
    for (file, profile, fact, unknown) in [
        ("TRE_G15-ProfessionSante.tsv", "fo-pp-cps-auth", Fact::Profession, "igc-1.6-profession"),
        (
            "TRE_G16-ProfessionFormation.tsv",
            "fo-pp-cpf-auth",
            Fact::FutureProfession,
            "igc-1.6-future-profession",
        ),
    ] {
        let known = nomenclature(file);
        assert!(known.contains_key(&10) && !known.contains_key(&61), "{file}: {known:?}");
        let sample = samples().into_iter().find(|sample| sample.profile == profile).unwrap();
        let found = |code: u16, title: &str| {
            let facts = sample.facts.clone().with(fact, code.to_string()).with(Fact::Title, title);
            broken(&builder, &issuer, &Sample { facts, ..sample.clone() })
        };
        // The last two are 10 and 60 to whoever reads one octet.
        for code in (0..=255).chain([266, 316]) {
            let Some(label) = known.get(&code) else {
                assert_eq!(found(code, "Médecin"), [unknown], "{file}: {code}");
                continue;
            };
            assert_eq!(found(code, label), [""; 0], "{file}: {code}");
            assert_eq!(found(code, "Autre"), ["igc-1.7-title-of-profession"], "{file}: {code}");
        }
    }
}
