//! What a key ceremony reads, and what an auditor is given of it.

use std::os::unix::fs::PermissionsExt;

use ca_core::ceremony::custodians::Share;
use ca_core::ceremony::{Ceremony, read_chain, script, verify};
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use tempfile::TempDir;

use crate::scratch;
use crate::software_key::{Use, keyed};

/// The ceremony file whose transcript and report stand in the corpora.
const FILE: &str = include_str!("../fixtures/ceremony.toml");

/// A ceremony file: what reads can be held, and printed for those who watch.
pub(crate) fn file(octets: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(octets) else { return false };
    let Ok(ceremony) = Ceremony::parse(text) else { return false };
    assert_eq!(ceremony.text(), text, "what is signed for is another text than was read");
    assert!(!ceremony.steps().is_empty(), "a ceremony of no step reads");
    assert!(!script(&ceremony, "igc").is_empty());
    true
}

/// A transcript: whatever line was altered, cut or moved, none reads that is not chained to the file.
pub(crate) fn transcript(octets: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(octets) else { return false };
    let begun_with = Ceremony::parse(FILE).expect("a fixture is a ceremony file").sha256();
    let Ok(entries) = read_chain(text, &begun_with) else { return false };
    assert_eq!(entries.len(), text.lines().count(), "a line was passed over");
    if let Some(first) = entries.first() {
        assert_eq!((first.number, first.previous.as_str()), (1, begun_with.as_str()));
        assert!(read_chain(text, "").is_err(), "it reads as the transcript of another file");
    }
    !entries.is_empty()
}

thread_local! {
    static AUDIT_KEY: (PKey<Private>, Vec<u8>) = {
        let key = keyed("audit", "0A", None, Use::Bureau).key;
        let public = key.public_key_to_der().expect("a key has a public half");
        (key, public)
    };
    static FOLDER: TempDir = scratch::folder();
}

/// A report that the key of the log has signed, of an installation that has gone wrong.
pub(crate) fn report(octets: &[u8]) -> bool {
    AUDIT_KEY.with(|(key, public)| {
        let signature = Signer::new(MessageDigest::sha256(), key)
            .and_then(|mut signer| signer.sign_oneshot_to_vec(octets))
            .expect("OpenSSL signs");
        let verified = verify(octets, &signature, public);
        if let Ok(verified) = &verified {
            assert!(verified.steps > 0 && !verified.operator.is_empty());
        }
        verified.is_ok()
    })
}

/// A custodian's share: what reads can be written, and is the same share then.
pub(crate) fn share(octets: &[u8]) -> bool {
    FOLDER.with(|folder| {
        let path = scratch::file(folder, "share", octets);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("the file is ours");
        let Ok(share) = Share::read(&path) else { return false };
        let written = folder.path().join("written");
        share.write(&written).expect("there is no such file");
        let again = Share::read(&written).expect("what was read can be written and read");
        std::fs::remove_file(&written).expect("the file is ours");
        assert_eq!(again.commitment(), share.commitment());
        true
    })
}
