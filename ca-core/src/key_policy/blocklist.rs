//! Keys that are known to be weak one by one: those of the Debian generator (CVE-2008-0166) above all.

use openssl::sha::sha1;
use store::{Code, Fault};
use thiserror::Error;

use crate::faults;

/// A list of known weak RSA keys, in the format of the `openssl-blacklist` packages: a line a key, the last
/// twenty hexadecimal digits of the SHA-1 of what `openssl rsa -noout -modulus` prints. Empty lines and
/// lines that begin with `#` say nothing.
///
/// SHA-1 protects nothing here: whoever finds a second modulus of the same digest has it refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocklist(Vec<[u8; 10]>);

/// A line that is none of a blocklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("line {0}: twenty hexadecimal digits are required, as in the openssl-blacklist files")]
pub struct BadBlocklist(pub usize);

impl Blocklist {
    /// Reads the text of a blocklist, in any order of lines.
    pub fn parse(text: &str) -> Result<Self, BadBlocklist> {
        let mut digests = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut digest = [0; 10];
            hex::decode_to_slice(line, &mut digest).map_err(|_| BadBlocklist(index + 1))?;
            digests.push(digest);
        }
        digests.sort_unstable();
        digests.dedup();
        Ok(Self(digests))
    }

    /// How many keys it names.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it names none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the key with this modulus (octets, most significant first, no leading zero) is named.
    pub(super) fn names(&self, modulus: &[u8]) -> bool {
        let printed = format!("Modulus={}\n", hex::encode_upper(modulus));
        let digest: [u8; 20] = sha1(printed.as_bytes());
        self.0.binary_search_by(|known| known.as_slice().cmp(&digest[10..])).is_ok()
    }
}

impl Fault for BadBlocklist {
    fn code(&self) -> Code {
        faults::KEY_BLOCKLIST_INVALID
    }
}
