use super::client_data::CLIENT_DATA_BOUND;
use super::*;
use crate::testing::{Authenticator, ORIGIN, client_data, relying_party};

const CHALLENGE: [u8; 32] = [7; 32];

fn verified(authenticator: &Authenticator, assertion: &Assertion) -> Result<u32, PasskeyRefused> {
    assertion.verify(&authenticator.public_key(), &CHALLENGE, &relying_party())
}

#[test]
fn an_authenticators_signature_over_our_challenge_holds() {
    let mut authenticator = Authenticator::new("bob");
    authenticator.count = 41;
    assert_eq!(verified(&authenticator, &authenticator.assert(&CHALLENGE)), Ok(41));
}

#[test]
fn a_signature_for_another_challenge_origin_or_ceremony_is_refused() {
    let authenticator = Authenticator::new("bob");
    let hostile = [
        ("challenge", client_data("webauthn.get", &[8; 32], ORIGIN)),
        ("origin", client_data("webauthn.get", &CHALLENGE, "https://localhost:8444")),
        ("origin", client_data("webauthn.get", &CHALLENGE, "https://localhost.home.arpa:8443")),
        ("origin", client_data("webauthn.get", &CHALLENGE, "http://localhost:8443")),
        ("type", client_data("webauthn.create", &CHALLENGE, ORIGIN)),
    ];
    for (member, client_data) in hostile {
        let refused = verified(&authenticator, &authenticator.sign(client_data));
        assert_eq!(refused, Err(PasskeyRefused::Member(member)));
    }
}

#[test]
fn client_data_is_one_object_each_member_once_and_in_no_frame() {
    let authenticator = Authenticator::new("bob");
    let honest = String::from_utf8(client_data("webauthn.get", &CHALLENGE, ORIGIN)).unwrap();
    let with = |more: &str| honest.replace("\"crossOrigin\":false", more);
    assert!(verified(&authenticator, &authenticator.sign(with("\"later\":{\"a\":1}").into_bytes())).is_ok());
    let hostile = [
        with(&format!("\"origin\":\"{ORIGIN}\"")),
        with("\"later\":1,\"later\":1"),
        honest.clone() + " {}",
        honest.clone() + "x",
        honest.replacen('{', "[", 1),
        format!("\u{feff}{honest}"),
        String::new(),
        honest[..honest.len() - 1].to_owned(),
    ];
    for text in hostile {
        let refused = verified(&authenticator, &authenticator.sign(text.clone().into_bytes()));
        assert_eq!(refused, Err(PasskeyRefused::ClientData), "{text}");
    }
    for (member, text) in [
        ("crossOrigin", with("\"crossOrigin\":true")),
        ("crossOrigin", with("\"crossOrigin\":\"false\"")),
        ("topOrigin", with("\"topOrigin\":null")),
        ("challenge", honest.replace("\"challenge\":\"", "\"challenge\":\"=")),
    ] {
        let refused = verified(&authenticator, &authenticator.sign(text.into_bytes()));
        assert_eq!(refused, Err(PasskeyRefused::Member(member)));
    }
    let long = with(&format!("\"later\":\"{}\"", "x".repeat(CLIENT_DATA_BOUND)));
    let refused = verified(&authenticator, &authenticator.sign(long.into_bytes()));
    assert_eq!(refused, Err(PasskeyRefused::TooLong("client data")));
}

#[test]
fn who_was_not_there_or_was_not_verified_has_signed_nothing() {
    let authenticator = Authenticator::new("bob");
    for flags in [0b0000_0100, 0b0000_0001, 0b0001_0101, 0b0100_0101, 0b1000_0101] {
        let other = Authenticator { flags, ..authenticator.clone() };
        let refused = verified(&authenticator, &other.assert(&CHALLENGE));
        assert!(matches!(refused, Err(PasskeyRefused::AuthenticatorData(_))), "{flags:08b}: {refused:?}");
    }
    let synchronised = Authenticator { flags: 0b0001_1101, ..authenticator.clone() };
    assert_eq!(verified(&authenticator, &synchronised.assert(&CHALLENGE)), Ok(0));
    let elsewhere = Authenticator { rp_id: "home.arpa".to_owned(), ..authenticator.clone() };
    let refused = verified(&authenticator, &elsewhere.assert(&CHALLENGE));
    assert_eq!(refused, Err(PasskeyRefused::AuthenticatorData("made for another relying party")));
}

#[test]
fn every_altered_cut_or_added_octet_is_noticed() {
    let authenticator = Authenticator::new("bob");
    let honest = authenticator.assert(&CHALLENGE);
    let parts: [fn(&mut Assertion) -> &mut Vec<u8>; 3] =
        [|it| &mut it.authenticator_data, |it| &mut it.client_data, |it| &mut it.signature];
    for part in parts {
        for place in 0..part(&mut honest.clone()).len() {
            let mut altered = honest.clone();
            part(&mut altered)[place] ^= 1;
            assert!(verified(&authenticator, &altered).is_err(), "octet {place} altered");
            let mut cut = honest.clone();
            part(&mut cut).truncate(place);
            assert!(verified(&authenticator, &cut).is_err(), "cut at {place}");
        }
        let mut longer = honest.clone();
        part(&mut longer).push(b' ');
        assert!(verified(&authenticator, &longer).is_err());
    }
    let other = Authenticator::new("bob");
    assert_eq!(verified(&other, &honest), Err(PasskeyRefused::Signature));
}

fn registered(object: &[u8]) -> Result<NewPasskey, PasskeyRefused> {
    let (_, client_data) = Authenticator::new("bob").registration(&CHALLENGE);
    NewPasskey::read(object, &client_data, &CHALLENGE, &relying_party())
}

#[test]
fn a_new_key_is_read_as_it_is() {
    let authenticator = Authenticator::new("bob");
    let read = registered(&authenticator.registration(&CHALLENGE).0).unwrap();
    assert_eq!(read.credential_id, authenticator.credential_id);
    assert_eq!(read.key, authenticator.public_key());
    assert_eq!(read.key.fingerprint().len(), 64);
    let get = client_data("webauthn.get", &CHALLENGE, ORIGIN);
    let (object, _) = authenticator.registration(&CHALLENGE);
    let refused = NewPasskey::read(&object, &get, &CHALLENGE, &relying_party());
    assert_eq!(refused, Err(PasskeyRefused::Member("type")));
}

#[test]
fn a_truncated_longer_or_altered_attestation_object_is_refused() {
    let authenticator = Authenticator::new("bob");
    let object = authenticator.registration(&CHALLENGE).0;
    for length in 0..object.len() {
        assert!(registered(&object[..length]).is_err(), "cut at {length}");
    }
    assert!(registered(&[object.as_slice(), &[0]].concat()).is_err(), "trailing octets");
    assert!(registered(&vec![0; REGISTRATION_BOUND + 1]).is_err());
    let replaced = |from: &[u8], to: &[u8]| {
        let at = object.windows(from.len()).position(|window| window == from).unwrap();
        let altered = [&object[..at], to, &object[at + from.len()..]].concat();
        assert_ne!(altered, object);
        assert!(registered(&altered).is_err(), "{from:x?} → {to:x?}");
    };
    replaced(b"none", b"nane");
    replaced(b"\x64none", b"\x78\x04none"); // a head that is longer than it need be
    replaced(b"\xa0\x68authData", b"\xa1\x01\x02\x68authData"); // an attestation
    replaced(b"\xa3\x63fmt", b"\xbf\x63fmt"); // no definite length
    replaced(&[0x03, 0x26], &[0x03, 0x27]); // EdDSA
    replaced(&[0x20, 0x01, 0x21], &[0x20, 0x02, 0x21]); // P-384
    replaced(&[0x01, 0x02, 0x03, 0x26], &[0x03, 0x26, 0x03, 0x26]); // a member twice
}

#[test]
fn a_point_that_is_on_no_curve_is_no_key() {
    let authenticator = Authenticator::new("bob");
    let mut object = authenticator.registration(&CHALLENGE).0;
    *object.last_mut().unwrap() ^= 1;
    assert!(matches!(registered(&object), Err(PasskeyRefused::PublicKey(_))));
    let spki = authenticator.public_key().spki().to_vec();
    assert!(PasskeyKey::from_spki(&spki).is_ok());
    assert!(PasskeyKey::from_spki(&[spki.as_slice(), &[0]].concat()).is_err());
    assert!(PasskeyKey::from_spki(&spki[..spki.len() - 1]).is_err());
}

#[test]
fn a_relying_party_is_a_host_and_its_own_domain() {
    for (origin, id) in [
        ("https://localhost:8443", "localhost"),
        ("https://ra.home.arpa", "home.arpa"),
        ("https://ra.home.arpa", "ra.home.arpa"),
    ] {
        assert!(RelyingParty::new(origin, id).is_ok(), "{origin} {id}");
    }
    for (origin, id) in [
        ("http://localhost", "localhost"),
        ("https://localhost/", "localhost"),
        ("https://Localhost", "localhost"),
        ("https://ra.home.arpa", "me.arpa"),
        ("https://ra.home.arpa", "other.arpa"),
        ("https://ra.home.arpa", ""),
        ("https://127.0.0.1:8443", "127.0.0.1"),
        ("https://", ""),
    ] {
        assert!(RelyingParty::new(origin, id).is_err(), "{origin} {id}");
    }
}
