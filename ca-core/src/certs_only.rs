//! Certificates as others install them: a SignedData that signs nothing and carries certificates.

use cms::cert::CertificateChoices;
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{CertificateSet, EncapsulatedContentInfo, SignedData, SignerInfos};
use const_oid::db::rfc5911::{ID_DATA, ID_SIGNED_DATA};
use der::asn1::SetOfVec;
use der::{Any, Decode, Encode};

/// The certificates (DER each) in one certs-only message, DER (RFC 5652 §5.1, RFC 8551 §3.8): a `.p7b`. An error where one of them is
/// no certificate.
pub fn certs_only<'a>(certificates: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, der::Error> {
    let certificates = certificates
        .into_iter()
        .map(|der| x509_cert::Certificate::from_der(der).map(CertificateChoices::Certificate))
        .collect::<Result<Vec<_>, _>>()?;
    let signed = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::default(),
        encap_content_info: EncapsulatedContentInfo { econtent_type: ID_DATA, econtent: None },
        certificates: Some(CertificateSet::try_from(certificates)?),
        crls: None,
        signer_infos: SignerInfos(SetOfVec::default()),
    };
    ContentInfo { content_type: ID_SIGNED_DATA, content: Any::encode_from(&signed)? }.to_der()
}
