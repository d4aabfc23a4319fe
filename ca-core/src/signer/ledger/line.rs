//! One line, and how it is chained to the one before.

use sha2::{Digest, Sha256};
use store::Timestamp;

use super::LedgerFault;
use crate::signer::KeyReference;

/// The longest subject.
pub const LONGEST_SUBJECT: usize = 160;

/// No line is longer: sequence, time, key, digest, subject and chain at their longest, and some room.
pub(super) const LONGEST_LINE: usize = 1024;

/// The rule that a longer one breaks.
pub(super) const TOO_LONG: &str = "has at most 1023 octets";

const HEAD: &str = "igc-signing-ledger-v1";

/// A link of the chain: SHA-256.
pub(super) type Chain = [u8; 32];

/// The first word of the subject of a line about signatures that were refused; nobody may have anything signed for it.
const REFUSED: &str = "refused";

/// One signature, or a refusal of some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Grows by one with each line.
    pub sequence: u64,
    /// When it was made or refused, by the clock of the signer's process.
    pub at: Timestamp,
    /// The key that signed.
    pub key: KeyReference,
    /// The digest that was signed; of several that were refused, the first.
    pub digest: Vec<u8>,
    /// What the worker said it is for; of a refusal, how many there were and what the first was for
    /// ([`Entry::refused`]).
    pub subject: String,
}

/// Whether a text may stand as a subject: it must not be able to end its field or its line.
pub(crate) fn is_subject(text: &str) -> bool {
    (1..=LONGEST_SUBJECT).contains(&text.len())
        && text.split(' ').next() != Some(REFUSED)
        && text.bytes().all(|octet| octet == b' ' || octet.is_ascii_graphic())
}

/// The subject of the line about signatures that did not verify: how many, and what the first was for.
pub(crate) fn refusal(count: usize, subject: &str) -> String {
    format!("{REFUSED} {count} {subject}")
}

/// The head of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) id: String,
    pub(super) sequence: u64,
    pub(super) chain: Chain,
}

impl Head {
    /// Of a ledger that begins: its chain begins with its own identifier.
    pub(super) fn first(id: &[u8; 16]) -> Self {
        Self { id: hex::encode(id), sequence: 0, chain: Sha256::digest(id).into() }
    }

    /// Of the file that goes on where another is full.
    pub(super) fn after(id: &str, sequence: u64, chain: Chain) -> Self {
        let id = Sha256::new().chain_update(id).chain_update(chain).finalize();
        Self { id: hex::encode(&id[..16]), sequence, chain }
    }

    pub(super) fn encode(&self) -> String {
        format!("{HEAD}\t{}\t{}\t{}\n", self.id, self.sequence, hex::encode(self.chain))
    }

    pub(super) fn parse(line: &str) -> Result<Self, LedgerFault> {
        let fields: Vec<&str> = line.split('\t').collect();
        let [HEAD, id, sequence, chain] = fields[..] else { return Err(LedgerFault::NoHead) };
        Ok(Self {
            id: id.to_owned(),
            sequence: sequence.parse().map_err(|_| LedgerFault::NoHead)?,
            chain: link(chain).ok_or(LedgerFault::NoHead)?,
        })
    }
}

impl Entry {
    /// How many signatures did not verify, and what the first was for, where this line says so; nothing where it is
    /// about a signature.
    pub fn refused(&self) -> Option<(&str, &str)> {
        self.subject.strip_prefix(REFUSED)?.strip_prefix(' ')?.split_once(' ')
    }

    /// The line, with its line feed, and its link of the chain.
    pub(super) fn encode(&self, before: &Chain) -> (String, Chain) {
        let text = format!(
            "{}\t{}\t{}\t{}\t{}",
            self.sequence,
            self.at.to_jiff(),
            self.key,
            hex::encode(&self.digest),
            self.subject
        );
        let chain = chained(before, &text);
        (format!("{text}\t{}\n", hex::encode(chain)), chain)
    }

    /// Reads the line that follows the one whose sequence and link are given.
    pub(super) fn parse(line: &str, after: u64, before: &Chain) -> Result<(Self, Chain), LedgerFault> {
        let broken = |rule| LedgerFault::Line { after, rule };
        if line.len() >= LONGEST_LINE {
            return Err(broken(TOO_LONG));
        }
        let (text, chain) = line.rsplit_once('\t').ok_or(broken("six fields"))?;
        let chain = link(chain).ok_or(broken("ends with its link"))?;
        if chain != chained(before, text) {
            return Err(broken("is chained to the line before"));
        }
        let entry = Self::fields(text).ok_or(broken("six fields"))?;
        if entry.sequence != after + 1 {
            return Err(broken("follows in sequence"));
        }
        Ok((entry, chain))
    }

    /// The link that stands at the end of a line, believed as it is.
    pub(super) fn stated(line: &str) -> Option<(u64, Chain)> {
        let (text, chain) = line.rsplit_once('\t')?;
        Some((Self::fields(text)?.sequence, link(chain)?))
    }

    fn fields(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.split('\t').collect();
        let [sequence, at, key, digest, subject] = fields[..] else { return None };
        let (token, id) = key.split_once('/')?;
        Some(Self {
            sequence: sequence.parse().ok()?,
            at: at.parse().ok()?,
            key: KeyReference { token: token.to_owned(), id: id.parse().ok()? },
            digest: hex::decode(digest).ok()?,
            subject: subject.to_owned(),
        })
    }
}

fn chained(before: &Chain, text: &str) -> Chain {
    Sha256::new().chain_update(before).chain_update(text).finalize().into()
}

fn link(text: &str) -> Option<Chain> {
    hex::decode(text).ok()?.try_into().ok()
}
