use std::fs;
use std::os::unix::fs::PermissionsExt;

use diesel::prelude::*;
use openssl::x509::X509;
use store::schema::{audit_events, certificates};
use store::{Act, Actor, Database, DatabaseRole, RequestId, Timestamp};

use super::*;
use crate::authority::{self, AuthorityKind};
use crate::identity::Identity;
use crate::issuance::IssuanceContext;
use crate::key_policy::Blocklist;
use crate::profile::{KeyKind, Profiles};
use crate::service_key::{self, Purpose};
use crate::signer::soft_token::with_process;
use crate::signer::{Signer, SignerError, SignerProcess};

const HERE: &str = module_path!();
pub(super) const DEMO: &str = include_str!("../../../hsm-config/ceremonies/demo.toml");
const RSA: &str = include_str!("../../../hsm-config/ceremonies/igc-sante-rsa.toml");

pub(super) fn act() -> Act {
    Act {
        at: "2026-11-21T10:00:00Z".parse().unwrap(),
        actor: Actor::Ceremony("demo".to_owned()),
        request: RequestId("test".to_owned()),
    }
}

/// An empty database, in memory of its own.
pub(super) fn database() -> Database {
    let mut db = Database::open("sqlite::memory:", DatabaseRole::Owner).unwrap();
    db.migrate().unwrap();
    db
}

pub(super) fn remove_pins(process: &SignerProcess) {
    for token in &process.tokens().tokens {
        fs::remove_file(&token.pin_file).unwrap();
        fs::remove_file(&token.so_pin_file).unwrap();
    }
}

pub(super) fn hold(
    db: &mut Database,
    process: &SignerProcess,
    text: &str,
) -> Result<CeremonyReport, CeremonyError> {
    let (profiles, identity) = (Profiles::embedded(), Identity::demo());
    let blocklist = Blocklist::default();
    let context = IssuanceContext { profiles: &profiles, identity: &identity, blocklist: &blocklist };
    let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
    run(db, process, &Ceremony::parse(text).unwrap(), context, &mut rng, &act())
}

#[test]
fn the_shipped_ceremonies_keep_every_rule() {
    for text in [DEMO, RSA] {
        check(&Ceremony::parse(text).unwrap(), &Identity::demo()).unwrap();
    }
}

#[test]
fn a_file_that_breaks_a_rule_is_refused_with_its_line() {
    let rules = [
        ("name = \"demo\"", "name = \"De mo\"", "line 4: name: must be"),
        ("identity = \"demo\"", "identity = \"operator\"", "line 6: identity: this file is not for"),
        ("\"ACR-ST\"\ntoken", "\"ACR-EL\"\ntoken", "short_name: stands twice"),
        ("\"ACI-ST-PP\"", "\"ACI-EL-PP\"", "short_name: stands twice"),
        ("\"ACI-ST-PP\"", "\"ACI-XX-PP\"", "the identity names no such authority"),
        ("parent = \"ACR-EL\"", "parent = \"ACI-EL-PP\"", "must be a root of this file"),
        (
            "key = \"P-384\"",
            "key = \"RSA-2048\"",
            "line 13: key: profile root allows no key of kind RSA-2048",
        ),
        ("less_days = 1", "less_days = 0", ""),
        ("{ years = 20, less_days = 1 }", "{ years = 21 }", "must not outlive that of the parent"),
        ("{ years = 20 }", "{ years = 0 }", "must be 1 to 40 years"),
        ("token = \"issuing\"", "token = \"roots\"", "holds the keys of roots, and no others"),
        ("token = \"issuing\"", "token = \"status\"", "and no others"),
        ("token = \"status\"", "token = \"elsewhere\"", "must be one of `tokens`"),
        ("\"status\"]", "\"status\", \"status\"]", "tokens: stands twice"),
        ("\"status\"]", "\"status\", \"spare\"]", "no key is made in this token"),
        ("authority = \"ACI-EL-ORG\"", "authority = \"ACR-EL\"", "must be an issuing authority"),
        ("authority = \"ACI-EL-ORG\"", "authority = \"ACI-FO-PP\"", "does not issue profile el-org-sign"),
        ("\"el-org-sign\"", "\"el-org-nothing\"", "is no profile of this program"),
    ];
    for (from, to, expected) in rules {
        assert!(DEMO.contains(from), "{from}");
        let ceremony = Ceremony::parse(&DEMO.replacen(from, to, 1)).unwrap();
        match check(&ceremony, &Identity::demo()) {
            Ok(()) => assert_eq!(expected, "", "{to}"),
            Err(error) => {
                let message = error.to_string();
                assert!(!expected.is_empty() && message.contains(expected), "{to}: {message}");
                assert!(message.starts_with("ceremony file, line "), "{message}");
            }
        }
    }
}

#[test]
fn a_file_out_of_form_is_refused_with_its_line() {
    for (from, to) in [
        ("pins = \"generate\"", "pins = \"12345678\""),
        ("key = \"P-384\"", "key = \"P-521\""),
        ("years = 20 }", "years = 20, pin = \"1234\" }"),
        ("service-name", "surname"),
        ("[audit]", "[audits]"),
    ] {
        assert!(DEMO.contains(from), "{from}");
        let message = Ceremony::parse(&DEMO.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(message.contains("line "), "{message}");
    }
    assert!(Ceremony::parse(&"#".repeat(65 * 1024)).is_err());
}

#[test]
fn the_demo_ceremony_leaves_a_whole_hierarchy() {
    with_process(HERE, "the_demo_ceremony_leaves_a_whole_hierarchy", |process| {
        remove_pins(&process);
        let mut db = database();
        let report = hold(&mut db, &process, DEMO).unwrap();

        check_hierarchy(&mut db, &process, KeyKind::P384, KeyKind::P256);
        assert_eq!((report.keys.len(), report.certificates.len()), (9 + 6 + 2, 9 + 6 + 1));
        check_pin_files(&process);
        check_audit_trail(&mut db, &report);

        let again = hold(&mut db, &process, DEMO).unwrap_err();
        assert!(matches!(again, CeremonyError::AlreadyHeld(9)), "{again}");
        let elsewhere = hold(&mut database(), &process, DEMO).unwrap_err();
        assert!(
            matches!(elsewhere, CeremonyError::Signer(SignerError::AlreadyInitialised { .. })),
            "{elsewhere}"
        );
    });
}

#[test]
fn the_rsa_ceremony_leaves_the_same_hierarchy() {
    with_process(HERE, "the_rsa_ceremony_leaves_the_same_hierarchy", |process| {
        remove_pins(&process);
        let mut db = database();
        hold(&mut db, &process, RSA).unwrap();
        check_hierarchy(&mut db, &process, KeyKind::Rsa4096, KeyKind::Rsa4096);
    });
}

#[test]
fn a_ceremony_that_cannot_be_held_touches_nothing() {
    with_process(HERE, "a_ceremony_that_cannot_be_held_touches_nothing", |process| {
        let untouched = |process: &SignerProcess| {
            ["roots", "issuing", "status"].iter().all(|name| !process.is_initialised(name).unwrap())
        };
        // The PIN files of soft_token stand: a PIN in use is never overwritten.
        let mut db = database();
        let refused = hold(&mut db, &process, DEMO).unwrap_err();
        assert!(matches!(refused, CeremonyError::Signer(SignerError::PinFile { .. })), "{refused}");
        assert!(untouched(&process));

        remove_pins(&process);
        let last = &process.tokens().named("status").unwrap().so_pin_file;
        fs::write(last, "someone-else's\n").unwrap();
        assert!(hold(&mut db, &process, DEMO).is_err());
        assert!(!process.tokens().named("roots").unwrap().pin_file.exists(), "a PIN file was left behind");
        fs::remove_file(last).unwrap();

        let brought = DEMO.replace("pins = \"generate\"", "pins = \"existing\"");
        let refused = hold(&mut db, &process, &brought).unwrap_err();
        assert!(matches!(refused, CeremonyError::Signer(SignerError::PinFile { .. })), "{refused}");
        assert!(untouched(&process));

        let broken = DEMO.replace("\"el-org-sign\"", "\"el-pp-soft-sign\"");
        assert!(matches!(hold(&mut db, &process, &broken), Err(CeremonyError::Rule { .. })));
        assert!(untouched(&process));
        let kept: i64 = certificates::table.count().get_result(&mut db).unwrap();
        assert_eq!(kept, 0);
    });
}

/// Nine authorities, six responders, the list signer and the audit key, as the judges outside see
/// them: openssl verifies every signature, and the token has the key that each certificate holds.
fn check_hierarchy(db: &mut Database, process: &SignerProcess, root_kind: KeyKind, issuing_kind: KeyKind) {
    let mut signer = process.signer();
    let authorities = authority::all(db).unwrap();
    let names: Vec<_> = authorities.iter().map(|authority| authority.short_name.as_str()).collect();
    let expected = [
        "ACI-EL-ORG",
        "ACI-EL-PP",
        "ACI-FO-ORG",
        "ACI-FO-PP",
        "ACI-ST-ORG",
        "ACI-ST-PP",
        "ACR-EL",
        "ACR-FO",
        "ACR-ST",
    ];
    assert_eq!(names, expected);
    let moment = |text: &str| text.parse::<Timestamp>().unwrap();
    for authority in &authorities {
        let certificate = X509::from_der(&authority.certificate).unwrap();
        let parent = authorities.iter().find(|other| other.short_name == authority.parent).unwrap();
        let parent = X509::from_der(&parent.certificate).unwrap();
        assert!(certificate.verify(&parent.public_key().unwrap()).unwrap());
        assert_eq!(signer.public_key(&authority.key).unwrap(), authority.public_key);
        assert_eq!(certificate.public_key().unwrap().public_key_to_der().unwrap(), authority.public_key);
        assert_eq!(authority.not_before, act().at);
        let kind = KeyKind::of(&authority.public_key).unwrap();
        match authority.kind {
            AuthorityKind::Root => {
                assert_eq!((authority.key.token.as_str(), kind), ("roots", root_kind));
                assert_eq!(authority.not_after, moment("2046-11-21T10:00:00Z"));
                assert_eq!(authority.serial_prefix, None);
            }
            AuthorityKind::Issuing => {
                assert_eq!((authority.key.token.as_str(), kind), ("issuing", issuing_kind));
                assert_eq!(authority.not_after, moment("2046-11-20T10:00:00Z"));
                assert!((0x01..=0x7F).contains(&authority.serial_prefix.unwrap()[0]));
            }
        }
    }

    let responders = service_key::of_purpose(db, Purpose::Ocsp).unwrap();
    let lists = service_key::of_purpose(db, Purpose::List).unwrap();
    assert_eq!((responders.len(), lists.len()), (6, 1));
    for service in responders.iter().chain(&lists) {
        let certificate = X509::from_der(service.certificate.as_deref().unwrap()).unwrap();
        let issuer = authority::load(db, service.authority.as_deref().unwrap()).unwrap();
        let issuer = X509::from_der(&issuer.certificate).unwrap();
        assert!(certificate.verify(&issuer.public_key().unwrap()).unwrap(), "{}", service.name);
        assert_eq!(certificate.public_key().unwrap().public_key_to_der().unwrap(), service.public_key);
        assert_eq!(signer.public_key(&service.key).unwrap(), service.public_key);
        assert_eq!(service.key.token, "status");
    }
    let audit = service_key::of_purpose(db, Purpose::Audit).unwrap();
    assert_eq!((audit.len(), audit[0].authority.as_deref()), (1, None));
}

fn check_pin_files(process: &SignerProcess) {
    for token in &process.tokens().tokens {
        for file in [&token.pin_file, &token.so_pin_file] {
            let mode = fs::metadata(file).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", file.display());
        }
    }
}

fn check_audit_trail(db: &mut Database, report: &CeremonyReport) {
    let mut events = |action: &str| -> usize {
        let count: i64 =
            audit_events::table.filter(audit_events::action.eq(action)).count().get_result(db).unwrap();
        usize::try_from(count).unwrap()
    };
    assert_eq!(events("ceremony.begun"), 1);
    assert_eq!(events("key.made"), report.keys.len());
    assert_eq!(events("certificate.issued"), report.certificates.len());
    assert_eq!(events("service-key.recorded"), 8);
    assert_eq!(events("ceremony.ended"), 1);
}
