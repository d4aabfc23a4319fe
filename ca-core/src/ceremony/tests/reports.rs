//! The signed report, verified offline; and one altered part of each sort refused.

use std::time::Duration;

use diesel::prelude::*;
use serde_json::Value;
use store::schema::certificates;

use super::hall::{Hall, act, chance, take};
use super::{END, INSTALLATION, ROLLOVER, ROOT};
use crate::ceremony::verify::verify_content;
use crate::ceremony::{Ceremony, Report, ReportError, ReportIdentity, SignedReport, report, verify};
use crate::identity::Identity;
use crate::shard::{self, ShardCounts};
use crate::signer::LedgeredSigner;
use crate::signer::process::LedgerKind;
use crate::signer::soft_token::in_child;
use crate::signing::{LedgerPlace, Reconciled, reconcile};

const HERE: &str = module_path!();

impl Hall {
    pub(crate) fn report(&mut self, text: &str) -> Result<SignedReport, ReportError> {
        let identity = self.identity.clone();
        self.report_with(text, ReportIdentity::OfToday(identity.text()))
    }

    pub(super) fn report_with(
        &mut self,
        text: &str,
        identity: ReportIdentity<'_>,
    ) -> Result<SignedReport, ReportError> {
        let ceremony = Ceremony::parse(text).unwrap();
        let path = self.folder.path().join("ceremonies").join(ceremony.name()).join("transcript.jsonl");
        let transcript = std::fs::read_to_string(path).unwrap();
        let crls = self.crls.clone();
        let mut signer = LedgeredSigner::new(self.module.clone(), &self.ledger(), &mut chance(), act().at);
        report(
            &mut self.db,
            &mut signer,
            identity,
            &ceremony,
            &transcript,
            &mut |_, made| crls.iter().find(|(one, _)| one == made).map(|(_, der)| der.clone()),
            &act(),
        )
    }
}

#[test]
fn every_signature_of_a_ceremony_and_of_its_report_stands_in_the_ledger_and_was_intended() {
    in_child(
        HERE,
        "every_signature_of_a_ceremony_and_of_its_report_stands_in_the_ledger_and_was_intended",
        |module| {
            let mut hall = Hall::new(module);
            let path = hall.ledger();
            let ledger = LedgerPlace {
                file: &path,
                kind: LedgerKind::Issuing,
                place: "here",
                log: None,
                running_since: act().at,
            };
            // Sixteen certificates and the report.
            for (text, signatures) in [(INSTALLATION, 17), (ROLLOVER, 3)] {
                hall.hold(text).unwrap();
                hall.report(text).unwrap();
                let found = reconcile(&mut hall.db, &ledger, &mut chance(), &act()).unwrap();
                assert_eq!(found, Reconciled { lines: signatures, alarms: vec![] });
            }
        },
    );
}

#[test]
fn the_report_of_each_kind_holds_offline() {
    in_child(HERE, "the_report_of_each_kind_holds_offline", |module| {
        let mut hall = Hall::new(module);
        let mut reports: Vec<Report> = Vec::new();
        for (text, certificates, issuers) in [(INSTALLATION, 16, 0), (ROLLOVER, 2, 1), (END, 0, 2)] {
            hall.hold(text).unwrap();
            let signed = hall.report(text).unwrap();
            let verified = verify(&signed.json, &signed.signature, &signed.audit_key).unwrap();
            assert_eq!((verified.certificates.len(), verified.issuers.len()), (certificates, issuers));
            assert_eq!((verified.operator.as_str(), verified.witnesses.len()), ("Alix MOREAU", 1));
            reports.push(serde_json::from_slice(&signed.json).unwrap());
        }
        let [installation, .., end] = &mut reports[..] else { unreachable!() };
        let foreign = installation.certificates.iter().find(|one| one.name == "ACR-ST").unwrap();
        end.issuers.push(foreign.clone());
        let refused = verify_content(end, &[]).unwrap_err().to_string();
        assert!(refused.contains("ACR-ST: is in the report and has signed nothing"), "{refused}");
    });
}

/// A worker that runs meanwhile opens shards as soon as their authority stands: the list signer's certificate names one of them.
#[test]
fn a_report_holds_where_shards_were_opened_between_two_steps() {
    in_child(HERE, "a_report_holds_where_shards_were_opened_between_two_steps", |module| {
        let mut hall = Hall::new(module);
        let identity = Identity::demo();
        let counts = ShardCounts::new([("ACI-EL-ORG".to_owned(), 12)].into()).unwrap();
        let held = hall.within(INSTALLATION, |db, course, crls| {
            while let Some(step) = course.next() {
                take(db, course, &step, crls)?;
                if step.to_string() == "certificate ACI-EL-ORG" {
                    shard::settle(db, &identity, &counts, Duration::ZERO, &mut chance(), &act()).unwrap();
                }
            }
            Ok(())
        });
        held.unwrap();
        let of_shards = certificates::table.filter(certificates::shard.is_not_null());
        assert!(of_shards.count().get_result::<i64>(&mut hall.db).unwrap() > 0);
        let signed = hall.report(INSTALLATION).unwrap();
        verify(&signed.json, &signed.signature, &signed.audit_key).unwrap();
    });
}

#[test]
fn a_report_is_refused_after_one_altered_octet_anywhere() {
    in_child(HERE, "a_report_is_refused_after_one_altered_octet_anywhere", |module| {
        let mut hall = Hall::new(module);
        hall.hold(ROOT).unwrap();
        let signed = hall.report(ROOT).unwrap();
        let refused = |json: &[u8], signature: &[u8], key: &[u8]| {
            let refused = verify(json, signature, key).unwrap_err().to_string();
            assert!(refused.starts_with("signature: ") || refused.starts_with("audit key: "), "{refused}");
        };
        for place in (0..signed.json.len()).step_by(211) {
            let mut json = signed.json.clone();
            json[place] ^= 1;
            refused(&json, &signed.signature, &signed.audit_key);
        }
        let (mut signature, mut key) = (signed.signature.clone(), signed.audit_key.clone());
        *signature.last_mut().unwrap() ^= 1;
        refused(&signed.json, &signature, &signed.audit_key);
        *key.last_mut().unwrap() ^= 1;
        refused(&signed.json, &signed.signature, &key);
    });
}

/// Who could sign a report anew still cannot make it say something else.
#[test]
fn each_part_of_a_report_is_held_against_the_others_whoever_signed_it() {
    in_child(HERE, "each_part_of_a_report_is_held_against_the_others_whoever_signed_it", |module| {
        let mut hall = Hall::new(module);
        hall.hold(ROOT).unwrap();
        let end = END.replace("ACI-EL-PP", "ACI-EL-ORG");
        let signed = hall.report(ROOT).unwrap();
        let whole: Report = serde_json::from_slice(&signed.json).unwrap();
        verify_content(&whole, &signed.audit_key).unwrap();
        let refused = |what: &str, expected: &str, alter: &dyn Fn(&mut Report)| {
            let mut report = whole.clone();
            alter(&mut report);
            let refused = verify_content(&report, &signed.audit_key).expect_err(what).to_string();
            assert!(refused.contains(expected), "{what}: {refused}");
        };
        refused("ceremony file", "another ceremony file", &|report| report.ceremony_file += "\n");
        refused("another ceremony", "another ceremony file", &|report| report.ceremony_file = end.clone());
        refused("program", "open: names another", &|report| report.program = "9.9.9".to_owned());
        refused("a line", "does not follow", &|report| {
            report.transcript[4] = report.transcript[4].replacen("2026", "2025", 1);
        });
        refused("a line less", "does not follow", &|report| drop(report.transcript.remove(6)));
        refused("the end cut", "close: was not done", &|report| drop(report.transcript.pop()));
        refused("a certificate", "certificate ACR-EL: ", &|report| swap_pem(report, 0, 1));
        refused("a certificate less", "certificate ACR-FO: ", &|report| drop(report.certificates.pop()));
        refused("a certificate twice", "stands twice", &|report| {
            report.issuers.push(report.certificates[0].clone());
        });
        refused("a certificate under two names", "stands twice", &|report| {
            report.issuers.push(report.certificates[0].clone());
            report.issuers[0].name = "ACR-XX".to_owned();
        });
        refused("a word beside an object", "does not read", &|report| {
            report.certificates[0].pem += "so it is\n"
        });
        refused("a CRL", "crl ACR-EL: ", &|report| report.crls[0].pem = report.crls[1].pem.clone());
        for (what, step, expected, alter) in ALTERATIONS {
            refused(what, expected, &|report| rewrite(report, step, alter));
        }
        let other_key = hall.module.token("services").unwrap();
        let (_, other_key) = other_key.generate_key(crate::profile::KeyKind::P256, "other").unwrap();
        let message = verify_content(&whole, &other_key).unwrap_err().to_string();
        assert!(message.contains("key audit: is not the audit key that signed"), "{message}");
    });
}

type Alteration = (&'static str, &'static str, &'static str, fn(&mut Value));

/// What a line says, altered, with the chain after it made anew.
const ALTERATIONS: &[Alteration] = &[
    ("a name that clears the screen", "open", "would write over the terminal", |said| {
        said["operator"] = "\u{1b}[2JAlix".into();
    }),
    ("witness's file", "open", "names another file", |said| said["file_sha256"] = "00".into()),
    ("custodians", "share roots", "not the sharing that the file lays down", |said| {
        said["needed"] = 2.into()
    }),
    ("acknowledgement", "acknowledge 2", "not the custodian's word", |said| said["commitment"] = "00".into()),
    ("another custodian", "acknowledge 3", "not the custodian's word", |said| said["custodian"] = "X".into()),
    ("token", "token roots", "another token", |said| said["token"] = "status".into()),
    ("key attributes", "key ACR-ST", "CKA_EXTRACTABLE", |said| {
        said["attributes"]["extractable"] = true.into()
    }),
    ("key never extractable", "key ACR-ST", "CKA_NEVER_EXTRACTABLE", |said| {
        said["attributes"]["never_extractable"] = false.into();
    }),
    ("key kind", "key ACR-ST", "not the key that the file asks for", |said| said["kind"] = "P-256".into()),
    ("public key", "key ACR-ST", "not the key that the file asks for", |said| {
        said["public_key"] = "00".into()
    }),
    ("certificate digest", "certificate ACR-ST", "not the one of the transcript", |said| {
        said["sha256"] = "00".into();
    }),
    ("certificate serial", "certificate ACR-ST", "another serial number", |said| {
        said["serial"] = "11".into()
    }),
    ("certificate profile", "certificate ACR-ST", "not the certificate that the file asks for", |said| {
        said["profile"] = "issuing".into();
    }),
    ("CRL number", "crl ACR-ST", "another number", |said| said["number"] = 77.into()),
    ("CRL dates", "crl ACR-ST", "other dates", |said| said["next_update"] = "2099-01-01T00:00:00Z".into()),
];

fn swap_pem(report: &mut Report, one: usize, other: usize) {
    report.certificates[one].pem = report.certificates[other].pem.clone();
}

/// Alters what the last line of a step says, and binds every line after it again.
pub(super) fn rewrite(report: &mut Report, step: &str, alter: impl Fn(&mut Value)) {
    rewrite_lines(report, |line| line["step"] == step && line["event"] == "done", alter);
}

/// Alters what these lines say, and binds all of them anew.
pub(super) fn rewrite_lines(report: &mut Report, of: impl Fn(&Value) -> bool, alter: impl Fn(&mut Value)) {
    let lines = report.transcript.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut previous: Option<String> = None;
    let written = lines.map(|mut entry| {
        if of(&entry) {
            alter(&mut entry["detail"]);
        }
        if let Some(previous) = &previous {
            entry["previous"] = previous.clone().into();
        }
        let text = entry.to_string();
        previous = Some(hex::encode(openssl::sha::sha256(text.as_bytes())));
        text
    });
    report.transcript = written.collect();
}
