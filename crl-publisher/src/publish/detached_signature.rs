//! A detached CMS signature (RFC 5652 §5) by a service key.

use ca_core::authority::{self, AuthorityError};
use ca_core::certificate::{self, CertificateStatus};
use ca_core::serial::SerialNumber;
use ca_core::service_key::{self, Purpose, ServiceKey};
use ca_core::signer::{SignatureAlgorithm, Signer, SignerError, UnsupportedKey};
use ca_core::signing::{IntendedError, IntendedSignature, sign_intended};
use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedAttributes, SignedData, SignerIdentifier, SignerInfo,
    SignerInfos,
};
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5911::{
    ID_AA_CONTENT_HINT, ID_CONTENT_TYPE, ID_DATA, ID_MESSAGE_DIGEST, ID_SIGNED_DATA, ID_SIGNING_TIME,
};
use const_oid::db::rfc5912::{ID_SHA_256, ID_SHA_384};
use der::asn1::{OctetString, SetOfVec};
use der::{Any, Decode, Encode, Sequence};
use spki::AlgorithmIdentifierOwned;
use store::{Act, Database, Timestamp};
use thiserror::Error;
use x509_cert::Certificate;
use x509_cert::attr::Attribute;
use x509_cert::time::Time;

/// The list signer, with the certificates a verifier needs below the root.
#[derive(Debug)]
pub(crate) struct ListSigner {
    key: ServiceKey,
    algorithm: SignatureAlgorithm,
    certificate: Certificate,
    issuer: Certificate,
}

/// A signature that could not be made.
#[derive(Debug, Error)]
pub enum SignatureError {
    /// No list signer has a certificate that is good and in its validity.
    #[error("no list signer with a good certificate")]
    NoSigner,
    /// Its key is of a sort this PKI does not sign with.
    #[error("the list signer's key: {0}")]
    Key(#[from] UnsupportedKey),
    /// Its certificate or the signature does not encode.
    #[error("CMS: {0}")]
    Der(#[from] der::Error),
    /// The key did not sign.
    #[error("signer: {0}")]
    Signer(#[from] SignerError),
    /// The signature is not the list signer's.
    #[error("the signature is not that of {0}")]
    Wrong(String),
    /// The authority that certified it does not load.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl ListSigner {
    /// The newest list signer whose certificate stands at `at`.
    pub(crate) fn load(db: &mut Database, at: Timestamp) -> Result<Self, SignatureError> {
        for key in service_key::of_purpose(db, Purpose::List)?.into_iter().rev() {
            let (Some(issuer), Some(der)) = (&key.authority, &key.certificate) else { continue };
            let certificate = Certificate::from_der(der)?;
            let Ok(serial) =
                SerialNumber::from_octets(certificate.tbs_certificate().serial_number().as_bytes())
            else {
                continue;
            };
            let Some(standing) = certificate::find(db, issuer, &serial)? else { continue };
            let good = matches!(standing.status, CertificateStatus::Good { .. });
            if !good || at < standing.not_before || at > standing.not_after {
                continue;
            }
            let issuing = authority::load(db, issuer)?;
            return Ok(Self {
                algorithm: SignatureAlgorithm::of_key(&key.public_key)?,
                issuer: Certificate::from_der(&issuing.certificate)?,
                certificate,
                key,
            });
        }
        Err(SignatureError::NoSigner)
    }

    /// The DER of a ContentInfo over the content of the file with this name, which stays outside of it; `subject`
    /// says in the ledger what it is.
    pub(crate) fn sign(
        &self,
        db: &mut Database,
        signer: &mut dyn Signer,
        subject: &str,
        (name, content): (&str, &[u8]),
        act: &Act,
    ) -> Result<Vec<u8>, SignatureError> {
        let digest = self.algorithm.digest(content);
        let attributes = signed_attributes(name, &digest.value, act.at)?;
        // "a separate encoding of the signedAttrs field is performed for message digest calculation
        // […] an EXPLICIT SET OF tag is used" (RFC 5652 §5.4).
        let to_sign = attributes.to_der()?;
        let (key, public_key) = (&self.key.key, &self.key.public_key);
        let wanted = IntendedSignature { key, public_key, subject, message: &to_sign };
        let signature = sign_intended(db, signer, &wanted, act).map_err(|error| match error {
            IntendedError::Signer(SignerError::WrongSignature { .. }) => {
                SignatureError::Wrong(self.key.name.clone())
            }
            IntendedError::Signer(error) => error.into(),
            IntendedError::Database(error) => error.into(),
        })?;
        let tbs = self.certificate.tbs_certificate();
        let info = SignerInfo {
            version: CmsVersion::V1,
            sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
                issuer: tbs.issuer().clone(),
                serial_number: tbs.serial_number().clone(),
            }),
            digest_alg: self.digest_algorithm(),
            signed_attrs: Some(attributes),
            signature_algorithm: self.algorithm.algorithm_identifier(),
            signature: OctetString::new(signature)?,
            unsigned_attrs: None,
        };
        let certificates =
            [&self.certificate, &self.issuer].map(|one| CertificateChoices::Certificate(one.clone()));
        let signed = SignedData {
            version: CmsVersion::V1,
            digest_algorithms: SetOfVec::try_from(vec![self.digest_algorithm()])?,
            encap_content_info: EncapsulatedContentInfo { econtent_type: ID_DATA, econtent: None },
            certificates: Some(CertificateSet::try_from(certificates.to_vec())?),
            crls: None,
            signer_infos: SignerInfos::try_from(vec![info])?,
        };
        Ok(ContentInfo { content_type: ID_SIGNED_DATA, content: Any::encode_from(&signed)? }.to_der()?)
    }

    /// Parameters absent (RFC 5754 §2).
    fn digest_algorithm(&self) -> AlgorithmIdentifierOwned {
        let oid = match self.algorithm {
            SignatureAlgorithm::EcdsaWithSha384 => ID_SHA_384,
            SignatureAlgorithm::EcdsaWithSha256 | SignatureAlgorithm::Sha256WithRsaEncryption => ID_SHA_256,
        };
        AlgorithmIdentifierOwned { oid, parameters: None }
    }
}

/// Whether every signer of a ContentInfo says that he signed the file with this name. Asked of a signature that
/// was verified.
pub(crate) fn names(signature: &[u8], name: &str) -> bool {
    let says_so = |info: &SignerInfo| {
        let attributes = info.signed_attrs.as_ref();
        let mut hints =
            attributes.into_iter().flat_map(|all| all.iter()).filter(|one| one.oid == ID_AA_CONTENT_HINT);
        let (Some(hint), None) = (hints.next(), hints.next()) else { return false };
        let hint = hint.values.get(0).and_then(|value| value.decode_as::<ContentHints>().ok());
        hint.is_some_and(|hint| hint.content_description == name)
    };
    let signed = ContentInfo::from_der(signature).and_then(|info| info.content.decode_as::<SignedData>());
    signed.is_ok_and(|signed| !signed.signer_infos.0.is_empty() && signed.signer_infos.0.iter().all(says_so))
}

/// ContentHints ::= SEQUENCE {
///   contentDescription UTF8String (SIZE (1..MAX)) OPTIONAL,
///   contentType ContentType }
///
/// (RFC 2634 §2.9). Ours always has the description: the name of the file.
#[derive(Sequence)]
struct ContentHints {
    content_description: String,
    content_type: ObjectIdentifier,
}

/// contentType, messageDigest and signingTime (RFC 5652 §11.1 to §11.3), and contentHint: which file it is.
fn signed_attributes(name: &str, digest: &[u8], at: Timestamp) -> Result<SignedAttributes, der::Error> {
    let seconds = u64::try_from(at.seconds()).unwrap_or(0);
    let time = Time::from(der::DateTime::from_unix_duration(std::time::Duration::from_secs(seconds))?);
    let hint = ContentHints { content_description: name.to_owned(), content_type: ID_DATA };
    SignedAttributes::try_from(vec![
        attribute(ID_CONTENT_TYPE, Any::encode_from(&ID_DATA)?)?,
        attribute(ID_MESSAGE_DIGEST, Any::encode_from(&OctetString::new(digest)?)?)?,
        attribute(ID_SIGNING_TIME, Any::encode_from(&time)?)?,
        attribute(ID_AA_CONTENT_HINT, Any::encode_from(&hint)?)?,
    ])
}

fn attribute(oid: ObjectIdentifier, value: Any) -> Result<Attribute, der::Error> {
    Ok(Attribute { oid, values: SetOfVec::try_from(vec![value])? })
}
