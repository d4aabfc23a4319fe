//! Asks an OCSP responder, and reads its answer, as a relying party would (RFC 6960).

use openssl::error::ErrorStack;
use openssl::hash::{MessageDigest, hash};
use openssl::ocsp::{OcspFlag, OcspResponse, OcspResponseStatus};
use openssl::stack::Stack;
use openssl::x509::X509;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::verify::X509VerifyParam;
use store::Timestamp;

use super::der::{
    ENUMERATED, GENERALIZED_TIME, Malformed, OBJECT_IDENTIFIER, OCTET_STRING, Reader, SEQUENCE, Tlv, context,
    encode,
};

/// A question about one certificate.
#[derive(Clone, Debug)]
pub struct Question {
    cert_id: Vec<u8>,
    /// The request, DER.
    pub request: Vec<u8>,
}

/// What is said of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: Status,
    /// thisUpdate, seconds since 1970.
    pub this_update: i64,
    /// nextUpdate, seconds since 1970.
    pub next_update: i64,
}

/// CertStatus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// good
    Good,
    /// revoked
    Revoked {
        /// revocationTime, seconds since 1970.
        at: i64,
        /// The value of the CRLReason; 0 where none is given.
        reason: u8,
    },
    /// unknown
    Unknown,
}

/// id-sha1, with its parameters.
const SHA_1: &[u8] = &[0x30, 9, 0x06, 5, 0x2B, 0x0E, 3, 2, 0x1A, 0x05, 0];

impl Question {
    /// About the certificate of `issuer` with this serial number, by SHA-1, as most clients ask.
    pub fn about(issuer: &X509, serial: &[u8]) -> Result<Self, ErrorStack> {
        let name = hash(MessageDigest::sha1(), &issuer.subject_name().to_der()?)?;
        let spki = issuer.public_key()?.public_key_to_der()?;
        let key = hash(MessageDigest::sha1(), subject_public_key(&spki).unwrap_or_default())?;
        // A number whose first bit is set would be negative.
        let sign: &[u8] = if serial.first().is_none_or(|first| first & 0x80 != 0) { &[0] } else { &[] };
        let cert_id = encode(
            SEQUENCE,
            &[
                SHA_1,
                &encode(OCTET_STRING, &[&name]),
                &encode(OCTET_STRING, &[&key]),
                &encode(0x02, &[sign, serial]),
            ],
        );
        let list = encode(SEQUENCE, &[&encode(SEQUENCE, &[&cert_id])]);
        Ok(Self { request: encode(SEQUENCE, &[&encode(SEQUENCE, &[&list])]), cert_id })
    }

    /// Reads the answer, where its signature is that of the issuer, or of who it has certified to answer.
    pub fn read(&self, response: &[u8], trust: &Trust) -> Result<Answer, Malformed> {
        trust.verify(response).map_err(|_| Malformed("signed by a responder that is trusted"))?;
        let mut data = basic(response)?.expect(SEQUENCE, "response data")?.inside();
        data.optional(context(0))?; // the version
        data.any()?; // who answers: its signature was verified
        data.expect(GENERALIZED_TIME, "producedAt")?;
        let mut singles = data.expect(SEQUENCE, "responses")?.inside();
        while !singles.is_at_end() {
            let mut single = singles.expect(SEQUENCE, "a response")?.inside();
            if single.expect(SEQUENCE, "a CertID")?.whole == self.cert_id {
                return answer(&mut single);
            }
        }
        Err(Malformed("about the certificate that was asked about"))
    }
}

fn answer(single: &mut Reader<'_>) -> Result<Answer, Malformed> {
    let status = status(single.any()?)?;
    let this_update = single.expect(GENERALIZED_TIME, "thisUpdate")?.seconds()?;
    let next_update = single.expect(context(0), "nextUpdate")?.inside().any()?.seconds()?;
    Ok(Answer { status, this_update, next_update })
}

fn status(tlv: Tlv<'_>) -> Result<Status, Malformed> {
    match tlv.tag {
        0x80 => Ok(Status::Good),
        0x82 => Ok(Status::Unknown),
        0xA1 => {
            let mut info = tlv.inside();
            let at = info.expect(GENERALIZED_TIME, "a revocation time")?.seconds()?;
            let reason = match info.optional(context(0))? {
                Some(reason) => {
                    *reason.inside().expect(ENUMERATED, "a reason")?.content.first().unwrap_or(&0)
                }
                None => 0,
            };
            Ok(Status::Revoked { at, reason })
        }
        _ => Err(Malformed("a certificate status")),
    }
}

/// The digest that was signed: over the response data, by the digest of its signature algorithm.
pub fn signed_digest(response: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut basic = basic(response)?;
    let data = basic.expect(SEQUENCE, "response data")?.whole;
    let algorithm = basic
        .expect(SEQUENCE, "a signature algorithm")?
        .inside()
        .expect(OBJECT_IDENTIFIER, "an algorithm")?;
    let digest =
        super::crl::digest_of(algorithm.content).ok_or(Malformed("signed with an algorithm of this PKI"))?;
    hash(digest, data).map(|digest| digest.to_vec()).map_err(|_| Malformed("digested"))
}

/// The fields of the BasicOCSPResponse.
fn basic(response: &[u8]) -> Result<Reader<'_>, Malformed> {
    let mut fields = Reader::of(response).expect(SEQUENCE, "an OCSP response")?.inside();
    fields.expect(ENUMERATED, "a response status")?;
    let bytes = fields.expect(context(0), "response bytes")?;
    let mut bytes = bytes.inside().expect(SEQUENCE, "response bytes")?.inside();
    bytes.expect(OBJECT_IDENTIFIER, "a response type")?;
    let basic = bytes.expect(OCTET_STRING, "a response")?.content;
    Ok(Reader::of(basic).expect(SEQUENCE, "a basic response")?.inside())
}

/// The value of subjectPublicKey: what a CertID's issuerKeyHash is over.
fn subject_public_key(spki: &[u8]) -> Result<&[u8], Malformed> {
    let mut fields = Reader::of(spki).expect(SEQUENCE, "a key")?.inside();
    fields.expect(SEQUENCE, "an algorithm")?;
    fields.expect(super::der::BIT_STRING, "a key")?.bits()
}

/// The roots that are trusted, and the authorities below them, at one moment.
pub struct Trust {
    roots: X509Store,
    below: Stack<X509>,
}

impl Trust {
    /// Chains end at `roots`, through `below`, and are looked at as of `at`.
    pub fn of(roots: &[X509], below: &[X509], at: Timestamp) -> Result<Self, ErrorStack> {
        let mut store = X509StoreBuilder::new()?;
        roots.iter().try_for_each(|root| store.add_cert(root.clone()))?;
        let mut moment = X509VerifyParam::new()?;
        moment.set_time(at.seconds());
        store.set_param(&moment)?;
        let mut stack = Stack::new()?;
        below.iter().try_for_each(|one| stack.push(one.clone()))?;
        Ok(Self { roots: store.build(), below: stack })
    }

    fn verify(&self, response: &[u8]) -> Result<(), ErrorStack> {
        let response = OcspResponse::from_der(response)?;
        if response.status() != OcspResponseStatus::SUCCESSFUL {
            return Err(ErrorStack::get());
        }
        response.basic()?.verify(&self.below, &self.roots, OcspFlag::empty())
    }
}
