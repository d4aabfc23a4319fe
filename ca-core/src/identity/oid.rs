//! Object identifiers that every relying party can read.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An object identifier, dotted and as the content octets of its DER (X.690 §8.19).
///
/// `const-oid` knows no second arc above 39, which X.660 lets stand below the arc 2.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Oid {
    dotted: String,
    content: Vec<u8>,
}

/// A text that is no object identifier, or one that not everybody can read.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("not an object identifier: {0}")]
pub struct BadOid(&'static str);

/// More is no identifier anyone uses, and implementations begin to refuse it.
const MOST_ARCS: usize = 32;

/// X.660 sets no bound, and X.667 makes arcs of 128 bits out of UUIDs; but Go's `crypto/x509` before 1.22 refuses a whole
/// certificate for a policy with an arc of more than 31 bits, and other readers stop at 32.
const LARGEST_ARC: u32 = 0x7FFF_FFFF;

impl Oid {
    /// From `1.2.250.1…`: decimal arcs of at most 31 bits, two at least.
    pub fn parse(dotted: &str) -> Result<Self, BadOid> {
        let arcs = dotted.split('.').map(parse_arc).collect::<Result<Vec<u32>, BadOid>>()?;
        let [first, second, rest @ ..] = arcs.as_slice() else {
            return Err(BadOid("at least two arcs"));
        };
        if arcs.len() > MOST_ARCS {
            return Err(BadOid("more than 32 arcs"));
        }
        // X.660: below the arcs 0 and 1 stand the numbers 0 to 39 only.
        let joined = match first {
            0 | 1 if *second < 40 => first * 40 + second,
            2 => second + 80,
            _ => return Err(BadOid("begins with 0.0 to 0.39, 1.0 to 1.39 or 2")),
        };
        let mut content = Vec::new();
        push_arc(&mut content, joined);
        rest.iter().for_each(|arc| push_arc(&mut content, *arc));
        Ok(Self { dotted: dotted.to_owned(), content })
    }

    /// The content octets of the DER, without tag and length.
    pub fn content(&self) -> &[u8] {
        &self.content
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.dotted)
    }
}

impl TryFrom<String> for Oid {
    type Error = BadOid;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Oid> for String {
    fn from(oid: Oid) -> Self {
        oid.dotted
    }
}

fn parse_arc(text: &str) -> Result<u32, BadOid> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || (text.len() > 1 && text.starts_with('0')) {
        return Err(BadOid("arcs are decimal numbers without leading zeros"));
    }
    match text.parse() {
        Ok(arc) if arc <= LARGEST_ARC => Ok(arc),
        _ => Err(BadOid(
            "an arc is larger than 2147483647, for which readers in wide use refuse the whole certificate",
        )),
    }
}

/// Base 128, most significant group first, the high bit set on all groups but the last.
fn push_arc(content: &mut Vec<u8>, arc: u32) {
    let groups = (32 - arc.leading_zeros()).div_ceil(7).max(1);
    for group in (0..groups).rev() {
        let seven_bits = (arc >> (7 * group) & 0x7F) as u8;
        content.push(if group == 0 { seven_bits } else { seven_bits | 0x80 });
    }
}
