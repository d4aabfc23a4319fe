//! The encoding itself, before any meaning: every element of the document is in DER (X.690 §8–§11).

use super::finding::Finding;
use super::reader::{Element, tag};

/// Deeper than any structure of RFC 5280 goes (a distribution point's URL stands at 10).
const DEEPEST: usize = 16;

/// Walks `element` and all it contains; the first fault ends the walk.
pub(super) fn check(element: &Element<'_>) -> Result<(), Finding> {
    walk(element, 0)
}

fn walk(element: &Element<'_>, depth: usize) -> Result<(), Finding> {
    if depth > DEEPEST {
        return fail("igc-lint-depth", element, "nested deeper than sixteen levels");
    }
    let universal = element.tag & 0xC0 == 0;
    let built = matches!(element.tag & 0x1F, 0x10 | 0x11);
    if universal && built != element.constructed() {
        return fail(
            "x690-10.2-constructed",
            element,
            "SEQUENCE and SET are constructed, all others primitive",
        );
    }
    if !element.constructed() {
        return if universal { primitive(element) } else { Ok(()) };
    }
    let mut reader = element.reader();
    let mut previous: Option<Element<'_>> = None;
    while !reader.at_end() {
        let child = reader.next("constructed value")?;
        walk(&child, depth + 1)?;
        if let Some(previous) = previous.filter(|_| element.is(tag::SET))
            && sorts_after(previous.whole, child.whole)
        {
            return fail("x690-11.6-set-order", &child, "the elements of a SET OF are not sorted");
        }
        previous = Some(child);
    }
    Ok(())
}

/// X.690 §11.6: compared as octet strings, the shorter padded with zero octets.
fn sorts_after(left: &[u8], right: &[u8]) -> bool {
    let width = left.len().max(right.len());
    let padded = |bytes: &[u8], at: usize| bytes.get(at).copied().unwrap_or(0);
    (0..width).map(|at| padded(left, at)).gt((0..width).map(|at| padded(right, at)))
}

fn primitive(element: &Element<'_>) -> Result<(), Finding> {
    let content = element.content;
    match element.tag {
        tag::BOOLEAN if content != [0x00] && content != [0xFF] => {
            fail("x690-11.1-boolean", element, "a BOOLEAN is one octet, 00 or FF")
        }
        tag::INTEGER | tag::ENUMERATED if !minimal_integer(content) => {
            fail("x690-8.3.2-integer-minimal", element, "an INTEGER is empty or has a useless first octet")
        }
        tag::BIT_STRING if !canonical_bits(content) => fail(
            "x690-11.2-bit-string",
            element,
            "the unused bits of a BIT STRING are zero and fewer than eight",
        ),
        tag::NULL if !content.is_empty() => fail("x690-8.8-null", element, "a NULL has no content"),
        tag::OID if !canonical_oid(content) => {
            fail("x690-8.19-oid", element, "an OBJECT IDENTIFIER is empty, cut off or padded")
        }
        tag::UTF8_STRING if std::str::from_utf8(content).is_err() => {
            fail("x690-8.23-string", element, "not UTF-8")
        }
        tag::PRINTABLE_STRING if !content.iter().copied().all(printable) => {
            fail("x690-8.23-string", element, "a character that PrintableString has not (X.680 §41.4)")
        }
        tag::IA5_STRING if !content.is_ascii() => fail("x690-8.23-string", element, "not ASCII"),
        _ => Ok(()),
    }
}

/// X.690 §8.3.2: the first nine bits are neither all ones nor all zero.
pub(super) fn minimal_integer(content: &[u8]) -> bool {
    match content {
        [] => false,
        [0x00, second, ..] => second & 0x80 != 0,
        [0xFF, second, ..] => second & 0x80 == 0,
        _ => true,
    }
}

fn canonical_bits(content: &[u8]) -> bool {
    match content {
        [] => false,
        [unused] => *unused == 0,
        [unused, .., last] => *unused < 8 && last & ((1_u8 << unused) - 1) == 0,
    }
}

/// X.690 §8.19.2: no arc begins with 80, the last octet ends an arc.
fn canonical_oid(content: &[u8]) -> bool {
    let ended = content.last().is_some_and(|last| last & 0x80 == 0);
    let mut begins = true;
    ended
        && content.iter().all(|octet| {
            let padded = begins && *octet == 0x80;
            begins = octet & 0x80 == 0;
            !padded
        })
}

fn printable(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&octet)
}

fn fail(rule: &'static str, element: &Element<'_>, message: &str) -> Result<(), Finding> {
    Err(Finding::new(rule, element.offset, message))
}
