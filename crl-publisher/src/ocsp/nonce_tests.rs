//! Nonces, length by length.
//!
//! RFC 9654 §2.1: a request whose nonce has 0 octets or more than 128 MUST be rejected with malformedRequest; at least
//! 16 MUST be accepted; a nonce of less than 16 or more than 32 MAY be ignored, and is not here: who sends one wants the
//! answer bound to it.

use const_oid::db::rfc5912::{ID_SHA_1, ID_SHA_256};
use der::Encode;
use der::asn1::OctetString;
use x509_cert::ext::Extension;

use super::kept_tests::{DAY, desk, verified, world};
use super::response::OcspResponseStatus;
use super::tests::{ask, basic, cert_id, nonce, request, world_with_statuses};
use super::{Answer, AnswerKind};
use crate::fixture::ISSUING;

/// The answer to a request with these extensions, and the extensions that came back.
fn asked_with(extensions: Vec<Extension>) -> (Answer, Option<Vec<Extension>>) {
    let mut world = world_with_statuses();
    let id = cert_id(&world, ISSUING, ID_SHA_256, &[0x1D, 0x01]);
    let answer = ask(&mut world, &request(vec![id], extensions).to_der().unwrap());
    let said = match answer.kind {
        AnswerKind::Signed { .. } => basic(&answer).tbs_response_data.response_extensions,
        AnswerKind::Error(_) => None,
    };
    (answer, said)
}

fn comes_back(length: usize) {
    let extension = nonce(&vec![0xA5; length]);
    let (answer, said) = asked_with(vec![extension.clone()]);
    assert!(matches!(answer.kind, AnswerKind::Signed { nonce: true, .. }), "{answer:?}");
    assert_eq!(said, Some(vec![extension]));
}

fn is_malformed(extensions: Vec<Extension>) {
    assert_eq!(asked_with(extensions).0, Answer::error(OcspResponseStatus::MalformedRequest));
}

#[test]
fn a_nonce_of_0_octets_is_malformed() {
    is_malformed(vec![nonce(&[])]);
}

#[test]
fn a_nonce_of_1_octet_which_might_be_ignored_comes_back() {
    comes_back(1);
}

#[test]
fn a_nonce_of_15_octets_the_most_that_is_too_short_to_have_to_be_accepted_comes_back() {
    comes_back(15);
}

#[test]
fn a_nonce_of_16_octets_the_least_that_must_be_accepted_comes_back() {
    comes_back(16);
}

#[test]
fn a_nonce_of_32_octets_which_new_clients_send_comes_back() {
    comes_back(32);
}

#[test]
fn a_nonce_of_33_octets_which_might_be_ignored_comes_back() {
    comes_back(33);
}

#[test]
fn a_nonce_of_128_octets_the_longest_there_is_comes_back() {
    comes_back(128);
}

#[test]
fn a_nonce_of_129_octets_is_malformed() {
    is_malformed(vec![nonce(&[0xA5; 129])]);
}

#[test]
fn a_nonce_that_is_no_octet_string_or_comes_twice_is_malformed() {
    let raw = Extension { extn_value: OctetString::new(vec![0xA5; 16]).unwrap(), ..nonce(&[1]) };
    is_malformed(vec![raw]);
    is_malformed(vec![nonce(&[0xA5; 16]), nonce(&[0xA5; 16])]);
}

#[test]
fn who_sends_no_nonce_gets_none() {
    let (answer, said) = asked_with(vec![]);
    assert!(matches!(answer.kind, AnswerKind::Signed { nonce: false, .. }), "{answer:?}");
    assert_eq!(said, None);
}

#[test]
fn what_is_bound_to_a_request_is_signed_each_time() {
    let mut world = world();
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let id = cert_id(&world, ISSUING, ID_SHA_1, &[0x1D, 0x01]);
    let bound = request(vec![id.clone()], vec![nonce(&[7; 32])]).to_der().unwrap();
    let several = request(vec![id.clone(), id.clone()], vec![]).to_der().unwrap();
    for request in [bound, several] {
        let before = desk.signed();
        for _ in 0..2 {
            verified(&desk.ask(&request, &act));
        }
        assert_eq!(desk.signed(), before + 2);
    }
    // And none of it is sent to who asks without a nonce.
    let plain = request(vec![id.clone()], vec![]).to_der().unwrap();
    assert!(verified(&desk.ask(&plain, &act)).tbs_response_data.response_extensions.is_none());
    // Nor is what is kept since then, by its parts and whole, sent to who asks with one.
    desk.ask(&plain, &act);
    assert!(desk.answers.at_once(&plain, act.at).is_ok() && desk.answers.whole() == 1);
    for octet in [8, 9] {
        let bound = request(vec![id.clone()], vec![nonce(&[octet; 32])]).to_der().unwrap();
        assert!(desk.answers.at_once(&bound, act.at).is_err(), "memory alone never answers a nonce");
        let extensions = verified(&desk.ask(&bound, &act)).tbs_response_data.response_extensions.unwrap();
        assert_eq!(extensions, [nonce(&[octet; 32])]);
    }
}
