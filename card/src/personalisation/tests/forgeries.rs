use openssl::asn1::Asn1Time;
use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::X509;
use store::Database;

use super::{
    Bureau, bureau, close, content, dishonest, keys_of_card, p256, prove, read, refusal, signed_again, tlv,
};
use crate::personalisation::BatchFile;
use crate::personalisation::bureau::personalise;
use crate::testing::{database, ordered, rng};
use crate::{Card, KeyUsage};

/// Two cards in a batch at one pinned bureau.
struct Scene {
    db: Database,
    bureau: Bureau,
    pinned: [X509; 1],
    cards: [Card; 2],
    batch: BatchFile,
}

fn scene() -> Scene {
    let mut db = database();
    let bureau = bureau("Bureau A");
    let cards = [ordered(&mut db, "order-1"), ordered(&mut db, "order-2")];
    let batch = close(&mut db, bureau.key.name(), &[&cards[0], &cards[1]]);
    Scene { db, pinned: [bureau.key.certificate().clone()], bureau, cards, batch }
}

impl Scene {
    fn honest(&self) -> Vec<u8> {
        personalise(&self.batch, &self.bureau.key, None, &mut rng()).unwrap()
    }

    /// The code that refuses the honest file with a change that the bureau itself signed.
    fn refused(&mut self, change: impl FnOnce(&mut super::ReturnFile)) -> &'static str {
        let bytes = dishonest(&self.batch, &self.bureau.key, change);
        refusal(&mut self.db, &bytes, &self.pinned)
    }
}

#[test]
fn a_file_is_read_once() {
    let mut scene = scene();
    let bytes = scene.honest();
    read(&mut scene.db, &bytes, &scene.pinned).unwrap();
    assert_eq!(refusal(&mut scene.db, &bytes, &scene.pinned), "card-return-already-read");
    // And so is the batch: the same cards with other keys.
    let other = scene.honest();
    assert_eq!(refusal(&mut scene.db, &other, &scene.pinned), "card-return-already-read");
}

#[test]
fn proofs_swapped_between_two_cards_are_refused() {
    let mut scene = scene();
    let code = scene.refused(|file| {
        let first = file.keys[0].proof.clone();
        file.keys[0].proof = std::mem::replace(&mut file.keys[2].proof, first);
    });
    assert_eq!(code, "card-return-bad-proof");
}

#[test]
fn keys_swapped_with_their_proofs_between_cards_or_usages_are_refused() {
    let mut scene = scene();
    let swap = |a: usize, b: usize| {
        move |file: &mut super::ReturnFile| {
            let kept = file.keys[a].clone();
            (file.keys[a].public_key, file.keys[a].proof) =
                (file.keys[b].public_key.clone(), file.keys[b].proof.clone());
            (file.keys[b].public_key, file.keys[b].proof) = (kept.public_key, kept.proof);
        }
    };
    assert_eq!(scene.refused(swap(0, 2)), "card-return-bad-proof");
    assert_eq!(scene.refused(swap(0, 1)), "card-return-bad-proof");
}

#[test]
fn a_key_for_another_order_than_the_one_that_was_approved_is_refused() {
    let mut scene = scene();
    // The bureau says another order than its chip signed.
    let (first, second) = (scene.batch.cards[0].order, scene.batch.cards[1].order);
    assert_ne!(first, second);
    assert_eq!(scene.refused(|file| file.keys[0].order = second), "card-return-bad-proof");
    // Chip and bureau sign another order: the file holds, and is not what was sent.
    let mut swapped = scene.batch.clone();
    (swapped.cards[0].order, swapped.cards[1].order) = (second, first);
    let bytes = personalise(&swapped, &scene.bureau.key, None, &mut rng()).unwrap();
    assert_eq!(refusal(&mut scene.db, &bytes, &scene.pinned), "card-return-other-order");
    // One key of a card for the right order, the other for another.
    let other = content(&bytes, &scene.bureau.key).keys;
    let mixed = signed_again(&scene.batch, &scene.bureau.key, |file| file.keys[1].clone_from(&other[1]));
    assert_eq!(refusal(&mut scene.db, &mixed, &scene.pinned), "card-return-other-order");
}

#[test]
fn a_proof_from_another_batch_is_refused() {
    let mut scene = scene();
    // The same cards, made by the same bureau, under another batch's name.
    let mut earlier = scene.batch.clone();
    earlier.batch = "L-20200101-00000000".parse().unwrap();
    let earlier = personalise(&earlier, &scene.bureau.key, None, &mut rng()).unwrap();
    let keys = content(&earlier, &scene.bureau.key).keys;
    assert_eq!(scene.refused(|file| file.keys = keys), "card-return-bad-proof");
    // The other batch's file as it is: no such batch here.
    assert_eq!(refusal(&mut scene.db, &earlier, &scene.pinned), "card-return-unknown-batch");
}

#[test]
fn a_key_that_is_missing_double_or_of_no_card_of_the_batch_is_refused() {
    let mut scene = scene();
    assert_eq!(scene.refused(|file| drop(file.keys.remove(1))), "card-return-missing-key");
    assert_eq!(scene.refused(|file| file.keys.truncate(2)), "card-return-missing-key");
    assert_eq!(scene.refused(|file| file.keys.clear()), "card-return-invalid");
    assert_eq!(scene.refused(|file| file.keys.push(file.keys[0].clone())), "card-return-duplicate");

    // A third card, outside of the batch, with a good proof for it.
    let stranger = ordered(&mut scene.db, "order-3");
    let mut wider = scene.batch.clone();
    wider
        .cards
        .push(crate::personalisation::CardToMake { number: stranger.number, ..wider.cards[0].clone() });
    let bytes = personalise(&wider, &scene.bureau.key, None, &mut rng()).unwrap();
    assert_eq!(refusal(&mut scene.db, &bytes, &scene.pinned), "card-return-unknown-card");
}

#[test]
fn the_same_public_key_is_never_taken_twice() {
    let mut scene = scene();
    let chip = p256();
    let batch = scene.batch.batch.clone();
    let reuse = |file: &mut super::ReturnFile, places: &[usize]| {
        for &place in places {
            prove(&mut file.keys[place], &chip, &file.batch);
        }
    };
    assert_eq!(scene.refused(|file| reuse(file, &[0, 3])), "card-return-key-reused");

    // Once is fine; then it is known, and another batch cannot bring it again.
    let once = dishonest(&scene.batch, &scene.bureau.key, |file| reuse(file, &[0]));
    read(&mut scene.db, &once, &scene.pinned).unwrap();
    let third = ordered(&mut scene.db, "order-3");
    scene.batch = close(&mut scene.db, scene.bureau.key.name(), &[&third]);
    assert_ne!(scene.batch.batch, batch);
    assert_eq!(scene.refused(|file| reuse(file, &[1])), "card-return-key-reused");
}

#[test]
fn a_key_of_another_curve_encoding_or_of_no_point_is_refused() {
    let mut scene = scene();
    let spki = |key: PKey<Private>| key.public_key_to_der().unwrap();
    let p384 = EcKey::generate(&EcGroup::from_curve_name(Nid::SECP384R1).unwrap()).unwrap();
    let mut compressed = p256().ec_key().unwrap();
    let compressed = {
        let mut group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        group.set_asn1_flag(openssl::ec::Asn1Flag::NAMED_CURVE);
        let mut context = openssl::bn::BigNumContext::new().unwrap();
        let form = openssl::ec::PointConversionForm::COMPRESSED;
        let point = compressed.public_key().to_bytes(&group, form, &mut context).unwrap();
        compressed = EcKey::generate(&group).unwrap();
        let mut der = PKey::from_ec_key(compressed).unwrap().public_key_to_der().unwrap()[..26].to_vec();
        // The lengths of the outer SEQUENCE and of the BIT STRING of a 33-octet point.
        (der[1], der[24]) = (0x39, 0x22);
        der.extend(point);
        PKey::public_key_from_der(&der).expect("OpenSSL takes a compressed point");
        der
    };
    let mut off_curve = spki(p256());
    *off_curve.last_mut().unwrap() ^= 1;
    let rsa = PKey::from_rsa(openssl::rsa::Rsa::generate(2048).unwrap()).unwrap();
    let infinity = [&spki(p256())[..26], &[0]].concat();
    for bad in [
        spki(PKey::from_ec_key(p384).unwrap()),
        spki(rsa),
        compressed,
        off_curve,
        infinity,
        vec![],
        vec![0x30; 91],
    ] {
        let code = scene.refused(|file| file.keys[0].public_key = bad);
        assert_eq!(code, "card-return-bad-key");
    }
}

#[test]
fn a_proof_that_is_no_signature_is_refused() {
    let mut scene = scene();
    assert_eq!(scene.refused(|file| file.keys[0].proof.push(0)), "card-return-bad-proof");
    for bad in
        [vec![], vec![0x30, 0x00], vec![0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00], vec![0xff; 300]]
    {
        assert_eq!(scene.refused(|file| file.keys[0].proof = bad), "card-return-bad-proof");
    }
}

#[test]
fn no_altered_byte_changes_what_is_read() {
    let mut scene = scene();
    let bytes = scene.honest();
    let json = serde_json::to_string(&content(&bytes, &scene.bureau.key)).unwrap();
    let mut unseen = 0;
    for place in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[place] ^= 1;
        // A signature covers content and attributes, not the envelope's own version and hints.
        if let Ok(read) = crate::personalisation::verify_return_file(&altered, &scene.pinned) {
            assert_eq!(serde_json::to_string(&read.content).unwrap(), json, "byte {place}");
            unseen += 1;
        }
    }
    assert!(unseen < 32, "{unseen} of {} bytes could be altered", bytes.len());
    for cut in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        assert_eq!(refusal(&mut scene.db, &bytes[..cut], &scene.pinned), "card-return-not-signed");
    }
    let longer = [bytes.as_slice(), b"more"].concat();
    assert_eq!(refusal(&mut scene.db, &longer, &scene.pinned), "card-return-not-signed");
    read(&mut scene.db, &bytes, &scene.pinned).unwrap();
}

#[test]
fn only_a_pinned_certificate_counts_even_under_the_same_name_and_serial() {
    let mut scene = scene();
    let honest = scene.honest();
    assert_eq!(refusal(&mut scene.db, &honest, &[]), "card-return-untrusted");
    // Another key under the same name.
    let impostor = bureau("Bureau A");
    let bytes = personalise(&scene.batch, &impostor.key, None, &mut rng()).unwrap();
    assert_eq!(refusal(&mut scene.db, &bytes, &scene.pinned), "card-return-untrusted");
    // The same, with its certificate inside: what a file says of its own signer counts for nothing.
    let impostor = BureauFiles::of(&impostor);
    let json = serde_json::to_vec(&content(&honest, &scene.bureau.key)).unwrap();
    let (certificate, binary) = (&impostor.certificate, CMSOptions::BINARY);
    let cms =
        CmsContentInfo::sign(Some(certificate), Some(&impostor.key), None, Some(&json), binary).unwrap();
    assert_eq!(refusal(&mut scene.db, &cms.to_der().unwrap(), &scene.pinned), "card-return-untrusted");
    // The same name and serial, so that the signer is found by both, and the certificate inside.
    let key = p256();
    let twin = twin_of(&scene.pinned[0], &key);
    for flags in [CMSOptions::BINARY, CMSOptions::BINARY | CMSOptions::CMS_NOCERTS] {
        let cms = CmsContentInfo::sign(Some(&twin), Some(&key), None, Some(&json), flags).unwrap();
        assert_eq!(refusal(&mut scene.db, &cms.to_der().unwrap(), &scene.pinned), "card-return-untrusted");
    }
}

#[test]
fn a_file_without_a_signature_or_without_its_content_is_refused() {
    let mut scene = scene();
    let json = serde_json::to_vec(&content(&scene.honest(), &scene.bureau.key)).unwrap();
    assert_eq!(refusal(&mut scene.db, &json, &scene.pinned), "card-return-not-signed");

    // SignedData with no signer at all (RFC 5652 §5.1 allows it).
    let nobody = signed_data_without_signer(&json);
    assert!(CmsContentInfo::from_der(&nobody).is_ok());
    assert_eq!(refusal(&mut scene.db, &nobody, &scene.pinned), "card-return-untrusted");
    // A signature over content that is elsewhere.
    let options = CMSOptions::BINARY | CMSOptions::DETACHED;
    let bureau = BureauFiles::of(&scene.bureau);
    let detached =
        CmsContentInfo::sign(Some(&bureau.certificate), Some(&bureau.key), None, Some(&json), options)
            .unwrap();
    assert_eq!(refusal(&mut scene.db, &detached.to_der().unwrap(), &scene.pinned), "card-return-untrusted");
}

#[test]
fn the_signed_content_is_read_strictly() {
    let mut scene = scene();
    let json = serde_json::to_string(&content(&scene.honest(), &scene.bureau.key)).unwrap();
    let changes = [
        (r#""version":2"#, r#""version":1"#),
        (r#""version":2"#, r#""version":2,"note":"""#),
        (r#""order":""#, r#""order":"0"#),
        (r#""order":"#, r#""commande":"#),
        (r#""usage":"signature""#, r#""usage":"decryption""#),
        (r#""proof":""#, r#""proof":"*"#),
        (r#""attestation":""#, r#""attestation":"*"#),
        (r#""attestation":""#, r#""note":""#),
        (r#""keys":["#, r#""keys":[{},"#),
        ("{", "["),
    ];
    for (old, new) in changes {
        let bytes = scene.bureau.key.sign(json.replacen(old, new, 1).as_bytes()).unwrap();
        assert_eq!(refusal(&mut scene.db, &bytes, &scene.pinned), "card-return-invalid", "{new}");
    }
}

#[test]
fn a_file_larger_than_any_batch_gives_is_refused_unread() {
    let mut scene = scene();
    let bytes = vec![0x30; super::super::LARGEST_RETURN_FILE + 1];
    assert_eq!(refusal(&mut scene.db, &bytes, &scene.pinned), "card-return-too-large");
}

#[test]
fn every_key_of_a_batch_belongs_to_the_card_that_was_sent() {
    let scene = scene();
    let file = content(&scene.honest(), &scene.bureau.key);
    for card in &scene.cards {
        let usages: Vec<KeyUsage> = keys_of_card(&file, &card.number).iter().map(|key| key.usage).collect();
        assert_eq!(usages, KeyUsage::ALL);
    }
}

/// A certificate with the same name and serial number over another key.
fn twin_of(certificate: &X509, key: &PKey<Private>) -> X509 {
    let mut twin = X509::builder().unwrap();
    twin.set_version(2).unwrap();
    twin.set_serial_number(certificate.serial_number()).unwrap();
    twin.set_subject_name(certificate.subject_name()).unwrap();
    twin.set_issuer_name(certificate.issuer_name()).unwrap();
    twin.set_not_before(&Asn1Time::from_unix(0).unwrap()).unwrap();
    twin.set_not_after(&Asn1Time::from_str("99991231235959Z").unwrap()).unwrap();
    twin.set_pubkey(key).unwrap();
    twin.sign(key, MessageDigest::sha256()).unwrap();
    twin.build()
}

/// What stands in a bureau's directory.
struct BureauFiles {
    key: PKey<Private>,
    certificate: X509,
}

impl BureauFiles {
    fn of(bureau: &Bureau) -> Self {
        let pem = std::fs::read(bureau.directory.path().join("bureau-key.pem")).unwrap();
        Self { key: PKey::private_key_from_pem(&pem).unwrap(), certificate: bureau.key.certificate().clone() }
    }
}

/// ContentInfo { signedData, SignedData { 1, {}, { data, content }, {} } }.
fn signed_data_without_signer(content: &[u8]) -> Vec<u8> {
    let pkcs7 = |arc: u8| tlv(0x06, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, arc]);
    let inside = tlv(0x30, &[pkcs7(1), tlv(0xa0, &tlv(0x04, content))].concat());
    let signed_data = tlv(0x30, &[tlv(0x02, &[1]), tlv(0x31, &[]), inside, tlv(0x31, &[])].concat());
    tlv(0x30, &[pkcs7(2), tlv(0xa0, &signed_data)].concat())
}
