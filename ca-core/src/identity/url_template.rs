//! URLs with an authority's names left open.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A URL in which `{id}` stands for an authority's short name, `{shard}` for the number of a shard of its CRL, `{cn}`
/// for its common name and `{parent_cn}` for the common name of the root above it; common names are escaped for a
/// directory name (RFC 4514) and then for a URL (RFC 3986).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct UrlTemplate {
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Id,
    Shard,
    CommonName,
    ParentCommonName,
}

/// A text that is no such template.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BadUrlTemplate {
    /// A placeholder nobody fills, or a brace that is not closed.
    #[error("at byte {0}: braces hold id, shard, cn or parent_cn")]
    Placeholder(usize),
    /// Not an address of one of the two schemes a certificate bears.
    #[error(
        "begins with http:// or ldap:// (RFC 5280 §4.2.1.13; https would need a status check of its own)"
    )]
    Scheme,
    /// An octet that no URL holds unescaped.
    #[error(
        "at byte {0}: a URL holds printable ASCII without spaces, quotes and angle brackets (RFC 3986 §2)"
    )]
    Character(usize),
    /// Too long.
    #[error("longer than 1024 bytes")]
    Length,
}

/// What fills a template.
pub(crate) struct AuthorityInUrl<'a> {
    pub(crate) short_name: &'a str,
    pub(crate) common_name: &'a str,
    pub(crate) parent_common_name: &'a str,
    /// The number of a shard; none in the addresses that have no place for one.
    pub(crate) shard: Option<u32>,
}

impl UrlTemplate {
    /// Reads a template.
    pub fn parse(text: &str) -> Result<Self, BadUrlTemplate> {
        if text.len() > 1024 {
            return Err(BadUrlTemplate::Length);
        }
        if !text.starts_with("http://") && !text.starts_with("ldap://") {
            return Err(BadUrlTemplate::Scheme);
        }
        let forbidden = |byte: u8| !byte.is_ascii_graphic() || b"\"<>\\^`|".contains(&byte);
        if let Some(position) = text.bytes().position(forbidden) {
            return Err(BadUrlTemplate::Character(position));
        }
        Ok(Self { text: text.to_owned(), parts: parse_parts(text)? })
    }

    /// The URL of the authority with this short name, where neither a common name nor a shard stands in it.
    pub fn of_short_name(&self, short_name: &str) -> Option<String> {
        let text = |part: &Part| match part {
            Part::Literal(literal) => Some(literal.clone()),
            Part::Id => Some(short_name.to_owned()),
            Part::Shard | Part::CommonName | Part::ParentCommonName => None,
        };
        self.parts.iter().map(text).collect()
    }

    /// The URL, where no placeholder stands: an address that all authorities share.
    pub fn as_shared_url(&self) -> &str {
        &self.text
    }

    pub(crate) fn names_authority(&self) -> bool {
        self.parts.contains(&Part::Id)
    }

    pub(crate) fn names_shard(&self) -> bool {
        self.parts.contains(&Part::Shard)
    }

    /// The URL for one authority.
    pub(crate) fn fill(&self, authority: &AuthorityInUrl<'_>) -> String {
        let mut url = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) => url.push_str(text),
                Part::Id => url.push_str(&percent_encoded(authority.short_name)),
                Part::Shard => url.extend(authority.shard.map(|number| number.to_string())),
                Part::CommonName => url.push_str(&percent_encoded(&escaped_for_dn(authority.common_name))),
                Part::ParentCommonName => {
                    url.push_str(&percent_encoded(&escaped_for_dn(authority.parent_common_name)));
                }
            }
        }
        url
    }
}

impl fmt::Display for UrlTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for UrlTemplate {
    type Error = BadUrlTemplate;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<UrlTemplate> for String {
    fn from(template: UrlTemplate) -> Self {
        template.text
    }
}

fn parse_parts(text: &str) -> Result<Vec<Part>, BadUrlTemplate> {
    let mut parts = Vec::new();
    let mut position = 0;
    while let Some(offset) = text[position..].find(['{', '}']) {
        let open = position + offset;
        let close =
            text[open..].find('}').map(|length| open + length).ok_or(BadUrlTemplate::Placeholder(open))?;
        parts.push(Part::Literal(text[position..open].to_owned()));
        parts.push(match &text[open..=close] {
            "{id}" => Part::Id,
            "{shard}" => Part::Shard,
            "{cn}" => Part::CommonName,
            "{parent_cn}" => Part::ParentCommonName,
            _ => return Err(BadUrlTemplate::Placeholder(open)),
        });
        position = close + 1;
    }
    parts.push(Part::Literal(text[position..].to_owned()));
    Ok(parts)
}

/// RFC 4514 §2.4: what separates or begins something inside a directory name gets a backslash.
fn escaped_for_dn(value: &str) -> String {
    let mut escaped = String::new();
    for (position, character) in value.chars().enumerate() {
        let special = matches!(character, '"' | '+' | ',' | ';' | '<' | '>' | '\\');
        if special || (position == 0 && matches!(character, '#' | ' ')) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// RFC 3986 §2.3: all but the unreserved characters.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
