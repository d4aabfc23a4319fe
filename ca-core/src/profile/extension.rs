//! The extensions of a profile, with their criticality and parameters, in the order they stand.

use std::fmt;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use serde::{Deserialize, Serialize};
use x509_cert::ext::pkix::KeyUsages;

use crate::identity::Oid;
use crate::subject::Fact;

/// One extension. Those that RFC 5280 leaves no choice about are never critical and have no such key;
/// the private ones are of the arc 1.2.250.1.71.1.2 (domain.md §1.6 [S-cert]).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(tag = "id", rename_all = "camelCase", deny_unknown_fields)]
pub enum Extension {
    /// RFC 5280 §4.2.1.9.
    BasicConstraints {
        /// MUST be critical for an authority; the reference's end entities have it, empty and not critical.
        #[serde(default)]
        critical: bool,
        /// Whether the subject is an authority.
        #[serde(default)]
        ca: bool,
        /// How many authorities may follow below it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path_length: Option<u8>,
    },
    /// RFC 5280 §4.2.1.2, method (1): SHA-1 of the bits of the public key.
    SubjectKeyIdentifier {},
    /// RFC 5280 §4.2.1.1: the issuer's key identifier alone.
    AuthorityKeyIdentifier {},
    /// RFC 5280 §4.2.1.3: a function of profile and key.
    KeyUsage {
        /// SHOULD be critical.
        critical: bool,
        /// For every key.
        usages: Vec<Usage>,
        /// For RSA keys besides: keyEncipherment and dataEncipherment are theirs alone (RFC 8813 §3).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rsa_usages: Vec<Usage>,
        /// For EC keys besides.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ec_usages: Vec<Usage>,
    },
    /// RFC 5280 §4.2.1.4, with the practice statement's address.
    CertificatePolicies {
        /// Which policy.
        policy: PolicyChoice,
    },
    /// RFC 5280 §4.2.1.12.
    ExtKeyUsage {
        /// The purposes, in order.
        purposes: Vec<ExtendedUsage>,
    },
    /// RFC 3280 §4.2.1.4: the validity of the certificate, said again.
    PrivateKeyUsagePeriod {},
    /// RFC 5280 §4.2.1.6.
    SubjectAltName {
        /// The kind of name, and the fact it is made of.
        names: SubjectAltName,
    },
    /// RFC 5280 §4.2.1.13: HTTP, then LDAP, two distribution points.
    #[serde(rename = "cRLDistributionPoints")]
    CrlDistributionPoints {},
    /// RFC 5280 §4.2.1.15: the delta CRL over HTTP, then LDAP.
    #[serde(rename = "freshestCRL")]
    FreshestCrl {},
    /// RFC 5280 §4.2.2.1: OCSP, then the issuer's certificate.
    AuthorityInfoAccess {},
    /// RFC 6960 §4.2.2.2.1: nobody asks for the status of the one who answers.
    OcspNocheck {},
    /// `.5`, TRE_G01: the category of the product in one octet, with the test bit of the identity.
    ProductCategory {
        /// 0 a card, 2 a security module, 3 software.
        category: u8,
    },
    /// `.2`, TRE_G02: the type of card, an INTEGER.
    CardType {
        /// 0 CPS, 1 CPF, 2 CDE or CPE, 3 CDA or CPA.
        card_type: u8,
    },
    /// `.3`: issuer number, `/` and card number, a PrintableString.
    CardNumber {},
    /// `.7`, TRE_G15: the code of the profession, an INTEGER.
    Profession {},
    /// TRE_G16: the code of the profession that a student learns, an INTEGER as the profession is.
    FutureProfession {
        /// Under which identifier: likely that of the table, as the profession's is \[M\].
        oid: Oid,
    },
}

/// A bit of KeyUsage, by its name in RFC 5280 §4.2.1.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub enum Usage {
    DigitalSignature,
    NonRepudiation,
    KeyEncipherment,
    DataEncipherment,
    KeyAgreement,
    KeyCertSign,
    #[serde(rename = "cRLSign")]
    CrlSign,
}

/// Which policy a profile names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum PolicyChoice {
    /// `anyPolicy`, for authorities.
    AnyPolicy,
    /// The identity's policy for this profile.
    Identity,
}

/// A purpose of ExtKeyUsage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ExtendedUsage {
    /// id-kp-serverAuth.
    ServerAuth,
    /// id-kp-clientAuth.
    ClientAuth,
    /// id-kp-emailProtection.
    EmailProtection,
    /// id-kp-OCSPSigning.
    #[serde(rename = "OCSPSigning")]
    OcspSigning,
    /// Microsoft's szOID_KP_SMARTCARD_LOGON.
    MsSmartcardLogin,
}

/// A kind of alternative name, and the fact it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SubjectAltName {
    /// dNSName, one for each text of the fact; the common name is among them.
    DnsNames(Fact),
    /// otherName of Microsoft's userPrincipalName: the fact, `@` and the identity's suffix.
    UserPrincipalName(Fact),
    /// rfc822Name.
    EmailAddress(Fact),
}

impl Extension {
    /// Its name in its RFC, or the one that the profile files give to a private one.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::BasicConstraints { .. } => "basicConstraints",
            Self::SubjectKeyIdentifier {} => "subjectKeyIdentifier",
            Self::AuthorityKeyIdentifier {} => "authorityKeyIdentifier",
            Self::KeyUsage { .. } => "keyUsage",
            Self::CertificatePolicies { .. } => "certificatePolicies",
            Self::ExtKeyUsage { .. } => "extKeyUsage",
            Self::PrivateKeyUsagePeriod {} => "privateKeyUsagePeriod",
            Self::SubjectAltName { .. } => "subjectAltName",
            Self::CrlDistributionPoints {} => "cRLDistributionPoints",
            Self::FreshestCrl {} => "freshestCRL",
            Self::AuthorityInfoAccess {} => "authorityInfoAccess",
            Self::OcspNocheck {} => "ocspNocheck",
            Self::ProductCategory { .. } => "productCategory",
            Self::CardType { .. } => "cardType",
            Self::CardNumber {} => "cardNumber",
            Self::Profession {} => "profession",
            Self::FutureProfession { .. } => "futureProfession",
        }
    }

    /// Whether whoever does not understand it must refuse the certificate.
    pub const fn is_critical(&self) -> bool {
        matches!(self, Self::BasicConstraints { critical: true, .. } | Self::KeyUsage { critical: true, .. })
    }
}

impl Usage {
    /// The bit.
    pub(crate) const fn bit(self) -> KeyUsages {
        match self {
            Self::DigitalSignature => KeyUsages::DigitalSignature,
            Self::NonRepudiation => KeyUsages::NonRepudiation,
            Self::KeyEncipherment => KeyUsages::KeyEncipherment,
            Self::DataEncipherment => KeyUsages::DataEncipherment,
            Self::KeyAgreement => KeyUsages::KeyAgreement,
            Self::KeyCertSign => KeyUsages::KeyCertSign,
            Self::CrlSign => KeyUsages::CRLSign,
        }
    }
}

impl ExtendedUsage {
    /// The object identifier.
    pub const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::ServerAuth => rfc5280::ID_KP_SERVER_AUTH,
            Self::ClientAuth => rfc5280::ID_KP_CLIENT_AUTH,
            Self::EmailProtection => rfc5280::ID_KP_EMAIL_PROTECTION,
            Self::OcspSigning => rfc5280::ID_KP_OCSP_SIGNING,
            Self::MsSmartcardLogin => ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.20.2.2"),
        }
    }
}

/// The name it has in its RFC and in profile files.
macro_rules! display_as_in_files {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.serialize(f)
            }
        }
    )*};
}
display_as_in_files!(Usage, ExtendedUsage);
