//! The OCSP request in the path of a GET (RFC 6960 appendix A.1):
//! `GET {url}/{url-encoding of base-64 encoding of the DER encoding of the OCSPRequest}`.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::ocsp::request::MAX_REQUEST_BYTES;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How many rests of a path are decoded as a whole. The request itself is the first in practice: a piece of
/// the prefix would have to begin like a SEQUENCE that is as long as all that follows.
const MOST_DECODED: usize = 4;

/// The base64 of six octets: room for tag, length of the length, and length.
const HEAD: usize = 8;

/// The request in a raw path, behind any prefix; nothing where there is none.
///
/// Base64 has `/` in its own alphabet, `//` included, and clients escape or do not escape `/`, `+`
/// and `=`; so each slash may be the end of the prefix. The DER of a SEQUENCE begins with 0x30,
/// its base64 with `M`: the first such rest that decodes to one whole SEQUENCE is the request.
pub(crate) fn request_in(path: &str) -> Option<Vec<u8>> {
    if path.len() > 4 * MAX_REQUEST_BYTES {
        return None;
    }
    let decoded = percent_decoded(path)?;
    candidates(&decoded).find_map(|rest| BASE64.decode(rest).ok().filter(|bytes| is_one_sequence(bytes)))
}

/// The rests that may be the request. At each slash a few octets are looked at; only few rests are decoded as
/// a whole, so that a path of slashes costs no more than a request of its length.
fn candidates(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let slashes = path.iter().enumerate().filter(|(_, octet)| **octet == b'/').map(|(at, _)| at);
    slashes
        .map(|at| &path[at + 1..])
        .filter(|rest| rest.first() == Some(&b'M') && announces_its_length(rest))
        .take(MOST_DECODED)
}

/// Whether the base64 begins with the header of a SEQUENCE that is as long as the base64.
fn announces_its_length(base64: &[u8]) -> bool {
    let padding = base64.iter().rev().take(2).take_while(|octet| **octet == b'=').count();
    let digits = base64.len() - padding;
    let mut head = [0; HEAD / 4 * 3];
    let Ok(decoded) = BASE64.decode_slice(&base64[..digits.min(HEAD)], &mut head) else { return false };
    let length = match head[..decoded] {
        [SEQUENCE, short, ..] if short < 0x80 => 2 + usize::from(short),
        [SEQUENCE, 0x81, length, ..] => 3 + usize::from(length),
        [SEQUENCE, 0x82, high, low, ..] => 4 + usize::from(u16::from_be_bytes([high, low])),
        _ => return false,
    };
    digits == (length * 4).div_ceil(3)
}

/// The tag of a SEQUENCE (X.690 §8.9).
const SEQUENCE: u8 = 0x30;

/// Escapes undone; the path itself where there is none. A space stands for the `+` that some proxy took for one.
fn percent_decoded(path: &str) -> Option<Cow<'_, [u8]>> {
    let path = path.as_bytes();
    let Some(first) = path.iter().position(|octet| matches!(octet, b'%' | b' ')) else {
        return Some(Cow::Borrowed(path));
    };
    let mut out = Vec::with_capacity(path.len());
    out.extend_from_slice(&path[..first]);
    let mut octets = path[first..].iter().copied();
    while let Some(octet) = octets.next() {
        let octet = match octet {
            b'%' => {
                let (high, low) = (octets.next()?, octets.next()?);
                let digit = |octet: u8| char::from(octet).to_digit(16);
                (digit(high)? * 16 + digit(low)?) as u8
            }
            octet => octet,
        };
        out.push(if octet == b' ' { b'+' } else { octet });
    }
    Some(Cow::Owned(out))
}

/// Tag SEQUENCE, and a definite length that ends where the bytes end.
fn is_one_sequence(bytes: &[u8]) -> bool {
    use der::Decode;
    der::asn1::AnyRef::from_der(bytes).is_ok_and(|any| der::Tagged::tag(&any) == der::Tag::Sequence)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A SEQUENCE around these octets, shaped so that its base64 may hold anything.
    fn sequence(content: &[u8]) -> Vec<u8> {
        let mut der = vec![0x30, content.len() as u8];
        der.extend_from_slice(content);
        der
    }

    #[test]
    fn slashes_plus_and_padding_are_understood_escaped_or_not() {
        // From the third octet on, 0xFF gives `/` and 0xFB 0xEF 0xBE gives `+`; the length gives `=`.
        let der = sequence(&[0x04, 0xFF, 0xFF, 0xFF, 0xFB, 0xEF, 0xBE, 0x00]);
        let text = BASE64.encode(&der);
        assert!(text.contains("//") && text.contains('+') && text.ends_with('='), "{text}");
        let escaped = text.replace('/', "%2F").replace('+', "%2b").replace('=', "%3D");
        let spaced = text.replace('+', "%20");
        let bare = text.trim_end_matches('=').to_owned();
        for prefix in ["/ocsp/", "/", "//", "/a/b/", "/M/", "/ocsp//", "/MA/ocsp/"] {
            for form in [&text, &escaped, &spaced, &bare] {
                assert_eq!(request_in(&format!("{prefix}{form}")).as_ref(), Some(&der), "{prefix}{form}");
            }
        }
    }

    #[test]
    fn other_paths_hold_no_request() {
        for path in
            ["", "/", "/ocsp/", "/ocsp/Main", "/index.html", "/ocsp/%", "/ocsp/%4", "/ocsp/%zz", "/MAMA"]
        {
            assert_eq!(request_in(path), None, "{path}");
        }
        assert_eq!(request_in(&format!("/{}", "M".repeat(100_000))), None);
    }

    #[test]
    fn a_path_of_slashes_costs_no_more_than_a_few_requests_of_its_length() {
        let longest = 4 * MAX_REQUEST_BYTES;
        // Each rest of the second begins like a SEQUENCE that ends where the path ends, and holds no base64.
        let mut announcing = vec![b'%'];
        while announcing.len() + 8 < longest {
            let rest = announcing.len() + 8 - 1;
            let length = (rest * 3 / 4).saturating_sub(4) as u16;
            let [high, low] = length.to_be_bytes();
            let head = BASE64.encode([0x30, 0x82, high, low, 0]);
            announcing.splice(..0, format!("/{}", &head[..7]).bytes());
        }
        for path in ["/M".repeat(longest / 2).into_bytes(), announcing] {
            let decoded: usize = candidates(&path).map(<[u8]>::len).sum();
            assert!(decoded <= MOST_DECODED * longest, "{decoded} octets");
            assert!(candidates(&path).all(|rest| BASE64.decode(rest).is_err()));
        }
    }

    #[test]
    fn a_long_request_is_found_too() {
        for length in [125, 127, 128, 129, 255, 256, 257, 6_000] {
            let content = vec![0xFF; length];
            let der = der::asn1::AnyRef::new(der::Tag::Sequence, &content).unwrap();
            let der = der::Encode::to_der(&der).unwrap();
            let base64 = BASE64.encode(&der);
            assert_eq!(request_in(&format!("/a/Mb/{base64}")), Some(der), "{length}");
        }
    }

    proptest! {
        #[test]
        fn any_request_is_found_behind_any_prefix(content in proptest::collection::vec(any::<u8>(), 0..100)) {
            let der = sequence(&content);
            let path = format!("/ocsp/{}", BASE64.encode(&der));
            prop_assert_eq!(request_in(&path), Some(der));
        }

        #[test]
        fn no_path_makes_it_panic(path in ".{0,200}") {
            let _ = request_in(&path);
        }
    }
}
