//! OCSP requests over HTTP, as clients send them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ca_core::authority::Authority;
use der::Decode;
use openssl::sha::sha1;
use spki::SubjectPublicKeyInfoRef;

/// How they are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// In the path, its `+`, `/` and `=` escaped.
    Get,
    /// In the body.
    Post,
}

impl Method {
    /// As HTTP says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// Requests about certificates of one authority; each has a CertID with SHA-1, as most clients send it.
#[derive(Clone, Debug)]
pub struct Requests {
    method: Method,
    /// A request without a nonce, whose last eight octets are the serial number's.
    model: Vec<u8>,
    before_serial: Vec<u8>,
}

const SEQUENCE: u8 = 0x30;
const SHA1_WITH_NULL: &[u8] = &[0x30, 9, 6, 5, 0x2B, 0x0E, 3, 2, 0x1A, 5, 0];
/// id-pkix-ocsp-nonce (RFC 9654 §2.1).
const NONCE: &[u8] = &[6, 9, 0x2B, 6, 1, 5, 5, 7, 0x30, 1, 2];

impl Requests {
    /// Those about certificates of `authority`.
    pub fn about(authority: &Authority, method: Method) -> Self {
        let spki =
            SubjectPublicKeyInfoRef::from_der(&authority.public_key).expect("an authority's key reads");
        let key = sha1(spki.subject_public_key.raw_bytes());
        let prefix = authority.serial_prefix.expect("an issuing authority has one");
        let name = sha1(&authority.subject);
        let before_serial =
            [SHA1_WITH_NULL, &element(0x04, &[&name]), &element(0x04, &[&key]), &[2, 16], &prefix].concat();
        let model = request(&before_serial, 0, &[]);
        Self { method, model, before_serial }
    }

    /// Writes one into `out`, in the place of what was there. Takes less than a microsecond.
    pub fn write(&self, tail: u64, out: &mut Vec<u8>) {
        let mut der = [0; 128];
        let der = &mut der[..self.model.len()];
        der.copy_from_slice(&self.model);
        let place = der.len() - 8;
        der[place..].copy_from_slice(&tail.to_be_bytes());
        out.clear();
        match self.method {
            Method::Post => post(der, out),
            Method::Get => {
                let mut base64 = [0; 176];
                let length = STANDARD.encode_slice(&der, &mut base64).expect("there is room");
                out.extend_from_slice(b"GET /ocsp/");
                for octet in &base64[..length] {
                    match octet {
                        b'+' => out.extend_from_slice(b"%2B"),
                        b'/' => out.extend_from_slice(b"%2F"),
                        b'=' => out.extend_from_slice(b"%3D"),
                        other => out.push(*other),
                    }
                }
                out.extend_from_slice(b" HTTP/1.1\r\nHost: ocsp\r\n\r\n");
            }
        }
    }

    /// Writes one with a nonce of 32 octets, by POST.
    pub fn write_with_nonce(&self, tail: u64, nonce: &[u8; 32], out: &mut Vec<u8>) {
        out.clear();
        post(&request(&self.before_serial, tail, nonce), out);
    }
}

fn post(der: &[u8], out: &mut Vec<u8>) {
    let head = format!(
        "POST /ocsp HTTP/1.1\r\nHost: ocsp\r\nContent-Type: application/ocsp-request\r\nContent-Length: {}\r\n\r\n",
        der.len()
    );
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(der);
}

/// `OCSPRequest` (RFC 6960 §4.1.1), with a nonce where there is one.
fn request(before_serial: &[u8], tail: u64, nonce: &[u8]) -> Vec<u8> {
    let cert_id = element(SEQUENCE, &[before_serial, &tail.to_be_bytes()]);
    let list = element(SEQUENCE, &[&element(SEQUENCE, &[&cert_id])]);
    let mut extensions = Vec::new();
    if !nonce.is_empty() {
        let extension = element(SEQUENCE, &[NONCE, &element(0x04, &[&element(0x04, &[nonce])])]);
        extensions = element(0xA2, &[&element(SEQUENCE, &[&extension])]);
    }
    element(SEQUENCE, &[&element(SEQUENCE, &[&list, &extensions])])
}

fn element(tag: u8, content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    let length = u8::try_from(content.len()).expect("a request is short");
    let head: &[u8] = if length < 0x80 { &[tag, length] } else { &[tag, 0x81, length] };
    [head, &content].concat()
}

#[cfg(test)]
mod tests {
    use crl_publisher::ocsp::request::Question;

    use super::*;

    #[test]
    fn a_request_reads_as_one_about_this_serial_number_with_and_without_a_nonce() {
        let before_serial =
            [SHA1_WITH_NULL, &element(4, &[&[1; 20]]), &element(4, &[&[2; 20]]), &[2, 16], &[0x1D; 8]]
                .concat();
        let question = Question::read(&request(&before_serial, 0xABCD, &[])).unwrap();
        assert_eq!(
            question.certificates[0].serial().unwrap().to_string(),
            "1D1D1D1D1D1D1D1D000000000000ABCD"
        );
        assert!(question.nonce.is_none());
        let question = Question::read(&request(&before_serial, 1, &[9; 32])).unwrap();
        assert!(question.nonce.is_some());
    }

    #[test]
    fn what_is_sent_by_get_is_the_same_request() {
        let requests = Requests {
            method: Method::Get,
            model: request(&[&[2, 16][..], &[0x1D; 8]].concat(), 0, &[]),
            before_serial: Vec::new(),
        };
        let mut out = Vec::new();
        requests.write(0xFBEF_BEFF_FFFF_FFFF, &mut out);
        let text = String::from_utf8(out).unwrap();
        let path = text.strip_prefix("GET /ocsp/").unwrap().split(' ').next().unwrap();
        assert!(path.contains("%2B") || path.contains("%2F"), "{path}");
        let base64 = path.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
        assert!(STANDARD.decode(base64).unwrap().ends_with(&0xFBEF_BEFF_FFFF_FFFF_u64.to_be_bytes()));
    }
}
