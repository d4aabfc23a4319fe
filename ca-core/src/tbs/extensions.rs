//! The extensions: the profile's list, in its order, each filled from facts, identity and key.

use const_oid::db::rfc5280::{
    ANY_POLICY, ID_AD_CA_ISSUERS, ID_AD_OCSP, ID_CE_AUTHORITY_KEY_IDENTIFIER, ID_CE_BASIC_CONSTRAINTS,
    ID_CE_CERTIFICATE_POLICIES, ID_CE_CRL_DISTRIBUTION_POINTS, ID_CE_EXT_KEY_USAGE, ID_CE_FRESHEST_CRL,
    ID_CE_KEY_USAGE, ID_CE_PRIVATE_KEY_USAGE_PERIOD, ID_CE_SUBJECT_ALT_NAME, ID_CE_SUBJECT_KEY_IDENTIFIER,
    ID_PE_AUTHORITY_INFO_ACCESS, ID_QT_CPS,
};
use const_oid::db::rfc6960::ID_PKIX_OCSP_NOCHECK;
use der::asn1::{Any, Ia5String, Null, ObjectIdentifier, OctetString, PrintableStringRef, Utf8StringRef};
use der::{Decode, Encode, Sequence, Tag};
use openssl::hash::MessageDigest;
use spki::SubjectPublicKeyInfoRef;
use x509_cert::ext::Extension as Encoded;
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName, OtherName};
use x509_cert::ext::pkix::{
    AccessDescription, AuthorityInfoAccessSyntax, AuthorityKeyIdentifier, BasicConstraints,
    CrlDistributionPoints, ExtendedKeyUsage, KeyUsage, PrivateKeyUsagePeriod, SubjectKeyIdentifier,
};

use super::{BuildError, TbsInput, encoding, generalized_time};
use crate::identity::{AuthorityInUrl, UrlTemplate};
use crate::profile::{AttributeType, Extension, KeyKind, PolicyChoice, Source, SubjectAltName};
use crate::subject::{BadText, Fact, check_dns_name, check_email_address};

/// Arc of the private extensions: 1.2.250.1.71.1.2 (domain.md §1.6 [S-cert]).
const PRODUCT_CATEGORY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.250.1.71.1.2.5");
const CARD_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.250.1.71.1.2.2");
const CARD_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.250.1.71.1.2.3");
const PROFESSION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.250.1.71.1.2.7");
/// Microsoft's szOID_NT_PRINCIPAL_NAME.
const USER_PRINCIPAL_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.20.2.3");
/// Set in the product category of test certificates.
const TEST_BIT: u8 = 0x80;
/// More names are no one server.
const MOST_DNS_NAMES: usize = 100;

pub(super) fn build(input: &TbsInput<'_>) -> Result<Vec<Encoded>, BuildError> {
    input.profile.extensions.iter().map(|extension| one(input, extension)).collect()
}

fn one(input: &TbsInput<'_>, extension: &Extension) -> Result<Encoded, BuildError> {
    match extension {
        Extension::BasicConstraints { critical, ca, path_length } => {
            let value = BasicConstraints { ca: *ca, path_len_constraint: *path_length };
            encoded(ID_CE_BASIC_CONSTRAINTS, *critical, &value)
        }
        Extension::SubjectKeyIdentifier {} => {
            let value = SubjectKeyIdentifier(key_identifier(input.public_key)?);
            encoded(ID_CE_SUBJECT_KEY_IDENTIFIER, false, &value)
        }
        Extension::AuthorityKeyIdentifier {} => authority_key_identifier(input),
        Extension::KeyUsage { critical, usages, rsa_usages, ec_usages } => {
            let is_rsa = KeyKind::of(input.public_key).is_some_and(KeyKind::is_rsa);
            let besides = if is_rsa { rsa_usages } else { ec_usages };
            let bits =
                usages.iter().chain(besides).fold(Default::default(), |bits, usage| bits | usage.bit());
            encoded(ID_CE_KEY_USAGE, *critical, &KeyUsage(bits))
        }
        Extension::CertificatePolicies { policy } => certificate_policies(input, *policy),
        Extension::ExtKeyUsage { purposes } => {
            let value = ExtendedKeyUsage(purposes.iter().map(|purpose| purpose.oid()).collect());
            encoded(ID_CE_EXT_KEY_USAGE, false, &value)
        }
        Extension::PrivateKeyUsagePeriod {} => {
            let value = PrivateKeyUsagePeriod {
                not_before: Some(generalized_time(input.not_before)?),
                not_after: Some(generalized_time(input.not_after)?),
            };
            encoded(ID_CE_PRIVATE_KEY_USAGE_PERIOD, false, &value)
        }
        Extension::SubjectAltName { names } => {
            encoded(ID_CE_SUBJECT_ALT_NAME, false, &alternative_names(input, *names)?)
        }
        Extension::CrlDistributionPoints {} => crl_distribution_points(input),
        Extension::FreshestCrl {} => {
            let publication = &input.identity.publication;
            let http = match input.shard {
                Some(shard) => shard.delta_crl_url.clone(),
                None => fill(input, &publication.delta_crl)?,
            };
            let urls = [http, fill(input, &publication.ldap.delta_crl)?];
            encoded(ID_CE_FRESHEST_CRL, false, &distribution_points(urls)?)
        }
        Extension::AuthorityInfoAccess {} => authority_info_access(input),
        Extension::OcspNocheck {} => encoded(ID_PKIX_OCSP_NOCHECK, false, &Null),
        Extension::ProductCategory { category } => {
            let octet = if input.identity.cards.test_bit { category | TEST_BIT } else { *category };
            encoded(PRODUCT_CATEGORY, false, &OctetString::new([octet]).map_err(encoding)?)
        }
        Extension::CardType { card_type } => encoded(CARD_TYPE, false, card_type),
        Extension::CardNumber {} => card_number(input),
        Extension::Profession {} => encoded(PROFESSION, false, &code(input, Fact::Profession, "profession")?),
        Extension::FutureProfession { oid } => {
            let oid = ObjectIdentifier::from_bytes(oid.content()).map_err(encoding)?;
            encoded(oid, false, &code(input, Fact::FutureProfession, "futureProfession")?)
        }
    }
}

fn encoded(oid: ObjectIdentifier, critical: bool, value: &impl Encode) -> Result<Encoded, BuildError> {
    let octets = value.to_der().map_err(encoding)?;
    Ok(Encoded { extn_id: oid, critical, extn_value: OctetString::new(octets).map_err(encoding)? })
}

/// RFC 5280 §4.2.1.2 method (1): "the 160-bit SHA-1 hash of the value of the BIT STRING subjectPublicKey
/// (excluding the tag, length, and number of unused bits)". A name for a key, no protection of anything.
fn key_identifier(spki_der: &[u8]) -> Result<OctetString, BuildError> {
    let spki = SubjectPublicKeyInfoRef::from_der(spki_der).map_err(encoding)?;
    let hash =
        openssl::hash::hash(MessageDigest::sha1(), spki.subject_public_key.raw_bytes()).map_err(encoding)?;
    OctetString::new(hash.to_vec()).map_err(encoding)
}

fn authority_key_identifier(input: &TbsInput<'_>) -> Result<Encoded, BuildError> {
    let key_identifier = match input.issuer {
        Some(issuer) => OctetString::new(issuer.key_identifier.as_slice()).map_err(encoding)?,
        None => key_identifier(input.public_key)?,
    };
    let value = AuthorityKeyIdentifier { key_identifier: Some(key_identifier), ..Default::default() };
    encoded(ID_CE_AUTHORITY_KEY_IDENTIFIER, false, &value)
}

/// RFC 5280 §4.2.1.4. The policy is raw DER: an identity's may have arcs that `const-oid` cannot hold.
#[derive(Sequence)]
struct PolicyInformation {
    policy_identifier: Any,
    policy_qualifiers: Vec<PolicyQualifierInfo>,
}

#[derive(Sequence)]
struct PolicyQualifierInfo {
    policy_qualifier_id: ObjectIdentifier,
    qualifier: Ia5String,
}

fn certificate_policies(input: &TbsInput<'_>, choice: PolicyChoice) -> Result<Encoded, BuildError> {
    let policies = &input.identity.policies;
    let content = match choice {
        PolicyChoice::AnyPolicy => ANY_POLICY.as_bytes(),
        PolicyChoice::Identity => policies.of(&input.profile.id).content(),
    };
    let information = PolicyInformation {
        policy_identifier: Any::new(Tag::ObjectIdentifier, content).map_err(encoding)?,
        policy_qualifiers: vec![PolicyQualifierInfo {
            policy_qualifier_id: ID_QT_CPS,
            qualifier: Ia5String::new(policies.practice_statement.as_shared_url()).map_err(encoding)?,
        }],
    };
    encoded(ID_CE_CERTIFICATE_POLICIES, false, &vec![information])
}

fn alternative_names(input: &TbsInput<'_>, names: SubjectAltName) -> Result<Vec<GeneralName>, BuildError> {
    const FIELD: &str = "subjectAltName";
    match names {
        SubjectAltName::DnsNames(fact) => {
            let names = input.facts.texts(fact);
            check_dns_names(input, names, fact)?;
            let ia5 = |name: &String| Ia5String::new(name).map(GeneralName::DnsName).map_err(encoding);
            names.iter().map(ia5).collect()
        }
        SubjectAltName::UserPrincipalName(fact) => {
            let name = format!("{}@{}", input.fact(fact, FIELD)?, input.identity.cards.upn_suffix);
            check_email_address(&name).map_err(input.bad_text(FIELD))?;
            let value =
                Utf8StringRef::new(&name).and_then(|utf8| Any::encode_from(&utf8)).map_err(encoding)?;
            Ok(vec![GeneralName::OtherName(OtherName { type_id: USER_PRINCIPAL_NAME, value })])
        }
        SubjectAltName::EmailAddress(fact) => {
            let address = input.fact(fact, FIELD)?;
            check_email_address(address).map_err(input.bad_text(FIELD))?;
            Ok(vec![GeneralName::Rfc822Name(Ia5String::new(address).map_err(encoding)?)])
        }
    }
}

/// Each name has its form, none stands twice, and the common name, which old clients still read, is one of them.
fn check_dns_names(input: &TbsInput<'_>, names: &[String], fact: Fact) -> Result<(), BuildError> {
    const FIELD: &str = "subjectAltName";
    if names.is_empty() {
        return Err(BuildError::FactMissing { profile: input.profile.id.clone(), fact, wanted_by: FIELD });
    }
    let refuse = |why| Err(input.bad_text(FIELD)(why));
    if names.len() > MOST_DNS_NAMES {
        return refuse(BadText::Form("at most 100 host names"));
    }
    for (index, name) in names.iter().enumerate() {
        check_dns_name(name).map_err(input.bad_text(FIELD))?;
        if names[..index].iter().any(|other| other.eq_ignore_ascii_case(name)) {
            return refuse(BadText::Form("a host name stands twice"));
        }
    }
    let common_name = input
        .profile
        .subject
        .iter()
        .flatten()
        .find(|attribute| attribute.attribute_type == AttributeType::CommonName)
        .map(|attribute| &attribute.value);
    match common_name {
        Some(Source::Fact(fact))
            if !names.iter().any(|name| Some(name.as_str()) == input.facts.text(*fact)) =>
        {
            refuse(BadText::Form("the common name is one of the host names"))
        }
        _ => Ok(()),
    }
}

/// HTTP first: it is what clients try first and read everywhere. The directory holds the full CRL, in whose scope is
/// every shard too.
fn crl_distribution_points(input: &TbsInput<'_>) -> Result<Encoded, BuildError> {
    let publication = &input.identity.publication;
    let issued_by_root = input.issuer.is_none_or(|issuer| issuer.short_name == issuer.parent);
    let ldap = if issued_by_root { &publication.ldap.root_crl } else { &publication.ldap.crl };
    let http = match input.shard {
        Some(shard) => shard.crl_url.clone(),
        None => fill(input, &publication.crl)?,
    };
    let urls = [http, fill(input, ldap)?];
    encoded(ID_CE_CRL_DISTRIBUTION_POINTS, false, &distribution_points(urls)?)
}

fn distribution_points(urls: [String; 2]) -> Result<CrlDistributionPoints, BuildError> {
    let point = |url: &String| -> Result<DistributionPoint, BuildError> {
        Ok(DistributionPoint {
            distribution_point: Some(DistributionPointName::FullName(vec![uri(url)?])),
            reasons: None,
            crl_issuer: None,
        })
    };
    Ok(CrlDistributionPoints(urls.iter().map(point).collect::<Result<_, _>>()?))
}

fn authority_info_access(input: &TbsInput<'_>) -> Result<Encoded, BuildError> {
    let publication = &input.identity.publication;
    let access = |method, template| -> Result<AccessDescription, BuildError> {
        Ok(AccessDescription { access_method: method, access_location: uri(&fill(input, template)?)? })
    };
    let value = AuthorityInfoAccessSyntax(vec![
        access(ID_AD_OCSP, &publication.ocsp)?,
        access(ID_AD_CA_ISSUERS, &publication.ca_certificate)?,
    ]);
    encoded(ID_PE_AUTHORITY_INFO_ACCESS, false, &value)
}

/// The URL of the issuing authority.
fn fill(input: &TbsInput<'_>, template: &UrlTemplate) -> Result<String, BuildError> {
    let issuer = input.issuer()?;
    Ok(template.fill(&AuthorityInUrl {
        short_name: &issuer.short_name,
        common_name: &input.authority_name(&issuer.short_name)?,
        parent_common_name: &input.authority_name(&issuer.parent)?,
        shard: None,
    }))
}

fn uri(url: &str) -> Result<GeneralName, BuildError> {
    Ia5String::new(url).map(GeneralName::UniformResourceIdentifier).map_err(encoding)
}

fn card_number(input: &TbsInput<'_>) -> Result<Encoded, BuildError> {
    let number = input.fact(Fact::CardNumber, "cardNumber")?;
    if number.len() != 10 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(input.bad_text("cardNumber")(BadText::Form("a card number has ten digits")));
    }
    let token = format!("{}/{number}", input.identity.cards.issuer_number);
    encoded(CARD_NUMBER, false, &PrintableStringRef::new(&token).map_err(encoding)?)
}

/// A code of a nomenclature, which its tables write in decimal.
fn code(input: &TbsInput<'_>, fact: Fact, wanted_by: &'static str) -> Result<u16, BuildError> {
    let text = input.fact(fact, wanted_by)?;
    text.parse().map_err(|_| input.bad_text(wanted_by)(BadText::Form("a code is a decimal number")))
}
