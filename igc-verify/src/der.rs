//! As much DER as the canonical encodings need (ITU-T X.690): one value after another, no tag above 30.

/// A value: its tag octet, its content, and all its octets.
#[derive(Clone, Copy, Debug)]
pub struct Value<'a> {
    pub tag: u8,
    pub content: &'a [u8],
    pub whole: &'a [u8],
}

const SEQUENCE: u8 = 0x30;

/// The first value of `octets`, and what follows it.
fn first(octets: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let (&tag, rest) = octets.split_first()?;
    let (&short, rest) = rest.split_first()?;
    let (length, rest) = match short {
        0..=0x7f => (usize::from(short), rest),
        0x81..=0x84 => {
            let (long, rest) = rest.split_at_checked(usize::from(short & 0x7f))?;
            (long.iter().fold(0, |length, octet| length << 8 | usize::from(*octet)), rest)
        }
        _ => return None,
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((Value { tag, content, whole: &octets[..octets.len() - after.len()] }, after))
}

/// The values in a SEQUENCE that is all there is.
pub fn sequence(octets: &[u8]) -> Option<Vec<Value<'_>>> {
    let (value, after) = first(octets)?;
    (value.tag == SEQUENCE && after.is_empty()).then(|| values(value.content))?
}

fn values(mut octets: &[u8]) -> Option<Vec<Value<'_>>> {
    let mut found = Vec::new();
    while !octets.is_empty() {
        let (value, after) = first(octets)?;
        found.push(value);
        octets = after;
    }
    Some(found)
}

impl<'a> Value<'a> {
    /// A UTF8String.
    pub fn text(&self) -> Option<&'a str> {
        std::str::from_utf8(self.content).ok().filter(|_| self.tag == 0x0c)
    }

    /// An INTEGER of at most eight octets.
    pub fn integer(&self) -> Option<i64> {
        let fits = self.tag == 0x02 && (1..=8).contains(&self.content.len());
        let negative = self.content.first().is_some_and(|octet| octet & 0x80 != 0);
        fits.then(|| self.content.iter().fold(if negative { -1 } else { 0 }, |n, o| n << 8 | i64::from(*o)))
    }

    /// An OCTET STRING.
    pub fn octets(&self) -> Option<&'a [u8]> {
        (self.tag == 0x04).then_some(self.content)
    }

    /// A SEQUENCE.
    pub fn sequence(&self) -> Option<Vec<Value<'a>>> {
        (self.tag == SEQUENCE).then(|| values(self.content))?
    }

    /// The one value that is all there is.
    pub fn only(octets: &'a [u8]) -> Option<Self> {
        first(octets).filter(|(_, after)| after.is_empty()).map(|(value, _)| value)
    }

    /// The values in one that is made of others, whatever its tag.
    pub fn values(&self) -> Option<Vec<Value<'a>>> {
        (self.tag & 0x20 != 0).then(|| values(self.content))?
    }

    /// A UTF8String, a PrintableString or an IA5String.
    pub fn any_text(&self) -> Option<&'a str> {
        std::str::from_utf8(self.content).ok().filter(|_| [0x0c, 0x13, 0x16].contains(&self.tag))
    }

    /// The value behind the EXPLICIT tag `[number]`.
    pub fn explicit(&self, number: u8) -> Option<Value<'a>> {
        let (value, after) = first(self.content)?;
        (self.tag == 0xa0 | number && after.is_empty()).then_some(value)
    }
}

/// A SEQUENCE of values that are DER already.
pub fn sequence_of(values: &[Vec<u8>]) -> Vec<u8> {
    encoded(SEQUENCE, &values.concat())
}

/// A UTF8String.
pub fn utf8_string(text: &str) -> Vec<u8> {
    encoded(0x0c, text.as_bytes())
}

/// An OCTET STRING.
pub fn octet_string(octets: &[u8]) -> Vec<u8> {
    encoded(0x04, octets)
}

/// A value of this tag.
pub fn encoded(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant = &length[length.iter().take_while(|octet| **octet == 0).count()..];
    let mut der = vec![tag];
    match content.len() {
        0..=0x7f => der.push(content.len() as u8),
        _ => {
            der.push(0x80 | significant.len() as u8);
            der.extend_from_slice(significant);
        }
    }
    der.extend_from_slice(content);
    der
}
