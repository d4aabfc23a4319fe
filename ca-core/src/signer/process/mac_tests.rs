//! Codes from a real SoftHSM through a real child process.

use std::path::Path;
use std::time::Duration;

use crate::profile::KeyKind;
use crate::signer::ledger::{Entry, follow};
use crate::signer::soft_token::{in_folder, load, process};
use crate::signer::{
    Digest, KeyReference, MacRequest, SignatureAlgorithm, Signer, SignerError, SigningRequest,
};

const HERE: &str = module_path!();
const DEADLINE: Duration = Duration::from_secs(20);
const NONCE: [u8; 32] = [9; 32];

fn request<'a>(key: &'a KeyReference, message: &'a [u8]) -> MacRequest<'a> {
    MacRequest { key, nonce: &NONCE, message, subject: "opposition-code 2600000017" }
}

fn lines(folder: &Path) -> Vec<Entry> {
    follow(&folder.join("signer/ledger"), None, usize::MAX).unwrap().map_or(vec![], |read| read.entries)
}

#[test]
fn a_code_is_the_same_for_one_message_and_another_key_gives_another() {
    in_folder(HERE, "a_code_is_the_same_for_one_message_and_another_key_gives_another", |folder| {
        let process = process(folder, DEADLINE);
        process.initialise("services").unwrap();
        let key = process.mac_key("services", "opposition-code").unwrap();
        assert_eq!(process.mac_key("services", "opposition-code").unwrap(), key, "it is found again");
        let other = process.mac_key("services", "another").unwrap();
        assert_ne!(other, key);
        let mac = |key: &KeyReference, message: &[u8]| process.signer().mac(&request(key, message)).unwrap();
        let made = mac(&key, b"message");
        assert_eq!(made, mac(&key, b"message"));
        assert_ne!(made, mac(&key, b"massage"));
        assert_ne!(made, mac(&other, b"message"));
    });
}

#[test]
fn a_code_is_in_the_ledger_before_it_is_answered_and_tells_nothing_of_its_message() {
    in_folder(
        HERE,
        "a_code_is_in_the_ledger_before_it_is_answered_and_tells_nothing_of_its_message",
        |folder| {
            let process = process(folder, DEADLINE);
            process.initialise("services").unwrap();
            let key = process.mac_key("services", "opposition-code").unwrap();
            let wanted = request(&key, b"a secret");
            process.signer().mac(&wanted).unwrap();
            let lines = lines(folder);
            let [line] = &lines[..] else { panic!("{lines:?}") };
            assert_eq!((&line.key, line.subject.as_str()), (&key, "opposition-code 2600000017"));
            assert_eq!(line.digest, wanted.commitment());
            let algorithm = SignatureAlgorithm::EcdsaWithSha256;
            assert_ne!(line.digest, algorithm.digest(b"a secret").value, "whoever guesses it could tell");

            let unwritable = MacRequest { subject: "two\nlines", ..wanted };
            assert!(matches!(process.signer().mac(&unwritable), Err(SignerError::Failed { .. })));
        },
    );
}

#[test]
fn a_key_that_signs_makes_no_codes_and_the_other_way_round() {
    in_folder(HERE, "a_key_that_signs_makes_no_codes_and_the_other_way_round", |folder| {
        let process = process(folder, DEADLINE);
        process.initialise("services").unwrap();
        let secret = process.mac_key("services", "opposition-code").unwrap();
        let (id, public_key) = process.generate_key("services", KeyKind::P256, "audit").unwrap();
        let signing = KeyReference { token: "services".to_owned(), id };
        let mut signer = process.signer();
        let refused = signer.mac(&request(&signing, b"message")).unwrap_err();
        assert!(matches!(refused, SignerError::NoSuchKey { found: 0, .. }), "{refused}");
        let digest: Digest = SignatureAlgorithm::EcdsaWithSha256.digest(b"message");
        let asked =
            SigningRequest { key: &secret, public_key: &public_key, digest: &digest, subject: "test" };
        let refused = signer.sign(&asked).unwrap_err();
        assert!(matches!(refused, SignerError::NoSuchKey { found: 0, .. }), "{refused}");
        assert!(lines(folder).is_empty(), "nothing was made");
    });
}

#[test]
fn the_secret_key_is_protected_and_one_of_its_label_is_never_ambiguous() {
    in_folder(HERE, "the_secret_key_is_protected_and_one_of_its_label_is_never_ambiguous", |folder| {
        let module = load(folder);
        module.initialise("services").unwrap();
        let token = module.token("services").unwrap();
        token.mac_key("opposition-code").unwrap();
        token.plant_secret_key("shown", false);
        let refused = token.mac_key("shown").unwrap_err();
        assert!(matches!(refused, SignerError::KeyNotProtected { .. }), "{refused}");
        token.plant_secret_key("opposition-code", true);
        let refused = token.mac_key("opposition-code").unwrap_err();
        assert!(refused.to_string().contains("several secret keys"), "{refused}");
    });
}
