//! The certificates and the opposition list, judged by openssl.

use std::time::Duration;

use ca_core::signer::{KeyReference, Signer, SignerError, SigningRequest};
use store::{Database, DatabaseRole};

use super::tests::{HOUR, SECOND, back_up, restore};
use super::*;
use crate::fixture::{World, rng};

#[test]
fn the_chain_is_published_once_and_openssl_reads_it() {
    let mut world = World::new();
    let report = publish_certificates(&mut world.db, &world.folder).unwrap();
    assert_eq!(report.written, ["ACI-EL-ORG.cer", "ACI-FO-PP.cer", "ACR-FO.cer", "chain.pem", "chain.p7b"]);
    assert_eq!(publish_certificates(&mut world.db, &world.folder).unwrap().written, Vec::<String>::new());
    let (ok, text) =
        world.openssl(&["pkcs7", "-inform", "DER", "-in", "public/ca/chain.p7b", "-print_certs", "-noout"]);
    assert!(ok && text.matches("subject").count() == 3, "{text}");
    let (ok, text) = world.openssl(&[
        "verify",
        "-CAfile",
        "ACR-FO.pem",
        "-untrusted",
        "public/ca/chain.pem",
        "ACI-FO-PP.pem",
    ]);
    assert!(ok, "{text}");
    let pem = std::fs::read_to_string(world.path("public/ca/chain.pem")).unwrap();
    assert!(
        pem.trim_end().ends_with(std::fs::read_to_string(world.path("ACR-FO.pem")).unwrap().trim_end()),
        "roots last"
    );
}

fn publish_list(world: &mut World, later: Duration) -> Result<OppositionListReport, OppositionListError> {
    let act = world.act(later);
    publish_opposition_list(&mut world.db, &mut world.signer, &world.folder, &world.policy, &mut rng(), &act)
}

#[test]
fn the_opposition_list_is_signed_and_openssl_verifies_it() {
    let mut world = World::new();
    assert!(publish_list(&mut world, SECOND).unwrap().written);
    world.oppose(1, "2600000017");
    assert!(publish_list(&mut world, 2 * SECOND).unwrap().written);
    assert!(!publish_list(&mut world, 3 * SECOND).unwrap().written, "nothing changed");
    assert!(publish_list(&mut world, 3 * SECOND + HOUR).unwrap().written, "signed again in time");
    let csv = std::fs::read_to_string(world.path("public/oppositions/full.csv")).unwrap();
    assert_eq!(csv, format!("sequence;card_number;opposed_at\n1;2600000017;{}\n", world.start));
    let json = std::fs::read(world.path("public/oppositions/full.json")).unwrap();
    let list: opposition_list::OppositionList = serde_json::from_slice(&json).unwrap();
    assert_eq!((list.sequence, list.oppositions.len()), (1, 1));
    for name in ["full.csv", "full.json"] {
        let content = format!("public/oppositions/{name}");
        let signature = format!("{content}.p7s");
        let verify = |content: &str| {
            world.openssl(&[
                "cms",
                "-verify",
                "-binary",
                "-inform",
                "DER",
                "-in",
                &signature,
                "-content",
                content,
                "-purpose",
                "any",
                "-CAfile",
                "ACR-FO.pem",
                "-out",
                "verified",
            ])
        };
        let (ok, text) = verify(&content);
        assert!(ok, "{text}");
        std::fs::write(world.path("altered"), "sequence;card_number;opposed_at\n").unwrap();
        assert!(!verify("altered").0, "an altered list is refused");
    }
}

#[test]
fn a_card_on_the_published_list_is_never_forgotten() {
    let mut world = World::new();
    back_up(&mut world, "backup.sqlite");
    world.oppose(1, "2600000017");
    publish_list(&mut world, SECOND).unwrap();
    restore(&mut world, "backup.sqlite");
    let refused = publish_list(&mut world, 2 * SECOND).unwrap_err();
    assert!(matches!(&refused, OppositionListError::Lost { card_number } if card_number == "2600000017"));
    assert!(
        std::fs::read_to_string(world.path("public/oppositions/full.csv")).unwrap().contains("2600000017")
    );
}

/// A signer that is slow: something else happens while it signs for the first time.
struct Slow<'a> {
    signer: &'a mut dyn Signer,
    meanwhile: Option<Box<dyn FnOnce() + Send + 'a>>,
}

impl Signer for Slow<'_> {
    fn sign(&mut self, request: &SigningRequest<'_>) -> Result<Vec<u8>, SignerError> {
        self.meanwhile.take().into_iter().for_each(|meanwhile| meanwhile());
        self.signer.sign(request)
    }

    fn public_key(&mut self, key: &KeyReference) -> Result<Vec<u8>, SignerError> {
        self.signer.public_key(key)
    }
}

#[test]
fn a_slower_worker_does_not_put_its_list_in_the_place_of_a_longer_one() {
    let mut world = World::new();
    world.oppose(1, "2600000017");
    let act = world.act(SECOND);
    let url = format!("sqlite:{}", world.path("igc.sqlite").display());
    let mut quicker = World::new();
    quicker.db = Database::open(&url, DatabaseRole::Owner).unwrap();
    quicker.signer = world.signer.clone();
    quicker.folder = world.folder.clone();
    let meanwhile = Box::new(|| {
        quicker.oppose(2, "2600000025");
        assert!(publish_list(&mut quicker, 2 * SECOND).unwrap().written);
    });
    let mut slow = Slow { signer: &mut world.signer, meanwhile: Some(meanwhile) };
    let report =
        publish_opposition_list(&mut world.db, &mut slow, &world.folder, &world.policy, &mut rng(), &act)
            .unwrap();
    drop(slow);
    assert!(!report.written);
    let json = std::fs::read(world.path("public/oppositions/full.json")).unwrap();
    let list: opposition_list::OppositionList = serde_json::from_slice(&json).unwrap();
    assert_eq!(list.sequence, 2);
}
