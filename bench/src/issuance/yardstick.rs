//! The yardstick: the token signs, OpenSSL verifies, and nothing else happens.

use std::thread;

use ca_core::authority::Authority;
use ca_core::signer::{Digest, Pkcs11Module, Pkcs11Signer, Signer, SigningRequest, VerifyingKey};

use crate::pairs::Sample;

/// `each` signatures in each of `threads`, which have a session each.
pub fn sign_and_verify(module: &Pkcs11Module, authority: &Authority, threads: usize, each: usize) -> Sample {
    let mut signers: Vec<Pkcs11Signer> = (0..threads).map(|_| Pkcs11Signer::new(module.clone())).collect();
    // A session that is open and a key that was found.
    signers.iter_mut().for_each(|signer| sign_each(signer, authority, 1));
    Sample::of(|| {
        thread::scope(|scope| {
            for signer in &mut signers {
                scope.spawn(|| sign_each(signer, authority, each));
            }
        });
        (threads * each) as u64
    })
}

/// So many signatures in one thread, which nobody verifies.
pub fn sign_alone(module: &Pkcs11Module, authority: &Authority, count: usize) -> Sample {
    let mut signer = Pkcs11Signer::new(module.clone());
    sign(&mut signer, authority, 1, |_, _| {});
    Sample::of(|| {
        sign(&mut signer, authority, count, |_, _| {});
        count as u64
    })
}

fn sign_each(signer: &mut Pkcs11Signer, authority: &Authority, count: usize) {
    // OpenSSL's verification of a digest, with a key that was read once.
    let mut verifying = VerifyingKey::read(&authority.public_key).expect("the authority's key reads");
    sign(signer, authority, count, |digest, signature| {
        assert!(verifying.verifies(digest, signature), "the signature verifies");
    });
}

fn sign(
    signer: &mut Pkcs11Signer,
    authority: &Authority,
    count: usize,
    mut each: impl FnMut(&Digest, &[u8]),
) {
    let Authority { key, public_key, algorithm, .. } = authority;
    for number in 0..count {
        let digest = algorithm.digest(&number.to_be_bytes());
        let request = SigningRequest { key, public_key, digest: &digest, subject: "yardstick" };
        each(&digest, &signer.sign(&request).expect("the token signs"));
    }
}
