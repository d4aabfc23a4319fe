//! A profile for people: what `igc certificate profile show` prints.

use std::fmt::{self, Display};

use super::{
    Attribute, AttributeType, AuthorityField, Case, Extension, PolicyChoice, Profile, Source, StringType,
    SubjectAltName,
};

impl Display for Profile {
    /// Identifier, purpose, source, issuers, keys and term, a line each; then the RDNs of the subject and
    /// the extensions, numbered in their order.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let issuers = if self.self_signed { "itself".to_owned() } else { self.issuers.join(", ") };
        writeln!(f, "{}: {}", self.id, self.title)?;
        writeln!(f, "source:  {}", self.source)?;
        writeln!(f, "issuers: {issuers}")?;
        writeln!(f, "keys:    {}", joined(self.keys.kinds(), ", "))?;
        writeln!(f, "term:    {}", self.term)?;
        writeln!(f, "subject:")?;
        for (index, rdn) in self.subject.iter().enumerate() {
            writeln!(f, "  {:2}. {}", index + 1, joined(rdn, " + "))?;
        }
        writeln!(f, "extensions:")?;
        for (index, extension) in self.extensions.iter().enumerate() {
            writeln!(f, "  {:2}. {extension}", index + 1)?;
        }
        Ok(())
    }
}

impl Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.attribute_type, self.value)?;
        if self.string == StringType::Printable {
            f.write_str(", PrintableString")?;
        }
        if self.case == Case::Upper {
            f.write_str(", in capitals")?;
        }
        match self.cut {
            Some(cut) => write!(f, ", cut to {cut} characters"),
            None => Ok(()),
        }
    }
}

impl Display for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(text) => write!(f, "{text:?}"),
            Self::Fact(fact) => write!(f, "fact {fact}"),
            Self::Authority(field) => f.write_str(match field {
                AuthorityField::Country => "country of the identity",
                AuthorityField::Organisation => "organisation of the identity",
                AuthorityField::Units => "units of the identity, one RDN each",
                AuthorityField::CommonName => "name of the authority in the identity",
                AuthorityField::ResponderCommonName => "name of the issuer's responder in the identity",
            }),
        }
    }
}

impl Display for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BasicConstraints { critical, ca, path_length } => {
                write!(f, "basicConstraints{}: ", criticality(*critical))?;
                f.write_str(if *ca { "an authority" } else { "no authority" })?;
                path_length.map_or(Ok(()), |length| write!(f, ", path length {length}"))
            }
            Self::SubjectKeyIdentifier {} => f.write_str("subjectKeyIdentifier: SHA-1 of the key"),
            Self::AuthorityKeyIdentifier {} => {
                f.write_str("authorityKeyIdentifier: key identifier of the issuer")
            }
            Self::KeyUsage { critical, usages, rsa_usages, ec_usages } => {
                write!(f, "keyUsage{}: {}", criticality(*critical), joined(usages, ", "))?;
                if !rsa_usages.is_empty() {
                    write!(f, "; for RSA keys {}", joined(rsa_usages, ", "))?;
                }
                if !ec_usages.is_empty() {
                    write!(f, "; for EC keys {}", joined(ec_usages, ", "))?;
                }
                Ok(())
            }
            Self::CertificatePolicies { policy: PolicyChoice::AnyPolicy } => {
                f.write_str("certificatePolicies: anyPolicy, practice statement")
            }
            Self::CertificatePolicies { policy: PolicyChoice::Identity } => {
                f.write_str("certificatePolicies: policy of the identity, practice statement")
            }
            Self::ExtKeyUsage { purposes } => write!(f, "extKeyUsage: {}", joined(purposes, ", ")),
            Self::PrivateKeyUsagePeriod {} => f.write_str("privateKeyUsagePeriod: the validity"),
            Self::SubjectAltName { names } => write!(f, "subjectAltName: {names}"),
            Self::CrlDistributionPoints {} => f.write_str("cRLDistributionPoints: HTTP, LDAP"),
            Self::FreshestCrl {} => f.write_str("freshestCRL: HTTP, LDAP"),
            Self::AuthorityInfoAccess {} => {
                f.write_str("authorityInfoAccess: OCSP, certificate of the issuer")
            }
            Self::OcspNocheck {} => f.write_str("ocsp-nocheck"),
            Self::ProductCategory { category } => {
                write!(
                    f,
                    "productCategory 1.2.250.1.71.1.2.5: {category:02X}, plus 80 where the identity tests"
                )
            }
            Self::CardType { card_type } => write!(f, "cardType 1.2.250.1.71.1.2.2: {card_type}"),
            Self::CardNumber {} => {
                f.write_str("cardNumber 1.2.250.1.71.1.2.3: issuer number / fact card-number")
            }
            Self::Profession {} => f.write_str("profession 1.2.250.1.71.1.2.7: fact profession"),
        }
    }
}

impl Display for SubjectAltName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DnsNames(fact) => write!(f, "dNSNames, fact {fact}"),
            Self::UserPrincipalName(fact) => {
                write!(f, "user principal name, fact {fact} @ suffix of the identity")
            }
            Self::EmailAddress(fact) => write!(f, "rfc822Name, fact {fact}"),
        }
    }
}

const fn criticality(critical: bool) -> &'static str {
    if critical { " (critical)" } else { "" }
}

fn joined(values: &[impl Display], separator: &str) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(separator)
}
