//! The public HTTP face: the server's own handler, in this process, over a database with one authority.
//!
//! An input is a request as a person would write it down: method and target, headers, an empty line, the body. What
//! actix reads of the socket is not ours; everything behind it is.

mod authority;
mod face;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, Uri};
use actix_web::test::TestRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crl_publisher::ocsp::request::{MAX_REQUEST_BYTES, Question};
use openssl::ocsp::{OcspResponse, OcspResponseStatus};

use face::{FACE, Face, Given};

/// The one sort of body that never ends: oppositions as they happen.
const OCSP: &str = "application/ocsp-response";

/// Whatever is asked, the answer is one of a server that stands, and is of the form that it says it has.
pub(crate) fn request(octets: &[u8]) -> bool {
    let Some((method, target, request)) = written_down(octets) else { return false };
    let body = body_of(octets);
    FACE.with(|face| {
        let given =
            face.ask(request.method(method.clone()).uri(&target.to_string()).set_payload(body.to_vec()));
        assert!(given.status < 500, "{method} {target}: {}", given.status);
        match given.content_type.as_str() {
            OCSP => answers(face, &method, body, &given),
            "application/problem+json" => {
                let problem: serde_json::Value =
                    serde_json::from_slice(&given.body).expect("a problem is a document");
                assert!(problem["code"].is_string(), "a problem has a code");
            }
            _ => {}
        }
        given.status < 400
    })
}

/// An answer of an OCSP responder: OpenSSL reads it, and believes what it says of a certificate.
fn answers(face: &Face, method: &Method, body: &[u8], given: &Given) {
    let status = face.judge(&given.body);
    if *method != Method::POST {
        return;
    }
    let malformed = body.len() > MAX_REQUEST_BYTES || Question::read(body).is_err();
    let expected = if malformed {
        vec![OcspResponseStatus::MALFORMED_REQUEST]
    } else {
        vec![OcspResponseStatus::SUCCESSFUL, OcspResponseStatus::UNAUTHORIZED]
    };
    assert!(expected.contains(&status), "POST is answered {status:?}");
    if !malformed {
        let path = format!("/ocsp/{}", STANDARD.encode(body));
        let by_get = face.ask(TestRequest::get().uri(&path));
        assert_eq!(face.judge(&by_get.body), status, "GET is answered otherwise than POST");
    }
}

/// Method, target and headers; nothing where no client could send them.
fn written_down(octets: &[u8]) -> Option<(Method, Uri, TestRequest)> {
    let head = std::str::from_utf8(head_of(octets)).ok()?;
    let mut lines = head.lines();
    let (method, target) = lines.next()?.split_once(' ')?;
    let (method, target) = (Method::from_bytes(method.as_bytes()).ok()?, target.parse::<Uri>().ok()?);
    let headers = lines.filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        Some((name.parse::<HeaderName>().ok()?, value.parse::<HeaderValue>().ok()?))
    });
    let request = headers.fold(TestRequest::default(), |request, header| request.append_header(header));
    Some((method, target, request))
}

const END_OF_HEAD: &[u8] = b"\n\n";

fn end_of_head(octets: &[u8]) -> Option<usize> {
    octets.windows(END_OF_HEAD.len()).position(|window| window == END_OF_HEAD)
}

fn head_of(octets: &[u8]) -> &[u8] {
    &octets[..end_of_head(octets).unwrap_or(octets.len())]
}

fn body_of(octets: &[u8]) -> &[u8] {
    end_of_head(octets).map_or(&[], |end| &octets[end + END_OF_HEAD.len()..])
}

/// What OpenSSL reads.
fn read(body: &[u8]) -> OcspResponse {
    OcspResponse::from_der(body).expect("OpenSSL does not read our answer")
}
