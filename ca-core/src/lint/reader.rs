//! A strict DER reader of its own: definite, minimal lengths; one-octet tags; nothing after the end.
//!
//! It shares nothing with the builder, so that a fault of one is not also a fault of the judge.

use super::finding::Finding;

pub(super) mod tag {
    pub(in crate::lint) const BOOLEAN: u8 = 0x01;
    pub(in crate::lint) const INTEGER: u8 = 0x02;
    pub(in crate::lint) const BIT_STRING: u8 = 0x03;
    pub(in crate::lint) const OCTET_STRING: u8 = 0x04;
    pub(in crate::lint) const NULL: u8 = 0x05;
    pub(in crate::lint) const OID: u8 = 0x06;
    pub(in crate::lint) const ENUMERATED: u8 = 0x0A;
    pub(in crate::lint) const UTF8_STRING: u8 = 0x0C;
    pub(in crate::lint) const PRINTABLE_STRING: u8 = 0x13;
    pub(in crate::lint) const IA5_STRING: u8 = 0x16;
    pub(in crate::lint) const UTC_TIME: u8 = 0x17;
    pub(in crate::lint) const GENERALIZED_TIME: u8 = 0x18;
    pub(in crate::lint) const SEQUENCE: u8 = 0x30;
    pub(in crate::lint) const SET: u8 = 0x31;

    /// Context-specific, primitive: `[n] IMPLICIT` of a primitive type.
    pub(in crate::lint) const fn implicit(number: u8) -> u8 {
        0x80 | number
    }

    /// Context-specific, constructed: `[n] EXPLICIT`, or `[n] IMPLICIT` of a SEQUENCE.
    pub(in crate::lint) const fn constructed(number: u8) -> u8 {
        0xA0 | number
    }
}

/// One tag, length and value, and where it stands in the document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    /// Of the tag octet, from the start of the document.
    pub(super) offset: usize,
    /// Tag, length and value.
    pub(super) whole: &'a [u8],
    pub(super) content: &'a [u8],
}

impl<'a> Element<'a> {
    /// The one element that `document` consists of.
    pub(super) fn only(document: &'a [u8], what: &str) -> Result<Self, Finding> {
        let mut reader = Reader { rest: document, offset: 0 };
        let element = reader.next(what)?;
        reader.finish(what)?;
        Ok(element)
    }

    pub(super) fn content_offset(&self) -> usize {
        self.offset + self.whole.len() - self.content.len()
    }

    /// Reads what stands inside.
    pub(super) fn reader(&self) -> Reader<'a> {
        Reader { rest: self.content, offset: self.content_offset() }
    }

    /// The one element that stands inside (`EXPLICIT` tags, `OCTET STRING` wrappers).
    pub(super) fn inner(&self, what: &str) -> Result<Self, Finding> {
        let mut reader = self.reader();
        let element = reader.next(what)?;
        reader.finish(what)?;
        Ok(element)
    }

    pub(super) fn is(&self, tag: u8) -> bool {
        self.tag == tag
    }

    pub(super) fn constructed(&self) -> bool {
        self.tag & 0x20 != 0
    }

    /// Fails unless the element carries `tag`.
    pub(super) fn must_be(self, tag: u8, what: &str) -> Result<Self, Finding> {
        if self.tag == tag {
            return Ok(self);
        }
        let message = format!("{what}: tag {:02X} where {tag:02X} is required", self.tag);
        Err(Finding::new("asn1-structure", self.offset, message))
    }
}

/// Walks the elements of one content, left to right.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Steps over the unused-bits octet of a BIT STRING that wraps DER.
    pub(super) fn skip_octet(&mut self) {
        if let Some(rest) = self.rest.get(1..) {
            self.rest = rest;
            self.offset += 1;
        }
    }

    /// The next element, whatever its tag.
    pub(super) fn next(&mut self, what: &str) -> Result<Element<'a>, Finding> {
        let bytes = self.rest;
        let fail = |rule, message: &str| Err(Finding::new(rule, self.offset, format!("{what}: {message}")));
        let Some(&tag) = bytes.first() else {
            return fail("asn1-structure", "nothing stands where it is required");
        };
        if tag == 0 || tag & 0x1F == 0x1F {
            return fail("x690-8.1.2-tag", "end-of-contents or multi-octet tag");
        }
        let (header, length) = match bytes.get(1) {
            None => return fail("x690-8.1.3-length-truncated", "no length octet"),
            Some(&short @ 0..=0x7F) => (2, usize::from(short)),
            Some(0x80) => return fail("x690-10.1-length-indefinite", "indefinite length"),
            Some(&long) => {
                let count = usize::from(long & 0x7F);
                if count > 4 {
                    return fail("x690-8.1.3-length-truncated", "a length of more than four octets");
                }
                let Some(octets) = bytes.get(2..2 + count) else {
                    return fail("x690-8.1.3-length-truncated", "the length octets are cut off");
                };
                let length = octets.iter().fold(0_usize, |sum, octet| sum << 8 | usize::from(*octet));
                if octets[0] == 0 || length < 0x80 {
                    return fail("x690-10.1-length-minimal", "the length is not in its shortest form");
                }
                (2 + count, length)
            }
        };
        let Some(content) = bytes.get(header..).and_then(|rest| rest.get(..length)) else {
            return fail("x690-8.1.3-length-truncated", "the length runs past the end");
        };
        let whole = &bytes[..header + length];
        let element = Element { tag, offset: self.offset, whole, content };
        self.rest = &bytes[whole.len()..];
        self.offset += whole.len();
        Ok(element)
    }

    /// The next element, which must carry `tag`.
    pub(super) fn expect(&mut self, tag: u8, what: &str) -> Result<Element<'a>, Finding> {
        self.next(what)?.must_be(tag, what)
    }

    /// The next element if it carries `tag`; otherwise nothing is consumed.
    pub(super) fn optional(&mut self, tag: u8, what: &str) -> Result<Option<Element<'a>>, Finding> {
        if self.rest.first() == Some(&tag) { self.next(what).map(Some) } else { Ok(None) }
    }

    /// Fails when something is left.
    pub(super) fn finish(&self, what: &str) -> Result<(), Finding> {
        if self.rest.is_empty() {
            return Ok(());
        }
        let message = format!("{what}: {} bytes follow the end", self.rest.len());
        Err(Finding::new("asn1-trailing", self.offset, message))
    }
}
