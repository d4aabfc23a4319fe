//! What `openssl verify` and pkilint make of the CRL of a shard.

use acceptance::harness::{Linted, openssl};

use super::super::demonstration::unexplained;
use super::{AUTHORITY, Client, Scene, scene};

/// Whether `openssl verify` accepts the certificate, and what it says.
fn accepts(scene: &Scene, client: &Client, crls: &str) -> (bool, String) {
    let (chain, crls) = (scene.chain(), scene.file("crls.pem", crls));
    let arguments = ["verify", "-x509_strict", "-crl_check", "-CAfile"].map(std::ffi::OsStr::new);
    let files = [chain.as_os_str(), "-CRLfile".as_ref(), crls.as_os_str(), client.pem.as_os_str()];
    let ended = openssl(arguments.into_iter().chain(files));
    (ended.status.success(), ended.said())
}

#[test]
fn openssl_refuses_a_lost_card_by_the_shard_that_its_certificate_names_and_by_no_other() {
    let scene = scene();
    let (good, lost) = (&scene.good, &scene.lost);
    let other = if lost.crl_url.ends_with("/1.crl") { "2" } else { "1" };
    let other = format!("http://localhost:8080/crl/{AUTHORITY}/{other}.crl");
    for client in [good, lost] {
        let (accepted, said) = accepts(&scene, client, &scene.fetch(&client.crl_url));
        assert!(accepted, "{said}");
    }
    scene.declare_lost();
    let (accepted, said) = accepts(&scene, lost, &scene.fetch(&lost.crl_url));
    assert!(!accepted && said.contains("certificate revoked"), "{said}");
    let (accepted, said) = accepts(&scene, lost, &scene.fetch_full());
    assert!(!accepted && said.contains("certificate revoked"), "{said}");
    let (accepted, said) = accepts(&scene, good, &scene.fetch(&good.crl_url));
    assert!(accepted, "{said}");
    // The CRL of another shard says nothing of it: its scope is critical and not the certificate's.
    let (accepted, said) = accepts(&scene, lost, &scene.fetch(&other));
    assert!(!accepted && said.contains("different CRL scope"), "{said}");
    assert!(!said.contains("certificate revoked"), "{said}");
    assert_eq!(scene.service.says(&scene.workshop, &lost.certificate), "revoked");
    assert_eq!(scene.service.says(&scene.workshop, &good.certificate), "good");
}

#[test]
fn pkilint_reads_the_certificates_and_the_lists_of_shards() {
    let scene = scene();
    scene.declare_lost();
    let list =
        |name: &str| Linted::Crl(scene.workshop.dir().join(format!("public/crl/{AUTHORITY}/{name}.crl")));
    let mut files: Vec<_> = ["1", "1-delta", "2", "2-delta"].map(list).into();
    files.extend([&scene.good, &scene.lost].map(|client| Linted::Certificate(client.pem.clone())));
    let found = unexplained(&files);
    assert!(found.is_empty(), "{found:#?}");
}
