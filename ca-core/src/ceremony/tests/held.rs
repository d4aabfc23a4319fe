//! Each kind of ceremony, held from its shipped file on a real SoftHSM.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use diesel::prelude::*;
use openssl::x509::X509;
use store::schema::{audit_events, certificates};
use store::{Database, Timestamp};

use super::hall::{Hall, start};
use super::{END, INSTALLATION, ISSUING, RESPONDERS, ROLLOVER, ROOT, ROOT_CRL, RSA};
use crate::authority::{self, AuthorityKind};
use crate::authority_end;
use crate::ceremony::custodians::CustodianError;
use crate::ceremony::{CeremonyError, CeremonyOutcome};
use crate::issuance::PrepareError;
use crate::profile::KeyKind;
use crate::service_key::{self, Purpose};
use crate::signer::soft_token::in_child;
use crate::signer::{Pkcs11Module, Pkcs11Signer, Signer, SignerError};

const HERE: &str = module_path!();

#[test]
fn an_installation_leaves_a_whole_hierarchy() {
    in_child(HERE, "an_installation_leaves_a_whole_hierarchy", |module| {
        let mut hall = Hall::new(module);
        let outcome = hall.hold(INSTALLATION).unwrap();

        check_hierarchy(&mut hall.db, &hall.module, KeyKind::P384, KeyKind::P256);
        assert_eq!(
            (outcome.keys.len(), outcome.certificates.len(), outcome.crls.len()),
            (9 + 6 + 2, 9 + 6 + 1, 3)
        );
        assert!(outcome.keys.iter().all(|key| key.attributes.fault().is_none()));
        check_pin_files(&hall.module);
        check_audit_trail(&mut hall.db, &outcome);

        let renamed = INSTALLATION.replace("name = \"demo\"", "name = \"again\"");
        let again = hall.hold(&renamed).unwrap_err();
        assert!(matches!(again, CeremonyError::AlreadyHeld(9)), "{again}");
        let elsewhere = hall.with_empty_database().hold(&renamed).unwrap_err();
        assert!(
            matches!(elsewhere, CeremonyError::Signer(SignerError::AlreadyInitialised { .. })),
            "{elsewhere}"
        );
    });
}

#[test]
fn the_rsa_installation_leaves_the_same_hierarchy() {
    in_child(HERE, "the_rsa_installation_leaves_the_same_hierarchy", |module| {
        let mut hall = Hall::new(module);
        hall.hold(RSA).unwrap();
        check_hierarchy(&mut hall.db, &hall.module, KeyKind::Rsa4096, KeyKind::Rsa4096);
    });
}

#[test]
fn a_ceremony_that_cannot_be_held_touches_nothing() {
    in_child(HERE, "a_ceremony_that_cannot_be_held_touches_nothing", |module| {
        let untouched = |module: &Pkcs11Module| {
            ["roots", "issuing", "services", "status"]
                .iter()
                .all(|name| !module.is_initialised(name).unwrap())
        };
        let mut hall = Hall::new(module);
        let last = hall.module.tokens().named("status").unwrap().so_pin_file.clone();
        fs::write(&last, "someone-else's\n").unwrap();
        let refused = hall.hold(INSTALLATION).unwrap_err();
        assert!(matches!(refused, CeremonyError::Signer(SignerError::PinFile { .. })), "{refused}");
        assert!(
            !hall.module.tokens().named("roots").unwrap().pin_file.exists(),
            "a PIN file was left behind"
        );
        fs::remove_file(last).unwrap();

        let brought = INSTALLATION.replace("pins = \"generate\"", "pins = \"existing\"");
        let refused = hall.hold(&brought.replace("name = \"demo\"", "name = \"brought\"")).unwrap_err();
        assert!(matches!(refused, CeremonyError::Signer(SignerError::PinFile { .. })), "{refused}");

        let broken = INSTALLATION.replace("\"el-org-sign\"", "\"el-pp-soft-sign\"");
        assert!(matches!(hall.hold(&broken), Err(CeremonyError::Rule { .. })));
        for (file, expected) in [
            (ROLLOVER, "there is no generation ACI-FO-PP to follow"),
            (ROOT_CRL, "no authority ACR-EL with a good certificate"),
            (RESPONDERS, "no authority ACI-EL-PP with a good certificate"),
            (END, "no authority ACI-EL-PP with a good certificate"),
            (ISSUING, "no authority ACR-EL with a good certificate"),
        ] {
            let refused = hall.hold(file).unwrap_err().to_string();
            assert!(refused.contains(expected), "{refused}");
        }
        let (before, after) = ROOT.split_once("[audit]").unwrap();
        let unsigned = format!("{before}{}", &after[after.find("[[root]]").unwrap()..]);
        let unsigned = unsigned.replace("[\"roots\", \"services\"]", "[\"roots\"]");
        let refused = hall.hold(&unsigned).unwrap_err().to_string();
        assert!(refused.contains("audit key: stands nowhere yet"), "nobody could sign its report: {refused}");
        assert!(untouched(&hall.module));
        let kept: i64 = certificates::table.count().get_result(&mut hall.db).unwrap();
        assert_eq!(kept, 0);
    });
}

#[test]
fn roots_under_custodians_then_issuing_authorities_then_all_that_follows() {
    in_child(HERE, "roots_under_custodians_then_issuing_authorities_then_all_that_follows", |module| {
        let mut hall = Hall::new(module);
        let roots = hall.hold(ROOT).unwrap();
        assert_eq!((roots.keys.len(), roots.certificates.len(), roots.crls.len()), (4, 3, 3));
        let token = hall.module.tokens().named("roots").unwrap().clone();
        assert!(!token.pin_file.exists() && !token.so_pin_file.exists(), "a PIN was written");
        assert!(
            hall.module.tokens().named("services").unwrap().pin_file.exists(),
            "this one has no custodians"
        );

        // Another process: the PINs are gone with the first.
        let (one, three, five) = (hall.share_file(1), hall.share_file(3), hall.share_file(5));
        let mut hall = hall.in_another_process();
        let nobody = hall.hold(ISSUING).unwrap_err();
        assert!(
            matches!(&nobody, CeremonyError::Custodians(CustodianError::TooFew { given: 0, needed: 3 })),
            "{nobody}"
        );
        hall.shares = vec![one.clone(), three.clone()];
        let few = hall.hold(ISSUING).unwrap_err();
        assert!(matches!(&few, CeremonyError::Custodians(CustodianError::TooFew { given: 2, .. })), "{few}");
        // Two of five are lost for good: any three open it.
        hall.shares = vec![five, one, three];
        let issuing = hall.hold(ISSUING).unwrap();
        assert_eq!((issuing.keys.len(), issuing.certificates.len()), (6 + 6 + 1, 6 + 6 + 1));

        let rollover = hall.hold(ROLLOVER).unwrap();
        assert_eq!((rollover.keys.len(), rollover.certificates.len()), (2, 2));
        let newest = authority::newest_generation(&mut hall.db, "ACI-FO-PP", start()).unwrap();
        assert_eq!(newest.short_name, "ACI-FO-PP-2");
        let first = authority::load(&mut hall.db, "ACI-FO-PP").unwrap();
        assert_ne!(first.subject, newest.subject);
        assert!(hall.public_key_of("ACI-FO-PP").is_some(), "the old key goes on signing its CRL");
        let skipped = ROLLOVER.replace("ACI-FO-PP-2", "ACI-FO-PP-4").replace("rollover-aci", "skipped-aci");
        let refused = hall.hold(&skipped).unwrap_err().to_string();
        assert!(refused.contains("there is no generation ACI-FO-PP-3 to follow"), "{refused}");

        let responders = hall.hold(RESPONDERS).unwrap();
        assert_eq!((responders.keys.len(), responders.certificates.len()), (6, 6));
        let ocsp = service_key::of_purpose(&mut hall.db, Purpose::Ocsp).unwrap();
        assert_eq!(ocsp.len(), 6 + 1 + 6);

        let crls = hall.hold(ROOT_CRL).unwrap();
        assert_eq!((crls.keys.len(), crls.certificates.len(), crls.crls.len()), (0, 0, 3));
    });
}

#[test]
fn an_authority_that_ends_signs_a_last_list_and_its_key_is_gone() {
    in_child(HERE, "an_authority_that_ends_signs_a_last_list_and_its_key_is_gone", |module| {
        let mut hall = Hall::new(module);
        hall.hold(INSTALLATION).unwrap();
        let refusing = END.replace("\"leave\"", "\"refuse\"");
        // A worker is about to sign it when the end is decided.
        hall.prepare_under("ACI-EL-PP").unwrap();
        let refused = hall.hold(&refusing).unwrap_err().to_string();
        assert!(refused.contains("1 of its certificates are good, or are being signed"), "{refused}");
        assert_eq!(
            authority_end::find(&mut hall.db, "ACI-EL-PP").unwrap(),
            None,
            "the decision was rolled back"
        );

        let alone = refusing.replace("ACI-EL-PP", "ACI-ST-PP").replace("end-aci-el", "end-aci-st");
        hall.hold(&alone).expect("its responder answers for it to the end, and is no obstacle");
        let end = END.replace("end-aci", "leave-aci");
        let outcome = hall.hold(&end).unwrap();
        let decided = authority_end::find(&mut hall.db, "ACI-EL-PP").unwrap().unwrap();
        let longest: Option<Timestamp> = certificates::table
            .filter(certificates::issuer.eq("ACI-EL-PP"))
            .select(diesel::dsl::max(certificates::not_after))
            .first(&mut hall.db)
            .unwrap();
        assert_eq!(Some(decided.covered_until), longest);
        assert!(outcome.crls[0].next_update > decided.covered_until);
        assert_eq!(outcome.destroyed[0].found, 0);
        assert_eq!(hall.public_key_of("ACI-EL-PP"), None);
        assert!(hall.public_key_of("ACI-EL-ORG").is_some(), "another key of the same token stands");

        let more = RESPONDERS.replace("responders-2027", "too-late");
        let refused = hall.hold(&more).unwrap_err().to_string();
        assert!(refused.contains("ACI-EL-PP: has ended"), "{refused}");
        assert!(authority::newest_generation(&mut hall.db, "ACI-EL-PP", start()).is_err());
        let refused = hall.prepare_under("ACI-EL-PP").unwrap_err();
        assert!(matches!(refused, PrepareError::AuthorityEnded(_)), "{refused}");
    });
}

/// Nine authorities, six responders, the list signer and the audit key, as the judges outside see
/// them: openssl verifies every signature, and the token has the key that each certificate holds.
fn check_hierarchy(db: &mut Database, module: &Pkcs11Module, root_kind: KeyKind, issuing_kind: KeyKind) {
    let mut signer = Pkcs11Signer::new(module.clone());
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
        assert_eq!(authority.not_before, start());
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
    }
    let audit = service_key::of_purpose(db, Purpose::Audit).unwrap();
    assert_eq!((audit.len(), audit[0].authority.as_deref()), (1, None));
    // The status role opens its token and no other; nobody else opens that one.
    assert!(responders.iter().all(|service| service.key.token == "status"));
    assert!(lists.iter().chain(&audit).all(|service| service.key.token == "services"));
}

fn check_pin_files(module: &Pkcs11Module) {
    for token in &module.tokens().tokens {
        for file in [&token.pin_file, &token.so_pin_file] {
            let mode = fs::metadata(file).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", file.display());
        }
    }
}

fn check_audit_trail(db: &mut Database, outcome: &CeremonyOutcome) {
    let mut events = |action: &str| -> usize {
        let count: i64 =
            audit_events::table.filter(audit_events::action.eq(action)).count().get_result(db).unwrap();
        usize::try_from(count).unwrap()
    };
    // Each of: open, 4 tokens, keys, certificates, CRLs, publish, close; begun and done.
    let steps = 1 + 4 + outcome.keys.len() + outcome.certificates.len() + outcome.crls.len() + 2;
    assert_eq!(events("ceremony.step"), 2 * steps);
    assert_eq!(events("key.made"), outcome.keys.len());
    assert_eq!(events("certificate.issued"), outcome.certificates.len());
    assert_eq!(events("service-key.recorded"), 8);
}
