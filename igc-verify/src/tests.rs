mod heads;
mod installation;
mod planted;
mod professions;

use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::sign::Signer;

use crate::der::sequence;
use crate::key::{base64, hex, sha256, unhex};
use crate::note::{LogKey, Note, Notes};

/// A log's RSA key, and its verifier key by the rule of docs/audit.md.
fn rsa_log() -> (PKey<Private>, String) {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let kind = b"\xffigc-sante.invalid/rsassa-pkcs1-v1_5-sha256";
    let encoded = [kind.as_slice(), &key.public_key_to_der().unwrap()].concat();
    let id = &sha256(&[b"log.test\n", encoded.as_slice()].concat())[..4];
    let line = format!("log.test+{}+{}", hex(id), openssl::base64::encode_block(&encoded));
    (key, line)
}

fn note(key: &PKey<Private>, verifier_key: &str, size: &str) -> String {
    let root = openssl::base64::encode_block(&[7; 32]);
    let text = format!("log.test\n{size}\n{root}\nigc-signed-at 5\n");
    let mut signer = Signer::new(MessageDigest::sha256(), key).unwrap();
    let signature = signer.sign_oneshot_to_vec(text.as_bytes()).unwrap();
    let id = unhex(verifier_key.split('+').nth(1).unwrap()).unwrap();
    let line = openssl::base64::encode_block(&[id, signature].concat());
    format!("{text}\n\u{2014} log.test {line}\n")
}

fn notes(text: &str) -> Vec<Result<Note, usize>> {
    Notes::of(text.as_bytes()).collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_note_of_an_rsa_log_verifies_and_no_altered_one_does() {
    let (key, line) = rsa_log();
    let log = LogKey::read(&line).unwrap();
    let two = note(&key, &line, "3") + &note(&key, &line, "12");
    let read = notes(&two);
    let sizes: Vec<_> = read.iter().map(|note| note.as_ref().unwrap().size).collect();
    assert_eq!(sizes, [3, 12]);
    assert!(read.iter().all(|note| log.signed(note.as_ref().unwrap())));
    for (from, to) in
        [("\n12\n", "\n13\n"), ("signed-at 5\n", "signed-at 6\n"), ("log.test\n12", "log.other\n12")]
    {
        let altered = notes(&two.replacen(from, to, 1));
        let hold = altered.iter().filter(|note| log.signed(note.as_ref().unwrap())).count();
        assert_eq!(hold, 1, "{from:?} to {to:?}");
    }
    let (_, other) = rsa_log();
    assert!(!LogKey::read(&other).unwrap().signed(read[0].as_ref().unwrap()));
    assert!(LogKey::read(&line.replacen('+', "+0", 1)).is_none(), "a key ID that is not the key's");
}

#[test]
fn what_is_no_checkpoint_is_told_by_its_line() {
    let (key, line) = rsa_log();
    let good = note(&key, &line, "3");
    for bad in ["03", "three", "-1"] {
        let read = notes(&(good.clone() + &note(&key, &line, bad)));
        assert!(matches!(read[1], Err(7)), "{bad}");
    }
    for cut in 1..good.len() {
        let Some(torn) = good.get(..cut) else { continue };
        let log = LogKey::read(&line).unwrap();
        let holds = notes(torn).iter().any(|note| note.as_ref().is_ok_and(|note| log.signed(note)));
        assert!(!holds || cut == good.len() - 1, "cut after {cut}");
    }
}

#[test]
fn a_note_without_end_is_told_and_the_next_one_is_read() {
    let (key, line) = rsa_log();
    let good = note(&key, &line, "3");
    for endless in ["a".repeat(100_000), "a\n".repeat(50_000)] {
        let read = notes(&format!("{good}{endless}\n{good}{good}"));
        // The signature of the one behind it ends it too.
        let sizes: Vec<_> = read.iter().map(|note| note.as_ref().map(|note| note.size)).collect();
        assert_eq!(sizes, [Ok(3), Err(&7), Ok(3)], "{}", &endless[..2]);
    }
}

#[test]
fn a_note_has_sixteen_kibibytes_at_most() {
    let (key, line) = rsa_log();
    let signed_by_others = |times| note(&key, &line, "3") + &"\u{2014} log.other AAAAAAA=\n".repeat(times);
    assert!(notes(&signed_by_others(500))[0].is_ok());
    assert_eq!(
        notes(&signed_by_others(700)).into_iter().map(|note| note.err()).collect::<Vec<_>>(),
        [Some(1)]
    );
}

/// A file that says how much of it was read.
struct Counted<'a>(&'a [u8], &'a std::cell::Cell<usize>);

impl std::io::Read for Counted<'_> {
    fn read(&mut self, octets: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(octets)?;
        self.1.set(self.1.get() + read);
        Ok(read)
    }
}

#[test]
fn notes_are_read_one_by_one_however_many_there_are() {
    let (key, line) = rsa_log();
    let text = note(&key, &line, "3").repeat(10_000);
    let read = std::cell::Cell::new(0);
    let mut notes = Notes::of(std::io::BufReader::new(Counted(text.as_bytes(), &read)));
    assert!(notes.next().unwrap().unwrap().is_ok());
    assert!(read.get() <= 16 << 10, "{}", read.get());
    assert_eq!(notes.count(), 9_999);
}

#[test]
fn der_that_is_cut_or_followed_by_something_is_none() {
    let whole = unhex("300b0c0361626302020100a000").unwrap();
    let fields = sequence(&whole).unwrap();
    assert_eq!((fields[0].text(), fields[1].integer()), (Some("abc"), Some(256)));
    assert_eq!(fields[2].explicit(0).map(|value| value.tag), None);
    assert!((0..whole.len()).all(|cut| sequence(&whole[..cut]).is_none()));
    assert!(sequence(&[whole.as_slice(), &[0]].concat()).is_none());
    // Lengths that no input has: nothing is allocated for them.
    for hostile in ["3084ffffffff", "3085ffffffffff", "3080", "30ff"] {
        assert!(sequence(&unhex(hostile).unwrap()).is_none(), "{hostile}");
    }
    assert_eq!(sequence(&unhex("3003020180").unwrap()).unwrap()[0].integer(), Some(-128));
}

#[test]
fn text_of_octets_has_one_form() {
    assert_eq!(base64("AQI="), Some(vec![1, 2]));
    assert_eq!((base64("AQI"), base64("AQJ="), base64("AQI=\n")), (None, None, None));
    assert_eq!((unhex("0aFF"), unhex("0"), unhex("+1")), (Some(vec![10, 255]), None, None));
}
