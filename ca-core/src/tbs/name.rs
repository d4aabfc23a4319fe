//! The subject: the profile's RDNs filled from facts and identity.

use der::asn1::{Any, PrintableStringRef, Utf8StringRef};
use der::{Decode, Encode};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};

use super::{BuildError, TbsInput, encoding};
use crate::profile::{Attribute, AuthorityField, Case, Source, StringType};
use crate::subject::{BadText, Fact, name_text};

/// The subject. Attributes of one RDN are a SET OF: DER sorts them by their encoding, so given name, common
/// name and surname stand as in the real cards whatever their lengths (domain.md §1.7).
pub(super) fn build(input: &TbsInput<'_>) -> Result<Name, BuildError> {
    let mut sequence = RdnSequence::default();
    for attributes in &input.profile.subject {
        for rdn in rdns(input, attributes)? {
            sequence.push(rdn);
        }
    }
    let der = sequence.to_der().map_err(encoding)?;
    Name::from_der(&der).map_err(encoding)
}

/// One RDN of all the attributes; or, for the units of the identity, one RDN each.
fn rdns(
    input: &TbsInput<'_>,
    attributes: &[Attribute],
) -> Result<Vec<RelativeDistinguishedName>, BuildError> {
    if let [unit] = attributes
        && unit.value == Source::Authority(AuthorityField::Units)
    {
        let units = &input.identity.authorities.units;
        return units.iter().map(|text| rdn([encode(input, unit, text)?])).collect();
    }
    let values = attributes
        .iter()
        .map(|attribute| encode(input, attribute, &value(input, attribute)?))
        .collect::<Result<Vec<_>, BuildError>>()?;
    Ok(vec![rdn(values)?])
}

fn rdn(
    values: impl IntoIterator<Item = AttributeTypeAndValue>,
) -> Result<RelativeDistinguishedName, BuildError> {
    let mut rdn = RelativeDistinguishedName::default();
    for value in values {
        rdn.insert(value).map_err(encoding)?;
    }
    Ok(rdn)
}

fn value(input: &TbsInput<'_>, attribute: &Attribute) -> Result<String, BuildError> {
    let names = &input.identity.authorities;
    let wanted_by = attribute.attribute_type.name();
    match &attribute.value {
        Source::Fixed(text) => Ok(text.clone()),
        Source::Fact(fact) => Ok(input.fact(*fact, wanted_by)?.to_owned()),
        Source::Authority(AuthorityField::Country) => Ok(names.country.clone()),
        Source::Authority(AuthorityField::Organisation) => Ok(names.organisation.clone()),
        Source::Authority(AuthorityField::Units) => {
            Err(encoding("the units of the identity stand in RDNs of their own"))
        }
        Source::Authority(AuthorityField::CommonName) => {
            input.authority_name(input.fact(Fact::Authority, wanted_by)?)
        }
        Source::Authority(AuthorityField::ResponderCommonName) => {
            Ok(names.responder_common_name(&input.issuer()?.short_name))
        }
    }
}

fn encode(
    input: &TbsInput<'_>,
    attribute: &Attribute,
    text: &str,
) -> Result<AttributeTypeAndValue, BuildError> {
    let attribute_type = attribute.attribute_type;
    let bad_text = input.bad_text(attribute_type.name());
    let most = attribute_type.upper_bound();
    let text = match attribute.cut {
        Some(cut) => name_text(text, LONGEST_BEFORE_CUT).map(|text| cut_to(text, cut)),
        None => name_text(text, most).map(str::to_owned),
    };
    let text = match (text, attribute.case) {
        (Err(why), _) => return Err(bad_text(why)),
        // Capitals may be more characters than small letters: ß, ŉ.
        (Ok(text), Case::Upper) => match name_text(&text.to_uppercase(), most) {
            Ok(text) => text.to_owned(),
            Err(why) => return Err(bad_text(why)),
        },
        (Ok(text), Case::Kept) => text,
    };
    let value = match attribute.string {
        StringType::Utf8 => Utf8StringRef::new(&text).and_then(|utf8| Any::encode_from(&utf8)),
        StringType::Printable => match PrintableStringRef::new(&text) {
            Ok(printable) => Any::encode_from(&printable),
            Err(_) => {
                return Err(bad_text(BadText::Form(
                    "a PrintableString holds letters, digits and ' ()+,-./:=?",
                )));
            }
        },
    };
    Ok(AttributeTypeAndValue { oid: attribute_type.oid(), value: value.map_err(encoding)? })
}

/// What is cut is bounded all the same.
const LONGEST_BEFORE_CUT: usize = 1024;

/// The reference cuts a corporate name at 40 characters, in the middle of a word (domain.md §1.7 [S-cert]);
/// that a space at the cut goes too is ours [?].
fn cut_to(text: &str, characters: usize) -> String {
    let cut: String = text.chars().take(characters).collect();
    cut.trim_end_matches(' ').to_owned()
}
