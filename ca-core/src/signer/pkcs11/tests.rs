//! On a real SoftHSM, each test in its own process.

use cryptoki::context::{CInitializeArgs, CInitializeFlags};
use cryptoki::object::{Attribute, AttributeInfo, AttributeType, ObjectClass};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;

use super::module::Access;
use super::*;
use crate::profile::KeyKind;
use crate::signer::soft_token::{in_child, with_tokens};
use crate::signer::{Digest, KeyId, KeyReference, SignatureAlgorithm, Signer, SignerError, SigningRequest};

const HERE: &str = module_path!();

fn make(module: &Pkcs11Module, spec: KeyKind) -> (KeyReference, Vec<u8>) {
    let (id, spki) = module.token("issuing").unwrap().generate_key(spec, "test").unwrap();
    (KeyReference { token: "issuing".to_owned(), id }, spki)
}

fn sign(
    signer: &mut Pkcs11Signer,
    key: &KeyReference,
    public_key: &[u8],
    digest: &Digest,
) -> Result<Vec<u8>, SignerError> {
    signer.sign(&SigningRequest { key, public_key, digest, subject: "test" })
}

fn sign_and_verify(signer: &mut Pkcs11Signer, key: &KeyReference, spki: &[u8], message: &[u8]) -> bool {
    let algorithm = SignatureAlgorithm::of_key(spki).unwrap();
    let signature = sign(signer, key, spki, &algorithm.digest(message)).unwrap();
    algorithm.verify(spki, message, &signature)
}

#[test]
fn keys_of_every_kind_sign_what_their_public_key_verifies() {
    with_tokens(HERE, "keys_of_every_kind_sign_what_their_public_key_verifies", |module| {
        let mut signer = Pkcs11Signer::new(module.clone());
        for spec in [KeyKind::P256, KeyKind::P384, KeyKind::Rsa2048] {
            let (key, spki) = make(&module, spec);
            assert_eq!(signer.public_key(&key).unwrap(), spki, "{spec:?}");
            // Many signatures, so that short r and s and a set top bit come by.
            for round in 0u8..40 {
                assert!(sign_and_verify(&mut signer, &key, &spki, &[round]), "{spec:?} {round}");
            }
        }
    });
}

#[test]
fn a_wrong_pin_is_tried_once_by_all_signers_until_its_file_is_touched() {
    with_tokens(HERE, "a_wrong_pin_is_tried_once_by_all_signers_until_its_file_is_touched", |module| {
        let (key, _) = make(&module, KeyKind::P256);
        let token = module.tokens().named("issuing").unwrap();
        std::fs::write(&token.pin_file, "not-the-pin\n").unwrap();

        let mut signer = Pkcs11Signer::new(module.clone());
        let refused = signer.public_key(&key).unwrap_err();
        assert!(matches!(refused, SignerError::PinRefused { edition: Some(_), .. }), "{refused}");
        assert!(!refused.to_string().contains("not-the-pin"));
        set_user_pin(&module, "not-the-pin");
        // Were the PIN tried again, it would be accepted now.
        for signer in [&mut signer, &mut Pkcs11Signer::new(module.clone())] {
            assert!(matches!(signer.public_key(&key), Err(SignerError::PinRefused { .. })));
        }
        touch(&token.pin_file);
        assert!(signer.public_key(&key).is_ok());
    });
}

#[test]
fn a_pin_that_is_wrong_again_after_its_file_was_written_is_tried_once_more_and_no_more() {
    with_tokens(
        HERE,
        "a_pin_that_is_wrong_again_after_its_file_was_written_is_tried_once_more_and_no_more",
        |module| {
            let (key, _) = make(&module, KeyKind::P256);
            let pin_file = module.tokens().named("issuing").unwrap().pin_file.clone();
            let mut signer = Pkcs11Signer::new(module.clone());
            for wrong in ["not-the-pin", "neither-is-this"] {
                std::fs::write(&pin_file, format!("{wrong}\n")).unwrap();
                assert!(matches!(signer.public_key(&key), Err(SignerError::PinRefused { .. })));
                set_user_pin(&module, wrong);
                assert!(matches!(signer.public_key(&key), Err(SignerError::PinRefused { .. })), "{wrong}");
            }
        },
    );
}

/// What the security officer does who unlocks a token.
fn set_user_pin(module: &Pkcs11Module, pin: &str) {
    let token = module.tokens().named("issuing").unwrap();
    let so_pin = crate::signer::pin::read(&token.so_pin_file).unwrap();
    let slot = module.slot_of(token).unwrap().unwrap();
    let session = module.library().open_rw_session(slot).unwrap();
    session.login(UserType::So, Some(&AuthPin::from(so_pin.as_str().to_owned()))).unwrap();
    session.init_pin(&AuthPin::from(pin.to_owned())).unwrap();
    session.logout().unwrap();
}

fn touch(file: &std::path::Path) {
    assert!(std::process::Command::new("touch").arg(file).status().unwrap().success());
}

#[test]
fn a_private_key_cannot_be_read_out_of_its_token() {
    with_tokens(HERE, "a_private_key_cannot_be_read_out_of_its_token", |module| {
        for (spec, secret) in
            [(KeyKind::P256, AttributeType::Value), (KeyKind::Rsa2048, AttributeType::PrivateExponent)]
        {
            let (key, _) = make(&module, spec);
            let token = module.tokens().named("issuing").unwrap();
            let session = module.open(token, Access::MakeKeys).unwrap();
            let template =
                [Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Id(key.id.as_bytes().to_vec())];
            let object = session.find_objects(&template).unwrap()[0];
            let information = session.get_attribute_info(object, &[secret]).unwrap();
            assert!(matches!(information[..], [AttributeInfo::Sensitive]), "{information:?}");
            assert!(!matches!(session.get_attributes(object, &[secret]).as_deref(), Ok([_, ..])));
            // One way: neither protection can be taken off again.
            assert!(session.update_attributes(object, &[Attribute::Extractable(true)]).is_err());
            assert!(session.update_attributes(object, &[Attribute::Sensitive(false)]).is_err());
        }
    });
}

#[test]
fn two_threads_sign_at_once_with_signers_of_their_own() {
    with_tokens(HERE, "two_threads_sign_at_once_with_signers_of_their_own", |module| {
        let (key, spki) = make(&module, KeyKind::P256);
        std::thread::scope(|threads| {
            for thread in 0u8..2 {
                let (module, key, spki) = (module.clone(), key.clone(), spki.clone());
                threads.spawn(move || {
                    let mut signer = Pkcs11Signer::new(module.clone());
                    for round in 0..50 {
                        assert!(sign_and_verify(&mut signer, &key, &spki, &[thread, round]));
                    }
                });
            }
        });
    });
}

#[test]
fn a_token_is_initialised_once() {
    in_child(HERE, "a_token_is_initialised_once", |module| {
        assert!(!module.is_initialised("roots").unwrap());
        assert!(matches!(module.token("roots"), Err(SignerError::Unavailable { .. })));
        module.initialise("roots").unwrap();
        module.initialise("status").unwrap();
        assert!(module.is_initialised("roots").unwrap() && !module.is_initialised("issuing").unwrap());
        let again = module.initialise("roots").unwrap_err();
        assert!(matches!(again, SignerError::AlreadyInitialised { .. }), "{again}");
        assert!(matches!(module.initialise("other"), Err(SignerError::UnknownToken { .. })));

        let token = module.token("roots").unwrap();
        assert!(token.is_empty().unwrap());
        token.generate_key(KeyKind::P256, "test").unwrap();
        assert!(!token.is_empty().unwrap());
        assert!(module.token("status").unwrap().is_empty().unwrap());
    });
}

#[test]
fn a_digest_that_is_not_for_the_key_is_refused() {
    with_tokens(HERE, "a_digest_that_is_not_for_the_key_is_refused", |module| {
        let mut signer = Pkcs11Signer::new(module.clone());
        let (p256, spki) = make(&module, KeyKind::P256);
        let rsa = SignatureAlgorithm::Sha256WithRsaEncryption.digest(b"message");
        assert!(matches!(sign(&mut signer, &p256, &spki, &rsa), Err(SignerError::Unsuitable { .. })));
        let p384 = SignatureAlgorithm::EcdsaWithSha384.digest(b"message");
        assert!(sign(&mut signer, &p256, &spki, &p384).is_err());
        let short = Digest { algorithm: SignatureAlgorithm::EcdsaWithSha256, value: vec![0; 31] };
        assert!(matches!(sign(&mut signer, &p256, &spki, &short), Err(SignerError::Unsuitable { .. })));
        // And the session is none the worse for it.
        assert!(sign_and_verify(&mut signer, &p256, &spki, b"message"));
    });
}

#[test]
fn an_identifier_that_names_no_key_or_two_signs_nothing() {
    with_tokens(HERE, "an_identifier_that_names_no_key_or_two_signs_nothing", |module| {
        let mut signer = Pkcs11Signer::new(module.clone());
        let (key, spki) = make(&module, KeyKind::P256);
        let nobody = KeyReference { id: KeyId::new([1, 2, 3]).unwrap(), ..key.clone() };
        let digest = SignatureAlgorithm::EcdsaWithSha256.digest(b"message");
        assert!(matches!(
            sign(&mut signer, &nobody, &spki, &digest),
            Err(SignerError::NoSuchKey { found: 0, .. })
        ));
        let elsewhere = KeyReference { token: "status".to_owned(), ..key.clone() };
        assert!(matches!(
            sign(&mut signer, &elsewhere, &spki, &digest),
            Err(SignerError::NoSuchKey { found: 0, .. })
        ));
        assert!(sign_and_verify(&mut signer, &key, &spki, b"message"));

        let (twin, _) = make(&module, KeyKind::P256);
        let session = module.open(module.tokens().named("issuing").unwrap(), Access::MakeKeys).unwrap();
        for object in session.find_objects(&[Attribute::Id(twin.id.as_bytes().to_vec())]).unwrap() {
            session.update_attributes(object, &[Attribute::Id(key.id.as_bytes().to_vec())]).unwrap();
        }
        let mut signer = Pkcs11Signer::new(module.clone());
        assert!(matches!(
            sign(&mut signer, &key, &spki, &digest),
            Err(SignerError::NoSuchKey { found: 2, .. })
        ));
    });
}

#[test]
fn a_key_whose_public_half_is_not_the_certificates_signs_nothing() {
    with_tokens(HERE, "a_key_whose_public_half_is_not_the_certificates_signs_nothing", |module| {
        let (key, spki) = make(&module, KeyKind::P256);
        let (_, other) = make(&module, KeyKind::P256);
        let mut signer = Pkcs11Signer::new(module.clone());
        let digest = SignatureAlgorithm::EcdsaWithSha256.digest(b"message");
        let refused = sign(&mut signer, &key, &other, &digest);
        assert!(matches!(refused, Err(SignerError::OtherKey { .. })), "{refused:?}");
        assert!(sign_and_verify(&mut signer, &key, &spki, b"message"));
    });
}

#[test]
fn a_library_that_is_initialised_again_under_one_thread_serves_the_others() {
    with_tokens(HERE, "a_library_that_is_initialised_again_under_one_thread_serves_the_others", |module| {
        let (key, spki) = make(&module, KeyKind::P256);
        std::thread::scope(|threads| {
            for thread in 0u8..3 {
                let (module, key, spki) = (module.clone(), key.clone(), spki.clone());
                threads.spawn(move || {
                    let mut signer = Pkcs11Signer::new(module.clone());
                    for round in 0..60 {
                        if thread == 0 && round % 10 == 0 {
                            let generation = *module.in_use();
                            module.initialise_again(generation).unwrap();
                        }
                        assert!(sign_and_verify(&mut signer, &key, &spki, &[thread, round]));
                    }
                });
            }
        });
        assert_eq!(*module.in_use(), 6);
    });
}

#[test]
fn a_signer_goes_on_after_its_token_was_restarted_or_logged_out() {
    with_tokens(HERE, "a_signer_goes_on_after_its_token_was_restarted_or_logged_out", |module| {
        let (key, spki) = make(&module, KeyKind::P256);
        let mut signer = Pkcs11Signer::new(module.clone());
        assert!(sign_and_verify(&mut signer, &key, &spki, b"before"));

        let session = module.open(module.tokens().named("issuing").unwrap(), Access::Sign).unwrap();
        session.logout().unwrap();
        assert!(sign_and_verify(&mut signer, &key, &spki, b"after a logout"));
        drop(session);

        module.library().clone().finalize().unwrap();
        module.library().initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).unwrap();
        assert!(sign_and_verify(&mut signer, &key, &spki, b"after a restart"));
    });
}

/// SoftHSM looks for tokens when it is initialised, and reads over one whose files another process is writing.
#[test]
fn a_token_that_was_not_there_when_the_library_began_is_found_once_it_is() {
    with_tokens(HERE, "a_token_that_was_not_there_when_the_library_began_is_found_once_it_is", |module| {
        let (key, spki) = make(&module, KeyKind::P256);
        let file = std::fs::read_to_string(std::env::var_os("SOFTHSM2_CONF").unwrap()).unwrap();
        let store = file.lines().find_map(|line| line.strip_prefix("directories.tokendir = ")).unwrap();
        let (store, away) = (std::path::Path::new(store), std::path::PathBuf::from(format!("{store}.away")));
        std::fs::rename(store, &away).unwrap();
        std::fs::create_dir(store).unwrap();
        module.library().clone().finalize().unwrap();
        module.library().initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).unwrap();
        let mut signer = Pkcs11Signer::new(module.clone());
        let gone = signer.public_key(&key).unwrap_err();
        assert!(matches!(gone, SignerError::Unavailable { .. }), "{gone}");
        assert!(gone.to_string().contains("no token with the label"), "{gone}");
        std::fs::remove_dir(store).unwrap();
        std::fs::rename(&away, store).unwrap();
        assert!(sign_and_verify(&mut signer, &key, &spki, b"plugged in again"));
    });
}

#[test]
fn a_library_that_is_not_there_is_unavailable() {
    let text = "library = \"/nowhere/libpkcs11.so\"\ntoken = []\n";
    let tokens = crate::signer::Tokens::parse(text, std::path::Path::new("tokens.toml")).unwrap();
    let error = Pkcs11Module::load(tokens, None).unwrap_err();
    assert!(matches!(error, SignerError::Unavailable { .. }), "{error}");
}
