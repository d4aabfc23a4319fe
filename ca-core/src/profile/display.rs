//! A profile for people: what `igc certificate profile show` prints.

use std::fmt::{self, Display};

use super::{
    Attribute, AttributeType, AuthorityField, Case, Extension, PolicyChoice, Profile, Source, StringType,
    SubjectAltName,
};

impl Display for Profile {
    /// Identifier and purpose; issuers, keys and term, a line each; the RDNs of the subject and the
    /// extensions, numbered in their order; where each of them is known from.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.id, self.title)?;
        writeln!(f, "issuers: {}", self.issuers_in_words())?;
        writeln!(f, "keys:    {}", self.keys)?;
        writeln!(f, "term:    {}", self.term)?;
        if self.key_escrow {
            writeln!(f, "escrow:  {}", Self::ESCROW_IN_WORDS)?;
        }
        writeln!(f, "subject:")?;
        for (index, rdn) in self.subject.iter().enumerate() {
            writeln!(f, "  {:2}. {}", index + 1, joined(rdn, " + "))?;
        }
        writeln!(f, "extensions:")?;
        for (index, extension) in self.extensions.iter().enumerate() {
            writeln!(f, "  {:2}. {extension}", index + 1)?;
        }
        writeln!(f, "known from, by section and mark of docs/domain.md:")?;
        let source = &self.source;
        writeln!(f, "  issuers     {}", source.issuers)?;
        writeln!(f, "  keys        {}", source.keys)?;
        writeln!(f, "  term        {}", source.term)?;
        writeln!(f, "  subject     {}", source.subject)?;
        writeln!(f, "  usages      {}", source.usages)?;
        writeln!(f, "  extensions  {}", source.extensions)
    }
}

impl Profile {
    pub(super) const ESCROW_IN_WORDS: &'static str = "required; there is none, so nothing is issued";

    pub(super) fn issuers_in_words(&self) -> String {
        if self.self_signed { "itself".to_owned() } else { self.issuers.join(", ") }
    }
}

impl Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}, {}", self.attribute_type, self.value, self.string)?;
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

impl Display for StringType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "UTF8String",
            Self::Printable => "PrintableString",
        })
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
        write!(f, "{}, {}", self.name(), self.says())
    }
}

impl Extension {
    /// Whether it is critical and what it holds, in words.
    pub(super) fn says(&self) -> String {
        let critical = if self.is_critical() { "critical" } else { "not critical" };
        match self.holds() {
            None => critical.to_owned(),
            Some(content) => format!("{critical}: {content}"),
        }
    }

    fn holds(&self) -> Option<String> {
        Some(match self {
            Self::BasicConstraints { ca, path_length, .. } => {
                let subject = if *ca { "an authority" } else { "no authority" };
                path_length
                    .map_or_else(|| subject.to_owned(), |length| format!("{subject}, path length {length}"))
            }
            Self::SubjectKeyIdentifier {} => "SHA-1 of the key".to_owned(),
            Self::AuthorityKeyIdentifier {} => "key identifier of the issuer".to_owned(),
            Self::KeyUsage { usages, rsa_usages, ec_usages, .. } => {
                let by_key = [("", usages), ("for RSA keys ", rsa_usages), ("for EC keys ", ec_usages)];
                let present = by_key.into_iter().filter(|(_, usages)| !usages.is_empty());
                let words = present.map(|(for_whom, usages)| format!("{for_whom}{}", joined(usages, ", ")));
                words.collect::<Vec<_>>().join("; ")
            }
            Self::CertificatePolicies { policy: PolicyChoice::AnyPolicy } => {
                "anyPolicy, practice statement".to_owned()
            }
            Self::CertificatePolicies { policy: PolicyChoice::Identity } => {
                "policy of the identity, practice statement".to_owned()
            }
            Self::ExtKeyUsage { purposes } => joined(purposes, ", "),
            Self::PrivateKeyUsagePeriod {} => "the validity".to_owned(),
            Self::SubjectAltName { names } => names.to_string(),
            Self::CrlDistributionPoints {} | Self::FreshestCrl {} => "HTTP, LDAP".to_owned(),
            Self::AuthorityInfoAccess {} => "OCSP, certificate of the issuer".to_owned(),
            Self::OcspNocheck {} => return None,
            Self::ProductCategory { category } => {
                format!("{category:02X}, plus 80 where the identity tests (1.2.250.1.71.1.2.5)")
            }
            Self::CardType { card_type } => format!("{card_type} (1.2.250.1.71.1.2.2)"),
            Self::CardNumber {} => "issuer number / fact card-number (1.2.250.1.71.1.2.3)".to_owned(),
            Self::Profession {} => "fact profession (1.2.250.1.71.1.2.7)".to_owned(),
            Self::FutureProfession { oid } => format!("fact future-profession ({oid})"),
        })
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

pub(super) fn joined(values: &[impl Display], separator: &str) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(separator)
}
