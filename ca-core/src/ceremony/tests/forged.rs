//! Reports whose certificates were signed by the right keys, and are not what the ceremony was to make.

use der::asn1::{AnyRef, BitString};
use der::{Decode, Encode, Sequence};
use serde_json::json;
use spki::AlgorithmIdentifierOwned;
use store::audit::Event;

use super::hall::{Hall, act, chance};
use super::reports::rewrite;
use super::{INSTALLATION, ROLLOVER};
use crate::authority;
use crate::ceremony::report::{CERTIFICATE, audit_key, named, record};
use crate::ceremony::steps::CertificateStep;
use crate::ceremony::verify::{sha256, verify_content};
use crate::ceremony::verify_objects::moment;
use crate::ceremony::{Ceremony, Report, Step, head_of_report};
use crate::identity::Identity;
use crate::profile::{Profile, Profiles};
use crate::serial::SerialNumber;
use crate::signer::process::LedgerKind;
use crate::signer::soft_token::in_child;
use crate::signer::{LedgeredSigner, Pkcs11Signer, sign_verified};
use crate::signing::{IntendedSignature, LedgerPlace, reconcile, sign_intended};
use crate::subject::{Fact, Facts};
use crate::tbs::{self, TbsInput, TbsIssuer};

const HERE: &str = module_path!();
const RESPONDER: &str = include_str!("../../../profiles/ocsp-responder.toml");
const ISSUING: &str = include_str!("../../../profiles/issuing.toml");

/// What is put in a certificate's place.
struct Forgery {
    profile: Profile,
    identity: Identity,
    facts: Facts,
    /// How many years longer it lives.
    years: u16,
}

impl Forgery {
    fn of(step: &CertificateStep) -> Self {
        let profile = Profiles::embedded().get(&step.profile).unwrap().clone();
        Self { profile, identity: Identity::demo(), facts: step.facts(), years: 0 }
    }

    fn with_profile(mut self, text: &str, changes: &[(&str, &str)]) -> Self {
        let text = changes.iter().fold(text.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        });
        self.profile = toml::from_str(&text).unwrap();
        self
    }
}

#[derive(Sequence)]
struct Signed<'a> {
    tbs: AnyRef<'a>,
    algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

/// Has the authority's own key sign another certificate for the same key, and puts it where the good one stood.
fn forge(hall: &mut Hall, report: &mut Report, step: &CertificateStep, forgery: &Forgery) {
    let place = report.certificates.iter().position(|one| one.name == step.label).unwrap();
    let good = report.certificates[place].der(CERTIFICATE).unwrap();
    let good = x509_cert::Certificate::from_der(&good).unwrap();
    let good = good.tbs_certificate();
    let issuer = authority::load(&mut hall.db, &step.issuer).unwrap();
    let above = TbsIssuer::of_certificate(&issuer.short_name, &issuer.parent, &issuer.certificate).unwrap();
    let tbs = tbs::build(&TbsInput {
        profile: &forgery.profile,
        identity: &forgery.identity,
        issuer: Some(&above),
        shard: None,
        facts: &forgery.facts,
        public_key: &good.subject_public_key_info().to_der().unwrap(),
        serial: &SerialNumber::from_octets(good.serial_number().as_bytes()).unwrap(),
        not_before: moment(&good.validity().not_before),
        not_after: moment(&good.validity().not_after).plus_years(forgery.years.into()),
        algorithm: issuer.algorithm,
    })
    .unwrap();
    let mut signer = Pkcs11Signer::new(hall.module.clone());
    let signature = sign_verified(&mut signer, &issuer.key, &issuer.public_key, "a forgery", &tbs).unwrap();
    let certificate = Signed {
        tbs: AnyRef::from_der(&tbs).unwrap(),
        algorithm: issuer.algorithm.algorithm_identifier(),
        signature: BitString::from_bytes(&signature).unwrap(),
    };
    let der = certificate.to_der().unwrap();
    report.certificates[place] = named(CERTIFICATE, &step.label, &der).unwrap();
    rewrite(report, &format!("certificate {}", step.label), |said| said["sha256"] = sha256(&der).into());
}

#[test]
fn a_certificate_that_is_not_of_its_profile_or_not_of_that_name_is_refused_whoever_signed_it() {
    in_child(
        HERE,
        "a_certificate_that_is_not_of_its_profile_or_not_of_that_name_is_refused_whoever_signed_it",
        |module| {
            let mut hall = Hall::new(module);
            hall.hold(INSTALLATION).unwrap();
            let signed = hall.report(INSTALLATION).unwrap();
            let whole: Report = serde_json::from_slice(&signed.json).unwrap();
            let verified = verify_content(&whole, &signed.audit_key).unwrap();
            assert_eq!(verified.identity_sha256, Some(sha256(Identity::DEMO.as_bytes())));
            assert!(verified.not_proven.is_empty(), "{:?}", verified.not_proven);
            let ceremony = Ceremony::parse(INSTALLATION).unwrap();
            let step = |label: &str| {
                let of_label = |step| match step {
                    Step::Certificate(step) if step.label == label => Some(step),
                    _ => None,
                };
                ceremony.steps().into_iter().find_map(of_label).unwrap()
            };
            let (authority, responder, list) =
                (step("ACI-EL-PP"), step("ocsp-ACI-EL-PP"), step("list-signer"));
            let an_authority = [
                (
                    "{ id = \"basicConstraints\" }",
                    "{ id = \"basicConstraints\", critical = true, ca = true }",
                ),
                ("\"digitalSignature\"", "\"keyCertSign\""),
            ];
            let forgeries = [
                (
                    &responder,
                    Forgery::of(&responder).with_profile(RESPONDER, &an_authority),
                    "is not of profile ocsp-responder: igc-1.5-extension-criticality",
                ),
                (
                    &responder,
                    Forgery { years: 10, ..Forgery::of(&responder) },
                    "is not of profile ocsp-responder: igc-1.5-validity-length",
                ),
                (
                    &authority,
                    Forgery::of(&authority).with_profile(ISSUING, &[(", path_length = 0", "")]),
                    "is not of profile issuing: rfc5280-4.2.1.9-basic-constraints",
                ),
                (
                    &authority,
                    Forgery::of(&authority).with_profile(
                        ISSUING,
                        &[("[\"keyCertSign\"", "[\"digitalSignature\", \"keyCertSign\"")],
                    ),
                    "is not of profile issuing: igc-1.8-key-usage",
                ),
                (
                    &authority,
                    Forgery {
                        facts: Facts::new().with(Fact::Authority, "ACI-FO-PP"),
                        ..Forgery::of(&authority)
                    },
                    "is not of profile issuing: igc-1.1-declared-name",
                ),
                (
                    &list,
                    Forgery { facts: list.facts().with(Fact::ServiceName, "AUTRE"), ..Forgery::of(&list) },
                    "bears another name than the file asks for",
                ),
            ];
            for (step, forgery, expected) in &forgeries {
                let mut report = whole.clone();
                forge(&mut hall, &mut report, step, forgery);
                let refused = verify_content(&report, &signed.audit_key).expect_err(expected).to_string();
                let expected = format!("certificate {}: {expected}", step.label);
                assert!(refused.starts_with(&expected), "{expected}: {refused}");
                // Of before, without the identity: the names that nobody below repeats are not held, and that is said.
                report.identity = None;
                let of_before = verify_content(&report, &signed.audit_key);
                assert_eq!(
                    of_before.is_ok(),
                    expected.contains("bears another name"),
                    "{expected}: {of_before:?}"
                );
                let not_proven = of_before.map_or_else(|_| Vec::new(), |verified| verified.not_proven);
                assert!(not_proven.iter().all(|words| words.contains("the report does not bring it")));
            }
            let mut other = whole.clone();
            other.identity = Some(Identity::DEMO.replace("LIBRE", "AUTRE"));
            let refused = verify_content(&other, &signed.audit_key).unwrap_err().to_string();
            assert!(refused.contains("open: was held with another identity"), "{refused}");
        },
    );
}

fn json_of(report: &Report) -> Vec<u8> {
    serde_json::to_vec_pretty(report).unwrap()
}

/// Has the audit key sign these octets as the report of this ceremony, intended and written down in `recorded`; what the look at the
/// ledger has against it.
fn looked_at(hall: &mut Hall, recorded: &[u8], signed: &[u8]) -> Vec<String> {
    let ceremony = Ceremony::parse(INSTALLATION).unwrap();
    let key = audit_key(&mut hall.db).unwrap();
    record(&mut hall.db, &ceremony, recorded, &key, &act()).unwrap();
    let path = hall.ledger();
    let mut signer = LedgeredSigner::new(hall.module.clone(), &path, &mut chance(), act().at);
    let subject = format!("ceremony report {}", ceremony.name());
    let wanted =
        IntendedSignature { key: &key.key, public_key: &key.public_key, subject: &subject, message: signed };
    sign_intended(&mut hall.db, &mut signer, &wanted, &act()).unwrap();
    let (kind, running_since) = (LedgerKind::Issuing, act().at);
    let ledger = LedgerPlace { file: &path, kind, place: "here", log: None, running_since };
    let found = reconcile(&mut hall.db, &ledger, &mut chance(), &act()).unwrap();
    found.alarms.into_iter().map(|alarm| alarm.what.rsplit_once(": ").unwrap().1.to_owned()).collect()
}

/// The lint of today stands for that of a later day, and a certificate that it refuses for one that it let pass then.
#[test]
fn a_report_that_the_lint_refuses_today_fits_in_the_ledger_and_one_of_other_octets_does_not() {
    in_child(
        HERE,
        "a_report_that_the_lint_refuses_today_fits_in_the_ledger_and_one_of_other_octets_does_not",
        |module| {
            let mut hall = Hall::new(module);
            hall.hold(INSTALLATION).unwrap();
            let signed = hall.report(INSTALLATION).unwrap();
            let ceremony = Ceremony::parse(INSTALLATION).unwrap();
            let of_label = |step| match step {
                Step::Certificate(step) if step.label == "ocsp-ACI-EL-PP" => Some(step),
                _ => None,
            };
            let step = ceremony.steps().into_iter().find_map(of_label).unwrap();
            let mut of_then: Report = serde_json::from_slice(&signed.json).unwrap();
            forge(&mut hall, &mut of_then, &step, &Forgery { years: 10, ..Forgery::of(&step) });
            let refused = verify_content(&of_then, &signed.audit_key).unwrap_err().to_string();
            assert!(refused.contains("igc-1.5-validity-length"), "{refused}");
            let then = json_of(&of_then);
            let untold = ["the audit log was told another transcript of this ceremony"];
            assert_eq!(looked_at(&mut hall, &then, &then), untold);
            let head = head_of_report(&then, ceremony.name()).unwrap();
            let subject = format!("ceremony {}", ceremony.name());
            let told = Event { action: "ceremony.step", subject, payload: json!({ "head": head }) };
            hall.db.write(|db| store::audit::record(db, told, &mut chance(), &act())).unwrap();
            assert_eq!(looked_at(&mut hall, &then, &then), [""; 0]);

            let other = [then.as_slice(), b"\n"].concat();
            let no_report = ["it is no recorded report of this ceremony"];
            assert_eq!(
                looked_at(&mut hall, &then, &other),
                no_report,
                "one octet more than was written down"
            );
            let mut cut = of_then.clone();
            cut.transcript.pop();
            let cut = json_of(&cut);
            assert_eq!(looked_at(&mut hall, &cut, &cut), no_report, "it came to no end");
        },
    );
}

#[test]
fn a_report_is_known_by_the_name_in_its_file_and_an_unbroken_transcript_of_that_file() {
    in_child(
        HERE,
        "a_report_is_known_by_the_name_in_its_file_and_an_unbroken_transcript_of_that_file",
        |module| {
            let mut hall = Hall::new(module);
            hall.hold(INSTALLATION).unwrap();
            hall.hold(ROLLOVER).unwrap();
            let [whole, other]: [Report; 2] = [INSTALLATION, ROLLOVER]
                .map(|text| serde_json::from_slice(&hall.report(text).unwrap().json).unwrap());
            let name = Ceremony::parse(INSTALLATION).unwrap().name().to_owned();
            let is_one = |report: &Report| head_of_report(&json_of(report), &name).is_some();
            assert!(is_one(&whole) && !is_one(&other));
            let spoilt: [fn(&mut Report); 5] = [
                |report| report.format = "igc-ceremony-report-v2".to_owned(),
                |report| report.ceremony_file += "\n",
                |report| drop(report.transcript.remove(0)),
                |report| drop(report.transcript.remove(4)),
                |report| report.transcript.clear(),
            ];
            for (number, spoil) in spoilt.into_iter().enumerate() {
                let mut report = whole.clone();
                spoil(&mut report);
                assert!(!is_one(&report), "{number}");
            }
            assert!(
                head_of_report(b"log\n2\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", &name).is_none()
            );
        },
    );
}
