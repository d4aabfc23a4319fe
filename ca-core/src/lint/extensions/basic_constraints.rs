//! BasicConstraints (RFC 5280 §4.2.1.9).

use super::super::expectations::Role;
use super::super::finding::Finding;
use super::super::reader::{Element, tag};
use super::super::structure::minimal_integer;

/// `None`: not an authority. `Some(None)`: an authority without a path length.
pub(in crate::lint) fn read(value: &Element<'_>) -> Result<Option<Option<u8>>, Finding> {
    let mut fields = value.must_be(tag::SEQUENCE, "basicConstraints")?.reader();
    let authority = fields.optional(tag::BOOLEAN, "cA")?;
    let length = fields.optional(tag::INTEGER, "pathLenConstraint")?;
    fields.finish("basicConstraints")?;
    let fail = |rule, at: Element<'_>, message| Err(Finding::new(rule, at.offset, message));
    match (authority, length) {
        (Some(authority), _) if authority.content == [0] => {
            fail("x690-11.5-default", authority, "cA: FALSE is the default and is not encoded")
        }
        (None, Some(length)) => {
            fail("rfc5280-4.2.1.9-basic-constraints", length, "pathLenConstraint: only an authority has one")
        }
        (None, None) => Ok(None),
        (Some(_), None) => Ok(Some(None)),
        (Some(_), Some(length)) => match length.content {
            [number @ 0..=0x7F] if minimal_integer(length.content) => Ok(Some(Some(*number))),
            _ => fail("rfc5280-4.2.1.9-basic-constraints", length, "pathLenConstraint: 0 to 127"),
        },
    }
}

/// Root: CA:TRUE without a length. Issuing: CA:TRUE, pathlen:0. All others: an empty SEQUENCE.
pub(super) fn check(value: &Element<'_>, role: Role) -> Result<(), Finding> {
    let (expected, form) = match role {
        Role::Root => (Some(None), "CA:TRUE without a path length"),
        Role::Issuing => (Some(Some(0)), "CA:TRUE with path length 0"),
        Role::Responder | Role::EndEntity => (None, "an empty SEQUENCE"),
    };
    if read(value)? == expected {
        return Ok(());
    }
    let message = format!("basicConstraints: {form} is required");
    Err(Finding::new("rfc5280-4.2.1.9-basic-constraints", value.offset, message))
}
