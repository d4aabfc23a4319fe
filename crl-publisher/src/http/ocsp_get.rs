//! The OCSP request in the path of a GET (RFC 6960 appendix A.1):
//! `GET {url}/{url-encoding of base-64 encoding of the DER encoding of the OCSPRequest}`.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::ocsp::request::MAX_REQUEST_BYTES;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How many places of one path are decoded to see whether the request begins there. Each may cost the
/// length of the path, and a hostile path is nothing but such places.
const MOST_BEGINNINGS: usize = 8;

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
    let slashes = decoded.iter().enumerate().filter(|(_, octet)| **octet == b'/').map(|(at, _)| at);
    slashes
        .map(|at| &decoded[at + 1..])
        .filter(|rest| rest.first() == Some(&b'M'))
        .take(MOST_BEGINNINGS)
        .find_map(|rest| BASE64.decode(rest).ok().filter(|bytes| is_one_sequence(bytes)))
}

/// Escapes undone. A space stands for the `+` that some proxy took for one.
fn percent_decoded(path: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(path.len());
    let mut octets = path.bytes();
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
    Some(out)
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
    fn a_path_that_could_begin_everywhere_is_not_decoded_everywhere() {
        let der = sequence(&[1, 2, 3]);
        let behind = |segments| format!("{}/ocsp/{}", "/M".repeat(segments), BASE64.encode(&der));
        assert_eq!(request_in(&behind(MOST_BEGINNINGS - 1)), Some(der.clone()));
        assert_eq!(request_in(&behind(MOST_BEGINNINGS)), None);
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
