//! The request (RFC 6960 §4.1), and what of it we accept.

use ca_core::serial::SerialNumber;
use const_oid::db::rfc6960::ID_PKIX_OCSP_NONCE;
use der::asn1::{Any, Int, OctetString};
use der::{Decode, Enumerated, Sequence};
use spki::AlgorithmIdentifierOwned;
use x509_cert::ext::Extensions;
use x509_cert::ext::pkix::name::GeneralName;

/// The longest request that is read.
pub const MAX_REQUEST_BYTES: usize = 8 * 1024;

/// The most certificates one request may ask about. RFC 9919 §3.1.1 asks clients for one.
pub const MAX_SINGLE_REQUESTS: usize = 32;

/// ```text
/// OCSPRequest ::= SEQUENCE {
///    tbsRequest                 TBSRequest,
///    optionalSignature  [0]     EXPLICIT Signature OPTIONAL }
/// ```
/// RFC 6960 §4.1.1. A signature is read over: the answer is public and the same for everyone.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct OcspRequest {
    /// What is asked.
    pub tbs_request: TbsRequest,
    /// Not looked at.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub optional_signature: Option<Any>,
}

/// ```text
/// TBSRequest ::= SEQUENCE {
///    version            [0]     EXPLICIT Version DEFAULT v1,
///    requestorName      [1]     EXPLICIT GeneralName OPTIONAL,
///    requestList                SEQUENCE OF Request,
///    requestExtensions  [2]     EXPLICIT Extensions OPTIONAL }
/// ```
/// RFC 6960 §4.1.1.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct TbsRequest {
    /// v1.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", default = "Default::default")]
    pub version: Version,
    /// Not looked at.
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    pub requestor_name: Option<GeneralName>,
    /// At least one.
    pub request_list: Vec<Request>,
    /// The nonce, and what we do not know.
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    pub request_extensions: Option<Extensions>,
}

/// `Version ::= INTEGER { v1(0) }` (RFC 6960 §4.1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enumerated)]
#[asn1(type = "INTEGER")]
#[repr(u8)]
pub enum Version {
    /// The only one there is.
    #[default]
    V1 = 0,
}

/// ```text
/// Request ::= SEQUENCE {
///    reqCert                    CertID,
///    singleRequestExtensions    [0] EXPLICIT Extensions OPTIONAL }
/// ```
/// RFC 6960 §4.1.1.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Request {
    /// Which certificate.
    pub req_cert: CertId,
    /// None that we know.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub single_request_extensions: Option<Extensions>,
}

/// ```text
/// CertID ::= SEQUENCE {
///    hashAlgorithm       AlgorithmIdentifier,
///    issuerNameHash      OCTET STRING, -- Hash of issuer's DN
///    issuerKeyHash       OCTET STRING, -- Hash of issuer's public key
///    serialNumber        CertificateSerialNumber }
/// ```
/// RFC 6960 §4.1.1. Goes back into the answer as it came.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct CertId {
    /// SHA-1 or SHA-256.
    pub hash_algorithm: AlgorithmIdentifierOwned,
    /// Over the DER of the issuer's name.
    pub issuer_name_hash: OctetString,
    /// Over the value of the issuer's subjectPublicKey, without tag, length and unused bits.
    pub issuer_key_hash: OctetString,
    /// Any INTEGER: one that can be no serial number is simply unknown.
    pub serial_number: Int,
}

impl CertId {
    /// The serial number; nothing where it is none that could have been given: negative, zero or oversized.
    pub fn serial(&self) -> Option<SerialNumber> {
        let octets = self.serial_number.as_bytes();
        SerialNumber::from_octets(octets).ok().filter(|_| octets[0] < 0x80)
    }
}

/// A request that is answered `malformedRequest`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedRequest {
    /// Too long to be read.
    #[error("longer than 8 KiB")]
    TooLong,
    /// Not the DER of an OCSPRequest.
    #[error("not an OCSPRequest: {0}")]
    Der(#[from] der::Error),
    /// Asks about nothing, or about too many at once.
    #[error("{0} certificates in one request, where 1 to 32 may be")]
    Requests(usize),
    /// A CertID whose hash algorithm has parameters, which SHA-1 and SHA-2 do not have (RFC 5754 §2: absent or NULL). It
    /// would go back into the answer, and what stands in it may be nothing that a client reads.
    #[error("a hash algorithm with parameters")]
    HashParameters,
    /// A nonce that is no OCTET STRING of 1 to 128 octets (RFC 9654 §2.1).
    #[error("a nonce that is no OCTET STRING of 1 to 128 octets")]
    Nonce,
    /// A critical extension that we do not know.
    #[error("an unknown critical extension")]
    CriticalExtension,
}

/// What a request asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// 1 to 32 certificates.
    pub certificates: Vec<CertId>,
    /// The nonce extension's value as it came: goes back as it is.
    pub nonce: Option<OctetString>,
}

impl Question {
    /// Reads a request.
    ///
    /// RFC 9654 §2.1 lets a responder ignore nonces of 1 to 15 and of 33 to 128 octets; here they are echoed too,
    /// since a client that sends one wants the answer bound to it. Without octets, or with more
    /// than 128, the request is malformed.
    pub fn read(bytes: &[u8]) -> Result<Self, MalformedRequest> {
        if bytes.len() > MAX_REQUEST_BYTES {
            return Err(MalformedRequest::TooLong);
        }
        let request = OcspRequest::from_der(bytes)?.tbs_request;
        let count = request.request_list.len();
        if !(1..=MAX_SINGLE_REQUESTS).contains(&count) {
            return Err(MalformedRequest::Requests(count));
        }
        let mut hashes = request.request_list.iter().map(|request| &request.req_cert.hash_algorithm);
        if hashes.any(|hash| hash.parameters.as_ref().is_some_and(|any| !any.is_null())) {
            return Err(MalformedRequest::HashParameters);
        }
        let single = request.request_list.iter().flat_map(|request| &request.single_request_extensions);
        if single.flatten().any(|extension| extension.critical) {
            return Err(MalformedRequest::CriticalExtension);
        }
        let mut nonce = None;
        for extension in request.request_extensions.into_iter().flatten() {
            match extension.extn_id {
                ID_PKIX_OCSP_NONCE if nonce.is_none() => nonce = Some(read_nonce(extension.extn_value)?),
                ID_PKIX_OCSP_NONCE => return Err(MalformedRequest::Nonce),
                _ if extension.critical => return Err(MalformedRequest::CriticalExtension),
                _ => {}
            }
        }
        let certificates = request.request_list.into_iter().map(|request| request.req_cert).collect();
        Ok(Self { certificates, nonce })
    }

    /// The certificate, where it is about one and the answer is not bound to a nonce: what can be kept.
    pub(super) fn single(&self) -> Option<(&CertId, SerialNumber)> {
        match self.certificates.as_slice() {
            [cert_id] if self.nonce.is_none() => Some((cert_id, cert_id.serial()?)),
            _ => None,
        }
    }
}

/// `Nonce ::= OCTET STRING(SIZE(1..128))` inside the extension's own OCTET STRING (RFC 9654 §2.1).
fn read_nonce(value: OctetString) -> Result<OctetString, MalformedRequest> {
    let nonce = OctetString::from_der(value.as_bytes()).map_err(|_| MalformedRequest::Nonce)?;
    if (1..=128).contains(&nonce.as_bytes().len()) { Ok(value) } else { Err(MalformedRequest::Nonce) }
}
