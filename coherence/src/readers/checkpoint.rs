//! A signed head of the audit tree as it is served: C2SP `tlog-checkpoint` in a `signed-note`, read as docs/audit.md has it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Public};
use openssl::sign::Verifier;
use sha2::{Digest, Sha256};

use super::Malformed;

/// A note has 16 KiB at most.
const LONGEST: usize = 16 * 1024;

/// What stands before the identifier of a log.
const LOGS: &str = "audit.igc-sante.invalid/";

/// The type of RSA signatures, which `signed-note` leaves to be named.
const RSA: &[u8] = b"\xffigc-sante.invalid/rsassa-pkcs1-v1_5-sha256";

/// A head, with signatures that nobody has verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log; also the name of its key.
    pub origin: String,
    /// How many leaves the tree has.
    pub size: i64,
    /// The root over them (RFC 6962 §2.1).
    pub root: [u8; 32],
    /// When it was signed, milliseconds since 1970, by the word of who signed.
    pub signed_at: i64,
    /// What the signatures are over.
    text: Vec<u8>,
    signatures: Vec<Signature>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Signature {
    name: String,
    key_id: [u8; 4],
    signature: Vec<u8>,
}

impl Checkpoint {
    /// Reads one note. One text has one form: no leading zero, no other white space, no carriage return.
    pub fn read(octets: &[u8]) -> Result<Self, Malformed> {
        if octets.len() > LONGEST {
            return Err(Malformed("a note of 16 KiB at most"));
        }
        let note = std::str::from_utf8(octets).map_err(|_| Malformed("a note in UTF-8"))?;
        let (text, signed) = note.split_once("\n\n").ok_or(Malformed("an empty line before signatures"))?;
        let lines: Vec<&str> = text.split('\n').collect();
        let &[origin, size, root, time] = lines.as_slice() else {
            return Err(Malformed("four lines: origin, size, root and time"));
        };
        let time = time.strip_prefix("igc-signed-at ").ok_or(Malformed("the time at which it was signed"))?;
        let root = STANDARD.decode(root).ok().and_then(|root| root.try_into().ok());
        let signed = signed.strip_suffix('\n').ok_or(Malformed("a line feed at the end"))?;
        let signatures: Option<Vec<Signature>> = signed.split('\n').map(signature).collect();
        Ok(Self {
            origin: origin.to_owned(),
            size: decimal(size).ok_or(Malformed("the size of the tree"))?,
            root: root.ok_or(Malformed("a root of 32 octets"))?,
            signed_at: decimal(time).ok_or(Malformed("milliseconds since 1970"))?,
            text: format!("{text}\n").into_bytes(),
            signatures: signatures.ok_or(Malformed("signature lines"))?,
        })
    }

    /// Whether it is of the log whose first key was the first of these (SubjectPublicKeyInfo, DER), and one of them has signed it.
    pub fn is_of(&self, keys: &[Vec<u8>]) -> bool {
        let log = keys.first().map(|first| format!("{LOGS}{}", hex::encode(&Sha256::digest(first)[..8])));
        log.is_some_and(|log| log == self.origin) && keys.iter().any(|key| self.is_signed_by(key))
    }

    fn is_signed_by(&self, spki: &[u8]) -> bool {
        let Ok(key) = PKey::public_key_from_der(spki) else { return false };
        let (digest, id) = match key.id() {
            Id::RSA => {
                let named = [self.origin.as_bytes(), b"\n", RSA, spki].concat();
                (MessageDigest::sha256(), Sha256::digest(named))
            }
            _ if is_p384(&key) => (MessageDigest::sha384(), Sha256::digest(spki)),
            _ => (MessageDigest::sha256(), Sha256::digest(spki)),
        };
        let of_key = |one: &&Signature| one.name == self.origin && one.key_id == id[..4];
        self.signatures.iter().filter(of_key).any(|one| {
            Verifier::new(digest, &key)
                .and_then(|mut verifier| verifier.verify_oneshot(&one.signature, &self.text))
                .unwrap_or(false)
        })
    }
}

fn is_p384(key: &PKey<Public>) -> bool {
    key.ec_key().is_ok_and(|key| key.group().curve_name() == Some(Nid::SECP384R1))
}

fn decimal(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    (number >= 0 && number.to_string() == text).then_some(number)
}

/// An em dash, the name of a key, and its identifier with the signature.
fn signature(line: &str) -> Option<Signature> {
    let (name, encoded) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let octets = STANDARD.decode(encoded).ok()?;
    let (key_id, signature) = octets.split_first_chunk::<4>()?;
    Some(Signature { name: name.to_owned(), key_id: *key_id, signature: signature.to_vec() })
}

#[cfg(test)]
mod tests {
    use openssl::ec::{EcGroup, EcKey};
    use openssl::rsa::Rsa;
    use openssl::sign::Signer;

    use super::*;

    fn note(
        key: &PKey<openssl::pkey::Private>,
        digest: MessageDigest,
        kind: Option<&[u8]>,
    ) -> (Vec<u8>, String) {
        let spki = key.public_key_to_der().unwrap();
        let origin = format!("{LOGS}{}", hex::encode(&Sha256::digest(&spki)[..8]));
        let text = format!("{origin}\n177\n{}\nigc-signed-at 1795622346305\n", STANDARD.encode([7; 32]));
        let id = match kind {
            Some(kind) => Sha256::digest([origin.as_bytes(), b"\n", kind, &spki].concat()),
            None => Sha256::digest(&spki),
        };
        let signature = Signer::new(digest, key).unwrap().sign_oneshot_to_vec(text.as_bytes()).unwrap();
        let line = STANDARD.encode([&id[..4], &signature].concat());
        (spki, format!("{text}\n\u{2014} {origin} {line}\n"))
    }

    fn ec(curve: Nid) -> PKey<openssl::pkey::Private> {
        PKey::from_ec_key(EcKey::generate(&EcGroup::from_curve_name(curve).unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn a_head_of_each_kind_of_key_reads_and_is_its_log_s_alone() {
        let rsa = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        for (key, digest, kind) in [
            (ec(Nid::X9_62_PRIME256V1), MessageDigest::sha256(), None),
            (ec(Nid::SECP384R1), MessageDigest::sha384(), None),
            (rsa, MessageDigest::sha256(), Some(RSA)),
        ] {
            let (spki, note) = note(&key, digest, kind);
            let read = Checkpoint::read(note.as_bytes()).unwrap();
            assert_eq!((read.size, read.root, read.signed_at), (177, [7; 32], 1_795_622_346_305));
            assert!(read.is_of(std::slice::from_ref(&spki)));
            let other = ec(Nid::X9_62_PRIME256V1).public_key_to_der().unwrap();
            assert!(!read.is_of(&[]) && !read.is_of(std::slice::from_ref(&other)));
            assert!(!read.is_of(&[other, spki.clone()]), "of another log, which has the same key now");
            let grown = Checkpoint::read(note.replace("\n177\n", "\n178\n").as_bytes()).unwrap();
            assert!(!grown.is_of(&[spki]), "what is signed is the text");
        }
    }

    #[test]
    fn what_has_another_form_is_no_head() {
        let (_, note) = note(&ec(Nid::X9_62_PRIME256V1), MessageDigest::sha256(), None);
        for broken in [
            String::new(),
            note.replace("\n177\n", "\n0177\n"),
            note.replace("\n177\n", "\n-1\n"),
            note.replace("igc-signed-at ", "igc-signed-at  "),
            note.replace("\n\n", "\nmore\n\n"),
            note.replace('\u{2014}', "-"),
            note.trim_end().to_owned(),
            format!("{note}{}", "x".repeat(LONGEST)),
        ] {
            assert!(Checkpoint::read(broken.as_bytes()).is_err(), "{broken}");
        }
    }
}
