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
//!
//! A request for a person has another encoding: he, and what he is tied to, in the place of the structure.
//!
//! ```text
//! PersonalCertificateRequest ::= SEQUENCE {
//!     encodingVersion INTEGER (2),
//!     number          UTF8String,
//!     version         INTEGER (1..MAX),
//!     profile         UTF8String,                -- "el-pp-soft-sign", "el-pp-pro-auth"
//!     holder          UTF8String,                -- IdNat_PS, the commonName: "899700000123", "30B0193488/000000042"
//!     familyName      UTF8String,                -- as it will be certified
//!     givenName       UTF8String,                -- likewise
//!     tie             CHOICE {
//!         exercise [0] SEQUENCE { profession UTF8String, category UTF8String },
//!         staff    [1] SEQUENCE { structure UTF8String, title UTF8String, mandate UTF8String } },
//!     emailAddress [2] UTF8String OPTIONAL,
//!     publicKey       OCTET STRING,
//!     csr             OCTET STRING (SIZE (32)),
//!     submittedBy     UTF8String,
//!     submittedAt     INTEGER }
//! ```

use der::asn1::OctetString;
use der::{Encode, Sequence};
use sha2::{Digest, Sha256};

use super::CertificateRequest;
use super::subject::{Person, Subject};
use crate::order::Tie;

/// The version of this encoding. Another field, another version.
pub const REQUEST_ENCODING_VERSION: u8 = 1;

/// The version of the encoding of a request for a person.
pub const PERSONAL_REQUEST_ENCODING_VERSION: u8 = 2;

/// The canonical encoding of one version of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalRequest(Vec<u8>);

impl CanonicalRequest {
    /// Encodes `request`.
    pub fn of(request: &CertificateRequest) -> Self {
        let encoded = match &request.subject {
            Subject::Structure(structure) => of_structure(request, structure.to_string()).to_der(),
            Subject::Person(person) => of_person(request, person).to_der(),
        };
        Self(encoded.expect("a request is far below the length DER can say"))
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

fn of_structure(request: &CertificateRequest, structure: String) -> Fields {
    Fields {
        encoding_version: REQUEST_ENCODING_VERSION,
        number: request.number.clone(),
        version: request.version,
        profile: request.profile.clone(),
        structure,
        common_name: request.common_name.clone(),
        dns_names: request.dns_names.clone(),
        public_key: octets(&request.public_key),
        csr: octets(&Sha256::digest(&request.csr)),
        submitted_by: request.submitted_by.clone(),
        submitted_at: request.submitted_at.millis(),
    }
}

fn of_person(request: &CertificateRequest, person: &Person) -> PersonalFields {
    let (exercise, staff) = match &person.tie {
        Tie::Exercise { profession, category } => {
            (Some(Exercise { profession: profession.to_string(), category: category.to_string() }), None)
        }
        Tie::Structure(staff) => {
            let structure = staff.structure.to_string();
            (None, Some(Staff { structure, title: staff.title.clone(), mandate: staff.mandate.clone() }))
        }
    };
    PersonalFields {
        encoding_version: PERSONAL_REQUEST_ENCODING_VERSION,
        number: request.number.clone(),
        version: request.version,
        profile: request.profile.clone(),
        holder: person.holder.to_string(),
        family_name: person.family_name.clone(),
        given_name: person.given_name.clone(),
        exercise,
        staff,
        email_address: request.email_address.clone(),
        public_key: octets(&request.public_key),
        csr: octets(&Sha256::digest(&request.csr)),
        submitted_by: request.submitted_by.clone(),
        submitted_at: request.submitted_at.millis(),
    }
}

fn octets(bytes: &[u8]) -> OctetString {
    OctetString::new(bytes).expect("bounded when it was submitted")
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

#[derive(Sequence)]
struct PersonalFields {
    encoding_version: u8,
    number: String,
    version: i64,
    profile: String,
    holder: String,
    family_name: String,
    given_name: String,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    exercise: Option<Exercise>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    staff: Option<Staff>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    email_address: Option<String>,
    public_key: OctetString,
    csr: OctetString,
    submitted_by: String,
    submitted_at: i64,
}

#[derive(Sequence)]
struct Exercise {
    profession: String,
    category: String,
}

#[derive(Sequence)]
struct Staff {
    structure: String,
    title: String,
    mandate: String,
}
