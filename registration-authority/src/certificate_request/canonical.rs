//! The canonical encoding of a certificate request: the bytes an officer decides on.
//!
//! ```text
//! IgcCertificateRequest DEFINITIONS EXPLICIT TAGS ::= BEGIN
//!
//! CertificateRequest ::= SEQUENCE {
//!     encodingVersion INTEGER (1),
//!     number          UTF8String,                -- "CR-2026-000001"
//!     version         INTEGER (1..MAX),
//!     profile         UTF8String,                -- "el-org-serv-ssl"
//!     structure       UTF8String,                -- "F0B0193488"
//!     commonName      UTF8String,
//!     dnsNames        SEQUENCE OF UTF8String,
//!     publicKey       OCTET STRING,              -- DER of the SubjectPublicKeyInfo: the key itself is approved
//!     csr             OCTET STRING (SIZE (32)),  -- SHA-256 of the PKCS#10 request, DER
//!     submittedBy     UTF8String,                -- login
//!     submittedAt     INTEGER }                  -- milliseconds since 1970-01-01T00:00:00Z
//!
//! END
//! ```

use der::asn1::OctetString;
use der::{Encode, Sequence};
use sha2::{Digest, Sha256};

use super::CertificateRequest;

/// The version of this encoding. Another field, another version.
pub const REQUEST_ENCODING_VERSION: u8 = 1;

/// The canonical encoding of one version of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalRequest(Vec<u8>);

impl CanonicalRequest {
    /// Encodes `request`.
    pub fn of(request: &CertificateRequest) -> Self {
        let octets = |bytes: &[u8]| OctetString::new(bytes).expect("bounded when it was submitted");
        let fields = Fields {
            encoding_version: REQUEST_ENCODING_VERSION,
            number: request.number.clone(),
            version: request.version,
            profile: request.profile.clone(),
            structure: request.structure.to_string(),
            common_name: request.common_name.clone(),
            dns_names: request.dns_names.clone(),
            public_key: octets(&request.public_key),
            csr: octets(&Sha256::digest(&request.csr)),
            submitted_by: request.submitted_by.clone(),
            submitted_at: request.submitted_at.millis(),
        };
        Self(fields.to_der().expect("a request is far below the length DER can say"))
    }

    /// The DER.
    pub fn as_der(&self) -> &[u8] {
        &self.0
    }

    /// The DER, to keep.
    pub fn into_der(self) -> Vec<u8> {
        self.0
    }
}

#[derive(Sequence)]
struct Fields {
    encoding_version: u8,
    number: String,
    version: i64,
    profile: String,
    structure: String,
    common_name: String,
    dns_names: Vec<String>,
    public_key: OctetString,
    csr: OctetString,
    submitted_by: String,
    submitted_at: i64,
}
