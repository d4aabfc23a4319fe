//! Certification requests (PKCS#10, RFC 2986): what an applicant sends with his public key.

mod names;
#[cfg(test)]
mod tests;

use const_oid::db::rfc5280::ID_CE_SUBJECT_ALT_NAME;
use const_oid::db::rfc5912::{
    ECDSA_WITH_SHA_256, ECDSA_WITH_SHA_384, ECDSA_WITH_SHA_512, ID_EXTENSION_REQ,
    SHA_256_WITH_RSA_ENCRYPTION, SHA_384_WITH_RSA_ENCRYPTION, SHA_512_WITH_RSA_ENCRYPTION,
};
use der::asn1::ObjectIdentifier;
use der::{Decode, Encode};
use openssl::x509::X509Req;
use store::{Code, Fault};
use thiserror::Error;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::request::{CertReq, CertReqInfo};

use crate::faults;

/// Longest request read, PEM or DER. An RSA-4096 request with a hundred names stays below 8 KiB.
pub const LONGEST_REQUEST: usize = 16 * 1024;
/// As many names as one server may plausibly have.
const MOST_DNS_NAMES: usize = 100;
/// As many addresses as one person may plausibly have.
const MOST_EMAIL_ADDRESSES: usize = 10;

/// A request whose applicant has proved that he holds the private key.
///
/// Nothing in it says who the applicant *is*: subject and names are what he would like, for the
/// registration authority to compare with what he may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificationRequest {
    /// The subject asked for, as RFC 4514 text; may be empty.
    pub subject: String,
    /// The commonName in it, where there is one.
    pub common_name: Option<String>,
    /// The public key, DER of a `SubjectPublicKeyInfo`.
    pub public_key: Vec<u8>,
    /// The dNSNames asked for in subjectAltName, in lower case, each once, in the order given.
    pub dns_names: Vec<String>,
    /// The rfc822Names asked for in subjectAltName, as they were given, each once.
    pub email_addresses: Vec<String>,
    /// What else was asked for and is not looked at, one line each: other extensions by object
    /// identifier, other kinds of alternative name. Profiles decide what a certificate contains.
    pub ignored: Vec<String>,
    /// The request itself, DER: what an approval is bound to.
    pub der: Vec<u8>,
}

/// Why a request was not read.
#[derive(Debug, Error)]
pub enum CsrRefused {
    /// Longer than [`LONGEST_REQUEST`].
    #[error("the request is {0} octets long; at most {LONGEST_REQUEST} are read")]
    TooLong(usize),
    /// Neither PEM nor DER of a CertificationRequest.
    #[error("not a certification request (PKCS#10, RFC 2986): {0}")]
    Malformed(String),
    /// Signed with an algorithm that proves nothing, or that this program does not know.
    #[error(
        "the request is signed with algorithm {0}; RSA or ECDSA with SHA-256, SHA-384 or SHA-512 is needed"
    )]
    SignatureAlgorithm(ObjectIdentifier),
    /// The signature is not of the key in the request.
    #[error("the request is not signed with the private key of the public key it holds (RFC 2986 section 3)")]
    NoProofOfPossession,
    /// An attribute, extension or name is out of form.
    #[error("{field}: {rule}")]
    Field {
        /// Which: `extensionRequest`, `subjectAltName, dNSName 3`, `subject, commonName`.
        field: String,
        /// The rule it breaks.
        rule: String,
    },
}

impl Fault for CsrRefused {
    fn code(&self) -> Code {
        match self {
            Self::TooLong(_) => faults::CSR_TOO_LONG,
            Self::Malformed(_) => faults::CSR_MALFORMED,
            Self::SignatureAlgorithm(_) => faults::CSR_SIGNATURE_ALGORITHM,
            Self::NoProofOfPossession => faults::CSR_NO_PROOF_OF_POSSESSION,
            Self::Field { .. } => faults::CSR_FIELD,
        }
    }
}

impl CertificationRequest {
    /// Reads a request in PEM (`CERTIFICATE REQUEST` or `NEW CERTIFICATE REQUEST`) or DER, at most
    /// [`LONGEST_REQUEST`] octets, and verifies its proof of possession.
    ///
    /// Whether the key is good enough is for [`crate::key_policy`]; whether the applicant may have
    /// the names is for the registration authority.
    pub fn read(bytes: &[u8]) -> Result<Self, CsrRefused> {
        if bytes.len() > LONGEST_REQUEST {
            return Err(CsrRefused::TooLong(bytes.len()));
        }
        let der = to_der(bytes)?;
        let request = CertReq::from_der(&der).map_err(malformed)?;
        verify_possession(&request, &der)?;

        let mut ignored = Vec::new();
        let mut asked = AlternativeNames::default();
        for extension in extension_request(&request.info, &mut ignored)? {
            if extension.extn_id == ID_CE_SUBJECT_ALT_NAME {
                asked.read(&extension, &mut ignored)?;
            } else {
                ignored.push(format!("extension {}", extension.extn_id));
            }
        }
        Ok(Self {
            subject: request.info.subject.to_string(),
            common_name: names::common_name(&request.info.subject)?,
            public_key: request.info.public_key.to_der().map_err(malformed)?,
            dns_names: asked.dns_names,
            email_addresses: asked.email_addresses,
            ignored,
            der,
        })
    }
}

fn malformed(error: der::Error) -> CsrRefused {
    CsrRefused::Malformed(error.to_string())
}

fn field(field: impl Into<String>, rule: impl Into<String>) -> CsrRefused {
    CsrRefused::Field { field: field.into(), rule: rule.into() }
}

/// PEM is left to openssl, which reads what `openssl req` and other tools write: text before the
/// block, both labels, any line length.
fn to_der(bytes: &[u8]) -> Result<Vec<u8>, CsrRefused> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    const ENCRYPTED: &[u8] = b"Proc-Type:";
    let holds = |what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
    if !holds(BEGIN) {
        return Ok(bytes.to_vec());
    }
    // openssl would ask the terminal of this process for the pass phrase, and wait.
    if holds(ENCRYPTED) {
        return Err(CsrRefused::Malformed("an encrypted PEM block; a request is no secret".to_owned()));
    }
    X509Req::from_pem(bytes)
        .and_then(|request| request.to_der())
        .map_err(|_| CsrRefused::Malformed("no readable PEM block CERTIFICATE REQUEST".to_owned()))
}

fn verify_possession(request: &CertReq, der: &[u8]) -> Result<(), CsrRefused> {
    const ALLOWED: [ObjectIdentifier; 6] = [
        SHA_256_WITH_RSA_ENCRYPTION,
        SHA_384_WITH_RSA_ENCRYPTION,
        SHA_512_WITH_RSA_ENCRYPTION,
        ECDSA_WITH_SHA_256,
        ECDSA_WITH_SHA_384,
        ECDSA_WITH_SHA_512,
    ];
    if !ALLOWED.contains(&request.algorithm.oid) {
        return Err(CsrRefused::SignatureAlgorithm(request.algorithm.oid));
    }
    let verified = X509Req::from_der(der).and_then(|parsed| {
        let key = parsed.public_key()?;
        parsed.verify(&key)
    });
    match verified {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => Err(CsrRefused::NoProofOfPossession),
    }
}

/// The extensions of the one `extensionRequest` attribute (RFC 2985 §5.4.2: a single value).
fn extension_request(info: &CertReqInfo, ignored: &mut Vec<String>) -> Result<Vec<Extension>, CsrRefused> {
    let mut extensions = None;
    for attribute in info.attributes.iter() {
        if attribute.oid != ID_EXTENSION_REQ {
            ignored.push(format!("attribute {}", attribute.oid));
            continue;
        }
        let [value] = attribute.values.as_slice() else {
            return Err(field("extensionRequest", "must have one value (RFC 2985 section 5.4.2)"));
        };
        let read: Vec<Extension> =
            value.decode_as().map_err(|error: der::Error| field("extensionRequest", error.to_string()))?;
        if extensions.replace(read).is_some() {
            return Err(field("extensionRequest", "must stand once"));
        }
    }
    let extensions = extensions.unwrap_or_default();
    let alternative = extensions.iter().filter(|extension| extension.extn_id == ID_CE_SUBJECT_ALT_NAME);
    if alternative.count() > 1 {
        return Err(field("subjectAltName", "must stand once (RFC 5280 section 4.2)"));
    }
    Ok(extensions)
}

/// The alternative names that may be certified.
#[derive(Default)]
struct AlternativeNames {
    dns_names: Vec<String>,
    email_addresses: Vec<String>,
}

impl AlternativeNames {
    fn read(&mut self, extension: &Extension, ignored: &mut Vec<String>) -> Result<(), CsrRefused> {
        let names = SubjectAltName::from_der(extension.extn_value.as_bytes())
            .map_err(|error| field("subjectAltName", error.to_string()))?;
        for (index, name) in names.0.iter().enumerate() {
            let kind = match name {
                GeneralName::DnsName(name) => {
                    let name = names::dns_name(name.as_str())
                        .map_err(|rule| field(format!("subjectAltName, dNSName {}", index + 1), rule))?;
                    take(&mut self.dns_names, name, MOST_DNS_NAMES, "dNSNames")?;
                    continue;
                }
                GeneralName::Rfc822Name(address) => {
                    let address = names::email_address(address.as_str())
                        .map_err(|rule| field(format!("subjectAltName, rfc822Name {}", index + 1), rule))?;
                    take(&mut self.email_addresses, address, MOST_EMAIL_ADDRESSES, "rfc822Names")?;
                    continue;
                }
                GeneralName::OtherName(_) => "otherName",
                GeneralName::DirectoryName(_) => "directoryName",
                GeneralName::EdiPartyName(_) => "ediPartyName",
                GeneralName::UniformResourceIdentifier(_) => "uniformResourceIdentifier",
                GeneralName::IpAddress(_) => "iPAddress",
                GeneralName::RegisteredId(_) => "registeredID",
            };
            ignored.push(format!("subjectAltName, {kind}"));
        }
        Ok(())
    }
}

/// Each once, in the order given, and no more than `most`.
fn take(names: &mut Vec<String>, name: String, most: usize, what: &str) -> Result<(), CsrRefused> {
    if !names.contains(&name) {
        names.push(name);
    }
    match names.len() > most {
        true => Err(field("subjectAltName", format!("has more than {most} {what}"))),
        false => Ok(()),
    }
}
