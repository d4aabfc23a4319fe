//! What `openssl`, pkilint and the schema say of every file that a demonstration leaves, in the present and years
//! ahead alike, each at its own time.

use std::collections::BTreeSet;
use std::fs;

use acceptance::harness::{self, Finding, Linted, openssl, pkilint};
use crl_publisher::ocsp::response::{BasicOcspResponse, OcspResponse};
use der::Decode;
use openssl::asn1::Asn1Time;
use openssl::x509::X509Crl;
use opposition_list_reader::{Answer, CompactList};

use super::{Scene, every_scene, on_sqlite, read_json, serials};

#[test]
fn the_report_is_what_its_schema_says() {
    every_scene(|scene| {
        let schema = harness::root().join("docs/report.schema.json");
        let violations = harness::schema_violations(&schema, &scene.path("report.json"));
        assert!(violations.is_empty(), "{violations:#?}");
    });
}

#[test]
fn every_certificate_of_the_report_and_no_other_is_left_as_a_file() {
    every_scene(|scene| {
        let reported: BTreeSet<String> = scene
            .rows("certificates")
            .iter()
            .map(|row| format!("{}.pem", row["serial"].as_str().unwrap()))
            .collect();
        let files = fs::read_dir(scene.path("certificates")).unwrap();
        let files: BTreeSet<String> =
            files.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(files, reported);
        let of_cards = scene.rows("cards").iter().flat_map(serials);
        for serial in of_cards {
            assert!(reported.contains(&format!("{serial}.pem")), "{serial}");
        }
    });
}

#[test]
fn openssl_accepts_every_certificate_and_knows_which_are_revoked() {
    every_scene(|scene| {
        let chain = scene.text("public/ca/chain.pem");
        let place = harness::folder();
        for row in scene.rows("certificates") {
            let pem = scene.text(&format!("certificates/{}.pem", row["serial"].as_str().unwrap()));
            scene.openssl(&["verify", "-x509_strict", "-CAfile", &chain, &pem]).expect_exit(0);
            let crls = place.path().join("crls.pem");
            fs::write(&crls, crls_for(scene, row["issuer"].as_str().unwrap())).unwrap();
            let checked = scene.openssl(&[
                "verify",
                "-x509_strict",
                "-CAfile",
                &chain,
                "-CRLfile",
                crls.to_str().unwrap(),
                "-crl_check_all",
                "-extended_crl",
                "-use_deltas",
                &pem,
            ]);
            if row["status"] == "revoked" {
                assert!(checked.said().contains("certificate revoked"), "{}", checked.said());
            } else {
                checked.expect_exit(0);
            }
        }
    });
}

/// The CRL and delta of an authority, and the CRLs of the roots, PEM.
fn crls_for(scene: &Scene, issuer: &str) -> String {
    let names = [format!("{issuer}.crl"), format!("{issuer}-delta.crl")];
    let roots = ["ACR-EL.crl", "ACR-ST.crl", "ACR-FO.crl"].map(str::to_owned);
    let pem = |name: &String| {
        let path = scene.text(&format!("public/crl/{name}"));
        openssl(["crl", "-inform", "DER", "-in", &path]).expect_exit(0).stdout
    };
    names.iter().chain(&roots).map(pem).collect()
}

#[test]
fn openssl_verifies_every_crl_and_each_is_of_that_day_and_lives_a_week() {
    every_scene(|scene| {
        let chain = scene.text("public/ca/chain.pem");
        let now = Asn1Time::from_unix(scene.at).unwrap();
        let mut seen = 0;
        for row in scene.rows("crls") {
            let suffix = if row["kind"] == "delta" { "-delta" } else { "" };
            let path = scene.text(&format!("public/crl/{}{suffix}.crl", row["id"].as_str().unwrap()));
            let said =
                openssl(["crl", "-inform", "DER", "-in", &path, "-CAfile", &chain, "-noout", "-verify"]);
            assert!(said.said().contains("verify OK"), "{path}: {}", said.said());
            let crl = X509Crl::from_der(&fs::read(&path).unwrap()).unwrap();
            assert_eq!(crl.last_update().diff(&now).unwrap().days, 0, "{path} is of another day");
            let lives = now.diff(crl.next_update().unwrap()).unwrap();
            assert!(lives.days >= 7, "{path} lives {} days", lives.days);
            seen += 1;
        }
        assert_eq!(seen, 9 + 6, "nine authorities, six of them with a delta");
    });
}

#[test]
fn the_serials_of_every_opposed_card_stand_on_the_crl_and_those_of_the_last_one_on_the_delta() {
    every_scene(|scene| {
        let opposed = scene.cards("opposed");
        for (place, card) in opposed.iter().enumerate() {
            let is_last = place + 1 == opposed.len();
            for serial in serials(card) {
                let lists = [("ACI-FO-PP.crl", true), ("ACI-FO-PP-delta.crl", is_last)];
                for (name, must) in lists {
                    let path = scene.text(&format!("public/crl/{name}"));
                    let text =
                        openssl(["crl", "-inform", "DER", "-in", &path, "-noout", "-text"]).expect_exit(0);
                    let stands = text.stdout.contains(&format!("Serial Number: {serial}"));
                    assert!(stands || !must, "{name}: {serial}");
                }
            }
        }
    });
}

#[test]
fn openssl_verifies_every_ocsp_answer_and_reads_good_before_and_revoked_after() {
    every_scene(|scene| {
        let last = *scene.cards("opposed").last().unwrap();
        assert_eq!(serials(last).len(), 2);
        for serial in serials(last) {
            answers(scene, serial, "before", "good");
            answers(scene, serial, "after", "revoked");
        }
    });
}

/// Has an answer that was kept read at its own time.
#[track_caller]
pub(super) fn answers(scene: &Scene, serial: &str, moment: &str, word: &str) {
    let certificate = scene.text(&format!("certificates/{serial}.pem"));
    let answer = scene.text(&format!("ocsp/{serial}-{moment}.der"));
    let (issuer, chain) = (scene.text("public/ca/ACI-FO-PP.cer"), scene.text("public/ca/chain.pem"));
    let said = scene
        .openssl_with_its_clock(&[
            "ocsp",
            "-no_nonce",
            "-respin",
            &answer,
            "-issuer",
            &issuer,
            "-cert",
            &certificate,
            "-CAfile",
            &chain,
        ])
        .expect_exit(0)
        .said();
    assert!(said.contains("Response verify OK"), "{said}");
    assert!(!said.contains("WARNING"), "{said}");
    assert!(said.contains(&format!("{certificate}: {word}")), "{said}");
    let lives = lasts_until(&answer) - scene.at;
    assert!(lives >= 7 * 24 * 3600, "{answer} lives {lives} seconds");
}

/// nextUpdate of an OCSP answer that was kept, in seconds since 1970.
fn lasts_until(answer: &str) -> i64 {
    let answer = OcspResponse::from_der(&fs::read(answer).unwrap()).unwrap().response_bytes.unwrap();
    let basic = BasicOcspResponse::from_der(answer.response.as_bytes()).unwrap();
    let [single] = basic.tbs_response_data.responses.as_slice() else { panic!("one answer") };
    single.next_update.unwrap().to_unix_duration().as_secs().cast_signed()
}

#[test]
fn pkilint_finds_nothing_serious_that_no_decision_explains() {
    let played = on_sqlite();
    let files: Vec<_> = [&played.present, &played.years_ahead].into_iter().flat_map(one_of_each).collect();
    let unexplained = unexplained(&files);
    assert!(unexplained.is_empty(), "{unexplained:#?}");
}

/// What pkilint finds serious in these files and decision record 0008 does not explain.
pub fn unexplained(files: &[Linted]) -> Vec<Finding> {
    let explained = explained_findings();
    let unexplained = |finding: &Finding| {
        !explained.iter().any(|(code, words)| finding.code == *code && finding.message.contains(words))
    };
    pkilint(files).into_iter().filter(Finding::is_serious).filter(unexplained).collect()
}

/// A certificate of each profile, and of each sort of list and answer.
fn one_of_each(scene: &Scene) -> Vec<Linted> {
    let mut files = Vec::new();
    let mut profiles = BTreeSet::new();
    // The newest certificates come with the newest cards.
    for row in scene.rows("certificates").iter().rev() {
        if profiles.insert(row["profile"].as_str().unwrap().to_owned()) {
            let serial = row["serial"].as_str().unwrap();
            files.push(Linted::Certificate(scene.path(&format!("certificates/{serial}.pem"))));
        }
    }
    for profile in ["fo-pp-cps-auth", "fo-pp-cps-sign", "el-org-sign", "ocsp-responder"] {
        assert!(profiles.contains(profile), "{profiles:?}");
    }
    for name in ["ACR-EL", "ACR-FO", "ACI-EL-ORG", "ACI-FO-PP"] {
        files.push(Linted::Certificate(scene.path(&format!("public/ca/{name}.cer"))));
        files.push(Linted::Crl(scene.path(&format!("public/crl/{name}.crl"))));
    }
    files.push(Linted::Crl(scene.path("public/crl/ACI-FO-PP-delta.crl")));
    for serial in serials(scene.cards("opposed").last().unwrap()) {
        for moment in ["before", "after"] {
            files.push(Linted::OcspResponse(scene.path(&format!("ocsp/{serial}-{moment}.der"))));
        }
    }
    files
}

/// The rows of the table of decision record 0008: code and words of a finding.
fn explained_findings() -> Vec<(String, String)> {
    let record = harness::root().join("docs/decisions/0008-pkilint-findings.md");
    let cell = |text: &str| text.trim().trim_matches('`').to_owned();
    fs::read_to_string(record)
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .map(|line| {
            let mut cells = line.split(" | ");
            (cell(cells.next().unwrap()), cell(cells.next().unwrap()))
        })
        .collect()
}

#[test]
fn the_opposition_list_is_signed_and_names_the_opposed_cards_and_nothing_else() {
    every_scene(|scene| {
        let opposed = scene.cards("opposed");
        let csv = fs::read_to_string(scene.path("public/oppositions/full.csv")).unwrap();
        let mut lines = csv.lines();
        assert_eq!(lines.next(), Some("sequence;card_number;opposed_at"));
        let json = read_json(&scene.path("public/oppositions/full.json"));
        for (place, card) in opposed.iter().enumerate() {
            let number = card["number"].as_str().unwrap();
            let line = lines.next().unwrap();
            assert!(line.starts_with(&format!("{};{number};", place + 1)), "{line}");
            assert!(json.to_string().contains(number));
        }
        assert_eq!(lines.next(), None);
        let octets = fs::read(scene.path("public/oppositions/full.bin")).unwrap();
        let compact = CompactList::read(&octets).unwrap();
        for card in scene.rows("cards") {
            let number = card["number"].as_str().unwrap().parse().unwrap();
            let expected = if card["state"] == "opposed" { Answer::Opposed } else { Answer::NotOpposed };
            assert_eq!(compact.answer(number), expected, "{number}");
        }
        for list in ["full.csv", "full.json", "full.bin", "changes/0.csv", "changes/0.json"] {
            let signature = scene.text(&format!("public/oppositions/{list}.p7s"));
            let content = scene.text(&format!("public/oppositions/{list}"));
            let chain = scene.text("public/ca/chain.pem");
            let verify =
                ["cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-in", &signature];
            let against = ["-content", &content, "-CAfile", &chain, "-out", "/dev/null"];
            scene.openssl(&[&verify[..], &against].concat()).expect_exit(0);
        }
    });
}
