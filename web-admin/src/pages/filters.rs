//! What templates may do to a text.

// The attribute of askama makes public items, whatever stands before `fn`.
#![allow(unreachable_pub)]

use std::fmt;

use askama::Values;

use crate::typography;

/// The spaces that French wants; the text is still escaped after.
#[askama::filter_fn]
pub(super) fn french(text: impl fmt::Display, _: &dyn Values) -> askama::Result<String> {
    Ok(typography::french(&text.to_string()))
}
