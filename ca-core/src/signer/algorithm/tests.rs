use der::Encode;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::Private;
use openssl::rsa::Rsa;
use openssl::sign::Signer;

use super::*;

fn ec(curve: Nid) -> PKey<Private> {
    let group = EcGroup::from_curve_name(curve).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn spki(key: &PKey<Private>) -> Vec<u8> {
    key.public_key_to_der().unwrap()
}

#[test]
fn the_key_decides_the_algorithm() {
    let rsa = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    assert_eq!(
        SignatureAlgorithm::of_key(&spki(&ec(Nid::X9_62_PRIME256V1))),
        Ok(SignatureAlgorithm::EcdsaWithSha256)
    );
    assert_eq!(
        SignatureAlgorithm::of_key(&spki(&ec(Nid::SECP384R1))),
        Ok(SignatureAlgorithm::EcdsaWithSha384)
    );
    assert_eq!(SignatureAlgorithm::of_key(&spki(&rsa)), Ok(SignatureAlgorithm::Sha256WithRsaEncryption));
    let curve = SignatureAlgorithm::of_key(&spki(&ec(Nid::SECP521R1)));
    assert!(matches!(curve, Err(UnsupportedKey::Algorithm(_))), "{curve:?}");
    assert_eq!(SignatureAlgorithm::of_key(b"0"), Err(UnsupportedKey::Malformed));
}

#[test]
fn an_identifier_reads_back_and_carries_null_for_rsa_only() {
    use SignatureAlgorithm::{EcdsaWithSha256, EcdsaWithSha384, Sha256WithRsaEncryption};
    for algorithm in [EcdsaWithSha256, EcdsaWithSha384, Sha256WithRsaEncryption] {
        assert_eq!(SignatureAlgorithm::from_identifier(&algorithm.algorithm_identifier()), Some(algorithm));
    }
    let rsa = Sha256WithRsaEncryption.algorithm_identifier().to_der().unwrap();
    assert_eq!(rsa, [&hex::decode("300d06092a864886f70d01010b").unwrap()[..], &[5, 0]].concat());
    let ecdsa = EcdsaWithSha256.algorithm_identifier().to_der().unwrap();
    assert_eq!(hex::encode(ecdsa), "300a06082a8648ce3d040302");

    let mut wrong = EcdsaWithSha256.algorithm_identifier();
    wrong.parameters = Some(Any::null());
    assert_eq!(SignatureAlgorithm::from_identifier(&wrong), None);
}

#[test]
fn a_signature_holds_for_its_message_and_its_key_only() {
    let key = ec(Nid::X9_62_PRIME256V1);
    let algorithm = SignatureAlgorithm::EcdsaWithSha256;
    let signature =
        Signer::new(MessageDigest::sha256(), &key).unwrap().sign_oneshot_to_vec(b"message").unwrap();
    assert!(algorithm.verify(&spki(&key), b"message", &signature));
    assert!(!algorithm.verify(&spki(&key), b"massage", &signature));
    assert!(!algorithm.verify(&spki(&ec(Nid::X9_62_PRIME256V1)), b"message", &signature));
    assert!(!SignatureAlgorithm::EcdsaWithSha384.verify(&spki(&key), b"message", &signature));
    assert!(!algorithm.verify(&spki(&key), b"message", b"no signature"));
}

#[test]
fn a_digest_has_the_length_of_its_algorithm() {
    assert_eq!(SignatureAlgorithm::EcdsaWithSha384.digest(b"").value.len(), 48);
    let empty = SignatureAlgorithm::EcdsaWithSha256.digest(b"");
    assert_eq!(empty.value.len(), SignatureAlgorithm::EcdsaWithSha256.digest_length());
    assert!(hex::encode(empty.value).starts_with("e3b0c44298fc1c14"));
}
