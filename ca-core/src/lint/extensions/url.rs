//! URLs inside extensions (RFC 5280 §4.2.1.6, §8; RFC 3986).

use super::super::finding::Finding;
use super::super::reader::{Element, tag};

/// Reads `uniformResourceIdentifier [6] IA5String`.
pub(in crate::lint) fn general_name<'a>(
    name: &Element<'a>,
    schemes: &[&str],
    what: &str,
) -> Result<&'a str, Finding> {
    read(&name.must_be(tag::implicit(6), what)?, schemes, what)
}

/// Judges an absolute URL of one of `schemes`, with a host.
pub(super) fn read<'a>(element: &Element<'a>, schemes: &[&str], what: &str) -> Result<&'a str, Finding> {
    let fail = |rule, message: &str| Err(Finding::new(rule, element.offset, format!("{what}: {message}")));
    let text = match std::str::from_utf8(element.content) {
        Ok(text) if text.is_ascii() && only_url_characters(text) => text,
        _ => return fail("rfc3986-2-url-characters", "a character that a URL has not"),
    };
    let Some((scheme, rest)) = text.split_once("://") else {
        return fail("rfc5280-4.2.1.6-url-absolute", "not an absolute URL");
    };
    if !schemes.contains(&scheme) {
        return fail("igc-1.2-url-scheme", &format!("{scheme} where {} is required", schemes.join(" or ")));
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    if authority.is_empty() || authority.contains('@') || rest.contains('#') {
        return fail("rfc5280-4.2.1.6-url-absolute", "a host, no user and no fragment");
    }
    Ok(text)
}

/// RFC 3986 §2: unreserved and reserved characters, and `%` with two hexadecimal digits.
fn only_url_characters(text: &str) -> bool {
    let mut octets = text.bytes();
    while let Some(octet) = octets.next() {
        let allowed = match octet {
            b'%' => {
                let mut hex = || octets.next().is_some_and(|digit| digit.is_ascii_hexdigit());
                hex() && hex()
            }
            other => other.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&other),
        };
        if !allowed {
            return false;
        }
    }
    true
}
